// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.ScratchArena;
import org.tactus.internal.time.Clock;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;

/**
 * Holds what each slot's task has in a GPU's memory. The control thread defines and forgets it; a dispatcher looks regions up.
 */
final class TaskRegions implements AutoCloseable {
    private static final int SLOTS = 1 << 12;
    private static final int MAX_CHUNKS = 1 << 20;
    private static final long MOVES_NS = 1_000_000_000;

    private final CudaGpu gpu;
    private final CudaMemory memory;
    private final MemorySegment access;
    private final DeviceMemory scheduled;
    private final long granularityBytes;
    private final ChunkPool pool;
    private final ScratchArena arena;
    private final AtomicReferenceArray<Holding> holdings = new AtomicReferenceArray<>(SLOTS);
    private long regionChunks;

    /** A task's memory; addresses are 0 where it has none of that kind. */
    private static final class Holding {
        final Undo made = new Undo();
        long heldBytes;
        long fixedAddress;
        long scratchAddress;
        long scratchBytes;
        ChunkRegion region;
    }

    TaskRegions(final CudaGpu gpu, final MemorySegment access, final DeviceMemory scheduled) {
        this.gpu = gpu;
        this.memory = gpu.driver().memory();
        this.access = access;
        this.scheduled = scheduled;
        granularityBytes = memory.granularityBytes(gpu);
        final long chunkBytes = scheduled.chunkBytes();
        if (chunkBytes % granularityBytes != 0) { // larger ones than the policy counts in would be too few
            throw new IllegalStateException("chunks of " + Sizes.exact(chunkBytes) + " cannot be made on this GPU, whose memory comes in"
                + " pieces of " + Sizes.exact(granularityBytes) + "; write 'chunk: "
                + Sizes.exact(Math.ceilDiv(chunkBytes, granularityBytes) * granularityBytes) + "'");
        }
        pool = new ChunkPool(gpu, chunkBytes, (int) Math.min(MAX_CHUNKS, scheduled.capacityBytes() / chunkBytes));
        arena = new ScratchArena(gpu, access, granularityBytes);
    }

    /** Gives a task its memory: what never leaves, a view of the scratch arena, and a region that is out. All of it, or nothing. */
    void define(final int slot, final Task task) {
        final SwapRegion layout = SwapRegion.of(task, scheduled);
        final Holding holding = new Holding();
        holding.heldBytes = layout.fixedBytes();
        try {
            defineFixed(holding, Math.ceilDiv(layout.fixedBytes(), granularityBytes) * granularityBytes);
            if (layout.scratchBytes() > 0) {
                final long scratchAddress = arena.show(layout.scratchBytes());
                holding.made.add(() -> arena.hide(scratchAddress, layout.scratchBytes()));
                holding.scratchAddress = scratchAddress;
                holding.scratchBytes = layout.scratchBytes();
            }
            if (layout.chunks() > 0) {
                final int chunks = (int) layout.chunks();
                regionChunks += chunks;
                holding.made.add(() -> regionChunks -= chunks);
                holding.region = new ChunkRegion(memory, pool, access, chunks, (int) layout.constantChunks());
                holding.made.add(holding.region::close);
            }
        } catch (final RuntimeException e) {
            holding.made.run(e);
            throw e;
        }
        holdings.set(slot, holding);
    }

    /**
     * Makes the chunks: as many as fit beside what stays, by the bytes of the objects as the policy and the analysis count them, and
     * never more than all regions have.
     */
    void defined() {
        long held = 0;
        long scratch = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            final Holding holding = holdings.get(slot);
            held += holding == null ? 0 : holding.heldBytes;
            scratch = Math.max(scratch, holding == null ? 0 : holding.scratchBytes);
        }
        final long room = (scheduled.capacityBytes() - held - scratch) / scheduled.chunkBytes();
        pool.grow((int) Math.max(0, Math.min(regionChunks, room)));
    }

    private void defineFixed(final Holding holding, final long bytes) {
        if (bytes > 0) {
            final long chunk = memory.create(gpu, bytes);
            holding.made.add(() -> memory.release(chunk));
            holding.fixedAddress = memory.reserve(bytes);
            holding.made.add(() -> memory.free(holding.fixedAddress, bytes));
            memory.map(holding.fixedAddress, bytes, chunk);
            holding.made.add(() -> memory.unmap(holding.fixedAddress, bytes));
            memory.setAccess(holding.fixedAddress, bytes, access);
        }
    }

    /** Takes a task's memory back: all that the driver lets go, before what it refused first is told. */
    void forget(final int slot) {
        final Holding holding = holdings.getAndSet(slot, null);
        if (holding != null) {
            holding.made.runOrThrow();
        }
    }

    /** The swappable region of a slot's task. */
    ChunkRegion region(final int slot) {
        final Holding holding = holdings.get(slot);
        if (holding == null || holding.region == null) {
            throw new IllegalStateException("the task of slot " + slot + " has no memory that can be moved");
        }
        return holding.region;
    }

    /** Where a slot's task has its region; 0 for nowhere. */
    long regionAddress(final int slot) {
        final Holding holding = holdings.get(slot);
        return holding == null || holding.region == null ? 0 : holding.region.address();
    }

    /** Where a slot's task has what never leaves; 0 for nowhere. */
    long fixedAddress(final int slot) {
        final Holding holding = holdings.get(slot);
        return holding == null ? 0 : holding.fixedAddress;
    }

    /** Where a slot's task sees the scratch arena; 0 for nowhere. */
    long scratchAddress(final int slot) {
        final Holding holding = holdings.get(slot);
        return holding == null ? 0 : holding.scratchAddress;
    }

    /**
     * Moves two small regions, of which one is constant, in memory that is taken for the time of the call. On the dispatcher's thread,
     * before its first job.
     */
    void rehearse(final CudaMover mover, final int calls) {
        final Undo taken = new Undo();
        try {
            final ChunkPool small = new ChunkPool(gpu, granularityBytes, 1);
            taken.add(small::close);
            small.grow(1);
            for (int constant = 0; constant < 2; constant++) {
                final ChunkRegion region = new ChunkRegion(memory, small, access, 1, constant);
                taken.add(region::close);
                for (int i = 0; i < calls; i++) {
                    mover.moveThereAndBack(region, Clock.SYSTEM.nanoTime() + MOVES_NS);
                }
            }
        } finally {
            taken.run();
        }
    }

    @Override
    public void close() {
        final Undo all = new Undo();
        all.add(pool::close);
        all.add(arena::close);
        for (int slot = 0; slot < SLOTS; slot++) {
            final Holding holding = holdings.getAndSet(slot, null);
            if (holding != null) {
                all.add(holding.made::runOrThrow);
            }
        }
        all.runOrThrow();
    }
}
