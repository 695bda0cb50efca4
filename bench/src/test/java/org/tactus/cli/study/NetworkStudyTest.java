// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.format.TaskSetFile;
import org.tactus.format.WcetSidecar;
import org.tactus.internal.device.Device;
import org.tactus.internal.network.NetworkFootprint;
import org.tactus.internal.runtime.Devices;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.work.OnnxNetworks;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** The case study with networks. What it says of times is not asserted here: other work shares the machine. */
@Timeout(300)
class NetworkStudyTest {
    private static final Path FILE = Path.of("case-studies/rt-swap-networks.yaml");
    private static final int NETWORKS = 6;
    private static final long WCET_NS = 100_000_000;

    @TempDir
    private Path folder;

    /** Sizes as they are measured, and execution times that are long enough for any machine. */
    private TaskSet measured(final TaskSet given) {
        try (Device gpu = Devices.open(given, 0, RunSettings.DEFAULT.withRealTime(false))) {
            return new TaskSet(given.name(), given.policy(), given.overheads(), given.platform(), given.tasks().stream().map(task -> {
                final NetworkFootprint needed = new OnnxNetworks(given, List.of(gpu), folder).footprint(task).orElseThrow();
                return task.withSegments(List.of(task.segments().getFirst().withWcetNs(WCET_NS))).withMemory(
                    new WcetSidecar.NetworkMemory(needed.constantBytes(), needed.tensorBytes(), 0)
                        .toTask(task.memory().map(TaskMemory::swapBytes).orElse(OptionalLong.empty())));
            }).toList());
        }
    }

    @Test
    void shouldAnswerBitForBitAsUnswappedWhenTheNetworksOfTheStudyAreSwapped() throws IOException, InterruptedException {
        final Path file = Files.exists(FILE) ? FILE : Path.of("bench").resolve(FILE);
        final TaskSet given = TaskSetFile.load(file, TaskSetFile.Options.forProfiling()).taskSet();
        final TaskSet set = measured(given);
        assertEquals(NETWORKS, set.tasks().stream().map(Task::model).distinct().count());
        final long weights = set.tasks().stream().map(Task::memory).mapToLong(memory -> memory.map(TaskMemory::constantBytes).orElseThrow())
            .sum();
        final long capacity = set.platform().devices().getFirst().memory().orElseThrow().capacityBytes();
        assertTrue(weights >= 1.6 * capacity, weights + " bytes of weights in " + capacity);
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        final SwapCaseStudy study = new SwapCaseStudy(set, 1, 2_500_000_000L, false, RunSettings.DEFAULT.withRealTime(false), folder,
            folder, new PrintStream(text, true, StandardCharsets.UTF_8));
        study.run();
        final List<SwapCaseStudy.Finding> answers =
            study.findings().stream().filter(finding -> finding.what().contains("every answer is equal")).toList();
        assertEquals(3, answers.size(), text.toString(StandardCharsets.UTF_8));
        assertTrue(answers.stream().allMatch(SwapCaseStudy.Finding::holds), text.toString(StandardCharsets.UTF_8));
    }
}
