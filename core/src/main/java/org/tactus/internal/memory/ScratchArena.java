// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
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
    private long bytes;

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
        while (bytes < needed) {
            final long missing = Math.ceilDiv(needed - bytes, granularityBytes) * granularityBytes;
            final long size = Math.min(missing, Math.max(granularityBytes, MOST_CHUNK_BYTES / granularityBytes * granularityBytes));
            chunks.add(new Chunk(memory.create(gpu, size), size));
            bytes += size;
        }
        final long whole = wholeChunks(needed);
        final long address = memory.reserve(whole);
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
            memory.free(address, whole);
            throw e;
        }
        return address;
    }

    /** Bytes of the first chunks that hold so many; the same as long as the arena lives, since it only grows. */
    private long wholeChunks(final long needed) {
        long whole = 0;
        for (int i = 0; whole < needed; i++) {
            whole += chunks.get(i).bytes();
        }
        return whole;
    }

    /**
     * Unmaps a task's view; the arena stays as large as it is.
     *
     * @param address as {@link #show} gave it
     * @param needed  as given to it
     */
    public void hide(final long address, final long needed) {
        final long whole = wholeChunks(needed);
        final Undo view = new Undo();
        view.add(() -> memory.free(address, whole));
        view.add(() -> memory.unmap(address, whole));
        view.runOrThrow();
    }

    /**
     * The arena's size.
     *
     * @return bytes, the largest that a task needed, in whole chunks
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
