// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.spet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.latency.ForkedJvm;

class OrToolsTest {
    @TempDir
    private Path folder;

    /** Started twice: the second one finds what the first one has unpacked. */
    @Test
    void shouldUnpackItsLibrariesIntoTheCacheAloneWhenAnExperimentPlans() throws Exception {
        final Path temporary = Files.createDirectory(folder.resolve("temporary"));
        final Path cache = folder.resolve("cache");
        for (int start = 0; start < 2; start++) {
            final List<String> command = ForkedJvm.command(List.of("-Djava.io.tmpdir=" + temporary, "-Dtactus.cache=" + cache),
                "experiment", "schedulability", "--system", "spet", "--sets", "1", "--threads", "2",
                "--out", folder.resolve("out").toString());
            final Process plan = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
            final String said = new String(plan.getInputStream().readAllBytes());
            assertTrue(plan.waitFor(120, TimeUnit.SECONDS));
            assertEquals(0, plan.exitValue(), said);
            try (Stream<Path> left = Files.list(temporary)) {
                assertEquals(List.of(), left.toList());
            }
            try (Stream<Path> made = Files.list(cache)) {
                assertTrue(made.allMatch(path -> path.getFileName().toString().startsWith("ortools-linux-")), said);
            }
        }
    }
}
