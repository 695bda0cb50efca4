// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.util.Arrays;
import java.util.SplittableRandom;

/** A grid of a kernel under way: its blocks are run one after another, in any order and by one thread at a time. */
public final class PtxLaunch {
    private static final byte GARBAGE = (byte) 0xFF; // as floats these are no numbers

    private final PtxKernel kernel;
    private final int[] grid;
    private final int[] block;
    private final PtxWarp[] warps;
    private final byte[] shared;
    private final SplittableRandom random;
    private final long[] arguments;

    /**
     * Prepares a launch.
     *
     * @param kernel    the kernel
     * @param grid      blocks in three dimensions
     * @param block     threads of a block in three dimensions
     * @param seed      of the order in which warps run between barriers
     * @param arguments one word for each parameter
     */
    public PtxLaunch(final PtxKernel kernel, final int[] grid, final int[] block, final long seed, final long... arguments) {
        if (arguments.length != kernel.parameters.size()) {
            throw new IllegalArgumentException(kernel + " takes " + kernel.parameters.size() + " arguments, not " + arguments.length);
        }
        this.kernel = kernel;
        this.grid = grid.clone();
        this.block = block.clone();
        this.arguments = arguments.clone();
        final int threads = block[0] * block[1] * block[2];
        warps = new PtxWarp[Math.ceilDiv(threads, PtxWarp.LANES)];
        for (int i = 0; i < warps.length; i++) {
            warps[i] = new PtxWarp(kernel, Math.min(PtxWarp.LANES, threads - i * PtxWarp.LANES));
        }
        shared = new byte[kernel.sharedBytes];
        random = new SplittableRandom(seed);
    }

    /**
     * Number of blocks.
     *
     * @return at least 1
     */
    public long blocks() {
        return (long) grid[0] * grid[1] * grid[2];
    }

    /**
     * Runs the whole grid.
     *
     * @param memory what it may access
     * @throws PtxFault for what a GPU does not allow
     */
    public void run(final PtxMemory memory) {
        for (long i = 0; i < blocks(); i++) {
            run(memory, i);
        }
    }

    /**
     * Runs one block to its end.
     *
     * @param memory what it may access
     * @param index  which block, the first dimension fastest
     * @throws PtxFault for what a GPU does not allow
     */
    public void run(final PtxMemory memory, final long index) {
        Arrays.fill(shared, GARBAGE);
        final int[] place = {(int) (index % grid[0]), (int) (index / grid[0] % grid[1]), (int) (index / grid[0] / grid[1])};
        for (int i = 0; i < warps.length; i++) {
            warps[i].reset(memory, shared);
            fill(warps[i], i, place);
        }
        final int[] order = new int[warps.length];
        Arrays.setAll(order, i -> i);
        int barrier;
        do {
            shuffle(order);
            barrier = warps[order[0]].run();
            for (int i = 1; i < order.length; i++) {
                if (warps[order[i]].run() != barrier) {
                    throw new PtxFault(PtxFault.Kind.DIVERGENCE, "warps of " + kernel + " wait at different barriers, or one has ended");
                }
            }
        } while (barrier >= 0);
    }

    private void shuffle(final int[] order) {
        for (int i = order.length - 1; i > 0; i--) {
            final int other = random.nextInt(i + 1);
            final int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
    }

    private void fill(final PtxWarp warp, final int index, final int[] place) {
        for (int lane = 0; lane < PtxWarp.LANES; lane++) {
            final int thread = index * PtxWarp.LANES + lane;
            final int[] own = {thread % block[0], thread / block[0] % block[1], thread / block[0] / block[1]};
            for (int dimension = 0; dimension < 3; dimension++) {
                warp.put(PtxRegisters.TID + dimension, lane, own[dimension]);
                warp.put(PtxRegisters.NTID + dimension, lane, block[dimension]);
                warp.put(PtxRegisters.CTAID + dimension, lane, place[dimension]);
                warp.put(PtxRegisters.NCTAID + dimension, lane, grid[dimension]);
            }
            warp.put(PtxRegisters.LANE, lane, lane);
            for (int i = 0; i < arguments.length; i++) {
                warp.longs[kernel.parameters.get(i).register() * PtxWarp.LANES + lane] = arguments[i];
            }
        }
    }
}
