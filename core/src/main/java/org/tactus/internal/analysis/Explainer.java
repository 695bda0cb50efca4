// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.tactus.analysis.Explanation;

/**
 * Explains the tasks of one set by one solver, which is made and solved when the first explanation is asked for: a set's
 * explanations take one analysis, not one each. Safe for any thread; one explains at a time.
 *
 * @param <S> the solver
 */
public final class Explainer<S> implements IntFunction<Explanation> {
    private final Supplier<S> solve;
    private final Explanations<S> explanations;
    private S solved;

    /**
     * Explains by a solver.
     *
     * @param <S> the solver
     */
    @FunctionalInterface
    public interface Explanations<S> {
        /**
         * Explains a task.
         *
         * @param solver what was solved
         * @param rank   rank of the task
         * @return why its bound is what it is
         */
        Explanation explain(S solver, int rank);
    }

    /**
     * Prepares explanations; nothing is computed yet.
     *
     * @param solve        makes a solver and solves
     * @param explanations explains by it
     */
    public Explainer(final Supplier<S> solve, final Explanations<S> explanations) {
        this.solve = solve;
        this.explanations = explanations;
    }

    @Override
    public synchronized Explanation apply(final int rank) {
        if (solved == null) {
            solved = solve.get();
        }
        return explanations.explain(solved, rank);
    }
}
