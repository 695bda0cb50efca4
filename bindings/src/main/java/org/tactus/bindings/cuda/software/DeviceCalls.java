// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_CONTEXT;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_DEVICE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_ERROR_INVALID_VALUE;
import static org.tactus.bindings.generated.cuda.cuda_h.CUDA_SUCCESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.tactus.bindings.generated.cuda.cuda_h;

/** The driver, its texts, the device and its primary context; each method is the function of its name. */
final class DeviceCalls {
    /** The version of CUDA whose semantics these are. */
    private static final int VERSION = 12_040;
    private static final long MOST_TEXT_BYTES = 256;
    private static final String NAME = "Tactus software GPU";
    private static final int LEAST_PRIORITY = 0;
    private static final int GREATEST_PRIORITY = -5;
    private static final Map<Integer, long[]> TEXTS = texts();
    private static final Map<Integer, Integer> ATTRIBUTES = attributes();

    private final Calls calls;
    private final SoftwareGpu gpu;
    private final Runnable onReset;

    DeviceCalls(final Calls calls, final Runnable onReset) {
        this.calls = calls;
        this.gpu = calls.gpu;
        this.onReset = onReset;
    }

    private static Map<Integer, Integer> attributes() {
        final Map<Integer, Integer> values = new HashMap<>();
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT(), 1);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY(), 1);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT(), 2);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING(), 1);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR(), 8);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED(), 1);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY(), 1);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS(), 1);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED(), 1);
        values.put(cuda_h.CU_DEVICE_ATTRIBUTE_HOST_NUMA_ID(), -1);
        return values;
    }

    private static void text(final Map<Integer, long[]> texts, final int code, final String name, final String text) {
        texts.put(code, new long[] {Arena.global().allocateFrom(name).address(), Arena.global().allocateFrom(text).address()});
    }

    private static Map<Integer, long[]> texts() {
        final Map<Integer, long[]> texts = new HashMap<>();
        text(texts, CUDA_SUCCESS(), "CUDA_SUCCESS", "no error");
        text(texts, CUDA_ERROR_INVALID_VALUE(), "CUDA_ERROR_INVALID_VALUE", "invalid argument");
        text(texts, cuda_h.CUDA_ERROR_OUT_OF_MEMORY(), "CUDA_ERROR_OUT_OF_MEMORY", "out of memory");
        text(texts, cuda_h.CUDA_ERROR_NOT_INITIALIZED(), "CUDA_ERROR_NOT_INITIALIZED", "initialization error");
        text(texts, CUDA_ERROR_INVALID_DEVICE(), "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal");
        text(texts, cuda_h.CUDA_ERROR_INVALID_IMAGE(), "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid");
        text(texts, CUDA_ERROR_INVALID_CONTEXT(), "CUDA_ERROR_INVALID_CONTEXT", "invalid device context");
        text(texts, cuda_h.CUDA_ERROR_INVALID_HANDLE(), "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle");
        text(texts, cuda_h.CUDA_ERROR_ILLEGAL_STATE(), "CUDA_ERROR_ILLEGAL_STATE",
            "the operation cannot be performed in the present state");
        text(texts, cuda_h.CUDA_ERROR_NOT_FOUND(), "CUDA_ERROR_NOT_FOUND", "named symbol not found");
        text(texts, cuda_h.CUDA_ERROR_NOT_READY(), "CUDA_ERROR_NOT_READY", "device not ready");
        text(texts, cuda_h.CUDA_ERROR_ILLEGAL_ADDRESS(), "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered");
        text(texts, cuda_h.CUDA_ERROR_INVALID_PTX(), "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed");
        text(texts, Engine.MISALIGNED_ADDRESS, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address");
        text(texts, cuda_h.CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED(), "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED",
            "part or all of the requested memory range is already mapped");
        text(texts, cuda_h.CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED(), "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED",
            "pointer does not correspond to a registered memory region");
        text(texts, cuda_h.CUDA_ERROR_LAUNCH_FAILED(), "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure");
        text(texts, cuda_h.CUDA_ERROR_NOT_SUPPORTED(), "CUDA_ERROR_NOT_SUPPORTED", "operation not supported");
        text(texts, cuda_h.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED(), "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED",
            "operation not permitted when stream is capturing");
        text(texts, cuda_h.CUDA_ERROR_UNKNOWN(), "CUDA_ERROR_UNKNOWN", "unknown error");
        return Map.copyOf(texts);
    }

    int cuInit(final int flags) {
        if (flags != 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        calls.initialise();
        return CUDA_SUCCESS();
    }

    int cuDriverGetVersion(final long version) {
        HostMemory.putInt(version, VERSION);
        return CUDA_SUCCESS();
    }

    int cuGetErrorName(final int error, final long text) {
        return text(error, text, 0);
    }

    int cuGetErrorString(final int error, final long text) {
        final int status = text(error, text, 1);
        final long reason = status == 0
            ? gpu.reasons.text(error, MemorySegment.ofAddress(TEXTS.get(error)[1]).reinterpret(MOST_TEXT_BYTES).getString(0)) : 0;
        if (reason != 0) {
            HostMemory.putLong(text, reason);
        }
        return status;
    }

    private static int text(final int error, final long out, final int index) {
        final long[] known = TEXTS.get(error);
        HostMemory.putLong(out, known == null ? 0 : known[index]);
        return known == null ? CUDA_ERROR_INVALID_VALUE() : CUDA_SUCCESS();
    }

    int cuDeviceGetCount(final long count) {
        if (calls.ready() == 0) {
            HostMemory.putInt(count, 1);
        }
        return calls.ready();
    }

    private int device(final int device) {
        return calls.ready() != 0 ? calls.ready() : device == Calls.DEVICE ? CUDA_SUCCESS() : CUDA_ERROR_INVALID_DEVICE();
    }

    int cuDeviceGet(final long device, final int ordinal) {
        final int status = device(ordinal);
        if (status == 0) {
            HostMemory.putInt(device, Calls.DEVICE);
        }
        return status;
    }

    int cuDeviceGetName(final long name, final int length, final int device) {
        if (length <= 0) {
            return CUDA_ERROR_INVALID_VALUE();
        }
        final int status = device(device);
        if (status == 0) {
            final int bytes = Math.min(length - 1, NAME.length());
            for (int i = 0; i < bytes; i++) {
                HostMemory.ALL.set(ValueLayout.JAVA_BYTE, name + i, (byte) NAME.charAt(i));
            }
            HostMemory.ALL.set(ValueLayout.JAVA_BYTE, name + bytes, (byte) 0);
        }
        return status;
    }

    int cuDeviceGetAttribute(final long value, final int attribute, final int device) {
        final int status = device(device);
        if (status == 0) {
            HostMemory.putInt(value, ATTRIBUTES.getOrDefault(attribute, 0));
        }
        return status;
    }

    int cuDeviceTotalMem(final long bytes, final int device) {
        final int status = device(device);
        if (status == 0) {
            HostMemory.putLong(bytes, calls.settings.memoryBytes());
        }
        return status;
    }

    int cuDevicePrimaryCtxRetain(final long context, final int device) {
        synchronized (gpu) {
            final int status = device(device);
            if (status == 0) {
                if (gpu.isLost()) {
                    return gpu.error();
                }
                HostMemory.putLong(context, calls.retain());
            }
            return status;
        }
    }

    int cuDevicePrimaryCtxRelease(final int device) {
        int round = 0;
        while (true) {
            synchronized (gpu) {
                final int status = device(device);
                if (status != 0) {
                    return status;
                }
                if (!calls.isRetained()) {
                    return CUDA_ERROR_INVALID_CONTEXT();
                }
                if (gpu.isQuiet()) {
                    if (calls.release()) {
                        gpu.reset();
                        onReset.run();
                    }
                    return CUDA_SUCCESS();
                }
            }
            round = Calls.pause(round);
        }
    }

    int cuCtxSetCurrent(final long context) {
        synchronized (gpu) {
            final int status = calls.ready();
            return status != 0 ? status : calls.makeCurrent(context) ? CUDA_SUCCESS() : CUDA_ERROR_INVALID_CONTEXT();
        }
    }

    int cuCtxSynchronize() {
        int round = 0;
        while (true) {
            synchronized (gpu) {
                final int status = calls.inContext();
                if (status != 0 || gpu.isQuiet()) {
                    return status;
                }
            }
            round = Calls.pause(round);
        }
    }

    int cuCtxGetStreamPriorityRange(final long least, final long greatest) {
        synchronized (gpu) {
            final int status = calls.inContext();
            if (status == 0) {
                HostMemory.putInt(least, LEAST_PRIORITY);
                HostMemory.putInt(greatest, GREATEST_PRIORITY);
            }
            return status;
        }
    }
}
