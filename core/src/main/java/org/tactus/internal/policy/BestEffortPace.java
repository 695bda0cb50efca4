// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

/**
 * Holds best-effort jobs back often enough that the thread which runs them sleeps for a tenth of the time. A task that always has a job
 * would otherwise keep its core, at a real-time priority, from all that runs there without one, and Linux would stop the thread for the
 * rest of a second once it has run for 95 % of it, hard jobs included. Hard jobs are never held back, but their time counts: what they
 * leave of nine tenths is what best-effort jobs get. A job that is held back delays no hard one, so no bound knows of it.
 *
 * <p>Each nanosecond awake owes a ninth of a nanosecond of sleep, a tenth of a second in all at most: what hard jobs took before that is
 * past. Best-effort jobs rest when a millisecond is owed, and go on when all is paid. A thread that has not slept at all for a second,
 * since it spins before releases that are close together, leaves its core to nobody by holding them back; it owes nothing then. Called by
 * the dispatcher's thread only; allocation-free.
 */
public final class BestEffortPace {
    /** The largest share of the time that a thread is awake because of best-effort jobs. */
    public static final double MOST_AWAKE = 0.9;
    private static final long AWAKE_PER_SLEEP = 9;
    private static final long REST_FROM_NS = 1_000_000;
    private static final long SHORTEST_REST_NS = 50_000;
    private static final long MOST_OWED_NS = 100_000_000;
    /** Linux counts for how long real-time threads run in each second. */
    private static final long SLEEPLESS_NS = 1_000_000_000;

    private long owedNs;
    private long sinceNs;
    private long sleeplessFromNs;
    private boolean resting;

    /**
     * The thread begins; nothing is owed.
     *
     * @param nowNs now
     */
    public void begin(final long nowNs) {
        sinceNs = nowNs;
        sleeplessFromNs = nowNs;
        owedNs = 0;
        resting = false;
    }

    /**
     * The thread has slept. More sleep than was owed is no credit.
     *
     * @param fromNs  when it fell asleep
     * @param toNs    when it rose
     * @param takenNs for how long in between other threads of the same device had its core
     */
    public void slept(final long fromNs, final long toNs, final long takenNs) {
        final long sleptNs = Math.max(0, toNs - fromNs - takenNs);
        owedNs = Math.max(0, owedAtNs(fromNs) - sleptNs);
        sinceNs = toNs;
        if (sleptNs > 0) {
            sleeplessFromNs = toNs;
        }
    }

    private long owedAtNs(final long nowNs) {
        return Math.min(MOST_OWED_NS, owedNs + Math.max(0, nowNs - sinceNs) / AWAKE_PER_SLEEP);
    }

    /**
     * Asks whether a best-effort job that would go next is held back.
     *
     * @param nowNs now
     * @return true until the thread has slept for long enough
     */
    public boolean rests(final long nowNs) {
        if (nowNs - sleeplessFromNs > SLEEPLESS_NS) {
            begin(nowNs);
        }
        final long owed = owedAtNs(nowNs);
        resting = owed >= REST_FROM_NS || resting && owed > SHORTEST_REST_NS;
        return resting;
    }

    /**
     * When the rest is over if the thread sleeps from now on.
     *
     * @param nowNs now
     * @return nanoseconds, after now
     */
    public long untilNs(final long nowNs) {
        return nowNs + Math.max(SHORTEST_REST_NS, owedAtNs(nowNs));
    }
}
