// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_HANDLE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_VALUE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_NOT_READY;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_SUCCESS;

import org.tactus.bindings.cuda.ptx.PtxMemory;
import org.tactus.bindings.generated.cuda.cuda_h;

/** Copies, fills, streams and events; each method is the function of its name. */
final class StreamCalls {
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;

    private final Calls calls;
    private final SoftwareGpu gpu;

    StreamCalls(final Calls calls) {
        this.calls = calls;
        this.gpu = calls.gpu;
    }

    private SoftwareStream stream(final long handle) {
        return handle == 0 ? gpu.defaultStream : gpu.streams.find(handle);
    }

    /** Queues a command, waiting for room as NVIDIA's driver does when its queue is full. */
    private int queue(final long stream, final long op, final long a, final long b, final long c) {
        calls.enter();
        int round = 0;
        while (true) {
            synchronized (gpu) {
                final int status = calls.inContext();
                if (status != 0) {
                    return status;
                }
                final SoftwareStream to = stream(stream);
                if (to == null) {
                    return CUDA_ERROR_INVALID_HANDLE();
                }
                if (op >= CommandDescriptor.RECORD && to.capture != null) {
                    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED();
                }
                if (!to.isFull()) {
                    gpu.queue(to, op, a, b, c, 0, 0);
                    break;
                }
            }
            round = Calls.pause(round);
        }
        gpu.ring();
        return CUDA_SUCCESS();
    }

    /** Tells whether an address is neither reserved nor allocated, so that no device could mean it. */
    private boolean isUnknown(final long address) {
        synchronized (gpu) {
            return !gpu.space.isKnown(address);
        }
    }

    /** Spends what staging takes where host memory is not pinned; false where it is, or where the driver does not stage. */
    private boolean stage(final long host, final long bytes) {
        final long rate = calls.settings.traits().stagedBytesPerSecond();
        if (rate == 0) {
            return false;
        }
        final long startNs = System.nanoTime();
        synchronized (gpu) {
            if (gpu.space.isKnown(host)) {
                return false;
            }
        }
        Calls.spend(startNs, (long) (bytes * NS_PER_S / rate));
        return true;
    }

    int cuMemcpyHtoDAsync(final long target, final long source, final long bytes, final long stream) {
        if (bytes < 0 || source == 0 || PtxMemory.isHidden(source) || isUnknown(target)) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        stage(source, bytes);
        return bytes == 0 ? CUDA_SUCCESS() : queue(stream, CommandDescriptor.COPY_IN, target, source, bytes);
    }

    int cuMemcpyDtoHAsync(final long target, final long source, final long bytes, final long stream) {
        if (bytes < 0 || target == 0 || PtxMemory.isHidden(target) || isUnknown(source)) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final int status = bytes == 0 ? CUDA_SUCCESS() : queue(stream, CommandDescriptor.COPY_OUT, target, source, bytes);
        // What is staged goes from the driver's memory to the caller's at the end, so the call waits for the copy.
        return status == 0 && stage(target, bytes) ? cuStreamSynchronize(stream) : status;
    }

    int cuMemcpyHtoD(final long target, final long source, final long bytes) {
        final int status = cuMemcpyHtoDAsync(target, source, bytes, 0);
        return status != 0 ? status : cuStreamSynchronize(0);
    }

    int cuMemcpyDtoH(final long target, final long source, final long bytes) {
        final int status = cuMemcpyDtoHAsync(target, source, bytes, 0);
        return status != 0 ? status : cuStreamSynchronize(0);
    }

    int cuMemsetD8Async(final long target, final byte value, final long count, final long stream) {
        if (count < 0 || isUnknown(target)) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        return count == 0 ? CUDA_SUCCESS() : queue(stream, CommandDescriptor.FILL_BYTES, target, value, count);
    }

    int cuMemsetD32Async(final long target, final int value, final long count, final long stream) {
        if (count < 0 || isUnknown(target) || target % Integer.BYTES != 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        return count == 0 ? CUDA_SUCCESS() : queue(stream, CommandDescriptor.FILL_WORDS, target, value, count * Integer.BYTES);
    }

    int cuMemPrefetchAsync(final long address, final long bytes, final long location, final int flags, final long stream) {
        synchronized (gpu) {
            if (bytes <= 0 || flags != 0 || gpu.space.holding(address, AddressSpace.MANAGED) < 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
        }
        return queue(stream, CommandDescriptor.PREFETCH, bytes, 0, 0);
    }

    int cuStreamCreateWithPriority(final long out, final int flags, final int priority) {
        synchronized (gpu) {
            final int status = calls.inContext();
            if (status != 0) {
                return status;
            }
            if ((flags & ~cuda_h.CU_STREAM_NON_BLOCKING()) != 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            HostMemory.putLong(out, gpu.streams.add(new SoftwareStream(priority)));
            return CUDA_SUCCESS();
        }
    }

    int cuStreamDestroy(final long stream) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareStream found = gpu.streams.find(stream);
            if (status != 0 || found == null) {
                return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
            }
            if (found.isEmpty()) {
                gpu.streams.remove(stream);
            }
            found.doomed = true;
            return CUDA_SUCCESS();
        }
    }

    int cuStreamQuery(final long stream) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareStream found = stream(stream);
            if (status != 0 || found == null) {
                return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
            }
            return found.capture != null ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED()
                : found.isEmpty() ? CUDA_SUCCESS() : CUDA_ERROR_NOT_READY();
        }
    }

    int cuStreamSynchronize(final long stream) {
        int round = 0;
        int status = cuStreamQuery(stream);
        while (status == CUDA_ERROR_NOT_READY()) {
            round = Calls.pause(round);
            status = cuStreamQuery(stream);
        }
        return status;
    }

    int cuStreamWaitEvent(final long stream, final long event, final int flags) {
        final long ticket;
        synchronized (gpu) {
            final SoftwareEvent found = gpu.events.find(event);
            if (found == null || flags != 0) {
                return found == null ? CUDA_ERROR_INVALID_HANDLE() : CUDA_ERROR_INVALID_VALUE();
            }
            ticket = found.recorded;
        }
        return queue(stream, CommandDescriptor.WAIT_EVENT, event, ticket, 0);
    }

    int cuLaunchHostFunc(final long stream, final long function, final long argument) {
        return function == 0 ? CUDA_ERROR_INVALID_VALUE() : queue(stream, CommandDescriptor.CALL_HOST, function, argument, 0);
    }

    int cuStreamWriteValue32(final long stream, final long address, final int value, final int flags) {
        if (address % Integer.BYTES != 0 || isUnknown(address) || flags != cuda_h.CU_STREAM_WRITE_VALUE_DEFAULT()) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        return queue(stream, CommandDescriptor.WRITE_VALUE, address, value, 0);
    }

    int cuStreamWaitValue32(final long stream, final long address, final int value, final int flags) {
        if (address % Integer.BYTES != 0 || isUnknown(address)
            || flags != cuda_h.CU_STREAM_WAIT_VALUE_GEQ() && flags != cuda_h.CU_STREAM_WAIT_VALUE_EQ()) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        return queue(stream, CommandDescriptor.WAIT_VALUE, address, value, flags);
    }

    int cuEventCreate(final long out, final int flags) {
        synchronized (gpu) {
            final int status = calls.inContext();
            if (status != 0) {
                return status;
            }
            if ((flags & ~(cuda_h.CU_EVENT_BLOCKING_SYNC() | cuda_h.CU_EVENT_DISABLE_TIMING())) != 0) {
                return CUDA_ERROR_INVALID_VALUE();
            }
            HostMemory.putLong(out, gpu.events.add(new SoftwareEvent((flags & cuda_h.CU_EVENT_DISABLE_TIMING()) == 0)));
            return CUDA_SUCCESS();
        }
    }

    int cuEventDestroy(final long event) {
        synchronized (gpu) {
            final int status = calls.inContext();
            return status != 0 ? status : gpu.events.remove(event) == null ? CUDA_ERROR_INVALID_HANDLE() : CUDA_SUCCESS();
        }
    }

    int cuEventRecord(final long event, final long stream) {
        int round = 0;
        while (true) {
            synchronized (gpu) { // held over the queueing, so that tickets are queued in order
                final int status = calls.inContext();
                final SoftwareEvent found = gpu.events.find(event);
                final SoftwareStream to = stream(stream);
                if (status != 0 || found == null || to == null) {
                    return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
                }
                if (!to.isFull()) {
                    return queue(stream, CommandDescriptor.RECORD, event, found.recorded + 1, 0);
                }
            }
            round = Calls.pause(round);
        }
    }

    int cuEventQuery(final long event) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareEvent found = gpu.events.find(event);
            if (status != 0 || found == null) {
                return status != 0 ? status : CUDA_ERROR_INVALID_HANDLE();
            }
            return found.isToldReady(calls.settings.traits().notReadyAnswers()) ? CUDA_SUCCESS() : CUDA_ERROR_NOT_READY();
        }
    }

    int cuEventSynchronize(final long event) {
        int round = 0;
        int status = cuEventQuery(event);
        while (status == CUDA_ERROR_NOT_READY()) {
            round = Calls.pause(round);
            status = cuEventQuery(event);
        }
        return status;
    }

    int cuEventElapsedTime(final long milliseconds, final long start, final long end) {
        synchronized (gpu) {
            final int status = calls.inContext();
            final SoftwareEvent from = gpu.events.find(start);
            final SoftwareEvent to = gpu.events.find(end);
            if (status != 0) {
                return status;
            }
            if (from == null || to == null || !from.timed || !to.timed || from.recorded == 0 || to.recorded == 0) {
                return CUDA_ERROR_INVALID_HANDLE();
            }
            if (!from.hasHappened() || !to.isToldReady(calls.settings.traits().notReadyAnswers())) {
                return CUDA_ERROR_NOT_READY();
            }
            HostMemory.putInt(milliseconds, Float.floatToRawIntBits((float) ((to.timeNs - from.timeNs) / NS_PER_MS)));
            return CUDA_SUCCESS();
        }
    }
}
