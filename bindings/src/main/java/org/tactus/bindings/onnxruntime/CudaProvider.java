// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

/**
 * ONNX Runtime's CUDA provider, on the caller's stream. Its memory is that of the allocator that was registered for the GPU,
 * {@link OnnxAllocator}, so that both are the caller's.
 *
 * @param device number of the GPU, as the CUDA runtime counts
 * @param stream a CUstream of the GPU's primary context; what a session computes is queued there, in order
 */
public record CudaProvider(int device, long stream) {
    /** The runtime's name of a GPU's memory. */
    public static final String MEMORY = "Cuda";
}
