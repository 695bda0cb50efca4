// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import java.util.Arrays;
import java.util.Locale;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.RegionMover;

/**
 * Measures swapping, mapping and unmapping included, beside plain copies of as much pinned memory, by turns in one run. A share is
 * the plain copy's time over the swap's. Both are timed on the host, from the first call until the end is seen.
 */
final class SwapThroughputCheck implements GpuCheck {
    private static final double AIM = 0.95;

    @Override
    public String name() {
        return "swap throughput";
    }

    @Override
    public Section run(final GpuRig rig, final Scale scale) {
        final Section.Builder section = new Section.Builder(
            name(), "chunkBytes", "chunks", "plainInGBs", "swapInGBs", "inOfPlainShare", "plainOutGBs", "swapOutGBs", "outOfPlainShare",
            "committedInGBs", "committedInOfPlainShare", "committedOutGBs", "committedOutOfPlainShare");
        double best = 0;
        for (final long size : scale.sizes()) {
            final int chunks = (int) Math.max(1, scale.spanBytes() / size);
            final double least = measure(rig, size, chunks, scale.repetitions(), section);
            best = Math.max(best, least);
        }
        return section.measured(String.format(Locale.ROOT,
            "medians; committed moves, which no cancel ends, queue two copies; the aim is %.0f %% of the plain copy both ways: %s, at best "
                + "%.1f %%",
            100 * AIM, best >= AIM ? "reached" : "not reached", 100 * best));
    }

    private static double measure(
        final GpuRig rig, final long chunkBytes, final int chunks, final int repetitions, final Section.Builder section) {
        final long bytes = chunks * chunkBytes;
        final ChunkPool pool = new ChunkPool(rig.gpu(), chunkBytes, chunks);
        pool.grow(chunks);
        final long[][] ns = new long[6][repetitions];
        try (RegionMover mover = new RegionMover(rig.gpu().driver(), 0);
            ChunkRegion region = new ChunkRegion(rig.memory(), pool, rig.readWrite(), chunks, 0)) {
            for (int repetition = -1; repetition < repetitions; repetition++) { // the first one warms up
                final int at = Math.max(0, repetition);
                ns[0][at] = swap(mover, region, true, false);
                ns[1][at] = copy(rig, region, chunkBytes, true);
                ns[5][at] = swap(mover, region, false, true);
                ns[4][at] = swap(mover, region, true, true);
                ns[2][at] = copy(rig, region, chunkBytes, false);
                ns[3][at] = swap(mover, region, false, false);
            }
        }
        pool.close();
        for (final long[] times : ns) {
            Arrays.sort(times);
        }
        final long swapIn = ns[0][repetitions / 2];
        final long plainIn = ns[1][repetitions / 2];
        final long plainOut = ns[2][repetitions / 2];
        final long swapOut = ns[3][repetitions / 2];
        final double in = (double) plainIn / swapIn;
        final double out = (double) plainOut / swapOut;
        final long committedIn = ns[4][repetitions / 2];
        final long committedOut = ns[5][repetitions / 2];
        final double freeIn = (double) plainIn / committedIn;
        final double freeOut = (double) plainOut / committedOut;
        section.row(chunkBytes, chunks, rate(bytes, plainIn), rate(bytes, swapIn), in, rate(bytes, plainOut), rate(bytes, swapOut), out,
            rate(bytes, committedIn), freeIn, rate(bytes, committedOut), freeOut);
        return Math.max(Math.min(in, out), Math.min(freeIn, freeOut));
    }

    private static double rate(final long bytes, final long ns) {
        return (double) bytes / ns; // bytes a nanosecond are gigabytes a second
    }

    private static long swap(final RegionMover mover, final ChunkRegion region, final boolean in, final boolean committed) {
        final long beginNs = System.nanoTime();
        if (in) {
            mover.startIn(region, 0, region.chunks(), beginNs);
        } else {
            mover.startOut(region, 0, region.chunks(), beginNs);
        }
        if (committed) {
            mover.commit(true);
        }
        while (mover.isMoving()) {
            if (mover.poll(System.nanoTime()) == RegionMover.FAILED && !mover.isMoving()) {
                throw new IllegalStateException("an operation broke: " + mover.failure().getMessage(), mover.failure());
            }
        }
        return System.nanoTime() - beginNs;
    }

    private static long copy(final GpuRig rig, final ChunkRegion region, final long chunkBytes, final boolean in) {
        final long host = region.backing().address();
        final long stream = in ? rig.in() : rig.out();
        final long beginNs = System.nanoTime();
        for (int i = 0; i < region.chunks(); i++) {
            final long offset = i * chunkBytes;
            if (in) {
                rig.streams().copyIn(region.address() + offset, host + offset, chunkBytes, stream);
            } else {
                rig.streams().copyOut(host + offset, region.address() + offset, chunkBytes, stream);
            }
        }
        rig.streams().synchronize(stream);
        return System.nanoTime() - beginNs;
    }
}
