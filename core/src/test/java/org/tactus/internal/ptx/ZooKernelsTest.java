// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    /** Of the largest output, of kernels that multiply in half precision: 3.2e-4 to 7.4e-4 was seen. */
    private static final double HALF_TOLERANCE = 3e-3;
    /** The last one is known to assemblers since CUDA 12.8. */
    private static final List<String> DEVICES = List.of("sm_80", "sm_90", "sm_100");

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

    @Test
    void shouldAnswerNearlyTheSameWhenTheZooIsMultipliedInHalfPrecision() {
        for (final String name : ModelZoo.NAMES) {
            final OnnxModel model = ModelZoo.generate(name, "small", 1);
            final Map<String, float[]> expected = Programs.oracle(model, 7);
            final SegmentProgram program = SegmentCompiler.compile(model, Numbers.HALF);
            assertTrue(program.weightBytes() < 0.52 * SegmentCompiler.compile(model, Numbers.SINGLE).weightBytes(), name);
            Programs.run(program, expected, 7).forEach((output, values) -> {
                final float[] right = expected.get(output);
                final double largest = Math.max(right[place(right, 1)], -right[place(right, -1)]);
                for (int i = 0; i < right.length; i++) {
                    assertEquals(right[i], values[i], HALF_TOLERANCE * largest, name + ": " + output + ", element " + i);
                }
                assertEquals(place(right, 1), place(values, 1), name + ": where the largest of " + output + " is");
            });
        }
    }

    /** Where the largest number is, or with a sign of -1 the least one. */
    private static int place(final float[] values, final int sign) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = sign * values[i] > sign * values[best] ? i : best;
        }
        return best;
    }

    private static Optional<Path> assembler() {
        return Stream.of(System.getenv("CUDA_HOME"), System.getenv("CUDA_PATH"), "/usr/local/cuda").filter(Objects::nonNull)
            .map(home -> Path.of(home, "bin", "ptxas")).filter(Files::isExecutable).findFirst();
    }

    private static String said(final Path assembler, final String... options) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(options));
        command.addFirst(assembler.toString());
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        final String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), command + ": " + text);
        return text;
    }

    private String assemble(final Path assembler, final String device, final String name, final String ptx)
        throws IOException, InterruptedException {
        final Path source = Files.writeString(folder.resolve(name + ".ptx"), ptx);
        return said(assembler, "-v", "-arch=" + device, source.toString(), "-o", folder.resolve("out.cubin").toString());
    }

    @Test
    void shouldBeAssembledWithoutSpillingRegisters() throws IOException, InterruptedException {
        final Path assembler = assembler().orElse(null);
        assumeTrue(assembler != null, "no CUDA toolkit here (ptxas); set CUDA_HOME to check the kernels of the zoo's networks");
        final List<String> devices = DEVICES.stream().filter(said(assembler, "--help")::contains).toList();
        assertTrue(devices.size() >= 2, "sm_80 and sm_90 are known to every toolkit since CUDA 11.8: " + devices);
        for (final String name : ModelZoo.NAMES) {
            final OnnxModel model = ModelZoo.generate(name, "large", 1);
            for (final Numbers numbers : Numbers.values()) {
                final String ptx = SegmentCompiler.compile(model, numbers).ptx();
                for (final String device : devices) {
                    final String said = assemble(assembler, device, name, ptx);
                    assertTrue(said.contains("0 bytes spill stores") && !said.matches("(?s).* [1-9]\\d* bytes spill stores.*"), said);
                }
            }
        }
    }
}
