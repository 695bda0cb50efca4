// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.ChunkFile;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkReader;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.ScratchArena;
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
    /** For how long chunks are moved there and back, and how long a copy that was not done by then is awaited. */
    private static final long MOVES_NS = 1_000_000_000;
    private static final long GRACE_NS = 5_000_000_000L;

    private final CudaGpu gpu;
    private final CudaMemory memory;
    private final MemorySegment access;
    private final DeviceMemory scheduled;
    private final long granularityBytes;
    private final ChunkPool pool;
    private final ScratchArena arena;
    private final ControlCopies copies;
    /** Reads constants that are kept in files; null where they are in the host's memory. */
    private final ChunkReader reader;
    private final AtomicReferenceArray<TaskHolding> holdings = new AtomicReferenceArray<>(SLOTS);
    /** By name of the task, memory of networks whose tasks have no slot yet; the control thread's. */
    private final Map<String, TaskHolding> prepared = new HashMap<>();
    /** What a rehearsal has left because a copy did not end: it uses that memory until it does. */
    private final Undo left = new Undo();
    private long regionChunks;
    /** Whether tasks were laid out: then dispatchers may use the pool and the copy engines. */
    private boolean laidOut;

    /** The setup is run first on the thread that reads weights from files. */
    TaskRegions(
        final CudaGpu gpu, final MemorySegment access, final DeviceMemory scheduled, final ControlCopies copies,
        final Runnable readerSetup) {
        this.gpu = gpu;
        this.copies = copies;
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
        reader = scheduled.weightsFolder().isEmpty() ? null : new ChunkReader(memory, chunkBytes, readerSetup);
    }

    /** What the task set says of the memory. */
    DeviceMemory scheduled() {
        return scheduled;
    }

    /**
     * Gives a task its memory before it has a slot, all of it in, so that its network can be prepared there. It stays in until
     * {@link #takeOut}, or until the next task's is, since there need not be room for two. Beside tasks that run it lies in chunks of its
     * own until it has a slot: memory that the GPU has besides what is scheduled.
     */
    TaskHolding prepare(final Task task) {
        moveOut();
        if (prepared.containsKey(task.name())) {
            throw new IllegalStateException("task '" + task.name() + "' has memory for a network already");
        }
        final int chunks = (int) SwapRegion.of(task, scheduled).volumeChunks();
        final ChunkPool own = laidOut ? new ChunkPool(gpu, scheduled.chunkBytes(), chunks) : null;
        final TaskHolding holding = hold(task, own == null ? pool : own);
        holding.preparedIn = own;
        prepared.put(task.name(), holding);
        try {
            (own == null ? pool : own).grow(chunks);
            holding.prepare();
            return holding;
        } catch (final RuntimeException e) {
            abandon(holding);
            throw e;
        }
    }

    /** What {@link #prepare} gave a task that has no slot yet; null when it gave nothing. */
    TaskHolding prepared(final String task) {
        return prepared.get(task);
    }

    /**
     * Takes out what was prepared. Whoever has prepared a task calls it, since it copies, beside tasks that run slowly: what lays tasks out
     * keeps others from removing any meanwhile.
     */
    void takeOut() {
        prepared.values().forEach(holding -> holding.takeOut(copies));
    }

    private void moveOut() {
        takeOut(); // nothing, unless a task's preparation broke off
        prepared.values().forEach(holding -> holding.moveTo(pool, arena));
    }

    /** Takes memory back from a task that has no slot, as far as the driver lets it go. What a slot has goes with it. */
    void abandon(final TaskHolding holding) {
        if (prepared.remove(holding.task, holding)) {
            copies.whenDone(() -> {
                holding.giveBack(); // what a broken context refuses to free is freed with it
                arena.trim();
            });
        }
    }

    /** Gives a slot's task its memory, which is out: what was prepared for it, or else new. All of it, or nothing. */
    void define(final int slot, final Task task) {
        moveOut();
        pool.releaseRetired();
        final TaskHolding known = prepared.remove(task.name());
        final TaskHolding holding = known == null ? hold(task, pool) : known;
        if (holding.region != null) {
            holding.region.seal();
        }
        holdings.set(slot, holding);
    }

    /** Chunks beyond what fits beside what stays when a task joins, for the dispatcher to hand over. */
    int joining(final Task task) {
        return Math.max(0, pool.created() - room(SwapRegion.of(task, scheduled)));
    }

    /** Hands free chunks over to the control thread, which releases them before it defines a task. Dispatcher. */
    void retire(final int chunks) {
        pool.retire(chunks);
    }

    /** Makes a task's memory: what never leaves, a view of the scratch arena, and a region that is out. All of it, or nothing. */
    private TaskHolding hold(final Task task, final ChunkPool from) {
        final SwapRegion layout = SwapRegion.of(task, scheduled);
        final TaskHolding holding = new TaskHolding(task.name(), layout);
        holding.fixedBytes = layout.fixedBytes();
        final long tailBytes = Math.ceilDiv(layout.fixedBytes(), granularityBytes) * granularityBytes;
        try {
            if (layout.chunks() > 0) {
                final int chunks = (int) layout.chunks();
                regionChunks += layout.volumeChunks();
                holding.made.add(() -> regionChunks -= layout.volumeChunks());
                final ChunkFile file = file((int) layout.constantChunks());
                if (file != null) {
                    holding.made.add(file::close); // the region, which closes it too, may fail to be made
                }
                holding.region = new ChunkRegion(memory, from, access, chunks, (int) layout.constantChunks(), tailBytes, file);
                holding.made.add(holding.region::close);
            }
            defineFixed(holding, tailBytes);
            if (layout.scratchBytes() > 0) {
                final long scratchAddress = from == pool ? arena.show(layout.scratchBytes()) : arena.showAlone(layout.scratchBytes());
                holding.made.add(() -> arena.hide(scratchAddress));
                holding.scratchAddress = scratchAddress;
                holding.scratchBytes = layout.scratchBytes();
            }
        } catch (final RuntimeException e) {
            holding.made.run(e);
            throw e;
        }
        return holding;
    }

    /**
     * Makes the chunks: as many as fit beside what stays, by the bytes of the objects as the policy and the analysis count them, and
     * never more than all regions have.
     */
    void defined() {
        laidOut = true;
        pool.releaseRetired(); // of a task that did not join after all, else they would count as chunks that there are
        pool.grow((int) Math.min(regionChunks, room(SwapRegion.NONE)));
    }

    /** Chunks that fit beside what stays of the tasks that are there and of one that joins. */
    private int room(final SwapRegion joining) {
        long held = joining.fixedBytes();
        long scratch = joining.scratchBytes();
        for (int slot = 0; slot < SLOTS; slot++) {
            final TaskHolding holding = holdings.get(slot);
            held += holding == null ? 0 : holding.fixedBytes;
            scratch = Math.max(scratch, holding == null ? 0 : holding.scratchBytes);
        }
        return Math.clamp((scheduled.capacityBytes() - held - scratch) / scheduled.chunkBytes(), 0, MAX_CHUNKS);
    }

    /** Where a region's constants are kept when the host's memory is scarce; null for in that memory. */
    private ChunkFile file(final int constantChunks) {
        return reader == null || constantChunks == 0 ? null
            : new ChunkFile(reader, Path.of(scheduled.weightsFolder().orElseThrow()), scheduled.chunkBytes(), constantChunks);
    }

    private void defineFixed(final TaskHolding holding, final long bytes) {
        if (bytes > 0) {
            final long chunk = memory.create(gpu, bytes);
            holding.made.add(() -> memory.release(chunk));
            if (holding.region == null) {
                holding.fixedAddress = memory.reserve(bytes);
                holding.made.add(() -> memory.free(holding.fixedAddress, bytes));
            } else {
                holding.fixedAddress = holding.region.address() + holding.region.bytes();
            }
            memory.map(holding.fixedAddress, bytes, chunk);
            holding.made.add(() -> memory.unmap(holding.fixedAddress, bytes));
            memory.setAccess(holding.fixedAddress, bytes, access);
        }
    }

    /** Takes a task's memory back: all that the driver lets go, before what it refused first is told. */
    void forget(final int slot) {
        final TaskHolding holding = holdings.getAndSet(slot, null);
        if (holding != null) {
            holding.giveBackOrThrow();
            arena.trim();
        }
    }

    /** All that a slot's task has; null for nothing. */
    TaskHolding holding(final int slot) {
        return holdings.get(slot);
    }

    /** The swappable region of a slot's task. */
    ChunkRegion region(final int slot) {
        final TaskHolding holding = holdings.get(slot);
        if (holding == null || holding.region == null) {
            throw new IllegalStateException("the task of slot " + slot + " has no memory that can be moved");
        }
        return holding.region;
    }

    /** Where a slot's task has its region; 0 for nowhere. */
    long regionAddress(final int slot) {
        final TaskHolding holding = holdings.get(slot);
        return holding == null || holding.region == null ? 0 : holding.region.address();
    }

    /** Where a slot's task has what never leaves; 0 for nowhere. */
    long fixedAddress(final int slot) {
        final TaskHolding holding = holdings.get(slot);
        return holding == null ? 0 : holding.fixedAddress;
    }

    /** Where a slot's task sees the scratch arena; 0 for nowhere. */
    long scratchAddress(final int slot) {
        final TaskHolding holding = holdings.get(slot);
        return holding == null ? 0 : holding.scratchAddress;
    }

    /**
     * Moves two small regions, of which one is constant, in memory that is taken for the time of the call. On the dispatcher's thread,
     * before its first job.
     */
    void rehearse(final CudaMover mover, final int calls) {
        rehearse(mover, calls, MOVES_NS, GRACE_NS);
    }

    /** The same with other times. */
    void rehearse(final CudaMover mover, final int calls, final long movesNs, final long graceNs) {
        final Undo taken = new Undo();
        try {
            final ChunkPool small = new ChunkPool(gpu, granularityBytes, 1);
            taken.add(small::close);
            small.grow(1);
            for (int constant = 0; constant < 2; constant++) {
                final ChunkRegion region = new ChunkRegion(memory, small, access, 1, constant);
                taken.add(region::close);
                for (int i = 0; i < calls; i++) {
                    mover.moveThereAndBack(region, movesNs, graceNs);
                }
            }
        } finally {
            if (mover.isMoving()) {
                left.add(taken::run); // memory that is taken away under a copy breaks the context
            } else {
                taken.run();
            }
        }
    }

    @Override
    public void close() {
        final Undo all = new Undo();
        all.add(pool::close);
        all.add(arena::close);
        all.add(left::run);
        if (reader != null) {
            all.add(reader::close);
        }
        List.copyOf(prepared.values()).forEach(holding -> all.add(() -> abandon(holding)));
        for (int slot = 0; slot < SLOTS; slot++) {
            final TaskHolding holding = holdings.getAndSet(slot, null);
            if (holding != null) {
                all.add(holding::giveBackOrThrow);
            }
        }
        all.runOrThrow();
    }
}
