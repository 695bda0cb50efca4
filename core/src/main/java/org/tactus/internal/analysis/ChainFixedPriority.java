// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Term;

/**
 * Response bounds of chains under fixed priorities: the combined bound with caps, and its refinement by a blocking budget.
 * Formulas are ours; proofs in {@code docs/proofs/schedulability.md}, sections 2 and 3. Used within one call by one thread.
 */
final class ChainFixedPriority {
    static final long INFINITE = Long.MAX_VALUE;
    private static final int MOST_STEPS = 1 << 20;

    private final ChainModel model;
    private final boolean budgeted;
    /** Bound of each rank from the nominal release, or {@link #INFINITE}. */
    private final long[] bound;
    private final long[] cap;
    /** Whether the steps did not suffice for the bound that was asked for last. */
    private boolean gaveUp;

    ChainFixedPriority(final ChainModel model, final boolean budgeted) {
        this.model = model;
        this.budgeted = budgeted;
        bound = new long[model.tasks];
        cap = new long[model.tasks * model.devices];
    }

    long[] bounds() {
        return bound;
    }

    /** Whether the first task without a bound has none because the steps did not suffice, not because it was seen to be late. */
    boolean gaveUp() {
        return gaveUp;
    }

    static long mostSteps() {
        return MOST_STEPS;
    }

    /**
     * Bounds the tasks from the highest priority down, and stops at the first that fails.
     *
     * @return bounds from the nominal release; {@link #INFINITE} from the first that fails on
     */
    long[] solve() {
        Arrays.fill(bound, INFINITE);
        for (int i = 0; i < model.hard; i++) {
            final long response = response(i, model.deadline[i], MOST_STEPS);
            if (response > model.deadline[i]) {
                break;
            }
            bound[i] = response;
        }
        return bound;
    }

    /**
     * Bounds the tasks from the highest priority down to the first that is past its deadline, whose bound may be a multiple of it.
     *
     * @param factor limit of a bound, in deadlines
     * @param rank   where something as good fails: of a rank above it only whether it fails is asked, and of itself no bound past ratio
     * @param ratio  1 to the factor
     * @param steps  towards one fixed point
     * @return its rank, or -1
     */
    int relaxed(final long factor, final int rank, final double ratio, final int steps) {
        Arrays.fill(bound, INFINITE);
        for (int i = 0; i < model.hard; i++) {
            final double most = i < rank ? 1 : i == rank ? ratio : factor;
            bound[i] = response(i, most < factor ? (long) Math.ceil(most * model.deadline[i])
                : Saturating.multiply(model.deadline[i], factor), steps);
            if (bound[i] > model.deadline[i]) {
                return i;
            }
        }
        return -1;
    }

    /** The bound of a rank that was reached last. */
    long bound(final int rank) {
        return bound[rank];
    }

    /** Bounds one task; all ranks above it must be bounded. INFINITE when the bound is past the limit. */
    private long response(final int i, final long limit, final int steps) {
        gaveUp = false;
        final int last = model.runFrom[i + 1] - 1;
        final long tail = model.runTail[last];
        final long start = start(i, limit, steps);
        return start == INFINITE ? INFINITE
            : Saturating.add(model.jitter[i], model.chain(i).end(start, tail, limit - model.jitter[i]));
    }

    /** Latest start of the chain's last segment after its request, or INFINITE. */
    private long start(final int i, final long limit, final int steps) {
        final int from = model.runFrom[i];
        final int to = model.runFrom[i + 1];
        final int[] used = model.used[i];
        for (final int r : used) {
            for (final int k : model.users[r]) {
                if (k >= i) {
                    break;
                }
                cap[k * model.devices + r] = 0;
            }
        }
        long base = model.cost[i] - model.runTail[to - 1];
        for (int s = from; s < to; s++) {
            final int r = model.runDevice[s];
            final long blocking = model.maxLayerBelow(i, r);
            base = budgeted ? base : Saturating.add(base, blocking);
            final long own = Saturating.add(blocking, model.runCost[s] - model.runTail[s]);
            final boolean closed = !model.preemptive[r];
            final long window = window(i, r, own, limit, steps);
            for (final int k : model.users[r]) {
                if (k >= i) {
                    break;
                }
                final int cell = k * model.devices + r;
                cap[cell] = window == INFINITE ? INFINITE : Saturating.add(cap[cell], work(k, r, window, closed));
            }
        }
        final long most = limit - model.jitter[i] - model.runTail[to - 1];
        final boolean closed = closed(i);
        long x = base;
        for (int step = 0; step < steps && x <= most; step++) {
            long next = Saturating.add(base, model.chain(i).of(x));
            for (final int r : used) {
                next = Saturating.add(next, budgeted ? budget(i, r, x) : 0);
                for (final int k : model.users[r]) {
                    if (k >= i) {
                        break;
                    }
                    next = Saturating.add(next, Math.min(work(k, r, x, closed), cap[k * model.devices + r]));
                }
            }
            if (next == x) {
                return x;
            }
            x = next;
        }
        gaveUp |= x <= most;
        return INFINITE;
    }

    private long window(final int i, final int r, final long base, final long limit, final int steps) {
        long x = base;
        for (int step = 0; step < steps && x <= limit; step++) {
            long next = Saturating.add(base, model.here[r].of(x));
            for (final int k : model.users[r]) {
                if (k >= i) {
                    break;
                }
                next = Saturating.add(next, work(k, r, x, !model.preemptive[r]));
            }
            if (next == x) {
                return x;
            }
            x = next;
        }
        gaveUp |= x <= limit;
        return INFINITE;
    }

    /** Whether the last run starts at the instant that closes the window, which then counts; else it ends there. */
    private boolean closed(final int i) {
        return !model.preemptive[model.runDevice[model.runFrom[i + 1] - 1]];
    }

    /**
     * Most work of k on r in a window of length x: (floor((x + R_k - C_k^r) / T_k) + 1) C_k^r, or ceil(.) where the instant that closes the
     * window does not count; on a preemptive device with the switches back and the ways home.
     */
    private long work(final int k, final int r, final long x, final boolean closed) {
        final int cell = k * model.devices + r;
        final long c = model.deviceCost[cell];
        final long slack = bound[k] - c;
        final long period = model.period[k];
        final long work = Saturating.multiply(closed ? (x + slack) / period + 1 : Saturating.ceilDivide(x + slack, period), c);
        if (model.switchBack[cell] == 0 && model.wayHome[cell] == 0) {
            return work;
        }
        final long jobs = closed ? (x + bound[k]) / period + 1 : Saturating.ceilDivide(x + bound[k], period);
        return Saturating.add(work, Saturating.add(Saturating.multiply(jobs, model.switchBack[cell]),
            Saturating.multiply(jobs + 1, model.wayHome[cell])));
    }

    /** Sum of the (runs on r) largest segments on r that block, each ceil((x + D_l) / T_l) times. */
    private long budget(final int i, final int r, final long x) {
        long left = 0;
        for (int s = model.runFrom[i]; s < model.runFrom[i + 1]; s++) {
            left += model.runDevice[s] == r ? 1 : 0;
        }
        final long[] costs = model.layerCost[r];
        final int[] owner = model.layerTask[r];
        long sum = 0;
        for (int at = 0; at < costs.length && left > 0; at++) {
            final int l = owner[at];
            if (!model.blocks(i, r, at)) {
                continue;
            }
            final long times = Math.min(left, Saturating.ceilDivide(Saturating.add(x, model.deadline[l]), model.period[l]));
            sum = Saturating.add(sum, Saturating.multiply(times, costs[at]));
            left -= times;
        }
        return sum;
    }

    /** Explains the bound of a rank, or its lack. */
    Explanation explain(final int i) {
        final String name = model.name(i);
        for (int k = 0; k < i; k++) {
            if (bound[k] == INFINITE) {
                return Sentences.follows(name, model.name(k), model.deadline[i]);
            }
        }
        final boolean fails = bound[i] == INFINITE;
        final long limit = fails ? Saturating.multiply(model.deadline[i], 64) : model.deadline[i];
        final long start = start(i, limit, 1 << 14);
        final StallTime stalled = model.chain(i);
        final long tail = model.runTail[model.runFrom[i + 1] - 1];
        final long end = start == INFINITE ? INFINITE : stalled.end(start, tail, limit);
        if (end == INFINITE) {
            return Sentences.unbounded(name, model.deadline[i], busiest(i));
        }
        final List<Term> terms = new ArrayList<>();
        terms.add(Term.own(Term.Kind.OWN, model.cost[i] - model.overhead[i]));
        terms.add(Term.own(Term.Kind.OVERHEAD, model.overhead[i]));
        terms.add(Term.own(Term.Kind.JITTER, model.jitter[i]));
        terms.add(Term.own(Term.Kind.STALL, end - tail - stalled.work(start)));
        for (final int r : model.used[i]) {
            blocking(i, r, start, terms);
            for (final int k : model.users[r]) {
                if (k >= i) {
                    break;
                }
                final long ns = Math.min(work(k, r, start, closed(i)), cap[k * model.devices + r]);
                terms.add(new Term(Term.Kind.INTERFERENCE, model.name(k), model.deviceName(r),
                    ns / model.deviceCost[k * model.devices + r], ns));
            }
        }
        final long response = model.jitter[i] + end;
        return Sentences.explain(name, response, model.deadline[i], model.deadline[i], terms);
    }

    private void blocking(final int i, final int r, final long x, final List<Term> terms) {
        long left = 0;
        for (int s = model.runFrom[i]; s < model.runFrom[i + 1]; s++) {
            left += model.runDevice[s] == r ? 1 : 0;
        }
        final int[] owner = model.layerTask[r];
        for (int at = 0; at < owner.length && left > 0; at++) {
            final int l = owner[at];
            if (!model.blocks(i, r, at)) {
                continue;
            }
            final long times = budgeted
                ? Math.min(left, Saturating.ceilDivide(Saturating.add(x, model.deadline[l]), model.period[l])) : left;
            terms.add(new Term(Term.Kind.BLOCKING, model.name(l), model.deviceName(r), times, times * model.layerCost[r][at]));
            left -= times;
        }
    }

    /** What is asked of the busiest device of a rank by it and those above it. */
    String busiest(final int i) {
        return model.busiest(i, i) + " by " + model.name(i) + " and what ranks above it";
    }
}
