// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.CompilerLog;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.TfLiteFile;
import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.format.TaskSetFile;
import org.tactus.model.ModelSource;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

class SpetPlanTest {
    private static final String CASE = "case-studies/spet.yaml";

    @TempDir
    private Path folder;

    private String plan(final int status, final String... more) {
        final List<String> words = new ArrayList<>(List.of("plan", CASE, "--with", "spet"));
        words.addAll(List.of(more));
        final StringWriter said = new StringWriter();
        final PrintWriter print = new PrintWriter(said);
        assertEquals(status, Main.commandLine().setOut(print).setErr(print).execute(words.toArray(String[]::new)), said.toString());
        return said.toString();
    }

    @Test
    void shouldPlanTheCaseStudyAndHoldTheCompilersLogAgainstIt() throws Exception {
        final Path planned = folder.resolve("planned.yaml");
        final String said = plan(0, "--out", planned.toString());
        assertTrue(said.contains("no choice that the test accepts is better"), said);
        final String command = said.lines().filter(line -> line.contains("edgetpu_compiler")).findFirst().orElseThrow();
        assertEquals(3, TaskSetFile.load(planned, TaskSetFile.Options.strict()).taskSet().tasks().size());

        final List<CompilerLog.Entry> good = new ArrayList<>();
        final List<CompilerLog.Entry> bad = new ArrayList<>();
        for (final String word : command.strip().split(" ")) {
            if (word.endsWith(".tflite")) {
                good.add(new CompilerLog.Entry("models/" + word, 1, "o", 1, 1 << 20, 0, 0, 1, 1, 1));
                bad.add(new CompilerLog.Entry("models/" + word, 1, "o", 1, 0, 0, 200L << 20, 1, 1, 1));
            }
        }
        final Path log = folder.resolve("compiled.log");
        Files.writeString(log, new CompilerLog("16.0", good).write());
        assertTrue(plan(0, "--realised", log.toString()).contains("realised:"));
        Files.writeString(log, new CompilerLog("16.0", bad).write());
        assertTrue(plan(1, "--realised", log.toString()).contains("longer"));
        Files.writeString(log, new CompilerLog("16.0", good.subList(0, 1)).write());
        assertTrue(plan(2, "--realised", log.toString()).contains("the log says nothing of"));
        Files.writeString(log, "nothing");
        assertTrue(plan(2, "--realised", log.toString()).contains("compiled.log:1: "));
    }

    @Test
    void shouldNameTheCompiledFilesInThePlannedSetWhenTheyAreThere() {
        final Path planned = folder.resolve("planned.yaml");
        final Path compiled = folder.resolve("compiled");
        plan(0, "--stand-ins", compiled.toString(), "--out", planned.toString());
        final TaskSet set = TaskSetFile.load(planned, TaskSetFile.Options.strict()).taskSet();
        long resident = 0;
        final Set<Long> tokens = new HashSet<>();
        for (final Task task : set.tasks()) {
            final ModelSource.TfLiteFiles files = assertInstanceOf(ModelSource.TfLiteFiles.class, task.model().orElseThrow());
            assertEquals(task.segments().size(), files.paths().size());
            for (int j = 0; j < files.paths().size(); j++) {
                final EdgePackage content = packageOf(folder.resolve(files.paths().get(j)));
                resident += content.bytes().cached();
                tokens.add(content.token());
                final long ns = new EdgeTpuCost(HostLink.USB3).invocationNs(content.bytes(), content.main().estimatedCycles() * 2);
                assertTrue(ns <= task.segments().get(j).wcetNs() && ns > task.segments().get(j).wcetNs() / 2, task.name() + " " + ns);
            }
        }
        assertEquals(1, tokens.size(), "one token: nothing evicts anything");
        assertTrue(resident > 4_000_000 && resident <= EdgeTpuCost.SRAM_BYTES - EdgeTpuCost.RESERVED_BYTES, "resident " + resident);
        assertTrue(plan(0, "--realised", compiled.resolve("compiled.log").toString()).contains("realised:"));
        final String less = plan(0, "--stand-ins", folder.resolve("less").toString(), "--reserved", "1MiB");
        assertTrue(less.contains("executables keep 1MiB of the device; 1MiB were planned for"), less);
    }

    private static EdgePackage packageOf(final Path file) {
        try {
            return TfLiteFile.read(Files.readAllBytes(file)).packages().getFirst();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenASetCannotBePlannedSo() throws Exception {
        final Path set = folder.resolve("set.yaml");
        Files.writeString(set, """
            tactus: 1
            name: bare
            policy: edf
            overheads: none
            platform: {devices: [{name: tpu0, kind: edgetpu}]}
            tasks:
              - {name: a, period: 10ms, segments: [{device: tpu0, wcet: 1ms}]}
            """);
        final StringWriter said = new StringWriter();
        assertEquals(2, Main.commandLine().setErr(new PrintWriter(said)).execute("plan", set.toString(), "--with", "spet"));
        assertTrue(said.toString().contains("set.yaml:7: task 'a' has no menu"), said.toString());
        assertTrue(plan(2, "--objective", "speed").contains("use utilisation, slack or segments"));
        assertTrue(plan(2, "--most-segments", "0").contains("--most-segments 0 is out of range; give 1 to 8"));
        assertTrue(plan(2, "--realised", "x.log", "--stand-ins", "x").contains("give one of the two"));
    }

    @Test
    void shouldRefuseWhatTheTimesOfAMenuDoNotHold() throws Exception {
        Files.writeString(folder.resolve("menu.csv"), "sram,streamed,wcet\n1MiB,0B,1ms\n");
        final Path set = folder.resolve("set.yaml");
        Files.writeString(set, """
            tactus: 1
            name: copied
            policy: edf
            overheads: none
            platform: {devices: [{name: tpu0, kind: edgetpu}]}
            tasks:
              - {name: a, period: 10ms, menu: menu.csv, segments: [{device: tpu0, wcet: 1ms}],
                 boundaries: [{from: input, to: 0, toDevice: 20ms}]}
            """);
        final StringWriter said = new StringWriter();
        assertEquals(2, Main.commandLine().setErr(new PrintWriter(said)).execute("plan", set.toString(), "--with", "spet"));
        assertTrue(said.toString().contains("set.yaml:7: task 'a' has variants, boundaries or offers"), said.toString());
    }
}
