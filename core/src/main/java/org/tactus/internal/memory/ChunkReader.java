// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.lifecycle.ThreadEnd;
import org.tactus.internal.time.Sizes;

/**
 * Reads chunks of {@link ChunkFile}s into two pinned buffers, by a thread of its own, so that no dispatcher waits for a disk. Where the
 * run is real-time, the thread goes before all ordinary ones and after every dispatcher: on a machine whose cores are all busy with
 * dispatchers a read takes longer than it was measured to. The dispatcher asks and looks, without a lock and without a system call; the
 * thread looks for requests every {@value #LOOK_NS} ns, which is a part of what reading a chunk is measured to take. A buffer belongs to
 * the thread from {@link #request} until {@link #isFree}.
 * <pre>{@code
 *   free, read or failed -- request (dispatcher) --> requested -- begin (thread) --> reading --> read or failed
 *                                     free <-- withdraw (dispatcher) --/
 * }</pre>
 */
public final class ChunkReader implements AutoCloseable {
    /** Buffers: one is copied to the device while the other one is filled. */
    static final int BUFFERS = 2;
    /** What direct reads ask of a buffer's address. */
    private static final long ALIGNMENT_BYTES = 4096;
    private static final long LOOK_NS = 50_000;
    private static final int NONE = -1;
    private static final int FREE = 0;
    private static final int REQUESTED = 1;
    private static final int READ = 2;
    private static final int FAILED = 3;
    /** The thread has begun to read; nothing withdraws that any more. */
    private static final int READING = 4;

    private final CudaMemory memory;
    private final long pinned;
    private final long first;
    private final long chunkBytes;
    private final ByteBuffer[] buffers = new ByteBuffer[BUFFERS];
    private final AtomicIntegerArray states = new AtomicIntegerArray(BUFFERS);
    private final ChunkFile[] files = new ChunkFile[BUFFERS];
    private final int[] chunks = new int[BUFFERS];
    /** When each was asked for, counted in requests. */
    private final int[] orders = new int[BUFFERS];
    private int requests;
    private final Throwable[] failures = new Throwable[BUFFERS];
    private final Runnable setup;
    private final Thread thread;
    private volatile boolean open = true;

    /**
     * Pins the buffers and starts the thread. The context is current.
     *
     * @param memory     the driver's memory calls
     * @param chunkBytes size of a chunk, a multiple of 4096 and below 2 GiB
     * @param setup      run first on the thread: what the machine permits it
     */
    public ChunkReader(final CudaMemory memory, final long chunkBytes, final Runnable setup) {
        if (chunkBytes % ALIGNMENT_BYTES != 0 || chunkBytes > Integer.MAX_VALUE) {
            throw new IllegalStateException(
                "chunks of " + Sizes.exact(chunkBytes) + " cannot be read from a file; write a multiple of 4KiB below 2GiB");
        }
        this.setup = setup;
        this.memory = memory;
        this.chunkBytes = chunkBytes;
        pinned = memory.allocateHost(BUFFERS * chunkBytes + ALIGNMENT_BYTES);
        first = Math.ceilDiv(pinned, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
        try {
            for (int i = 0; i < BUFFERS; i++) {
                final MemorySegment buffer = CudaMemory.view(address(i), chunkBytes);
                buffer.fill((byte) 0);
                buffers[i] = buffer.asByteBuffer();
            }
            thread = Thread.ofPlatform().daemon().name("tactus-weights").start(this::serve);
        } catch (final RuntimeException | Error e) { // such as that of a system with too many threads
            memory.freeHost(pinned);
            throw e;
        }
    }

    private void serve() {
        setup.run();
        while (open) {
            final int buffer = oldestRequest();
            // Compare-and-set, since the dispatcher may withdraw it; acquires what is to be read, which request has released.
            if (buffer == NONE) {
                LockSupport.parkNanos(LOOK_NS);
            } else if (states.compareAndSet(buffer, REQUESTED, READING)) {
                read(buffer);
            }
        }
    }

    /** The buffer that was asked for first of those that wait. Looks twice: who sees the later request, sees the earlier one. */
    private int oldestRequest() {
        int oldest = NONE;
        for (int look = 0; look < 2; look++) {
            for (int i = 0; i < BUFFERS; i++) {
                if (states.getAcquire(i) == REQUESTED && (oldest == NONE || orders[i] - orders[oldest] < 0)) {
                    oldest = i;
                }
            }
        }
        return oldest;
    }

    private void read(final int buffer) {
        int state = READ;
        try {
            files[buffer].read(chunks[buffer], buffers[buffer]);
        } catch (final Throwable e) { // told by the dispatcher's next look; a closed file is one of a task that is gone
            failures[buffer] = e;
            state = FAILED;
        }
        // Release: the dispatcher that sees it may use the buffer, which is its own from here on.
        states.setRelease(buffer, state);
    }

    /** Whether nothing is being read into a buffer. Dispatcher. */
    boolean isFree(final int buffer) {
        final int state = states.getAcquire(buffer);
        return state != REQUESTED && state != READING;
    }

    /** Withdraws what was asked for and is not being read yet, so that of a cancelled move at most one read is left. Dispatcher. */
    void withdraw() {
        for (int i = 0; i < BUFFERS; i++) {
            states.compareAndSet(i, REQUESTED, FREE);
        }
    }

    /** Asks for a chunk in a buffer that is free. Dispatcher. */
    void request(final int buffer, final ChunkFile file, final int chunk) {
        files[buffer] = file;
        chunks[buffer] = chunk;
        orders[buffer] = requests++;
        states.setRelease(buffer, REQUESTED);
    }

    /** Whether what was asked for stands in the buffer; throws why it cannot be read. Dispatcher. */
    boolean isRead(final int buffer) {
        final int state = states.getAcquire(buffer);
        if (state == FAILED) {
            throw new IllegalStateException("a chunk of weights was not read from its file", failures[buffer]);
        }
        return state == READ;
    }

    /** Where a buffer lies. */
    long address(final int buffer) {
        return first + buffer * chunkBytes;
    }

    /**
     * Reads chunks one after the other as loads do, and tells how long each took, from the request to the look that found it.
     *
     * @param file    what is read, written and sealed
     * @param inFile  its chunks
     * @param reads   how many reads
     * @param between what the caller does between two looks, as a dispatcher does: it sleeps
     * @return nanoseconds of each
     */
    public long[] measure(final ChunkFile file, final int inFile, final int reads, final Runnable between) {
        file.seal();
        final long[] tookNs = new long[reads];
        for (int i = 0; i < reads; i++) {
            final long beginNs = System.nanoTime();
            request(i % BUFFERS, file, i % inFile);
            while (!isRead(i % BUFFERS)) {
                between.run();
            }
            tookNs[i] = System.nanoTime() - beginNs;
        }
        return tookNs;
    }

    /** Ends the thread and frees the buffers. Control thread, when no dispatcher uses it. */
    @Override
    public void close() {
        open = false;
        LockSupport.unpark(thread);
        if (ThreadEnd.await(thread, ThreadEnd.PATIENCE_NS)) { // else it is stuck in a read, and its buffer is left to it
            memory.freeHost(pinned);
        }
    }
}
