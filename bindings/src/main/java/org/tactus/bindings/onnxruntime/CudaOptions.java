// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;

/**
 * The runtime's options of the CUDA provider: convolutions and products in single precision, as the processor computes, by an algorithm
 * that is not searched for.
 */
final class CudaOptions implements AutoCloseable {
    /** Key of the GPU's number. */
    static final String DEVICE = "device_id";

    final long handle;

    /** Makes them; loads the provider's library. */
    CudaOptions(final CudaProvider provider) {
        final Map<String, String> values = values(provider);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment out = Ort.out(arena);
            Ort.call("CreateCUDAProviderOptions", onnxruntime_h.ORT_API_CreateCUDAProviderOptions(), out.address());
            handle = out.get(ValueLayout.JAVA_LONG, 0);
            try {
                Ort.call("UpdateCUDAProviderOptions", onnxruntime_h.ORT_API_UpdateCUDAProviderOptions(), handle,
                    texts(arena, values.keySet()), texts(arena, values.values()), values.size());
            } catch (final RuntimeException e) {
                close();
                throw e;
            }
        }
    }

    /** The options by their keys, of the provider that is built in and of the one in a library of its own alike. */
    static Map<String, String> values(final CudaProvider provider) {
        return new TreeMap<>(Map.of(DEVICE, String.valueOf(provider.device()), "user_compute_stream",
            Long.toUnsignedString(provider.stream()), "cudnn_conv_algo_search", "HEURISTIC", "do_copy_in_default_stream", "1",
            "use_tf32", "0"));
    }

    /** Adds the provider to a session's options: the one in the library that a property names, else the one that is built in. */
    static void append(final long environment, final long sessionOptions, final CudaProvider provider) {
        final Optional<Path> plugin = CudaPlugin.file();
        if (plugin.isPresent()) {
            CudaPlugin.of(environment, plugin.get()).append(sessionOptions, provider);
            return;
        }
        try (CudaOptions options = new CudaOptions(provider)) {
            Ort.call("SessionOptionsAppendExecutionProvider_CUDA_V2",
                onnxruntime_h.ORT_API_SessionOptionsAppendExecutionProvider_CUDA_V2(), sessionOptions, options.handle);
        }
    }

    /** An array of C strings. */
    static long texts(final Arena arena, final Collection<String> texts) {
        return arena.allocateFrom(
            ValueLayout.JAVA_LONG, texts.stream().mapToLong(text -> arena.allocateFrom(text).address()).toArray()).address();
    }

    @Override
    public void close() {
        Ort.release(onnxruntime_h.ORT_API_ReleaseCUDAProviderOptions(), handle);
    }
}
