// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
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
    private final Numbers numbers;
    /** Opened since the last {@link #handOver}, and not closed since. */
    private final List<KernelSession> tried = new ArrayList<>();

    KernelSegments(final CudaNetworks gpu, final long stream, final Numbers numbers) {
        this.gpu = gpu;
        this.stream = stream;
        this.numbers = numbers;
    }

    @Override
    public SegmentSession open(final int segment, final OnnxModel part, final TensorMemory memory) {
        final SegmentProgram program = SegmentCompiler.compile(part, numbers);
        final MemorySegment weights = program.weightBytes() == 0 ? MemorySegment.NULL : put(segment, program, memory);
        final MemorySegment scratch = program.scratchBytes() == 0 ? MemorySegment.NULL : memory.scratch(program.scratchBytes());
        final KernelSession session =
            new KernelSession(gpu, gpu.copies().stream(), program, weights.address(), scratch.address(), tried::remove);
        tried.add(session);
        return session;
    }

    /** Lets sessions that were tried run in the stream of the tasks, whose dispatchers do not know them yet. */
    void handOver() {
        tried.forEach(session -> session.runIn(stream));
        tried.clear();
    }

    /** How many sessions wait for {@link #handOver}. */
    int waiting() {
        return tried.size();
    }

    /** Writes a segment's weights: into the task's memory where that is swapped, else into memory of their own as a tensor has it. */
    private MemorySegment put(final int segment, final SegmentProgram program, final TensorMemory memory) {
        if (memory instanceof final WeightMemory scheduled) {
            return scheduled.put(segment, program.weightBytes(), program.weights());
        }
        final MemorySegment at = memory.allocate(program.weightBytes());
        gpu.makeCurrent();
        gpu.write(at.address(), program.weightBytes(), program.weights());
        return at;
    }
}
