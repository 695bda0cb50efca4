// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The probe in C against a driver in C that does right, or wrong in one way. Skipped where there is no compiler. */
class GpuProbeTest {
    @TempDir
    private Path folder;

    /** What a program printed, and its exit status. */
    private record Output(int status, String text) {
    }

    private static Output run(final List<String> command, final String mode) throws IOException, InterruptedException {
        final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("FAKE_CUDA", mode);
        final Process process = builder.start();
        process.getOutputStream().close();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }

    @BeforeEach
    void compile() throws IOException, InterruptedException {
        final String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        assumeTrue(Stream.of(path.split(":")).anyMatch(place -> Files.isExecutable(Path.of(place, "cc"))), "no C compiler 'cc'");
        try (InputStream source = GpuProbeTest.class.getResourceAsStream("fake-cuda.c")) {
            Files.copy(source, folder.resolve("fake-cuda.c"));
        }
        assertEquals(new Output(0, ""), run(List.of("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", folder.resolve("probe").toString(),
            Path.of("gpu-probe.c").toAbsolutePath().toString(), "-ldl"), ""));
        assertEquals(new Output(0, ""), run(List.of("cc", "-O2", "-shared", "-fPIC", "-o", folder.resolve("fake.so").toString(),
            folder.resolve("fake-cuda.c").toString()), ""));
    }

    private Output probe(final String mode, final String... words) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(folder.resolve("probe").toString(), "--warm", "0.01", "--library",
            folder.resolve("fake.so").toString()));
        command.addAll(List.of(words));
        return run(command, mode);
    }

    @Test
    void shouldSayThatAllIsGoodWhenTheDriverDoesWhatItShould() throws IOException, InterruptedException {
        final Output good = probe("good");
        assertEquals(0, good.status(), good.text());
        assertTrue(good.text().endsWith("probe: good\n") && good.text().contains("gpu       fake"), good.text());
        assertEquals(7, good.text().lines().filter(line -> line.startsWith("work ") && line.endsWith("still ran")).count(), good.text());
    }

    @Test
    void shouldNameTheCallThatWaitsForKernels() throws IOException, InterruptedException {
        final Output waits = probe("waits");
        final List<String> waiting = waits.text().lines().filter(line -> line.contains("HAD ENDED")).toList();
        assertTrue(waiting.size() == 1 && waiting.getFirst().contains("unmap"), waits.text());
    }

    @Test
    void shouldFailWhenBytesChangeOrACallIsRefused() throws IOException, InterruptedException {
        final Output corrupt = probe("corrupt");
        assertTrue(corrupt.status() == 1 && corrupt.text().contains("came back from the GPU with other bytes"), corrupt.text());
        final Output refuses = probe("refuses");
        assertTrue(refuses.status() == 1 && refuses.text().contains("cuMemMap") && refuses.text().contains("2 CUDA_ERROR_OUT_OF_MEMORY"),
            refuses.text());
    }

    @Test
    void shouldTellThatThereIsNoGpuOrNoDriverByAStatusOfItsOwn() throws IOException, InterruptedException {
        assertEquals(new Output(3, "no GPU 0: the driver has 0\n"), probe("none"));
        assertEquals(3, probe("good", "--index", "1").status());
        assertEquals(3, probe("good", "--library", folder.resolve("missing.so").toString()).status());
        assertEquals(2, probe("good", "--indx", "1").status());
    }
}
