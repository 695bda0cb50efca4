// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.file.WholeFile;

/** What a signal to end, or a kill, leaves behind; with real processes, for a JVM receives a signal only once. */
class InterruptionTest {
    private static final String SET = "tactus: 1\nname: s\npolicy: fixed-priority\noverheads: none\n"
        + "platform: {devices: [{name: d, kind: modelled}]}\n"
        + "tasks:\n  - {name: a, period: 20ms, segments: [{device: d, wcet: 1ms}]}\n";
    private static final int OF_SIGTERM = 143;
    private static final int PATIENCE_S = 60;

    @TempDir
    private Path folder;

    private Process start(final String... words) throws IOException {
        final List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED", "-cp",
            System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
            .redirectOutput(folder.resolve("said.txt").toFile()).start();
    }

    private void awaitFolder(final Process process, final String name) throws InterruptedException {
        while (process.isAlive() && !Files.isDirectory(folder.resolve(name))) {
            Thread.sleep(20);
        }
    }

    private void awaitText(final Process process, final String text) throws InterruptedException, IOException {
        while (process.isAlive() && !Files.readString(folder.resolve("said.txt")).contains(text)) {
            Thread.sleep(20);
        }
    }

    @Test
    void shouldPrintAndWriteWhatWasRunWhenToldToEnd() throws Exception {
        Files.writeString(folder.resolve("set.yaml"), SET.replace("period: 20ms", "period: 20ms, deadline: 500us"));
        final Process run = start("run", "set.yaml", "--for", "1h", "--no-real-time", "--force", "--out", "o");
        awaitText(run, "deadline miss of"); // so it runs
        run.destroy();
        assertTrue(run.waitFor(PATIENCE_S, TimeUnit.SECONDS));
        final String said = Files.readString(folder.resolve("said.txt"));
        assertEquals(OF_SIGTERM, run.exitValue(), said);
        assertTrue(said.contains("the run was interrupted after") && said.contains("Measured: s"), said);
        assertTrue(said.contains("Not good: ") && said.indexOf("Not good: ") < said.indexOf("Measured: s"), "the verdict comes first");
        final String results = Files.readString(folder.resolve("o/results.json"));
        for (final String key : List.of("schema", "version", "startedAt", "inputHash", "jvm", "jvmFlags", "machine")) {
            assertTrue(results.contains('"' + key + "\" : "), results);
        }
        assertTrue(results.contains("the run was interrupted after"), results);
        try (Stream<Path> files = Files.list(folder.resolve("o"))) {
            assertEquals(List.of("bounds.json", "latency.hlog", "results.json", "trace.json"),
                files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void shouldSayInOneLineThatNothingIsStoredWhenAnotherCommandIsToldToEnd() throws Exception {
        Files.writeString(folder.resolve("set.yaml"), SET);
        final Process simulation = start("simulate", "set.yaml", "--for", "10000h", "--out", "o");
        awaitFolder(simulation, "o");
        simulation.destroy();
        assertTrue(simulation.waitFor(PATIENCE_S, TimeUnit.SECONDS));
        final String said = Files.readString(folder.resolve("said.txt"));
        assertEquals(OF_SIGTERM, simulation.exitValue(), said);
        assertTrue(said.endsWith("tactus: interrupted; what was not finished is not stored" + System.lineSeparator()), said);
        assertFalse(Files.exists(folder.resolve("o")), "nothing was written, so the folder that it made is gone");
    }

    @Test
    void shouldLeaveAFolderThatWasThereBeforeWhenToldToEnd() throws Exception {
        Files.writeString(folder.resolve("set.yaml"), SET);
        Files.createDirectories(folder.resolve("mine"));
        final Process simulation = start("simulate", "set.yaml", "--for", "10000h", "--out", "mine/a/b");
        awaitFolder(simulation, "mine/a/b");
        simulation.destroy();
        assertTrue(simulation.waitFor(PATIENCE_S, TimeUnit.SECONDS));
        assertTrue(Files.isDirectory(folder.resolve("mine")));
        assertFalse(Files.exists(folder.resolve("mine/a")));
    }

    @Test
    void shouldLeaveNoFolderWhenASetIsRefusedBeforeAnythingIsWritten() throws Exception {
        Files.writeString(folder.resolve("set.yaml"), SET.replace("wcet: 1ms", "wcet: 30ms"));
        final Process run = start("run", "set.yaml", "--no-real-time", "--out", "o");
        assertTrue(run.waitFor(PATIENCE_S, TimeUnit.SECONDS));
        assertEquals(1, run.exitValue(), Files.readString(folder.resolve("said.txt")));
        assertFalse(Files.exists(folder.resolve("o")));
    }

    @Test
    void shouldRemoveDraftsOfKilledProcessesAlone() throws IOException {
        final Path left = Files.writeString(folder.resolve(".tactus-1-abc.tmp"), "half");
        final Path other = Files.writeString(folder.resolve(".mine.tmp"), "whole");
        final Path fresh = Files.writeString(folder.resolve(".tactus-2-abc.tmp"), "begun this moment");
        for (final Path draft : List.of(left, other)) {
            Files.setLastModifiedTime(draft, FileTime.fromMillis(0));
        }
        assertEquals(1, WholeFile.removeLeft(folder));
        assertFalse(Files.exists(left));
        assertTrue(Files.exists(other));
        assertTrue(Files.exists(fresh));
        assertEquals(0, WholeFile.removeLeft(folder.resolve("nowhere")));
    }
}
