// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.software;

import java.util.Arrays;

/**
 * Objects of one kind by handle. A handle is {@code kind << 56 | generation << 20 | slot + 1}: never 0, and a stale one, or one of
 * another kind, finds nothing. Guarded by the driver's monitor.
 *
 * @param <T> the objects
 */
public final class Handles<T> {
    private static final int SLOT_BITS = 20;
    private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;
    private static final int KIND_SHIFT = 56;

    private final long kind;
    private Object[] objects = new Object[16];
    private long[] handles = new long[16];
    private long generation;
    private int end;
    private int count;

    /**
     * Makes an empty table.
     *
     * @param kind distinguishes handles of different tables, from 1 to 127
     */
    public Handles(final int kind) {
        this.kind = (long) kind << KIND_SHIFT;
    }

    /**
     * Adds an object.
     *
     * @param object the object
     * @return its handle
     */
    public long add(final T object) {
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

    /**
     * Finds an object. Allocates nothing.
     *
     * @param handle as given by {@link #add}, or anything else
     * @return the object, or null
     */
    public T find(final long handle) {
        final int slot = (int) (handle & SLOT_MASK) - 1;
        return slot >= 0 && slot < end && handles[slot] == handle ? at(slot) : null;
    }

    /**
     * Removes an object.
     *
     * @param handle as given by {@link #add}, or anything else
     * @return the object, or null
     */
    public T remove(final long handle) {
        final T object = find(handle);
        if (object != null) {
            removeAt((int) (handle & SLOT_MASK) - 1);
        }
        return object;
    }

    /**
     * Slots in use are below this one.
     *
     * @return a slot
     */
    public int end() {
        return end;
    }

    /**
     * The object of a slot.
     *
     * @param slot from 0 to below {@link #end}
     * @return the object, or null
     */
    @SuppressWarnings("unchecked") // only T is ever stored
    public T at(final int slot) {
        return (T) objects[slot];
    }

    /**
     * Removes the object of a slot.
     *
     * @param slot from 0 to below {@link #end}
     */
    public void removeAt(final int slot) {
        objects[slot] = null;
        handles[slot] = 0;
        count--;
    }

    /**
     * Objects in the table.
     *
     * @return a count
     */
    public int count() {
        return count;
    }

    /** Removes every object. */
    public void clear() {
        Arrays.fill(objects, null);
        Arrays.fill(handles, 0);
        end = 0;
        count = 0;
    }
}
