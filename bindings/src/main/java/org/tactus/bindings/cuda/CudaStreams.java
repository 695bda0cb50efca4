// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.generated.cuda.cuEventCreate_t;
import org.tactus.bindings.generated.cuda.cuEventDestroy_v2_t;
import org.tactus.bindings.generated.cuda.cuEventElapsedTime_t;
import org.tactus.bindings.generated.cuda.cuEventQuery_t;
import org.tactus.bindings.generated.cuda.cuEventRecord_t;
import org.tactus.bindings.generated.cuda.cuEventSynchronize_t;
import org.tactus.bindings.generated.cuda.cuLaunchHostFunc_t;
import org.tactus.bindings.generated.cuda.cuMemcpyDtoHAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyDtoH_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyHtoDAsync_v2_t;
import org.tactus.bindings.generated.cuda.cuMemcpyHtoD_v2_t;
import org.tactus.bindings.generated.cuda.cuMemsetD32Async_t;
import org.tactus.bindings.generated.cuda.cuMemsetD8Async_t;
import org.tactus.bindings.generated.cuda.cuStreamCreateWithPriority_t;
import org.tactus.bindings.generated.cuda.cuStreamDestroy_v2_t;
import org.tactus.bindings.generated.cuda.cuStreamQuery_t;
import org.tactus.bindings.generated.cuda.cuStreamSynchronize_t;
import org.tactus.bindings.generated.cuda.cuStreamWaitEvent_t;
import org.tactus.bindings.generated.cuda.cuStreamWaitValue32_v2_t;
import org.tactus.bindings.generated.cuda.cuStreamWriteValue32_v2_t;
import org.tactus.bindings.generated.cuda.cuda_h;

/**
 * Streams of the current context and what goes through them: copies, fills, events, words. Nothing here allocates but what
 * creates. An asynchronous call returns when the work is queued; an error of the work itself comes from a later call.
 */
public final class CudaStreams {
    /** What {@link #elapsedNs} answers while it is to be asked again. */
    public static final long NOT_YET = -1;
    private static final float NS_PER_MS = 1e6f;
    /** Not an error: what was asked for is not ready yet. */
    private static final int AGAIN = cuda_h.CUDA_ERROR_NOT_READY();

    private final CudaDriver driver;
    private final CudaFunctions functions;

    CudaStreams(final CudaDriver driver) {
        this.driver = driver;
        this.functions = driver.functions;
    }

    /**
     * Creates a stream that does not wait for the default one.
     *
     * @param priority one of {@link CudaGpu#streamPriorities}'s range
     * @return its handle
     */
    public long create(final int priority) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            final int flags = cuda_h.CU_STREAM_NON_BLOCKING();
            driver.check(cuStreamCreateWithPriority_t.invoke(functions.cuStreamCreateWithPriority, out.address(), flags, priority),
                "cuStreamCreateWithPriority", out.address(), flags, priority);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Destroys a stream; what is queued still runs.
     *
     * @param stream the stream
     */
    public void destroy(final long stream) {
        driver.check(cuStreamDestroy_v2_t.invoke(functions.cuStreamDestroy_v2, stream), "cuStreamDestroy_v2", stream);
    }

    /**
     * Waits until everything queued is done.
     *
     * @param stream the stream
     */
    public void synchronize(final long stream) {
        int status;
        do {
            status = cuStreamSynchronize_t.invoke(functions.cuStreamSynchronize, stream);
        } while (status == AGAIN);
        if (status != 0) {
            throw driver.error(status, "cuStreamSynchronize", stream);
        }
    }

    /**
     * Tells whether everything queued is done.
     *
     * @param stream the stream
     * @return false while something is not
     */
    public boolean isDone(final long stream) {
        final int status = cuStreamQuery_t.invoke(functions.cuStreamQuery, stream);
        if (status != 0 && status != AGAIN) {
            throw driver.error(status, "cuStreamQuery", stream);
        }
        return status == 0;
    }

    /**
     * Lets what is queued later in a stream wait for an event.
     *
     * @param stream the stream
     * @param event  recorded, perhaps in another stream
     */
    public void waitFor(final long stream, final long event) {
        final int status = cuStreamWaitEvent_t.invoke(functions.cuStreamWaitEvent, stream, event, 0);
        if (status != 0) {
            throw driver.error(status, "cuStreamWaitEvent", stream, event, 0);
        }
    }

    /**
     * Queues a call on the host: a thread of the driver's calls the function when what was queued before is done, and what is queued
     * later waits until it returns.
     *
     * @param stream   the stream
     * @param function address of a C function that takes a word and calls nothing of the driver, such as
     *                 {@link org.tactus.bindings.generated.cuda.CUhostFn#allocate}
     * @param argument the word
     */
    public void callHost(final long stream, final long function, final long argument) {
        final int status = cuLaunchHostFunc_t.invoke(functions.cuLaunchHostFunc, stream, function, argument);
        if (status != 0) {
            throw driver.error(status, "cuLaunchHostFunc", stream, function, argument);
        }
    }

    /**
     * Queues a write of a word; what was queued before is visible to a thread that reads the word with acquire.
     *
     * @param stream  the stream
     * @param address the word's address on the device, 4-byte aligned
     * @param value   what is written
     */
    public void writeValue(final long stream, final long address, final int value) {
        final int flags = cuda_h.CU_STREAM_WRITE_VALUE_DEFAULT();
        final int status = cuStreamWriteValue32_v2_t.invoke(functions.cuStreamWriteValue32_v2, stream, address, value, flags);
        if (status != 0) {
            throw driver.error(status, "cuStreamWriteValue32_v2", stream, address, value, flags);
        }
    }

    /**
     * Lets what is queued later wait until a word is at least a value, as difference of 32 bits.
     *
     * @param stream  the stream
     * @param address the word's address on the device, 4-byte aligned
     * @param value   the value
     */
    public void waitValue(final long stream, final long address, final int value) {
        final int flags = cuda_h.CU_STREAM_WAIT_VALUE_GEQ();
        final int status = cuStreamWaitValue32_v2_t.invoke(functions.cuStreamWaitValue32_v2, stream, address, value, flags);
        if (status != 0) {
            throw driver.error(status, "cuStreamWaitValue32_v2", stream, address, value, flags);
        }
    }

    /**
     * Queues a copy from the host to the device.
     *
     * @param target on the device
     * @param source on the host, pinned
     * @param bytes  how much
     * @param stream the stream
     */
    public void copyIn(final long target, final long source, final long bytes, final long stream) {
        final int status = cuMemcpyHtoDAsync_v2_t.invoke(functions.cuMemcpyHtoDAsync_v2, target, source, bytes, stream);
        if (status != 0) {
            throw driver.error(status, "cuMemcpyHtoDAsync_v2", target, source, bytes, stream);
        }
    }

    /**
     * Queues a copy from the device to the host.
     *
     * @param target on the host, pinned
     * @param source on the device
     * @param bytes  how much
     * @param stream the stream
     */
    public void copyOut(final long target, final long source, final long bytes, final long stream) {
        final int status = cuMemcpyDtoHAsync_v2_t.invoke(functions.cuMemcpyDtoHAsync_v2, target, source, bytes, stream);
        if (status != 0) {
            throw driver.error(status, "cuMemcpyDtoHAsync_v2", target, source, bytes, stream);
        }
    }

    /**
     * Copies from the host to the device and waits. Control path.
     *
     * @param target on the device
     * @param source on the host
     * @param bytes  how much
     */
    public void copyInNow(final long target, final long source, final long bytes) {
        final int status = cuMemcpyHtoD_v2_t.invoke(functions.cuMemcpyHtoD_v2, target, source, bytes);
        if (status != 0) {
            throw driver.error(status, "cuMemcpyHtoD_v2", target, source, bytes);
        }
    }

    /**
     * Copies from the device to the host and waits. Control path.
     *
     * @param target on the host
     * @param source on the device
     * @param bytes  how much
     */
    public void copyOutNow(final long target, final long source, final long bytes) {
        final int status = cuMemcpyDtoH_v2_t.invoke(functions.cuMemcpyDtoH_v2, target, source, bytes);
        if (status != 0) {
            throw driver.error(status, "cuMemcpyDtoH_v2", target, source, bytes);
        }
    }

    /**
     * Queues a fill with a byte.
     *
     * @param target on the device
     * @param value  the byte
     * @param bytes  how much
     * @param stream the stream
     */
    public void fillBytes(final long target, final byte value, final long bytes, final long stream) {
        final int status = cuMemsetD8Async_t.invoke(functions.cuMemsetD8Async, target, value, bytes, stream);
        if (status != 0) {
            throw driver.error(status, "cuMemsetD8Async", target, value, bytes, stream);
        }
    }

    /**
     * Queues a fill with a word.
     *
     * @param target on the device, 4-byte aligned
     * @param value  the word
     * @param words  how many
     * @param stream the stream
     */
    public void fillWords(final long target, final int value, final long words, final long stream) {
        final int status = cuMemsetD32Async_t.invoke(functions.cuMemsetD32Async, target, value, words, stream);
        if (status != 0) {
            throw driver.error(status, "cuMemsetD32Async", target, value, words, stream);
        }
    }

    /**
     * Creates an event.
     *
     * @param timed whether {@link #elapsedNs} is asked of it; one that is not is cheaper
     * @return its handle
     */
    public long createEvent(final boolean timed) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            final int flags = timed ? cuda_h.CU_EVENT_DEFAULT() : cuda_h.CU_EVENT_DISABLE_TIMING();
            driver.check(cuEventCreate_t.invoke(functions.cuEventCreate, out.address(), flags), "cuEventCreate", out.address(), flags);
            return out.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Destroys an event.
     *
     * @param event the event
     */
    public void destroyEvent(final long event) {
        driver.check(cuEventDestroy_v2_t.invoke(functions.cuEventDestroy_v2, event), "cuEventDestroy_v2", event);
    }

    /**
     * Queues the event: it has happened when what was queued before is done.
     *
     * @param event  the event
     * @param stream the stream
     */
    public void record(final long event, final long stream) {
        final int status = cuEventRecord_t.invoke(functions.cuEventRecord, event, stream);
        if (status != 0) {
            throw driver.error(status, "cuEventRecord", event, stream);
        }
    }

    /**
     * Tells whether an event has happened.
     *
     * @param event the event
     * @return false while it has not
     */
    public boolean hasHappened(final long event) {
        final int status = cuEventQuery_t.invoke(functions.cuEventQuery, event);
        if (status != 0 && status != AGAIN) {
            throw driver.error(status, "cuEventQuery", event);
        }
        return status == 0;
    }

    /**
     * Waits for an event.
     *
     * @param event the event
     */
    public void synchronizeEvent(final long event) {
        int status;
        do {
            status = cuEventSynchronize_t.invoke(functions.cuEventSynchronize, event);
        } while (status == AGAIN);
        if (status != 0) {
            throw driver.error(status, "cuEventSynchronize", event);
        }
    }

    /**
     * The GPU's time between two events; its resolution is about half a microsecond. A word that a stream wrote behind an event may be seen
     * before the driver knows of the event.
     *
     * @param start the earlier one
     * @param end   the later one
     * @param out   memory for a float, kept by the caller so that nothing is allocated
     * @return nanoseconds, or {@link #NOT_YET}
     */
    public long elapsedNs(final long start, final long end, final MemorySegment out) {
        final int status = cuEventElapsedTime_t.invoke(functions.cuEventElapsedTime, out.address(), start, end);
        if (status == AGAIN) {
            return NOT_YET;
        }
        if (status != 0) {
            throw driver.error(status, "cuEventElapsedTime", out.address(), start, end);
        }
        return (long) (out.get(ValueLayout.JAVA_FLOAT, 0) * NS_PER_MS);
    }

    /**
     * Waits for the GPU's time between two events that were queued. Control path.
     *
     * @param start the earlier one
     * @param end   the later one
     * @param out   memory for a float
     * @return nanoseconds
     */
    public long awaitElapsedNs(final long start, final long end, final MemorySegment out) {
        synchronizeEvent(end);
        long ns = elapsedNs(start, end, out);
        while (ns == NOT_YET) {
            Thread.onSpinWait();
            ns = elapsedNs(start, end, out);
        }
        return ns;
    }
}
