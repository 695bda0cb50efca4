// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class SimulatorTest {
    private final Simulator simulator = new Simulator();

    @Test
    void shouldReproduceTheSynchronousColumnOfTheEdfVectors() throws IOException {
        int sets = 0;
        for (final String[] row : rows()) {
            final TaskSet set = inFileOrder(row[1]);
            long longestNs = 0;
            for (final var task : set.tasks()) {
                longestNs = Math.max(longestNs, task.periodNs());
            }
            final SimulationOptions options = SimulationOptions.worstCase(1, 10 * longestNs)
                .withReleases(ReleasePattern.SYNCHRONOUS_UNBOUNDED).withPermutation(false);
            final long[] responses = simulator.maxResponses(set, options);
            final StringBuilder text = new StringBuilder();
            for (int i = 0; i < set.tasks().size(); i++) {
                text.append(i == 0 ? "" : " ").append(responses[i] / 1000);
            }
            assertEquals(row[8], text.toString(), "sim_sync of " + row[0]);
            sets++;
        }
        assertEquals(80, sets);
    }

    /**
     * One unit is 1,000 ns, and task i of n has n - i ns less of a deadline: the vectors break ties of absolute deadlines by
     * index, the policy by nominal release, and so no two deadlines are equal but in the vectors' order.
     */
    private static TaskSet inFileOrder(final String text) {
        final TaskSetBuilder builder = TaskSet.builder("vector").policy(PolicyKind.EDF);
        for (final String device : List.of("C", "G", "X")) {
            builder.device(DeviceSpec.modelled(device));
        }
        final String[] tasks = text.split(";");
        for (int i = 0; i < tasks.length; i++) {
            final String[] parts = tasks[i].trim().split("\\|");
            final int less = tasks.length - i;
            builder.task("t" + i, task -> {
                task.periodNs(1000 * Long.parseLong(parts[1])).deadlineNs(1000 * Long.parseLong(parts[2]) - less);
                for (final String layer : parts[0].trim().split(" ")) {
                    task.segment(layer.substring(0, 1), 1000 * Long.parseLong(layer.substring(1)));
                }
            });
        }
        return builder.build();
    }

    private static List<String[]> rows() throws IOException {
        try (InputStream in = SimulatorTest.class.getResourceAsStream("/vectors/edf_chain_analysis.csv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).map(line -> line.split(",")).toList();
        }
    }

    @Test
    void shouldReproduceTheHandComputedSynchronousMaximaWhenPrioritiesAreFixed() {
        final TaskSet set = TaskSet.builder("G1").device(DeviceSpec.modelled("C")).device(DeviceSpec.modelled("G"))
            .task("a", t -> t.periodNs(40).segment("G", 4).segment("C", 3).segment("G", 2))
            .task("b", t -> t.periodNs(50).segment("G", 5).segment("G", 6))
            .task("c", t -> t.periodNs(80).segment("C", 8).segment("G", 7)).build();
        final long[] responses = simulator.maxResponses(set, SimulationOptions.worstCase(1, 4000).withPermutation(false));
        assertArrayEquals(new long[] {17, 18, 24}, Arrays.copyOf(responses, 3));
    }

    @Test
    void shouldGiveTheSameResponsesWhenTheSeedIsTheSame() {
        final SplittableRandom random = new SplittableRandom(7);
        for (int n = 0; n < 200; n++) {
            final TaskSet set = RandomSets.make(random.nextLong(), PolicyKind.EDF);
            final SimulationOptions options = RandomSets.options(set, random.nextLong());
            final long[] first = simulator.maxResponses(set, options).clone();
            simulator.maxResponses(RandomSets.make(random.nextLong(), PolicyKind.FIXED_PRIORITY), options);
            final int tasks = set.tasks().size();
            assertArrayEquals(Arrays.copyOf(first, tasks), Arrays.copyOf(simulator.maxResponses(set, options), tasks));
        }
    }

    @Test
    void shouldChargeEveryOverheadOnceWhenTheyAreAtTheirMaximum() {
        final TaskSet set = TaskSet.builder("overheads").overheads(new Overheads(1000, 100, 10, 1, 0))
            .device(DeviceSpec.modelled("a")).device(DeviceSpec.modelled("b"))
            .task("t", t -> t.periodNs(100_000).segment("a", 20_000).segment("b", 30_000).segment("b", 5_000)).build();
        final long ns = simulator.maxResponses(set, SimulationOptions.worstCase(1, 1_000_000))[0];
        assertEquals(1000 + 20_000 + 101 + 10 + 30_000 + 101 + 5_000 + 101, ns);
        assertEquals(30, simulator.segmentCount());
        assertEquals(10 * 20_101, simulator.busyNs(0));
        final SimulationOptions zero = SimulationOptions.worstCase(1, 1_000_000).withOverheads(OverheadTime.ZERO);
        assertEquals(55_000, simulator.maxResponses(set, zero)[0]);
    }

    @Test
    void shouldTakeTheStatedShareOrTheRecordedTimeWhenAsked() {
        final TaskSet set = TaskSet.builder("times").device(DeviceSpec.modelled("a"))
            .task("t", t -> t.periodNs(1000).segment("a", 400, new ActualTime(0.5, 0.75))).build();
        final SimulationOptions worst = SimulationOptions.worstCase(3, 100_000);
        final long actual = simulator.maxResponses(set, worst.withExecution(ExecutionTime.ACTUAL))[0];
        assertTrue(actual > 280 && actual <= 300, "300 is the largest share: " + actual);
        final SimulationOptions replay = worst.withReplay((task, job, segment) -> job == 7 ? 123 : job == 8 ? ExecutionReplay.UNKNOWN : 9);
        assertEquals(400, simulator.maxResponses(set, replay)[0], "an unknown job takes its WCET");
        assertThrows(IllegalArgumentException.class, () -> worst.withExecution(ExecutionTime.REPLAY));
    }

    @Test
    void shouldTellAMissWhenAJobIsLateOrStillUnfinished() {
        final TaskSet late = TaskSet.builder("late").device(DeviceSpec.modelled("a"))
            .task("t", t -> t.periodNs(100).deadlineNs(50).segment("a", 51)).build();
        final TaskSet good = TaskSet.builder("good").device(DeviceSpec.modelled("a"))
            .task("t", t -> t.periodNs(100).deadlineNs(51).segment("a", 51)).build();
        assertTrue(simulator.missesDeadline(late, SimulationOptions.worstCase(1, 1000)));
        assertFalse(simulator.missesDeadline(good, SimulationOptions.worstCase(1, 1000)));
        final TaskSet endless = TaskSet.builder("endless").device(DeviceSpec.modelled("a"))
            .task("t", t -> t.periodNs(100).segment("a", 10_000)).build();
        assertTrue(simulator.missesDeadline(endless, SimulationOptions.worstCase(1, 1000).withDrain(false)));
        assertEquals(1000, simulator.endNs());
    }
}
