// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.tactus.internal.graph.ComputedGraph;
import org.tactus.model.DeviceMemory;

/**
 * Counts the memory that a network needs on a device, in place of that memory: weights and tensors lie in the process's own. Values that
 * a runtime makes inside a segment in memory of its own do not count. Control thread.
 */
public final class NetworkFootprint implements WeightMemory {
    private static final long PAGE_BYTES = 4096;

    private final HostTensors host = new HostTensors();
    private final long unitBytes;
    /** By segment. */
    private final TreeMap<Integer, Long> constants = new TreeMap<>();
    private long tensorBytes;
    private long scratchBytes;

    /**
     * Begins to count.
     *
     * @param memory of the device
     */
    public NetworkFootprint(final DeviceMemory memory) {
        unitBytes = unitBytes(memory);
    }

    /**
     * What the weights of each segment begin at a multiple of: a chunk holds none of two segments.
     *
     * @param memory of a device
     * @return bytes; as much as vector instructions like where nothing is swapped
     */
    public static long unitBytes(final DeviceMemory memory) {
        return memory.chunkBytes() < memory.capacityBytes() ? memory.chunkBytes() : ComputedGraph.ALIGNMENT_BYTES;
    }

    @Override
    public MemorySegment put(final int segment, final long bytes, final Consumer<MemorySegment> writer) {
        constants.put(segment, Math.ceilDiv(bytes, unitBytes) * unitBytes);
        final MemorySegment at = host.allocate(bytes);
        writer.accept(at);
        return at;
    }

    @Override
    public MemorySegment allocate(final long bytes) {
        tensorBytes += Math.ceilDiv(bytes, ComputedGraph.ALIGNMENT_BYTES) * ComputedGraph.ALIGNMENT_BYTES;
        return host.allocate(bytes);
    }

    @Override
    public MemorySegment scratch(final long bytes) {
        scratchBytes = Math.max(scratchBytes, Math.ceilDiv(bytes, PAGE_BYTES) * PAGE_BYTES);
        return host.allocate(bytes);
    }

    /**
     * Memory that segments use while they run, one at a time.
     *
     * @return bytes of the one that needs most, in whole pages; 0 where the runtime keeps it itself
     */
    public long scratchBytes() {
        return scratchBytes;
    }

    /**
     * Memory of weights.
     *
     * @return bytes for each segment, then each substitute, 0 for one without weights; in whole chunks where the device has any
     */
    public List<Long> constantBytes() {
        final List<Long> all = new ArrayList<>();
        for (int i = 0; !constants.isEmpty() && i <= constants.lastKey(); i++) {
            all.add(constants.getOrDefault(i, 0L));
        }
        return all;
    }

    /**
     * Memory of the tensors that segments take and make.
     *
     * @return bytes, in whole pages
     */
    public long tensorBytes() {
        return Math.ceilDiv(tensorBytes, PAGE_BYTES) * PAGE_BYTES;
    }

    @Override
    public void close() {
        host.close();
    }
}
