// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;
import java.util.Comparator;

/** Who blocks jobs that are due by a point in time: of the tasks that are due later, the one that does so longest. Immutable. */
public final class Blockers {
    private final int[] byUntil;
    private final long[] until;
    private final long[] ns;
    /** By rank among the tasks, latest due first: which of them and those before blocks longest. */
    private final int[] longest;

    /**
     * Ranks the tasks.
     *
     * @param until by task: it blocks what is due before this, nanoseconds from the start of a window
     * @param ns    by task: how long
     */
    public Blockers(final long[] until, final long[] ns) {
        this.until = until.clone();
        this.ns = ns.clone();
        final Integer[] order = new Integer[until.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingLong(i -> -until[i]));
        byUntil = new int[order.length];
        longest = new int[order.length];
        for (int at = 0; at < order.length; at++) {
            byUntil[at] = order[at];
            longest[at] = at == 0 || ns[order[at]] > ns[longest[at - 1]] ? order[at] : longest[at - 1];
        }
    }

    /**
     * Finds the task that blocks longest.
     *
     * @param dueNs when the blocked job is due, nanoseconds from the start of a window
     * @return the task, or -1 when none is due later
     */
    public int by(final long dueNs) {
        int low = 0;
        int high = byUntil.length;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (until[byUntil[middle]] > dueNs) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? -1 : longest[low - 1];
    }

    /**
     * Until when anything blocks.
     *
     * @return the last point in time before which a job can be due that is blocked, nanoseconds from the start of a window
     */
    long untilNs() {
        return byUntil.length == 0 ? 0 : until[byUntil[0]];
    }

    /**
     * How long a job is blocked at most.
     *
     * @param dueNs when it is due, nanoseconds from the start of a window
     * @return nanoseconds
     */
    public long ns(final long dueNs) {
        final int who = by(dueNs);
        return who < 0 ? 0 : ns[who];
    }
}
