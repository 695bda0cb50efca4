package org.tactus.memory;

import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaStreams;

/**
 * Moves chunks of one region at a time, on a copy stream each way. Used by the dispatcher only; nothing waits for a copy, nothing
 * allocates unless something breaks. One copy is under way at a time, so that an operation ends within one chunk when it is cancelled.
 * <pre>
 *   out, ascending:   [constants: one unmap]  copy k -> (copy k + 1 begins) -> unmap k -> done
 *   in, descending:   map each, one access call for the run -> copy the last -> (copy the one before begins) -> done
 * </pre>
 * A chunk is unmapped only when its copy is known to be done and nothing runs that uses it: the driver does not wait for either.
 */
public final class RegionMover implements AutoCloseable {
    /** The operation broke: {@link #failure} says how. */
    public static final int FAILED = -1;

    private final CudaStreams streams;
    private final CompletionWord word;
    private final long outStream;
    private final long inStream;
    private ChunkRegion region;
    private boolean out;
    private int first;
    private int count;
    private int done;
    private boolean moving;
    private boolean copying;
    private boolean cancelled;
    private Throwable failure;

    /**
     * Creates the copy streams. The context is current.
     *
     * @param driver   the driver
     * @param priority of the streams
     */
    public RegionMover(final CudaDriver driver, final int priority) {
        streams = driver.streams();
        word = new CompletionWord(driver);
        outStream = streams.create(priority);
        inStream = streams.create(priority);
    }

    /**
     * Starts to take chunks out, the first one first; constants leave by one call, at once.
     *
     * @param from       the region
     * @param firstChunk the first chunk; those before are out
     * @param chunks     how many, above 0, all in
     * @param nowNs      now
     */
    public void startOut(final ChunkRegion from, final int firstChunk, final int chunks, final long nowNs) {
        begin(from, firstChunk, chunks, true);
        try {
            final int dropped = Math.min(chunks, from.constantChunks() - firstChunk);
            if (dropped > 0) {
                from.unmap(firstChunk, dropped);
                done = dropped;
            }
            copyNext(nowNs);
        } catch (final RuntimeException e) {
            fail(e);
        }
    }

    /**
     * Starts to bring chunks in, the last one first.
     *
     * @param to         the region
     * @param firstChunk the first chunk
     * @param chunks     how many, above 0, all out
     * @param nowNs      now
     */
    public void startIn(final ChunkRegion to, final int firstChunk, final int chunks, final long nowNs) {
        begin(to, firstChunk, chunks, false);
        try {
            to.map(firstChunk, chunks);
            copyNext(nowNs);
        } catch (final RuntimeException e) {
            fail(e);
        }
    }

    private void begin(final ChunkRegion with, final int firstChunk, final int chunks, final boolean outward) {
        region = with;
        first = firstChunk;
        count = chunks;
        out = outward;
        done = 0;
        moving = true;
        copying = false;
        cancelled = false;
        failure = null;
    }

    /** Queues the copy of the chunk after those that are done or under way, unless none is left or the rest was cancelled. */
    private void copyNext(final long nowNs) {
        final int begun = copying ? done + 1 : done;
        copying = false;
        if (cancelled || begun == count) {
            return;
        }
        final long bytes = region.chunkBytes();
        if (out) {
            final int chunk = first + begun;
            streams.copyOut(region.backingOf(chunk), region.addressOf(chunk), bytes, outStream);
            word.signal(outStream, nowNs);
        } else {
            final int chunk = first + count - 1 - begun;
            streams.copyIn(region.addressOf(chunk), region.backingOf(chunk), bytes, inStream);
            word.signal(inStream, nowNs);
        }
        copying = true;
    }

    /**
     * Asks how far the operation is, and goes on with it.
     *
     * @param nowNs now
     * @return chunks of the current or last operation that are done since it began, or {@link #FAILED}
     */
    public int poll(final long nowNs) {
        if (moving) {
            try {
                step(nowNs);
            } catch (final RuntimeException e) {
                fail(e);
                moving = false;
            }
        }
        return failure != null ? FAILED : done;
    }

    private void step(final long nowNs) {
        if (failure != null) { // at its start
            moving = false;
            return;
        }
        if (copying) {
            if (!word.hasCome(nowNs)) {
                return;
            }
            copyNext(nowNs); // before the unmapping, so that the copy engine does not wait for it
            if (out) {
                region.unmap(first + done, 1);
            }
            done++;
        }
        if (!copying) {
            moving = false;
            if (!out && done < count) {
                region.unmap(first, count - done); // mapped, but not brought in
            }
        }
    }

    /** Ends the operation: none of its chunks stays in memory, as far as the driver lets them go, since its task will not run again. */
    private void fail(final RuntimeException cause) {
        failure = cause;
        try {
            if (copying) {
                copying = false;
                streams.synchronize(out ? outStream : inStream); // one chunk: nothing is unmapped under a copy
            }
            for (int chunk = first; chunk < first + count; chunk++) {
                if (region.isIn(chunk)) {
                    region.unmap(chunk, 1);
                }
            }
        } catch (final RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Tells whether an operation is under way.
     *
     * @return false once {@link #poll} has told of its last chunk
     */
    public boolean isMoving() {
        return moving;
    }

    /** Ends the operation after the chunk under way. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Why the last operation broke.
     *
     * @return the cause, or null
     */
    public Throwable failure() {
        return failure;
    }

    /** Destroys the streams. Control thread, when the dispatcher has ended. */
    @Override
    public void close() {
        streams.destroy(outStream);
        streams.destroy(inStream);
        word.close();
    }
}
