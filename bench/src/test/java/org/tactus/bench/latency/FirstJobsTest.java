// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tactus.cli.Main;

/**
 * Counts in a process that has just started, since the JDK makes most of it once a process, and past a method handle's 127th call, after
 * which it makes a class for it. {@code tactus bench first-jobs} does it for 1,000 jobs in three processes.
 */
class FirstJobsTest {
    private static final int JOBS = 200;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(FirstJobs.Work.class)
    void shouldAllocateNothingFromTheFirstJobOn(final FirstJobs.Work work) throws IOException, InterruptedException {
        final Path log = folder.resolve("log");
        final Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"), Main.class.getName(), "bench",
            "first-jobs", "--in-process", "--work", work.name(), "--jobs", String.valueOf(JOBS))
            .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        final boolean ended = process.waitFor(300, TimeUnit.SECONDS);
        process.destroyForcibly();
        final String said = Files.readString(log, StandardCharsets.UTF_8);
        assertTrue(ended, said);
        assertEquals(0, process.exitValue(), said);
        assertTrue(said.contains(" 0 bytes by tactus-"), said);
    }
}
