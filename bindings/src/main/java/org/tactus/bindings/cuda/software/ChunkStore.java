// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.util.Arrays;

/**
 * Chunks of device memory: each is memory of its own, which lives while its handle does or it is mapped somewhere. Guarded by the
 * driver's monitor. A handle is {@code generation << 20 | slot + 1}, so that a stale one is recognised.
 */
final class ChunkStore {
    private static final int SLOT_BITS = 20;
    private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;

    private int[] descriptors = new int[64];
    /** Where each chunk is always shown, wherever the device has it mapped. */
    private long[] homes = new long[64];
    private long[] sizes = new long[64];
    private int[] mappings = new int[64];
    private long[] generations = new long[64];
    private boolean[] held = new boolean[64];
    private int[] free = new int[64];
    private int freeCount;
    private int used;
    private long bytes;

    /** Creates a chunk; 0 when Linux has no memory for it. */
    long create(final long size) {
        final int descriptor = HostMemory.createChunk(size);
        final long home = descriptor < 0 ? 0 : HostMemory.show(size, descriptor);
        if (home == 0) {
            if (descriptor >= 0) {
                HostMemory.destroyChunk(descriptor);
            }
            return 0;
        }
        final int slot = freeCount > 0 ? free[--freeCount] : next();
        descriptors[slot] = descriptor;
        homes[slot] = home;
        sizes[slot] = size;
        mappings[slot] = 0;
        held[slot] = true;
        generations[slot]++;
        bytes += size;
        return generations[slot] << SLOT_BITS | slot + 1;
    }

    private int next() {
        if (used == descriptors.length) {
            descriptors = Arrays.copyOf(descriptors, 2 * used);
            homes = Arrays.copyOf(homes, 2 * used);
            sizes = Arrays.copyOf(sizes, 2 * used);
            mappings = Arrays.copyOf(mappings, 2 * used);
            generations = Arrays.copyOf(generations, 2 * used);
            held = Arrays.copyOf(held, 2 * used);
            free = Arrays.copyOf(free, 2 * used);
        }
        return used++;
    }

    /** Slot of a handle that is held, or -1. */
    int slot(final long handle) {
        final int slot = (int) (handle & SLOT_MASK) - 1;
        return slot >= 0 && slot < used && held[slot] && generations[slot] == handle >>> SLOT_BITS ? slot : -1;
    }

    long home(final int slot) {
        return homes[slot];
    }

    long size(final int slot) {
        return sizes[slot];
    }

    boolean place(final int slot, final long address) {
        if (!HostMemory.place(address, sizes[slot], descriptors[slot])) {
            return false;
        }
        mappings[slot]++;
        return true;
    }

    void unmapped(final int slot) {
        mappings[slot]--;
        collect(slot);
    }

    void release(final int slot) {
        held[slot] = false;
        collect(slot);
    }

    private void collect(final int slot) {
        if (!held[slot] && mappings[slot] == 0) {
            HostMemory.free(homes[slot], sizes[slot]);
            HostMemory.destroyChunk(descriptors[slot]);
            bytes -= sizes[slot];
            free[freeCount++] = slot;
        }
    }

    /** Bytes of chunks that live. */
    long bytes() {
        return bytes;
    }

    /** Chunks that live. */
    int count() {
        return used - freeCount;
    }

    /** Gives every chunk up whose mappings are gone. */
    void releaseAll() {
        for (int slot = 0; slot < used; slot++) {
            if (held[slot]) {
                release(slot);
            }
        }
    }
}
