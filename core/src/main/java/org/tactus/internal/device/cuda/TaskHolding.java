// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.ChunkPool;
import org.tactus.internal.memory.ChunkRegion;
import org.tactus.internal.memory.ScratchArena;
import org.tactus.model.SwapRegion;

/**
 * What one task has in a GPU's memory: addresses that never change as long as it has them, of which the chunks of the region may be out.
 * What never leaves lies behind the region, so that a network's weights need not know where the one ends.
 *
 * <pre>
 *   base                        base + chunks                      base + heldBytes
 *   | chunk 0 | chunk 1 | ...  | what never leaves                 |        and, elsewhere, a view of the shared scratch arena
 * </pre>
 *
 * <p>The control thread makes it and gives it back; the dispatcher asks whether what a segment needs is in.
 */
final class TaskHolding {
    final Undo made = new Undo();
    /** Name of the task. */
    final String task;
    /** Bytes that never leave, as the task set counts them. */
    long fixedBytes;
    long fixedAddress;
    long scratchAddress;
    long scratchBytes;
    /** Null where nothing may leave. */
    ChunkRegion region;
    /** Where chunks come from while a network is prepared beside tasks that run; null when that is the device's own pool. */
    ChunkPool preparedIn;
    /** Whether the chunks were brought in to prepare the task's network, and are still there. */
    private boolean isPrepared;
    /** Whether who prepares it keeps its constants in the host's memory, too, by {@link #keep}. */
    private boolean keepsConstants;
    private boolean isGivenBack;

    /** How the task lies there: which chunks each segment needs, and how many may be in at once. */
    private final SwapRegion layout;
    /** By segment, the chunks that must be in when it starts: its own in a ring, else those of the segments before, too, and all state. */
    private final int[] firsts;
    private final int[] ends;

    TaskHolding(final String task, final SwapRegion layout) {
        this.task = task;
        this.layout = layout;
        final int segments = layout.firstChunks().size();
        final int chunks = (int) layout.chunks();
        firsts = layout.firstChunks().stream().mapToInt(Long::intValue).toArray();
        ends = new int[segments];
        for (int segment = 0; segment < segments; segment++) {
            ends[segment] = hasRing() && segment > 0 ? firsts[segment - 1] : chunks;
        }
    }

    /** Whether constants stream through a ring, fewer chunks than the region has. */
    boolean hasRing() {
        return layout.ringChunks() > 0;
    }

    /** The first address of what is the task's own; 0 for none. */
    long base() {
        return region == null ? fixedAddress : region.address();
    }

    /** Size of what is the task's own, chunks that may leave and what never does. */
    long heldBytes() {
        return (region == null ? 0 : region.bytes()) + fixedBytes;
    }

    /**
     * Maps every chunk, so that a network can be prepared there; none yet of a ring, which cannot hold them all. Control thread, while no
     * dispatcher knows the task.
     */
    void prepare() {
        if (region != null) {
            isPrepared = true;
            region.map(0, hasRing() ? 0 : region.chunks());
        }
    }

    /**
     * Sees to it that the chunks of one segment are in: in a ring they take the place of those of another. Control thread, while no
     * dispatcher knows the task.
     */
    void bringIn(final int segment, final ControlCopies copies) {
        if (region != null && hasRing()) {
            isPrepared = true;
            region.unmapAll();
            final int first = firsts[segment];
            final int end = ends[segment];
            region.map(first, end);
            if (end > first) {
                final long offset = first * region.chunkBytes();
                final long bytes = (end - first) * region.chunkBytes();
                copies.write(region.address() + offset, region.host(offset, bytes));
            }
        }
    }

    /** Says that all constants come by {@link #keep}, so that no constant chunk need be read back. Control thread, before the first. */
    void keepsConstants() {
        keepsConstants = true;
    }

    /**
     * Keeps in the host's memory what was written on the device, as far as it lies in constant chunks. Control thread, while no dispatcher
     * knows the task.
     *
     * @param offset  where it lies, from the base on
     * @param written the bytes
     */
    void keep(final long offset, final MemorySegment written) {
        final long bytes = region == null ? 0 : Math.min(written.byteSize(), region.constantChunks() * region.chunkBytes() - offset);
        if (bytes > 0) {
            MemorySegment.copy(written, 0, region.host(offset, bytes), 0, bytes);
        }
    }

    /**
     * Takes the chunks out again, with what was written into them that the host has not. Nothing is written on the device, nor kept, from
     * then on. Control thread, while no dispatcher knows the task.
     */
    void takeOut(final ControlCopies copies) {
        if (isPrepared) {
            final int end = hasRing() ? 0 : region.chunks(); // what streams is constant, and the host has it
            for (int chunk = keepsConstants ? region.constantChunks() : 0; chunk < end; chunk++) {
                if (region.isIn(chunk)) {
                    final long offset = chunk * region.chunkBytes();
                    copies.read(region.host(offset, region.chunkBytes()), region.address() + offset);
                }
            }
            region.unmapAll();
            isPrepared = false; // only now: what was not read, since the device refused, is in still
            region.seal();
        }
    }

    /** Leaves the memory in which the network was prepared for the device's pool and arena; all chunks are out. Control thread. */
    void moveTo(final ChunkPool pool, final ScratchArena arena) {
        if (preparedIn != null) {
            if (scratchBytes > 0) {
                arena.share(scratchAddress);
            }
            if (region != null) {
                region.takeFrom(pool);
            }
            preparedIn.close();
            preparedIn = null;
        }
    }

    /**
     * Finds out before a segment starts whether all that it will read is there. Dispatcher; allocates nothing when it is.
     *
     * @param segment its place in the task
     * @throws IllegalStateException for a chunk that is out or on its way, or memory that is the task's no more
     */
    void requireResident(final int segment) {
        if (isGivenBack) {
            throw new IllegalStateException("the memory of '" + task + "' at 0x" + Long.toHexString(base())
                + " was given back; its network cannot run there any more");
        }
        if (region != null) {
            final int end = ends[segment];
            for (int chunk = firsts[segment]; chunk < end; chunk++) {
                if (!region.isIn(chunk)) {
                    throw new IllegalStateException("chunk " + chunk + " of the " + region.chunks() + " that '" + task
                        + "' has is not in the GPU's memory; " + (end - firsts[segment] == region.chunks() ? "a segment needs all of them"
                        : "segment " + segment + " needs chunks " + firsts[segment] + " to " + (end - 1)));
                }
            }
        }
    }

    /** Gives everything back that the driver lets go; what it refused first is the answer. Control thread. */
    Optional<RuntimeException> giveBack() {
        isGivenBack = true;
        final Optional<RuntimeException> refused = made.run();
        if (preparedIn != null) {
            preparedIn.close(); // the region's chunks came back to it
            preparedIn = null;
        }
        return refused;
    }

    /** Gives everything back, and then throws what the driver refused first. */
    void giveBackOrThrow() {
        giveBack().ifPresent(refused -> {
            throw refused;
        });
    }
}
