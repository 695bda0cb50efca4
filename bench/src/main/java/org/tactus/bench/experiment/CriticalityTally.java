// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

/** What the tests and the levels of {@link CriticalitySets} came to, over one set or many. Filled by one thread. */
final class CriticalityTally {
    final long[] accepted = new long[CriticalitySets.TESTS.size()];
    final double[] gain = new double[CriticalitySets.GAINS.size()];
    final long[] runs = new long[CriticalitySets.GAINS.size()];
    String violation = "";

    void add(final CriticalityTally other) {
        for (int a = 0; a < accepted.length; a++) {
            accepted[a] += other.accepted[a];
        }
        for (int a = 0; a < gain.length; a++) {
            gain[a] += other.gain[a];
            runs[a] += other.runs[a];
        }
        violation = violation.isEmpty() ? other.violation : violation;
    }

    /** Adds the mean gains of sets. */
    void gained(final int approach, final double sum, final long sets) {
        gain[approach] += sum;
        runs[approach] += sets;
    }

    /** NaN where nothing ran. */
    double meanGain(final int approach) {
        return gain[approach] / runs[approach];
    }
}
