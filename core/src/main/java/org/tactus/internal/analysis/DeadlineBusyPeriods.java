package org.tactus.internal.analysis;

import java.util.Arrays;

/**
 * Largest responses under EDF on one device: every deadline-busy period that can matter (Spuri 1996; George, Rivierre, Spuri 1996),
 * with release jitter and a last piece that is not preempted. Formulas, and why those that are left out cannot matter, in
 * {@code schedulability.md}, section 6. Used within one call by one thread.
 */
public final class DeadlineBusyPeriods {
    private static final long UNKNOWN = -1;

    private final Jobs jobs;
    private final int tasks;
    private final Blockers blockers;
    private final long[] bound;
    private final long[] worstStart;
    private final long[] worstDue;
    private final long[] worstStall;
    private DueDates dates;
    private long steps;
    private boolean gaveUp;
    private int failing = -1;

    /**
     * What the tasks' jobs are like, nanoseconds by task.
     *
     * @param period     least time between two nominal releases
     * @param deadline   relative
     * @param jitter     from nominal release to request at most
     * @param cost       work of a job
     * @param tail       its last piece that is not preempted; 0 where every piece can be
     * @param stalled    what the platform takes from a window
     * @param preemptive true where a job that comes at the very end of a window does not count
     */
    public record Jobs(
        long[] period, long[] deadline, long[] jitter, long[] cost, long[] tail, StallTime stalled, boolean preemptive) {
    }

    /**
     * Takes up a set.
     *
     * @param jobs     the jobs
     * @param blockers who blocks what is due when
     */
    public DeadlineBusyPeriods(final Jobs jobs, final Blockers blockers) {
        this.jobs = jobs;
        this.blockers = blockers;
        tasks = jobs.period.length;
        bound = new long[tasks];
        worstStart = new long[tasks];
        worstDue = new long[tasks];
        worstStall = new long[tasks];
    }

    /**
     * Bounds all tasks.
     *
     * @param before    by task: jobs that are released at or after this, from the start of a window, need no look
     * @param limit     by task: largest response that is of interest
     * @param mostSteps how many due dates and steps towards fixed points may be looked at
     * @param mostDates how many due dates may be looked at while none of them needs a step
     * @return false when a response is past its limit, {@link #failing} tells whose; or when steps or dates do not suffice,
     *     {@link #gaveUp} tells that
     */
    public boolean solve(final long[] before, final long[] limit, final long mostSteps, final long mostDates) {
        Arrays.fill(bound, 0);
        steps = mostSteps;
        gaveUp = false;
        long left = mostDates;
        long last = Long.MIN_VALUE;
        for (int i = 0; i < tasks; i++) {
            last = Math.max(last, Saturating.add(before[i], jobs.deadline[i]));
        }
        dates = new DueDates(jobs.period, jobs.deadline, jobs.jitter, jobs.cost);
        while (dates.comingNs() < last) {
            dates.next();
            steps--;
            if (left-- <= 0) {
                gaveUp = true;
                return false;
            }
            if (!lookAt(before, limit)) {
                return false;
            }
        }
        return true;
    }

    /** Looks at the jobs due at a point in time whose response can be larger than any so far. */
    private boolean lookAt(final long[] before, final long[] limit) {
        final long dueNs = dates.dueNs();
        final long blockNs = blockers.ns(dueNs);
        final long total = jobs.stalled.finish(Saturating.add(dates.demandNs(), blockNs));
        long busy = UNKNOWN;
        for (int i = 0; i < tasks; i++) {
            final long release = dueNs - jobs.deadline[i];
            if (total - release <= bound[i] || release < -jobs.jitter[i] || release >= before[i]) {
                continue;
            }
            busy = busy == UNKNOWN ? busy(Saturating.add(blockNs, dates.onceNs())) : busy;
            if (release < busy && busy - release <= bound[i]) {
                continue;
            }
            if (!examine(i, Saturating.add(blockNs, dates.onceNs()), limit[i])) {
                failing = i;
                return false;
            }
        }
        return true;
    }

    /** Time from the start of a window until all that came by then and is due by the point in time is done. */
    private long busy(final long base) {
        long x = base;
        while (steps-- > 0) {
            final long next = Saturating.add(Saturating.add(base, jobs.stalled.of(x)), repeatedWork(x, -1));
            if (next == x) {
                return x;
            }
            x = next;
        }
        return Long.MAX_VALUE;
    }

    /** Bounds the response of a job of i that is due at a point in time after the start of its deadline-busy period. */
    private boolean examine(final int i, final long blockAndOnceNs, final long limit) {
        final long dueNs = dates.dueNs();
        final long mine = dates.counts()[i];
        final long release = dueNs - jobs.deadline[i];
        final long tail = jobs.tail[i];
        final long own = Saturating.multiply(mine, jobs.cost[i]) - tail;
        final long base = Saturating.add(blockAndOnceNs - (mine == 1 ? jobs.cost[i] : 0), own);
        long x = base;
        while (x + tail - release <= limit) {
            if (steps-- <= 0) {
                gaveUp = true;
                return false;
            }
            final long next = Saturating.add(Saturating.add(base, jobs.stalled.of(x)), repeatedWork(x, i));
            if (next == x) {
                final long end = jobs.stalled.end(x, tail, Long.MAX_VALUE - 1);
                if (end == Long.MAX_VALUE || end - release > limit) {
                    return false;
                }
                if (end - release > bound[i]) {
                    bound[i] = end - release;
                    worstStart[i] = x;
                    worstStall[i] = end - tail - jobs.stalled.work(x);
                    worstDue[i] = dueNs;
                }
                return true;
            }
            x = next;
        }
        return false;
    }

    /** Work of tasks with several jobs due by the point in time that was counted for, as far as it came by x; one task left out. */
    private long repeatedWork(final long x, final int without) {
        final long early = jobs.preemptive ? 1 : 0;
        final int[] repeated = dates.repeated();
        final long[] due = dates.counts();
        long sum = 0;
        for (int at = 0, n = dates.repeatedCount(); at < n; at++) {
            final int k = repeated[at];
            if (k != without) {
                final long came = (Saturating.add(x, jobs.jitter[k]) - early) / jobs.period[k] + 1;
                sum = Saturating.add(sum, Saturating.multiply(Math.min(came, due[k]), jobs.cost[k]));
            }
        }
        return sum;
    }

    /**
     * Whether steps or dates did not suffice in {@link #solve}.
     *
     * @return true when it did not come to an end
     */
    public boolean gaveUp() {
        return gaveUp;
    }

    /**
     * The task that stopped {@link #solve}.
     *
     * @return its index; -1 when none did
     */
    public int failing() {
        return failing;
    }

    /**
     * The largest response that was found of a task.
     *
     * @param i the task
     * @return nanoseconds from the nominal release
     */
    public long boundNs(final int i) {
        return bound[i];
    }

    /**
     * When the last piece of the job with the largest response starts.
     *
     * @param i the task
     * @return nanoseconds from the start of its window
     */
    public long worstStartNs(final int i) {
        return worstStart[i];
    }

    /**
     * What the platform takes from the window of the job with the largest response.
     *
     * @param i the task
     * @return nanoseconds
     */
    public long worstStallNs(final int i) {
        return worstStall[i];
    }

    /**
     * When the job with the largest response is due.
     *
     * @param i the task
     * @return nanoseconds from the start of its window
     */
    public long worstDueNs(final int i) {
        return worstDue[i];
    }
}
