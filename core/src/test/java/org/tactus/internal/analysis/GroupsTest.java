// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.Segment;
import org.tactus.model.SharingGroups;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** A group of tasks that share devices is judged as if the others were not there. */
class GroupsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 400);
    private static final long SEED = Long.getLong("tactus.property.seed", 4711);

    /** Task a asks for more than all of cpu0; b is alone on cpu1, and c on two devices of its own. */
    private static TaskSetBuilder failing(final PolicyKind policy) {
        return TaskSet.builder("groups").policy(policy).device(DeviceSpec.cpu("cpu0", 0)).device(DeviceSpec.cpu("cpu1", 1))
            .device(DeviceSpec.modelled("acc0")).device(DeviceSpec.modelled("acc1"))
            .task("a", t -> t.periodNs(10).segment("cpu0", 11)).task("b", t -> t.periodNs(100).segment("cpu1", 5));
    }

    @Test
    void shouldBoundATaskThatSharesNothingWhenAnotherFails() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSet set = failing(policy).build();
            final Verdict verdict = Analyses.analyze(set);
            assertFalse(verdict.schedulable());
            assertFalse(verdict.undecided());
            assertFalse(verdict.tasks().getFirst().bounded());
            assertEquals(5, verdict.tasks().get(1).responseBoundNs());
            assertTrue(verdict.reason().startsWith("a fails"), verdict.reason());
            for (final String test : List.of("np-", "seg-", "")) {
                assertEquals(5, Analyses.byName(test + (policy == PolicyKind.EDF ? "edf" : "fp")).orElseThrow().analyze(set).tasks().get(1)
                    .responseBoundNs(), test);
            }
            final TaskSet chains = failing(policy).task("c", t -> t.periodNs(100).segment("acc0", 5).segment("acc1", 5)).build();
            for (final String test : policy == PolicyKind.EDF ? List.of("chain-edf", "chain-edf-x")
                : List.of("chain-fp", "chain-fp-budget")) {
                final Verdict each = Analyses.byName(test).orElseThrow().analyze(chains);
                assertFalse(each.tasks().getFirst().bounded(), test);
                assertEquals(5, each.tasks().get(1).responseBoundNs(), test);
                assertEquals(10, each.tasks().get(2).responseBoundNs(), test);
                each.tasks().forEach(task -> ExplanationChecks.check(task, test));
            }
        }
    }

    @Test
    void shouldTellEachGroupThatFailsInTheReason() {
        final TaskSet set = failing(PolicyKind.FIXED_PRIORITY).task("d", t -> t.periodNs(10).segment("acc1", 12)).build();
        final String reason = Analyses.analyze(set).reason();
        assertTrue(reason.startsWith("a fails") && reason.contains("besides, on other devices: d fails"), reason);
    }

    @Test
    void shouldNotBoundATaskWhenItSharesADeviceThroughOthers() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSet through = failing(policy).task("link", t -> t.periodNs(200).segment("cpu1", 1).segment("cpu0", 1)).build();
            final TaskSet offered = failing(policy).task("link", t -> t.periodNs(200).segment("cpu1", 1).segment("cpu1", 1)
                .offer("acc0", 1).reclaim(new Reclaim(1, 1, 1))).task("other", t -> t.periodNs(200).segment("acc0", 1)).build();
            final TaskSet oneCore = TaskSet.builder("core").policy(policy)
                .device(new DeviceSpec("acc0", DeviceKind.MODELLED, List.of(0), "", 0, Optional.empty(), 0))
                .device(new DeviceSpec("acc1", DeviceKind.MODELLED, List.of(1, 0), "", 0, Optional.empty(), 0))
                .task("a", t -> t.periodNs(10).segment("acc0", 11)).task("b", t -> t.periodNs(100).segment("acc1", 5)).build();
            assertEquals(List.of(List.of(0, 1, 2)), SharingGroups.of(through));
            assertEquals(List.of(List.of(0), List.of(1, 2, 3)), SharingGroups.of(offered));
            assertEquals(List.of(List.of(0, 1)), SharingGroups.of(oneCore));
            assertFalse(Analyses.analyze(through).tasks().get(1).bounded());
            assertTrue(Analyses.analyze(offered).tasks().get(1).bounded());
            assertFalse(Analyses.analyze(oneCore).tasks().get(1).bounded());
        }
    }

    @Test
    void shouldAnswerWhatATaskMayGrowByWhenAnotherGroupFails() {
        final TaskSet set = failing(PolicyKind.FIXED_PRIORITY).build();
        final Sensitivity search = new Sensitivity(Analyses.tightest(set), set);
        assertTrue(search.largestFactor().orElseThrow() < 1);
        assertEquals(10.0 / 11, search.largestFactor(0).orElseThrow(), 1e-5);
        assertEquals(20.0, search.largestFactor(1).orElseThrow(), 1e-5);
        assertEquals(OptionalLong.empty(), search.smallestPeriodNs(0));
        assertEquals(OptionalLong.of(5), search.smallestPeriodNs(1));
    }

    @Test
    void shouldJudgeASwappingDeviceByItsOwnTestWhenOtherTasksRunElsewhere() {
        final DeviceSpec gpu = new DeviceSpec("gpu0", DeviceKind.MODELLED, List.of(), "", 0, Optional.empty(), 0)
            .withMemory(new DeviceMemory(1_000, 10, SwapProtocol.SEQ, 2, 2, 0, 0));
        final TaskSetBuilder builder = TaskSet.builder("swap").device(gpu).device(DeviceSpec.cpu("cpu0"));
        final TaskMemory volume = new TaskMemory(100, OptionalLong.of(50), Optional.empty());
        builder.task("swapped", t -> t.periodNs(1_000).memory(volume).segment("gpu0", 10));
        final TaskSet alone = builder.build();
        builder.task("apart", t -> t.periodNs(100).segment("cpu0", 7).segment("cpu0", 6));
        final TaskSet set = builder.build();
        final Verdict verdict = Analyses.analyze(set);
        assertEquals("seg-fp+swap-seq-fp", verdict.test());
        final long before = Analyses.analyze(alone).tasks().getFirst().responseBoundNs();
        assertEquals(before, verdict.tasks().getFirst().responseBoundNs());
        assertEquals(13, verdict.tasks().get(1).responseBoundNs());
        final Verdict again = Analyses.byName(verdict.test()).orElseThrow().analyze(set);
        assertEquals(verdict.toString(), again.toString());
        assertEquals(7, new Sensitivity(Analyses.tightest(set), set).largestFactor(1).orElseThrow(), 1);
        assertEquals(Optional.empty(), Analyses.byName("swap-seq-fp+seg-fp"));
        assertEquals(Optional.empty(), Analyses.byName("+"));
        assertEquals(Optional.empty(), Analyses.byName("seg-fp+"));
    }

    /** Two sets that share nothing, their tasks interleaved at random: each test says of each task what it says of its set alone. */
    @Test
    void shouldKeepEveryBoundWhenTasksJoinThatShareNothing() {
        System.out.println("groups: seeds from " + SEED);
        int bounded = 0;
        for (int index = 0; index < SETS; index++) {
            final SplittableRandom random = new SplittableRandom(SEED + index);
            final PolicyKind policy = random.nextInt(2) == 0 ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY;
            final TaskSet first = BoundPropertiesTest.draw(random, 1 + random.nextInt(2), policy);
            final TaskSet second = BoundPropertiesTest.draw(random, 1 + random.nextInt(2), policy);
            final List<DeviceSpec> devices = new ArrayList<>();
            first.platform().devices().forEach(device -> devices.add(DeviceSpec.modelled("first-" + device.name())));
            second.platform().devices().forEach(device -> devices.add(DeviceSpec.modelled("second-" + device.name())));
            final List<Task> tasks = new ArrayList<>();
            final int shift = first.platform().devices().size();
            int i = 0;
            int j = 0;
            while (i < first.tasks().size() || j < second.tasks().size()) {
                if (j == second.tasks().size() || i < first.tasks().size() && random.nextInt(2) == 0) {
                    tasks.add(first.tasks().get(i).withName("first" + i));
                    i++;
                } else {
                    final Task task = second.tasks().get(j);
                    tasks.add(task.withName("second" + j).withSegments(task.segments().stream()
                        .map(segment -> new Segment(segment.device() + shift, segment.wcetNs(), segment.actual())).toList()));
                    j++;
                }
            }
            final TaskSet both = new TaskSet("both", policy, first.overheads(), new Platform(devices), tasks);
            for (final String name : Analyses.names()) {
                final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                final TaskSet other = new TaskSet("second", policy, first.overheads(), second.platform(), second.tasks());
                final TaskSet one = new TaskSet("first", policy, first.overheads(), first.platform(), first.tasks());
                if (test.applies(one).isEmpty() && test.applies(other).isEmpty() && test.applies(both).isEmpty()) {
                    final Verdict alone = test.analyze(one);
                    final Verdict otherAlone = test.analyze(other);
                    for (final TaskVerdict task : test.analyze(both).tasks()) {
                        final int at = Integer.parseInt(task.name().replaceAll("\\D", ""));
                        final TaskVerdict expected = (task.name().startsWith("first") ? alone : otherAlone).tasks().get(at);
                        assertEquals(expected.responseBoundNs(), task.responseBoundNs(), name + ", seed " + (SEED + index));
                        bounded += task.bounded() ? 1 : 0;
                    }
                }
            }
        }
        assertTrue(bounded > SETS, "bounded " + bounded);
    }
}
