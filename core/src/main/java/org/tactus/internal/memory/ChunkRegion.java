// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.foreign.MemorySegment;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStatus;
import org.tactus.internal.lifecycle.Undo;

/**
 * A task's swappable memory: a range of device addresses that never changes, chunks of the pool mapped at some of the addresses, and pinned
 * host memory for every chunk, which keeps the content of a chunk that is out. The control thread makes and closes it; the dispatcher alone
 * maps and unmaps its chunks.
 */
public final class ChunkRegion implements AutoCloseable {
    private final CudaMemory memory;
    private ChunkPool pool;
    private final MemorySegment access;
    private final int constantChunks;
    private final long chunkBytes;
    private final long tailBytes;
    private final long address;
    /** Null where no chunk is kept in the host's memory. */
    private final PinnedBlock pinned;
    private final long backing;
    /** The first chunk that has pinned host memory. */
    private final int pinnedFirst;
    /** The handle of each chunk, or 0 while it is out. */
    private final long[] handles;
    /** Whether what stands in a mapped chunk is what the task left there: false while its copy is under way. */
    private final boolean[] filled;
    /** Where the constants are kept; null where all is in the host's memory. */
    private final ChunkFile file;
    /** Whether the handles of what is mapped are the pool's again, so that the region only unmaps them. */
    private boolean surrendered;

    /**
     * Reserves addresses and pins host memory; everything is out, and the host's memory is zero.
     *
     * @param memory         the driver's memory calls
     * @param pool           where chunks come from
     * @param access         lets the GPU read and write, see {@link CudaMemory#readWrite}
     * @param chunks         how many, above 0
     * @param constantChunks how many of them, from the first on, are never written on the device
     */
    public ChunkRegion(
        final CudaMemory memory, final ChunkPool pool, final MemorySegment access, final int chunks, final int constantChunks) {
        this(memory, pool, access, chunks, constantChunks, 0, null);
    }

    /**
     * Reserves addresses for the region and for what its owner maps behind it.
     *
     * @param memory         the driver's memory calls
     * @param pool           where chunks come from
     * @param access         lets the GPU read and write, see {@link CudaMemory#readWrite}
     * @param chunks         how many, above 0
     * @param constantChunks how many of them, from the first on, are never written on the device
     * @param tailBytes      how many addresses behind the last chunk, a multiple of the granularity; unmapped before the region is closed
     * @param file           keeps the constants, for which then no host memory is pinned; closed with the region; null for none
     */
    public ChunkRegion(
        final CudaMemory memory, final ChunkPool pool, final MemorySegment access, final int chunks, final int constantChunks,
        final long tailBytes, final ChunkFile file) {
        this.tailBytes = tailBytes;
        this.file = file;
        this.memory = memory;
        this.pool = pool;
        this.access = access;
        this.constantChunks = constantChunks;
        chunkBytes = pool.chunkBytes();
        handles = new long[chunks];
        filled = new boolean[chunks];
        address = memory.reserve(chunks * chunkBytes + tailBytes);
        try {
            pinnedFirst = file == null ? 0 : constantChunks;
            pinned = pinnedFirst == chunks ? null : PinnedBlock.of(pool.driver(), (chunks - pinnedFirst) * chunkBytes);
        } catch (final NativeCallException | OutOfMemoryError e) {
            memory.free(address, chunks * chunkBytes + tailBytes);
            throw e;
        }
        backing = pinned == null ? 0 : pinned.address();
    }

    /**
     * Size of the region.
     *
     * @return bytes, of all chunks
     */
    public long bytes() {
        return handles.length * chunkBytes;
    }

    /**
     * Maps chunks, whatever then stands in them, for a caller who writes them at once. Control thread, while no dispatcher uses the pool.
     *
     * @param first the first chunk
     * @param end   the first chunk behind
     * @throws IllegalStateException when the pool has too few; those that were mapped stay
     */
    public void map(final int first, final int end) {
        for (int chunk = first; chunk < end; chunk++) {
            if (!isMapped(chunk)) {
                map(chunk);
            }
            filled[chunk] = true;
        }
    }

    /** Unmaps every chunk that is mapped, and keeps nothing of it. Control thread, while no dispatcher uses the pool. */
    public void unmapAll() {
        for (int chunk = 0; chunk < handles.length; chunk++) {
            if (isMapped(chunk)) {
                unmap(chunk, 1);
            }
        }
    }

    /**
     * Gives the chunks that are in back to the pool, though their addresses stay mapped until the region is closed: a chunk may be mapped
     * at several addresses, and nobody uses these any more. Calls no driver. Dispatcher, when the region's task has stopped.
     */
    public void surrender() {
        for (int chunk = 0; chunk < handles.length && !surrendered; chunk++) {
            filled[chunk] = false;
            if (handles[chunk] != 0) {
                pool.give(handles[chunk]);
            }
        }
        surrendered = true;
    }

    /**
     * Takes its chunks from another pool from now on. Control thread, while every chunk is out and no dispatcher knows the region.
     *
     * @param other a pool of chunks of the same size
     */
    public void takeFrom(final ChunkPool other) {
        pool = other;
    }

    /**
     * The number of chunks.
     *
     * @return those that are in and those that are out
     */
    public int chunks() {
        return handles.length;
    }

    /**
     * The first address on the device; it never changes.
     *
     * @return the address of chunk 0, whether the chunk is in or out
     */
    public long address() {
        return address;
    }

    /**
     * Chunks that are never written on the device: they are dropped instead of copied out.
     *
     * @return how many, from chunk 0 on
     */
    public int constantChunks() {
        return constantChunks;
    }

    /**
     * The host's memory behind the region.
     *
     * @return pinned memory, chunk after chunk; what a chunk holds that is out
     */
    public MemorySegment backing() {
        return host(0, handles.length * chunkBytes);
    }

    /**
     * What the host keeps of a part of the region, to be written while the region is prepared.
     *
     * @param offset from the region's begin
     * @param bytes  how many; all constant or none where constants are kept in a file
     * @return pinned memory, or a mapping of the file until {@link #seal}
     */
    public MemorySegment host(final long offset, final long bytes) {
        final long pinnedOffset = offset - pinnedFirst * chunkBytes;
        return pinnedOffset < 0 ? file.view().asSlice(offset, bytes) : CudaMemory.view(backing + pinnedOffset, bytes);
    }

    /** Ends the preparation: what is in a file is written through, and read from there. Control thread. */
    public void seal() {
        if (file != null) {
            file.seal();
        }
    }

    /** Whether a chunk comes from a file. */
    boolean isInFile(final int chunk) {
        return chunk < pinnedFirst;
    }

    ChunkFile file() {
        return file;
    }

    long addressOf(final int chunk) {
        return address + chunk * chunkBytes;
    }

    long backingOf(final int chunk) {
        return backing + (chunk - pinnedFirst) * chunkBytes;
    }

    /**
     * Size of a chunk.
     *
     * @return bytes
     */
    public long chunkBytes() {
        return chunkBytes;
    }

    /**
     * Tells whether a segment may use a chunk. Dispatcher, or anyone when it has ended.
     *
     * @param chunk its index
     * @return false while it is out, and while it is on its way in
     */
    public boolean isIn(final int chunk) {
        return filled[chunk];
    }

    /**
     * Tells whether a chunk occupies memory. Dispatcher, or anyone when it has ended.
     *
     * @param chunk its index
     * @return true when it is in, or on its way in or out
     */
    public boolean isMapped(final int chunk) {
        return handles[chunk] != 0;
    }

    /** Notes that a mapped chunk's copy from the host is done. */
    void fill(final int chunk) {
        filled[chunk] = true;
    }

    /** Maps a chunk at its address and lets the GPU access it. When a call of the driver fails, the chunk is not mapped. */
    void map(final int chunk) {
        final long handle = pool.take();
        if (handle == 0) {
            throw new IllegalStateException("no chunk is free for chunk " + chunk + " of " + handles.length
                + "; the device's memory holds fewer than the tasks' regions need at once");
        }
        try {
            memory.map(addressOf(chunk), chunkBytes, handle);
        } catch (final NativeCallException e) {
            pool.give(handle);
            throw e;
        }
        handles[chunk] = handle;
        try {
            memory.setAccess(addressOf(chunk), chunkBytes, access);
        } catch (final NativeCallException e) {
            unmap(chunk, 1);
            throw e;
        }
    }

    /** Unmaps adjacent chunks, which nothing uses any more, by one call, and gives them back to the pool. */
    void unmap(final int first, final int count) {
        for (int chunk = first; chunk < first + count; chunk++) {
            filled[chunk] = false;
        }
        memory.unmap(addressOf(first), count * chunkBytes);
        for (int chunk = first; chunk < first + count; chunk++) {
            pool.give(handles[chunk]);
            handles[chunk] = 0;
        }
    }

    /** Frees addresses and host memory; chunks that are in go back to the pool. Control thread, when no dispatcher uses the region. */
    @Override
    public void close() {
        final Undo all = new Undo();
        if (pinned != null) {
            all.add(this::freeBacking);
        }
        if (file != null) {
            all.add(file::close);
        }
        all.add(() -> memory.free(address, handles.length * chunkBytes + tailBytes));
        for (int i = 0; i < handles.length; i++) {
            final int chunk = i;
            if (handles[chunk] != 0) {
                all.add(() -> {
                    memory.unmap(addressOf(chunk), chunkBytes);
                    if (!surrendered) {
                        pool.returnChunk(handles[chunk]);
                    }
                    handles[chunk] = 0;
                    filled[chunk] = false;
                });
            }
        }
        all.runOrThrow();
    }

    private void freeBacking() {
        try {
            pinned.close();
        } catch (final NativeCallException e) {
            if (CudaStatus.leavesContextUsable(e.code())) {
                throw e;
            } // the context is broken, and its pinned memory goes with it
        }
    }
}
