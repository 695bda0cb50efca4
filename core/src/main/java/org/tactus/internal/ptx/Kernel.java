// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * A kernel and the grid that it was written for.
 *
 * @param text    its PTX, under the name {@link PtxWriter#NAME}
 * @param blocksX blocks in the first dimension
 * @param blocksY and in the second, at most 65535
 * @param threads of a block, in one dimension
 */
record Kernel(String text, int blocksX, int blocksY, int threads) {
    private static final int MOST_Y = 65535;

    Kernel {
        if (blocksX < 1 || blocksY < 1 || blocksY > MOST_Y) {
            throw new UnsupportedOperationException("a grid of " + blocksX + " x " + blocksY + " blocks, more than a GPU takes");
        }
    }
}
