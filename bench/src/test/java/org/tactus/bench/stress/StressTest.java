// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the concurrency tests beside it by jcstress in a process of its own; {@code -Dtactus.stress=default} runs them long. */
class StressTest {
    /** The part of the summary that lists tests with an outcome of interest. */
    private static String interesting(final String output) {
        final int from = output.indexOf("Interesting tests:");
        final int until = output.indexOf("Failed tests:");
        return from < 0 || until < from ? "" : output.substring(from, until);
    }

    @Test
    @Timeout(1200)
    void shouldOnlySeeAllowedOutcomesWhenThreadsRace(@TempDir final Path work) throws IOException, InterruptedException {
        final Path log = work.resolve("jcstress.log");
        final String mode = System.getProperty("tactus.stress", "sanity");
        final String flags = "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED";
        final Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), flags, "-cp", System.getProperty("java.class.path"),
            "org.openjdk.jcstress.Main", "-m", mode, "-time", "300", "-t", "org.tactus",
            "--jvmArgs", flags, "-r", work.toString())
            .directory(work.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        final boolean ended = process.waitFor(1100, TimeUnit.SECONDS);
        final String output = Files.readString(log);
        assertEquals(true, ended, output);
        assertEquals(0, process.exitValue(), output);
        assertEquals(true, output.contains("Failed tests: No matches.") && output.contains("Error tests: No matches."), output);
        // A test that cannot fail proves nothing: the mutants must lose a wake-up where the protocol does not. A sanity run is too short.
        assertEquals(true, mode.equals("sanity") || interesting(output).contains(MutantLooksBeforeItAnnounces.class.getName()), output);
        System.out.println("jcstress: " + output.lines().filter(line -> line.contains("Results:") || line.contains("passed"))
            .reduce((a, b) -> b).orElse("no summary"));
    }
}
