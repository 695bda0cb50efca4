// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.tactus.internal.device.cuda.SoftwareMoves;
import org.tactus.internal.graph.TensorBytes;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;

/**
 * A software GPU whose memory is scheduled, as a set to start from has it. What a chunk is charged is generous for what the software GPU's
 * copies take on a machine with other work; it copies as fast as the set says.
 *
 * @param bytes      memory
 * @param chunkBytes of which the memory holds some dozens, so that a part of a network may be out
 * @param cores      where its dispatcher polls, the first, and where it computes
 */
record ScheduledGpu(long bytes, long chunkBytes, List<Integer> cores) {
    /** Memory of fewer bytes is no multiple of the smallest chunk to speak of. */
    static final long LEAST_BYTES = 128 << 10;
    private static final long CHUNKS = 32;
    private static final long LEAST_CHUNK_BYTES = 4 << 10;
    /** The paper's chunk: a larger one costs no less a byte. */
    private static final long MOST_CHUNK_BYTES = 32 << 20;
    private static final long CHUNK_NS = 300_000;
    private static final long MIB_NS = 600_000;
    private static final long OPERATION_NS = 500_000;
    private static final long ROUND_NS = 10_000;

    /** Chooses the chunk. */
    static ScheduledGpu of(final long bytes, final List<Integer> cores) {
        return new ScheduledGpu(bytes, Math.clamp(Long.highestOneBit(bytes / CHUNKS), LEAST_CHUNK_BYTES, MOST_CHUNK_BYTES), cores);
    }

    private long chunkNs() {
        return CHUNK_NS + chunkBytes * MIB_NS / (1 << 20) / 1000 * 1000;
    }

    /**
     * What moves are charged: the times that pace the software GPU, and what follows from its model for the operations of a set whose jobs
     * copy tensors beside them. A test holds every kind of move against these formulas.
     */
    DeviceMemory memory(final Collection<TensorBytes> tensors) {
        final SoftwareMoves moves = SoftwareMoves.of(new DeviceMemory(bytes, chunkBytes, SwapProtocol.SEQ, chunkNs(), chunkNs(), 0, 0));
        long inNs = OPERATION_NS;
        long outNs = OPERATION_NS;
        for (final TensorBytes of : tensors) {
            inNs = Math.max(inNs, moves.swapInOverheadNs(of.inputs()));
            outNs = Math.max(outNs, moves.swapOutOverheadNs(of.outputs()));
        }
        return new DeviceMemory(bytes, chunkBytes, SwapProtocol.SEQ, chunkNs(), chunkNs(), rounded(inNs), rounded(outNs),
            Residency.SEMANTIC, Math.max(CHUNK_NS, rounded(moves.chunkDropNs())), true);
    }

    private static long rounded(final long ns) {
        return Math.ceilDiv(ns, ROUND_NS) * ROUND_NS;
    }

    /** The device's lines in the file. */
    String text(final Collection<TensorBytes> tensors) {
        final DeviceMemory memory = memory(tensors);
        return "    # What moving a chunk takes on this software GPU while the machine has time for it. The overheads hold what a job's\n"
            + "    # tensors take on their way, with the extents below; a run says where larger ones need more, and which moves took\n"
            + "    # longer. Of a real GPU (driver: nvidia) put in what tactus calibrate measures.\n"
            + "    - {name: gpu0, kind: cuda, driver: software, cores: ["
            + cores.stream().map(String::valueOf).collect(Collectors.joining(", ")) + "], memory: " + Sizes.exact(bytes) + ", chunk: "
            + Sizes.exact(chunkBytes) + ", protocol: seq, chunkIn: " + Durations.exact(memory.chunkInNs()) + ", chunkOut: "
            + Durations.exact(memory.chunkOutNs()) + ",\n       chunkDrop: " + Durations.exact(memory.chunkDropNs())
            + ", swapInOverhead: " + Durations.exact(memory.swapInOverheadNs()) + ", swapOutOverhead: "
            + Durations.exact(memory.swapOutOverheadNs()) + "}\n";
    }
}
