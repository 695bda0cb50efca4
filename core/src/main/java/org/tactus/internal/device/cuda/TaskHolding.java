// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import java.util.Optional;
import org.tactus.bindings.cuda.CudaStreams;
import org.tactus.internal.lifecycle.Undo;
import org.tactus.internal.memory.ChunkRegion;

/**
 * What one task has in a GPU's memory: addresses that never change as long as it has them, of which the chunks of the region may be out.
 * What never leaves lies behind the region, so that a network's weights need not know where the one ends.
 *
 * <pre>
 *   base                        base + chunks                      base + heldBytes
 *   | chunk 0 | chunk 1 | ...  | what never leaves                 |        and, elsewhere, a view of the shared scratch arena
 * </pre>
 *
 * <p>The control thread makes it and gives it back; the dispatcher asks whether it is all in.
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
    /** Whether the chunks were brought in to prepare the task's network, and are still there. */
    private boolean isPrepared;
    private boolean isGivenBack;

    TaskHolding(final String task) {
        this.task = task;
    }

    /** The first address of what is the task's own; 0 for none. */
    long base() {
        return region == null ? fixedAddress : region.address();
    }

    /** Size of what is the task's own, chunks that may leave and what never does. */
    long heldBytes() {
        return (region == null ? 0 : region.bytes()) + fixedBytes;
    }

    /** Maps every chunk, so that a network can be prepared there. Control thread, while no dispatcher knows the task. */
    void bringIn() {
        if (region != null) {
            isPrepared = true;
            region.map(0, region.chunks());
        }
    }

    /** Takes the chunks out again, with what was written into them. Control thread, while no dispatcher knows the task. */
    void takeOut(final CudaStreams streams) {
        if (isPrepared) {
            isPrepared = false;
            for (int chunk = 0; chunk < region.chunks(); chunk++) {
                if (region.isIn(chunk)) {
                    final long offset = chunk * region.chunkBytes();
                    streams.copyOutNow(region.backing().address() + offset, region.address() + offset, region.chunkBytes());
                }
            }
            region.unmapAll();
        }
    }

    /**
     * Finds out before a segment starts whether all that it will read is there. Dispatcher; allocates nothing when it is.
     *
     * @throws IllegalStateException for a chunk that is out, or memory that is the task's no more
     */
    void requireResident() {
        if (isGivenBack) {
            throw new IllegalStateException("the memory of '" + task + "' at 0x" + Long.toHexString(base())
                + " was given back; its network cannot run there any more");
        }
        if (region != null) {
            final int chunks = region.chunks();
            for (int chunk = 0; chunk < chunks; chunk++) {
                if (!region.isIn(chunk)) {
                    throw new IllegalStateException("chunk " + chunk + " of the " + chunks + " that '" + task
                        + "' has is not in the GPU's memory; a segment needs all of them");
                }
            }
        }
    }

    /** Gives everything back that the driver lets go; what it refused first is the answer. Control thread. */
    Optional<RuntimeException> giveBack() {
        isGivenBack = true;
        return made.run();
    }

    /** Gives everything back, and then throws what the driver refused first. */
    void giveBackOrThrow() {
        giveBack().ifPresent(refused -> {
            throw refused;
        });
    }
}
