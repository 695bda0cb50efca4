// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

/**
 * Decides how long the monitor sleeps between two rounds. What runs is looked at again when its time is over, what is beyond its time once
 * a millisecond. A segment that begins after a look and ends, or should, before the next one is told of then. Used by the monitor only.
 */
final class RoundTime {
    /** Between rounds while something is wrong or waits for the monitor, and at least between any two that nobody asked for. */
    static final long SHORTEST_NS = 1_000_000;
    /** Between rounds at most, while events come. */
    static final long LONGEST_NS = 10_000_000;
    /** Between rounds at most, while none come and nothing runs. */
    static final long QUIET_NS = 20_000_000;

    private long nowNs;
    private long dueNs;
    private boolean runs;
    private boolean urgent;

    /** A round begins. */
    void begin(final long roundNs) {
        nowNs = roundNs;
        dueNs = Long.MAX_VALUE;
        runs = false;
        urgent = false;
    }

    /** Something runs that should have ended by a time. */
    void due(final long endNs) {
        runs = true;
        dueNs = Math.min(dueNs, endNs);
    }

    /** Something is beyond its time, or waits for the next round. */
    void urgent() {
        urgent = true;
    }

    /**
     * When the next round begins.
     *
     * @param events how many this round has drained
     * @return nanoseconds of the clock
     */
    long nextNs(final int events) {
        if (urgent) {
            return nowNs + SHORTEST_NS;
        }
        final long longestNs = nowNs + (runs || events > 0 ? LONGEST_NS : QUIET_NS);
        return Math.max(nowNs + SHORTEST_NS, Math.min(dueNs, longestNs));
    }
}
