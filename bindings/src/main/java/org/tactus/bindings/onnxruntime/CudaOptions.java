// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.tactus.bindings.generated.onnxruntime.onnxruntime_h;

/**
 * The runtime's options of the CUDA provider: convolutions and products in single precision, as the processor computes, by an algorithm
 * that is not searched for.
 */
final class CudaOptions implements AutoCloseable {
    final long handle;

    /** Makes them; loads the provider's library. */
    CudaOptions(final CudaProvider provider) {
        final Map<String, String> values = new TreeMap<>(Map.of("device_id", String.valueOf(provider.device()),
            "user_compute_stream", Long.toUnsignedString(provider.stream()), "cudnn_conv_algo_search", "HEURISTIC",
            "do_copy_in_default_stream", "1", "use_tf32", "0"));
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

    /** Adds the provider to a session's options. */
    static void append(final long sessionOptions, final CudaProvider provider) {
        try (CudaOptions options = new CudaOptions(provider)) {
            Ort.call("SessionOptionsAppendExecutionProvider_CUDA_V2",
                onnxruntime_h.ORT_API_SessionOptionsAppendExecutionProvider_CUDA_V2(), sessionOptions, options.handle);
        }
    }

    /** An array of C strings. */
    private static long texts(final Arena arena, final Collection<String> texts) {
        return arena.allocateFrom(
            ValueLayout.JAVA_LONG, texts.stream().mapToLong(text -> arena.allocateFrom(text).address()).toArray()).address();
    }

    @Override
    public void close() {
        Ort.release(onnxruntime_h.ORT_API_ReleaseCUDAProviderOptions(), handle);
    }
}
