// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

/**
 * Policies that no device here runs, for reference: preemptive fixed priority and EDF, and non-preemptive FIFO. Periodic tasks with
 * deadlines equal to their periods, jobs at their WCET, time in nanoseconds, tasks in priority order. Used by one thread.
 */
final class UniprocessorSimulator {
    /** How jobs are ordered. */
    enum Order {
        /** Preemptive, the first task ranks highest. */
        FIXED_PRIORITY,
        /** Preemptive, the earliest absolute deadline first. */
        EDF,
        /** Not preemptive, the earliest release first. */
        FIFO
    }

    final long[] largestNs;
    private final long[] wcet;
    private final long[] period;
    private final Order order;
    private final long[] release;
    private final long[] left;

    UniprocessorSimulator(final long[] wcet, final long[] period, final Order order) {
        this.wcet = wcet;
        this.period = period;
        this.order = order;
        largestNs = new long[wcet.length];
        release = new long[wcet.length];
        left = new long[wcet.length];
    }

    /** Runs from the given offsets; whether a job missed its deadline. The run ends with the first miss. */
    boolean misses(final long[] offsets, final long durationNs) {
        System.arraycopy(offsets, 0, release, 0, offsets.length);
        System.arraycopy(wcet, 0, left, 0, wcet.length);
        long now = 0;
        while (now < durationNs) {
            int best = -1;
            long next = Long.MAX_VALUE;
            for (int i = 0; i < wcet.length; i++) {
                if (release[i] > now) {
                    next = Math.min(next, release[i]);
                } else if (best < 0 || key(i) < key(best)) {
                    best = i;
                }
            }
            if (best < 0) {
                now = next;
                continue;
            }
            final long run = order == Order.FIFO ? left[best] : Math.min(left[best], next - now);
            now += run;
            left[best] -= run;
            if (left[best] == 0) {
                final long response = now - release[best];
                largestNs[best] = Math.max(largestNs[best], response);
                if (response > period[best]) {
                    return true;
                }
                release[best] += period[best];
                left[best] = wcet[best];
            }
        }
        return false;
    }

    private long key(final int i) {
        return switch (order) {
            case FIXED_PRIORITY -> i;
            case EDF -> release[i] + period[i];
            case FIFO -> release[i];
        };
    }
}
