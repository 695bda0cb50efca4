package org.tactus.bindings.cuda.software;

import java.util.Arrays;

/**
 * Objects of one kind by handle. A handle is {@code kind << 56 | generation << 20 | slot + 1}: never 0, and a stale one, or one of
 * another kind, finds nothing. Guarded by the driver's monitor.
 *
 * @param <T> the objects
 */
final class Handles<T> {
    private static final int SLOT_BITS = 20;
    private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;
    private static final int KIND_SHIFT = 56;

    private final long kind;
    private Object[] objects = new Object[16];
    private long[] handles = new long[16];
    private long generation;
    private int end;
    private int count;

    Handles(final int kind) {
        this.kind = (long) kind << KIND_SHIFT;
    }

    long add(final T object) {
        int slot = 0;
        while (slot < end && objects[slot] != null) {
            slot++;
        }
        if (slot == objects.length) {
            objects = Arrays.copyOf(objects, 2 * slot);
            handles = Arrays.copyOf(handles, 2 * slot);
        }
        end = Math.max(end, slot + 1);
        objects[slot] = object;
        handles[slot] = kind | ++generation << SLOT_BITS | slot + 1;
        count++;
        return handles[slot];
    }

    /** The object, or null. */
    T find(final long handle) {
        final int slot = (int) (handle & SLOT_MASK) - 1;
        return slot >= 0 && slot < end && handles[slot] == handle ? at(slot) : null;
    }

    /** Removes and returns the object, or null. */
    T remove(final long handle) {
        final T object = find(handle);
        if (object != null) {
            removeAt((int) (handle & SLOT_MASK) - 1);
        }
        return object;
    }

    /** Slots in use are below this one. */
    int end() {
        return end;
    }

    /** The object of a slot, or null. */
    @SuppressWarnings("unchecked") // only T is ever stored
    T at(final int slot) {
        return (T) objects[slot];
    }

    void removeAt(final int slot) {
        objects[slot] = null;
        handles[slot] = 0;
        count--;
    }

    int count() {
        return count;
    }

    void clear() {
        Arrays.fill(objects, null);
        Arrays.fill(handles, 0);
        end = 0;
        count = 0;
    }
}
