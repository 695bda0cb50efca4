// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentSession;
import org.tactus.internal.network.TensorMemory;
import org.tactus.internal.network.WeightMemory;
import org.tactus.internal.ptx.Numbers;
import org.tactus.internal.ptx.SegmentCompiler;
import org.tactus.internal.ptx.SegmentProgram;

/** Opens segments of networks as kernels of our own in a GPU's stream. Control thread. */
final class KernelSegments implements SegmentSession.Opener {
    private final CudaNetworks gpu;
    private final long stream;

    KernelSegments(final CudaNetworks gpu, final long stream) {
        this.gpu = gpu;
        this.stream = stream;
    }

    @Override
    public SegmentSession open(final int segment, final OnnxModel part, final TensorMemory memory) {
        final SegmentProgram program = SegmentCompiler.compile(part, Numbers.SINGLE);
        final MemorySegment weights = program.weightBytes() == 0 ? MemorySegment.NULL : put(segment, program, memory);
        final MemorySegment scratch = program.scratchBytes() == 0 ? MemorySegment.NULL : memory.scratch(program.scratchBytes());
        return new KernelSession(gpu, stream, program, weights.address(), scratch.address());
    }

    /** Writes a segment's weights: into the task's memory where that is swapped, else into memory of their own as a tensor has it. */
    private MemorySegment put(final int segment, final SegmentProgram program, final TensorMemory memory) {
        if (memory instanceof final WeightMemory scheduled) {
            return scheduled.put(segment, program.weightBytes(), program.weights());
        }
        final MemorySegment at = memory.allocate(program.weightBytes());
        gpu.makeCurrent();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment staged = arena.allocate(program.weightBytes(), ValueLayout.JAVA_LONG.byteSize());
            program.weights().accept(staged);
            gpu.driver().streams().copyInNow(at.address(), staged.address(), staged.byteSize());
        }
        return at;
    }
}
