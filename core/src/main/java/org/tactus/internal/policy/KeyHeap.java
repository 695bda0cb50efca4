// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * A priority queue in the memory of {@link KeyHeapDescriptor}, ordered by (key 1, key 2, rank), the least first. Ready queues and release
 * queues use it. Allocation-free; O(log n) a call. Called by the owning dispatcher only.
 *
 * <p>An entry that is less than all others is kept in front of the heap, so a job whose next segment is still the most urgent is put
 * back and taken out again at the cost of one comparison.
 */
final class KeyHeap {
    private static final int ENTRIES = KeyHeapDescriptor.ENTRIES_OFFSET;
    private static final int LENGTH = KeyHeapDescriptor.ENTRY_LENGTH;
    private static final int KEY2 = KeyHeapDescriptor.KEY2_OFFSET;
    private static final int RANK = KeyHeapDescriptor.RANK_OFFSET;

    private final AtomicBuffer buffer;
    private final int heapOffset;
    private final int frontOffset;
    private final int entriesOffset;
    private final int capacity;

    KeyHeap(final AtomicBuffer buffer, final int heapOffset, final int capacity) {
        this.buffer = buffer;
        this.heapOffset = heapOffset;
        this.frontOffset = heapOffset + KeyHeapDescriptor.FRONT_OFFSET;
        this.entriesOffset = heapOffset + ENTRIES;
        this.capacity = capacity;
    }

    int size() {
        return heapSize() + (hasFront() ? 1 : 0);
    }

    private int heapSize() {
        return buffer.getInt(heapOffset + KeyHeapDescriptor.SIZE_OFFSET);
    }

    private void heapSize(final int size) {
        buffer.putInt(heapOffset + KeyHeapDescriptor.SIZE_OFFSET, size);
    }

    private boolean hasFront() {
        return buffer.getInt(heapOffset + KeyHeapDescriptor.HAS_FRONT_OFFSET) != 0;
    }

    private void hasFront(final boolean there) {
        buffer.putInt(heapOffset + KeyHeapDescriptor.HAS_FRONT_OFFSET, there ? 1 : 0);
    }

    /** Key 1 of the first entry, or {@code Long.MAX_VALUE} when empty. */
    long firstKey() {
        if (hasFront()) {
            return buffer.getLong(frontOffset);
        }
        return heapSize() == 0 ? Long.MAX_VALUE : buffer.getLong(entriesOffset);
    }

    /** Task of the first entry, which stays in; {@link PolicyState#NONE} when empty. */
    int first() {
        if (hasFront()) {
            return (int) buffer.getLong(frontOffset + RANK);
        }
        return heapSize() == 0 ? PolicyState.NONE : (int) buffer.getLong(entriesOffset + RANK);
    }

    /** Adds an entry. A task has at most one, so a full heap is a defect; then this throws instead of losing a job in silence. */
    void push(final long key1, final long key2, final int order, final int slot) {
        final AtomicBuffer memory = buffer;
        final int size = heapSize();
        final boolean hasFront = hasFront();
        if (size + (hasFront ? 1 : 0) == capacity) {
            throw full(slot);
        }
        final long rank = ((long) order << 32) | slot;
        if (hasFront) {
            if (isLess(key1, key2, rank, memory, frontOffset)) {
                siftUp(size, memory.getLong(frontOffset), memory.getLong(frontOffset + KEY2), memory.getLong(frontOffset + RANK));
                put(memory, frontOffset, key1, key2, rank);
            } else {
                siftUp(size, key1, key2, rank);
            }
        } else if (size == 0 || isLess(key1, key2, rank, memory, entriesOffset)) {
            put(memory, frontOffset, key1, key2, rank);
            hasFront(true);
        } else {
            siftUp(size, key1, key2, rank);
        }
    }

    private IllegalStateException full(final int slot) {
        return new IllegalStateException("slot " + slot + " was put into a queue that holds " + capacity
            + " entries, one a slot, and is full: a slot was put in twice");
    }

    private void siftUp(final int size, final long key1, final long key2, final long rank) {
        final AtomicBuffer memory = buffer;
        int hole = size;
        while (hole > 0) {
            final int parent = (hole - 1) >>> 1;
            final int entryOffset = entriesOffset + parent * LENGTH;
            if (!isLess(key1, key2, rank, memory, entryOffset)) {
                break;
            }
            copy(memory, entryOffset, entriesOffset + hole * LENGTH);
            hole = parent;
        }
        put(memory, entriesOffset + hole * LENGTH, key1, key2, rank);
        heapSize(size + 1);
    }

    /** Takes the first entry out; {@link PolicyState#NONE} when empty. */
    int pop() {
        if (hasFront()) {
            hasFront(false);
            return (int) buffer.getLong(frontOffset + RANK);
        }
        final int size = heapSize() - 1;
        if (size < 0) {
            return PolicyState.NONE;
        }
        final int first = (int) buffer.getLong(entriesOffset + RANK);
        heapSize(size);
        siftDown(size);
        return first;
    }

    /** Moves the entry behind the last one to where it belongs, from the root down. */
    private void siftDown(final int size) {
        final AtomicBuffer memory = buffer;
        final int movedOffset = entriesOffset + size * LENGTH;
        final long key1 = memory.getLong(movedOffset);
        final long key2 = memory.getLong(movedOffset + KEY2);
        final long rank = memory.getLong(movedOffset + RANK);
        int hole = 0;
        int child = 1;
        while (child < size) {
            int entryOffset = entriesOffset + child * LENGTH;
            final int rightOffset = entryOffset + LENGTH;
            if (child + 1 < size && isLess(memory.getLong(rightOffset), memory.getLong(rightOffset + KEY2),
                memory.getLong(rightOffset + RANK), memory, entryOffset)) {
                child++;
                entryOffset = rightOffset;
            }
            if (isLess(key1, key2, rank, memory, entryOffset)) {
                break;
            }
            copy(memory, entryOffset, entriesOffset + hole * LENGTH);
            hole = child;
            child = 2 * hole + 1;
        }
        put(memory, entriesOffset + hole * LENGTH, key1, key2, rank);
    }

    /** Takes a task's entry out wherever it is; O(n log n), for a removal only. */
    boolean remove(final int slot) {
        if (hasFront() && (int) buffer.getLong(frontOffset + RANK) == slot) {
            hasFront(false);
            return true;
        }
        final int size = heapSize();
        for (int i = 0; i < size; i++) {
            if ((int) buffer.getLong(entriesOffset + i * LENGTH + RANK) == slot) {
                copy(buffer, entriesOffset + (size - 1) * LENGTH, entriesOffset + i * LENGTH);
                // Entries before i are a heap still; add the rest to it one by one.
                for (int j = i; j < size - 1; j++) {
                    final int entryOffset = entriesOffset + j * LENGTH;
                    siftUp(j, buffer.getLong(entryOffset), buffer.getLong(entryOffset + KEY2), buffer.getLong(entryOffset + RANK));
                }
                heapSize(size - 1);
                return true;
            }
        }
        return false;
    }

    private static boolean isLess(
        final long key1, final long key2, final long rank, final AtomicBuffer memory, final int otherOffset) {
        final long otherKey1 = memory.getLong(otherOffset);
        if (key1 != otherKey1) {
            return key1 < otherKey1;
        }
        final long otherKey2 = memory.getLong(otherOffset + KEY2);
        if (key2 != otherKey2) {
            return key2 < otherKey2;
        }
        return rank < memory.getLong(otherOffset + RANK);
    }

    private static void copy(final AtomicBuffer memory, final int fromOffset, final int toOffset) {
        put(memory, toOffset, memory.getLong(fromOffset), memory.getLong(fromOffset + KEY2), memory.getLong(fromOffset + RANK));
    }

    private static void put(final AtomicBuffer memory, final int entryOffset, final long key1, final long key2, final long rank) {
        memory.putLong(entryOffset, key1);
        memory.putLong(entryOffset + KEY2, key2);
        memory.putLong(entryOffset + RANK, rank);
    }
}
