// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.NativeCallException;

/** The runtime registers a provider that a compiler makes here; what needs a C compiler is skipped where there is none. */
class CudaPluginTest {
    /** A network that is one Relu of one number. */
    private static final String RELU = "CAg6MwoMCgF4EgF5IgRSZWx1EgFnWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUICEA0=";

    @TempDir
    private static Path folder;

    private final OnnxRuntime runtime = OnnxRuntime.find().orElseThrow();

    private static Path provider() throws IOException, InterruptedException {
        final String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        assumeTrue(Stream.of(path.split(":")).anyMatch(place -> Files.isExecutable(Path.of(place, "cc"))), "no C compiler 'cc'");
        final Path source = folder.resolve("fake-provider.c");
        final Path library = folder.resolve("libfake.so");
        if (!Files.exists(library)) { // loaded once a process, and never unloaded
            try (InputStream text = CudaPluginTest.class.getResourceAsStream("fake-provider.c")) {
                Files.copy(text, source);
            }
            final Process compiler = new ProcessBuilder("cc", "-O1", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", library.toString(),
                source.toString()).redirectErrorStream(true).start();
            final String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, compiler.waitFor(), said);
        }
        return library;
    }

    @Test
    void shouldOfferTheGpuThatTheProviderFindsAndNameTheOthersWhenItIsAskedForAnother() throws IOException, InterruptedException {
        final Path library = provider();
        assertEquals(Optional.empty(), runtime.absence(library, new CudaProvider(0, 0x1234)));
        assertEquals(Optional.empty(), runtime.absence(library, new CudaProvider(0, 0x1234))); // registered once
        final String absence = runtime.absence(library, new CudaProvider(5, 0x1234)).orElseThrow();
        assertTrue(absence.contains("finds no GPU 5; ONNX Runtime offers") && absence.contains("CUDAExecutionProvider 0"), absence);
    }

    @Test
    void shouldHandOurStreamAndOptionsToTheProviderWhenASessionIsMade() throws IOException, InterruptedException {
        System.setProperty(CudaPlugin.PATH_PROPERTY, provider().toString());
        try {
            final NativeCallException error = assertThrows(NativeCallException.class,
                () -> runtime.session(Base64.getDecoder().decode(RELU), OnnxOptions.SINGLE_THREAD.withCuda(new CudaProvider(0, 0x1234))));
            assertTrue(error.getMessage().contains("fake provider of 1 device: user_compute_stream=4660 use_tf32=0 device_id="),
                error.getMessage());
        } finally {
            System.clearProperty(CudaPlugin.PATH_PROPERTY);
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenThereIsNoSuchFileOrItIsNoProvider() {
        final String missing = runtime.absence(folder.resolve("none.so"), new CudaProvider(0, 1)).orElseThrow();
        assertTrue(missing.contains("no file at") && missing.contains("tactus.onnxruntime.cuda.plugin")
            && missing.contains("onnxruntime-ep-cuda13"), missing);
        final Path other = Stream.of("/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6")
            .map(Path::of).filter(Files::isRegularFile).findFirst().orElse(null);
        assumeTrue(other != null, "no libm where it is looked for");
        final String wrong = runtime.absence(other, new CudaProvider(0, 1)).orElseThrow();
        assertTrue(wrong.contains("CreateEpFactories"), wrong);
    }

    @Test
    void shouldNameBothProvidersWhenNeitherIsThere() {
        final String absence = runtime.absence(new CudaProvider(0, 1)).orElseThrow();
        for (final String part : List.of("onnxruntime_gpu", "CUDA 12", "CUDA 13", CudaPlugin.PATH_PROPERTY)) {
            assertTrue(absence.contains(part), absence);
        }
    }
}
