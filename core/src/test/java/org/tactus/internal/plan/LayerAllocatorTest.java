// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.NamedVariant;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Precision;
import org.tactus.model.TaskSet;

class LayerAllocatorTest {
    private static final int MOST = 4000;

    @Test
    void shouldMoveNothingWhenEverythingFitsOnTheAccelerator() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final LayerAllocation easy = new LayerAllocator(RandomChoices.make(policy, 4, 10, 0.3, 7), MOST).allocate();
            assertTrue(easy.verdict().schedulable());
            assertEquals(0, easy.loss(), 1e-12);
        }
    }

    @Test
    void shouldMendSetsAlwaysAlikeWhenTheAcceleratorIsOverloaded() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            int mended = 0;
            for (long seed = 0; seed < 10; seed++) {
                final LayerChoices choices = RandomChoices.make(policy, 4, 10, policy == PolicyKind.EDF ? 1.3 : 1.1, seed);
                final LayerAllocation first = new LayerAllocator(choices, MOST).allocate();
                final LayerAllocation again = new LayerAllocator(choices, MOST).allocate();
                assertTrue(Arrays.deepEquals(first.chosen(), again.chosen()), "seed " + seed);
                final boolean gpuAlone = LayerAllocator.judge(choices, choices.accelerated()).verdict().schedulable();
                assertTrue(first.verdict().schedulable() || !gpuAlone, "seed " + seed);
                assertEquals(first.verdict().schedulable(), Analyses.analyze(first.set()).schedulable());
                mended += first.verdict().schedulable() && !gpuAlone ? 1 : 0;
            }
            assertTrue(mended >= 4, policy + ": moved segments mended only " + mended);
        }
    }

    @Test
    void shouldCutEachTaskOnceInTheMannerOfDart() {
        for (final boolean hostFirst : new boolean[] {false, true}) {
            for (final int[] chosen : RandomChoices.make(PolicyKind.EDF, 5, 10, 1, 3).cut(hostFirst)) {
                int changes = 0;
                for (int j = 1; j < chosen.length; j++) {
                    changes += chosen[j] != chosen[j - 1] ? 1 : 0;
                }
                assertTrue(changes <= 1);
                assertFalse(changes == 1 && chosen[0] != (hostFirst ? 1 : 0));
            }
        }
    }

    @Test
    void shouldBeNearTheOptimumWhenTheOptimumCanBeFound() {
        int optimal = 0;
        int found = 0;
        int alike = 0;
        double heuristicLoss = 0;
        double optimalLoss = 0;
        for (long seed = 0; seed < 30; seed++) {
            final LayerChoices choices = RandomChoices.make(PolicyKind.FIXED_PRIORITY, 3, 3, 1.0 + seed % 4 / 10.0, seed);
            final LayerAllocation best = new ExhaustiveAllocator(choices).allocate();
            final LayerAllocation greedy = new LayerAllocator(choices, MOST).allocate();
            assertTrue(best.verdict().schedulable() || !greedy.verdict().schedulable(), "seed " + seed);
            optimal += best.verdict().schedulable() ? 1 : 0;
            if (greedy.verdict().schedulable()) {
                assertTrue(greedy.loss() >= best.loss() - 1e-9, "seed " + seed);
                found++;
                alike += greedy.loss() <= best.loss() + 1e-9 ? 1 : 0;
                heuristicLoss += greedy.loss();
                optimalLoss += best.loss();
            }
        }
        System.out.printf("allocation: %d of %d schedulable sets found, %d at the least loss; loss %.3f, least %.3f%n", found, optimal,
            alike, heuristicLoss, optimalLoss);
        assertTrue(optimal >= 10 && found >= 0.8 * optimal, found + " of " + optimal);
        assertTrue(heuristicLoss <= 1.5 * optimalLoss, heuristicLoss + " instead of " + optimalLoss);
        final LayerChoices large = RandomChoices.make(PolicyKind.FIXED_PRIORITY, 3, 10, 1, 1);
        assertThrows(InvalidTaskSetException.class, () -> new ExhaustiveAllocator(large));
    }

    @Test
    void shouldFindTheLeastLossOfAllAllocationsWhenItLooksAtEach() {
        int schedulable = 0;
        for (long seed = 0; seed < 40; seed++) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                final LayerChoices choices = RandomChoices.make(policy, 3, 2, 1.0 + seed % 4 / 5.0, seed);
                double least = Double.POSITIVE_INFINITY;
                for (int code = 0; code < 1 << 6; code++) {
                    final int[][] chosen = new int[3][2];
                    for (int at = 0; at < 6; at++) {
                        chosen[at / 2][at % 2] = code >> at & 1;
                    }
                    least = Analyses.analyze(choices.with(chosen)).schedulable() ? Math.min(least, choices.loss(chosen)) : least;
                }
                final LayerAllocation best = new ExhaustiveAllocator(choices).allocate();
                assertEquals(least < Double.POSITIVE_INFINITY, best.verdict().schedulable(), policy + " seed " + seed);
                if (best.verdict().schedulable()) {
                    assertEquals(least, best.loss(), 1e-9, policy + " seed " + seed);
                    schedulable++;
                }
            }
        }
        assertTrue(schedulable > 10 && schedulable < 80, schedulable + " of 80");
    }

    @Test
    void shouldPlanOffersJoinedSegmentsAndReasonsWhenAsked() {
        final Planner planner = Planners.byName("lalarand").orElseThrow();
        int offered = 0;
        for (long seed = 0; seed < 6; seed++) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                final TaskSet set = RandomChoices.set(policy, 3, 6, 1.2, seed);
                final Plan plan = planner.plan(set);
                assertEquals(plan.verdict().schedulable(), Analyses.analyze(plan.set()).schedulable());
                assertEquals(plan.set(), planner.plan(set).set(), "seed " + seed);
                assertTrue(plan.set().tasks().stream().allMatch(task -> task.choices().isEmpty()));
                final boolean bytes = plan.set().tasks().stream().flatMap(task -> task.segments().stream())
                    .anyMatch(segment -> segment.precision() == Precision.INT8);
                assertEquals(bytes, plan.changes().stream().anyMatch(change -> change.what().contains("int8")), plan.changes().toString());
                offered += plan.set().tasks().stream().anyMatch(task -> task.reclaim().isPresent()) ? 1 : 0;
            }
        }
        assertTrue(offered > 0, "no plan offered a segment");
    }

    @Test
    void shouldJoinSegmentsOnlyWhereNoBoundGrows() {
        final TaskSet set = TaskSet.builder("join").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("gpu0"))
            .task("high", t -> t.periodNs(100).segment("cpu0", 5).segment("gpu0", 5))
            .task("low", t -> t.periodNs(1000).segment("cpu0", 10).segment("cpu0", 4).segment("cpu0", 4).segment("gpu0", 3)
                .segment("gpu0", 3)).build();
        final TaskSet grouped = SegmentGrouping.group(set);
        assertEquals(List.of(10L, 8L, 3L, 3L), grouped.tasks().get(1).segments().stream().map(s -> s.wcetNs()).toList(),
            "8 is below the 10 that blocks anyway; 6 on the accelerator would block for longer than 3");
    }

    @Test
    void shouldRefuseWhatIsNotOpen() {
        final TaskSet plain = TaskSet.builder("plain").device(DeviceSpec.cpu("cpu0"))
            .task("t", t -> t.periodNs(10).segment("cpu0", 1)).build();
        assertThrows(InvalidTaskSetException.class, () -> Planners.byName("lalarand").orElseThrow().plan(plain));
        final TaskSet two = TaskSet.builder("two").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("gpu0"))
            .task("t", t -> t.periodNs(10).segment(List.of(NamedVariant.fp32("cpu0", 3), NamedVariant.fp32("gpu0", 1)))).build();
        assertEquals(1, Planners.byName("all-gpu").orElseThrow().plan(two).set().tasks().get(0).segments().get(0).device());
        final TaskSet lossless = TaskSet.builder("lossless").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("gpu0"))
            .task("t", t -> t.periodNs(10).segment(List.of(NamedVariant.fp32("cpu0", 1),
                new NamedVariant("gpu0", Precision.INT8, 3, 0.5, ActualTime.WCET)))).build();
        assertEquals(1, Planners.byName("all-gpu").orElseThrow().plan(lossless).set().tasks().get(0).segments().get(0).device());
        assertEquals(0, Planners.byName("all-cpu").orElseThrow().plan(two).set().tasks().get(0).segments().get(0).device());
    }
}
