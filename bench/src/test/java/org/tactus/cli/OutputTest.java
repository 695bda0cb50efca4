// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.StandardOutput;
import picocli.CommandLine;

/** What is said when results, standard output or a temporary folder cannot be written. */
class OutputTest {
    private static final String SET = """
        tactus: 1
        name: s
        policy: fixed-priority
        overheads: none
        platform: {devices: [{name: d, kind: modelled, cores: [0]}]}
        tasks:
          - {name: a, period: 20ms, segments: [{device: d, wcet: 1ms}]}
        """;

    @TempDir
    private Path folder;

    private String refusal(final String... words) {
        final StringWriter err = new StringWriter();
        final CommandLine line = Main.commandLine();
        line.setErr(new PrintWriter(err, true));
        assertEquals(ExitStatus.WRONG_INPUT, line.execute(words));
        assertEquals(1, err.toString().lines().count(), err.toString());
        return err.toString();
    }

    @Test
    void shouldRefuseInOneLineWhatWouldBeLostOrLieElsewhere() throws IOException {
        final Path set = Files.writeString(folder.resolve("set.yaml"), SET);
        final Path bad = Files.writeString(folder.resolve("bad.json"), "{\"a\":");
        final Path up = Files.writeString(folder.resolve("up.yaml"), SET.replace("name: s", "name: .."));
        assertTrue(refusal("plan", set.toString(), "--with", "rt-swap", "--out", set.toString()).contains("is the file that is read"));
        assertTrue(refusal("quantize", set.toString(), "--samples", "x.npy", "--out", set.toString()).contains("is the file that is read"));
        assertTrue(refusal("quantize", "resnet-small", "--samples", "x.npy", "--core", "9999").contains("no core 9999"));
        assertTrue(refusal("run", up.toString()).contains("up.yaml:2: the results of a set named '..'"));
        assertTrue(refusal("bench", "hand-off", "--forks", "0").contains("at least 1"));
        assertTrue(refusal("inspect", folder.resolve("nofile").toString()).contains("there is no such file"));
        final String replay = refusal("simulate", set.toString(), "--replay", bad.toString(), "--out", folder.resolve("o").toString());
        assertTrue(replay.contains("it is no JSON") && !replay.contains("REDACTED"), replay);
        assertEquals(SET, Files.readString(set));
    }

    @Test
    @Timeout(300) // far below the time of the run that is not begun
    void shouldSayBeforeTheRunWhatCannotBeWrittenAfterIt() throws IOException {
        final Path set = Files.writeString(folder.resolve("set.yaml"), SET);
        final Path file = Files.writeString(folder.resolve("file"), "x");
        final Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere"));
        final Path taken = folder.resolve("taken");
        Files.createDirectories(taken.resolve("results.json"));
        for (final String command : List.of("run", "simulate")) {
            for (final Path out : List.of(file, file.resolve("sub"), dangling, taken)) {
                final String said = refusal(command, set.toString(), "--for", "100000s", "--out", out.toString());
                assertTrue(said.contains(out.toString()) && said.contains("--out"), said);
            }
            assertTrue(refusal(command, set.toString(), "--for", "0s").contains("'0s' is no time at all"));
        }
        try (Stream<Path> left = Files.list(taken)) {
            assertEquals(1, left.count(), "no temporary file stays");
        }
    }

    @Test
    void shouldShowNoControlCharactersWhenAFileNameHoldsSome() {
        final String said = refusal("analyze", folder.resolve("a\033[31m.yaml").toString());
        assertFalse(said.contains("\033"), said);
    }

    @Test
    void shouldRememberWhyStandardOutputCouldNotBeWritten() throws IOException {
        assertEquals(Optional.of("No space left on device"), failure("No space left on device"));
        assertEquals(Optional.empty(), failure("Broken pipe"), "a reader such as head has read enough");
        final StandardOutput good = new StandardOutput(OutputStream.nullOutputStream());
        good.write(1);
        assertEquals(Optional.empty(), good.failure());
    }

    private static Optional<String> failure(final String text) {
        final StandardOutput out = new StandardOutput(new OutputStream() {
            @Override
            public void write(final int b) throws IOException {
                throw new IOException(text);
            }
        });
        assertThrows(IOException.class, () -> out.write(new byte[3]));
        return out.failure();
    }

    /** Starts the launcher over a runtime that only tells what it was given. */
    private List<String> launched(final String temporary) throws IOException, InterruptedException {
        final Path home = Files.createDirectories(folder.resolve("home"));
        final Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\nif [ -e /proc/self/fd/9 ]; then echo pause >>/proc/self/fd/9;"
            + " echo \"log $(cat /proc/self/fd/9)\"; fi\n");
        java.toFile().setExecutable(true);
        final Path script = home.resolve("tactus");
        Files.copy(Path.of(System.getProperty("user.dir")).resolveSibling("tactus"), script,
            StandardCopyOption.REPLACE_EXISTING);
        final ProcessBuilder builder = new ProcessBuilder("sh", script.toString(), "run", "a b").redirectErrorStream(true);
        builder.environment().put("TMPDIR", temporary);
        final Process process = builder.start();
        final List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), said.toString());
        return said;
    }

    @Test
    void shouldLeaveNoSafepointLogWhateverTheTemporaryFolderIsCalled() throws IOException, InterruptedException {
        for (final String name : List.of("plain", "a:b", "a,b", "a b", "a\"b")) {
            final Path temporary = Files.createDirectories(folder.resolve(name));
            final List<String> said = launched(temporary.toString());
            assertTrue(said.contains("-Xlog:safepoint:file=/proc/self/fd/9:timenanos:filecount=0"), said.toString());
            assertTrue(said.contains("-Dtactus.safepoints=/proc/self/fd/9"), said.toString());
            assertTrue(said.contains("log pause"), said.toString());
            assertTrue(said.contains("a b"), said.toString());
            try (Stream<Path> left = Files.list(temporary)) {
                assertEquals(0, left.count(), "the log has no name");
            }
        }
    }

    @Test
    void shouldRunWithoutASafepointLogWhenNoneCanBeMade() throws IOException, InterruptedException {
        for (final String temporary : List.of("/proc", folder.resolve("missing").toString())) {
            final List<String> said = launched(temporary);
            assertTrue(said.contains("run"), said.toString());
            assertTrue(said.stream().noneMatch(word -> word.contains("safepoint")), said.toString());
        }
    }
}
