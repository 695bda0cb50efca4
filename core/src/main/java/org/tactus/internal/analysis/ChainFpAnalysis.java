// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;
import java.util.List;
import org.tactus.analysis.Verdict;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/**
 * {@code chain-fp} and {@code chain-fp-budget}: chains over any number of devices under fixed priorities.
 *
 * <p>{@code chain-fp}: the bound of a task holds even when tasks of lower priority miss. {@code chain-fp-budget} lets a lower task
 * block only as often as it can have jobs; it bounds all tasks or none. Formulas are ours; proofs in {@code docs/proofs/schedulability.md}.
 */
final class ChainFpAnalysis implements OfPolicy {
    private final boolean budgeted;

    ChainFpAnalysis(final boolean budgeted) {
        this.budgeted = budgeted;
    }

    @Override
    public String name() {
        return budgeted ? "chain-fp-budget" : "chain-fp";
    }

    @Override
    public PolicyKind policy() {
        return PolicyKind.FIXED_PRIORITY;
    }

    @Override
    public String applies(final TaskSet set) {
        return Applicability.first(List.of(
            () -> Applicability.policy(name(), set, PolicyKind.FIXED_PRIORITY),
            () -> Applicability.measured(name(), set),
            () -> Applicability.oneLevel(name(), set),
            () -> Applicability.noSwap(name(), set)));
    }

    @Override
    public Verdict analyze(final TaskSet set) {
        Verdicts.require(this, set);
        final ChainModel model = ChainModel.byPriority(set);
        final ChainFixedPriority solver = new ChainFixedPriority(model, budgeted);
        final long[] bounds = solver.solve().clone();
        int decisive = -1;
        for (int i = 0; i < model.hard && decisive < 0; i++) {
            decisive = bounds[i] == ChainFixedPriority.INFINITE ? i : -1;
        }
        if (budgeted && decisive >= 0) {
            Arrays.fill(bounds, ChainFixedPriority.INFINITE);
        }
        if (decisive >= 0 && solver.gaveUp()) {
            final int first = decisive;
            return Verdicts.undecided(name(), set, model.order, bounds, decisive, i -> i == first
                ? Sentences.undecided(model.name(i), ChainFixedPriority.mostSteps(), solver.busiest(i))
                : Sentences.follows(model.name(i), model.name(first), model.deadline[i]));
        }
        return Verdicts.of(name(), set, model.order, bounds, decisive, new Explainer<>(() -> {
            final ChainFixedPriority fresh = new ChainFixedPriority(model, budgeted);
            fresh.solve();
            return fresh;
        }, (fresh, i) -> budgeted && fresh.bounds()[i] != bounds[i]
            ? Sentences.follows(model.name(i), firstFailing(model, fresh.bounds()), model.deadline[i]) : fresh.explain(i)));
    }

    private static String firstFailing(final ChainModel model, final long[] known) {
        for (int i = 0; i < known.length; i++) {
            if (known[i] == ChainFixedPriority.INFINITE) {
                return model.name(i);
            }
        }
        return "another task";
    }
}
