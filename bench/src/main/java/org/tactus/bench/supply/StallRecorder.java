// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.supply;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Sees the stalls of a core without holding it: sleeps until each instant of a fixed grid and notes when it woke up later than a
 * threshold. A core that is away at an instant of the grid wakes its thread when it is there again, so a stall begins at that instant
 * and ends at the awakening, less the usual time of an awakening.
 *
 * <p>What it cannot see: a stall that lies between two instants of the grid, and the part of a longer one that lies before the first
 * instant that it covers. A stall of length L, where the grid has steps of G, is seen with the probability min(1, L / G), and what is
 * seen of it is shorter by less than G.
 *
 * <p>One thread records; it publishes each stall by the release of {@link #count}, and any thread may read the stalls below a count that
 * it acquired. Allocates nothing while it records.
 */
final class StallRecorder {
    private static final int MOST_STALLS = 6_000_000;
    private static final int USUAL_LOOKS = 20_000;
    private static final VarHandle COUNT;
    private static final VarHandle SPAN;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(StallRecorder.class, "count", int.class);
            SPAN = MethodHandles.lookup().findVarHandle(StallRecorder.class, "spanNs", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long gridNs;
    private final long thresholdNs;
    private final long[] beginNs = new long[MOST_STALLS];
    private final int[] lengthNs = new int[MOST_STALLS];
    private long usualNs;
    private int count;
    private long spanNs;
    private long looks;

    /**
     * Prepares.
     *
     * @param gridNs      from one look to the next, nanoseconds
     * @param thresholdNs a look that is late by less is no stall
     */
    StallRecorder(final long gridNs, final long thresholdNs) {
        this.gridNs = gridNs;
        this.thresholdNs = thresholdNs;
        Arrays.fill(beginNs, -1); // touches the pages
        Arrays.fill(lengthNs, -1);
    }

    /**
     * Looks for a while and takes the median of the lateness as what an awakening usually takes. Called by the recording thread, first.
     *
     * @return nanoseconds
     */
    long learnUsual() {
        final long[] late = new long[USUAL_LOOKS];
        final long epochNs = System.nanoTime() + gridNs;
        for (int i = 0; i < USUAL_LOOKS; i++) {
            final long dueNs = Math.max(epochNs + i * gridNs, System.nanoTime() + gridNs);
            late[i] = sleepUntil(dueNs) - dueNs;
        }
        Arrays.sort(late);
        usualNs = late[USUAL_LOOKS / 2];
        return usualNs;
    }

    /**
     * Records until the time is over or there is no more room. Called by the recording thread.
     *
     * @param durationNs how long, nanoseconds
     */
    void record(final long durationNs) {
        final long epochNs = System.nanoTime() + gridNs;
        int stalls = 0;
        long due = 0;
        while (due < durationNs && stalls < MOST_STALLS) {
            final long nowNs = sleepUntil(epochNs + due) - epochNs;
            looks++;
            if (nowNs - due > thresholdNs) {
                beginNs[stalls] = due;
                lengthNs[stalls] = (int) Math.min(Integer.MAX_VALUE, nowNs - due - usualNs);
                stalls++;
                COUNT.setRelease(this, stalls); // the arrays above become visible to who acquires the count
            }
            SPAN.setRelease(this, due);
            due = (nowNs / gridNs + 1) * gridNs;
        }
    }

    private static long sleepUntil(final long dueNs) {
        long nowNs = System.nanoTime();
        while (nowNs < dueNs) {
            LockSupport.parkNanos(dueNs - nowNs);
            nowNs = System.nanoTime();
        }
        return nowNs;
    }

    int countAcquire() {
        return (int) COUNT.getAcquire(this);
    }

    long spanNsAcquire() {
        return (long) SPAN.getAcquire(this);
    }

    long beginNs(final int stall) {
        return beginNs[stall];
    }

    long lengthNs(final int stall) {
        return lengthNs[stall];
    }

    /** How often it looked, after {@link #record}. */
    long looks() {
        return looks;
    }
}
