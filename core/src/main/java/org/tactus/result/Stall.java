// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import java.util.ArrayList;
import java.util.List;

/**
 * A time during which the platform, not the task set, kept work from running.
 *
 * @param atNs     when it began, nanoseconds since time zero
 * @param lengthNs how long the window is in which it was seen; accounting of the system tells how much it took, not when
 * @param where    a device, a thread or the machine
 * @param cause    what saw it: {@code loop gap}, {@code steal}, {@code run delay}, {@code safepoint NAME},
 *                 {@code own wait}
 * @param takenNs  how much of the window it took
 */
public record Stall(long atNs, long lengthNs, String where, String cause, long takenNs) {
    /** Cause of a stall in which a thread was ready while other processes of this system ran. */
    public static final String RUN_DELAY = "run delay";
    /** Begin of the cause of a stall in which this process's JVM paused; a blank and the pause's name follow. */
    public static final String SAFEPOINT = "safepoint";

    /**
     * Cause of a stall in which a dispatcher waited by itself: for a lock of the JVM or of another thread of this process.
     */
    public static final String OWN_WAIT = "own wait";

    /**
     * One that took the whole of its window.
     *
     * @param atNs     when it began, nanoseconds since time zero
     * @param lengthNs how long it was
     * @param where    a device, a thread or the machine
     * @param cause    what saw it
     */
    public Stall(final long atNs, final long lengthNs, final String where, final String cause) {
        this(atNs, lengthNs, where, cause, lengthNs);
    }

    /**
     * Whether the platform took the time, and not this process or another one of this system.
     *
     * @return false for run delays, own waits and safepoints
     */
    public boolean isOfPlatform() {
        return !cause.equals(RUN_DELAY) && !cause.equals(OWN_WAIT) && !cause.startsWith(SAFEPOINT);
    }

    /**
     * The end.
     *
     * @return nanoseconds since time zero
     */
    public long endNs() {
        return atNs + lengthNs;
    }

    /**
     * Joins stalls that overlap or touch, so that one that several observers saw counts once.
     *
     * @param sorted stalls, earliest first
     * @return disjoint intervals, earliest first, each {@code {beginNs, endNs}}
     */
    public static List<long[]> union(final List<Stall> sorted) {
        final List<long[]> intervals = new ArrayList<>();
        long[] last = null;
        for (final Stall stall : sorted) {
            if (last != null && stall.atNs() <= last[1]) {
                last[1] = Math.max(last[1], stall.endNs());
            } else {
                last = new long[] {stall.atNs(), stall.endNs()};
                intervals.add(last);
            }
        }
        return intervals;
    }

    /**
     * Time that stalls took, overlapping ones once.
     *
     * @param sorted stalls, earliest first
     * @return nanoseconds
     */
    public static long totalNs(final List<Stall> sorted) {
        long sum = 0;
        for (final long[] interval : union(sorted)) {
            sum += interval[1] - interval[0];
        }
        return sum;
    }
}
