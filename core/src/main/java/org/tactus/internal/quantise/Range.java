// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

/**
 * Values of a tensor as 8-bit unsigned integers: value = scale (byte - zero). Zero itself is always one of them.
 *
 * @param low  least value that is represented, at most 0
 * @param high largest value that is represented, at least 0
 */
public record Range(float low, float high) {
    private static final int LEVELS = 255;
    private static final float LEAST_SCALE = 1e-12f;

    /** Takes zero in. */
    public Range {
        if (!(low <= high) || !Float.isFinite(low) || !Float.isFinite(high)) {
            throw new IllegalArgumentException("a range from " + low + " to " + high + "; give finite numbers, the lower first");
        }
        low = Math.min(low, 0);
        high = Math.max(high, 0);
    }

    /**
     * Distance of two neighbouring values.
     *
     * @return above 0
     */
    public float scale() {
        return Math.max(LEAST_SCALE, (float) (((double) high - low) / LEVELS));
    }

    /**
     * The byte that stands for zero.
     *
     * @return 0 to 255
     */
    public int zero() {
        return (int) Math.max(0, Math.min(LEVELS, Math.rint(-(double) low / scale())));
    }
}
