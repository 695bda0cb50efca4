// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.Arrays;

/** A binary heap of events over primitive arrays: the least (time, tie) first. Grows when full, else allocation-free. */
final class EventQueue {
    private long[] times = new long[64];
    private int[] ties = new int[64];
    private int[] payloads = new int[64];
    private int size;

    void clear() {
        size = 0;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Time of the first event; the queue is not empty. */
    long firstNs() {
        return times[0];
    }

    void push(final long timeNs, final int tie, final int payload) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            ties = Arrays.copyOf(ties, 2 * size);
            payloads = Arrays.copyOf(payloads, 2 * size);
        }
        int hole = size++;
        while (hole > 0) {
            final int parent = hole - 1 >>> 1;
            if (times[parent] < timeNs || times[parent] == timeNs && ties[parent] <= tie) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        put(hole, timeNs, tie, payload);
    }

    /** Takes the first event out; the queue is not empty. */
    int pop() {
        final int first = payloads[0];
        size--;
        final long timeNs = times[size];
        final int tie = ties[size];
        final int payload = payloads[size];
        int hole = 0;
        int child = 1;
        while (child < size) {
            if (child + 1 < size && isLess(child + 1, times[child], ties[child])) {
                child++;
            }
            if (!isLess(child, timeNs, tie)) {
                break;
            }
            move(child, hole);
            hole = child;
            child = 2 * hole + 1;
        }
        put(hole, timeNs, tie, payload);
        return first;
    }

    private boolean isLess(final int index, final long timeNs, final int tie) {
        return times[index] < timeNs || times[index] == timeNs && ties[index] < tie;
    }

    private void move(final int from, final int to) {
        put(to, times[from], ties[from], payloads[from]);
    }

    private void put(final int index, final long timeNs, final int tie, final int payload) {
        times[index] = timeNs;
        ties[index] = tie;
        payloads[index] = payload;
    }
}
