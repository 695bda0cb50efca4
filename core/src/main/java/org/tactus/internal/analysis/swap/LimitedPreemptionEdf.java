package org.tactus.internal.analysis.swap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Term;
import org.tactus.internal.analysis.Blockers;
import org.tactus.internal.analysis.DeadlineBusyPeriods;
import org.tactus.internal.analysis.DueDates;
import org.tactus.internal.analysis.ProcessorDemand;
import org.tactus.internal.analysis.Saturating;
import org.tactus.internal.analysis.Sentences;

/**
 * SEQ and SPE under EDF. Acceptance by processor demand (Jeffay, Stanat, Martel 1991; Baruah 2005) with the demands of
 * {@code swapping.md}; response bounds by deadline busy periods (Spuri 1996; George, Rivierre, Spuri 1996), with jitter, final regions
 * and overheads ours, proof there. Used within one call by one thread. Ranks are the file's order.
 */
final class LimitedPreemptionEdf {
    private static final long INFINITE = Long.MAX_VALUE;
    private static final long MOST_STEPS = 1 << 20;
    private static final int MOST_POINTS = 1 << 18;

    private final SwapModel model;
    private long horizon;
    private int failing = -1;
    private long failingNs;
    private long excessNs;
    private long failingStallNs;
    private boolean solved;
    private boolean gaveUp;
    private final Blockers blockers;
    private final DeadlineBusyPeriods.Jobs jobs;
    private final DeadlineBusyPeriods periods;

    LimitedPreemptionEdf(final SwapModel model) {
        this.model = model;
        final long[] blocking = new long[model.tasks];
        Arrays.setAll(blocking, j -> model.region[j] - 1);
        blockers = new Blockers(model.deadline, blocking);
        jobs = new DeadlineBusyPeriods.Jobs(
            model.period, model.deadline, model.jitter, model.demand, model.last, model.stalled, false);
        periods = new DeadlineBusyPeriods(jobs, blockers);
    }

    /** Whether demand never exceeds time; else failing() names a task whose deadline is the first failing point, or overload. */
    boolean feasible() {
        failing = 0;
        excessNs = 0;
        failingNs = 0;
        horizon = INFINITE;
        if (ProcessorDemand.exceedsAllTime(model.period, model.demand, model.stalled.rate())) {
            return false;
        }
        horizon = busyPeriod();
        if (horizon == INFINITE) {
            return farDemand();
        }
        final DueDates dates = new DueDates(model.period, model.deadline, model.jitter, model.demand);
        for (int points = 0; points < MOST_POINTS; points++) {
            if (dates.comingNs() > horizon) {
                failing = -1;
                return true;
            }
            dates.next();
            final long t = dates.dueNs();
            final long work = Saturating.add(dates.demandNs(), blockers.ns(t));
            final long needed = model.stalled.finish(work);
            if (needed > t) {
                failingStallNs = needed - work;
                failing = dates.task();
                failingNs = t;
                excessNs = needed - t;
                return false;
            }
        }
        return farDemand();
    }

    /** Decides by demand alone where the device can be busy for too long to look at every due date; no responses are searched for then. */
    private boolean farDemand() {
        horizon = INFINITE;
        final boolean holds = new ProcessorDemand(jobs, blockers).decide(MOST_STEPS) == ProcessorDemand.Answer.HOLDS;
        gaveUp = !holds;
        failing = holds ? -1 : 0;
        return holds;
    }

    /** Whether {@link #feasible} said no only because its steps did not suffice. */
    boolean gaveUp() {
        return gaveUp;
    }

    int failing() {
        return failing;
    }

    /** Response bounds of a feasible set: what the deadline busy periods give, and never more than the deadline. */
    void solve() {
        if (horizon == INFINITE) {
            return;
        }
        final long[] before = new long[model.tasks];
        final long[] limit = new long[model.tasks];
        for (int i = 0; i < model.tasks; i++) {
            before[i] = horizon - model.jitter[i];
            limit[i] = INFINITE;
        }
        solved = periods.solve(before, limit, MOST_STEPS, Long.MAX_VALUE);
    }

    /** Response bound of a task after {@link #solve}; the deadline where nothing better was found. */
    long bound(final int i) {
        return solved ? Math.min(periods.boundNs(i), model.deadline[i]) : model.deadline[i];
    }

    private long counted(final int i, final int j, final long a, final long start) {
        final long urgent = a + model.deadline[i] - model.deadline[j] + model.jitter[j];
        if (j == i || urgent < 0) {
            return 0;
        }
        return Math.min(urgent, Saturating.add(start, model.jitter[j])) / model.period[j] + 1;
    }

    private long busyPeriod() {
        long length = 1;
        for (int steps = 0; steps < MOST_STEPS; steps++) {
            long next = model.stalled.of(length);
            for (int h = 0; h < model.tasks; h++) {
                final long jobs = Saturating.ceilDivide(Saturating.add(length, model.jitter[h]), model.period[h]);
                next = Saturating.add(next, Saturating.multiply(jobs, model.demand[h]));
            }
            if (next == length || next == INFINITE) {
                return next;
            }
            length = next;
        }
        return INFINITE;
    }

    private long due(final int i, final long t) {
        final long window = t - model.deadline[i] + model.jitter[i];
        return window < 0 ? 0 : window / model.period[i] + 1;
    }

    /** Explains a task after {@link #feasible}, and {@link #solve} where that holds. */
    Explanation explain(final int i) {
        final String name = model.task(i).name();
        final long deadline = model.deadline[i];
        if (gaveUp) {
            return Sentences.undecided(name, MOST_STEPS, Sentences.load(model.device(), model.load(model.tasks)));
        }
        if (failing >= 0) {
            if (failing != i) {
                return Sentences.follows(name, model.task(failing).name(), deadline);
            }
            if (excessNs == 0) {
                return Sentences.unbounded(name, deadline, Sentences.load(model.device(), model.load(model.tasks)));
            }
            return explainDemand(i);
        }
        final long response = bound(i);
        final List<Term> terms = new ArrayList<>();
        if (solved && periods.boundNs(i) <= deadline) {
            final long worstRelease = periods.worstDueNs(i) - deadline;
            LimitedPreemption.addOwn(model, i, periods.worstStallNs(i), terms);
            final long earlier = (worstRelease + model.jitter[i]) / model.period[i];
            terms.add(new Term(Term.Kind.INTERFERENCE, name + "'s earlier jobs", model.device(), Math.max(1, earlier),
                earlier * model.demand[i]));
            terms.add(Term.own(Term.Kind.EARLIER_START, -worstRelease - model.jitter[i]));
            addBlocking(worstRelease + deadline, terms);
            for (int j = 0; j < model.tasks; j++) {
                final long jobs = counted(i, j, worstRelease, periods.worstStartNs(i));
                terms.add(new Term(Term.Kind.INTERFERENCE, model.task(j).name(), model.device(), jobs, jobs * model.demand[j]));
            }
        }
        return Sentences.explain(name, response, deadline, deadline, terms);
    }

    private Explanation explainDemand(final int i) {
        final List<Term> terms = new ArrayList<>();
        LimitedPreemption.addOwn(model, i, failingStallNs, terms);
        final long since = failingNs - model.deadline[i];
        final long earlier = due(i, failingNs) - 1;
        terms.add(new Term(Term.Kind.INTERFERENCE, model.task(i).name() + "'s earlier jobs", model.device(), Math.max(1, earlier),
            earlier * model.demand[i]));
        terms.add(Term.own(Term.Kind.EARLIER_START, -since - model.jitter[i]));
        addBlocking(failingNs, terms);
        for (int j = 0; j < model.tasks; j++) {
            if (j != i && due(j, failingNs) > 0) {
                final long jobs = due(j, failingNs);
                terms.add(new Term(Term.Kind.INTERFERENCE, model.task(j).name(), model.device(), jobs, jobs * model.demand[j]));
            }
        }
        return Sentences.explain(model.task(i).name(), Saturating.add(model.deadline[i], excessNs), model.deadline[i], failingNs, terms);
    }

    private void addBlocking(final long dueNs, final List<Term> terms) {
        final int who = blockers.by(dueNs);
        if (who >= 0) {
            terms.add(new Term(Term.Kind.BLOCKING, model.task(who).name(), model.device(), 1, blockers.ns(dueNs)));
        }
    }
}
