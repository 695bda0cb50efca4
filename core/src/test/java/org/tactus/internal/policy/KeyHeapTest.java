// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.tactus.internal.buffer.AlignedMemory;

class KeyHeapTest {
    private record Entry(long key1, long key2, int order, int task) {
    }

    private static final Comparator<Entry> ORDER =
        Comparator.comparingLong(Entry::key1).thenComparingLong(Entry::key2).thenComparingInt(Entry::order);

    private static KeyHeap heap(final int capacity) {
        return new KeyHeap(
            AlignedMemory.allocate(KeyHeapDescriptor.length(capacity)), 0, capacity);
    }

    @Test
    void shouldAgreeWithASortedSetWhenPushedPoppedAndRemovedAtRandom() {
        final long seed = 42;
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            final int capacity = 1 + random.nextInt(40);
            final KeyHeap heap = heap(capacity);
            final TreeSet<Entry> reference = new TreeSet<>(ORDER);
            final boolean[] in = new boolean[capacity];
            for (int step = 0; step < 400; step++) {
                final int task = random.nextInt(capacity);
                switch (random.nextInt(4)) {
                    case 0, 1 -> {
                        if (!in[task]) {
                            final Entry entry = new Entry(random.nextInt(6) - 2, random.nextInt(4), capacity - task, task);
                            heap.push(entry.key1, entry.key2, entry.order, entry.task);
                            reference.add(entry);
                            in[task] = true;
                        }
                    }
                    case 2 -> {
                        final Entry first = reference.pollFirst();
                        assertEquals(first == null ? PolicyState.NONE : first.task, heap.pop(), "seed " + seed + ", round " + round);
                        if (first != null) {
                            in[first.task] = false;
                        }
                    }
                    default -> {
                        assertEquals(in[task], heap.remove(task), "seed " + seed + ", round " + round);
                        reference.removeIf(entry -> entry.task == task);
                        in[task] = false;
                    }
                }
                assertEquals(reference.size(), heap.size());
                assertEquals(reference.isEmpty() ? Long.MAX_VALUE : reference.first().key1, heap.firstKey());
            }
        }
    }

    @Test
    void shouldThrowAndKeepItsEntriesWhenFull() {
        final KeyHeap heap = heap(2);
        heap.push(1, 0, 0, 0);
        heap.push(0, 0, 1, 1);
        final String message = assertThrows(IllegalStateException.class, () -> heap.push(2, 0, 2, 2)).getMessage();
        assertTrue(message.contains("slot 2") && message.contains("2 entries"), message);
        assertEquals(1, heap.pop());
        heap.push(2, 0, 2, 2);
        assertEquals(0, heap.pop());
        assertEquals(2, heap.pop());
        assertEquals(PolicyState.NONE, heap.pop());
    }
}
