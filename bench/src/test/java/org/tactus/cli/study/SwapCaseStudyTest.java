// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

class SwapCaseStudyTest {
    private static final Path FILE = Path.of("case-studies/rt-swap.yaml");

    @TempDir
    private Path folder;

    private static TaskSet set() {
        final Path file = Files.exists(FILE) ? FILE : Path.of("bench").resolve(FILE);
        return TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet();
    }

    @Test
    void shouldHoldEveryPromiseWhenSimulatedAtItsWorst() throws IOException, InterruptedException {
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        final boolean holds = new SwapCaseStudy(set(), 16, 36_000_000_000L, true, RunSettings.DEFAULT, folder, folder,
            new PrintStream(text, true, StandardCharsets.UTF_8)).run();
        final String report = text.toString(StandardCharsets.UTF_8);
        assertTrue(holds, report);
        assertTrue(report.contains("0, 0, 18, 18, 18, 18"), report);
        assertTrue(report.contains("not promised: whole models: deadlines are missed"), report);
        assertTrue(report.contains("not promised: demand paging: deadlines are missed"), report);
        assertTrue(report.contains("  the file's volumes are the equal ones"), report);
        assertTrue(Files.size(folder.resolve("copy-everything/trace.json")) > 10_000);
    }

    @Test
    void shouldBeGoodWhenOtherTasksMissNothingInAnyWay() throws IOException, InterruptedException {
        final TaskSet given = set();
        final TaskSet idle = new TaskSet(given.name(), given.policy(), given.overheads(), given.platform(), given.tasks().stream()
            .map(task -> new Task(task.name(), 60_000_000_000L, 60_000_000_000L, 0, task.jitterNs(), task.release(), task.priority(),
                task.onOverrun(), task.onBacklog(), task.memory(), task.model(), task.segments())).toList());
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        final boolean holds = new SwapCaseStudy(idle, 16, 120_000_000_000L, true, RunSettings.DEFAULT, folder, folder,
            new PrintStream(text, true, StandardCharsets.UTF_8)).run();
        final String report = text.toString(StandardCharsets.UTF_8);
        assertTrue(report.contains("not promised: demand paging: no deadline is missed"), report);
        assertTrue(holds, report);
    }

    @Test
    void shouldTellOfEachWayWhenNoneCanRun() throws IOException, InterruptedException {
        final TaskSet given = set();
        final DeviceSpec named = given.platform().devices().getFirst();
        final DeviceSpec absent = new DeviceSpec(named.name(), DeviceKind.CUDA, List.of(), "", 99, named.memory(), 0);
        final TaskSet placed = new TaskSet(given.name(), given.policy(), given.overheads(), new Platform(List.of(absent)), given.tasks());
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        final SwapCaseStudy study = new SwapCaseStudy(placed, 16, 1_000_000, false, RunSettings.DEFAULT, folder, folder,
            new PrintStream(text, true, StandardCharsets.UTF_8));
        assertFalse(study.run(), () -> text.toString(StandardCharsets.UTF_8));
        assertEquals(List.of("copy everything", "semantic", "semantic, scarce", "demand paging", "whole models"),
            study.findings().stream().map(finding -> finding.what().replaceFirst(": runs; but .*", "")).toList());
        assertTrue(study.findings().stream().noneMatch(SwapCaseStudy.Finding::holds));
    }

    @Test
    void shouldHaveAsManyChunksWhenSizesAreScaled() {
        for (final long scale : new long[] {1, 16, 4096}) {
            final SwapWays ways = new SwapWays(set(), scale);
            assertEquals(18, ways.equalChunks(), "scale " + scale);
            assertTrue(ways.swapped().allMatch(chunks -> chunks == 18), "scale " + scale);
        }
    }

    @Test
    void shouldFetchOnlyWhatIsAbsentWhenPagesAreTouched() {
        final SwapWays ways = new SwapWays(set(), 1);
        final PagedMemory pages = new PagedMemory(set(), ways.memory(), 10);
        final long[] first = IntStream.range(0, 6).mapToLong(pages::touchNs).toArray();
        assertTrue(IntStream.range(0, 6).allMatch(i -> first[i] > 0 && first[i] <= pages.worstNs(i)));
        assertEquals(0, pages.touchNs(5), "used last: all of it is there");
        assertEquals(pages.worstNs(0), pages.touchNs(0), "used longest ago: all of it is gone, and memory is full");
    }
}
