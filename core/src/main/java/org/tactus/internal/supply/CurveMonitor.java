package org.tactus.internal.supply;

import org.tactus.supply.StallCurve;

/**
 * Holds one core's stalls against its curve while they happen. One writer; a reader waits until the writer has ended. Allocates nothing
 * after it is made.
 *
 * <p>The stalled time of a window of some length can only pass its limit at the end of a stall, so all lengths are looked at whenever
 * one has ended: each keeps the first stall that reaches into its window. Exact while no more stalls lie in a window than are kept.
 */
public final class CurveMonitor {
    private static final int FIELDS = 4;

    private final long[] lengths;
    private final long[] allowed;
    private final long[] beginNs;
    private final long[] endNs;
    private final long[] before;
    private final int mask;
    /** By length: number of the first stall that is not wholly before its window. */
    private final long[] first;
    private final long[] breaks;
    private long stalls;
    private long totalNs;
    private long breakCount;
    private long forgotten;

    /**
     * Starts without a stall.
     *
     * @param curve      what is allowed
     * @param horizonNs  longest window of interest, nanoseconds
     * @param kept       how many stalls are kept, a power of two
     * @param mostBreaks how many breaks are kept; the others are counted
     */
    public CurveMonitor(final StallCurve curve, final long horizonNs, final int kept, final int mostBreaks) {
        lengths = CurveLengths.of(curve, horizonNs);
        allowed = new long[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            allowed[i] = curve.awayNs(lengths[i]);
        }
        if (Integer.bitCount(kept) != 1) {
            throw new IllegalArgumentException(kept + " stalls to keep; it must be a power of two");
        }
        beginNs = new long[kept];
        endNs = new long[kept];
        before = new long[kept];
        mask = kept - 1;
        first = new long[lengths.length];
        breaks = new long[mostBreaks * FIELDS];
    }

    /**
     * Takes up a stall, which does not begin before the one before it ended.
     *
     * @param fromNs where it began, nanoseconds
     * @param toNs   where it ended
     * @return true when a window that ends with it lost more than the curve allows
     */
    public boolean stall(final long fromNs, final long toNs) {
        final int slot = (int) stalls & mask;
        beginNs[slot] = fromNs;
        endNs[slot] = toNs;
        before[slot] = totalNs;
        totalNs += toNs - fromNs;
        stalls++;
        int worst = -1;
        long worstAway = 0;
        for (int i = 0; i < lengths.length; i++) {
            final long away = away(i, toNs - lengths[i]);
            if (away > allowed[i] && (worst < 0 || away - allowed[i] > worstAway - allowed[worst])) {
                worst = i;
                worstAway = away;
            }
        }
        if (worst < 0) {
            return false;
        }
        final int at = (int) Math.min(breakCount, Integer.MAX_VALUE / FIELDS) * FIELDS;
        if (at + FIELDS <= breaks.length) {
            breaks[at] = toNs;
            breaks[at + 1] = lengths[worst];
            breaks[at + 2] = worstAway;
            breaks[at + 3] = allowed[worst];
        }
        breakCount++;
        return true;
    }

    private long away(final int length, final long fromNs) {
        long at = first[length];
        if (at < stalls - mask - 1) {
            forgotten++;
            at = stalls - mask - 1;
        }
        while (endNs[(int) at & mask] <= fromNs) {
            at++;
        }
        first[length] = at;
        final int slot = (int) at & mask;
        return totalNs - before[slot] - Math.max(0, fromNs - beginNs[slot]);
    }

    /**
     * How often a stall ended with too much taken.
     *
     * @return a count
     */
    public long breakCount() {
        return breakCount;
    }

    /**
     * Breaks that were kept.
     *
     * @return a count
     */
    public int breaksKept() {
        return (int) Math.min(breakCount, breaks.length / FIELDS);
    }

    /**
     * The end of the window of a break.
     *
     * @param index of a kept one, from 0
     * @return nanoseconds, as the stalls were told
     */
    public long breakNs(final int index) {
        return breaks[index * FIELDS];
    }

    /**
     * The length of the window of a break, that which lost most beside what is allowed.
     *
     * @param index of a kept one, from 0
     * @return nanoseconds
     */
    public long breakWindowNs(final int index) {
        return breaks[index * FIELDS + 1];
    }

    /**
     * How much of the window was stalled.
     *
     * @param index of a kept one, from 0
     * @return nanoseconds
     */
    public long breakAwayNs(final int index) {
        return breaks[index * FIELDS + 2];
    }

    /**
     * How much of the window may be stalled.
     *
     * @param index of a kept one, from 0
     * @return nanoseconds
     */
    public long breakAllowedNs(final int index) {
        return breaks[index * FIELDS + 3];
    }

    /**
     * Stalls so far.
     *
     * @return a count
     */
    public long stalls() {
        return stalls;
    }

    /**
     * Stalled time so far.
     *
     * @return nanoseconds
     */
    public long totalNs() {
        return totalNs;
    }

    /**
     * How often a window held more stalls than are kept, so that a break may have been missed.
     *
     * @return a count
     */
    public long forgotten() {
        return forgotten;
    }
}
