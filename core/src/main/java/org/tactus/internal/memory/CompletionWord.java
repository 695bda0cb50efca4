// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.bindings.generated.cuda.cuda_h;
import org.tactus.internal.lifecycle.Undo;

/**
 * Tells when the work that was queued in a stream is done: behind the work the stream writes a counter to pinned memory, where a thread
 * reads it without a call of the driver. Where the driver has no stream memory operations, an event is queried instead. Used by one thread.
 *
 * <p>A broken stream never writes the counter. Therefore the driver is asked now and then while the counter is awaited; that call throws
 * the stream's error.
 */
public final class CompletionWord implements AutoCloseable {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final long LINE_BYTES = 64;
    /** How often the driver is asked whether the stream broke. */
    private static final long CHECK_NS = 200_000;

    private final CudaDriver driver;
    private final CudaStreams streams;
    private final long host;
    private final MemorySegment word;
    private final long deviceAddress;
    private final long event;
    private int expected;
    private long stream;
    private long checkNs;

    /**
     * Pins a word, or creates an event where the driver cannot write one. The context is current.
     *
     * @param driver the driver
     */
    public CompletionWord(final CudaDriver driver) {
        this.driver = driver;
        streams = driver.streams();
        host = driver.memory().allocateHost(LINE_BYTES);
        word = CudaMemory.view(host, LINE_BYTES);
        try {
            deviceAddress = driver.memory().devicePointer(host);
            event = canWrite() ? 0 : streams.createEvent(false);
        } catch (final RuntimeException e) {
            final Undo pinned = new Undo();
            pinned.add(() -> driver.memory().freeHost(host));
            pinned.run(e);
            throw e;
        }
    }

    /** Tries whether a stream can write the word, because no attribute tells it on every driver. */
    private boolean canWrite() {
        final long trial = streams.create(0);
        try {
            streams.writeValue(trial, deviceAddress, 0);
            streams.synchronize(trial);
            return true;
        } catch (final NativeCallException e) {
            if (e.code() == cuda_h.CUDA_ERROR_NOT_SUPPORTED()) {
                return false;
            }
            throw e;
        } finally {
            streams.destroy(trial);
        }
    }

    /**
     * Tells how completion is seen.
     *
     * @return true for a polled word, false for a polled event
     */
    public boolean isWord() {
        return event == 0;
    }

    /**
     * Queues the signal behind what was queued so far.
     *
     * @param to    the stream
     * @param nowNs now
     */
    public void signal(final long to, final long nowNs) {
        stream = to;
        expected++;
        checkNs = nowNs + CHECK_NS;
        if (event == 0) {
            streams.writeValue(to, deviceAddress, expected);
        } else {
            streams.record(event, to);
        }
    }

    /**
     * Asks whether the last signal has come.
     *
     * @param nowNs now
     * @return false while what was queued before it is not done
     * @throws NativeCallException when the stream broke
     */
    public boolean hasCome(final long nowNs) {
        if (event != 0) {
            return streams.hasHappened(event);
        }
        // Acquire: pairs with the device's write, which comes after the bytes of everything queued before.
        if ((int) INT.getAcquire(word, 0L) == expected) {
            return true;
        }
        if (nowNs >= checkNs) {
            checkNs = nowNs + CHECK_NS;
            streams.isDone(stream);
        }
        return false;
    }

    @Override
    public void close() {
        final Undo all = new Undo();
        all.add(() -> driver.memory().freeHost(host));
        if (event != 0) {
            all.add(() -> streams.destroyEvent(event));
        }
        all.runOrThrow();
    }
}
