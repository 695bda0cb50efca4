// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.lifecycle.Undo;

/**
 * Scratch memory that all tasks of a device share: each task sees the same physical chunks at addresses of its own. This is sound because a
 * device runs one segment at a time and the content of scratch is dead when a segment ends; content that must live longer is state, and
 * does not belong here. Control thread only; a view is mapped once and never swapped.
 */
public final class ScratchArena implements AutoCloseable {
    /** The arena grows by chunks of this size at most: the driver's calls cost per chunk, however large it is. */
    private static final long MOST_CHUNK_BYTES = 32 << 20;

    private final CudaGpu gpu;
    private final CudaMemory memory;
    private final MemorySegment access;
    private final long granularityBytes;
    private final List<Chunk> chunks = new ArrayList<>();
    /** What tasks see, by the first address. */
    private final Map<Long, View> views = new HashMap<>();
    private long bytes;

    /** Addresses of a task's own: how many bytes it needs, how many addresses it has, and where chunks are mapped at them. */
    private record View(long needed, long reserved, long mapped, long alone) {
    }

    /** A piece of physical memory, which is mapped as a whole. */
    private record Chunk(long handle, long bytes) {
    }

    /**
     * Makes an empty arena.
     *
     * @param gpu              whose memory
     * @param access           lets the GPU read and write, see {@link CudaMemory#readWrite}
     * @param granularityBytes what sizes of chunks are multiples of
     */
    public ScratchArena(final CudaGpu gpu, final MemorySegment access, final long granularityBytes) {
        this.gpu = gpu;
        this.memory = gpu.driver().memory();
        this.access = access;
        this.granularityBytes = granularityBytes;
    }

    /**
     * Maps the beginning of the arena at addresses of a task's own; the arena grows when it is too small.
     *
     * @param needed how many bytes the task needs, above 0
     * @return the first address, for {@link #hide}
     */
    public long show(final long needed) {
        grow(needed);
        final long whole = wholeChunks(needed);
        final long address = memory.reserve(whole);
        try {
            map(address, needed, whole);
        } catch (final NativeCallException e) {
            memory.free(address, whole);
            throw e;
        }
        return address;
    }

    /**
     * Maps memory of a task's own where {@link #share} will map the arena: for a task that is prepared while others use the arena.
     *
     * @param needed how many bytes the task needs, above 0
     * @return the first address, for {@link #share} or {@link #hide}
     */
    public long showAlone(final long needed) {
        final long whole = Math.ceilDiv(needed, granularityBytes) * granularityBytes;
        final long reserved = whole + Math.max(granularityBytes, MOST_CHUNK_BYTES); // the arena's last chunk may reach further
        final Undo made = new Undo();
        try {
            final long alone = memory.create(gpu, whole);
            made.add(() -> memory.release(alone));
            final long address = memory.reserve(reserved);
            made.add(() -> memory.free(address, reserved));
            memory.map(address, whole, alone);
            made.add(() -> memory.unmap(address, whole));
            memory.setAccess(address, whole, access);
            views.put(address, new View(needed, reserved, whole, alone));
            return address;
        } catch (final NativeCallException e) {
            made.run(e);
            throw e;
        }
    }

    /**
     * Maps the beginning of the arena in place of memory of the task's own, whose content is lost.
     *
     * @param address as {@link #showAlone} gave it
     */
    public void share(final long address) {
        final View view = views.get(address);
        if (view.alone() == 0) {
            return;
        }
        memory.unmap(address, view.mapped());
        memory.release(view.alone());
        views.put(address, new View(view.needed(), view.reserved(), 0, 0));
        grow(view.needed());
        map(address, view.needed(), view.reserved());
    }

    private void grow(final long needed) {
        while (bytes < needed) {
            final long missing = Math.ceilDiv(needed - bytes, granularityBytes) * granularityBytes;
            final long size = Math.min(missing, Math.max(granularityBytes, MOST_CHUNK_BYTES / granularityBytes * granularityBytes));
            chunks.add(new Chunk(memory.create(gpu, size), size));
            bytes += size;
        }
    }

    private void map(final long address, final long needed, final long reserved) {
        final long whole = wholeChunks(needed);
        long mapped = 0;
        try {
            for (int i = 0; mapped < whole; i++) {
                memory.map(address + mapped, chunks.get(i).bytes(), chunks.get(i).handle());
                mapped += chunks.get(i).bytes();
            }
            memory.setAccess(address, whole, access);
        } catch (final NativeCallException e) {
            if (mapped > 0) {
                memory.unmap(address, mapped);
            }
            throw e;
        }
        views.put(address, new View(needed, reserved, whole, 0));
    }

    /** Bytes of the first chunks that hold so many; the same as long as a view of them lives, since only chunks behind all views go. */
    private long wholeChunks(final long needed) {
        long whole = 0;
        for (int i = 0; whole < needed; i++) {
            whole += chunks.get(i).bytes();
        }
        return whole;
    }

    /**
     * Unmaps a task's view; the arena stays as large as it is until {@link #trim}.
     *
     * @param address as {@link #show} or {@link #showAlone} gave it
     */
    public void hide(final long address) {
        final View gone = views.remove(address);
        final Undo view = new Undo();
        view.add(() -> memory.free(address, gone.reserved()));
        if (gone.alone() != 0) {
            view.add(() -> memory.release(gone.alone()));
        }
        if (gone.mapped() > 0) {
            view.add(() -> memory.unmap(address, gone.mapped()));
        }
        view.runOrThrow();
    }

    /** Releases what no view reaches any more. */
    public void trim() {
        final long needed = views.values().stream().filter(view -> view.alone() == 0).mapToLong(View::mapped).max().orElse(0);
        while (!chunks.isEmpty() && bytes - chunks.getLast().bytes() >= needed) {
            final Chunk last = chunks.removeLast();
            bytes -= last.bytes();
            memory.release(last.handle());
        }
    }

    /**
     * The arena's size.
     *
     * @return bytes, the largest that a task needed since it was trimmed, in whole chunks
     */
    public long bytes() {
        return bytes;
    }

    /** Releases the chunks, after every view was hidden. */
    @Override
    public void close() {
        final Undo all = new Undo();
        chunks.forEach(chunk -> all.add(() -> memory.release(chunk.handle())));
        chunks.clear();
        bytes = 0;
        all.runOrThrow();
    }
}
