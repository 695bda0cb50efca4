// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bench.accuracy.SignImages;
import org.tactus.bench.accuracy.SignNetwork;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.quantise.LayeredModel;
import picocli.CommandLine;

class QuantizeCommandTest {
    @TempDir
    private Path folder;
    private final StringWriter said = new StringWriter();

    @BeforeEach
    void draw() throws IOException {
        Files.write(folder.resolve("net.onnx"), SignNetwork.load(SignImages.Kind.DAY).bytes());
        assertEquals(0, Main.commandLine().setOut(new PrintWriter(new StringWriter())).execute("experiment", "images", "--seed", "2",
            "--count", "10", "--out", folder.toString()));
    }

    private int quantize(final String... more) {
        final String[] words = new String[more.length + 6];
        System.arraycopy(new String[] {"quantize", folder.resolve("net.onnx").toString(), "--samples",
            folder.resolve("images.npy").toString(), "--out", folder.resolve("out.onnx").toString()}, 0, words, 0, 6);
        System.arraycopy(more, 0, words, 6, more.length);
        final CommandLine line = Main.commandLine().setErr(new PrintWriter(said));
        return line.execute(words);
    }

    @Test
    void shouldWriteTheChosenLayersOrOnlyTheRanges() {
        assertEquals(0, quantize("--layers", "1-4,/43/Gemm"));
        final LayeredModel mixed = LayeredModel.of(OnnxModel.load(folder.resolve("out.onnx")));
        assertEquals(6, mixed.layers().stream().filter(layer -> layer.operator().equals("QuantizeLinear")).count(),
            "one on the way in, four outputs, one before the product");
        assertTrue(mixed.ranges().isEmpty());
        assertEquals(0, quantize("--layers", "none"));
        final LayeredModel exact = LayeredModel.of(OnnxModel.load(folder.resolve("out.onnx")));
        assertEquals(15, exact.layers().size());
        assertFalse(exact.ranges().orElseThrow().isEmpty());
    }

    @Test
    void shouldMeasureAndKeepWhatIsFaster() throws IOException {
        assertEquals(0, quantize("--runs", "3", "--times", folder.resolve("times.csv").toString()));
        assertEquals(16, Files.readAllLines(folder.resolve("times.csv")).size());
    }

    @Test
    void shouldSayInOneLineWhatIsWrong() {
        final String[][] wrong = {{"--layers", "3-99"}, {"--layers", "head"}, {"--weight-bits", "4"}, {"--share", "0.2"}, {"--runs", "0"}};
        for (final String[] words : wrong) {
            said.getBuffer().setLength(0);
            assertEquals(2, quantize(words), String.join(" ", words));
            assertEquals(1, said.toString().strip().lines().count(), said.toString());
        }
    }
}
