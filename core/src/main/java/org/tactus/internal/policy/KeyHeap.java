// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * A priority queue over the memory of {@link KeyHeapDescriptor}: the least (key 1, key 2, rank) first. Used for ready queues and
 * release queues. Allocation-free; O(log n) a call. Called by the owning dispatcher only.
 *
 * <p>An entry that is less than all others waits in front of the heap, so that a job whose next segment is still the most
 * urgent goes back and comes out again at the cost of one comparison.
 */
final class KeyHeap {
    private static final int ENTRIES = KeyHeapDescriptor.ENTRIES_OFFSET;
    private static final int LENGTH = KeyHeapDescriptor.ENTRY_LENGTH;
    private static final int KEY2 = KeyHeapDescriptor.KEY2_OFFSET;
    private static final int RANK = KeyHeapDescriptor.RANK_OFFSET;

    private final AtomicBuffer buffer;
    private final int base;
    private final int front;
    private final int entries;
    private final int capacity;

    KeyHeap(final AtomicBuffer buffer, final int base, final int capacity) {
        this.buffer = buffer;
        this.base = base;
        this.front = base + KeyHeapDescriptor.FRONT_OFFSET;
        this.entries = base + ENTRIES;
        this.capacity = capacity;
    }

    int size() {
        return heapSize() + (hasFront() ? 1 : 0);
    }

    private int heapSize() {
        return buffer.getInt(base + KeyHeapDescriptor.SIZE_OFFSET);
    }

    private void heapSize(final int size) {
        buffer.putInt(base + KeyHeapDescriptor.SIZE_OFFSET, size);
    }

    private boolean hasFront() {
        return buffer.getInt(base + KeyHeapDescriptor.HAS_FRONT_OFFSET) != 0;
    }

    private void hasFront(final boolean there) {
        buffer.putInt(base + KeyHeapDescriptor.HAS_FRONT_OFFSET, there ? 1 : 0);
    }

    /** Key 1 of the first entry, or {@code Long.MAX_VALUE} when empty. */
    long firstKey() {
        if (hasFront()) {
            return buffer.getLong(front);
        }
        return heapSize() == 0 ? Long.MAX_VALUE : buffer.getLong(entries);
    }

    /** Task of the first entry, which stays in; {@link PolicyState#NONE} when empty. */
    int first() {
        if (hasFront()) {
            return (int) buffer.getLong(front + RANK);
        }
        return heapSize() == 0 ? PolicyState.NONE : (int) buffer.getLong(entries + RANK);
    }

    /** Adds an entry. A task has at most one, so a full heap is a defect: it throws, rather than lose a job in silence. */
    void push(final long key1, final long key2, final int order, final int task) {
        final AtomicBuffer memory = buffer;
        final int size = heapSize();
        final boolean hasFront = hasFront();
        if (size + (hasFront ? 1 : 0) == capacity) {
            throw full(task);
        }
        final long rank = ((long) order << 32) | task;
        if (hasFront) {
            if (isLess(key1, key2, rank, memory, front)) {
                siftUp(size, memory.getLong(front), memory.getLong(front + KEY2), memory.getLong(front + RANK));
                put(memory, front, key1, key2, rank);
            } else {
                siftUp(size, key1, key2, rank);
            }
        } else if (size == 0 || isLess(key1, key2, rank, memory, entries)) {
            put(memory, front, key1, key2, rank);
            hasFront(true);
        } else {
            siftUp(size, key1, key2, rank);
        }
    }

    private IllegalStateException full(final int task) {
        return new IllegalStateException("slot " + task + " was put into a queue that holds " + capacity
            + " entries, one a slot, and is full: a slot was put in twice");
    }

    private void siftUp(final int size, final long key1, final long key2, final long rank) {
        final AtomicBuffer memory = buffer;
        int hole = size;
        while (hole > 0) {
            final int parent = (hole - 1) >>> 1;
            final int at = entries + parent * LENGTH;
            if (!isLess(key1, key2, rank, memory, at)) {
                break;
            }
            copy(memory, at, entries + hole * LENGTH);
            hole = parent;
        }
        put(memory, entries + hole * LENGTH, key1, key2, rank);
        heapSize(size + 1);
    }

    /** Takes the first entry out; {@link PolicyState#NONE} when empty. */
    int pop() {
        if (hasFront()) {
            hasFront(false);
            return (int) buffer.getLong(front + RANK);
        }
        final int size = heapSize() - 1;
        if (size < 0) {
            return PolicyState.NONE;
        }
        final int first = (int) buffer.getLong(entries + RANK);
        heapSize(size);
        siftDown(size);
        return first;
    }

    /** Moves the entry behind the last one to where it belongs, from the root down. */
    private void siftDown(final int size) {
        final AtomicBuffer memory = buffer;
        final int moved = entries + size * LENGTH;
        final long key1 = memory.getLong(moved);
        final long key2 = memory.getLong(moved + KEY2);
        final long rank = memory.getLong(moved + RANK);
        int hole = 0;
        int child = 1;
        while (child < size) {
            int at = entries + child * LENGTH;
            if (child + 1 < size && isLess(
                memory.getLong(at + LENGTH), memory.getLong(at + LENGTH + KEY2), memory.getLong(at + LENGTH + RANK), memory, at)) {
                child++;
                at += LENGTH;
            }
            if (isLess(key1, key2, rank, memory, at)) {
                break;
            }
            copy(memory, at, entries + hole * LENGTH);
            hole = child;
            child = 2 * hole + 1;
        }
        put(memory, entries + hole * LENGTH, key1, key2, rank);
    }

    /** Takes a task's entry out wherever it is; O(n log n), for a removal only. */
    boolean remove(final int task) {
        if (hasFront() && (int) buffer.getLong(front + RANK) == task) {
            hasFront(false);
            return true;
        }
        final int size = heapSize();
        for (int i = 0; i < size; i++) {
            if ((int) buffer.getLong(entries + i * LENGTH + RANK) == task) {
                copy(buffer, entries + (size - 1) * LENGTH, entries + i * LENGTH);
                // Entries before i are a heap still; add the rest to it one by one.
                for (int j = i; j < size - 1; j++) {
                    final int at = entries + j * LENGTH;
                    siftUp(j, buffer.getLong(at), buffer.getLong(at + KEY2), buffer.getLong(at + RANK));
                }
                heapSize(size - 1);
                return true;
            }
        }
        return false;
    }

    private static boolean isLess(
        final long key1, final long key2, final long rank, final AtomicBuffer memory, final int other) {
        final long otherKey1 = memory.getLong(other);
        if (key1 != otherKey1) {
            return key1 < otherKey1;
        }
        final long otherKey2 = memory.getLong(other + KEY2);
        if (key2 != otherKey2) {
            return key2 < otherKey2;
        }
        return rank < memory.getLong(other + RANK);
    }

    private static void copy(final AtomicBuffer memory, final int from, final int to) {
        put(memory, to, memory.getLong(from), memory.getLong(from + KEY2), memory.getLong(from + RANK));
    }

    private static void put(final AtomicBuffer memory, final int at, final long key1, final long key2, final long rank) {
        memory.putLong(at, key1);
        memory.putLong(at + KEY2, key2);
        memory.putLong(at + RANK, rank);
    }
}
