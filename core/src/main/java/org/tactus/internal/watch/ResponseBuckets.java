// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.util.OptionalLong;

/**
 * Response times counted in buckets: of 32 ns below 1,024 ns, above that 32 in each power of two up to 2^39 ns (550 s), so that a bucket is
 * at most a 32nd of its values wide, or 32 ns. A longer response counts in the last one. A quantile is the upper end of its bucket, or the
 * largest response where that is less or the bucket is the last one: never below the true one, and at most a 32nd or 32 ns above it, but
 * for responses in the last bucket. Immutable.
 */
public final class ResponseBuckets {
    /** How many buckets there are. */
    public static final int COUNT = 960;
    /** Buckets in each power of two. */
    static final int OCTAVE = 32;
    private static final int LINEAR_SHIFT = 5;
    private static final int SUB_BITS = 5;
    private static final int FIRST_EXPONENT = 10;
    private static final ResponseBuckets NONE = new ResponseBuckets(new long[COUNT]);

    /** Jobs that must lie at or above a quantile, a little below 1 because of rounding; {@code results.json} asks for as many. */
    private static final double ENOUGH = 0.999999;
    private static final double HALF = 0.5;

    private final long[] counts;

    /**
     * Takes counts.
     *
     * @param counts of each bucket; not copied, and not changed by anybody any more
     */
    ResponseBuckets(final long[] counts) {
        this.counts = counts;
    }

    /**
     * No response at all.
     *
     * @return empty buckets
     */
    public static ResponseBuckets none() {
        return NONE;
    }

    /**
     * Finds the bucket of a response.
     *
     * @param ns nanoseconds; a negative one counts as 0
     * @return index from 0
     */
    public static int indexOf(final long ns) {
        if (ns < 1 << FIRST_EXPONENT) {
            return (int) (Math.max(0, ns) >> LINEAR_SHIFT);
        }
        final int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(ns);
        final int sub = (int) (ns >> exponent - SUB_BITS) & OCTAVE - 1;
        return Math.min(COUNT - 1, OCTAVE + (exponent - FIRST_EXPONENT) * OCTAVE + sub);
    }

    /**
     * The largest response that a bucket counts; the last one counts longer ones, too.
     *
     * @param index of the bucket
     * @return nanoseconds
     */
    public static long highestNs(final int index) {
        if (index < OCTAVE) {
            return ((long) index + 1 << LINEAR_SHIFT) - 1;
        }
        final int exponent = FIRST_EXPONENT + (index - OCTAVE) / OCTAVE;
        return ((long) OCTAVE + (index - OCTAVE) % OCTAVE + 1 << exponent - SUB_BITS) - 1;
    }

    /**
     * Counts of a bucket.
     *
     * @param index of the bucket
     * @return responses in it
     */
    public long count(final int index) {
        return counts[index];
    }

    /**
     * Counts all responses.
     *
     * @return the sum over the buckets
     */
    public long total() {
        long total = 0;
        for (final long count : counts) {
            total += count;
        }
        return total;
    }

    /**
     * What came since an earlier look.
     *
     * @param earlier the same task's buckets then
     * @return the difference; where a count has gone down, because another task has the record, these buckets themselves
     */
    public ResponseBuckets since(final ResponseBuckets earlier) {
        final long[] difference = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            difference[i] = counts[i] - earlier.counts[i];
            if (difference[i] < 0) {
                return this;
            }
        }
        return new ResponseBuckets(difference);
    }

    /**
     * Reads a quantile.
     *
     * @param share from 0 to 1
     * @param maxNs the largest response, nanoseconds
     * @return nanoseconds, as the class says; -1 without a response
     */
    public long quantileNs(final double share, final long maxNs) {
        final long wanted = rank(share, total());
        if (wanted == 0) {
            return -1;
        }
        int index = -1;
        for (long seen = 0; seen < wanted;) {
            seen += counts[++index];
        }
        return upperNs(index, maxNs);
    }

    /**
     * Reads a quantile where the responses are enough to carry it: above the median, one must lie at or above it.
     *
     * @param share from 0 to 1
     * @param maxNs the largest response, nanoseconds
     * @return nanoseconds; empty without a response, and where they are too few
     */
    public OptionalLong carriedNs(final double share, final long maxNs) {
        final long total = total();
        return total == 0 || (1 - share) * total < ENOUGH && share > HALF ? OptionalLong.empty()
            : OptionalLong.of(quantileNs(share, maxNs));
    }

    /** The end of a bucket as a quantile is told: nobody took longer than the longest, and the last bucket has no end. */
    static long upperNs(final int index, final long maxNs) {
        return index == COUNT - 1 ? maxNs : Math.min(highestNs(index), maxNs);
    }

    /** How many responses must lie at or below a quantile; 0 without one. */
    static long rank(final double share, final long total) {
        return total == 0 ? 0 : Math.clamp((long) Math.ceil(share * total), 1, total);
    }
}
