// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How an object looks: the mean colour of four bands of its box, without its edges, each relative to the brightness of all. Two boxes of
 * one object look alike from frame to frame. Allocates nothing. Any thread.
 */
final class Appearance {
    /** Numbers that describe a look. */
    static final int LENGTH = 12;
    private static final int BANDS = 4;
    private static final int PLANES = 3;
    private static final float INSIDE = 0.2f;

    private Appearance() {
    }

    /**
     * Describes a box.
     *
     * @param frame 3 planes of bytes
     * @param boxes a table
     * @param i     which box
     * @param into  receives {@link #LENGTH} numbers from 0 to 1
     */
    static void describe(final MemorySegment frame, final BoxTable boxes, final int i, final float[] into) {
        final float wide = boxes.right(i) - boxes.left(i);
        final float high = boxes.bottom(i) - boxes.top(i);
        final int left = Math.clamp(Math.round(boxes.left(i) + INSIDE * wide), 0, StreetScene.WIDTH - 1);
        final int right = Math.clamp(Math.round(boxes.right(i) - INSIDE * wide), left + 1, StreetScene.WIDTH);
        for (int band = 0; band < BANDS; band++) {
            final int top = Math.clamp(Math.round(boxes.top(i) + high * band / BANDS), 0, StreetScene.HEIGHT - 1);
            final int bottom = Math.clamp(Math.round(boxes.top(i) + high * (band + 1) / BANDS), top + 1, StreetScene.HEIGHT);
            for (int c = 0; c < PLANES; c++) {
                long sum = 0;
                for (int row = top; row < bottom; row++) {
                    for (int column = left; column < right; column++) {
                        sum += frame.get(ValueLayout.JAVA_BYTE, ((long) c * StreetScene.HEIGHT + row) * StreetScene.WIDTH + column) & 0xFF;
                    }
                }
                into[band * PLANES + c] = sum / (255f * (bottom - top) * (right - left));
            }
        }
    }

    /** How alike two looks are: 1 for the same, 0 for those that differ by {@code LIMIT} a number or more. */
    static float likeness(final float[] one, final float[] other) {
        float sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            sum += Math.abs(one[i] - other[i]);
        }
        return Math.max(0, 1 - sum / LENGTH / 0.25f);
    }
}
