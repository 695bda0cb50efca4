// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script of the first run on a GPU, with a program in place of Tactus that never ends by itself. */
@Timeout(240)
class FirstRunScriptTest {
    private static final int PATIENCE_S = 100;

    @TempDir
    private Path folder;

    private Process script() throws IOException {
        Files.createDirectories(folder.resolve("bench"));
        final Path script = folder.resolve("bench/gpu-first-run.sh");
        Files.copy(Path.of("gpu-first-run.sh"), script);
        final Path tactus = folder.resolve("tactus");
        Files.writeString(tactus, "#!/bin/sh\necho $$ >\"$(dirname \"$0\")/pid.part\"\nmv \"$(dirname \"$0\")/pid.part\" "
            + "\"$(dirname \"$0\")/pid\"\nexec sleep 600\n");
        assertTrue(tactus.toFile().setExecutable(true));
        return new ProcessBuilder("sh", script.toString(), "--driver", "software", "--quick", "--out", folder.resolve("out").toString())
            .redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile()).start();
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
