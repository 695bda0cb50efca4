// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Crops and scales a frame into a network's input, both outside the Java heap: the mean of the pixels that an element covers, each whole.
 * Allocates nothing after it was made. One thread.
 */
public final class FrameScaler {
    private static final int PLANES = 3;
    private static final float LIGHTEST = 255;

    private final int width;
    private final int height;

    /**
     * Reads frames of one size.
     *
     * @param width  columns of a frame
     * @param height rows of a frame
     */
    public FrameScaler(final int width, final int height) {
        this.width = width;
        this.height = height;
    }

    /**
     * Fills a network's input with a part of a frame.
     *
     * @param frame    3 planes of bytes
     * @param left     first column of the part, at least 0
     * @param top      first row of the part, at least 0
     * @param wide     columns of the part; it lies in the frame
     * @param high     rows of the part
     * @param into     3 planes of 32-bit floats, from 0 to 1
     * @param intoWide columns of the input, at most those of the part
     * @param intoHigh rows of the input, at most those of the part
     */
    public void scale(
        final MemorySegment frame, final int left, final int top, final int wide, final int high, final MemorySegment into,
        final int intoWide, final int intoHigh) {
        if (left < 0 || top < 0 || left + wide > width || top + high > height || intoWide > wide || intoHigh > high) {
            throw new IllegalArgumentException("a part of " + wide + " x " + high + " at " + left + ", " + top + " for " + intoWide + " x "
                + intoHigh + "; it lies in the frame of " + width + " x " + height + " and is not enlarged");
        }
        for (int c = 0; c < PLANES; c++) {
            final long plane = (long) c * width * height;
            final long intoPlane = (long) c * intoWide * intoHigh;
            for (int row = 0; row < intoHigh; row++) {
                final int firstRow = top + row * high / intoHigh;
                final int endRow = top + (row + 1) * high / intoHigh;
                for (int column = 0; column < intoWide; column++) {
                    final int firstColumn = left + column * wide / intoWide;
                    final int endColumn = left + (column + 1) * wide / intoWide;
                    int sum = 0;
                    for (int y = firstRow; y < endRow; y++) {
                        for (int x = firstColumn; x < endColumn; x++) {
                            sum += frame.get(ValueLayout.JAVA_BYTE, plane + (long) y * width + x) & 0xFF;
                        }
                    }
                    into.setAtIndex(ValueLayout.JAVA_FLOAT, intoPlane + (long) row * intoWide + column,
                        sum / (LIGHTEST * (endRow - firstRow) * (endColumn - firstColumn)));
                }
            }
        }
    }
}
