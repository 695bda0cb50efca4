// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * A window that moves over an image, as convolutions and poolings do.
 *
 * @param height       of the input
 * @param width        of the input
 * @param outHeight    of the output
 * @param outWidth     of the output
 * @param taps         rows and columns of the window
 * @param strides      down and right
 * @param padTop       rows of padding above
 * @param padLeft      columns of padding to the left
 * @param dilations    distances between taps, down and right
 */
record Window(
    int height, int width, int outHeight, int outWidth, Pair taps, Pair strides, int padTop, int padLeft, Pair dilations) {
    /** Two numbers: of rows, and of columns. */
    record Pair(int rows, int columns) {
        int product() {
            return rows * columns;
        }
    }

    int inputs() {
        return height * width;
    }

    int outputs() {
        return outHeight * outWidth;
    }

    /** Whether each tap is a pixel of the input for every place of the output. */
    boolean isInside() {
        return padTop == 0 && padLeft == 0
            && (outHeight - 1) * strides.rows() + (taps.rows() - 1) * dilations.rows() < height
            && (outWidth - 1) * strides.columns() + (taps.columns() - 1) * dilations.columns() < width;
    }
}
