// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.internal.file.NumpyFile;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.network.SegmentedModel;

/** {@code init}, {@code infer} and {@code inspect} on files. */
class InferCommandTest extends CommandTest {
    private static final int SIDE = 112;
    private static final List<Long> SHAPE = List.of(1L, 3L, (long) SIDE, (long) SIDE);

    @TempDir
    private Path folder;

    private float[] drawn() {
        final SplittableRandom random = new SplittableRandom(4);
        final float[] values = new float[3 * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble();
        }
        return values;
    }

    private Path array(final String type, final List<Long> shape, final float[] values) throws IOException {
        final Path file = folder.resolve("x.npy");
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(4L * values.length, 64);
            MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
            NumpyFile.write(file, type, shape, memory);
        }
        return file;
    }

    private static float[] expected(final float[] input, final int cuts) {
        try (SegmentedModel model = SegmentedModel.create(ModelZoo.generate("resnet", "small", 1), cuts, OnnxOptions.SINGLE_THREAD)) {
            MemorySegment.copy(input, 0, model.tensor("input"), ValueLayout.JAVA_FLOAT, 0, input.length);
            for (int i = 0; i < cuts; i++) {
                model.run(i);
            }
            return model.tensor("output").toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private int infer(final String... more) {
        final String[] words = new String[more.length + 4];
        System.arraycopy(new String[] {"infer", "resnet-small", "--out", folder.resolve("out").toString()}, 0, words, 0, 4);
        System.arraycopy(more, 0, words, 4, more.length);
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return tactus(words);
    }

    private float[] written() throws IOException {
        final NumpyFile file = NumpyFile.read(folder.resolve("out/output.npy"));
        assertEquals("<f4", file.type());
        assertEquals(List.of(1L, 1000L), file.shape());
        return file.values().toArray(ValueLayout.JAVA_FLOAT.withByteAlignment(1));
    }

    @Test
    void shouldNameEachWrongInputWhenSeveralAre() {
        assertEquals(2, infer("--input", "input=" + folder.resolve("gone.npy"), "--input", "imput=x.npy", "--input", "other=y.npy"));
        final List<String> lines = err.toString().lines().toList();
        assertEquals(3, lines.size(), err.toString());
        assertTrue(lines.get(0).startsWith("tactus: --input imput: ") && lines.get(1).startsWith("tactus: --input other: ")
            && lines.get(2).startsWith(folder.resolve("gone.npy") + ": no such file"), err.toString());
    }

    @Test
    void shouldRunOnAnArrayAndCompareWithTheUncutNetwork() throws IOException {
        final float[] values = drawn();
        for (final List<Long> shape : List.of(SHAPE, SHAPE.subList(1, 4))) {
            final Path file = array("<f4", shape, values);
            assertEquals(0, infer("--input", "input=" + file, "--cuts", "3", "--compare"), err::toString);
            assertArrayEquals(expected(values, 3), written());
            assertTrue(out.toString().contains("output: largest difference "), out::toString);
        }
        assertEquals(1, infer("--input", "input=" + folder.resolve("x.npy"), "--compare", "--tolerance", "0"), out::toString);
        assertTrue(out.toString().contains("BEYOND THE TOLERANCE of 0.0: output"), out::toString);
    }

    @Test
    void shouldTakeAnImageWithTheNormalisationThatWasGiven() throws IOException {
        final BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        final float[] values = new float[3 * SIDE * SIDE];
        for (int at = 0; at < SIDE * SIDE; at++) {
            final int[] pixel = {at % 256, at * 7 % 256, at / 50 % 256};
            image.setRGB(at % SIDE, at / SIDE, pixel[0] << 16 | pixel[1] << 8 | pixel[2]);
            for (int channel = 0; channel < 3; channel++) {
                values[channel * SIDE * SIDE + at] = (float) ((pixel[channel] / 255.0 - new double[] {0.5, 0.25, 0}[channel]) / 2);
            }
        }
        final Path file = folder.resolve("picture.png");
        ImageIO.write(image, "png", file.toFile());
        assertEquals(0, infer("--input", "input=" + file, "--mean", "0.5,0.25,0", "--deviation", "2"), err::toString);
        assertArrayEquals(expected(values, 1), written());
        assertTrue(out.toString().replaceAll("\\s+", " ").startsWith("input 'input' from " + file
            + ", 112x112, RGB, channels first, (pixel / 255 - mean) / "
            + "deviation with mean [0.5, 0.25, 0.0] and deviation [2.0]"), out::toString);
        final BufferedImage large = new BufferedImage(300, 200, BufferedImage.TYPE_INT_RGB);
        ImageIO.write(large, "jpg", folder.resolve("large.jpg").toFile());
        assertEquals(0, infer("--input", "input=" + folder.resolve("large.jpg")), err::toString);
        assertTrue(out.toString().replaceAll("\\s+", " ").contains("300x200 scaled to 112x112"), out::toString);
    }

    @Test
    void shouldSayInOneLineWhatIsWrong() throws IOException {
        final Path good = array("<f4", SHAPE, drawn());
        Files.writeString(folder.resolve("text.png"), "no picture");
        final String[][] wrong = {{"--input", "image=" + good}, {"--input", "input=" + folder.resolve("gone.npy")},
            {"--input", "input=" + folder.resolve("text.png")}, {"--input", "input=" + good, "--mean", "1,2"},
            {"--input", "input=" + good, "--deviation", "0"}, {"--input", "input=" + good, "--dims", "n=1"},
            {"--input", "input=" + good, "--shape", "input=3by3"}, {"--input", "input=" + good, "--cuts", "5000"}, {}};
        for (final String[] words : wrong) {
            assertEquals(2, infer(words), String.join(" ", words));
            assertEquals(1, err.toString().strip().lines().count(), err.toString());
        }
        assertEquals(2, infer("--input", "input=" + array("<f4", List.of(1L, (long) SIDE, (long) SIDE, 3L), drawn())));
        assertTrue(err.toString().contains("an array of <f4(1, 112, 112, 3), but input 'input' FLOAT[1, 3, 112, 112] is <f4 of "
            + "[1, 3, 112, 112]"), err::toString);
    }

    @Test
    void shouldWriteATaskSetThatCanBeProfiledAndAnalysed() throws IOException {
        final Path net = folder.resolve("net 1.onnx");
        Files.write(net, ModelZoo.generate("mobilenet", "small", 1).bytes());
        final Path set = folder.resolve("below/set.yaml");
        assertEquals(0, tactus("init", net + ":500ms", net + ":1s:800ms", "--cores", "0", "--out", set.toString()), err::toString);
        final List<String> lines = Files.readAllLines(set);
        assertTrue(lines.containsAll(List.of("name: set", "    - {name: cpu0, kind: cpu, cores: [0]}", "  - name: net_1",
            "  - name: net_1-2", "    deadline: 800ms", "    model: {file: \"../net 1.onnx\"}", "    segments: [{device: cpu0}]")),
            () -> String.join("\n", lines));
        assertEquals(0, tactus("profile", set.toString(), "--runs", "3"), err::toString);
        assertEquals(0, tactus("analyze", set.toString()), out::toString);
        assertEquals(2, tactus("init", net + ":500ms", "--out", set.toString()));
        for (final String word : new String[] {net.toString(), net + ":5", net + ":10ms:20ms", folder.resolve("gone.onnx") + ":5ms"}) {
            err.getBuffer().setLength(0);
            assertEquals(2, tactus("init", word, "--out", folder.resolve("other.yaml").toString()), word);
            assertEquals(1, err.toString().strip().lines().count(), err.toString());
        }
    }

    @Test
    void shouldTellWhatAnOnnxFileHoldsAndWhatCutsCost() throws IOException {
        final Path net = folder.resolve("net.onnx");
        Files.write(net, ModelZoo.generate("mobilenet", "small", 1).bytes());
        assertEquals(0, tactus("inspect", net.toString()), err::toString);
        final List<String> lines = out.toString().replaceAll("\n {4}", " ").lines().map(String::strip).toList();
        assertTrue(out.toString().replaceAll("\\s+", " ").startsWith(net + ": ONNX version 8, operator sets 13, by tactus"), out::toString);
        assertTrue(lines.contains("in   'input' FLOAT[1, 3, 128, 128]") && lines.contains("out  'output' FLOAT[1, 1000]"), out::toString);
        assertTrue(lines.stream().anyMatch(line -> line.matches("nodes 152: BatchNormalization 52, Conv 52, .*")), out::toString);
        assertTrue(lines.stream().anyMatch(line -> line.matches("cuts 4: [0-9.]+ ms, [-+][0-9.]+ % of the whole; shares \\d+ \\d+ \\d+ "
            + "\\d+ %; .* between segments.*")), out::toString);
        out.getBuffer().setLength(0);
        assertEquals(0, tactus("inspect", "--format", "json", net.toString()), err::toString);
        assertTrue(out.toString().contains("\"operators\":{") && out.toString().contains("\"cuts\":8,\"segmentNs\":["), out::toString);
        assertEquals(2, tactus("inspect", "--format", "csv", net.toString()));
    }

    @Test
    void shouldRunATensorFlowLiteFileWhereItsLibraryIs() throws IOException {
        assumeTrue(TfLite.find().isPresent(), () -> TfLite.absence().orElse(""));
        final Path file = folder.resolve("dense.tflite");
        Files.write(file, DenseModelWriter.write("x", "y", new float[][] {{1, 2}, {3, 4}}, new float[] {10, 20}, false));
        final Path input = array("<f4", List.of(1L, 2L), new float[] {5, 7});
        final Path to = folder.resolve("out");
        assertEquals(0, tactus("infer", file.toString(), "--input", "x=" + input, "--out", to.toString()), err::toString);
        final byte[] written = Files.readAllBytes(to.resolve("y.npy"));
        final ByteBuffer values = ByteBuffer.wrap(written, written.length - 8, 8).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(5 + 14 + 10, values.getFloat());
        assertEquals(15 + 28 + 20, values.getFloat());
    }

    @Test
    void shouldRefuseOptionsOfOnnxAndFilesThatAreNoneInOneLine() throws IOException {
        final Path file = folder.resolve("dense.tflite");
        Files.write(file, DenseModelWriter.write("x", "y", new float[][] {{1}}, new float[] {0}, false));
        assertEquals(2, tactus("infer", file.toString(), "--cuts", "2", "--input", "x=none.npy", "--out", folder.toString()));
        assertEquals(2, tactus("infer", folder.resolve("absent.tflite").toString(), "--input", "x=none.npy", "--out", folder.toString()));
        final Path damaged = folder.resolve("damaged.tflite");
        Files.writeString(damaged, "TFL3 is not here");
        assertEquals(2, tactus("infer", damaged.toString(), "--input", "x=none.npy", "--out", folder.toString()));
        assertTrue(err.toString().contains("the file does not begin with TFL3"), err::toString);
    }
}
