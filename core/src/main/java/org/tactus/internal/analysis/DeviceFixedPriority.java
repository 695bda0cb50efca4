// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.List;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Term;

/**
 * Response bounds of tasks on one device under fixed priorities: every job of the level-i active period, with release jitter.
 *
 * <p>Without preemption inside a segment: Davis, Burns, Bril, Lukkien 2007 (one segment) and Bril, Lukkien, Verhaegh 2009 (fixed
 * preemption points), in dense time: blocking is the whole longest lower segment. With preemption: Lehoczky 1990, Tindell 1994; on a
 * preemptive device with levels, switches and segments that nothing interrupts: {@code schedulability.md}, section 10. On another device
 * the preemptive bounds are for comparison.
 * Used within one call by one thread.
 */
final class DeviceFixedPriority {
    static final long INFINITE = Long.MAX_VALUE;
    /** Most evaluations of a demand function for one task; beyond it a task counts as not bounded. */
    private static final long MOST_STEPS = 1 << 20;
    /** Of the device's time; above it no bound exists, below it rounding cannot hide a demand above 1 for long. */
    private static final double MOST_LOAD = 1 + 1e-9;

    private final DeviceModel model;
    private final boolean preemptive;
    /** What blocking is shortened by: 0 in dense time, 1 where all times are whole units. */
    private final long tick;
    private final StallTime stalled;
    /** What blocks each rank, and the rank that does so; the number of tasks for a best-effort one. */
    private final long[] blocking;
    private final int[] blocker;
    private long steps;
    /** Whether the steps did not suffice for the bound that was asked for last. */
    private boolean gaveUp;
    private final boolean[] undecided;
    private long worstJob;
    private long worstWindow;
    private long worstEnd;

    DeviceFixedPriority(final DeviceModel model, final boolean preemptive, final long tick) {
        this.model = model;
        this.preemptive = preemptive;
        this.tick = tick;
        undecided = new boolean[model.tasks];
        stalled = model.stalled();
        blocking = new long[model.tasks];
        blocker = new int[model.tasks];
        final boolean reference = preemptive && !model.preemptive;
        long below = reference ? 0 : preemptive ? model.alwaysMarkedNs : model.alwaysNs;
        int who = model.tasks;
        long beside = 0;
        int peer = model.tasks;
        for (int i = model.tasks - 1; i >= 0; i--) {
            final boolean peers = preemptive && i + 1 < model.tasks && model.level[i] == model.level[i + 1];
            if (peers && !reference && model.longest[i + 1] > beside) {
                beside = model.longest[i + 1];
                peer = i + 1;
            } else if (!peers) {
                beside = 0;
            }
            blocking[i] = Math.max(below, beside);
            blocker[i] = beside > below ? peer : who;
            final long own = reference ? 0 : preemptive ? model.marked[i] : model.longest[i];
            who = own > below ? i : who;
            below = Math.max(below, own);
        }
    }

    /**
     * Bounds every task; they do not depend on each other.
     *
     * @return bounds from the nominal release, {@link #INFINITE} where past the deadline
     */
    long[] solve() {
        final long[] bounds = new long[model.tasks];
        double load = 0;
        for (int i = 0; i < model.tasks; i++) {
            load += (double) model.cost[i] / model.period[i];
            final boolean ends = load + stalled.rate() <= MOST_LOAD;
            bounds[i] = ends ? bound(i, model.deadline[i], MOST_STEPS) : INFINITE;
            undecided[i] = ends && gaveUp;
        }
        return bounds;
    }

    /** Whether a rank has no bound because the steps of {@link #solve} did not suffice, not because it was seen to be late. */
    boolean isUndecided(final int rank) {
        return undecided[rank];
    }

    static long mostSteps() {
        return MOST_STEPS;
    }

    private long blocking(final int i) {
        return Math.max(0, blocking[i] - tick);
    }

    private long bound(final int i, final long limit, final long budget) {
        steps = budget;
        gaveUp = false;
        final long base = blocking(i);
        final long cost = model.cost[i];
        final long tail = preemptive ? 0 : model.tail[i];
        final long period = model.period[i];
        final long jitter = model.jitter[i];
        long worst = 0;
        long own = cost - model.switchNs; // the switch back from the last job is not its own
        long window = base;
        long active = Saturating.add(base, cost);
        long release = 0;
        for (long q = 0;; q++) {
            final long most = Saturating.add(Saturating.add(limit, release), -Math.min(limit, Saturating.add(jitter, tail)));
            window = demand(i, Math.max(window, base + own - tail), base + own - tail, most);
            if (window == INFINITE) {
                return INFINITE;
            }
            final long end = stalled.end(window, tail, Long.MAX_VALUE - 1);
            final long response = Saturating.add(jitter, end) - release;
            if (response > limit) {
                return INFINITE;
            }
            if (response > worst) {
                worst = response;
                worstJob = q;
                worstWindow = window;
                worstEnd = end;
            }
            release = Saturating.add(release, period);
            active = active(i, Math.max(active, end), base, release);
            if (active == INFINITE) {
                return INFINITE;
            }
            if (Saturating.add(active, jitter) <= release) {
                return worst;
            }
            own = Saturating.add(own, cost);
            window = Saturating.add(window, cost);
        }
    }

    /** Least window from at on in which the work of the ranks above i, and base, is done. */
    private long demand(final int i, final long at, final long base, final long most) {
        final long[] period = model.period;
        final long[] jitter = model.jitter;
        final long[] cost = model.cost;
        long x = at;
        while (x <= most) {
            if (steps-- <= 0) {
                gaveUp = true;
                return INFINITE;
            }
            long next = Saturating.add(base, stalled.of(x));
            for (int k = 0; k < i; k++) {
                final long span = x + jitter[k] - (preemptive ? 1 : 0);
                next = Saturating.add(next, Saturating.multiply(span / period[k] + 1, cost[k]));
            }
            if (next <= x) {
                return x;
            }
            x = next;
        }
        return INFINITE;
    }

    /** Grows the level-i active period until it ends or is known to hold another job of i, whose arrival is next. */
    private long active(final int i, final long at, final long base, final long next) {
        long x = at;
        while (steps-- > 0) {
            if (Saturating.add(x, model.jitter[i]) > next) {
                return x;
            }
            long sum = Saturating.add(base, stalled.of(x));
            for (int k = 0; k <= i; k++) {
                sum = Saturating.add(sum,
                    Saturating.multiply(Saturating.ceilDivide(x + model.jitter[k], model.period[k]), model.cost[k]));
            }
            if (sum <= x) {
                return x;
            }
            x = sum;
        }
        gaveUp = true;
        return INFINITE;
    }

    /** Explains the bound of a rank, or its lack. */
    Explanation explain(final int i) {
        final String name = model.name(i);
        final long deadline = model.deadline[i];
        final double load = model.load(i) + stalled.rate();
        long response = load > MOST_LOAD ? INFINITE : bound(i, deadline, MOST_STEPS);
        if (response == INFINITE && load <= MOST_LOAD) {
            response = bound(i, Saturating.multiply(deadline, 64), 1 << 16);
        }
        if (response == INFINITE) {
            return Sentences.unbounded(name, deadline, Sentences.load(model.device(), load, name));
        }
        final long period = model.period[i];
        final List<Term> terms = new ArrayList<>();
        terms.add(Term.own(Term.Kind.OWN, model.cost[i] - model.overhead(i)));
        terms.add(Term.own(Term.Kind.OVERHEAD, model.overhead(i) - model.switchNs));
        terms.add(Term.own(Term.Kind.JITTER, model.jitter[i]));
        terms.add(Term.own(Term.Kind.STALL, worstEnd - (preemptive ? 0 : model.tail[i]) - stalled.work(worstWindow)));
        if (worstJob > 0) {
            terms.add(new Term(Term.Kind.INTERFERENCE, name + "'s earlier jobs", model.device(), worstJob,
                worstJob * model.cost[i]));
            terms.add(Term.own(Term.Kind.EARLIER_START, -worstJob * period));
        }
        if (blocking(i) > 0) {
            terms.add(new Term(Term.Kind.BLOCKING, model.name(blocker[i]), model.device(), 1, blocking(i)));
        }
        for (int k = 0; k < i; k++) {
            final long jobs = (worstWindow + model.jitter[k] - (preemptive ? 1 : 0)) / model.period[k] + 1;
            terms.add(new Term(Term.Kind.INTERFERENCE, model.name(k), model.device(), jobs, jobs * model.cost[k]));
        }
        return Sentences.explain(name, response, deadline, worstJob * period + deadline, terms);
    }
}
