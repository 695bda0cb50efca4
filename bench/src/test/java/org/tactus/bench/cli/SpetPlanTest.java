package org.tactus.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.CompilerLog;
import org.tactus.format.TaskSetFile;

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
    }
}
