// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

/**
 * The union of intervals that come nearly in the order of time, in fixed memory: disjoint, sorted, the most recent ones. Not
 * thread-safe. Adding costs a search and the shift of what is later than the interval, which is little.
 */
final class IntervalUnion {
    private final int limit;
    private final boolean joinsTouching;
    private final long[] from;
    private final long[] to;
    private int head;
    private int end;
    private long droppedNs;

    /**
     * Makes an empty union.
     *
     * @param limit         disjoint intervals that it keeps at most
     * @param joinsTouching whether two intervals are one when the second begins where the first ends
     */
    IntervalUnion(final int limit, final boolean joinsTouching) {
        this.limit = limit;
        this.joinsTouching = joinsTouching;
        this.from = new long[2 * limit];
        this.to = new long[2 * limit];
    }

    boolean isFull() {
        return end - head == limit;
    }

    int size() {
        return end - head;
    }

    /** Adds an interval; not to a full union. */
    void add(final long fromNs, final long toNs) {
        final int first = firstEnding(fromNs, joinsTouching);
        long joinedFromNs = fromNs;
        long joinedToNs = toNs;
        int next = first;
        while (next < end && (joinsTouching ? from[next] <= joinedToNs : from[next] < joinedToNs)) {
            joinedFromNs = Math.min(joinedFromNs, from[next]);
            joinedToNs = Math.max(joinedToNs, to[next]);
            next++;
        }
        final int at = first + (next == first ? room(first) : 0);
        if (next > first + 1) {
            System.arraycopy(from, next, from, first + 1, end - next);
            System.arraycopy(to, next, to, first + 1, end - next);
            end -= next - first - 1;
        }
        from[at] = joinedFromNs;
        to[at] = joinedToNs;
    }

    /** Makes room for one before an index; returns by how much the index has moved. */
    private int room(final int before) {
        int moved = 0;
        if (end == from.length) {
            System.arraycopy(from, head, from, 0, end - head);
            System.arraycopy(to, head, to, 0, end - head);
            moved = -head;
            end -= head;
            head = 0;
        }
        final int at = before + moved;
        System.arraycopy(from, at, from, at + 1, end - at);
        System.arraycopy(to, at, to, at + 1, end - at);
        end++;
        return moved;
    }

    /** Index of the first interval that ends after a time, or at it when that counts. */
    private int firstEnding(final long ns, final boolean orAt) {
        int low = head;
        int high = end;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (to[middle] < ns || !orAt && to[middle] == ns) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Tells whether an interval and one of these have an instant in common; ends belong to both. */
    boolean overlaps(final long fromNs, final long toNs) {
        final int first = firstEnding(fromNs, true);
        return first < end && from[first] <= toNs;
    }

    /** How much of a time these cover. */
    long coveredNs(final long fromNs, final long toNs) {
        long sum = 0;
        for (int i = firstEnding(fromNs, false); i < end && from[i] < toNs; i++) {
            sum += Math.min(to[i], toNs) - Math.max(from[i], fromNs);
        }
        return sum;
    }

    /** The beginning of the interval that a time lies in, its end not included; the time itself when it lies in none. */
    long beginOf(final long ns) {
        final int first = firstEnding(ns, false);
        return first < end && from[first] <= ns ? from[first] : ns;
    }

    /** Forgets the oldest interval, which must exist, and returns its end. */
    long dropOldest() {
        droppedNs += to[head] - from[head];
        return to[head++];
    }

    /** Length of all intervals together, those that were dropped included; an overlap with a dropped one counts twice. */
    long totalNs() {
        long sum = droppedNs;
        for (int i = head; i < end; i++) {
            sum += to[i] - from[i];
        }
        return sum;
    }
}
