// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.OptionalDouble;

/**
 * Weights in half precision, as kernels read them: rounded once, to the nearest number, in units of 8 depths of a line, which are 16 bytes.
 * By group, then by unit of depths, the units of all lines lie side by side, so that neighbouring threads read neighbouring units. Depths
 * that are missing in the last unit are 0.
 */
final class HalfWeights {
    private HalfWeights() {
    }

    /** Where a weight stands in the numbers that are given. */
    interface Order {
        /** Index of a line's weight at a depth, negative for a 0. */
        int index(int group, int line, int depth);
    }

    static short[] pack(final float[] weights, final int groups, final int lines, final int depth, final Order order) {
        final int units = HalfLoader.units(depth);
        final short[] packed = new short[groups * units * lines * HalfLoader.UNIT];
        for (int group = 0; group < groups; group++) {
            for (int line = 0; line < lines; line++) {
                for (int k = 0; k < depth; k++) {
                    final int from = order.index(group, line, k);
                    final int unit = (group * units + k / HalfLoader.UNIT) * lines + line;
                    packed[unit * HalfLoader.UNIT + k % HalfLoader.UNIT] = from < 0 ? 0 : Float.floatToFloat16(weights[from]);
                }
            }
        }
        return packed;
    }

    /**
     * Depths of a tap where a convolution's depths are counted by tap and then by channel, in whole units, so that a unit is of one pixel;
     * 0 where the zeros behind the channels would be too many, and depths are counted by channel.
     */
    static int tapDepth(final int channels, final int taps) {
        final int depth = HalfLoader.units(channels) * HalfLoader.UNIT;
        return taps == 1 || depth * 4 <= channels * 5 ? depth : 0;
    }

    /** A convolution's weights, from an order by output, channel and tap. */
    static short[] convolution(
        final float[] weights, final int groups, final int rows, final int channels, final int taps, final int tapDepth) {
        return tapDepth == 0
            ? pack(weights, groups, rows, channels * taps, (group, row, k) -> (group * rows + row) * channels * taps + k)
            : pack(weights, groups, rows, tapDepth * taps, (group, row, k) -> k % tapDepth >= channels ? -1
                : ((group * rows + row) * channels + k % tapDepth) * taps + k / tapDepth);
    }

    /** Dense rows, each with a 0 behind it where that makes its numbers even. */
    static short[] rows(final float[] weights, final int rows, final int length) {
        final int width = Math.ceilDiv(length, 2) * 2;
        final short[] packed = new short[rows * width];
        for (int i = 0; i < weights.length; i++) {
            packed[i / length * width + i % length] = Float.floatToFloat16(weights[i]);
        }
        return packed;
    }

    /** The first weight that half precision does not hold, with its sign; empty where it holds all. */
    static OptionalDouble beyond(final float... weights) {
        for (final float weight : weights) {
            if (Math.abs(weight) > Numbers.LARGEST_HALF) {
                return OptionalDouble.of(weight);
            }
        }
        return OptionalDouble.empty();
    }
}
