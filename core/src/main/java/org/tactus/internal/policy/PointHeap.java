// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

/**
 * Points in time in ascending order, of equal ones in the order of their kinds; a binary heap that is filled and then put in order at
 * once. Allocation-free after construction. Used by one thread.
 */
final class PointHeap {
    /** A waiting job is due. */
    static final int WAITING = 0;
    /** A job to come is due at the earliest. */
    static final int DUE = 1;
    /** A job to come arrives at the earliest: behind what is due at the same time. */
    static final int ARRIVAL = 2;

    private final long[] timeNs;
    private final long[] costNs;
    /** Count of the task's points that were passed, slot and kind in one word. */
    private final long[] word;
    private int size;

    PointHeap(final int capacity) {
        timeNs = new long[capacity];
        costNs = new long[capacity];
        word = new long[capacity];
    }

    void clear() {
        size = 0;
    }

    /** Adds a point before {@link #order}. */
    void put(final long atNs, final int kind, final int slot, final long cost) {
        timeNs[size] = atNs;
        costNs[size] = cost;
        word[size] = (long) slot << 2 | kind;
        size++;
    }

    /** Puts what was added in order. */
    void order() {
        for (int at = size / 2 - 1; at >= 0; at--) {
            sink(at, timeNs[at], costNs[at], word[at]);
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    long firstNs() {
        return timeNs[0];
    }

    int firstKind() {
        return (int) (word[0] & 3);
    }

    int firstSlot() {
        return (int) (word[0] >>> 2 & 0x3fff_ffff);
    }

    long firstCostNs() {
        return costNs[0];
    }

    /** How often the first point was moved on. */
    int firstCount() {
        return (int) (word[0] >>> 32);
    }

    /** Moves the first point to a later time. */
    void advanceFirst(final long atNs) {
        sink(0, atNs, costNs[0], word[0] + (1L << 32));
    }

    void removeFirst() {
        size--;
        sink(0, timeNs[size], costNs[size], word[size]);
    }

    private void sink(final int from, final long time, final long cost, final long what) {
        int at = from;
        int child = 2 * at + 1;
        while (child < size) {
            if (child + 1 < size && isBefore(timeNs[child + 1], word[child + 1], timeNs[child], word[child])) {
                child++;
            }
            if (!isBefore(timeNs[child], word[child], time, what)) {
                break;
            }
            timeNs[at] = timeNs[child];
            costNs[at] = costNs[child];
            word[at] = word[child];
            at = child;
            child = 2 * at + 1;
        }
        timeNs[at] = time;
        costNs[at] = cost;
        word[at] = what;
    }

    private static boolean isBefore(final long time, final long what, final long otherTime, final long otherWhat) {
        return time < otherTime || time == otherTime && (what & 3) < (otherWhat & 3);
    }
}
