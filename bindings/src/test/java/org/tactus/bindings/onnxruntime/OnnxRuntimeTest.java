// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.NativeCallException;

class OnnxRuntimeTest {
    /** What another JVM says about the runtime; a library is found once a process. */
    public static final class Report {
        private Report() {
        }

        public static void main(final String[] arguments) {
            System.out.print(OnnxRuntime.find().map(runtime -> "version " + runtime.version())
                .orElseGet(() -> OnnxRuntime.absence().orElseThrow()));
        }
    }

    private static String report(final String... flags) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(flags));
        command.add(Report.class.getName());
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        return text;
    }

    @Test
    void shouldFindTheLibraryOfTheArtefact() {
        final OnnxRuntime runtime = OnnxRuntime.find().orElseThrow(() -> new AssertionError(OnnxRuntime.absence().orElseThrow()));
        assertTrue(runtime.version().matches("\\d+\\.\\d+\\.\\d+"), runtime.version());
        assertTrue(OnnxRuntime.absence().isEmpty());
    }

    @Test
    void shouldTakeTheLibraryOutOfTheArtefactOnce(@TempDir final Path cache) throws IOException, InterruptedException {
        final String flag = "-Dtactus.cache=" + cache;
        assertTrue(report(flag).startsWith("version "));
        final Path file;
        try (Stream<Path> files = Files.walk(cache)) {
            final List<Path> found = files.filter(Files::isRegularFile).toList();
            assertEquals(1, found.size(), found::toString);
            file = found.getFirst();
        }
        final var time = Files.getLastModifiedTime(file);
        assertTrue(report(flag).startsWith("version "));
        assertEquals(time, Files.getLastModifiedTime(file));
    }

    @Test
    void shouldSayWhatIsMissingWhenTheNamedLibraryIsNot(@TempDir final Path folder) throws IOException, InterruptedException {
        final Path file = folder.resolve("libonnxruntime.so");
        final String flag = "-Dtactus.onnxruntime.library=" + file;
        assertEquals("no file at " + file + "; tactus.onnxruntime.library names the path of libonnxruntime.so", report(flag));
        Files.writeString(file, "not a library");
        final String text = report(flag);
        assertTrue(text.contains(file + " cannot be loaded: "), text); // the JVM warns first
    }

    @Test
    void shouldNameTheCallAndTheLibrarysTextWhenItRefuses() {
        final OnnxRuntime runtime = OnnxRuntime.find().orElseThrow();
        final NativeCallException error = assertThrows(NativeCallException.class,
            () -> runtime.session(new byte[] {1, 2, 3}, OnnxOptions.SINGLE_THREAD));
        assertEquals("CreateSessionFromArray", error.function());
        assertTrue(error.code() > 0);
        assertFalse(error.getMessage().contains("\n"));
        assertTrue(error.getMessage().startsWith("CreateSessionFromArray failed with code " + error.code() + ": "));
    }

    @Test
    void shouldCountCoresFromOneAsTheRuntimeDoes() {
        assertEquals("", OnnxOptions.SINGLE_THREAD.affinities());
        assertEquals("6;8;5", new OnnxOptions(4, List.of(4, 5, 7), true).affinities());
        assertThrows(IllegalArgumentException.class, () -> new OnnxOptions(0, List.of(), true));
        assertThrows(IllegalArgumentException.class, () -> new OnnxOptions(1, List.of(-1), true));
    }
}
