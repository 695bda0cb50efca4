// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.List;
import java.util.stream.IntStream;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.internal.plan.StreamVolumes;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** Judges one drawn set of the streaming experiment by every approach; accepted ones are simulated by the production policy. */
final class StreamingJudge {
    private static final int NO_SWAP = 0;
    private static final int WHOLE = 1;
    private static final int SEQ = 2;
    private static final int PIPELINED = 3;
    private static final int STREAMING = 4;
    private static final long MOST_RUN_NS = 60_000_000_000L;
    private static final int PERIODS_RUN = 4;

    private final Simulator simulator;
    private final long seed;
    private final Outcome outcome;
    private final StreamingExperiment.Drawn drawn;
    private final SchedulabilityTest test = Analyses.byName("swap-seq-edf").orElseThrow();

    StreamingJudge(final Simulator simulator, final long seed, final Outcome outcome, final StreamingExperiment.Drawn drawn) {
        this.simulator = simulator;
        this.seed = seed;
        this.outcome = outcome;
        this.drawn = drawn;
    }

    void judge() {
        final boolean[] none = new boolean[drawn.tasks()];
        final TaskSet single = drawn.set(false, none);
        final SchedulabilityTest resident = Analyses.byName("np-edf").orElseThrow();
        final Verdict all = resident.analyze(single);
        if (all.schedulable()) {
            accept(NO_SWAP, all, single);
        }
        wholeModels();
        first(SEQ, new StreamVolumes(single).candidates());
        final List<TaskSet> streams = new StreamVolumes(drawn.set(true, none)).candidates();
        first(PIPELINED, streams.stream().filter(set -> set.tasks().stream().noneMatch(
            task -> task.memory().map(TaskMemory::streamBytes).orElseThrow().isPresent())).toList());
        first(STREAMING, streams);
    }

    private void first(final int approach, final List<TaskSet> candidates) {
        for (final TaskSet candidate : candidates) {
            final Verdict verdict = Analyses.analyze(candidate); // by swap-seq-edf, where everything fits by seg-edf
            if (verdict.schedulable()) {
                accept(approach, verdict, candidate);
                return;
            }
        }
    }

    private void accept(final int approach, final Verdict verdict, final TaskSet set) {
        outcome.accepted[approach] = true;
        final long longestNs = set.tasks().stream().mapToLong(task -> task.periodNs()).max().orElseThrow();
        ProductionRuns.check(simulator, set, seed, Math.min(MOST_RUN_NS, PERIODS_RUN * longestNs), verdict, approach, outcome,
            "streaming approach " + approach);
    }

    /** Models out wholly or never: the first k of the longest periods, for every k that MC1 allows. */
    private void wholeModels() {
        final int[] order = IntStream.range(0, drawn.tasks()).boxed()
            .sorted((a, b) -> Long.compare(drawn.period()[b], drawn.period()[a])).mapToInt(Integer::intValue).toArray();
        final boolean[] swapped = new boolean[drawn.tasks()];
        for (int k = 0; k <= drawn.tasks(); k++) {
            final TaskSet candidate = drawn.set(false, swapped);
            if (MemoryConditions.of(candidate).mc1()) {
                final Verdict verdict = test.analyze(candidate);
                if (verdict.schedulable()) {
                    accept(WHOLE, verdict, candidate);
                    return;
                }
            }
            if (k < drawn.tasks()) {
                swapped[order[k]] = true;
            }
        }
    }
}
