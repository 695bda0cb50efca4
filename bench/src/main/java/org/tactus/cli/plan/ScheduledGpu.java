// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import java.util.List;
import java.util.stream.Collectors;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;

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

    /** Chooses the chunk. */
    static ScheduledGpu of(final long bytes, final List<Integer> cores) {
        return new ScheduledGpu(bytes, Math.clamp(Long.highestOneBit(bytes / CHUNKS), LEAST_CHUNK_BYTES, MOST_CHUNK_BYTES), cores);
    }

    private long chunkNs() {
        return CHUNK_NS + chunkBytes * MIB_NS / (1 << 20) / 1000 * 1000;
    }

    /** The device's lines in the file. */
    String text() {
        final String move = Durations.exact(chunkNs());
        return "    # What moving a chunk takes on a software GPU while the machine has time for it; a run says which moves\n"
            + "    # took longer. Of a real one (driver: nvidia) put in what tactus calibrate measures.\n"
            + "    - {name: gpu0, kind: cuda, driver: software, cores: ["
            + cores.stream().map(String::valueOf).collect(Collectors.joining(", ")) + "], memory: " + Sizes.exact(bytes) + ", chunk: "
            + Sizes.exact(chunkBytes) + ", protocol: seq, chunkIn: " + move + ", chunkOut: " + move + ",\n       chunkDrop: "
            + Durations.exact(CHUNK_NS) + ", swapInOverhead: " + Durations.exact(OPERATION_NS) + ", swapOutOverhead: "
            + Durations.exact(OPERATION_NS) + "}\n";
    }
}
