// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.internal.graph.ComputedGraph;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.network.NetworkFootprint;
import org.tactus.internal.network.WeightMemory;
import org.tactus.internal.time.Sizes;
import org.tactus.model.Task;

/**
 * The memory of one task as its network uses it: weights from the first chunk up, those of the last segment first where it is known what
 * each segment has ({@link org.tactus.model.SwapRegion}); tensors in the scratch arena, which other tasks overwrite between two segments,
 * or where they must live on, or there is too little of it, in the task's own memory from its end down. Control thread.
 */
final class NetworkMemory implements WeightMemory {
    private final CudaNetworks gpu;
    private final TaskRegions regions;
    private final TaskHolding holding;
    private final boolean usesScratch;
    private final long unitBytes;
    /** By segment, where its weights begin and how much room they have; null where each follows the one before. */
    private final long[] begins;
    private final long[] rooms;
    private long weightsEnd;
    private long tensorsBegin;
    private long scratchEnd;

    /** Of a task that was prepared; one with several segments keeps its tensors from one to the next, so they are no scratch. */
    NetworkMemory(final CudaNetworks gpu, final TaskRegions regions, final TaskHolding holding, final Task task) {
        this.gpu = gpu;
        this.regions = regions;
        this.holding = holding;
        holding.keepsConstants();
        usesScratch = task.segments().size() == 1;
        tensorsBegin = holding.heldBytes() / ComputedGraph.ALIGNMENT_BYTES * ComputedGraph.ALIGNMENT_BYTES;
        final List<Long> known = task.memory().orElseThrow().segmentConstantBytes();
        // Where it is not known which segment needs which chunk, each one needs all: then segments may share them.
        unitBytes = known.isEmpty() ? ComputedGraph.ALIGNMENT_BYTES : NetworkFootprint.unitBytes(regions.scheduled());
        if (known.isEmpty()) {
            begins = null;
            rooms = null;
            return;
        }
        begins = new long[task.segments().size()];
        rooms = new long[begins.length];
        for (int segment = begins.length - 1; segment >= 0; segment--) {
            begins[segment] = weightsEnd;
            rooms[segment] = wholeUnits(segment < known.size() ? known.get(segment) : 0);
            weightsEnd += rooms[segment];
        }
    }

    private long wholeUnits(final long bytes) {
        return Math.ceilDiv(bytes, unitBytes) * unitBytes;
    }

    @Override
    public MemorySegment put(final int segment, final long bytes, final Consumer<MemorySegment> writer) {
        final long offset = begins != null && segment < begins.length ? begins[segment] : behind(bytes);
        if (begins != null && segment < begins.length && bytes > rooms[segment]) {
            throw new InvalidModelException("task '" + holding.task + "': memory: the weights of its segment " + segment + " take "
                + Sizes.exact(bytes) + ", more than the " + Sizes.exact(rooms[segment])
                + " that are written there; remove the sizes, and let 'tactus profile' measure them");
        }
        final long at = holding.base() + offset;
        gpu.makeCurrent();
        if (holding.hasRing()) { // what the host keeps is what every load brings in
            writer.accept(holding.region.host(offset, bytes));
            bringIn(segment);
        } else {
            gpu.write(at, bytes, writer.andThen(written -> holding.keep(offset, written)));
        }
        return CudaMemory.view(at, bytes);
    }

    /** Takes room behind the weights so far. */
    private long behind(final long bytes) {
        weightsEnd = wholeUnits(weightsEnd);
        requireRoom(0, bytes);
        final long offset = weightsEnd;
        weightsEnd += roundedUp(bytes);
        return offset;
    }

    @Override
    public void bringIn(final int segment) {
        gpu.makeCurrent();
        gpu.copies().await(); // kernels of the segment before may still be queued, and read what goes out now
        holding.bringIn(segment, gpu.copies());
    }

    @Override
    public MemorySegment allocate(final long bytes) {
        final long rounded = roundedUp(bytes);
        final long address;
        if (usesScratch && scratchEnd + rounded <= holding.scratchBytes) {
            address = holding.scratchAddress + scratchEnd;
            scratchEnd += rounded;
        } else {
            requireRoom(rounded, 0);
            tensorsBegin -= rounded;
            address = holding.base() + tensorsBegin;
        }
        gpu.makeCurrent();
        gpu.copies().clear(address, bytes);
        return CudaMemory.view(address, bytes);
    }

    @Override
    public MemorySegment asComputedOn(final MemorySegment there) {
        return gpu.asComputedOn(there);
    }

    /** In the arena, behind the tensors that lie there; segments run one after another, so all of them begin at that place. */
    @Override
    public MemorySegment scratch(final long bytes) {
        if (usesScratch || roundedUp(bytes) > holding.scratchBytes) {
            return allocate(bytes);
        }
        return CudaMemory.view(holding.scratchAddress, bytes);
    }

    /** Refuses tensors or weights of a size for which the task's own memory has no room. */
    private void requireRoom(final long tensorBytes, final long weightBytes) {
        if (weightsEnd + roundedUp(weightBytes) > tensorsBegin - tensorBytes) {
            throw new InvalidModelException("task '" + holding.task + "': memory: its network's weights and tensors take more than the "
                + Sizes.exact(holding.heldBytes()) + " of its own and the " + Sizes.exact(holding.scratchBytes)
                + " of scratch that are written there; remove the sizes, and let 'tactus profile' measure them");
        }
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
