// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/**
 * How far a set of chains is from passing: bounds that go on past the deadline, up to a multiple of it. Past a deadline they promise
 * nothing; they tell a search which way is down. A set in which no bound is past its deadline passes {@code chain-fp} or
 * {@code chain-edf}. Used by one thread.
 */
public final class RelaxedBounds {
    private static final long FACTOR = 20;
    private static final int MOST_STEPS = 1 << 11;

    private final int failing;
    private final double ratio;

    /**
     * Bounds a set.
     *
     * @param set chains without swapping, every WCET known
     */
    public RelaxedBounds(final TaskSet set) {
        this(set, 0, Double.POSITIVE_INFINITY);
    }

    /**
     * Bounds a set that is of interest only when it gets as far as another. What gets as far is told the same as without this floor; of
     * what does not, only that: its ratio or its task may differ.
     *
     * @param set   chains without swapping, every WCET known
     * @param rank  of the other's failing task by priority, from 0: failing at a higher rank is not as far. Under EDF all are alike
     * @param ratio of that task's bound to its deadline: failing at this rank with a larger ratio is not as far
     */
    public RelaxedBounds(final TaskSet set, final int rank, final double ratio) {
        final double least = Math.max(1, ratio);
        if (set.policy() == PolicyKind.EDF) {
            final ChainModel model = ChainModel.byFile(set);
            final ChainEdf solver = new ChainEdf(model, false);
            // What is not known in time has a ratio above the factor, but bounds that may still be below it.
            final boolean known = solver.relaxed(FACTOR, least > FACTOR ? Double.POSITIVE_INFINITY : least);
            double worst = 0;
            int which = -1;
            for (int i = 0; i < model.tasks; i++) {
                if (model.bestEffort[i]) {
                    continue;
                }
                final double share = ratio(solver.bounds()[i], model.deadline[i]);
                if (share > worst) {
                    worst = share;
                    which = i;
                }
            }
            this.ratio = known ? worst : FACTOR + worst;
            failing = this.ratio > 1 ? which : -1;
        } else {
            final ChainModel model = ChainModel.byPriority(set);
            final ChainFixedPriority solver = new ChainFixedPriority(model, false);
            final int first = solver.relaxed(FACTOR, rank, Math.min(FACTOR, least), MOST_STEPS);
            failing = first < 0 ? -1 : model.order[first];
            this.ratio = first < 0 ? 0 : Math.min(FACTOR, ratio(solver.bound(first), model.deadline[first]));
        }
    }

    static double ratio(final long boundNs, final long deadlineNs) {
        return (double) boundNs / deadlineNs;
    }

    /**
     * The task that stands in the way: with fixed priorities the first by priority whose bound is past its deadline, whose lower ones
     * are not bounded; under EDF the one that is furthest past it.
     *
     * @return its index in the set; -1 when no bound is past its deadline
     */
    public int failing() {
        return failing;
    }

    /**
     * How far: its bound over its deadline.
     *
     * @return above 1 when a task fails; limited, for bounds do not grow for ever
     */
    public double ratio() {
        return ratio;
    }
}
