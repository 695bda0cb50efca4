// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.measure;

import java.util.Arrays;
import org.tactus.format.Quantiles;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.RegionMover;

/**
 * Measures what a chunk takes while another one moves the other way, by the movers of a run: as many chunks come in as have gone out, with
 * all calls of both directions on one thread. Used by the rig's thread only.
 */
final class PairedMoveTimer {
    private final GpuRig rig;
    private final ChunkPool pool;
    private final RegionMover out;
    private final RegionMover in;
    private final int chunks;
    private long[] inNs = new long[0];

    private PairedMoveTimer(final GpuRig rig, final ChunkPool pool, final RegionMover out, final RegionMover in, final int chunks) {
        this.rig = rig;
        this.pool = pool;
        this.out = out;
        this.in = in;
        this.chunks = chunks;
    }

    /**
     * The longest times of one chunk, but for those that a platform stall touched and the first one of a move.
     *
     * @param inNs   to bring one in
     * @param outNs  to copy one out
     * @param dropNs to drop one
     */
    record Times(long inNs, long outNs, long dropNs) {
    }

    /** Moves so many chunks, at least two, both ways so often; takes device memory for them and twice as much of the host's. */
    static Times measure(final GpuRig rig, final long chunkBytes, final int chunks, final int repetitions) {
        final ChunkPool pool = new ChunkPool(rig.gpu(), chunkBytes, chunks);
        pool.grow(chunks);
        try (RegionMover out = new RegionMover(rig.gpu().driver(), 0); RegionMover in = new RegionMover(rig.gpu().driver(), 0)) {
            final PairedMoveTimer timer = new PairedMoveTimer(rig, pool, out, in, chunks);
            final long[] outNs = timer.exchange(0, repetitions);
            final long[] dropNs = timer.exchange(chunks, repetitions);
            return new Times(Quantiles.withoutStalls(timer.inNs).maxNs(), Quantiles.withoutStalls(outNs).maxNs(),
                Quantiles.withoutStalls(dropNs).maxNs());
        } finally {
            pool.close();
        }
    }

    /** Lets two regions, of whose chunks so many are constant, take turns in the memory of one; what a chunk took that went out. */
    private long[] exchange(final int constant, final int repetitions) {
        final int each = chunks - 1;
        final long[] outNs = new long[2 * repetitions * each];
        final int before = inNs.length;
        inNs = Arrays.copyOf(inNs, before + outNs.length);
        try (ChunkRegion one = new ChunkRegion(rig.memory(), pool, rig.readWrite(), chunks, constant);
            ChunkRegion other = new ChunkRegion(rig.memory(), pool, rig.readWrite(), chunks, constant)) {
            in.startIn(one, 0, chunks, System.nanoTime());
            while (in.isMoving()) {
                poll(in);
            }
            for (int turn = -2; turn < 2 * repetitions; turn++) { // the first two warm up
                final int at = Math.max(0, turn) * each;
                replace(turn % 2 == 0 ? one : other, turn % 2 == 0 ? other : one, outNs, at, before + at);
            }
        }
        return outNs;
    }

    private void replace(final ChunkRegion from, final ChunkRegion to, final long[] outNs, final int outAt, final int inAt) {
        long outSinceNs = System.nanoTime();
        long inSinceNs = 0;
        int gone = 0;
        int come = 0;
        out.startOut(from, 0, chunks, outSinceNs);
        out.commit(false);
        while (come < chunks) {
            final int wentOut = gone < chunks ? poll(out) : gone;
            if (wentOut > gone) {
                final long nowNs = System.nanoTime();
                if (gone > 0) {
                    outNs[outAt + gone - 1] = nowNs - outSinceNs;
                }
                outSinceNs = nowNs;
                inSinceNs = come == gone ? nowNs : inSinceNs; // until now it had no room
                if (gone == 0) {
                    in.startIn(to, 0, chunks, nowNs);
                    in.commit(false);
                }
                gone = wentOut;
                in.allow(gone);
            }
            if (gone > 0) {
                final int cameIn = poll(in);
                if (cameIn > come) {
                    final long nowNs = System.nanoTime();
                    if (come > 0) {
                        inNs[inAt + come - 1] = nowNs - inSinceNs;
                    }
                    inSinceNs = nowNs;
                    come = cameIn;
                }
            }
        }
    }

    private static int poll(final RegionMover mover) {
        final int done = mover.poll(System.nanoTime());
        if (done == RegionMover.FAILED) {
            throw new IllegalStateException("an operation broke: " + mover.failure().getMessage(), mover.failure());
        }
        return done;
    }
}
