package org.tactus.analysis;

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
        if (set.policy() == PolicyKind.EDF) {
            final ChainModel model = ChainModel.byFile(set);
            final ChainEdf solver = new ChainEdf(model, false);
            final boolean known = solver.relaxed(FACTOR);
            double worst = 0;
            int which = -1;
            for (int i = 0; i < model.tasks; i++) {
                final double share = (double) solver.bounds()[i] / model.deadline[i];
                if (share > worst) {
                    worst = share;
                    which = i;
                }
            }
            ratio = known ? worst : FACTOR + worst;
            failing = ratio > 1 ? which : -1;
        } else {
            final ChainModel model = ChainModel.byPriority(set);
            final ChainFixedPriority solver = new ChainFixedPriority(model, false);
            final int rank = solver.relaxed(FACTOR, MOST_STEPS);
            failing = rank < 0 ? -1 : model.order[rank];
            ratio = rank < 0 ? 0 : Math.min(FACTOR, (double) solver.bound(rank) / model.deadline[rank]);
        }
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
