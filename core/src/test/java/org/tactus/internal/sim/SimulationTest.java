// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.export.LatencyHlog;
import org.tactus.internal.export.PerfettoTrace;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.OverrunAction;
import org.tactus.model.TaskSet;
import org.tactus.result.ResultTable;
import org.tactus.result.ResultsJson;
import org.tactus.result.TaskResult;

class SimulationTest {
    private static final EventHandler NOBODY = (type, timeNs, device, task, segment, job, argument) -> { };
    private static final long MS = 1_000_000;

    @TempDir
    private Path folder;

    private static TaskSet braking() {
        return TaskSet.builder("braking").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
            .task("detect", t -> t.periodNs(50 * MS).segment("acc0", 12 * MS).segment("cpu0", 3 * MS))
            .task("track", t -> t.periodNs(40 * MS).segment("cpu0", 5 * MS).segment("acc0", 4 * MS).segment("cpu0", 1 * MS)).build();
    }

    @Test
    void shouldWriteTheFilesAndTheTableOfARunWhenSimulated() throws Exception {
        final int[] counts = new int[16];
        final EventHandler events = (type, timeNs, device, task, segment, job, argument) -> counts[type]++;
        final Simulation simulation = Simulation.run(braking(), SimulationOptions.worstCase(5, 10_000 * MS), "chain-fp",
            List.of(OptionalLong.of(40 * MS), OptionalLong.empty()), events);
        ResultsJson.write(simulation.result(), folder.resolve("results.json"));
        LatencyHlog.write(folder.resolve("latency.hlog"), 0, simulation.result().durationNs(), simulation.responses());
        assertTrue(Files.readString(folder.resolve("results.json")).contains("\"braking\""));
        assertTrue(Files.readString(folder.resolve("latency.hlog")).contains("Tag=detect"));
        assertTrue(ResultTable.render(simulation.result()).startsWith("Simulated: braking"));
        assertEquals(450, counts[EventType.RELEASE]);
        assertEquals(450, counts[EventType.COMPLETE]);
        assertEquals(2 * 200 + 3 * 250, counts[EventType.START]);
        assertEquals(counts[EventType.START], counts[EventType.END]);
        assertEquals(0, simulation.result().misses());
        assertEquals(200 * 15 * MS + 250 * 10 * MS,
            simulation.result().devices().get(0).busyNs() + simulation.result().devices().get(1).busyNs());
    }

    @Test
    void shouldReproduceARunWhenItsTraceIsReplayed() throws Exception {
        final TaskSet set = braking();
        final SimulationOptions worst = SimulationOptions.worstCase(5, 3_000 * MS);
        final List<OptionalLong> none = List.of(OptionalLong.empty(), OptionalLong.empty());
        try (EventFile events = new EventFile(folder, 1 << 16)) {
            final Simulation first = Simulation.run(set, worst.withExecution(ExecutionTime.RANDOM), "", none, events);
            PerfettoTrace.write(set, events, 0, List.of(), folder.resolve("trace.json"), PerfettoTrace.DEFAULT_MAX_BYTES);
            final TraceReplay replay = TraceReplay.read(folder.resolve("trace.json"), set);
            assertEquals(2 * 60 + 3 * 75, replay.size());
            assertEquals(ExecutionReplay.UNKNOWN, replay.executionNs(0, 60, 0));
            final Simulation again = Simulation.run(set, worst.withReplay(replay), "", none, NOBODY);
            assertEquals(first.result().tasks(), again.result().tasks());
            assertEquals(first.responses(), again.responses());
        }
        final TaskSet other = TaskSet.builder("other").device(DeviceSpec.modelled("a"))
            .task("stranger", t -> t.periodNs(10).segment("a", 1)).build();
        assertThrows(IllegalArgumentException.class, () -> TraceReplay.read(folder.resolve("trace.json"), other));
    }

    @Test
    void shouldCountEveryReleaseOnceWhenTheSetIsOverloaded() {
        for (final BacklogAction action : BacklogAction.values()) {
            final TaskSet set = TaskSet.builder("over").device(DeviceSpec.modelled("a"))
                .task("t", t -> t.periodNs(10).segment("a", 25).onBacklog(action)).build();
            final TaskResult task = Simulation.run(set, SimulationOptions.worstCase(1, 1000).withDrain(false), "",
                List.of(OptionalLong.empty()), NOBODY).result().tasks().getFirst();
            assertEquals(100, task.jobs() + task.unfinished() + task.skipped(), action.toString());
            assertTrue(task.misses() >= task.jobs(), "every job is late: " + task);
        }
    }

    @Test
    void shouldVoidTheBoundsOrStopTheTaskWhenATimeRunsPastTheWcet() {
        final ActualTime over = new ActualTime(1.5, 1.5);
        final TaskSet set = TaskSet.builder("overrun").device(DeviceSpec.modelled("a"))
            .task("goes", t -> t.periodNs(1000).segment("a", 100, over))
            .task("skips", t -> t.periodNs(1000).segment("a", 100, over).onOverrun(OverrunAction.SKIP_NEXT))
            .task("stops", t -> t.periodNs(1000).segment("a", 100, over).segment("a", 10).onOverrun(OverrunAction.STOP)).build();
        final Simulation simulation = Simulation.run(set,
            SimulationOptions.worstCase(1, 10_000).withExecution(ExecutionTime.ACTUAL), "",
            List.of(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()), NOBODY);
        final List<TaskResult> tasks = simulation.result().tasks();
        assertEquals(10, tasks.get(0).jobs());
        assertEquals(5, tasks.get(1).jobs());
        assertEquals(5, tasks.get(1).skipped());
        assertEquals(0, tasks.get(2).jobs());
        assertEquals(1, tasks.get(2).aborted());
        assertTrue(simulation.result().boundsVoid().contains("goes"));
    }
}
