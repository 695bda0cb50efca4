// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;

/**
 * A pool of physical chunks of one size. They are created before they are needed, because creating a chunk is slow and mapping one is not.
 * The dispatcher takes chunks and gives them back. The control thread creates more, and returns those of a task that is gone, through a
 * ring. Each side writes its own fields only.
 */
public final class ChunkPool implements AutoCloseable {
    private static final VarHandle RETURNED;
    private static final VarHandle HANDED_OVER;

    static {
        try {
            RETURNED = MethodHandles.lookup().findVarHandle(ChunkPool.class, "returned", long.class);
            HANDED_OVER = MethodHandles.lookup().findVarHandle(ChunkPool.class, "handedOver", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CudaGpu gpu;
    private final long chunkBytes;
    /** Chunks that are mapped nowhere; the dispatcher's. */
    private final long[] free;
    private int freeCount;
    private long received;
    /** Chunks from the control thread to the dispatcher; it has a place for every chunk that can exist, so it never overflows. */
    private final long[] ring;
    private long returned;
    /** Chunks from the dispatcher to the control thread, which releases them; places as in the other ring. */
    private final long[] retired;
    private long handedOver;
    private long taken;
    private int created;

    /**
     * Makes an empty pool.
     *
     * @param gpu        whose memory
     * @param chunkBytes bytes of a chunk
     * @param limit      the most chunks that there may ever be
     */
    public ChunkPool(final CudaGpu gpu, final long chunkBytes, final int limit) {
        this.gpu = gpu;
        this.chunkBytes = chunkBytes;
        free = new long[limit];
        ring = new long[Math.max(1, limit)];
        retired = new long[Math.max(1, limit)];
    }

    /**
     * Bytes of a chunk.
     *
     * @return a multiple of the GPU's granularity
     */
    public long chunkBytes() {
        return chunkBytes;
    }

    CudaDriver driver() {
        return gpu.driver();
    }

    /**
     * Creates chunks until there are enough. Control thread only; slow.
     *
     * @param wanted how many there shall be; no more than the limit are made
     * @throws org.tactus.bindings.NativeCallException when the GPU has no memory for them; those made so far stay
     */
    public void grow(final int wanted) {
        while (created < Math.min(wanted, free.length)) {
            final long handle = gpu.driver().memory().create(gpu, chunkBytes);
            created++;
            returnChunk(handle);
        }
    }

    /**
     * Chunks that were created.
     *
     * @return a count, for the control thread
     */
    public int created() {
        return created;
    }

    /**
     * Returns a chunk to the pool. Control thread; the dispatcher uses {@link #give}.
     *
     * @param handle a chunk that is mapped nowhere any more
     */
    void returnChunk(final long handle) {
        ring[(int) (returned % ring.length)] = handle;
        // Release: the dispatcher that sees the count by acquire sees the handle, which is its own from here on.
        RETURNED.setRelease(this, returned + 1);
    }

    private long next() {
        // Acquire: pairs with the release in returnChunk.
        if (received == (long) RETURNED.getAcquire(this)) {
            return 0;
        }
        return ring[(int) (received++ % ring.length)];
    }

    /**
     * Takes a chunk. Dispatcher only.
     *
     * @return its handle, or 0 when all are in use
     */
    long take() {
        return freeCount > 0 ? free[--freeCount] : next();
    }

    /**
     * Gives a chunk back. Dispatcher only.
     *
     * @param handle mapped nowhere any more
     */
    void give(final long handle) {
        free[freeCount++] = handle;
    }

    /**
     * Hands free chunks over to the control thread. Dispatcher only.
     *
     * @param chunks how many; fewer when fewer are free
     */
    public void retire(final int chunks) {
        for (int i = 0; i < chunks; i++) {
            final long handle = take();
            if (handle == 0) {
                return;
            }
            retired[(int) (handedOver % retired.length)] = handle;
            // Release: the control thread that sees the count by acquire sees the handle, which is its own from here on.
            HANDED_OVER.setRelease(this, handedOver + 1);
        }
    }

    /** Releases the chunks that were handed over. Control thread. */
    public void releaseRetired() {
        // Acquire: pairs with the release in retire.
        final long end = (long) HANDED_OVER.getAcquire(this);
        while (taken < end) {
            final long handle = retired[(int) (taken % retired.length)];
            gpu.driver().memory().release(handle);
            taken++;
            created--;
        }
    }

    /** Releases every chunk that is mapped nowhere. Control thread, after the dispatcher has ended and every region is closed. */
    @Override
    public void close() {
        for (long handle = take(); handle != 0; handle = take()) {
            gpu.driver().memory().release(handle);
            created--;
        }
    }
}
