package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Term;

/**
 * Response bounds of tasks on one device under EDF: every deadline-busy period that can matter, with release jitter.
 *
 * <p>After Spuri 1996 (preemptive) and George, Rivierre, Spuri 1996 (without preemption); the extension to fixed preemption points
 * with jitter is ours, proof in {@code analysis.md}, section 6. Dense time: blocking is the whole segment. Used within one call by
 * one thread.
 */
final class DeviceEdf {
    static final long INFINITE = Long.MAX_VALUE;
    private static final long MOST_STEPS = 1 << 20;
    private static final double MOST_LOAD = 1 + 1e-9;

    private final DeviceModel model;
    private final boolean preemptive;
    private final long tick;
    private final long[] bound;
    private final Blockers blockers;
    private final DeadlineBusyPeriods periods;

    DeviceEdf(final DeviceModel model, final boolean preemptive, final long tick) {
        this.model = model;
        this.preemptive = preemptive;
        this.tick = tick;
        bound = new long[model.tasks];
        final long[] until = new long[model.tasks];
        final long[] blocking = new long[model.tasks];
        for (int i = 0; i < model.tasks; i++) {
            until[i] = model.deadline[i] - model.jitter[i];
            blocking[i] = preemptive ? 0 : Math.max(0, model.longest[i] - tick);
        }
        blockers = new Blockers(until, blocking);
        periods = new DeadlineBusyPeriods(new DeadlineBusyPeriods.Jobs(model.period, model.deadline, model.jitter, model.cost,
            preemptive ? new long[model.tasks] : model.tail, model.stalled(), preemptive), blockers);
    }

    long[] bounds() {
        return bound;
    }

    double load() {
        return model.load(model.tasks - 1);
    }

    /**
     * Bounds all tasks.
     *
     * @param slack how far past its deadline a response is followed, nanoseconds; 0 to stop at the first miss
     * @return false when a response passes deadline + slack, or when the guard stops it: then some bound is INFINITE
     */
    boolean solve(final long slack) {
        final long busy = load() + model.stalled().rate() > MOST_LOAD ? INFINITE : busyPeriod();
        if (busy == INFINITE) {
            Arrays.fill(bound, INFINITE);
            return false;
        }
        final long[] before = new long[model.tasks];
        final long[] limit = new long[model.tasks];
        for (int i = 0; i < model.tasks; i++) {
            before[i] = busy;
            limit[i] = Saturating.add(model.deadline[i], slack);
        }
        final boolean good = periods.solve(before, limit, MOST_STEPS);
        for (int i = 0; i < model.tasks; i++) {
            bound[i] = periods.boundNs(i);
        }
        if (!good) {
            bound[periods.failing()] = INFINITE;
        }
        return good;
    }

    private long busyPeriod() {
        final StallTime stalled = model.stalled();
        long x = 0;
        for (int k = 0; k < model.tasks; k++) {
            x = Saturating.add(x, model.cost[k]);
        }
        for (long steps = MOST_STEPS; steps > 0; steps--) {
            long next = stalled.of(x);
            for (int k = 0; k < model.tasks; k++) {
                next = Saturating.add(next,
                    Saturating.multiply(Saturating.ceilDivide(x + model.jitter[k], model.period[k]), model.cost[k]));
            }
            if (next == x) {
                return x;
            }
            if (next > Long.MAX_VALUE / 8) {
                return INFINITE;
            }
            x = next;
        }
        return INFINITE;
    }

    /** Explains task i after a solve that bounded it, or followed it past its deadline. */
    Explanation explain(final int i) {
        final long response = bound[i];
        final long d = periods.worstDueNs(i);
        final List<Term> terms = new ArrayList<>();
        final long own = (d - model.deadline[i] + model.jitter[i]) / model.period[i];
        terms.add(Term.own(Term.Kind.OWN, model.cost[i] - model.overhead(i)));
        terms.add(Term.own(Term.Kind.OVERHEAD, model.overhead(i)));
        terms.add(Term.own(Term.Kind.STALL, periods.worstStallNs(i)));
        final int who = preemptive ? -1 : blockers.by(d);
        if (who >= 0) {
            terms.add(new Term(Term.Kind.BLOCKING, model.name(who), model.device(), 1, blockers.ns(d)));
        }
        for (int k = 0; k < model.tasks; k++) {
            final long due = d - model.deadline[k] + model.jitter[k];
            if (k == i || due < 0) {
                continue;
            }
            final long arrived = (periods.worstStartNs(i) + model.jitter[k] - (preemptive ? 1 : 0)) / model.period[k] + 1;
            final long jobs = Math.min(arrived, due / model.period[k] + 1);
            terms.add(new Term(Term.Kind.INTERFERENCE, model.name(k), model.device(), jobs, jobs * model.cost[k]));
        }
        if (own > 0) {
            terms.add(new Term(Term.Kind.INTERFERENCE, model.name(i) + "'s earlier jobs", model.device(), own, own * model.cost[i]));
        }
        terms.add(Term.own(Term.Kind.JITTER, model.jitter[i]));
        terms.add(Term.own(Term.Kind.EARLIER_START, model.deadline[i] - model.jitter[i] - d));
        return Sentences.explain(model.name(i), response, model.deadline[i], d, terms);
    }
}
