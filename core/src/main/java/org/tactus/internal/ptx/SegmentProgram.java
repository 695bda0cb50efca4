// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * A segment as kernels: text for the driver, and what to launch in which order, each launch behind the one before. Immutable.
 *
 * @param ptx          the kernels
 * @param launches     what runs
 * @param inputs       tensors that it takes
 * @param outputs      tensors that it gives
 * @param weightBytes  memory that its weights take; 0 without weights
 * @param weights      writes them into memory of that size
 * @param scratchBytes memory that it makes use of while it runs
 */
public record SegmentProgram(
    String ptx, List<Launch> launches, List<TensorInfo> inputs, List<TensorInfo> outputs, long weightBytes,
    Consumer<MemorySegment> weights, long scratchBytes) {
    /** Weights and scratch begin at a multiple of this, as each tensor in them does. */
    public static final long ALIGNMENT_BYTES = 64;

    /** Keeps unmodifiable copies of the lists. */
    public SegmentProgram {
        launches = List.copyOf(launches);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
