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
    private static final Path FOLDER = Path.of("case-studies");
    private static final int NETWORKS = 6;
    private static final long WCET_NS = 100_000_000;

    @TempDir
    private Path folder;

    /** Sizes as they are measured, and execution times that are long enough for any machine. */
    private TaskSet measured(final TaskSet given) {
        try (Device gpu = Devices.open(given, 0, RunSettings.DEFAULT.withRealTime(false))) {
            return new TaskSet(given.name(), given.policy(), given.overheads(), given.platform(), given.tasks().stream().map(task -> {
                final NetworkFootprint needed = new OnnxNetworks(given, List.of(gpu), folder).footprint(task).orElseThrow();
                final int segments = task.segments().size();
                final boolean lives = segments > 1;
                return task.withSegments(task.segments().stream().map(segment -> segment.withWcetNs(WCET_NS / segments)).toList())
                    .withMemory(new WcetSidecar.NetworkMemory(
                        needed.constantBytes(), lives ? 0 : needed.tensorBytes(), lives ? needed.tensorBytes() : 0)
                        .toTask(task.memory().map(TaskMemory::swapBytes).orElse(OptionalLong.empty()), segments)
                        .withStreamBytes(task.memory().map(TaskMemory::streamBytes).orElse(OptionalLong.empty())));
            }).toList());
        }
    }

    @Test
    void shouldAnswerBitForBitAsUnswappedWhenTheNetworksOfTheStudyAreSwapped() throws IOException, InterruptedException {
        requireAnswers("rt-swap-networks.yaml", 1.6, 3);
    }

    @Test
    void shouldAnswerBitForBitAsUnswappedWhenTheNetworksOfTheStudyStream() throws IOException, InterruptedException {
        requireAnswers("rt-swap-networks-stream.yaml", 2.5, 2);
    }

    private void requireAnswers(final String name, final double larger, final int ways) throws IOException, InterruptedException {
        final Path file = Files.exists(FOLDER) ? FOLDER.resolve(name) : Path.of("bench").resolve(FOLDER).resolve(name);
        final TaskSet given = TaskSetFile.load(file, TaskSetFile.Options.forProfiling()).taskSet();
        final TaskSet set = measured(given);
        assertEquals(NETWORKS, set.tasks().stream().map(Task::model).distinct().count());
        final long weights = set.tasks().stream().map(Task::memory).mapToLong(memory -> memory.map(TaskMemory::constantBytes).orElseThrow())
            .sum();
        final long capacity = set.platform().devices().getFirst().memory().orElseThrow().capacityBytes();
        assertTrue(weights >= larger * capacity, weights + " bytes of weights in " + capacity);
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        final SwapCaseStudy study = new SwapCaseStudy(set, 1, 2_500_000_000L, false, RunSettings.DEFAULT.withRealTime(false), folder,
            folder, new PrintStream(text, true, StandardCharsets.UTF_8));
        study.run();
        final List<SwapCaseStudy.Finding> answers =
            study.findings().stream().filter(finding -> finding.what().contains("every answer is equal")).toList();
        assertEquals(ways, answers.size(), text.toString(StandardCharsets.UTF_8));
        assertTrue(answers.stream().allMatch(SwapCaseStudy.Finding::holds), text.toString(StandardCharsets.UTF_8));
    }
}
