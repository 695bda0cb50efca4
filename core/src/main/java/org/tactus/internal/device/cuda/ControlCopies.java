// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.internal.device.PreparationRefusedException;
import org.tactus.internal.lifecycle.Rest;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.time.Clock;
import org.tactus.internal.time.Durations;

/**
 * Copies into a GPU's memory and out of it while networks are prepared. Before tasks run there, they are the driver's own that wait.
 *
 * <p>Beside tasks that run, nothing may wait for their kernels, stand in their streams, or keep a copy engine from their chunks. Bytes
 * then go through a small buffer that was pinned before, a piece at a time, by asynchronous copies in a stream of its own, whose end is
 * asked for and not waited for. Pieces are under way for a tenth of the time at most, by the GPU's own clock: after each the thread rests
 * {@value #RESTS} times as long as the piece took there, of which the time until it saw the end is a part. A piece that takes long, such as
 * one that waits for a copy engine, is followed by a rest of {@value #MOST_REST_NS} ns. So a chunk of a task waits for one piece of
 * {@value #PIECE_BYTES} bytes at most where the engine takes copies in their order, and loses at most a tenth of a bus that it shares.
 *
 * <p>Nobody waits for ever: what is queued beside tasks is refused when the device is lost, when the run ends, and when a piece has not
 * ended in {@value #PIECE_PATIENCE_NS} ns or the first run of a network in {@value #TRIAL_PATIENCE_NS} ns. What it uses is freed when it
 * has ended after all, because memory that is taken away under a copy breaks the context.
 *
 * <p>Control thread, with the context current, but where a method says otherwise. The memory is mapped, and no dispatcher knows the task
 * that has it.
 */
final class ControlCopies implements AutoCloseable {
    private static final int PIECE_BYTES = 1 << 16;
    private static final int RESTS = 9;
    /** A piece that waited for an engine need not be followed by a rest of nine times that. */
    private static final long MOST_REST_NS = 1_000_000;
    static final long LOOK_NS = 10_000;
    /** A piece may wait for a chunk of a task, and takes a fraction of a millisecond then. */
    static final long PIECE_PATIENCE_NS = 10_000_000_000L;
    /** Kernels of a large network take minutes where they are interpreted. */
    private static final long TRIAL_PATIENCE_NS = 600_000_000_000L;

    private final Undo made = new Undo();
    private final CudaStreams streams;
    private final long tasksStream;
    private final long ownStream;
    private final long pinned;
    private final MemorySegment piece;
    private final String device;
    private final long piecePatienceNs;
    /** What is freed when the copies have ended; used under this object's lock. */
    private final Undo left = new Undo();
    private final long pieceBegan;
    private final long pieceEnded;
    private final MemorySegment elapsed;
    private boolean beside;
    /** Set by any thread. */
    private volatile boolean ending;
    private volatile boolean lost;

    /**
     * Creates the stream and pins the buffer, which must not be done beside kernels.
     *
     * @param device      its name in messages
     * @param driver      the driver
     * @param tasksStream in which segments run
     * @param priority    of the other stream
     */
    ControlCopies(final String device, final CudaDriver driver, final long tasksStream, final int priority) {
        this(device, driver, tasksStream, priority, PIECE_PATIENCE_NS);
    }

    /** The same with another patience. */
    ControlCopies(
        final String device, final CudaDriver driver, final long tasksStream, final int priority, final long piecePatienceNs) {
        this.device = device;
        this.piecePatienceNs = piecePatienceNs;
        streams = driver.streams();
        this.tasksStream = tasksStream;
        try {
            ownStream = streams.create(priority);
            made.add(() -> streams.destroy(ownStream));
            pinned = driver.memory().allocateHost(PIECE_BYTES);
            made.add(() -> driver.memory().freeHost(pinned));
            piece = CudaMemory.view(pinned, PIECE_BYTES);
            pieceBegan = newEvent();
            pieceEnded = newEvent();
            final Arena arena = Arena.ofShared();
            made.add(arena::close);
            elapsed = arena.allocate(ValueLayout.JAVA_FLOAT);
        } catch (final Throwable e) {
            made.run(e);
            throw e;
        }
    }

    private long newEvent() {
        final long event = streams.createEvent(true);
        made.add(() -> streams.destroyEvent(event));
        return event;
    }

    /** From here on tasks may run. */
    void tasksRun() {
        beside = true;
    }

    /** The stream in which a network is tried before it has jobs: that of the tasks as long as none runs. */
    long stream() {
        return beside ? ownStream : tasksStream;
    }

    /** Nobody waits any more, since the run ends. Any thread. */
    void end() {
        ending = true;
    }

    /** Nobody waits any more, since the device is lost. Any thread. */
    void lose() {
        lost = true;
    }

    /** Returns when all that is queued in {@link #stream} is done. */
    void await() {
        if (beside) {
            awaitOwn(TRIAL_PATIENCE_NS, "the first run of a network");
        } else {
            streams.synchronize(tasksStream);
        }
    }

    private void awaitPiece() {
        awaitOwn(piecePatienceNs, "a copy");
    }

    private void awaitOwn(final long patienceNs, final String what) {
        final long beginNs = System.nanoTime();
        while (!streams.isDone(ownStream)) {
            if (lost || ending || System.nanoTime() - beginNs > patienceNs) {
                throw new PreparationRefusedException("nothing could be prepared on device '" + device + "', " + (lost ? "which is lost"
                    : ending ? "since the run ends" : "where " + what + " beside its tasks did not end in "
                        + Durations.format(patienceNs) + "; try again later"), lost);
            }
            Rest.ns(LOOK_NS);
        }
    }

    /** Waits for the end of what an earlier call was refused for, which uses the buffer, and frees what was left for it. */
    private void begin() {
        awaitPiece();
        free();
    }

    /** Frees what copies use, when they have ended: now, or before the next copy, or when the device is closed. Any thread. */
    synchronized void whenDone(final Runnable freeing) {
        if (isDone()) {
            freeing.run();
        } else {
            left.add(freeing);
        }
    }

    /** Frees what was left for copies that have ended. Any thread. */
    synchronized void free() {
        left.run(); // what a broken context refuses to free is freed with it
    }

    /** Whether no copy and no trial is under way beside tasks. Any thread. */
    boolean isDone() {
        try {
            return !beside || streams.isDone(ownStream);
        } catch (final NativeCallException e) { // in a broken context nothing runs
            return true;
        }
    }

    /** The same after a time at the latest. */
    boolean isDoneIn(final long ns) {
        final long beginNs = System.nanoTime();
        while (!isDone()) {
            if (System.nanoTime() - beginNs > ns) {
                return false;
            }
            Rest.ns(LOOK_NS);
        }
        return true;
    }

    /**
     * Writes device memory.
     *
     * @param to   its address
     * @param from as many bytes of the host's
     */
    void write(final long to, final MemorySegment from) {
        if (!beside) {
            streams.copyInNow(to, from.address(), from.byteSize());
            return;
        }
        begin();
        for (long at = 0; at < from.byteSize(); at += PIECE_BYTES) {
            final long bytes = Math.min(PIECE_BYTES, from.byteSize() - at);
            MemorySegment.copy(from, at, piece, 0, bytes);
            writePiece(to + at, bytes);
        }
    }

    /** Zeroes device memory: by copies, too, since a kernel that fills would take the GPU's processors from those of the tasks. */
    void clear(final long to, final long bytes) {
        if (!beside) {
            streams.fillBytes(to, (byte) 0, bytes, tasksStream);
            streams.synchronize(tasksStream);
            return;
        }
        begin();
        piece.fill((byte) 0);
        for (long at = 0; at < bytes; at += PIECE_BYTES) {
            writePiece(to + at, Math.min(PIECE_BYTES, bytes - at));
        }
    }

    /**
     * Reads device memory.
     *
     * @param to   the host's memory
     * @param from the address of as many bytes
     */
    void read(final MemorySegment to, final long from) {
        if (!beside) {
            streams.copyOutNow(to.address(), from, to.byteSize());
            return;
        }
        begin();
        for (long at = 0; at < to.byteSize(); at += PIECE_BYTES) {
            final long bytes = Math.min(PIECE_BYTES, to.byteSize() - at);
            final long startNs = Clock.SYSTEM.nanoTime();
            streams.record(pieceBegan, ownStream);
            streams.copyOut(pinned, from + at, bytes, ownStream);
            streams.record(pieceEnded, ownStream);
            awaitPiece();
            MemorySegment.copy(piece, 0, to, at, bytes);
            rest(startNs);
        }
    }

    private void writePiece(final long to, final long bytes) {
        final long startNs = Clock.SYSTEM.nanoTime();
        streams.record(pieceBegan, ownStream);
        streams.copyIn(to, pinned, bytes, ownStream);
        streams.record(pieceEnded, ownStream);
        awaitPiece(); // before the buffer is written again
        rest(startNs);
    }

    private void rest(final long startNs) {
        final long copiedNs = streams.elapsedNs(pieceBegan, pieceEnded, elapsed);
        final long passedNs = Clock.SYSTEM.nanoTime() - startNs;
        Rest.ns(restNs(copiedNs == CudaStreams.NOT_YET ? passedNs : copiedNs, passedNs));
    }

    /**
     * How long to rest after a piece.
     *
     * @param copiedNs the time that the piece took on the GPU
     * @param passedNs the time since it was queued
     * @return what is missing to {@value #RESTS} times the one beside it, 0 for none
     */
    static long restNs(final long copiedNs, final long passedNs) {
        return Math.clamp((RESTS + 1) * copiedNs - passedNs, 0, MOST_REST_NS);
    }

    @Override
    public void close() {
        made.runOrThrow();
    }
}
