// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * A product of matrices, once for each batch and group: out[row][column] is the sum over depth of left[row][depth] right[depth][column].
 * Outputs of batches and groups lie one behind the other, row-major.
 *
 * @param batches how often it is computed on other tensors
 * @param groups  how often it is computed in each batch, on other weights
 * @param rows    rows of the output
 * @param columns columns of the output
 * @param depth   numbers that are multiplied and summed for an element
 * @param left    where the left factor lies
 * @param right   where the right one lies
 */
record ProductShape(int batches, int groups, int rows, int columns, int depth, Source left, Source right) {
    /** Where a factor lies. */
    sealed interface Source {
    }

    /**
     * Weights that are packed for the kernel: in single precision by group and depth a line of all rows, in half precision as
     * {@link HalfWeights} packs them.
     *
     * @param width rows; in single precision rounded up to a multiple of 4 by zeros
     */
    record Packed(int width) implements Source {
        static Packed of(final int rows) {
            return new Packed(Math.ceilDiv(rows, 4) * 4);
        }
    }

    /**
     * A matrix.
     *
     * @param batchStride elements from batch to batch; 0 where all use the same
     * @param lineStride  elements from row to row of a left factor, from column to column of a right one
     * @param depthStride elements from depth to depth
     */
    record Matrix(int batchStride, int lineStride, int depthStride) implements Source {
    }

    /**
     * The windows of a convolution: a column for each place of the output, a depth for each channel of the group and each tap.
     *
     * @param window   the window
     * @param channels of a group
     * @param tapDepth depths of a tap, where they are counted by tap and then by channel, with zeros behind the channels; 0 where they are
     *                 counted by channel and then by tap
     */
    record ImageWindows(Window window, int channels, int tapDepth) implements Source {
        boolean isByTap() {
            return tapDepth > 0;
        }
    }

    /** Elements of one batch's and group's output. */
    int outputs() {
        return rows * columns;
    }

    /** Elements of the whole output. */
    long allOutputs() {
        return (long) batches * groups * rows * columns;
    }
}
