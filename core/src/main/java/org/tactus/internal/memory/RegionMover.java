// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.internal.lifecycle.Undo;

/**
 * Moves chunks of one region at a time; there is one copy stream for each direction. Where both directions move at once, there are two of
 * it, one for each, and what comes in may not be more than has left ({@link #allow}). Used by the dispatcher only. No method waits for a
 * copy, and none allocates unless a call fails. One copy is under way at a time, so that an operation that is cancelled ends within one
 * chunk. Of an operation that nobody will cancel, which {@link #commit} says, {@value #AHEAD} copies are queued, so that the copy engine
 * goes on by itself while the dispatcher looks elsewhere.
 * <pre>
 *   out, ascending:   [constants: unmap one a poll]  copy k -> (copy k + 1 begins) -> unmap k -> done
 *   in, descending:   map k -> copy k begins -> (map k - 1 meanwhile) -> (copy k - 1 begins) -> done
 * </pre>
 * The driver's calls, too, are for one chunk each, with a poll between two of them. One call for several chunks would save some calls, but
 * it could not be ended early, and the analysis charges one chunk for a cancel. Constants of a committed operation beside which nothing
 * executes are dropped {@value #RUN} by one call. Bringing in loses nothing by single calls, since all but those of the first chunk are
 * made beside a copy.
 *
 * <p>Of a region whose constants are in a file, a {@link ChunkReader} reads the next chunk while one is copied; a move that is cancelled
 * before the first chunk was read brings nothing in.
 *
 * <p>A chunk is unmapped only when its copy is known to be done and nothing runs that uses it: the driver does not wait for either.
 */
public final class RegionMover implements AutoCloseable {
    /** The operation broke: {@link #failure} says how. */
    public static final int FAILED = -1;
    /** Copies of a committed operation that are queued at once. */
    private static final int AHEAD = ChunkReader.BUFFERS;
    /** Most chunks that are dropped by one call. */
    private static final int RUN = 8;

    private final Undo made = new Undo();
    private final CudaStreams streams;
    /** Of the copy of the chunk with that number, modulo {@link #AHEAD}. */
    private final CompletionWord[] words = new CompletionWord[AHEAD];
    private final long outStream;
    private final long inStream;
    private ChunkRegion region;
    private boolean out;
    /** Of what is dropped: the last chunk first. */
    private boolean downward;
    private int first;
    private int count;
    /** Chunks that have room: of what comes in no more are mapped. */
    private int allowed;
    private int dropped;
    private int mapped;
    /** Chunks that were asked for of the region's file, or need not be. */
    private int requested;
    /** Chunks that were dropped or whose copies were queued. */
    private int begun;
    private int done;
    private boolean moving;
    private boolean committed;
    private boolean alone;
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
        try {
            for (int i = 0; i < AHEAD; i++) {
                final CompletionWord word = new CompletionWord(driver);
                words[i] = word;
                made.add(word::close);
            }
            outStream = streams.create(priority);
            made.add(() -> streams.destroy(outStream));
            inStream = streams.create(priority);
            made.add(() -> streams.destroy(inStream));
        } catch (final Throwable e) {
            made.run(e);
            throw e;
        }
    }

    /**
     * Starts to take chunks out, the first one first; the first one leaves at once if it is constant.
     *
     * @param from       the region
     * @param firstChunk the first chunk; those before are out
     * @param chunks     how many, above 0, all in
     * @param nowNs      now
     */
    public void startOut(final ChunkRegion from, final int firstChunk, final int chunks, final long nowNs) {
        startOut(from, firstChunk, chunks, false, nowNs);
    }

    /**
     * Starts to take chunks out of a region, or of one whose constants stream through a ring.
     *
     * @param from       the region
     * @param firstChunk the first chunk
     * @param chunks     how many, above 0, all in
     * @param lastFirst  whether the last one leaves first, as in a ring; then all are constant
     * @param nowNs      now
     */
    public void startOut(final ChunkRegion from, final int firstChunk, final int chunks, final boolean lastFirst, final long nowNs) {
        begin(from, firstChunk, chunks, true);
        downward = lastFirst;
        try {
            dropped = Math.clamp(from.constantChunks() - firstChunk, 0, chunks);
            begun = dropped;
            if (dropped > 0) {
                drop(nowNs);
            } else {
                copyNext(nowNs);
            }
        } catch (final Throwable e) {
            failure = e;
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
            requestReads();
            if (isRead()) {
                copyNext(nowNs);
            }
        } catch (final Throwable e) {
            failure = e;
        }
    }

    private void begin(final ChunkRegion with, final int firstChunk, final int chunks, final boolean outward) {
        if (moving && !isIdle()) { // its words would be taken for those of this one
            throw new IllegalStateException("the copy engines have not ended a move that was given up, such as of the rehearsal");
        }
        region = with;
        first = firstChunk;
        count = chunks;
        allowed = chunks;
        out = outward;
        dropped = 0;
        mapped = 0;
        requested = 0;
        begun = 0;
        done = 0;
        moving = true;
        committed = false;
        alone = false;
        cancelled = false;
        failure = null;
    }

    /**
     * Limits how many chunks the operation under way brings in, until a later call allows more: others leave meanwhile by another mover.
     * Called right after {@link #startIn}, which has mapped no more than one.
     *
     * @param chunks how many of it have room, from 1 to all, never fewer than before
     */
    public void allow(final int chunks) {
        allowed = chunks;
    }

    /**
     * Says that the operation under way will not be cancelled, so that it need not be ready to end after each chunk.
     *
     * @param nothingExecutes whether the dispatcher has nothing to see meanwhile, so that a call may be for several chunks
     */
    public void commit(final boolean nothingExecutes) {
        committed = true;
        alone = nothingExecutes;
    }

    /** Queues the copy of the chunk after those that are done or under way. */
    private void copyNext(final long nowNs) {
        final long bytes = region.chunkBytes();
        if (out) {
            final int chunk = first + begun;
            streams.copyOut(region.backingOf(chunk), region.addressOf(chunk), bytes, outStream);
            words[begun % AHEAD].signal(outStream, nowNs);
        } else {
            if (mapped == begun) {
                mapNext();
            }
            final int chunk = inChunk(begun);
            streams.copyIn(region.addressOf(chunk), region.isInFile(chunk) ? region.file().reader().address(begun % AHEAD)
                : region.backingOf(chunk), bytes, inStream);
            words[begun % AHEAD].signal(inStream, nowNs);
        }
        begun++;
    }

    /** Whether another copy may be queued when so many are. */
    private boolean mayCopy(final int copies) {
        return !cancelled && begun < allowed && copies < (committed ? AHEAD : 1) && (out || isRead());
    }

    /** The chunk that comes in after so many others. */
    private int inChunk(final int after) {
        return first + count - 1 - after;
    }

    /** Whether the host has what the next copy brings in. */
    private boolean isRead() {
        return begun < requested && (!region.isInFile(inChunk(begun)) || region.file().reader().isRead(begun % AHEAD));
    }

    /** Asks for what the next copies bring in; a buffer is asked for when the copy of what was in it is done. */
    private void requestReads() {
        while (!cancelled && requested < count && requested < done + AHEAD) {
            final int chunk = inChunk(requested);
            if (region.isInFile(chunk)) {
                final ChunkReader reader = region.file().reader();
                if (!reader.isFree(requested % AHEAD)) {
                    return; // of an operation that was cancelled before
                }
                reader.request(requested % AHEAD, region.file(), chunk);
            }
            requested++;
        }
    }

    private void mapNext() {
        region.map(first + count - 1 - mapped);
        mapped++;
    }

    private void drop(final long nowNs) {
        final int chunks = alone ? Math.min(RUN, dropped - done) : 1;
        region.unmap(downward ? first + dropped - done - chunks : first + done, chunks);
        done += chunks;
        if (done == dropped && mayCopy(0)) {
            copyNext(nowNs);
        }
    }

    /**
     * Asks how far the operation is, and goes on with it.
     *
     * @param nowNs now
     * @return chunks of the current or last operation that are done since it began, or {@link #FAILED} when it broke and has ended
     */
    public int poll(final long nowNs) {
        if (moving && failure == null) {
            try {
                step(nowNs);
            } catch (final Throwable e) {
                failure = e;
            }
        }
        if (moving && failure != null && isIdle()) {
            fail();
        }
        return failure != null && !moving ? FAILED : done;
    }

    private void step(final long nowNs) {
        if (!out) {
            requestReads();
        }
        if (done < dropped) {
            if (!cancelled) {
                drop(nowNs);
            }
        } else if (begun > done && words[done % AHEAD].hasCome(nowNs)) {
            if (mayCopy(begun - done - 1)) {
                copyNext(nowNs); // before the unmapping, so that the copy engine does not wait for it
            }
            if (out) {
                region.unmap(first + done, 1);
            } else {
                region.fill(first + count - 1 - done);
            }
            done++;
        } else if ((begun > done || !out) && mayCopy(begun - done) && (out || mapped > begun || begun == done)) {
            copyNext(nowNs); // ahead, or after it was waited for, and then mapped as well, as at the start
        } else if (!out && !cancelled && mapped == begun && mapped < allowed) {
            mapNext(); // so that the copy engine does not wait for it
        }
        if (done == count || cancelled && (done == begun || done < dropped)) {
            if (mapped > done) {
                region.unmap(first + count - mapped, 1); // ahead by one, and not brought in
            }
            moving = false;
        }
    }

    /** Whether no copy runs any more, so that chunks may be unmapped. Never waits: a copy may hang, and the thread may serve others. */
    private boolean isIdle() {
        try {
            return streams.isDone(out ? outStream : inStream);
        } catch (final RuntimeException e) { // in a broken context nothing runs
            return true;
        }
    }

    /** Ends the operation: none of its chunks stays in memory, as far as the driver lets them go, since its task will not run again. */
    private void fail() {
        withdrawReads();
        moving = false;
        try {
            for (int chunk = first; chunk < first + count; chunk++) {
                if (region.isMapped(chunk)) {
                    region.unmap(chunk, 1);
                }
            }
        } catch (final Throwable e) {
            failure.addSuppressed(e);
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

    /** Ends the operation after the chunk under way. Of the reads that it has asked for, one at most goes on. */
    public void cancel() {
        cancelled = true;
        withdrawReads();
    }

    private void withdrawReads() {
        if (moving && !out && region.file() != null) {
            region.file().reader().withdraw();
        }
    }

    /**
     * Why the operation broke; what is left of it ends when its copy does.
     *
     * @return the cause, or null
     */
    public Throwable failure() {
        return failure;
    }

    /** Destroys the streams. Control thread, when the dispatcher has ended. */
    @Override
    public void close() {
        made.runOrThrow();
    }
}
