// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

import org.tactus.internal.time.SplitMix64;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;

/**
 * The copy engines of a {@link ModelledDevice}, or those of one direction. A chunk takes a share of its worst-case time, drawn by a seed
 * from {@value #LEAST_SHARE} to 1, and the next chunk follows without a gap.
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
    private int allowed;
    private int done;
    /** Moves the other way at the same time; null where one way moves at a time. */
    private ModelledMover other;
    private boolean moving;
    private boolean cancelled;
    private long chunkEndNs;

    ModelledMover(final DeviceMemory memory, final int slots, final long seed) {
        this.memory = memory;
        this.regions = new SwapRegion[slots];
        this.draws = SplitMix64.mix(seed);
    }

    /** Says which mover moves the other way: a chunk that begins while a chunk of that one moves takes longer. */
    void beside(final ModelledMover mover) {
        other = mover;
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
        allowed = chunks;
        done = 0;
        moving = true;
        cancelled = false;
        chunkEndNs = chunkNs + chunkNs();
    }

    private long chunkNs() {
        final boolean isDropped = !in && regions[movedSlot].isConstant(first + done);
        if (other != null && other.moving && !other.isWaiting()) {
            final DeviceMemory.Duplex both = memory.duplex().orElseThrow();
            return share(in ? both.inNs() : isDropped ? both.dropNs() : both.outNs());
        }
        return share(in ? memory.chunkInNs() : isDropped ? memory.chunkDropNs() : memory.chunkOutNs());
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
                chunkEndNs = done == allowed ? Long.MAX_VALUE : chunkEndNs + chunkNs();
            }
        }
        moving &= !(cancelled && isWaiting());
        return done;
    }

    private boolean isWaiting() {
        return chunkEndNs == Long.MAX_VALUE;
    }

    @Override
    public void allow(final int chunks, final long nowNs) {
        allowed = chunks;
        if (moving && isWaiting() && done < allowed) {
            chunkEndNs = nowNs + chunkNs();
        }
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
