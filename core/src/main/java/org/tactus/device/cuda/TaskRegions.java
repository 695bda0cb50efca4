package org.tactus.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.memory.ChunkPool;
import org.tactus.memory.ChunkRegion;
import org.tactus.memory.ScratchArena;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;

/**
 * What each slot's task has in a GPU's memory. Defined and forgotten by the control thread; a dispatcher looks its region up.
 */
final class TaskRegions implements AutoCloseable {
    private static final int SLOTS = 1 << 12;
    private static final int MAX_CHUNKS = 1 << 20;

    private final CudaGpu gpu;
    private final CudaMemory memory;
    private final MemorySegment access;
    private final DeviceMemory scheduled;
    private final long granularityBytes;
    private final ChunkPool pool;
    private final ScratchArena arena;
    private final AtomicReferenceArray<Holding> holdings = new AtomicReferenceArray<>(SLOTS);
    private long regionChunks;
    private long fixedBytes;

    /** A task's memory; addresses are 0 where it has none of that kind. */
    private record Holding(
        long fixedAddress, long fixedBytes, long fixedChunk, long scratchAddress, long scratchBytes, ChunkRegion region, int chunks) {
    }

    TaskRegions(final CudaGpu gpu, final MemorySegment access, final DeviceMemory scheduled) {
        this.gpu = gpu;
        this.memory = gpu.driver().memory();
        this.access = access;
        this.scheduled = scheduled;
        granularityBytes = memory.granularityBytes(gpu);
        final long chunkBytes = Math.ceilDiv(scheduled.chunkBytes(), granularityBytes) * granularityBytes;
        pool = new ChunkPool(gpu, chunkBytes, (int) Math.min(MAX_CHUNKS, scheduled.capacityBytes() / chunkBytes));
        arena = new ScratchArena(gpu, access, granularityBytes);
    }

    /** Gives a task its memory: what never leaves, a view of the scratch arena, and a region that is out. */
    void define(final int slot, final Task task) {
        final SwapRegion layout = SwapRegion.of(task, scheduled);
        final long fixed = Math.ceilDiv(layout.fixedBytes(), granularityBytes) * granularityBytes;
        final int chunks = (int) layout.chunks();
        long fixedAddress = 0;
        long fixedChunk = 0;
        if (fixed > 0) {
            fixedChunk = memory.create(gpu, fixed);
            fixedAddress = memory.reserve(fixed);
            memory.map(fixedAddress, fixed, fixedChunk);
            memory.setAccess(fixedAddress, fixed, access);
        }
        final long scratchAddress = layout.scratchBytes() > 0 ? arena.show(layout.scratchBytes()) : 0;
        regionChunks += chunks;
        fixedBytes += fixed;
        // Never more than fit beside what stays, and never more than all regions have.
        final long room = (scheduled.capacityBytes() - fixedBytes - arena.bytes()) / pool.chunkBytes();
        pool.grow((int) Math.max(0, Math.min(regionChunks, room)));
        final ChunkRegion region =
            chunks > 0 ? new ChunkRegion(memory, pool, access, chunks, (int) layout.constantChunks()) : null;
        holdings.set(slot, new Holding(fixedAddress, fixed, fixedChunk, scratchAddress, layout.scratchBytes(), region, chunks));
    }

    /** Takes a task's memory back. */
    void forget(final int slot) {
        final Holding holding = holdings.getAndSet(slot, null);
        if (holding == null) {
            return;
        }
        if (holding.region != null) {
            holding.region.close();
            regionChunks -= holding.chunks;
        }
        if (holding.scratchAddress != 0) {
            arena.hide(holding.scratchAddress, holding.scratchBytes);
        }
        if (holding.fixedAddress != 0) {
            memory.unmap(holding.fixedAddress, holding.fixedBytes);
            memory.free(holding.fixedAddress, holding.fixedBytes);
            memory.release(holding.fixedChunk);
            fixedBytes -= holding.fixedBytes;
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

    @Override
    public void close() {
        for (int slot = 0; slot < SLOTS; slot++) {
            forget(slot);
        }
        arena.close();
        pool.close();
    }
}
