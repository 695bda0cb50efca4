// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.internal.plan.Plan;
import org.tactus.internal.plan.Planners;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskSet;

/**
 * What {@code plan --with rt-swap} chooses for jobs of several segments under SPE: the analysis that a run asks accepts what the planner
 * says that it accepts, with the same bounds, and the production policy stays within them. {@code -Dtactus.property.sets=N} and
 * {@code -Dtactus.property.seed=N} choose other sets and how many.
 */
class PlannedSegmentsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 400);
    private static final long SEED = Long.getLong("tactus.property.seed", 20261130L);

    @Test
    void shouldStayWithinTheBoundsOfPlannedSetsWhenJobsArePreemptedBetweenSegments() {
        final Simulator simulator = new Simulator();
        long drawn = 0;
        long planned = 0;
        long lost = 0;
        long fewerCuts = 0;
        long moved = 0;
        long tightest = 0;
        for (int index = 0; index < SETS; index++) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                final SplittableRandom random = new SplittableRandom(SEED + index);
                final TaskSet set = PreemptedSegmentsTest.preempted(UnitSets.random(random, policy), random);
                if (set.tasks().stream().allMatch(task -> task.segments().size() == 1)) {
                    continue;
                }
                final boolean asDrawn = set.swapsOn(0) && MemoryConditions.of(set).mc1()
                    && new SwapAnalysis(SwapProtocol.SPE, policy).analyze(set).schedulable();
                final Plan plan = Planners.byName("rt-swap").orElseThrow().plan(set);
                drawn += asDrawn ? 1 : 0;
                lost += asDrawn && !plan.verdict().schedulable() ? 1 : 0;
                if (!plan.verdict().schedulable()) {
                    continue;
                }
                planned++;
                final String what = "seed " + (SEED + index) + ' ' + policy + ' ' + plan.set();
                final Verdict verdict = Analyses.analyze(plan.set());
                assertTrue(verdict.schedulable(), what);
                fewerCuts += segments(plan.set()) < segments(set) ? 1 : 0;
                for (int run = 0; run < 3; run++) {
                    final SimulationOptions options = SimulationOptions.worstCase(random.nextLong(), 2000)
                        .withReleases(run == 0 ? ReleasePattern.SYNCHRONOUS : run == 1 ? ReleasePattern.SPORADIC
                            : ReleasePattern.RANDOM_OFFSETS)
                        .withExecution(random.nextInt(3) == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET)
                        .withRandomVictims(random.nextBoolean());
                    final UnitObserver observer = new UnitObserver(plan.set(), false);
                    simulator.run(plan.set(), options, observer, observer);
                    assertEquals("", observer.violation(), what);
                    assertEquals(0, observer.aborted(), what);
                    moved += observer.moves.size();
                    for (int i = 0; i < set.tasks().size(); i++) {
                        final TaskVerdict task = verdict.tasks().get(i);
                        assertEquals(plan.verdict().tasks().get(i).responseBoundNs(), task.responseBoundNs(), what);
                        assertTrue(observer.largestNs()[i] <= task.responseBoundNs(), () -> task.name() + " took more than "
                            + task.responseBoundNs() + ' ' + what);
                        tightest = Math.max(tightest, 100 * observer.largestNs()[i] / task.responseBoundNs());
                    }
                }
            }
        }
        final String told = drawn + " accepted as drawn, " + planned + " as planned, " + lost + " of the former lost, " + fewerCuts
            + " with fewer cuts, " + moved + " moves, tightest " + tightest + "%";
        System.out.println("planned under SPE: seed " + SEED + ", " + told);
        assertTrue(SETS < 400 || planned > 2 * drawn && lost * 20 <= drawn && drawn > SETS / 50 && fewerCuts > SETS / 50
            && moved > 10 * SETS && tightest > 90, told);
    }

    private static int segments(final TaskSet set) {
        return set.tasks().stream().mapToInt(task -> task.segments().size()).sum();
    }
}
