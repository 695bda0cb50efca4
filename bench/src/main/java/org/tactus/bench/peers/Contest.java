// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What every variant has to do: an urgent and a heavy task, periodic, on one core.
 *
 * @param core          both tasks run on it
 * @param durationNs    how long jobs are released, nanoseconds
 * @param work          what a job computes
 * @param folder        of the networks and task sets
 * @param urgentSteps   {@link SpinWork} of an urgent job; 0 for networks
 * @param heavySteps    of a heavy one
 */
record Contest(int core, long durationNs, Work work, Path folder, long urgentSteps, long heavySteps) {
    /** Period of the urgent task, nanoseconds. */
    static final long URGENT_PERIOD_NS = 20_000_000;
    /** Period of the heavy task, nanoseconds. */
    static final long HEAVY_PERIOD_NS = 27_000_000;
    /** How long an urgent job computes alone, nanoseconds. */
    static final long URGENT_NS = 500_000;
    /** How long a heavy job computes alone, nanoseconds. */
    static final long HEAVY_NS = 13_000_000;
    /** Segments of the heavy task where nothing else lets the urgent one in. */
    static final int CUTS = 8;
    /** From the start of a variant to its first release. */
    static final long LEAD_NS = 300_000_000;

    /** What a job computes. */
    enum Work {
        /** An ONNX network of ResNet's structure. */
        NETWORK,
        /** A calibrated loop. */
        SPIN;

        /** The option's word: small letters. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Work> of(final String word) {
            return Arrays.stream(values()).filter(work -> work.word().equals(word)).findFirst();
        }
    }

    long urgentJobs() {
        return durationNs / URGENT_PERIOD_NS;
    }

    long heavyJobs() {
        return durationNs / HEAVY_PERIOD_NS;
    }

    Path urgentModel() {
        return folder.resolve("urgent.onnx");
    }

    Path heavyModel() {
        return folder.resolve("heavy.onnx");
    }
}
