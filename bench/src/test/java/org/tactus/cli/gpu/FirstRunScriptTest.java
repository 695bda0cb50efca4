// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.cli.support.Terminal;

/** The script of the first run on a GPU, with a program in place of Tactus. */
@Timeout(240)
class FirstRunScriptTest {
    private static final int PATIENCE_S = 100;

    @TempDir
    private Path folder;

    /** Starts the script in a folder with blanks in its name and an empty environment, with a program in place of Tactus. */
    private Process script(final String program, final String... words) throws IOException {
        final Path home = folder.resolve("a home");
        Files.createDirectories(home.resolve("bench"));
        final Path script = home.resolve("bench/gpu-first-run.sh");
        Files.copy(Path.of("gpu-first-run.sh"), script, StandardCopyOption.REPLACE_EXISTING);
        final Path tactus = home.resolve("tactus");
        Files.writeString(tactus, "#!/bin/sh\n" + program);
        assertTrue(tactus.toFile().setExecutable(true));
        final List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString(), "--driver", "software", "--quick"));
        command.addAll(List.of(words));
        final ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile());
        builder.environment().clear();
        return builder.start();
    }

    private Process script() throws IOException {
        return script("echo $$ >'" + folder + "/pid.part'\nmv '" + folder + "/pid.part' '" + folder + "/pid'\nexec sleep 600\n",
            "--out", folder.resolve("out").toString());
    }

    private String said(final Process script, final int status) throws Exception {
        assertTrue(script.waitFor(PATIENCE_S, TimeUnit.SECONDS));
        final String said = Files.readString(folder.resolve("said"));
        assertEquals(status, script.exitValue(), said);
        return said;
    }

    /** The files in the archive. */
    private List<String> archived(final Path archive) throws Exception {
        final Process tar = new ProcessBuilder("tar", "-tzf", archive.toString()).redirectErrorStream(true).start();
        final String names = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, tar.waitFor(), names);
        return names.lines().toList();
    }

    @Test
    void shouldNameTheDriverThatWasAskedForWhenItShowsTheDevices() throws Exception {
        final String said = said(script("""
            [ "$1" != devices ] || {
                echo 'CUDA                    absent: no libcuda'
                echo 'CUDA software           Tactus software GPU, 24GiB'
            }
            """, "--out", "out"), 0);
        assertTrue(said.lines().anyMatch(line -> line.matches("devices +good .*CUDA software +Tactus software GPU, 24GiB")), said);
        assertTrue(archived(folder.resolve("out.tar.gz")).containsAll(List.of("out/table.txt", "out/run.log", "out/devices.log")), said);
    }

    @Test
    void shouldHaveAFactALineWhenItReadsWhatTactusPrints() throws Exception {
        said(script("echo \"$COLUMNS\" >>'" + folder + "/columns'\n", "--out", "out"), 0);
        final List<String> columns = Files.readAllLines(folder.resolve("columns"));
        assertEquals(List.of(Integer.toString(Terminal.WIDEST)), columns.stream().distinct().toList());
    }

    @Test
    void shouldSayOneLineWhenNothingCanBeWrittenOrANumberIsNone() throws Exception {
        Files.createDirectories(folder.resolve("taken.tar.gz.part"));
        Files.writeString(folder.resolve("file"), "");
        for (final String[] words : new String[][] {{"--out", "/proc/x"}, {"--out", "file"}, {"--out", "taken"}, {"--out", ""},
            {"--budget", "12345678"}, {"--budget", "-1"}, {"--index", "x"}, {"--nonsense"}, {"--out"}}) {
            final String said = said(script("exit 0\n", words), 2);
            assertTrue(said.startsWith("gpu-first-run: ") && said.lines().count() == 1, List.of(words) + ": " + said);
        }
        final String octal = said(script("exit 0\n", "--out", "out", "--budget", "0099"), 0);
        assertTrue(octal.contains("at most 99 s"), octal);
    }

    @Test
    void shouldKeepWhatAnEarlierRunHasFound() throws Exception {
        said(script("exit 0\n", "--out", "out"), 0);
        final byte[] archive = Files.readAllBytes(folder.resolve("out.tar.gz"));
        final String said = said(script("exit 0\n", "--out", "out"), 2);
        assertTrue(said.contains("there is something in out already") && said.lines().count() == 1, said);
        assertArrayEquals(archive, Files.readAllBytes(folder.resolve("out.tar.gz")));
        for (final String name : List.of("gpu-first-run", "gpu-first-run-2")) {
            said(script("exit 0\n"), 0);
            assertTrue(archived(folder.resolve(name + ".tar.gz")).contains(name + "/table.txt"), name);
        }
    }

    @Test
    void shouldSayThatTheArchiveIsNotWrittenWhenItCannotBeWrittenAtTheEnd() throws Exception {
        final String said = said(script("mkdir -p '" + folder + "/out.tar.gz.part/x'\n", "--out", "out"), 1);
        assertTrue(said.contains("the archive could not be written") && !said.contains("archive: "), said);
    }

    /** Whatever the script does at the instant, what it has found so far can be carried away, and nothing of it goes on. */
    @Test
    void shouldLeaveAWholeArchiveWhenItIsEndedAtAnyInstant() throws Exception {
        for (int turn = 0; turn < 10; turn++) {
            final Path out = folder.resolve("out" + turn);
            final Process script = script("sleep 0.1\n", "--out", out.toString());
            while (script.isAlive() && !Files.exists(out.resolve("run.log"))) {
                Thread.sleep(1);
            }
            Thread.sleep(turn * turn * 25L);
            final List<ProcessHandle> children = script.descendants().toList();
            script.destroy();
            assertTrue(script.waitFor(PATIENCE_S, TimeUnit.SECONDS), "turn " + turn);
            final String said = Files.readString(folder.resolve("said"));
            assertTrue(archived(Path.of(out + ".tar.gz")).contains(out.getFileName() + "/run.log"), "turn " + turn + ": " + said);
            assertFalse(Files.exists(Path.of(out + ".tar.gz.part")), "turn " + turn);
            assertTrue(script.exitValue() == 1 && said.contains("interrupted") || script.exitValue() == 0, said);
            for (final ProcessHandle child : children) {
                child.onExit().get(PATIENCE_S, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void shouldEndTheStepAndWriteTheTableWhenItIsInterrupted() throws Exception {
        final Process script = script();
        final Path pid = folder.resolve("pid");
        while (script.isAlive() && !Files.exists(pid)) {
            Thread.sleep(20);
        }
        final ProcessHandle step = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        try {
            script.destroy();
            assertTrue(script.waitFor(PATIENCE_S, TimeUnit.SECONDS), "it waits for the step");
            assertFalse(step.isAlive(), "the step goes on");
            assertEquals(1, script.exitValue());
            final String said = Files.readString(folder.resolve("said"));
            assertTrue(said.contains("interrupted") && said.contains("all of it took"), said);
            assertTrue(Files.readString(folder.resolve("out/table.txt")).lines().anyMatch(line -> line.startsWith("java ")
                && line.contains("interrupted")), said);
            assertTrue(Files.exists(folder.resolve("out.tar.gz")), said);
        } finally {
            step.destroyForcibly();
            script.destroyForcibly();
        }
    }
}
