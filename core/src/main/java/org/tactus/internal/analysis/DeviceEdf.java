// SPDX-License-Identifier: Apache-2.0
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
 * with jitter is ours, proof in {@code schedulability.md}, section 6. Dense time: blocking is the whole segment. Used within one call by
 * one thread.
 */
final class DeviceEdf {
    static final long INFINITE = Long.MAX_VALUE;
    private static final long MOST_STEPS = 1 << 20;
    /** Due dates that are looked at: a matter of seconds. */
    private static final long MOST_DATES = 1 << 24;

    private final DeviceModel model;
    private final boolean preemptive;
    private final long tick;
    private final long[] bound;
    private final Blockers blockers;
    private final DeadlineBusyPeriods periods;
    private final DeadlineBusyPeriods.Jobs jobs;
    private boolean byDemand;
    private boolean gaveUp;

    DeviceEdf(final DeviceModel model, final boolean preemptive, final long tick) {
        this.model = model;
        this.preemptive = preemptive;
        this.tick = tick;
        bound = new long[model.tasks];
        final long[] until = new long[model.tasks];
        final long[] blocking = new long[model.tasks];
        for (int i = 0; i < model.tasks; i++) {
            until[i] = model.deadline[i] - model.jitter[i];
            blocking[i] = Math.max(0, (preemptive ? model.marked[i] : model.longest[i]) - tick);
        }
        blockers = new Blockers(until, blocking, Math.max(0, (preemptive ? model.alwaysMarkedNs : model.alwaysNs) - tick));
        jobs = new DeadlineBusyPeriods.Jobs(model.period, model.deadline, model.jitter, model.cost,
            preemptive ? new long[model.tasks] : model.tail, model.stalled(), preemptive);
        periods = new DeadlineBusyPeriods(jobs, blockers);
    }

    long[] bounds() {
        return bound;
    }

    double load() {
        return model.load(model.tasks - 1);
    }

    /** Whether the search for responses was too long and demand alone shows that every deadline holds: the bounds are the deadlines. */
    boolean byDemand() {
        return byDemand;
    }

    /** Whether neither the responses nor the demand could be told within the guard. */
    boolean gaveUp() {
        return gaveUp;
    }

    /** Steps that a search takes at most. */
    static long mostSteps() {
        return MOST_STEPS;
    }

    /**
     * Bounds all tasks.
     *
     * @param slack how far past its deadline a response is followed, nanoseconds; 0 to stop at the first miss
     * @return false when a response passes deadline + slack, or when the guard stops it and demand does not decide either: then some
     *     bound is INFINITE
     */
    boolean solve(final long slack) {
        byDemand = false;
        gaveUp = false;
        if (BusyPeriod.neverEnds(model)) {
            Arrays.fill(bound, INFINITE);
            return false;
        }
        // Where the busy period is too long to be told, the first windows are looked at for a miss all the same.
        final long busy = Math.min(BusyPeriod.longestNs(model), Long.MAX_VALUE / 8);
        final long[] before = new long[model.tasks];
        final long[] limit = new long[model.tasks];
        for (int i = 0; i < model.tasks; i++) {
            before[i] = busy;
            limit[i] = Saturating.add(model.deadline[i], slack);
        }
        final boolean good = periods.solve(before, limit, MOST_STEPS, MOST_DATES);
        if (periods.gaveUp()) {
            return demand();
        }
        for (int i = 0; i < model.tasks; i++) {
            bound[i] = periods.boundNs(i);
        }
        if (!good) {
            bound[periods.failing()] = INFINITE;
        }
        return good;
    }

    /** Decides by demand alone, where windows are too long to be looked at. */
    private boolean demand() {
        byDemand = new ProcessorDemand(jobs, blockers).decide(MOST_STEPS) == ProcessorDemand.Answer.HOLDS;
        gaveUp = !byDemand;
        for (int i = 0; i < model.tasks; i++) {
            bound[i] = byDemand ? model.deadline[i] : INFINITE;
        }
        return byDemand;
    }

    /** Explains task i after a solve that bounded it, or followed it past its deadline. */
    Explanation explain(final int i) {
        if (byDemand) {
            final long platform = model.stalled().finish(model.cost[i]) - model.cost[i];
            final long own = model.cost[i] + model.jitter[i] + platform;
            return Sentences.byDemand(model.name(i), model.deadline[i], List.of(
                Term.own(Term.Kind.OWN, model.cost[i] - model.overhead(i)), Term.own(Term.Kind.OVERHEAD, model.overhead(i)),
                Term.own(Term.Kind.JITTER, model.jitter[i]), Term.own(Term.Kind.STALL, platform),
                new Term(Term.Kind.DEMAND, "", model.device(), 1, model.deadline[i] - own)));
        }
        final long response = bound[i];
        final long d = periods.worstDueNs(i);
        final List<Term> terms = new ArrayList<>();
        final long own = (d - model.deadline[i] + model.jitter[i]) / model.period[i];
        terms.add(Term.own(Term.Kind.OWN, model.cost[i] - model.overhead(i)));
        terms.add(Term.own(Term.Kind.OVERHEAD, model.overhead(i)));
        terms.add(Term.own(Term.Kind.STALL, periods.worstStallNs(i)));
        final int who = blockers.by(d);
        if (who >= 0) {
            terms.add(new Term(Term.Kind.BLOCKING, model.name(who), model.device(), 1, blockers.ns(d)));
        }
        for (int k = 0; k < model.tasks; k++) {
            final long due = d - model.deadline[k] + model.jitter[k];
            if (k == i || due < 0) {
                continue;
            }
            final long arrived = (periods.worstStartNs(i) + model.jitter[k] - (preemptive ? 1 : 0)) / model.period[k] + 1;
            final long interfering = Math.min(arrived, due / model.period[k] + 1);
            terms.add(new Term(Term.Kind.INTERFERENCE, model.name(k), model.device(), interfering, interfering * model.cost[k]));
        }
        if (own > 0) {
            terms.add(new Term(Term.Kind.INTERFERENCE, model.name(i) + "'s earlier jobs", model.device(), own, own * model.cost[i]));
        }
        terms.add(Term.own(Term.Kind.JITTER, model.jitter[i]));
        terms.add(Term.own(Term.Kind.EARLIER_START, model.deadline[i] - model.jitter[i] - d));
        return Sentences.explain(model.name(i), response, model.deadline[i], d, terms);
    }
}
