// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tactus.internal.memory.LibraryHeap.Kind;

class LibraryHeapTest {
    private static final long BASE = 0x7000_0000_0000L;
    private static final long SCRATCH = 0x7100_0000_0000L;
    private static final long HELD = 1 << 16;
    private static final long CONSTANT = 40_000;
    /** The boundary of the two areas of what is held, in whole 256 B. */
    private static final long BOUNDARY = BASE + CONSTANT / 256 * 256;
    private static final long SCRATCHED = 1 << 12;

    /** Blocks never meet, lie where their kind may lie, and every refusal is one that an exhaustive look at the addresses confirms. */
    @Test
    void shouldKeepBlocksApartWhenTheyComeAndGoInAnyOrder() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        final LibraryHeap heap = new LibraryHeap(BASE, HELD, CONSTANT, SCRATCH, SCRATCHED);
        final TreeMap<Long, Long> blocks = new TreeMap<>();
        for (int step = 0; step < 20_000; step++) {
            final String at = "seed " + seed + ", step " + step;
            if (random.nextInt(3) > 0) {
                final Kind kind = Kind.values()[random.nextInt(3)];
                final long bytes = 1 + random.nextInt(random.nextBoolean() ? 600 : 20_000);
                final long whole = (bytes + 255) / 256 * 256;
                final long address = heap.take(bytes, kind);
                final boolean fits = fits(blocks, BOUNDARY, BASE + HELD, whole)
                    || kind == Kind.CONSTANTS && fits(blocks, BASE, BOUNDARY, whole)
                    || kind == Kind.SCRATCH && fits(blocks, SCRATCH, SCRATCH + SCRATCHED, whole);
                assertEquals(fits, address != 0, at);
                if (address != 0) {
                    assertEquals(0, address % 256, at);
                    final Map.Entry<Long, Long> below = blocks.floorEntry(address);
                    final Map.Entry<Long, Long> above = blocks.ceilingEntry(address);
                    assertTrue(below == null || below.getValue() <= address, at);
                    assertTrue(above == null || above.getKey() >= address + whole, at);
                    assertTrue(address >= BOUNDARY && address + whole <= BASE + HELD || kind == Kind.CONSTANTS && address >= BASE
                        && address + whole <= BOUNDARY || kind == Kind.SCRATCH && address >= SCRATCH
                        && address + whole <= SCRATCH + SCRATCHED, at);
                    assertEquals(address < BOUNDARY, heap.isConstant(address, bytes), at);
                    blocks.put(address, address + whole);
                }
            } else if (!blocks.isEmpty()) {
                final Long address = blocks.keySet().stream().skip(random.nextInt(blocks.size())).findFirst().orElseThrow();
                assertFalse(heap.give(address + 8), at);
                assertTrue(heap.give(address), at);
                assertFalse(heap.give(address), at);
                blocks.remove(address);
            }
            assertEquals(blocks.entrySet().stream().mapToLong(block -> block.getValue() - block.getKey()).sum(), heap.takenBytes(), at);
        }
    }

    private static boolean fits(final TreeMap<Long, Long> blocks, final long begin, final long end, final long bytes) {
        for (long from = begin; from + bytes <= end; from += 256) {
            final Map.Entry<Long, Long> below = blocks.floorEntry(from);
            final Long above = blocks.ceilingKey(from);
            if ((below == null || below.getValue() <= from) && (above == null || above >= from + bytes)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void shouldTakeStateOnlyWhereItStaysWhenConstantsHaveRoom() {
        final LibraryHeap heap = new LibraryHeap(BASE, 1024, 512, 0, 4096);
        assertEquals(0, heap.take(768, Kind.STATE), "constants' room is no room for state");
        assertEquals(BASE + 512, heap.take(512, Kind.SCRATCH), "without scratch to see, it is state");
        assertEquals(BASE, heap.take(1, Kind.CONSTANTS));
        assertEquals(0, heap.take(Long.MAX_VALUE, Kind.STATE));
        assertEquals(1024, heap.bytes());
        assertEquals(256, heap.leftBytes(Kind.CONSTANTS));
        assertTrue(heap.isConstant(BASE - 8, 9));
        assertFalse(heap.isConstant(BASE + 512, 512));
        assertFalse(heap.holds(BASE + 1024));
    }
}
