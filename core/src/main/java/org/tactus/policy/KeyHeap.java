package org.tactus.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * A binary heap over the memory of {@link KeyHeapDescriptor}: the least (key 1, key 2, order) first. Used for ready queues and
 * release queues. Allocation-free; O(log n) a call. Called by the owning dispatcher only.
 */
final class KeyHeap {
    private static final int ENTRIES = KeyHeapDescriptor.ENTRIES_OFFSET;
    private static final int LENGTH = KeyHeapDescriptor.ENTRY_LENGTH;
    private static final int KEY2 = KeyHeapDescriptor.KEY2_OFFSET;
    private static final int RANK = KeyHeapDescriptor.RANK_OFFSET;

    private final AtomicBuffer buffer;
    private final int base;
    private final int entries;
    private final int capacity;

    KeyHeap(final AtomicBuffer buffer, final int base, final int capacity) {
        this.buffer = buffer;
        this.base = base;
        this.entries = base + ENTRIES;
        this.capacity = capacity;
    }

    int size() {
        return buffer.getInt(base + KeyHeapDescriptor.SIZE_OFFSET);
    }

    /** Key 1 of the first entry, or {@code Long.MAX_VALUE} when empty. */
    long firstKey() {
        return size() == 0 ? Long.MAX_VALUE : buffer.getLong(entries);
    }

    /** Adds an entry; false when full. */
    boolean push(final long key1, final long key2, final int order, final int task) {
        final AtomicBuffer memory = buffer;
        final int size = size();
        if (size == capacity) {
            return false;
        }
        final long rank = ((long) order << 32) | task;
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
        memory.putInt(base + KeyHeapDescriptor.SIZE_OFFSET, size + 1);
        return true;
    }

    /** Takes the first entry out; {@link PolicyState#NONE} when empty. */
    int pop() {
        final AtomicBuffer memory = buffer;
        final int size = size() - 1;
        if (size < 0) {
            return PolicyState.NONE;
        }
        final int first = (int) memory.getLong(entries + RANK);
        memory.putInt(base + KeyHeapDescriptor.SIZE_OFFSET, size);
        final int moved = entries + size * LENGTH;
        final long key1 = memory.getLong(moved);
        final long key2 = memory.getLong(moved + KEY2);
        final long rank = memory.getLong(moved + RANK);
        int hole = 0;
        int child = 1;
        while (child < size) {
            int at = entries + child * LENGTH;
            if (child + 1 < size && isLess(
                memory.getLong(at + LENGTH), memory.getLong(at + LENGTH + KEY2), memory.getLong(at + LENGTH + RANK),
                memory, at)) {
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
        return first;
    }

    /** Takes a task's entry out wherever it is; O(n), for a removal only. */
    boolean remove(final int task) {
        final int size = size();
        for (int i = 0; i < size; i++) {
            if ((int) buffer.getLong(entries + i * LENGTH + RANK) == task) {
                final int last = entries + (size - 1) * LENGTH;
                final long key1 = buffer.getLong(last);
                final long key2 = buffer.getLong(last + KEY2);
                final long rest = buffer.getLong(last + RANK);
                buffer.putInt(base + KeyHeapDescriptor.SIZE_OFFSET, size - 1);
                if (i < size - 1) {
                    rebuildWithout(i, key1, key2, rest);
                }
                return true;
            }
        }
        return false;
    }

    private void rebuildWithout(final int index, final long key1, final long key2, final long rest) {
        put(buffer, entries + index * LENGTH, key1, key2, rest);
        final int size = size();
        // Removal is rare and off the decision path: re-insert every entry from the changed one on.
        for (int i = index; i < size; i++) {
            final int at = entries + i * LENGTH;
            final long k1 = buffer.getLong(at);
            final long k2 = buffer.getLong(at + KEY2);
            final long k3 = buffer.getLong(at + RANK);
            buffer.putInt(base + KeyHeapDescriptor.SIZE_OFFSET, i);
            push(k1, k2, (int) (k3 >> 32), (int) k3);
        }
        buffer.putInt(base + KeyHeapDescriptor.SIZE_OFFSET, size);
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
