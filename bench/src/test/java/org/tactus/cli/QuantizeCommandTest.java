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
import org.tactus.internal.quantise.Closeness;
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
    void shouldLeaveInFloatingPointWhatChangesTheAnswerTooMuch() {
        assertEquals(0, quantize("--layers", "all"));
        final Closeness all = Closeness.of(OnnxModel.load(folder.resolve("out.onnx"))).orElseThrow();
        assertEquals(10, all.samples());
        assertEquals(1, all.outputs().size());
        assertTrue(all.outputs().getFirst().cosine() > 0.9 && all.outputs().getFirst().tops() == 10, all.toString());
        assertTrue(all.layers().size() > 5, all.toString());
        final double most = all.layers().values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        assertEquals(0, quantize("--layers", "all", "--max-error", String.valueOf(0.999 * most)));
        final OnnxModel without = OnnxModel.load(folder.resolve("out.onnx"));
        assertTrue(Closeness.of(without).orElseThrow().outputs().getFirst().rms() > 0);
        assertEquals(0, quantize("--layers", "all", "--max-error", "0"));
        final OnnxModel none = OnnxModel.load(folder.resolve("out.onnx"));
        assertTrue(none.proto().getGraph().getNodeList().stream().noneMatch(node -> node.getOpType().equals("QuantizeLinear")));
        assertTrue(Closeness.of(none).orElseThrow().outputs().getFirst().rms() < 1e-5);
    }

    @Test
    void shouldQuantizeANetworkWhoseExtentsAreGiven() throws IOException {
        final var proto = OnnxModel.load(folder.resolve("net.onnx")).proto().toBuilder();
        proto.getGraphBuilder().getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().getDimBuilder(0)
            .setDimParam("batch");
        Files.write(folder.resolve("net.onnx"), proto.build().toByteArray());
        assertEquals(2, quantize("--layers", "none"));
        assertEquals(0, quantize("--layers", "none", "--dims", "batch=1"));
        assertTrue(LayeredModel.of(OnnxModel.load(folder.resolve("out.onnx"))).ranges().isPresent());
    }

    @Test
    void shouldMeasureAndKeepWhatIsFaster() throws IOException {
        assertEquals(0, quantize("--runs", "3", "--times", folder.resolve("times.csv").toString()));
        assertEquals(16, Files.readAllLines(folder.resolve("times.csv")).size());
    }

    @Test
    void shouldSayInOneLineWhatIsWrong() {
        final String[][] wrong = {{"--layers", "3-99"}, {"--layers", "head"}, {"--weight-bits", "4"}, {"--share", "0.2"}, {"--runs", "0"},
            {"--max-error", "-1"}, {"--max-error", "NaN"}, {"--shape", "input=1x"}, {"--dims", "none=3"}};
        for (final String[] words : wrong) {
            said.getBuffer().setLength(0);
            assertEquals(2, quantize(words), String.join(" ", words));
            assertEquals(1, said.toString().strip().lines().count(), said.toString());
        }
    }
}
