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
    /** What may block a job whenever it is due: tasks without a deadline. */
    private final long alwaysNs;

    /**
     * Ranks the tasks.
     *
     * @param until by task: it blocks what is due before this, nanoseconds from the start of a window
     * @param ns    by task: how long
     */
    public Blockers(final long[] until, final long[] ns) {
        this(until, ns, 0);
    }

    /**
     * Ranks the tasks.
     *
     * @param until    by task: it blocks what is due before this, nanoseconds from the start of a window
     * @param ns       by task: how long
     * @param alwaysNs how long something that has no deadline blocks, nanoseconds
     */
    Blockers(final long[] until, final long[] ns, final long alwaysNs) {
        this.alwaysNs = alwaysNs;
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
     * @return the task; the number of tasks when what has no deadline blocks longest; or -1 when nothing blocks
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
        final int who = low == 0 ? -1 : longest[low - 1];
        return alwaysNs > (who < 0 ? 0 : ns[who]) ? ns.length : who;
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
        return who < 0 ? 0 : who == ns.length ? alwaysNs : ns[who];
    }

    /** What blocks however late a job is due, nanoseconds. */
    long alwaysNs() {
        return alwaysNs;
    }
}
