// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Coverage-guided fuzzing of the readers by Jazzer in a JVM of its own: a quarter of a minute by default, longer by
 * {@code -Dtactus.fuzz.seconds=600}. The input that fails is kept in {@code target/fuzz}.
 */
class FuzzTest {
    private static final int SECONDS = Integer.getInteger("tactus.fuzz.seconds", 15);
    private static final Pattern RUNS = Pattern.compile("Done (\\d+) runs in");

    private static boolean isSupported() {
        final String arch = System.getProperty("os.arch");
        return System.getProperty("os.name").startsWith("Linux") && (arch.equals("amd64") || arch.equals("aarch64"));
    }

    @Test
    void shouldReadOrRefuseWhateverAFuzzerMakesOfTheFiles(@TempDir final Path corpus) throws IOException, InterruptedException {
        assumeTrue(isSupported(), "Jazzer has no driver for this system");
        CompiledModelFuzz.seeds(corpus);
        final Path findings = Files.createDirectories(Path.of("target", "fuzz"));
        final Path log = findings.resolve("jazzer.log");
        final List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+EnableDynamicAgentLoading", "-Xmx512m",
            "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + CompiledModelFuzz.class.getName(), "--instrumentation_includes=org.tactus.bindings.edgetpu.**",
            "--disabled_hooks=.*", "--reproducer_path=" + findings, "-artifact_prefix=" + findings + "/", "-max_len=8192", "-timeout=10",
            "-rss_limit_mb=2048", "-max_total_time=" + SECONDS, corpus.toString());
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        final int status = process.waitFor();
        final String text = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertEquals(0, status, () -> text.substring(Math.max(0, text.length() - 4000)));
        final Matcher runs = RUNS.matcher(text);
        assertTrue(runs.find(), text);
        assertTrue(Long.parseLong(runs.group(1)) > 1_000, text);
    }
}
