// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

class PlanTest {
    private static final long MIB = 1L << 20;

    private static TaskSet caseStudy() {
        final long[] footprint = {953125472L, 711605536L, 4876236576L, 4876236576L, 4876236576L, 4876236576L};
        final long[] periodMs = {600, 600, 900, 900, 1200, 1200};
        final var builder = TaskSet.builder("case-study").policy(PolicyKind.EDF).device(DeviceSpec.modelled("gpu0").withMemory(
            new DeviceMemory(18499 * MIB, 32 * MIB, SwapProtocol.SEQ, 1_300_000, 1_300_000, 0, 0)));
        for (int i = 0; i < footprint.length; i++) {
            final int at = i;
            builder.task("tau" + (i + 1), task -> task.periodNs(periodMs[at] * 1_000_000).segment("gpu0", at < 2 ? 20_000_000 : 100_000_000)
                .memory(new TaskMemory(footprint[at], OptionalLong.empty(), Optional.empty())));
        }
        return builder.build();
    }

    @Test
    void shouldGiveTheCaseStudyItsVolumes() {
        final SwapVolumes sweep = new SwapVolumes(caseStudy(), SwapProtocol.SEQ);
        assertEquals(53, sweep.overflowChunks());
        final long[] eighteen = sweep.candidates().stream().filter(v -> Arrays.stream(v).max().orElse(0) == 18).findFirst().orElseThrow();
        assertArrayEquals(new long[] {0, 0, 18, 17, 18, 18}, eighteen);
        final TaskSet planned = sweep.firstAccepted(Analyses.byName("swap-seq-edf").orElseThrow()).orElseThrow();
        assertTrue(Analyses.analyze(planned).schedulable());
    }

    @Test
    void shouldSayWhyWhenItPlansTheCaseStudy() {
        final Plan plan = Planners.byName("rt-swap").orElseThrow().plan(caseStudy());
        assertTrue(plan.verdict().schedulable());
        assertEquals("swap 576MiB, 18 chunks of its 4.541GiB", plan.changes().get(2).what());
        assertEquals("never swapped", plan.changes().get(0).what());
        assertTrue(plan.notes().getFirst().contains("53 chunks of 32MiB"), plan.notes().toString());
        assertTrue(plan.notes().stream().anyMatch(note -> note.contains("would be 18 chunks each (576MiB)")), plan.notes().toString());
        assertTrue(Analyses.analyze(plan.set()).schedulable());
    }

    @Test
    void shouldSwapNothingWhenTheScratchIsShared() {
        final TaskSet set = caseStudy();
        final TaskSet classed = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), set.tasks().stream().map(task ->
            task.withMemory(new TaskMemory(task.memory().orElseThrow().footprintBytes(), OptionalLong.empty(), Optional.empty(),
                task.memory().orElseThrow().footprintBytes() * 9 / 10, 0))).toList());
        final Plan plan = Planners.byName("rt-swap").orElseThrow().plan(classed);
        assertTrue(plan.changes().stream().allMatch(change -> change.what().equals("never swapped")), plan.changes().toString());
        assertTrue(plan.notes().getFirst().contains("everything fits"), plan.notes().toString());
    }

    @Test
    void shouldNameMc1WhenNoVolumesAreEnough() {
        final TaskSet set = caseStudy();
        final DeviceSpec small = set.platform().devices().getFirst()
            .withMemory(set.platform().devices().getFirst().memory().orElseThrow().withCapacityBytes(4000 * MIB));
        final Plan plan = Planners.byName("rt-swap").orElseThrow().plan(new TaskSet(set.name(), set.policy(), set.overheads(),
            new Platform(List.of(small)), set.tasks()));
        assertTrue(!plan.verdict().schedulable() && plan.verdict().reason().contains("MC1"), plan.verdict().reason());
    }

    @Test
    void shouldTryAFewThousandVolumesWhenChunksAreTiny() {
        final var builder = TaskSet.builder("tiny").device(DeviceSpec.modelled("gpu0").withMemory(
            new DeviceMemory(64L << 30, 64, SwapProtocol.SEQ, 1, 1, 0, 0)));
        for (int i = 0; i < 3; i++) {
            builder.task("t" + i, task -> task.periodNs(1000).segment("gpu0", 1)
                .memory(new TaskMemory(48L << 30, OptionalLong.empty(), Optional.empty())));
        }
        final SwapVolumes sweep = new SwapVolumes(builder.build(), SwapProtocol.SEQ);
        final List<long[]> candidates = sweep.candidates();
        assertEquals(4096, candidates.size());
        assertEquals(sweep.overflowChunks() / 2, Arrays.stream(candidates.getFirst()).max().orElseThrow());
        assertEquals((48L << 30) / 64, Arrays.stream(candidates.getLast()).max().orElseThrow(), "as much as a task has");
        for (final long[] volumes : candidates) {
            assertTrue(MemoryConditions.of(sweep.with(volumes)).mc1(), Arrays.toString(volumes));
        }
    }

    @Test
    void shouldMeetTheMemoryConditionWithEveryCandidate() {
        for (long seed = 0; seed < 300; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final int tasks = random.nextInt(1, 6);
            long total = 0;
            long largest = 0;
            final long[] bytes = new long[tasks];
            for (int i = 0; i < tasks; i++) {
                bytes[i] = random.nextLong(1, 400);
                total += bytes[i];
                largest = Math.max(largest, bytes[i]);
            }
            final long capacity = Math.max(largest, (long) (total / random.nextDouble(1, 2)));
            final var builder = TaskSet.builder("random").device(DeviceSpec.modelled("gpu0").withMemory(
                new DeviceMemory(Math.max(capacity, 10), 10, SwapProtocol.SEQ, 1, 1, 0, 0)));
            for (int i = 0; i < tasks; i++) {
                final int at = i;
                builder.task("t" + i, task -> task.periodNs(1000 + at).segment("gpu0", 1)
                    .memory(new TaskMemory(bytes[at], OptionalLong.empty(), Optional.empty())));
            }
            final TaskSet set = builder.build();
            for (final SwapProtocol protocol : SwapProtocol.values()) {
                final SwapVolumes sweep = new SwapVolumes(set, protocol);
                for (final long[] volumes : sweep.candidates()) {
                    final MemoryConditions memory = MemoryConditions.of(sweep.with(volumes));
                    assertTrue(memory.problem(protocol == SwapProtocol.OVL).isEmpty(), "seed " + seed + ' ' + Arrays.toString(volumes));
                }
            }
        }
    }
}
