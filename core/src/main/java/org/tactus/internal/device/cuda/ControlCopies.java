// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.time.Clock;

/**
 * Copies into a GPU's memory and out of it while networks are prepared. Before tasks run there, they are the driver's own that wait.
 *
 * <p>Beside tasks that run, nothing may wait for their kernels, stand in their streams, or keep a copy engine from their chunks. Bytes
 * then go through a small buffer that was pinned before, a piece at a time, by asynchronous copies in a stream of its own, whose end is
 * asked for and not waited for. Pieces are under way for a tenth of the time at most, by the GPU's own clock: after each the thread rests
 * {@value #RESTS} times as long as the piece took there, of which the time until it saw the end is a part. A piece that takes long, such as
 * one that waits for a copy engine, is followed by a rest of {@value #MOST_REST_NS} ns. So a chunk of a task waits for one piece of
 * {@value #PIECE_BYTES} bytes at most where the engine takes copies in their order, and loses a tenth of the bus at most where it shares it.
 *
 * <p>Control thread, with the context current. The memory is mapped, and no dispatcher knows the task that has it.
 */
final class ControlCopies implements AutoCloseable {
    private static final int PIECE_BYTES = 1 << 16;
    private static final int RESTS = 9;
    /** A piece that waited for an engine need not be followed by a rest of nine times that. */
    private static final long MOST_REST_NS = 1_000_000;
    private static final long LOOK_NS = 10_000;

    private final Undo made = new Undo();
    private final CudaStreams streams;
    private final long tasksStream;
    private final long ownStream;
    private final long pinned;
    private final MemorySegment piece;
    private final long begin;
    private final long end;
    private final MemorySegment elapsed;
    private boolean beside;

    /**
     * Creates the stream and pins the buffer, which must not be done beside kernels.
     *
     * @param driver      the driver
     * @param tasksStream in which segments run
     * @param priority    of the other stream
     */
    ControlCopies(final CudaDriver driver, final long tasksStream, final int priority) {
        streams = driver.streams();
        this.tasksStream = tasksStream;
        try {
            ownStream = streams.create(priority);
            made.add(() -> streams.destroy(ownStream));
            pinned = driver.memory().allocateHost(PIECE_BYTES);
            made.add(() -> driver.memory().freeHost(pinned));
            piece = CudaMemory.view(pinned, PIECE_BYTES);
            begin = newEvent();
            end = newEvent();
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

    /** Returns when all that is queued in {@link #stream} is done. */
    void await() {
        if (beside) {
            awaitOwn();
        } else {
            streams.synchronize(tasksStream);
        }
    }

    private void awaitOwn() {
        while (!streams.isDone(ownStream)) {
            LockSupport.parkNanos(LOOK_NS);
        }
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
        for (long at = 0; at < to.byteSize(); at += PIECE_BYTES) {
            final long bytes = Math.min(PIECE_BYTES, to.byteSize() - at);
            final long startNs = Clock.SYSTEM.nanoTime();
            streams.record(begin, ownStream);
            streams.copyOut(pinned, from + at, bytes, ownStream);
            streams.record(end, ownStream);
            awaitOwn();
            MemorySegment.copy(piece, 0, to, at, bytes);
            rest(startNs);
        }
    }

    private void writePiece(final long to, final long bytes) {
        final long startNs = Clock.SYSTEM.nanoTime();
        streams.record(begin, ownStream);
        streams.copyIn(to, pinned, bytes, ownStream);
        streams.record(end, ownStream);
        awaitOwn(); // before the buffer is written again
        rest(startNs);
    }

    private void rest(final long startNs) {
        final long copiedNs = streams.elapsedNs(begin, end, elapsed);
        final long passedNs = Clock.SYSTEM.nanoTime() - startNs;
        LockSupport.parkNanos(restNs(copiedNs == CudaStreams.NOT_YET ? passedNs : copiedNs, passedNs));
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
