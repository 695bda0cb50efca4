// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.onnxruntime.DeviceAllocator;
import org.tactus.internal.lifecycle.Undo;

/**
 * An allocator of device memory for a runtime that allocates and frees in every run. It has one range of addresses, maps chunks as it
 * grows, and keeps free blocks by size. A freed block is given out again without a call of the driver, a lock or a Java object, so a run
 * that repeats its sizes needs none of these; only new blocks are made under a lock. Any thread; memory returns to the driver only in
 * {@link #close}.
 *
 * <p>A block is a whole number of granules of 4 KiB; there are four sizes between two powers of two. The free blocks of a size form a stack
 * (Treiber 1986). Its head holds a block's first granule and a count that changes with every pop, so that a head which comes back with the
 * same block is not mistaken for an unchanged one (ABA).
 */
public final class DeviceHeap implements DeviceAllocator, AutoCloseable {
    private static final int GRANULE_SHIFT = 12;
    private static final int SIZES = 4 * Integer.SIZE;
    private static final int NONE = 0;
    private static final long INDEX_MASK = 0xFFFF_FFFFL;

    private final CudaGpu gpu;
    private final CudaMemory memory;
    private final long context;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment access;
    private final Undo made = new Undo();
    private final long base;
    private final long chunkBytes;
    private final long capacityBytes;
    /** By size, count and first granule (from 1) of the block on top. */
    private final AtomicLongArray heads = new AtomicLongArray(SIZES);
    /** By first granule (from 1), the block below, or {@link #NONE}. */
    private final AtomicIntegerArray below;
    /** By first granule (from 1), the block's size; written once, before its address is given out. */
    private final byte[] sizes;
    // Under the monitor.
    private long usedBytes;
    private long mappedBytes;

    /**
     * Reserves the addresses; no memory yet. The context is current.
     *
     * @param gpu           whose memory
     * @param context       made current where memory is mapped
     * @param capacityBytes most that is ever mapped, at most 8 TiB
     */
    public DeviceHeap(final CudaGpu gpu, final long context, final long capacityBytes) {
        this.gpu = gpu;
        this.context = context;
        memory = gpu.driver().memory();
        made.add(arena::close);
        try {
            access = CudaMemory.readWrite(gpu, arena);
            chunkBytes = memory.granularityBytes(gpu);
            this.capacityBytes = capacityBytes / chunkBytes * chunkBytes;
            base = memory.reserve(this.capacityBytes);
            made.add(() -> memory.free(base, this.capacityBytes));
        } catch (final RuntimeException e) {
            made.run(e);
            throw e;
        }
        final int granules = Math.toIntExact(this.capacityBytes >>> GRANULE_SHIFT);
        below = new AtomicIntegerArray(granules + 1);
        sizes = new byte[granules + 1];
    }

    /** Index of the least size that holds a number of granules. */
    private static int size(final long granules) {
        if (granules <= 4) {
            return (int) Math.max(0, granules - 1);
        }
        final int power = 63 - Long.numberOfLeadingZeros(granules - 1); // 2^power < granules <= 2^(power + 1)
        return 4 * (power - 1) + (int) ((granules - 1 >>> power - 2) & 3);
    }

    /** Granules of a size. */
    private static long granules(final int size) {
        return size < 4 ? size + 1 : (4L + (size & 3) + 1) << (size >>> 2) - 1;
    }

    @Override
    public long allocate(final long bytes) {
        final long granules = Math.max(1, bytes + (1 << GRANULE_SHIFT) - 1 >>> GRANULE_SHIFT);
        if (bytes < 0 || granules > capacityBytes >>> GRANULE_SHIFT) {
            return 0;
        }
        final int size = size(granules);
        final int block = pop(size);
        return block == NONE ? grow(size) : address(block);
    }

    private int pop(final int size) {
        while (true) {
            // Acquire: the block below was written before the head was released.
            final long head = heads.getAcquire(size);
            final int block = (int) (head & INDEX_MASK);
            if (block == NONE) {
                return NONE;
            }
            final long next = (head & ~INDEX_MASK) + INDEX_MASK + 1 | below.getAcquire(block) & INDEX_MASK;
            if (heads.weakCompareAndSetVolatile(size, head, next)) {
                return block;
            }
        }
    }

    @Override
    public void free(final long address) {
        if (address == 0) {
            return;
        }
        final int block = (int) (address - base >>> GRANULE_SHIFT) + 1;
        final int size = sizes[block];
        while (true) {
            final long head = heads.getAcquire(size);
            below.setRelease(block, (int) (head & INDEX_MASK));
            if (heads.weakCompareAndSetVolatile(size, head, head & ~INDEX_MASK | block)) {
                return;
            }
        }
    }

    private long address(final int block) {
        return base + ((long) (block - 1) << GRANULE_SHIFT);
    }

    /** Makes a block; 0 when the GPU or the range has no more. */
    private synchronized long grow(final int size) {
        final long bytes = granules(size) << GRANULE_SHIFT;
        if (usedBytes + bytes > capacityBytes) {
            return 0;
        }
        gpu.makeCurrent(context);
        while (mappedBytes < usedBytes + bytes) {
            map();
        }
        final int block = (int) (usedBytes >>> GRANULE_SHIFT) + 1;
        sizes[block] = (byte) size;
        usedBytes += bytes;
        return address(block);
    }

    private void map() {
        final long at = base + mappedBytes;
        final long chunk = memory.create(gpu, chunkBytes);
        try {
            memory.map(at, chunkBytes, chunk);
        } finally {
            memory.release(chunk); // it lives while it is mapped
        }
        made.add(() -> memory.unmap(at, chunkBytes));
        memory.setAccess(at, chunkBytes, access);
        mappedBytes += chunkBytes;
    }

    /**
     * What was taken from the driver so far.
     *
     * @return bytes
     */
    public synchronized long mappedBytes() {
        return mappedBytes;
    }

    /** Gives everything back, after the last use; what a broken context refuses to free ends with the context. */
    @Override
    public synchronized void close() {
        gpu.makeCurrent(context);
        made.run();
    }
}
