package org.tactus.internal.analysis.swap;

import org.tactus.internal.analysis.Saturating;

/** The swap tests under EDF as they stand in {@code swapping.md}: every release of every task. An oracle. */
final class PlainLimitedPreemptionEdf {
    private static final long INFINITE = Long.MAX_VALUE;
    private static final int MOST_STEPS = 1 << 20;
    private static final int MOST_POINTS = 1 << 18;
    private static final double MOST_LOAD = 1 + 1e-9;

    private final SwapModel model;
    private long horizon;
    private int failing = -1;
    private int budget;

    PlainLimitedPreemptionEdf(final SwapModel model) {
        this.model = model;
    }

    /** Whether demand never exceeds time; else failing() names a task whose deadline is the first failing point, or overload. */
    boolean feasible() {
        failing = 0;
        horizon = busyPeriod();
        if (horizon == INFINITE) {
            return false;
        }
        final long[] next = new long[model.tasks];
        for (int i = 0; i < model.tasks; i++) {
            next[i] = model.deadline[i] - model.jitter[i];
        }
        for (int points = 0; points < MOST_POINTS; points++) {
            int soonest = 0;
            for (int i = 1; i < model.tasks; i++) {
                soonest = next[i] < next[soonest] ? i : soonest;
            }
            final long t = next[soonest];
            if (t > horizon) {
                failing = -1;
                return true;
            }
            final long needed = Saturating.add(demand(t), Saturating.add(model.set.overheads().stallNs(), blocking(blocker(t))));
            if (needed > t) {
                failing = soonest;
                return false;
            }
            for (int i = 0; i < model.tasks; i++) {
                next[i] = next[i] == t ? Saturating.add(Math.max(0, t), model.period[i]) + Math.min(0, t) : next[i];
            }
        }
        return false;
    }

    int failing() {
        return failing;
    }

    /** Response bound of a task of a feasible set: what the deadline busy periods give, and never more than the deadline. */
    long bound(final int i) {
        budget = MOST_STEPS;
        long worst = 0;
        int points = 0;
        for (int j = 0; j < model.tasks; j++) {
            final long first = model.deadline[j] - model.jitter[j] - model.deadline[i];
            final long low = -model.jitter[i];
            final long skip = first >= low ? 0 : Saturating.ceilDivide(low - first, model.period[j]);
            for (long a = first + skip * model.period[j]; a < horizon - model.jitter[i]; a += model.period[j]) {
                if (points++ > MOST_POINTS) {
                    return model.deadline[i];
                }
                final long start = start(i, a);
                if (start == INFINITE) {
                    return model.deadline[i];
                }
                final long response = start + model.last[i] - a;
                if (response > worst) {
                    worst = response;
                }
            }
        }
        if (worst > model.deadline[i]) {
            return model.deadline[i];
        }
        return worst;
    }

    private long start(final int i, final long a) {
        final long base = Saturating.add(Saturating.add(model.set.overheads().stallNs(), blocking(blocker(a + model.deadline[i]))),
            Saturating.add((a + model.jitter[i]) / model.period[i] * model.demand[i], model.demand[i] - model.last[i]));
        long start = base;
        while (budget-- > 0) {
            long next = base;
            for (int j = 0; j < model.tasks; j++) {
                next = Saturating.add(next, Saturating.multiply(jobs(i, j, a, start), model.demand[j]));
            }
            if (next == start) {
                return start;
            }
            start = next;
            if (start == INFINITE) {
                return INFINITE;
            }
        }
        return INFINITE;
    }

    private long jobs(final int i, final int j, final long a, final long start) {
        final long urgent = a + model.deadline[i] - model.deadline[j] + model.jitter[j];
        if (j == i || urgent < 0) {
            return 0;
        }
        return Math.min(urgent, Saturating.add(start, model.jitter[j])) / model.period[j] + 1;
    }

    private long busyPeriod() {
        if (model.load(model.tasks) > MOST_LOAD) {
            return INFINITE;
        }
        long length = 1;
        for (int steps = 0; steps < MOST_STEPS; steps++) {
            long next = model.set.overheads().stallNs();
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

    private long demand(final long t) {
        long sum = 0;
        for (int i = 0; i < model.tasks; i++) {
            sum = Saturating.add(sum, Saturating.multiply(due(i, t), model.demand[i]));
        }
        return sum;
    }

    private long due(final int i, final long t) {
        final long window = t - model.deadline[i] + model.jitter[i];
        return window < 0 ? 0 : window / model.period[i] + 1;
    }

    private long blocking(final int who) {
        return who < 0 ? 0 : model.region[who] - 1;
    }

    private int blocker(final long t) {
        int who = -1;
        for (int j = 0; j < model.tasks; j++) {
            if (model.deadline[j] > t && (who < 0 || model.region[j] > model.region[who])) {
                who = j;
            }
        }
        return who;
    }
}
