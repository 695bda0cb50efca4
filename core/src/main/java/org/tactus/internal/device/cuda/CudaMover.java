// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.internal.device.ChunkMover;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.RegionMover;
import org.tactus.internal.time.Clock;

/** The copy engines of a GPU, as the dispatcher drives them: finds the slot's region, and sees to it that the context is current. */
final class CudaMover implements ChunkMover {
    private final CudaGpu gpu;
    private final long context;
    private final TaskRegions regions;
    private final RegionMover mover;
    /** Of a call that did not reach the mover; told by the next poll. */
    private Throwable startFailure;

    CudaMover(final CudaGpu gpu, final long context, final TaskRegions regions, final RegionMover mover) {
        this.gpu = gpu;
        this.context = context;
        this.regions = regions;
        this.mover = mover;
    }

    @Override
    public void startOut(final int slot, final int firstChunk, final int count, final long nowNs) {
        startFailure = null;
        try {
            gpu.makeCurrent(context);
            final TaskHolding holding = regions.holding(slot);
            mover.startOut(regions.region(slot), firstChunk, count, holding != null && holding.hasRing(), nowNs);
        } catch (final Throwable e) { // of a broken context or an unknown region; the mover keeps its own
            startFailure = e;
        }
    }

    @Override
    public void startIn(final int slot, final int firstChunk, final int count, final long nowNs) {
        startFailure = null;
        try {
            gpu.makeCurrent(context);
            mover.startIn(regions.region(slot), firstChunk, count, nowNs);
        } catch (final Throwable e) {
            startFailure = e;
        }
    }

    /**
     * Brings a region in and takes it out, to the end. Only before the first job. What takes too long is cut short and awaited, since its
     * copy uses the region's memory until it ends; when it throws and {@link #isMoving}, that copy has not ended yet.
     */
    void moveThereAndBack(final ChunkRegion region, final long limitNs, final long graceNs) {
        final long byNs = Clock.SYSTEM.nanoTime() + limitNs;
        mover.startIn(region, 0, region.chunks(), Clock.SYSTEM.nanoTime());
        finish(byNs, graceNs);
        mover.startOut(region, 0, region.chunks(), Clock.SYSTEM.nanoTime());
        finish(byNs, graceNs);
    }

    private void finish(final long byNs, final long graceNs) {
        boolean late = false;
        while (isMoving()) {
            final long nowNs = Clock.SYSTEM.nanoTime();
            if (poll(nowNs) == FAILED || nowNs > byNs + graceNs) {
                throw new IllegalStateException("a chunk was not moved", failure());
            }
            if (nowNs > byNs && !late) {
                late = true;
                mover.cancel();
            }
        }
        if (late) {
            throw new IllegalStateException("a chunk was moved too slowly");
        }
    }

    @Override
    public int poll(final long nowNs) {
        if (isMoving()) {
            try {
                gpu.makeCurrent(context); // the next copy may be queued, and this thread may have driven another GPU meanwhile
            } catch (final Throwable e) {
                startFailure = e;
            }
        }
        return startFailure != null ? FAILED : mover.poll(nowNs);
    }

    @Override
    public boolean isMoving() {
        return startFailure == null && mover.isMoving();
    }

    @Override
    public void allow(final int chunks, final long nowNs) {
        if (startFailure == null) {
            mover.allow(chunks);
        }
    }

    @Override
    public void commit(final boolean alone) {
        mover.commit(alone);
    }

    @Override
    public void surrender(final int slot) {
        final TaskHolding holding = regions.holding(slot);
        if (holding != null && holding.region != null) {
            holding.region.surrender();
        }
    }

    @Override
    public void retire(final int chunks) {
        regions.retire(chunks);
    }

    @Override
    public void cancel() {
        mover.cancel();
    }

    @Override
    public Throwable failure() {
        return startFailure != null ? startFailure : mover.failure();
    }
}
