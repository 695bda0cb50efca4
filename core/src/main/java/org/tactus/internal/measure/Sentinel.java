// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.locks.LockSupport;
import org.tactus.internal.supply.StallTrace;
import org.tactus.internal.time.Durations;

/**
 * Sees when its thread is not running: looks at the clock without a pause for nine tenths of the time and sleeps for one tenth, for the
 * system stops a real-time thread that never sleeps, and that gap would be ours. What passes between two looks and is longer than a
 * threshold is a stall.
 *
 * <p>The sleeps are cut out of the trace: its time is the watched time. They are at the same instants for all sentinels of one epoch, so
 * that traces of several cores can be laid over each other. It wakes before its turn, so what it sees is not its own waking up. Used by
 * one thread; allocates nothing while it watches.
 */
final class Sentinel {
    /** From one sleep to the next, nanoseconds. */
    static final long CYCLE_NS = 50_000_000;
    /** Watched part of a cycle, nanoseconds. */
    static final long WATCHED_NS = 44_500_000;
    private static final long EARLY_NS = 500_000;
    private static final int MOST_GAPS = 1 << 20;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final long thresholdNs;
    private final long[] beginNs = new long[MOST_GAPS];
    private final long[] endNs = new long[MOST_GAPS];
    private int count;
    private long dropped;
    private long watchedNs;
    private long cpuNs;

    /**
     * Prepares.
     *
     * @param thresholdNs shorter gaps are not seen, nanoseconds
     */
    Sentinel(final long thresholdNs) {
        this.thresholdNs = thresholdNs;
    }

    /**
     * Watches for some cycles and forgets what was seen before.
     *
     * @param epochNs when the first cycle begins, in the clock of {@link System#nanoTime}
     * @param cycles  how many
     */
    void watch(final long epochNs, final int cycles) {
        count = 0;
        dropped = 0;
        cpuNs = 0;
        watchedNs = cycles * WATCHED_NS;
        for (int cycle = 0; cycle < cycles; cycle++) {
            final long fromNs = epochNs + cycle * CYCLE_NS;
            await(fromNs);
            final long beforeNs = THREADS.getCurrentThreadCpuTime();
            cycle(fromNs, fromNs + WATCHED_NS, cycle * WATCHED_NS - fromNs);
            cpuNs += THREADS.getCurrentThreadCpuTime() - beforeNs;
        }
    }

    private static void await(final long fromNs) {
        long leftNs = fromNs - EARLY_NS - System.nanoTime();
        while (leftNs > 0) {
            LockSupport.parkNanos(leftNs);
            leftNs = fromNs - EARLY_NS - System.nanoTime();
        }
        while (System.nanoTime() < fromNs) {
            Thread.onSpinWait();
        }
    }

    private void cycle(final long fromNs, final long untilNs, final long shiftNs) {
        long lastNs = fromNs;
        while (lastNs < untilNs) {
            final long nowNs = System.nanoTime();
            if (nowNs - lastNs > thresholdNs) {
                gap(lastNs + shiftNs, Math.min(nowNs, untilNs) + shiftNs);
            }
            lastNs = nowNs;
        }
    }

    private void gap(final long begin, final long end) {
        if (count < MOST_GAPS) {
            beginNs[count] = begin;
            endNs[count] = end;
            count++;
        } else {
            dropped++;
        }
    }

    /**
     * How much of the watched time the clock of the thread's CPU time counted as executing. What it counts less than the gaps leave is
     * what it knows of them: a clock that knows all can measure execution times free of stalls.
     *
     * @return nanoseconds
     */
    long cpuNs() {
        return cpuNs;
    }

    /**
     * What was seen.
     *
     * @return the stalls in watched time
     * @throws IllegalStateException when there were more gaps than can be kept
     */
    StallTrace trace() {
        if (dropped > 0) {
            throw new IllegalStateException("more than " + MOST_GAPS + " gaps above "
                + Durations.exact(thresholdNs) + "; measure for a shorter time, or with a larger threshold");
        }
        return StallTrace.of(beginNs, endNs, count, watchedNs);
    }
}
