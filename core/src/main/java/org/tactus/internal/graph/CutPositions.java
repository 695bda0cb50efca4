// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import java.util.Arrays;

/**
 * Chooses where to cut a sequence of nodes. Ours: minimises the sum over the segments of (cost / equal share) squared, plus a
 * small price for each tensor beyond the first that crosses a cut, by dynamic programming over the allowed positions.
 */
public final class CutPositions {
    private static final double CROSSING_PRICE = 0.02;

    private CutPositions() {
    }

    /**
     * Chooses.
     *
     * @param cost     of each node
     * @param crossing number of tensors that cross before node i; negative where no cut is allowed; entry 0 is not read
     * @param cuts     number of segments, at least 1
     * @return the first node of each segment; null when there are fewer allowed positions than it takes
     */
    public static int[] choose(final double[] cost, final int[] crossing, final int cuts) {
        final int[] at = new int[cost.length + 1];
        int count = 0;
        at[count++] = 0;
        for (int i = 1; i < cost.length; i++) {
            if (crossing[i] >= 0) {
                at[count++] = i;
            }
        }
        if (count < cuts) {
            return null;
        }
        at[count] = cost.length;
        final double[] prefix = new double[cost.length + 1];
        for (int i = 0; i < cost.length; i++) {
            prefix[i + 1] = prefix[i] + cost[i];
        }
        final double share = prefix[cost.length] / cuts;
        final int[][] from = new int[cuts + 1][count + 1];
        double[] best = new double[count + 1];
        Arrays.fill(best, Double.POSITIVE_INFINITY);
        best[0] = 0;
        for (int segment = 1; segment <= cuts; segment++) {
            final double[] next = new double[count + 1];
            Arrays.fill(next, Double.POSITIVE_INFINITY);
            for (int end = segment; end <= count; end++) {
                final double price = end == count ? 0 : CROSSING_PRICE * Math.max(0, crossing[at[end]] - 1);
                for (int start = end - 1; start >= segment - 1; start--) {
                    final double part = (prefix[at[end]] - prefix[at[start]]) / share;
                    final double square = part * part + price;
                    if (square > next[end]) {
                        break; // a longer segment costs more still
                    }
                    if (best[start] + square < next[end]) {
                        next[end] = best[start] + square;
                        from[segment][end] = start;
                    }
                }
            }
            best = next;
        }
        final int[] starts = new int[cuts];
        int end = count;
        for (int segment = cuts; segment >= 1; segment--) {
            end = from[segment][end];
            starts[segment - 1] = at[end];
        }
        return starts;
    }
}
