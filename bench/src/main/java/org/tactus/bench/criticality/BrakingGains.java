// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

/**
 * What each scale of the next frame is worth, of what was found in the last one: for each box outside the critical region its score times
 * the share of such rows at which an object is usually found, and something for objects that nobody has seen yet. Ours. Allocates nothing.
 */
final class BrakingGains {
    /** Rows in the input below which no object is found, and from which on each is. */
    private static final float FEWEST_ROWS = 7;
    private static final float ENOUGH_ROWS = 20;
    /** Objects expected that were not found. */
    private static final double UNSEEN = 0.5;

    private BrakingGains() {
    }

    /** The gain of a level, from 0. */
    static double gain(final BoxTable found, final CriticalRegion region, final int level) {
        final float scale = BrakingSizes.QUARTERS[level] / 4f;
        double gain = UNSEEN * scale;
        for (int i = 0; i < found.count(); i++) {
            if (!region.holds(found, i)) {
                final float rows = (found.bottom(i) - found.top(i)) * scale;
                gain += found.score(i) * Math.clamp((rows - FEWEST_ROWS) / (ENOUGH_ROWS - FEWEST_ROWS), 0, 1);
            }
        }
        return gain;
    }
}
