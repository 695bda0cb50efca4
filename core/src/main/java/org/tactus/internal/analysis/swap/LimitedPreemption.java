// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import java.util.ArrayList;
import java.util.List;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Term;
import org.tactus.internal.analysis.Saturating;
import org.tactus.internal.analysis.Sentences;

/**
 * SEQ and SPE under fixed priorities: jobs of demand E whose last piece F is not preempted, blocked once by at most rho - 1.
 * Formula: Davis, Burns, Bril, Lukkien 2007 with the demands of {@code docs/proofs/swapping.md}; jitter and overheads ours, proof there.
 * Used within one call by one thread. Ranks are priorities, 0 the highest.
 */
final class LimitedPreemption {
    static final long INFINITE = Long.MAX_VALUE;
    private static final int MOST_STEPS = 1 << 20;
    private static final double MOST_LOAD = 1 + 1e-9;

    private final SwapModel model;
    private long worstJob;
    private long worstStart;
    private long worstStall;
    private int steps;

    LimitedPreemption(final SwapModel model) {
        this.model = model;
    }

    /** Bound of rank i from the nominal release; INFINITE when it is above the limit or was not found within the guard. */
    long bound(final int i, final long limit) {
        steps = MOST_STEPS;
        worstJob = 0;
        worstStart = 0;
        worstStall = 0;
        if (model.load(i + 1) + model.stalled.rate() > MOST_LOAD) {
            return INFINITE;
        }
        final long busy = busyPeriod(i, blocking(i));
        if (busy == INFINITE) {
            return INFINITE;
        }
        final long jobs = Saturating.ceilDivide(Saturating.add(busy, model.jitter[i]), model.period[i]);
        long worst = 0;
        long start = 0;
        for (long q = 0; q < jobs; q++) {
            final long own = Saturating.add(Saturating.multiply(q, model.demand[i]), model.demand[i] - model.last[i]);
            final long shift = q * model.period[i];
            start = start(i, Saturating.add(blocking(i), own), start, Saturating.add(limit, shift));
            if (start == INFINITE) {
                return INFINITE;
            }
            final long end = model.stalled.end(start, model.last[i], INFINITE - 1);
            final long response = Saturating.add(end, model.jitter[i]) - shift;
            if (response > limit) {
                return INFINITE;
            }
            if (response > worst) {
                worst = response;
                worstJob = q;
                worstStart = start;
                worstStall = end - model.last[i] - model.stalled.work(start);
            }
        }
        return worst;
    }

    private long busyPeriod(final int i, final long base) {
        long length = Math.max(1, base);
        while (steps-- > 0) {
            long next = Saturating.add(base, model.stalled.of(length));
            for (int h = 0; h <= i; h++) {
                final long jobs = Saturating.ceilDivide(Saturating.add(length, model.jitter[h]), model.period[h]);
                next = Saturating.add(next, Saturating.multiply(jobs, model.demand[h]));
            }
            if (next == length) {
                return length;
            }
            length = next;
            if (length == INFINITE) {
                return INFINITE;
            }
        }
        return INFINITE;
    }

    private long start(final int i, final long base, final long from, final long limit) {
        long start = Math.max(base, from);
        while (steps-- > 0) {
            long next = Saturating.add(base, model.stalled.of(start));
            for (int h = 0; h < i; h++) {
                next = Saturating.add(next, Saturating.multiply(jobs(h, start), model.demand[h]));
            }
            if (next <= start) {
                return start;
            }
            start = next;
            if (start > limit) {
                return INFINITE;
            }
        }
        return INFINITE;
    }

    private long jobs(final int h, final long start) {
        return Saturating.add(start, model.jitter[h]) / model.period[h] + 1;
    }

    private long blocking(final int i) {
        final int who = blocker(i);
        return who < 0 ? 0 : model.region[who] - 1;
    }

    private int blocker(final int i) {
        int who = -1;
        for (int j = i + 1; j < model.tasks; j++) {
            if (who < 0 || model.region[j] > model.region[who]) {
                who = j;
            }
        }
        return who;
    }

    Explanation explain(final int i) {
        final String name = model.task(i).name();
        final long deadline = model.deadline[i];
        final long response = bound(i, Saturating.multiply(deadline, 64));
        if (response == INFINITE) {
            return Sentences.unbounded(name, deadline, Sentences.load(model.device(), model.load(i + 1), name));
        }
        final List<Term> terms = new ArrayList<>();
        addOwn(model, i, worstStall, terms);
        if (worstJob > 0) {
            terms.add(new Term(Term.Kind.INTERFERENCE, name + "'s earlier jobs", model.device(), worstJob, worstJob * model.demand[i]));
            terms.add(Term.own(Term.Kind.EARLIER_START, -worstJob * model.period[i]));
        }
        final int who = blocker(i);
        if (who >= 0) {
            terms.add(new Term(Term.Kind.BLOCKING, model.task(who).name(), model.device(), 1, blocking(i)));
        }
        for (int h = 0; h < i; h++) {
            final long jobs = jobs(h, worstStart);
            terms.add(new Term(Term.Kind.INTERFERENCE, model.task(h).name(), model.device(), jobs, jobs * model.demand[h]));
        }
        return Sentences.explain(name, response, deadline, worstJob * model.period[i] + deadline, terms);
    }

    /** Adds a job's own execution, swapping, overheads, jitter and what the platform takes. */
    static void addOwn(final SwapModel model, final int i, final long stallNs, final List<Term> terms) {
        terms.add(Term.own(Term.Kind.OWN, model.exec[i] - model.overhead[i]));
        terms.add(Term.own(Term.Kind.OVERHEAD, model.overhead[i]));
        terms.add(Term.own(Term.Kind.SWAP, model.demand[i] - model.exec[i]));
        terms.add(Term.own(Term.Kind.JITTER, model.jitter[i]));
        terms.add(Term.own(Term.Kind.STALL, stallNs));
    }
}
