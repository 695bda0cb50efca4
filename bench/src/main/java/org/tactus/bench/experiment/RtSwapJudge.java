// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.internal.plan.SwapVolumes;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskSet;

/** Judges one drawn set of the swapping experiment by every approach; accepted ones are simulated by the production policy. */
final class RtSwapJudge {
    /** The approach that is an upper limit from simulation. */
    static final int LIMIT = 6;
    private static final int NO_SWAP = 0;
    private static final int WHOLE = 1;
    private static final int FIRST_PROTOCOL = 2;
    private static final int SEMANTIC = 5;
    private static final int TASKS = RtSwapExperiment.TASKS;
    private static final long MOST_RUN_NS = 60_000_000_000L;
    private static final int PERIODS_RUN = 6;

    private final Simulator simulator;
    private final long seed;
    private final Outcome outcome;
    private final RtSwapExperiment.Drawn drawn;

    RtSwapJudge(final Simulator simulator, final long seed, final Outcome outcome, final RtSwapExperiment.Drawn drawn) {
        this.simulator = simulator;
        this.seed = seed;
        this.outcome = outcome;
        this.drawn = drawn;
    }

    void judge() {
        boolean good = false;
        final TaskSet bare = bare(SwapProtocol.SEQ, Residency.COPY_ALL);
        final Verdict all = test("np-edf").analyze(bare);
        if (all.schedulable()) {
            good = accept(NO_SWAP, all, bare);
        }
        final List<TaskSet> whole = wholeModels();
        for (final TaskSet candidate : whole) {
            final Verdict verdict = outcome.accepted[WHOLE] ? null : test("swap-seq-edf").analyze(candidate);
            if (verdict != null && verdict.schedulable()) {
                good |= accept(WHOLE, verdict, candidate);
            }
        }
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            good |= planned(FIRST_PROTOCOL + protocol.ordinal(), protocol, Residency.COPY_ALL);
        }
        planned(SEMANTIC, SwapProtocol.SEQ, Residency.SEMANTIC);
        outcome.accepted[LIMIT] = good || anyRunIsGood(whole);
    }

    private TaskSet bare(final SwapProtocol protocol, final Residency residency) {
        return drawn.set(protocol, residency, new boolean[TASKS]);
    }

    private static SchedulabilityTest test(final String name) {
        return Analyses.byName(name).orElseThrow();
    }

    private boolean planned(final int approach, final SwapProtocol protocol, final Residency residency) {
        final SchedulabilityTest test = test("swap-" + protocol.text() + "-edf");
        final Optional<TaskSet> planned = new SwapVolumes(bare(protocol, residency), protocol).firstAccepted(test);
        return planned.isPresent() && accept(approach, test.analyze(planned.get()), planned.get());
    }

    private boolean accept(final int approach, final Verdict verdict, final TaskSet set) {
        outcome.accepted[approach] = true;
        return ProductionRuns.check(simulator, set, seed, duration(set), verdict, approach, outcome, "rt-swap approach " + approach);
    }

    /** Models swapped wholly or never: the first k of the longest periods, for every k that MC1 allows. */
    private List<TaskSet> wholeModels() {
        final int[] order = IntStream.range(0, TASKS).boxed()
            .sorted((a, b) -> Long.compare(drawn.period()[b], drawn.period()[a])).mapToInt(Integer::intValue).toArray();
        final boolean[] swapped = new boolean[TASKS];
        final List<TaskSet> sets = new ArrayList<>();
        for (int k = 0; k <= TASKS; k++) {
            final TaskSet candidate = drawn.set(SwapProtocol.SEQ, Residency.COPY_ALL, swapped);
            if (MemoryConditions.of(candidate).mc1()) {
                sets.add(candidate);
            }
            if (k < TASKS) {
                swapped[order[k]] = true;
            }
        }
        return sets;
    }

    private boolean anyRunIsGood(final List<TaskSet> whole) {
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            final SwapVolumes sweep = new SwapVolumes(bare(protocol, Residency.COPY_ALL), protocol);
            final List<long[]> candidates = sweep.candidates();
            if (candidates.isEmpty()) {
                continue;
            }
            for (final int at : new int[] {0, candidates.size() / 2, candidates.size() - 1}) {
                if (runsWell(sweep.with(candidates.get(at)))) {
                    return true;
                }
            }
        }
        return whole.stream().anyMatch(this::runsWell);
    }

    private boolean runsWell(final TaskSet set) {
        return ProductionRuns.runsWell(simulator, set, seed, duration(set));
    }

    private static long duration(final TaskSet set) {
        return Math.min(MOST_RUN_NS, PERIODS_RUN * set.tasks().stream().mapToLong(task -> task.periodNs()).max().orElseThrow());
    }
}
