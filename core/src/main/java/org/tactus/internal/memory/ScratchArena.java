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
    private final CudaGpu gpu;
    private final CudaMemory memory;
    private final MemorySegment access;
    private final long chunkBytes;
    private final List<Long> chunks = new ArrayList<>();

    /**
     * Makes an empty arena.
     *
     * @param gpu        whose memory
     * @param access     lets the GPU read and write, see {@link CudaMemory#readWrite}
     * @param chunkBytes bytes that the arena grows by
     */
    public ScratchArena(final CudaGpu gpu, final MemorySegment access, final long chunkBytes) {
        this.gpu = gpu;
        this.memory = gpu.driver().memory();
        this.access = access;
        this.chunkBytes = chunkBytes;
    }

    /**
     * Maps the beginning of the arena at addresses of a task's own; the arena grows when it is too small.
     *
     * @param bytes how much the task needs, above 0
     * @return the first address, for {@link #hide}
     */
    public long show(final long bytes) {
        final long count = Math.ceilDiv(bytes, chunkBytes);
        while (chunks.size() < count) {
            chunks.add(memory.create(gpu, chunkBytes));
        }
        final long address = memory.reserve(count * chunkBytes);
        int mapped = 0;
        try {
            for (; mapped < count; mapped++) {
                memory.map(address + mapped * chunkBytes, chunkBytes, chunks.get(mapped));
            }
            memory.setAccess(address, count * chunkBytes, access);
        } catch (final NativeCallException e) {
            if (mapped > 0) {
                memory.unmap(address, mapped * chunkBytes);
            }
            memory.free(address, count * chunkBytes);
            throw e;
        }
        return address;
    }

    /**
     * Unmaps a task's view; the arena stays as large as it is.
     *
     * @param address as {@link #show} gave it
     * @param bytes   as given to it
     */
    public void hide(final long address, final long bytes) {
        final long whole = Math.ceilDiv(bytes, chunkBytes) * chunkBytes;
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
        return chunks.size() * chunkBytes;
    }

    /** Releases the chunks, after every view was hidden. */
    @Override
    public void close() {
        final Undo all = new Undo();
        chunks.forEach(chunk -> all.add(() -> memory.release(chunk)));
        chunks.clear();
        all.runOrThrow();
    }
}
