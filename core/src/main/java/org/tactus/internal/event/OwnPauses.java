// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

/**
 * What this process, or another one of this system, took from the dispatchers: the pauses of the JVM, and the time for which a thread was
 * ready while others ran. It is never called the platform's, so it takes its length off what a stall excuses. In fixed memory: where so
 * much was taken that the earlier of it is forgotten, nothing of that time is excused. Not thread-safe.
 */
final class OwnPauses {
    private static final int KEPT = 1 << 12;

    private final long[] fromNs = new long[KEPT];
    private final long[] toNs = new long[KEPT];
    private final long[] takenNs = new long[KEPT];
    private long count;
    private long forgottenUntilNs = Long.MIN_VALUE;

    /** So much was taken between two instants; when in between is not known. */
    void add(final long from, final long to, final long ns) {
        final int at = (int) count & KEPT - 1;
        if (count >= KEPT) {
            forgottenUntilNs = Math.max(forgottenUntilNs, toNs[at]);
        }
        fromNs[at] = from;
        toNs[at] = to;
        takenNs[at] = ns;
        count++;
    }

    /** The most that was taken within a time; {@code Long.MAX_VALUE} when that is not known any more. */
    long mostTakenNs(final long from, final long to) {
        if (from <= forgottenUntilNs) {
            return Long.MAX_VALUE;
        }
        long sum = 0;
        for (int i = 0; i < Math.min(count, KEPT); i++) {
            sum += fromNs[i] <= to && toNs[i] >= from ? takenNs[i] : 0;
        }
        return sum;
    }
}
