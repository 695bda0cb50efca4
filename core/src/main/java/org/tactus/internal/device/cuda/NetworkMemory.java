// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.graph.ComputedGraph;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.network.WeightMemory;
import org.tactus.internal.time.Sizes;

/**
 * The memory of one task as its network uses it: weights from the first chunk up; tensors in the scratch arena, which other tasks
 * overwrite between two segments, or where they must live on, or there is too little of it, in the task's own memory from its end down.
 * Control thread.
 */
final class NetworkMemory implements WeightMemory {
    private final CudaNetworks gpu;
    private final TaskRegions regions;
    private final TaskHolding holding;
    private final boolean usesScratch;
    private final long unitBytes;
    private long weightsEnd;
    private long tensorsBegin;
    private long scratchEnd;

    /** Of a task that was prepared; one with several segments keeps its tensors from one to the next, so they are no scratch. */
    NetworkMemory(
        final CudaNetworks gpu, final TaskRegions regions, final TaskHolding holding, final boolean usesScratch, final long unitBytes) {
        this.unitBytes = unitBytes;
        this.gpu = gpu;
        this.regions = regions;
        this.holding = holding;
        this.usesScratch = usesScratch;
        tensorsBegin = holding.heldBytes() / ComputedGraph.ALIGNMENT_BYTES * ComputedGraph.ALIGNMENT_BYTES;
    }

    @Override
    public MemorySegment put(final int segment, final long bytes, final Consumer<MemorySegment> writer) {
        weightsEnd = Math.ceilDiv(weightsEnd, unitBytes) * unitBytes; // no two segments have weights in one chunk
        final long at = take(0, bytes);
        weightsEnd += roundedUp(bytes);
        final CudaMemory memory = gpu.driver().memory();
        final long staged = memory.allocateHost(bytes);
        try {
            writer.accept(CudaMemory.view(staged, bytes));
            gpu.driver().streams().copyInNow(at, staged, bytes);
        } finally {
            memory.freeHost(staged);
        }
        return CudaMemory.view(at, bytes);
    }

    @Override
    public MemorySegment allocate(final long bytes) {
        final long rounded = roundedUp(bytes);
        final long address;
        if (usesScratch && scratchEnd + rounded <= holding.scratchBytes) {
            address = holding.scratchAddress + scratchEnd;
            scratchEnd += rounded;
        } else {
            address = take(rounded, 0);
            tensorsBegin -= rounded;
        }
        gpu.makeCurrent();
        gpu.clear(address, bytes);
        return CudaMemory.view(address, bytes);
    }

    /** Where a tensor or weights of a size go in the task's own memory. */
    private long take(final long tensorBytes, final long weightBytes) {
        gpu.makeCurrent();
        if (weightsEnd + roundedUp(weightBytes) > tensorsBegin - tensorBytes) {
            throw new InvalidModelException("task '" + holding.task + "': memory: its network's weights and tensors take more than the "
                + Sizes.exact(holding.heldBytes()) + " of its own and the " + Sizes.exact(holding.scratchBytes)
                + " of scratch that are written there; remove the sizes, and let 'tactus profile' measure them");
        }
        return holding.base() + (tensorBytes > 0 ? tensorsBegin - tensorBytes : weightsEnd);
    }

    private static long roundedUp(final long bytes) {
        return Math.ceilDiv(bytes, ComputedGraph.ALIGNMENT_BYTES) * ComputedGraph.ALIGNMENT_BYTES;
    }

    /** Gives the memory back, unless a device's slot has it meanwhile, with which it goes. */
    @Override
    public void close() {
        gpu.makeCurrent();
        regions.abandon(holding);
    }
}
