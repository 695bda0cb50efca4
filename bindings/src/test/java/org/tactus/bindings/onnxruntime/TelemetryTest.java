// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * ONNX Runtime 1.29 reports its use to its maker unless told not to: it keeps a device identity, a data base and a log, starts threads,
 * asks name servers, and reads the process' command line by a recursion that a long one lets overflow the stack. Each case runs in a JVM of
 * its own, since the library is loaded once a process; its temporary folder, home and cache are empty folders of the test.
 */
class TelemetryTest {
    private static final String SWITCH = "ORT_DISABLE_TELEMETRY";

    @TempDir
    private Path folder;

    /** What the started JVM runs: the threads and sockets that the library's environment brings, by name. */
    public static final class Embedded {
        private Embedded() {
        }

        public static void main(final String[] arguments) throws IOException, InterruptedException {
            final TreeSet<String> before = threads();
            OnnxRuntime.require();
            final TreeSet<String> sockets = new TreeSet<>();
            final TreeSet<String> came = new TreeSet<>();
            for (int i = 0; i < 20; i++) { // its uploader begins a while after the environment was made
                Thread.sleep(100);
                sockets.addAll(sockets());
                came.addAll(threads());
            }
            came.removeAll(before);
            System.out.print("threads " + came + " sockets " + sockets);
        }

        /** Native threads by their names; those that the JVM itself starts at any time left out. */
        private static TreeSet<String> threads() throws IOException {
            final TreeSet<String> names = new TreeSet<>();
            try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
                for (final Path task : tasks.toList()) {
                    try {
                        final String name = Files.readString(task.resolve("comm")).strip();
                        if (!name.matches("(C[12] CompilerThre|GC Thread|G1 |Attach Listener|Common-Cleaner|process reaper).*")) {
                            names.add(name + ' ' + task.getFileName());
                        }
                    } catch (final IOException e) {
                        continue; // ended meanwhile
                    }
                }
            }
            return names;
        }

        private static TreeSet<String> sockets() throws IOException {
            final TreeSet<String> open = new TreeSet<>();
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
                for (final Path descriptor : descriptors.toList()) {
                    try {
                        final String target = Files.readSymbolicLink(descriptor).toString();
                        if (target.startsWith("socket:")) {
                            open.add(target);
                        }
                    } catch (final IOException e) {
                        continue; // closed meanwhile
                    }
                }
            }
            return open;
        }
    }

    private String run(final String... flags) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData", "-Dtactus.cache=" + folder.resolve("cache/tactus"),
            "-Djava.io.tmpdir=" + folder.resolve("tmp"), "-cp", System.getProperty("java.class.path")));
        command.addAll(Arrays.asList(flags));
        command.add(Embedded.class.getName());
        for (final String name : List.of("cache", "tmp", "home", "work")) {
            Files.createDirectories(folder.resolve(name));
        }
        final ProcessBuilder builder = new ProcessBuilder(command).directory(folder.resolve("work").toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of(SWITCH, "CI", "GITHUB_ACTIONS", "TF_BUILD")); // with which it is silent as well
        builder.environment().put("TMPDIR", folder.resolve("tmp").toString());
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        final Process process = builder.start();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text;
    }

    @Test
    void shouldStartNoThreadOpenNoSocketAndWriteNoFileWhenTheLibraryIsUsed() throws IOException, InterruptedException {
        assertEquals("threads [] sockets []", run());
        try (Stream<Path> files = Files.walk(folder)) {
            final List<String> written = files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).toList();
            assertEquals(1, written.size(), written.toString());
            assertTrue(written.getFirst().startsWith("cache/tactus/") && written.getFirst().contains("libonnxruntime"), written.toString());
        }
    }

    @Test
    void shouldNotCrashWhenTheCommandLineIsLong() throws IOException, InterruptedException {
        for (final int length : List.of(4_000, 20_000)) {
            assertEquals("threads [] sockets []", run("-Dpad=" + "x".repeat(length)));
        }
    }
}
