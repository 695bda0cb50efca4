// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;

/**
 * The points in time, from the start of a window on, at which jobs can be due, ascending, and the work that can be due by each:
 * the demand of processor-demand tests. Job m of a task is due at D - J + m T at the earliest. Used by one thread.
 */
public final class DueDates {
    private final long[] period;
    private final long[] cost;
    /** A binary heap: next due date of each task, and the task. */
    private final long[] heapDue;
    private final int[] heapTask;
    private final long[] count;
    /** Tasks of which several jobs are due by now. */
    private final int[] repeated;
    private int repeatedCount;
    private long onceNs;
    private long dueNs;
    private long demandNs;
    private int task;

    /**
     * Starts before the first.
     *
     * @param period   nanoseconds, by task
     * @param deadline relative, nanoseconds, by task
     * @param jitter   of the release, nanoseconds, by task
     * @param cost     of one job, nanoseconds, by task
     */
    public DueDates(final long[] period, final long[] deadline, final long[] jitter, final long[] cost) {
        this.period = period;
        this.cost = cost;
        heapDue = new long[period.length];
        heapTask = new int[period.length];
        count = new long[period.length];
        repeated = new int[period.length];
        Arrays.setAll(heapTask, i -> i);
        Arrays.setAll(heapDue, i -> deadline[i] - jitter[i]);
        for (int at = period.length / 2 - 1; at >= 0; at--) {
            sink(at);
        }
    }

    /** Goes to the next point in time; there is always one. */
    public void next() {
        dueNs = heapDue[0];
        task = heapTask[0];
        while (heapDue[0] == dueNs && dueNs != Long.MAX_VALUE) {
            final int k = heapTask[0];
            demandNs = Saturating.add(demandNs, cost[k]);
            countOne(k);
            heapDue[0] = dueNs < 0 ? dueNs + period[k] : Saturating.add(dueNs, period[k]);
            sink(0);
        }
    }

    private void countOne(final int k) {
        count[k]++;
        if (count[k] == 1) {
            onceNs = Saturating.add(onceNs, cost[k]);
        } else if (count[k] == 2) {
            onceNs -= cost[k];
            repeated[repeatedCount] = k;
            repeatedCount++;
        }
    }

    /** Jobs that are due by now, by task. */
    long[] counts() {
        return count;
    }

    /** Tasks of which several jobs are due by now: the first {@link #repeatedCount} are valid. */
    int[] repeated() {
        return repeated;
    }

    int repeatedCount() {
        return repeatedCount;
    }

    /** Work of the tasks of which one job is due by now, nanoseconds. */
    long onceNs() {
        return onceNs;
    }

    /**
     * What comes next.
     *
     * @return the point in time that {@link #next} would go to, nanoseconds; the largest long when there is none within range
     */
    public long comingNs() {
        return heapDue[0];
    }

    /**
     * The present point in time.
     *
     * @return nanoseconds from the start of the window
     */
    public long dueNs() {
        return dueNs;
    }

    /**
     * Work of the jobs that are due by now, all of them released from the start of the window on.
     *
     * @return nanoseconds
     */
    public long demandNs() {
        return demandNs;
    }

    /**
     * A task of which a job is due now.
     *
     * @return the lowest index of such a task
     */
    public int task() {
        return task;
    }

    private void sink(final int from) {
        final long due = heapDue[from];
        final int who = heapTask[from];
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= heapDue.length) {
                break;
            }
            if (child + 1 < heapDue.length && before(heapDue[child + 1], heapTask[child + 1], heapDue[child], heapTask[child])) {
                child++;
            }
            if (!before(heapDue[child], heapTask[child], due, who)) {
                break;
            }
            heapDue[at] = heapDue[child];
            heapTask[at] = heapTask[child];
            at = child;
        }
        heapDue[at] = due;
        heapTask[at] = who;
    }

    private static boolean before(final long due, final int task, final long otherDue, final int otherTask) {
        return due < otherDue || due == otherDue && task < otherTask;
    }
}
