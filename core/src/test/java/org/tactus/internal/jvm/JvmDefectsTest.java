// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JvmDefectsTest {
    /** What the started JVM runs. */
    static final class Report {
        private Report() {
        }

        public static void main(final String[] arguments) {
            System.out.println(JvmDefects.known().orElse("nothing"));
        }
    }

    private static String report(final String... flags) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Report.class.getName()));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        return printed;
    }

    private static Optional<String> of(final String version, final boolean g1, final boolean compact) {
        return JvmDefects.known(Runtime.Version.parse(version), g1, compact);
    }

    @Test
    void shouldNameTheVersionsThatAreAffectedUnderG1Only() {
        for (final String affected : List.of("25", "25.0.1+8", "25.0.2+10-LTS")) {
            assertTrue(of(affected, true, false).orElseThrow().contains("JDK-8377811"), affected);
            assertTrue(of(affected, true, false).orElseThrow().contains(affected), affected);
            assertEquals(Optional.empty(), of(affected, false, false), affected);
        }
        for (final String whole : List.of("25.0.3+9-LTS", "25.0.10", "26", "26.0.1", "24.0.2")) {
            assertEquals(Optional.empty(), of(whole, true, false), whole);
        }
    }

    @Test
    void shouldNameCompactHeadersOfTheRunningJvm() throws IOException, InterruptedException {
        assertTrue(report("-XX:+UseCompactObjectHeaders", "-XX:+UseSerialGC").contains("JDK-8380060"));
        assertEquals("nothing\n", report("-XX:-UseCompactObjectHeaders", "-XX:+UseSerialGC"));
    }

    @Test
    void shouldSayTheSameOfEveryCollectorThatTheRunningJvmHas() throws IOException, InterruptedException {
        final boolean affected = of(Runtime.version().toString(), true, false).isPresent();
        assertEquals(affected, report("-XX:-UseCompactObjectHeaders", "-XX:+UseG1GC").contains("JDK-8377811"));
    }
}
