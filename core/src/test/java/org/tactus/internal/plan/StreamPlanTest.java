// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** {@code plan --with rt-swap} where jobs have several segments: rings, volumes and cuts together. */
class StreamPlanTest {
    private static final long MIB = 1L << 20;
    private static final long MS = 1_000_000;

    private static DeviceSpec gpu(final long mebibytes, final SwapProtocol protocol) {
        return DeviceSpec.modelled("gpu0").withMemory(new DeviceMemory(mebibytes * MIB, 2 * MIB, protocol, MS, MS, 100_000, 50_000,
            Residency.SEMANTIC, 50_000, true));
    }

    /** Tasks of segments that each read so many MiB and take 10 ms. */
    private static TaskSet set(final DeviceSpec gpu, final Overheads overheads, final long periodMs, final long[]... constants) {
        final var builder = TaskSet.builder("networks").policy(PolicyKind.EDF).overheads(overheads).device(gpu);
        for (int i = 0; i < constants.length; i++) {
            final List<Long> bytes = new ArrayList<>();
            long sum = 0;
            for (final long mebibytes : constants[i]) {
                bytes.add(mebibytes * MIB);
                sum += mebibytes * MIB;
            }
            final TaskMemory memory = new TaskMemory(sum + 2 * MIB, OptionalLong.empty(), Optional.empty(), MIB, MIB, bytes,
                OptionalLong.empty());
            final long period = (periodMs + i) * MS;
            builder.task("t" + i, task -> {
                task.periodNs(period).memory(memory);
                bytes.forEach(any -> task.segment("gpu0", 10 * MS));
            });
        }
        return builder.build();
    }

    private static Plan plan(final TaskSet set) {
        return Planners.byName("rt-swap").orElseThrow().plan(set);
    }

    @Test
    void shouldStreamWhenANetworkIsFourTimesTheMemory() {
        final Plan plan = plan(set(gpu(48, SwapProtocol.SEQ), Overheads.NONE, 1000, LongStream.generate(() -> 16).limit(12).toArray()));
        assertTrue(plan.verdict().schedulable(), plan.verdict().reason());
        final TaskMemory memory = plan.set().tasks().getFirst().memory().orElseThrow();
        assertTrue(memory.streamBytes().orElseThrow() >= 32 * MIB && memory.streamBytes().orElseThrow() <= 46 * MIB, memory.toString());
        final String what = plan.changes().getFirst().what();
        assertTrue(what.startsWith("stream ") && what.contains("of the 96 chunks of its constants at once"), what);
        // All 12 loads of 8 chunks (1.05 ms each), 0.1 ms and 0.05 ms an operation; executions of 10 ms beside all but the first.
        final String why = plan.changes().getFirst().why();
        assertTrue(why.contains("120ms of it execution") && why.contains("with everything loaded before it executes"), why);
        assertTrue(Analyses.analyze(plan.set()).schedulable());
    }

    @Test
    void shouldUseVolumesOfLastSegmentsWhenTheyAreEnough() {
        final Plan plan = plan(set(gpu(100, SwapProtocol.SEQ), Overheads.NONE, 200, new long[] {20, 20, 20}, new long[] {20, 20, 20}));
        assertTrue(plan.verdict().schedulable(), plan.verdict().reason());
        assertTrue(plan.set().tasks().stream().allMatch(task -> task.memory().orElseThrow().streamBytes().isEmpty()),
            plan.set().toString());
        assertTrue(plan.changes().stream().anyMatch(change -> change.what().contains("of its last 2 segments")), plan.changes().toString());
    }

    @Test
    void shouldJoinCutsWhenTheyBuyNothing() {
        final Overheads machine = new Overheads(0, 500_000, 0, 500_000, 0);
        final Plan plan = plan(set(gpu(100, SwapProtocol.SEQ), machine, 200, new long[] {2, 2, 2, 2}, new long[] {2, 2, 2, 2}));
        assertEquals(1, plan.set().tasks().getFirst().segments().size(), "all is resident, so a cut only costs");
        assertTrue(plan.changes().getFirst().what().contains("1 segments of its 4"), plan.changes().toString());
        assertEquals(List.of(8 * MIB), plan.set().tasks().getFirst().memory().orElseThrow().segmentConstantBytes());
    }

    @Test
    void shouldSayThatNothingIsEnoughWhenTheLargestSegmentDoesNotFit() {
        final Plan plan = plan(set(gpu(16, SwapProtocol.SEQ), Overheads.NONE, 200, new long[] {20, 2, 2}));
        assertTrue(!plan.verdict().schedulable() && plan.notes().stream().anyMatch(note -> note.contains("the largest segment, must fit")),
            plan.notes().toString());
    }

    @Test
    void shouldSayThatTheStrategyIsForAGpuWhenTheDeviceIsACpu() {
        final TaskSet set = TaskSet.builder("cpus").device(DeviceSpec.cpu("cpu0", 1))
            .task("a", task -> task.periodNs(10 * MS).segment("cpu0", MS)).build();
        final String said = assertThrows(InvalidTaskSetException.class, () -> plan(set)).getMessage();
        assertTrue(said.contains("of a GPU") && said.contains("'cpu0'") && !said.contains("give it"), said);
    }

    @Test
    void shouldRefuseSeveralSegmentsWhenTheProtocolIsOvl() {
        final TaskSet set = set(gpu(100, SwapProtocol.OVL), Overheads.NONE, 200, new long[] {20, 20});
        assertTrue(assertThrows(InvalidTaskSetException.class, () -> plan(set)).getMessage()
            .contains("'protocol: seq' or 'protocol: spe'"));
    }

    @Test
    void shouldChooseVolumesOfSeveralSegmentsWhenJobsArePreempted() {
        final TaskSet set = set(gpu(100, SwapProtocol.SPE), Overheads.NONE, 200, new long[] {20, 20, 20}, new long[] {20, 20, 20});
        final TaskSet little = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), set.tasks().stream().map(task ->
            task.withMemory(task.memory().orElseThrow().withSwapBytes(OptionalLong.of(2 * MIB)))).toList());
        assertTrue(!Analyses.analyze(little).schedulable(), "one chunk is too little");
        final Plan plan = plan(set);
        assertTrue(plan.verdict().schedulable(), plan.verdict().reason());
        assertEquals("swap-spe-edf", Analyses.analyze(plan.set()).test());
        assertTrue(Analyses.analyze(plan.set()).schedulable());
        for (final var task : plan.set().tasks()) {
            final SwapRegion region = SwapRegion.of(task, plan.set().platform().devices().getFirst().memory().orElseThrow());
            assertEquals(0, region.ringChunks(), "a job that others come between has no ring");
            assertEquals(0, region.stateChunks(), "with constants alone every eviction is a drop");
        }
        final String why = plan.changes().getFirst().why();
        assertTrue(why.contains("30ms of it execution; a more urgent one waits for at most 30ms of it"), why);
    }

    @Test
    void shouldKeepCutsWhenAnUrgentJobCannotWaitForAllSegments() {
        final TaskSet networks = set(gpu(100, SwapProtocol.SPE), Overheads.NONE, 200, new long[] {20, 20, 20}, new long[] {20, 20, 20});
        final List<Task> tasks = new ArrayList<>(networks.tasks());
        tasks.add(TaskSet.builder("urgent").policy(PolicyKind.EDF).device(networks.platform().devices().getFirst())
            .task("urgent", task -> task.periodNs(60 * MS).deadlineNs(25 * MS).segment("gpu0", 5 * MS)).build().tasks().getFirst());
        final Plan plan = plan(new TaskSet("mixed", PolicyKind.EDF, Overheads.NONE, networks.platform(), tasks));
        assertTrue(plan.verdict().schedulable(), plan.verdict().reason());
        final String why = plan.changes().getFirst().why();
        assertTrue(why.contains("a more urgent one waits for at most 10ms of it") || why.contains("at most 20ms of it"), why);
        assertTrue(plan.set().tasks().getFirst().segments().size() >= 2, plan.set().toString());
    }

    @Test
    void shouldSayThatStreamingNeedsLessWhenNoVolumesAreEnough() {
        final Plan plan = plan(set(gpu(48, SwapProtocol.SPE), Overheads.NONE, 1000, LongStream.generate(() -> 16).limit(12).toArray()));
        assertTrue(!plan.verdict().schedulable() && plan.notes().stream().anyMatch(note -> note.contains("'protocol: seq'")),
            plan.notes().toString());
    }

    /** 60 ms a task, of which each segment costs 10 ms more: with all cuts the two take 240 ms of the 230 ms between their jobs. */
    @Test
    void shouldGiveCutsUpWhenASetIsSchedulableOnlyWithout() {
        final Overheads machine = new Overheads(0, 5 * MS, 0, 5 * MS, 0);
        for (final SwapProtocol protocol : List.of(SwapProtocol.SEQ, SwapProtocol.SPE)) {
            final TaskSet set = set(gpu(50, protocol), machine, 230, new long[] {4, 4, 4, 4, 4, 4}, new long[] {4, 4, 4, 4, 4, 4});
            assertTrue(new StreamVolumes(set).candidates().stream().noneMatch(one -> Analyses.analyze(one).schedulable()), "with all cuts");
            final Plan plan = plan(set);
            assertTrue(plan.verdict().schedulable(), protocol + ": " + plan.verdict().reason());
            assertTrue(plan.set().tasks().stream().anyMatch(task -> task.segments().size() < 6), plan.set().toString());
        }
    }

    @Test
    void shouldMeetTheMemoryConditionAndTheRingsWithEveryCandidate() {
        long rings = 0;
        long preempted = 0;
        for (long seed = 0; seed < 300; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final long[][] constants = Stream.generate(() -> random.longs(random.nextInt(1, 7), 1, 20).toArray())
                .limit(random.nextInt(1, 6)).toArray(long[][]::new);
            final SwapProtocol protocol = seed % 3 == 0 ? SwapProtocol.SPE : SwapProtocol.SEQ;
            final TaskSet set = set(gpu(random.nextInt(20, 120), protocol), Overheads.NONE, 100, constants);
            for (final TaskSet candidate : new StreamVolumes(set).candidates()) {
                assertTrue(MemoryConditions.of(candidate).mc1(), "seed " + seed);
                preempted += protocol == SwapProtocol.SPE ? 1 : 0;
                final DeviceMemory memory = candidate.platform().devices().getFirst().memory().orElseThrow();
                for (int i = 0; i < candidate.tasks().size(); i++) {
                    final SwapRegion region = SwapRegion.of(candidate.tasks().get(i), memory);
                    rings += region.ringChunks() > 0 ? 1 : 0;
                    assertTrue(protocol == SwapProtocol.SEQ || region.ringChunks() == 0, "seed " + seed);
                    for (int k = 0; k < constants[i].length && region.ringChunks() > 0; k++) {
                        assertTrue(region.chunksOf(k) <= region.ringChunks(), "seed " + seed);
                    }
                }
            }
        }
        assertTrue(rings > 1000 && preempted > 100, rings + " rings, " + preempted + " candidates under SPE");
    }
}
