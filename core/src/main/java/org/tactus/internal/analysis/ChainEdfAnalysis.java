// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;
import java.util.List;
import org.tactus.analysis.Verdict;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/**
 * {@code chain-edf} and {@code chain-edf-x}: chains over any number of devices under EDF. All tasks are bounded or none. The second
 * tells apart who blocks the first run: a task that does so cannot interfere as well, so its bounds are never above the first's.
 * Formulas are ours; proofs in {@code docs/proofs/schedulability.md}.
 */
final class ChainEdfAnalysis implements OfPolicy {
    private final boolean cases;

    ChainEdfAnalysis(final boolean cases) {
        this.cases = cases;
    }

    @Override
    public String name() {
        return cases ? "chain-edf-x" : "chain-edf";
    }

    @Override
    public PolicyKind policy() {
        return PolicyKind.EDF;
    }

    @Override
    public String applies(final TaskSet set) {
        return Applicability.first(List.of(
            () -> Applicability.policy(name(), set, PolicyKind.EDF),
            () -> Applicability.measured(name(), set),
            () -> Applicability.oneLevel(name(), set),
            () -> Applicability.noPreemption(name(), set),
            () -> Applicability.noSwap(name(), set)));
    }

    @Override
    public Verdict analyze(final TaskSet set) {
        Verdicts.require(this, set);
        final ChainModel model = ChainModel.byFile(set);
        final ChainEdf solver = new ChainEdf(model, cases);
        final int failed = solver.solve();
        final long[] bounds = solver.bounds().clone();
        if (failed >= 0) {
            Arrays.fill(bounds, ChainEdf.INFINITE);
        }
        if (solver.gaveUp()) {
            return Verdicts.undecided(name(), set, model.order, bounds, failed,
                i -> Sentences.undecided(model.name(i), ChainEdf.mostRounds(), solver.busiest(i)));
        }
        return Verdicts.of(name(), set, model.order, bounds, failed, new Explainer<>(() -> {
            final ChainEdf fresh = new ChainEdf(model, cases);
            fresh.solve();
            return fresh;
        }, (fresh, i) -> fresh.explain(i, failed)));
    }
}
