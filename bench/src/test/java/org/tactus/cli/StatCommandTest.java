// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Terminal;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import picocli.CommandLine;

@Timeout(60)
class StatCommandTest {
    private static final long MS = 1_000_000;
    private static final String PID = String.valueOf(ProcessHandle.current().pid());

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int stat(final String... words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        final CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(words);
    }

    /** What was printed: JSON is YAML. */
    @SuppressWarnings("unchecked") // one object with text keys is printed
    private Map<String, Object> printed() {
        return (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(out.toString());
    }

    @SuppressWarnings("unchecked") // an array of such objects
    private static Map<String, Object> member(final Map<String, Object> run, final String array, final int index) {
        final List<Map<String, Object>> all = (List<Map<String, Object>>) run.get(array);
        return index < all.size() ? all.get(index) : Map.of();
    }

    private static long number(final Map<String, Object> of, final String key) {
        return ((Number) of.getOrDefault(key, 0)).longValue();
    }

    private static List<Path> ownFiles() throws IOException {
        return CountersReader.list().stream().filter(file -> file.getFileName().toString().startsWith("tactus-" + PID + "-")).toList();
    }

    @Test
    void shouldTellWhatARunHasDoneSoFarAndLeaveNoFileBehind() throws Exception {
        final TaskSet set = TaskSet.builder("watched").device(DeviceSpec.modelled("acc0")).device(DeviceSpec.modelled("acc1"))
            .task("detect", t -> t.periodNs(20 * MS).segment("acc0", 2 * MS).segment("acc1", MS))
            .task("late", t -> t.periodNs(400 * MS).segment("acc0", MS)).build();
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false), new TimedWorks(), KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { })) {
            tactus.start();
            Map<String, Object> detect;
            Map<String, Object> run;
            do {
                Thread.sleep(20);
                assertEquals(ExitStatus.GOOD, stat("stat", PID, "--format", "json"), err.toString());
                run = printed();
                detect = member(run, "tasks", 0);
            } while (number(detect, "jobs") < 10);
            assertEquals(true, run.get("running"));
            assertEquals("detect", detect.get("name"));
            assertEquals(20 * MS, number(detect, "periodNs"));
            assertEquals(tactus.verdict().orElseThrow().tasks().getFirst().responseBoundNs(), number(detect, "boundNs"));
            assertTrue(number(detect, "released") >= number(detect, "jobs"));
            assertTrue(number(detect, "maxNs") >= 3 * MS, detect.toString());
            assertTrue(number(detect, "p50Ns") >= 3 * MS && number(detect, "minNs") <= number(detect, "p50Ns")
                && number(detect, "p50Ns") <= number(detect, "maxNs"), detect.toString());
            assertTrue(number(member(run, "devices", 0), "busyNs") >= 20 * MS, run.toString());
            assertEquals("late", member(run, "tasks", 1).get("name"));
            assertEquals(ExitStatus.GOOD, stat("stat"));
            assertTrue(out.toString().contains("detect") && out.toString().contains("acc1"), out.toString());
            assertEquals(ExitStatus.GOOD, stat("stat", PID));
            for (final String word : List.of(
                "missed", "last 1s", "all", "p50", "p99", "max", "bound", "dline", "room", "queue")) {
                assertTrue(out.toString().contains(word), out.toString());
            }
            out.toString().lines().forEach(line -> assertTrue(line.length() <= Terminal.width(), line));
            assertEquals(ExitStatus.GOOD, stat("stat", ownFiles().getFirst().toString(), "--format", "csv"),
                err.toString());
            assertEquals(3, out.toString().lines().count());
            final RunResult result = tactus.stop();
            assertEquals(ExitStatus.GOOD, stat("stat", PID, "--format", "json"));
            final Map<String, Object> end = member(printed(), "tasks", 0);
            assertEquals(result.tasks().getFirst().jobs(), number(end, "jobs"));
            assertEquals(result.tasks().getFirst().maxNs().orElseThrow(), number(end, "maxNs"));
            assertEquals(ExitStatus.GOOD, stat("stat", PID, "--format", "prometheus"), err.toString());
            final String sample = "tactus_jobs_total{pid=\"" + PID + "\",task=\"detect\"} " + result.tasks().getFirst().jobs() + "\n";
            assertTrue(out.toString().contains("# TYPE tactus_jobs counter\n") && out.toString().contains(sample), out.toString());
            assertTrue(out.toString().endsWith("# EOF\n"), out.toString());
        }
        assertEquals(List.of(), ownFiles());
        assertEquals(ExitStatus.WRONG_INPUT, stat("stat", PID));
        assertTrue(err.toString().contains("has no counters"), err.toString());
    }

    @Test
    void shouldSayWhatWouldBeRightWhenThereIsNothingToWatch() {
        assertEquals(ExitStatus.WRONG_INPUT, stat("stat", "--sort", "colour"));
        assertTrue(err.toString().contains("room, name, misses, jobs, max"), err.toString());
        assertEquals(ExitStatus.WRONG_INPUT, stat("stat", "--format", "xml"));
        assertTrue(err.toString().contains("write table, json, csv or prometheus"), err.toString());
        assertEquals(ExitStatus.WRONG_INPUT, stat("serve-metrics", PID));
        assertTrue(err.toString().contains("has no counters"), err.toString());
        assertEquals(ExitStatus.WRONG_INPUT, stat("serve-metrics", PID, "--port", "70000"));
        assertTrue(err.toString().contains("give a number from 0 to 65535"), err.toString());
        assertEquals(ExitStatus.WRONG_INPUT, stat("stat", "/no/such/file"));
        assertTrue(err.toString().contains("no such file; give a process number or a counters file"), err.toString());
    }
}
