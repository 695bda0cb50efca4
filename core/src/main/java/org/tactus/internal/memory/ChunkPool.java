// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.tactus.bindings.cuda.CudaGpu;

/**
 * Physical chunks of one size, created before they are needed: creating one is slow, mapping one is not. The dispatcher takes and
 * gives; the control thread creates more and returns those of a task that is gone, over a ring. Each side owns its own words.
 */
public final class ChunkPool implements AutoCloseable {
    private static final VarHandle OFFERED;

    static {
        try {
            OFFERED = MethodHandles.lookup().findVarHandle(ChunkPool.class, "offered", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CudaGpu gpu;
    private final long chunkBytes;
    /** The dispatcher's: chunks that are mapped nowhere. */
    private final long[] free;
    private int freeCount;
    private long accepted;
    /** The control thread's writes, in ring order; as long as there can be chunks, so it never runs over. */
    private final long[] ring;
    private long offered;
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
    }

    /**
     * Bytes of a chunk.
     *
     * @return a multiple of the GPU's granularity
     */
    public long chunkBytes() {
        return chunkBytes;
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
            offer(handle);
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
     * Gives a chunk back from the control thread.
     *
     * @param handle mapped nowhere any more
     */
    void offer(final long handle) {
        ring[(int) (offered % ring.length)] = handle;
        // Release: the dispatcher that sees the count by acquire sees the handle, which is its own from here on.
        OFFERED.setRelease(this, offered + 1);
    }

    private long next() {
        // Acquire: pairs with the release in offer.
        if (accepted == (long) OFFERED.getAcquire(this)) {
            return 0;
        }
        return ring[(int) (accepted++ % ring.length)];
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

    /** Gives up every chunk that is mapped nowhere. Control thread, when the dispatcher has ended and every region is closed. */
    @Override
    public void close() {
        for (long handle = take(); handle != 0; handle = take()) {
            gpu.driver().memory().release(handle);
            created--;
        }
    }
}
