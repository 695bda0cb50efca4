// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.generated.onnxruntime.OrtCallA;
import org.tactus.bindings.generated.onnxruntime.OrtCallAA;
import org.tactus.bindings.generated.onnxruntime.OrtCallAAA;
import org.tactus.bindings.generated.onnxruntime.OrtCallAAAA;
import org.tactus.bindings.generated.onnxruntime.OrtCallAAAAA;
import org.tactus.bindings.generated.onnxruntime.OrtCallAAAAAAA;
import org.tactus.bindings.generated.onnxruntime.OrtCallAI;
import org.tactus.bindings.generated.onnxruntime.OrtCreateCpuMemoryInfo;
import org.tactus.bindings.generated.onnxruntime.OrtCreateEnv;
import org.tactus.bindings.generated.onnxruntime.OrtCreateMemoryInfo;
import org.tactus.bindings.generated.onnxruntime.OrtCreateSessionFromArray;
import org.tactus.bindings.generated.onnxruntime.OrtCreateTensor;
import org.tactus.bindings.generated.onnxruntime.OrtGetCode;
import org.tactus.bindings.generated.onnxruntime.OrtGetText;
import org.tactus.bindings.generated.onnxruntime.OrtRelease;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;

/**
 * ONNX Runtime's function table as constant method handles: a call costs a few nanoseconds and allocates nothing. The class is
 * touched only after {@link OrtTable#ABSENCE} is known to be null.
 */
final class Ort {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle RUN_WITH_BINDING = call(onnxruntime_h.ORT_API_RunWithBinding(), OrtCallAAA.descriptor());
    private static final MethodHandle GET_ERROR_CODE = call(onnxruntime_h.ORT_API_GetErrorCode(), OrtGetCode.descriptor());
    private static final MethodHandle GET_ERROR_MESSAGE = call(onnxruntime_h.ORT_API_GetErrorMessage(), OrtGetText.descriptor());
    private static final MethodHandle RELEASE_STATUS = call(onnxruntime_h.ORT_API_ReleaseStatus(), OrtRelease.descriptor());

    private Ort() {
    }

    /** Calls of the control path; a handle is made when its class is first touched. */
    static final class Make {
        static final MethodHandle CREATE_ENV = call(onnxruntime_h.ORT_API_CreateEnv(), OrtCreateEnv.descriptor());
        static final MethodHandle CREATE_SESSION_FROM_ARRAY =
            call(onnxruntime_h.ORT_API_CreateSessionFromArray(), OrtCreateSessionFromArray.descriptor());
        static final MethodHandle CREATE_TENSOR =
            call(onnxruntime_h.ORT_API_CreateTensorWithDataAsOrtValue(), OrtCreateTensor.descriptor());
        static final MethodHandle CREATE_MEMORY_INFO =
            call(onnxruntime_h.ORT_API_CreateMemoryInfo(), OrtCreateMemoryInfo.descriptor());
        static final MethodHandle CREATE_CPU_MEMORY_INFO =
            call(onnxruntime_h.ORT_API_CreateCpuMemoryInfo(), OrtCreateCpuMemoryInfo.descriptor());

        private Make() {
        }
    }

    private static MethodHandle call(final int index, final FunctionDescriptor descriptor) {
        final long address = OrtTable.FUNCTIONS.getAtIndex(LONG, index);
        return Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(address), descriptor);
    }

    /** Runs bound inputs into bound outputs; answers a status, 0 when it went well. Allocates nothing. */
    static long runWithBinding(final long session, final long runOptions, final long binding) {
        try {
            return (long) RUN_WITH_BINDING.invokeExact(session, runOptions, binding);
        } catch (final Throwable e) {
            throw new AssertionError("RunWithBinding throws nothing", e);
        }
    }

    /** Throws what a status says; returns when it is 0. Releases the status. */
    static void check(final String function, final long status) {
        if (status != 0) {
            throw error(function, status);
        }
    }

    /** Makes the error that a status other than 0 says, and releases the status. */
    static NativeCallException error(final String function, final long status) {
        try {
            final int code = (int) GET_ERROR_CODE.invokeExact(status);
            final NativeCallException error =
                new NativeCallException(function, code, text((long) GET_ERROR_MESSAGE.invokeExact(status)));
            RELEASE_STATUS.invokeExact(status);
            return error;
        } catch (final Throwable e) {
            throw new AssertionError("GetErrorMessage throws nothing", e);
        }
    }

    /** A call of one address that returns a status. */
    static void call(final String function, final int index, final long a) {
        try {
            check(function, (long) call(index, OrtCallA.descriptor()).invokeExact(a));
        } catch (final Throwable e) {
            throw unchecked(e);
        }
    }

    static void call(final String function, final int index, final long a, final long b) {
        try {
            check(function, (long) call(index, OrtCallAA.descriptor()).invokeExact(a, b));
        } catch (final Throwable e) {
            throw unchecked(e);
        }
    }

    static void callInt(final String function, final int index, final long a, final int b) {
        try {
            check(function, (long) call(index, OrtCallAI.descriptor()).invokeExact(a, b));
        } catch (final Throwable e) {
            throw unchecked(e);
        }
    }

    static void call(final String function, final int index, final long a, final long b, final long c) {
        try {
            check(function, (long) call(index, OrtCallAAA.descriptor()).invokeExact(a, b, c));
        } catch (final Throwable e) {
            throw unchecked(e);
        }
    }

    static void call(final String function, final int index, final long a, final long b, final long c, final long d) {
        try {
            check(function, (long) call(index, OrtCallAAAA.descriptor()).invokeExact(a, b, c, d));
        } catch (final Throwable e) {
            throw unchecked(e);
        }
    }

    static void call(final String function, final int index, final long a, final long b, final long c, final long d, final long e) {
        try {
            check(function, (long) call(index, OrtCallAAAAA.descriptor()).invokeExact(a, b, c, d, e));
        } catch (final Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static void call(
        final String function, final int index, final long a, final long b, final long c, final long d, final long e, final long f,
        final long g) {
        try {
            check(function, (long) call(index, OrtCallAAAAAAA.descriptor()).invokeExact(a, b, c, d, e, f, g));
        } catch (final Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** A call that answers an address of the library's own instead of a status. */
    static long ask(final int index, final long a) {
        try {
            return (long) call(index, OrtGetText.descriptor()).invokeExact(a);
        } catch (final Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** A call that answers an address of the library's own instead of a status. */
    static long ask(final int index, final long a, final long b) {
        try {
            return (long) call(index, OrtCallAA.descriptor()).invokeExact(a, b);
        } catch (final Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Makes the name of a device's memory, to be released by the caller. */
    static long memoryInfo(final String device, final int id) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = out(arena);
            check("CreateMemoryInfo", (long) Make.CREATE_MEMORY_INFO.invokeExact(arena.allocateFrom(device).address(),
                onnxruntime_h.OrtDeviceAllocator(), id, onnxruntime_h.OrtMemTypeDefault(), out.address()));
            return out.get(LONG, 0);
        } catch (final Throwable e) {
            throw unchecked(e);
        }
    }

    /** Releases an object; 0 is none. */
    static void release(final int index, final long object) {
        if (object != 0) {
            try {
                call(index, OrtRelease.descriptor()).invokeExact(object);
            } catch (final Throwable e) {
                throw unchecked(e);
            }
        }
    }

    /** Reads a C string of the library's. */
    static String text(final long address) {
        return MemorySegment.ofAddress(address).reinterpret(OrtTable.MAX_TEXT_BYTES).getString(0);
    }

    /** A place that a function writes an address or a size to. */
    static MemorySegment out(final Arena arena) {
        return arena.allocate(LONG);
    }

    static RuntimeException unchecked(final Throwable e) {
        if (e instanceof final RuntimeException runtime) {
            return runtime;
        }
        if (e instanceof final Error error) {
            throw error;
        }
        throw new AssertionError("a C function throws nothing", e);
    }
}
