// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.tactus.bindings.generated.onnxruntime.OrtApiBase;
import org.tactus.bindings.generated.onnxruntime.OrtGetApi;
import org.tactus.bindings.generated.onnxruntime.OrtGetVersionString;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;

/** ONNX Runtime's function table, or why there is none; found once a process, when this class is first touched. */
final class OrtTable {
    /** No text of the library is longer. */
    static final long MAX_TEXT_BYTES = 1 << 20;
    /** Addresses of functions by index; empty when there is none. */
    static final MemorySegment FUNCTIONS;
    /** The library's version, such as 1.29.0. */
    static final String VERSION;
    /** Whether sessions can take weights from memory of the caller's. */
    static final boolean HAS_WEIGHTS_IN_MEMORY;
    /** Whether libraries with execution providers of their own can be registered. */
    static final boolean HAS_PLUGINS;
    /** Why ONNX Runtime cannot be used, in one line; null when it can. */
    static final String ABSENCE;

    static {
        MemorySegment functions = MemorySegment.NULL;
        String version = "";
        String absence = null;
        boolean weightsInMemory = false;
        boolean plugins = false;
        try {
            final MethodHandle base = Linker.nativeLinker().downcallHandle(OrtLibrary.apiBase(),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG));
            final MemorySegment api = MemorySegment.ofAddress((long) base.invokeExact()).reinterpret(OrtApiBase.sizeof());
            final MethodHandle versionString = Linker.nativeLinker().downcallHandle(
                MemorySegment.ofAddress(OrtApiBase.GetVersionString(api)), OrtGetVersionString.descriptor());
            version = MemorySegment.ofAddress((long) versionString.invokeExact())
                .reinterpret(MAX_TEXT_BYTES).getString(0);
            final MethodHandle table = Linker.nativeLinker().downcallHandle(
                MemorySegment.ofAddress(OrtApiBase.GetApi(api)), OrtGetApi.descriptor());
            final long address = (long) table.invokeExact(onnxruntime_h.ORT_API_VERSION());
            if (address == 0) {
                absence = "ONNX Runtime " + version + " does not offer version " + onnxruntime_h.ORT_API_VERSION()
                    + " of its interface; use release 1." + onnxruntime_h.ORT_API_VERSION() + " or later";
            } else {
                // the table only grows: one that offers the later version holds the later indices, too
                weightsInMemory = (long) table.invokeExact(onnxruntime_h.ORT_API_VERSION_WEIGHTS_IN_MEMORY()) != 0;
                plugins = (long) table.invokeExact(onnxruntime_h.ORT_API_VERSION_PLUGINS()) != 0;
                functions = MemorySegment.ofAddress(address).reinterpret((1L + (plugins
                    ? onnxruntime_h.ORT_API_EpDevice_EpMetadata() : weightsInMemory
                    ? onnxruntime_h.ORT_API_AddExternalInitializersFromFilesInMemory()
                    : onnxruntime_h.ORT_API_ReleaseCUDAProviderOptions())) * Long.BYTES);
            }
        } catch (final IOException e) {
            absence = e.getMessage();
        } catch (final Throwable e) {
            absence = "ONNX Runtime cannot be used: " + e;
        }
        FUNCTIONS = functions;
        VERSION = version;
        HAS_WEIGHTS_IN_MEMORY = weightsInMemory;
        HAS_PLUGINS = plugins;
        ABSENCE = absence;
    }

    private OrtTable() {
    }
}
