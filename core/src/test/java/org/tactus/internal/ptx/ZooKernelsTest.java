// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.TestModels;

/** Whole networks: on the interpreter against ONNX Runtime, and what NVIDIA's assembler says of their kernels. */
class ZooKernelsTest {
    /** Of the largest output; layer after layer sums in another order. */
    private static final double TOLERANCE = 1e-4;
    private static final List<String> DEVICES = List.of("sm_80", "sm_90");

    @TempDir
    private Path folder;

    @Test
    void shouldComputeResidualNetworksAsOnnxRuntimeDoes() {
        Programs.check(TestModels.tiny(), 3, TOLERANCE, "tiny");
        Programs.check(ModelZoo.resnet(48, 8, 2), 4, TOLERANCE, "resnet of 48 pixels");
        Programs.check(ModelZoo.resnet(33, 6, 2), 4, TOLERANCE, "resnet of 33 pixels");
    }

    @Test
    void shouldComputeEveryNetworkOfTheZooAsOnnxRuntimeDoes() {
        for (final String name : ModelZoo.NAMES) {
            Programs.check(ModelZoo.generate(name, "small", 1), 7, TOLERANCE, name);
        }
    }

    private static Optional<Path> assembler() {
        return Stream.of(System.getenv("CUDA_HOME"), System.getenv("CUDA_PATH"), "/usr/local/cuda").filter(Objects::nonNull)
            .map(home -> Path.of(home, "bin", "ptxas")).filter(Files::isExecutable).findFirst();
    }

    private String assemble(final Path assembler, final String device, final String name, final String ptx)
        throws IOException, InterruptedException {
        final Path source = Files.writeString(folder.resolve(name + ".ptx"), ptx);
        final Process process = new ProcessBuilder(assembler.toString(), "-v", "-arch=" + device, source.toString(), "-o",
            folder.resolve("out.cubin").toString()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), name + " for " + device + ": " + text);
        return text;
    }

    @Test
    void shouldBeAssembledWithoutSpillingRegisters() throws IOException, InterruptedException {
        final Path assembler = assembler().orElse(null);
        assumeTrue(assembler != null, "no CUDA toolkit here (ptxas); set CUDA_HOME to check the kernels of the zoo's networks");
        for (final String name : ModelZoo.NAMES) {
            final OnnxModel model = ModelZoo.generate(name, "large", 1);
            for (final String device : DEVICES) {
                final String said = assemble(assembler, device, name, SegmentCompiler.compile(model, Numbers.SINGLE).ptx());
                assertTrue(said.contains("0 bytes spill stores") && !said.matches("(?s).* [1-9]\\d* bytes spill stores.*"), said);
            }
        }
    }
}
