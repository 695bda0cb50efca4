// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import org.tactus.internal.time.SplitMix64;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;

/**
 * The copy engines of a {@link ModelledDevice}. A chunk takes a share of its worst-case time, drawn by a seed from {@value #LEAST_SHARE} to
 * 1, and the next chunk follows without a gap.
 */
final class ModelledMover implements ChunkMover {
    private static final double LEAST_SHARE = 0.8;

    private final DeviceMemory memory;
    private final SwapRegion[] regions;
    private long draws;
    private int movedSlot;
    private boolean in;
    private int first;
    private int count;
    private int done;
    private boolean moving;
    private boolean cancelled;
    private long chunkEndNs;

    ModelledMover(final DeviceMemory memory, final int slots, final long seed) {
        this.memory = memory;
        this.regions = new SwapRegion[slots];
        this.draws = SplitMix64.mix(seed);
    }

    void define(final int slot, final SwapRegion region) {
        regions[slot] = region;
    }

    @Override
    public void startOut(final int slot, final int firstChunk, final int chunks, final long nowNs) {
        start(slot, false, firstChunk, chunks, nowNs + share(memory.swapOutOverheadNs()));
    }

    @Override
    public void startIn(final int slot, final int firstChunk, final int chunks, final long nowNs) {
        start(slot, true, firstChunk, chunks, nowNs + share(memory.swapInOverheadNs()));
    }

    private void start(final int slot, final boolean brings, final int firstChunk, final int chunks, final long chunkNs) {
        if (moving) {
            throw new IllegalStateException("a move of slot " + slot + " while one of slot " + movedSlot + " is under way");
        }
        movedSlot = slot;
        in = brings;
        first = firstChunk;
        count = chunks;
        done = 0;
        moving = true;
        cancelled = false;
        chunkEndNs = chunkNs + chunkNs();
    }

    private long chunkNs() {
        return share(in ? memory.chunkInNs() : regions[movedSlot].isConstant(first + done) ? memory.chunkDropNs() : memory.chunkOutNs());
    }

    private long share(final long worstNs) {
        draws += SplitMix64.GAMMA;
        return (long) (worstNs * (LEAST_SHARE + (1 - LEAST_SHARE) * SplitMix64.share(SplitMix64.mix(draws))));
    }

    @Override
    public int poll(final long nowNs) {
        while (moving && nowNs >= chunkEndNs) {
            done++;
            if (done == count || cancelled) {
                moving = false;
            } else {
                chunkEndNs += chunkNs();
            }
        }
        return done;
    }

    @Override
    public boolean isMoving() {
        return moving;
    }

    @Override
    public long endsNs() {
        return moving ? chunkEndNs : Long.MAX_VALUE;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public Throwable failure() {
        return null;
    }
}
