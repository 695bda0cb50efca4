// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads boxes out of the detector's answer: for each 8 x 8 pixels of its input two logits, the place of an object's middle in the cell, and
 * the logarithms of its width and height in cells. A cell whose logit is the largest of its neighbours is an object. Allocates nothing.
 * Any thread.
 */
final class CellDecoder {
    /** Pixels of a cell. */
    static final int STRIDE = 8;
    private static final int CLASSES = 2;
    private static final int X = CLASSES;
    private static final int Y = CLASSES + 1;
    private static final int WIDE = CLASSES + 2;
    private static final int HIGH = CLASSES + 3;
    /** Logit of the least score that is told: 0.08. */
    private static final float LEAST = -2.44f;
    /** Largest overlap of two boxes of a class. */
    private static final float MOST_OVERLAP = 0.5f;

    private CellDecoder() {
    }

    /**
     * Adds what was found in a part of a frame, in pixels of the frame, and suppresses what says the same twice.
     *
     * @param cells   the answer: 6 planes of 32-bit floats
     * @param columns of cells
     * @param rows    of cells
     * @param left    first column of the part
     * @param top     first row of the part
     * @param scaleX  pixels of the frame for a pixel of the input
     * @param scaleY  the same downwards
     * @param into    receives the boxes
     */
    static void decode(
        final MemorySegment cells, final int columns, final int rows, final int left, final int top, final float scaleX,
        final float scaleY, final BoxTable into) {
        for (int type = 0; type < CLASSES; type++) {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    final float logit = at(cells, type, row, column, columns, rows);
                    if (logit > LEAST && isPeak(cells, type, row, column, columns, rows, logit)) {
                        final float x = left + (column + at(cells, X, row, column, columns, rows)) * STRIDE * scaleX;
                        final float y = top + (row + at(cells, Y, row, column, columns, rows)) * STRIDE * scaleY;
                        final float wide = size(at(cells, WIDE, row, column, columns, rows)) * STRIDE * scaleX / 2;
                        final float high = size(at(cells, HIGH, row, column, columns, rows)) * STRIDE * scaleY / 2;
                        into.add(x - wide, y - high, x + wide, y + high, (float) (1 / (1 + Math.exp(-logit))), type, 0);
                    }
                }
            }
        }
        into.suppress(MOST_OVERLAP);
    }

    private static float size(final float logarithm) {
        return (float) Math.exp(Math.min(4, logarithm));
    }

    private static boolean isPeak(
        final MemorySegment cells, final int type, final int row, final int column, final int columns, final int rows, final float logit) {
        for (int y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
            for (int x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
                if (at(cells, type, y, x, columns, rows) > logit) {
                    return false;
                }
            }
        }
        return true;
    }

    private static float at(
        final MemorySegment cells, final int plane, final int row, final int column, final int columns, final int rows) {
        return cells.getAtIndex(ValueLayout.JAVA_FLOAT, ((long) plane * rows + row) * columns + column);
    }
}
