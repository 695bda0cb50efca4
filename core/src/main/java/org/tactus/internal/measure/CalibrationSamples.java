package org.tactus.internal.measure;

import java.util.Arrays;
import org.agrona.collections.LongArrayList;
import org.tactus.format.Quantiles;

/** Samples of several quantities and the platform stalls seen meanwhile, whose samples do not count. Not thread-safe. */
final class CalibrationSamples {
    /** Of each quantity: begin, end, begin, end ... nanoseconds. */
    private final LongArrayList[] samples;
    private final LongArrayList stalls = new LongArrayList();

    CalibrationSamples(final int quantities) {
        samples = new LongArrayList[quantities];
        Arrays.setAll(samples, i -> new LongArrayList(1 << 16, Long.MIN_VALUE));
    }

    void clear() {
        Arrays.stream(samples).forEach(LongArrayList::clear);
        stalls.clear();
    }

    void add(final int quantity, final long beginNs, final long endNs) {
        samples[quantity].addLong(beginNs);
        samples[quantity].addLong(endNs);
    }

    void stall(final long beginNs, final long endNs) {
        stalls.addLong(beginNs);
        stalls.addLong(endNs);
    }

    /** Nothing that is sampled takes as long as the stall threshold by itself: a sample beyond it is a stall, counted as one. */
    void findLongSamples(final long thresholdNs) {
        for (final LongArrayList all : samples) {
            for (int i = 0; i < all.size(); i += 2) {
                if (all.getLong(i + 1) - all.getLong(i) >= thresholdNs && !isStalled(all.getLong(i), all.getLong(i + 1))) {
                    stall(all.getLong(i), all.getLong(i + 1));
                }
            }
        }
    }

    int stalls() {
        return stalls.size() / 2;
    }

    long longestStallNs() {
        long longestNs = 0;
        for (int i = 0; i < stalls.size(); i += 2) {
            longestNs = Math.max(longestNs, stalls.getLong(i + 1) - stalls.getLong(i));
        }
        return longestNs;
    }

    /** The samples that no stall touched, each divided by a number of equal parts that it holds and rounded up. */
    Quantiles quantiles(final int quantity, final int parts) {
        final LongArrayList all = samples[quantity];
        final long[] kept = new long[all.size() / 2];
        int count = 0;
        for (int i = 0; i < all.size(); i += 2) {
            if (!isStalled(all.getLong(i), all.getLong(i + 1))) {
                kept[count++] = Math.ceilDiv(Math.max(0, all.getLong(i + 1) - all.getLong(i)), parts);
            }
        }
        if (count == 0) {
            throw new IllegalStateException("every sample was touched by a platform stall; try again on a quieter machine");
        }
        return Quantiles.of(kept, count);
    }

    /** How long all samples took, those that a stall touched included. */
    long[] lengths(final int quantity) {
        final LongArrayList all = samples[quantity];
        final long[] lengths = new long[all.size() / 2];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = Math.max(0, all.getLong(2 * i + 1) - all.getLong(2 * i));
        }
        return lengths;
    }

    private boolean isStalled(final long beginNs, final long endNs) {
        for (int i = 0; i < stalls.size(); i += 2) {
            if (stalls.getLong(i) <= endNs && stalls.getLong(i + 1) >= beginNs) {
                return true;
            }
        }
        return false;
    }
}
