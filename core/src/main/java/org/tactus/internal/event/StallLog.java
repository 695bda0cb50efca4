package org.tactus.internal.event;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tactus.result.Stall;

/** Collects stalls. One thread at a time; used by the monitor, then by whoever reports. */
public final class StallLog {
    /** Most stalls kept; later ones are counted in {@link #dropped}. */
    public static final int MAX_STALLS = 100_000;

    private final List<Stall> stalls = new ArrayList<>();
    private long dropped;

    /**
     * Adds a stall.
     *
     * @param stall when it was and who saw it
     */
    public void add(final Stall stall) {
        if (stalls.size() < MAX_STALLS) {
            stalls.add(stall);
        } else {
            dropped++;
        }
    }

    /**
     * Adds a stall.
     *
     * @param atNs     when it began, nanoseconds since time zero
     * @param lengthNs how long it was; what lies before time zero is cut off, and nothing is added unless above 0
     * @param where    a device, a thread or the machine
     * @param cause    what saw it
     */
    public void add(final long atNs, final long lengthNs, final String where, final String cause) {
        final long beginNs = Math.max(0, atNs); // what lay before time zero touched no job
        final long endNs = atNs + lengthNs;
        if (endNs > beginNs) {
            add(new Stall(beginNs, endNs - beginNs, where, cause));
        }
    }

    /**
     * All stalls, earliest first. Several observers may have seen one stall: each stands here.
     *
     * @return a copy
     */
    public List<Stall> stalls() {
        final List<Stall> sorted = new ArrayList<>(stalls);
        sorted.sort(Comparator.comparingLong(Stall::atNs));
        return List.copyOf(sorted);
    }

    /**
     * Counts stalls that found the log full.
     *
     * @return stalls that are missing here
     */
    public long dropped() {
        return dropped;
    }

    /**
     * Joins stalls that overlap or touch, so that one that several observers saw counts once.
     *
     * @param sorted stalls, earliest first
     * @return disjoint intervals, earliest first, each {@code {beginNs, endNs}}
     */
    static List<long[]> union(final List<Stall> sorted) {
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
