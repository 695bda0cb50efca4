// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * How a product is divided among blocks: tiles of the output, and parts of the depth, which are summed by a second kernel.
 *
 * @param numbers     what is multiplied
 * @param tileRows    rows of a block
 * @param tileColumns columns of a block
 * @param parts       blocks that share a tile's depth
 */
record Division(Numbers numbers, int tileRows, int tileColumns, int parts) {
    private static final int[][] TILES = {{64, 64}, {64, 32}, {32, 64}, {32, 32}};
    private static final int MULTIPROCESSORS = 128;
    private static final int MULTIPLIES_A_CLOCK = 128;
    private static final int BYTES_A_CLOCK = 1024;
    private static final int LAUNCH_CLOCKS = 2000;
    private static final int LEAST_DEPTH = 64;
    private static final int MOST_PARTS = 16;
    /** Products of half precision that a multiprocessor's matrix units make in a clock. */
    private static final int MATRIX_MULTIPLIES_A_CLOCK = 1024;
    /** Numbers that a multiprocessor reads, converts and stores in a clock: some 6 instructions each, of 128 a clock. */
    private static final int STAGED_A_CLOCK = 20;
    /** From the request of a tile's numbers to their being multiplied. */
    private static final int STAGE_CLOCKS = 600;
    private static final int BLOCKS_AT_ONCE = 5;

    /** What costs least by {@link #clocks}. */
    static Division of(final ProductShape shape, final Numbers numbers) {
        Division best = null;
        for (final int[] tile : TILES) {
            for (int wanted = 1; wanted <= MOST_PARTS && (wanted == 1 || shape.depth() / wanted >= LEAST_DEPTH); wanted++) {
                final int depths = depthsOfPart(shape.depth(), wanted, numbers); // some parts may be empty, and are left out
                final Division other = new Division(numbers, tile[0], tile[1], Math.ceilDiv(shape.depth(), depths));
                best = best == null || other.clocks(shape) < best.clocks(shape) ? other : best;
            }
        }
        return best;
    }

    private static int depthsOfPart(final int depth, final int parts, final Numbers numbers) {
        return Math.ceilDiv(Math.ceilDiv(depth, parts), numbers.depths()) * numbers.depths();
    }

    /** Depths of each part, in whole tiles. */
    int depthsOfPart(final ProductShape shape) {
        return depthsOfPart(shape.depth(), parts, numbers);
    }

    private long blocks(final ProductShape shape) {
        return (long) Math.ceilDiv(shape.rows(), tileRows) * Math.ceilDiv(shape.columns(), tileColumns) * shape.batches()
            * shape.groups() * parts;
    }

    /** An estimate for a large GPU, by which divisions are compared; parts cost a launch, and are written and read once. */
    private double clocks(final ProductShape shape) {
        final double summing = parts == 1 ? 0 : LAUNCH_CLOCKS + 2.0 * Float.BYTES * parts * shape.allOutputs() / BYTES_A_CLOCK;
        return summing + (numbers == Numbers.SINGLE ? singleClocks(shape) : halfClocks(shape));
    }

    /** Blocks run {@value #MULTIPROCESSORS} at a time, each at a share of the peak that grows with the square of a thread. */
    private double singleClocks(final ProductShape shape) {
        final double share = 0.075 * (2 + tileRows * tileColumns / (double) (32 * 32) * 1.5);
        final double block = (double) tileRows * tileColumns * depthsOfPart(shape) / MULTIPLIES_A_CLOCK / share;
        return Math.ceilDiv(blocks(shape), MULTIPROCESSORS) * block;
    }

    /** What a multiprocessor's blocks stage and multiply adds up; one alone waits for memory at each tile. */
    private double halfClocks(final ProductShape shape) {
        final long each = Math.ceilDiv(blocks(shape), MULTIPROCESSORS);
        final long together = Math.min(each, BLOCKS_AT_ONCE);
        final int depths = numbers.depths();
        final double work = depths * ((tileRows + tileColumns) / (double) STAGED_A_CLOCK
            + tileRows * tileColumns / (double) MATRIX_MULTIPLIES_A_CLOCK);
        return Math.ceilDiv(each, together) * (depthsOfPart(shape) / (double) depths) * Math.max(STAGE_CLOCKS + work, together * work);
    }
}
