// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tactus.bindings.NativeCallException;

class CudaProviderTest {
    @Test
    void shouldSayThatTheBuildHasNoGpuWhenTheRuntimeIsTheOneForProcessors() {
        final OnnxOptions options = OnnxOptions.SINGLE_THREAD.withCuda(new CudaProvider(0, 0x1234));
        assertTrue(options.sharedAllocator());
        final NativeCallException error = assertThrows(NativeCallException.class,
            () -> OnnxRuntime.find().orElseThrow().session(new byte[] {1}, options));
        assertEquals("CreateCUDAProviderOptions", error.function());
        assertTrue(error.getMessage().contains("CUDA execution provider is not enabled in this build"), error.getMessage());
        final String absence = OnnxRuntime.find().orElseThrow().absence(options.cuda().orElseThrow()).orElseThrow();
        assertTrue(absence.contains("not enabled in this build") && absence.contains("onnxruntime_gpu in place of onnxruntime"), absence);
    }

    @Test
    void shouldRefuseASecondAllocatorWhenADeviceHasOne() {
        final DeviceAllocator none = new DeviceAllocator() {
            @Override
            public long allocate(final long bytes) {
                return 0;
            }

            @Override
            public void free(final long address) {
                // gave nothing out
            }
        };
        final OnnxRuntime runtime = OnnxRuntime.find().orElseThrow();
        try (OnnxAllocator first = runtime.register("Cuda", 3, none)) {
            assertTrue(assertThrows(IllegalStateException.class, () -> runtime.register("Cuda", 3, none)).getMessage().contains("Cuda:3"),
                first.toString());
        }
        runtime.register("Cuda", 3, none).close(); // and again when the first is gone
    }
}
