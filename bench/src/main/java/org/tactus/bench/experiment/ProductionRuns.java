// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.List;
import org.tactus.analysis.Verdict;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.TaskSet;

/** Looks for a miss with the production schedulers: synchronous, then with random offsets, all segments at their WCET. */
final class ProductionRuns {
    private ProductionRuns() {
    }

    private static List<SimulationOptions> runs(final long seed, final long durationNs) {
        final SimulationOptions worst = SimulationOptions.worstCase(seed, durationNs);
        return List.of(worst, worst.withReleases(ReleasePattern.RANDOM_OFFSETS));
    }

    /** Whether no run of a set misses a deadline. */
    static boolean runsWell(final Simulator simulator, final TaskSet set, final long seed, final long durationNs) {
        for (final SimulationOptions run : runs(seed, durationNs)) {
            if (simulator.missesDeadline(set, run)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Runs a set; for an accepted one every response is held against its bound.
     *
     * @return whether no miss was found
     */
    static boolean check(final Simulator simulator, final TaskSet set, final long seed, final long durationNs, final Verdict verdict,
        final int approach, final Outcome outcome, final String what) {
        if (!verdict.schedulable()) {
            return runsWell(simulator, set, seed, durationNs);
        }
        final long[] largest = new long[set.tasks().size()];
        for (final SimulationOptions run : runs(seed, durationNs)) {
            final long[] found = simulator.maxResponses(set, run);
            for (int i = 0; i < largest.length; i++) {
                largest[i] = Math.max(largest[i], found[i]);
            }
        }
        boolean missed = false;
        for (int i = 0; i < largest.length; i++) {
            missed |= largest[i] > set.tasks().get(i).deadlineNs();
        }
        outcome.observe(approach, verdict, largest, missed, what);
        return !missed;
    }
}
