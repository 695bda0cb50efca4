// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.math.BigInteger;

/**
 * Whether every deadline of a device under EDF holds, by processor demand: B(d) + the work that can be due by d, and what
 * the platform takes until both are done, never exceeds d (Jeffay, Stanat, Martel 1991), far due dates by quick processor-demand
 * analysis (Zhang, Burns 2009). It says less than response times do, and reaches where their windows are too long to be looked at. Proof in
 * {@code docs/proofs/schedulability.md}, section 6. One use.
 */
public final class ProcessorDemand {
    /** What was found. */
    public enum Answer {
        /** Every deadline holds. */
        HOLDS,
        /** By some point in time more work can be due than there is time for; responses may be within deadlines all the same. */
        FAILS,
        /** The steps did not suffice. */
        GAVE_UP
    }

    /** Closer to all of the device's time than this, rounding could hide on which side the load is. */
    private static final double NEAR = 1e-9;
    /** Relative error that sums of doubles here are far below. */
    private static final double MARGIN = 1e-12;

    private final long[] period;
    private final long[] deadline;
    private final long[] jitter;
    private final long[] cost;
    private final StallTime stalled;
    private final Blockers blockers;
    private final long earliestNs;
    private long left;
    private long failingNs;

    /**
     * Takes up a set.
     *
     * @param jobs     what the tasks' jobs are like
     * @param blockers who blocks what is due when
     */
    public ProcessorDemand(final DeadlineBusyPeriods.Jobs jobs, final Blockers blockers) {
        this(jobs, blockers, Long.MIN_VALUE);
    }

    /**
     * Takes up a set in which some work has no deadline of its own: it counts from its arrival on, as if it were due then.
     *
     * @param jobs       what the tasks' jobs are like; a relative deadline of 0 for work that has none
     * @param blockers   who blocks what is due when
     * @param earliestNs before this nothing is due that has a deadline, nanoseconds from the start of a window
     */
    ProcessorDemand(final DeadlineBusyPeriods.Jobs jobs, final Blockers blockers, final long earliestNs) {
        this.earliestNs = earliestNs;
        period = jobs.period();
        deadline = jobs.deadline();
        jitter = jobs.jitter();
        cost = jobs.cost();
        stalled = jobs.stalled();
        this.blockers = blockers;
    }

    /**
     * Decides.
     *
     * @param mostSteps how many points in time may be looked at
     * @return the answer
     */
    public Answer decide(final long mostSteps) {
        left = mostSteps;
        if (exceedsAllTime(period, cost, stalled.rate())) {
            return Answer.FAILS;
        }
        long nearNs = Math.max(earliestNs, Math.max(0, blockers.untilNs()));
        for (int k = 0; k < period.length; k++) {
            nearNs = Math.max(nearNs, deadline[k] - jitter[k]);
        }
        final Answer near = near(nearNs);
        return near == Answer.HOLDS ? far(nearNs) : near;
    }

    /**
     * By when more can be due than there is time for.
     *
     * @return nanoseconds from the start of a window; 0 unless the answer was {@link Answer#FAILS}
     */
    public long failingNs() {
        return failingNs;
    }

    /** Looks at every due date up to the last at which anything can block. */
    private Answer near(final long lastNs) {
        final DueDates dates = new DueDates(period, deadline, jitter, cost);
        while (dates.comingNs() <= lastNs) {
            if (left-- <= 0) {
                return Answer.GAVE_UP;
            }
            dates.next();
            final long dueNs = dates.dueNs();
            if (dueNs >= earliestNs && stalled.finish(Saturating.add(dates.demandNs(), blockers.ns(dueNs))) > dueNs) {
                failingNs = dueNs;
                return Answer.FAILS;
            }
        }
        return Answer.HOLDS;
    }

    /** Looks at later due dates, the last that can matter first: what blocks there is the same for all, so demand only grows with time. */
    private Answer far(final long fromNs) {
        double load = stalled.rate();
        double ahead = stalled.aheadNs() + blockers.alwaysNs();
        for (int k = 0; k < period.length; k++) {
            load += (double) cost[k] / period[k];
            ahead += (double) cost[k] / period[k] * (period[k] - deadline[k] + jitter[k]);
        }
        if (ahead == 0) {
            return Answer.HOLDS; // demand by d is at most load d, which is at most d
        }
        final double room = 1 - load * (1 + MARGIN);
        final double horizonNs = ahead * (1 + MARGIN) / room + 1;
        if (room <= 0 || horizonNs > Long.MAX_VALUE / 8) {
            return Answer.GAVE_UP;
        }
        long t = lastDueBefore((long) Math.ceil(horizonNs) + 1);
        while (t > fromNs) {
            if (left-- <= 0) {
                return Answer.GAVE_UP;
            }
            final long needed = stalled.finish(Saturating.add(demand(t), blockers.alwaysNs()));
            if (needed > t) {
                failingNs = t;
                return Answer.FAILS;
            }
            t = needed < t ? needed : lastDueBefore(t);
        }
        return Answer.HOLDS;
    }

    private long demand(final long t) {
        long sum = 0;
        for (int k = 0; k < period.length; k++) {
            final long window = t - deadline[k] + jitter[k];
            sum = window < 0 ? sum : Saturating.add(sum, Saturating.multiply(window / period[k] + 1, cost[k]));
        }
        return sum;
    }

    private long lastDueBefore(final long t) {
        long last = 0;
        for (int k = 0; k < period.length; k++) {
            final long window = t - 1 - deadline[k] + jitter[k];
            last = window < 0 ? last : Math.max(last, t - 1 - window % period[k]);
        }
        return last;
    }

    /**
     * Whether tasks and the platform ask for more than all of a device's time.
     *
     * @param period nanoseconds, by task
     * @param cost   of a job, nanoseconds, by task
     * @param taken  the share of the time that the platform takes in the long run
     * @return true when the sum is above 1, or is 1 with a platform that takes some of it
     */
    public static boolean exceedsAllTime(final long[] period, final long[] cost, final double taken) {
        double load = taken;
        for (int k = 0; k < period.length; k++) {
            load += (double) cost[k] / period[k];
        }
        return taken > 0 ? load >= 1 : exceedsAllTime(period, cost);
    }

    /**
     * Whether tasks ask for more than all of a device's time: exactly, by fractions where a double could not tell.
     *
     * @param period nanoseconds, by task
     * @param cost   of a job, nanoseconds, by task
     * @return true when the sum of cost over period is above 1
     */
    public static boolean exceedsAllTime(final long[] period, final long[] cost) {
        double load = 0;
        for (int k = 0; k < period.length; k++) {
            load += (double) cost[k] / period[k];
        }
        if (Math.abs(load - 1) > NEAR) {
            return load > 1;
        }
        BigInteger above = BigInteger.ZERO;
        BigInteger below = BigInteger.ONE;
        for (int k = 0; k < period.length; k++) {
            final BigInteger each = BigInteger.valueOf(period[k]);
            above = above.multiply(each).add(BigInteger.valueOf(cost[k]).multiply(below));
            below = below.multiply(each);
            final BigInteger shared = above.gcd(below);
            if (shared.signum() > 0) {
                above = above.divide(shared);
                below = below.divide(shared);
            }
        }
        return above.compareTo(below) > 0;
    }
}
