// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.remote;

import java.util.Arrays;

/**
 * How long the answers to the last offers took, lost ones included. One thread writes; {@link #sorted} may be called when that has ended.
 */
public final class RoundTrips {
    /** Stands for an answer that did not come. */
    public static final long LOST_NS = Long.MAX_VALUE;
    /** How many of the last offers count. */
    public static final int CAPACITY = 4096;

    private final long[] sentNs = new long[CAPACITY];
    private final long[] takenNs = new long[CAPACITY];
    private final long[] numbers = new long[CAPACITY];
    private long count;

    /**
     * Notes an offer.
     *
     * @param number its number
     * @param nowNs  when it was sent
     */
    public void sent(final long number, final long nowNs) {
        final int at = (int) (count++ % CAPACITY);
        numbers[at] = number;
        sentNs[at] = nowNs;
        takenNs[at] = LOST_NS;
    }

    /**
     * Notes an answer, in time or late; only the first one to an offer counts.
     *
     * @param number number of the offer
     * @param nowNs  when it came
     */
    public void answered(final long number, final long nowNs) {
        final int most = (int) Math.min(count, 64); // an older one is lost for every purpose
        for (int i = 1; i <= most; i++) {
            final int at = (int) ((count - i) % CAPACITY);
            if (numbers[at] == number) {
                takenNs[at] = Math.min(takenNs[at], nowNs - sentNs[at]);
                return;
            }
        }
    }

    /**
     * The round trips of the last offers.
     *
     * @return nanoseconds, ascending, {@link #LOST_NS} for those without an answer; a copy
     */
    public long[] sorted() {
        final long[] all = Arrays.copyOf(takenNs, (int) Math.min(count, CAPACITY));
        Arrays.sort(all);
        return all;
    }

    /**
     * A quantile of round trips.
     *
     * @param sorted what {@link #sorted} gave
     * @param share  from 0 to 1
     * @return the least of them that this share of them does not exceed, nanoseconds; {@link #LOST_NS} where there are none
     */
    public static long quantileNs(final long[] sorted, final double share) {
        return sorted.length == 0 ? LOST_NS : sorted[Math.clamp((int) Math.ceil(share * sorted.length) - 1, 0, sorted.length - 1)];
    }
}
