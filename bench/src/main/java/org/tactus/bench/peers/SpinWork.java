// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

/** An amount of computation, not of time: a preempted job still has to do it. Any thread. */
final class SpinWork {
    /** Keeps the results, so that no compiler leaves the work out. */
    private static volatile long sink;

    private SpinWork() {
    }

    /**
     * Computes.
     *
     * @param steps how much
     */
    static void run(final long steps) {
        long x = steps | 1;
        for (long i = 0; i < steps; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        sink = x;
    }
}
