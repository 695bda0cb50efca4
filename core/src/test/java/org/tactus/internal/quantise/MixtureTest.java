// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.Tensors;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.network.RelativeError;
import org.tactus.internal.network.SegmentedModel;

class MixtureTest {
    private static final int FLOAT = 1;

    /** Seeded numbers around zero. */
    private static SampleSource samples(final int count, final long seed) {
        return new SampleSource() {
            @Override
            public int count() {
                return count;
            }

            @Override
            public void fill(final int index, final MemorySegment memory) {
                final SplittableRandom random = new SplittableRandom(seed + index);
                for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
                    memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (2 * random.nextDouble() - 1));
                }
            }
        };
    }

    private static boolean[] all(final LayeredModel model) {
        final boolean[] all = new boolean[model.layers().size()];
        for (int j = 0; j < all.length; j++) {
            all[j] = model.layers().get(j).hasInt8();
        }
        return all;
    }

    private static float[] run(final CutChain chain, final SampleSource samples, final int sample) {
        try (SegmentedModel model = SegmentedModel.create(chain, OnnxOptions.SINGLE_THREAD)) {
            samples.fill(sample, model.tensor(model.inputs().getFirst().name()));
            for (int i = 0; i < model.segments(); i++) {
                model.run(i);
            }
            return model.tensor(model.outputs().getFirst().name()).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @ParameterizedTest
    @CsvSource({"resnet, 0.03", "mobilenet, 0.06", "densenet, 0.06"})
    void shouldStayCloseToFloatingPointWhenEveryLayerIsInt8(final String name, final double most) {
        final LayeredModel model = LayeredModel.of(ModelZoo.generate(name, "small", 1));
        final SampleSource samples = samples(2, 5);
        final Map<String, Range> ranges = new RangeCalibration(model, samples, 1).ranges();
        final float[] floats = run(new Mixture(model, ranges, Mixture.FULL_WEIGHTS, new boolean[all(model).length]).cut(0), samples, 1);
        final Mixture mixture = new Mixture(model, ranges, Mixture.REDUCED_WEIGHTS, all(model));
        final double error = RelativeError.of(run(mixture.cut(0), samples, 1), floats);
        assertTrue(error > 1e-4 && error < most, name + ": relative error " + error);
        assertStandard(mixture.model());
    }

    /** What ONNX's own checker would refuse: foreign operators, names made twice, tensors that nobody makes. */
    private static void assertStandard(final OnnxModel model) {
        assertEquals(1, model.proto().getOpsetImportCount());
        final GraphProto graph = model.proto().getGraph();
        final Set<String> known = new HashSet<>(Set.of(""));
        graph.getInputList().forEach(input -> assertTrue(known.add(input.getName())));
        graph.getInitializerList().forEach(weight -> assertTrue(known.add(weight.getName()), weight.getName()));
        final Set<String> names = new HashSet<>();
        for (final NodeProto node : graph.getNodeList()) {
            assertEquals("", node.getDomain());
            assertTrue(names.add(node.getName()), "two nodes are called " + node.getName());
            node.getInputList().forEach(input -> assertTrue(known.contains(input), node.getName() + " reads " + input));
            node.getOutputList().forEach(output -> assertTrue(known.add(output), "made twice: " + output));
        }
        graph.getOutputList().forEach(output -> assertTrue(known.contains(output.getName())));
    }

    @Test
    void shouldEqualThePlainFoldedModelWhenNoLayerIsInt8() {
        final OnnxModel original = ModelZoo.generate("mobilenet", "small", 3);
        final LayeredModel model = LayeredModel.of(original);
        final SampleSource samples = samples(1, 2);
        final float[] folded = run(new Mixture(model, Map.of(), Mixture.FULL_WEIGHTS, new boolean[all(model).length]).cut(0), samples, 0);
        try (SegmentedModel whole = SegmentedModel.create(original, 1, OnnxOptions.SINGLE_THREAD)) {
            samples.fill(0, whole.tensor("input"));
            whole.run(0);
            assertTrue(RelativeError.of(folded, whole.tensor("output").toArray(ValueLayout.JAVA_FLOAT)) < 1e-4);
        }
        assertTrue(model.layers().stream().noneMatch(layer -> layer.operator().equals("BatchNormalization")));
        assertTrue(original.proto().getGraph().getNodeCount() > 2 * model.layers().size());
    }

    @Test
    void shouldGiveTheSameBytesWhereverAMixtureIsCut() {
        final LayeredModel model = LayeredModel.of(ModelZoo.generate("resnet", "small", 1));
        final SampleSource samples = samples(2, 9);
        final Map<String, Range> ranges = new RangeCalibration(model, samples, 1).ranges();
        final Mixture mixture = new Mixture(model, ranges, Mixture.REDUCED_WEIGHTS, all(model));
        final float[] whole = run(mixture.cut(0), samples, 0);
        assertArrayEquals(whole, run(mixture.cut(0, 3, 9, 10, 20), samples, 0));
        final CutChain each = mixture.cut(IntStream.range(0, model.layers().size()).toArray());
        assertArrayEquals(whole, run(each, samples, 0));
        for (int j = 1; j < each.parts().size(); j++) {
            assertTrue(each.parts().get(j).inputs().stream().allMatch(tensor -> tensor.endsWith("/uint8")), "bytes cross into layer " + j);
            assertTrue(each.parts().get(j).model().proto().getGraph().getNodeList().stream()
                .noneMatch(node -> node.getOpType().equals("QuantizeLinear") && !node.getInput(0).endsWith("/output")), "layer " + j);
        }
    }

    @Test
    void shouldConvertWhereItReadsWhenFormsChange() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final LayeredModel model = LayeredModel.of(ModelZoo.generate("resnet", "small", 1));
        final SampleSource samples = samples(2, 9);
        final Map<String, Range> ranges = new RangeCalibration(model, samples, 1).ranges();
        final float[] floats = run(new Mixture(model, ranges, Mixture.FULL_WEIGHTS, new boolean[all(model).length]).cut(0), samples, 1);
        for (int attempt = 0; attempt < 3; attempt++) {
            final boolean[] some = all(model);
            for (int j = 0; j < some.length; j++) {
                some[j] &= random.nextBoolean();
            }
            final Mixture mixture = new Mixture(model, ranges, Mixture.REDUCED_WEIGHTS, some);
            assertStandard(mixture.model());
            final int[] starts = IntStream.range(0, some.length).filter(j -> j == 0 || random.nextInt(3) == 0).toArray();
            final double error = RelativeError.of(run(mixture.cut(starts), samples, 1), floats);
            assertTrue(error < 0.03, "seed " + seed + ": relative error " + error + " with " + Arrays.toString(some));
        }
    }

    /** One convolution on bytes, in plain integers, from the float weights on: written without a look at the quantiser. */
    @ParameterizedTest
    @CsvSource({"6, 10, 1, 1, true", "8, 8, 8, 1, true", "3, 16, 1, 2, false"})
    void shouldEqualIntegerArithmeticWhenAConvolutionIsInt8(
        final int in, final int out, final int groups, final int stride, final boolean relu) {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final int size = 9;
        final float[] weight = numbers(random, out * in / groups * 9, 1);
        final float[] bias = numbers(random, out, 2);
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, in, size, size))
            .addInitializer(Tensors.floats("w", List.of((long) out, (long) in / groups, 3L, 3L), weight))
            .addInitializer(Tensors.floats("b", List.of((long) out), bias))
            .addNode(NodeProto.newBuilder().setOpType("Conv").setName("c").addAllInput(List.of("x", "w", "b")).addOutput(relu ? "t" : "y")
                .addAttribute(NodeAttributes.integer("group", groups)).addAttribute(NodeAttributes.ints("pads", 1, 1, 1, 1))
                .addAttribute(NodeAttributes.ints("strides", stride, stride)))
            .addOutput(TestModels.value("y", FLOAT, 1, out, (size - 1) / stride + 1, (size - 1) / stride + 1));
        if (relu) {
            graph.addNode(TestModels.node("Relu", List.of("t"), "y"));
        }
        final LayeredModel model = LayeredModel.of(OnnxModel.of("one", TestModels.model(graph).toByteArray()));
        assertEquals(1, model.layers().size());
        final SampleSource samples = samples(3, seed);
        final Map<String, Range> ranges = new RangeCalibration(model, samples, 1).ranges();
        final Mixture mixture = new Mixture(model, ranges, Mixture.REDUCED_WEIGHTS, new boolean[] {true});
        final float[] is = run(mixture.cut(0), samples, 2);
        final float[] x = new float[in * size * size];
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(ValueLayout.JAVA_FLOAT, x.length);
            samples.fill(2, memory);
            MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, 0, x, 0, x.length);
        }
        final Range from = ranges.get("x");
        final Range to = ranges.get("y");
        final int side = (size - 1) / stride + 1;
        for (int o = 0; o < out; o++) {
            float largest = 0;
            for (int i = 0; i < weight.length / out; i++) {
                largest = Math.max(largest, Math.abs(weight[o * (weight.length / out) + i]));
            }
            final float step = largest / 63;
            for (int at = 0; at < side * side; at++) {
                long sum = Math.round(bias[o] / (step * from.scale()));
                for (int i = 0; i < weight.length / out; i++) {
                    final int row = at / side * stride + i / 3 % 3 - 1;
                    final int column = at % side * stride + i % 3 - 1;
                    final int channel = (groups == 1 ? 0 : o) + i / 9;
                    if (row >= 0 && row < size && column >= 0 && column < size) {
                        final int pixel = byteOf(x[(channel * size + row) * size + column], from);
                        sum += (long) (pixel - from.zero()) * Math.round(weight[o * (weight.length / out) + i] / step);
                    }
                }
                final int should = byteOf((float) (sum * (double) step * from.scale()), to);
                final int got = Math.round(is[o * side * side + at] / to.scale()) + to.zero();
                // halves may be rounded the other way
                assertEquals(should, got, 1, "seed " + seed + ", channel " + o + ", place " + at);
            }
        }
    }

    /** A channel without weights gives its bias; one whose bias is too large for its weights' scale keeps it, and loses the weights. */
    @Test
    void shouldKeepTheBiasWhenWeightsAreZeroOrTooSmallForIt() {
        final float[] weight = {0, 0, 1e-12f, -1e-12f, 0.5f, -0.25f};
        final float[] bias = {1.5f, 2, 0.1f};
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 2, 4, 4))
            .addInitializer(Tensors.floats("w", List.of(3L, 2L, 1L, 1L), weight)).addInitializer(Tensors.floats("b", List.of(3L), bias))
            .addNode(NodeProto.newBuilder().setOpType("Conv").setName("c").addAllInput(List.of("x", "w", "b")).addOutput("y"))
            .addOutput(TestModels.value("y", FLOAT, 1, 3, 4, 4));
        final LayeredModel model = LayeredModel.of(OnnxModel.of("one", TestModels.model(graph).toByteArray()));
        final long seed = System.nanoTime();
        final SampleSource samples = samples(3, seed);
        final Map<String, Range> ranges = new RangeCalibration(model, samples, 1).ranges();
        final float[] is = run(new Mixture(model, ranges, Mixture.REDUCED_WEIGHTS, new boolean[] {true}).cut(0), samples, 2);
        final float[] x = new float[2 * 16];
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(ValueLayout.JAVA_FLOAT, x.length);
            samples.fill(2, memory);
            MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, 0, x, 0, x.length);
        }
        final Range from = ranges.get("x");
        final Range to = ranges.get("y");
        for (int channel = 0; channel < 3; channel++) {
            for (int at = 0; at < 16; at++) {
                double sum = bias[channel];
                for (int in = 0; in < 2; in++) {
                    final double step = 0.5 / 63;
                    final double exact = channel == 2 ? Math.rint(weight[4 + in] / step) * step : 0;
                    sum += exact * (byteOf(x[16 * in + at], from) - from.zero()) * from.scale();
                }
                final int got = Math.round(is[16 * channel + at] / to.scale()) + to.zero();
                assertEquals(byteOf((float) sum, to), got, 1, "seed " + seed + ", channel " + channel + ", place " + at);
            }
        }
    }

    private static int byteOf(final float value, final Range range) {
        return (int) Math.max(0, Math.min(255, Math.rint(value / range.scale()) + range.zero()));
    }

    private static float[] numbers(final SplittableRandom random, final int count, final double most) {
        final float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) ((2 * random.nextDouble() - 1) * most);
        }
        return numbers;
    }

    @Test
    void shouldCarryItsRangesInTheFile() {
        final LayeredModel model = LayeredModel.of(TestModels.tiny());
        assertTrue(model.ranges().isEmpty());
        final Map<String, Range> ranges = new RangeCalibration(model, samples(2, 1), 0.999).ranges();
        final OnnxModel file = OnnxModel.of("file", model.calibrated(ranges).bytes());
        assertEquals(ranges, LayeredModel.of(file).ranges().orElseThrow());
        final OnnxModel other = new OnnxModel("other", RangeMetadata.write(file.proto(), Map.of("input", new Range(0, 1))));
        assertEquals("other: its ranges are those of another network; calibrate it anew: tactus quantize",
            assertThrows(InvalidModelException.class, () -> LayeredModel.of(other).ranges()).getMessage());
    }

    @Test
    void shouldNameEveryTensorThatCrossesOnceForEachTaker() {
        final LayeredModel model = LayeredModel.of(TestModels.tiny());
        final int layers = model.layers().size();
        final List<LayeredModel.Crossing> crossings = model.crossings(model.starts(layers));
        assertEquals(new LayeredModel.Crossing(LayeredModel.Crossing.INPUT, 0, "input"), crossings.getFirst());
        // a chain of conv, then three blocks whose sum also takes what the block began with, then pooling and product
        assertEquals(1 + layers - 1 + 3, crossings.size());
        assertEquals(2, model.crossings(model.starts(2)).stream().filter(crossing -> crossing.from() >= 0).count()
            + model.crossings(model.starts(2)).stream().filter(crossing -> crossing.from() < 0).count());
        assertThrows(InvalidModelException.class, () -> model.starts(layers + 1));
    }

    @Test
    void shouldClipTheEmptierEndFirst() {
        final long[] bins = new long[RangeCalibration.BINS];
        Arrays.fill(bins, 0, 1000, 10);
        bins[2047] = 1;
        assertEquals(new Range(0, 1000), RangeCalibration.clipped(new float[] {0, 2048}, bins, 0.9999));
        assertEquals(new Range(0, 2048), RangeCalibration.clipped(new float[] {0, 2048}, bins, 1));
        assertEquals(0, new Range(2, 3).low(), "zero is always represented");
        assertEquals(64, new Range(-1, 3).zero());
        assertThrows(IllegalArgumentException.class, () -> new Range(Float.NaN, 1));
    }

    @Test
    void shouldRefuseInOneLineWhatCannotBeQuantised() {
        final OnnxModel good = TestModels.tiny();
        final OnnxModel old = new OnnxModel("old", good.proto().toBuilder().clearOpsetImport()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(11)).build());
        assertEquals(LayeredModel.of(good).layers().size(), LayeredModel.of(old).layers().size(), "raised to set 13");
        final OnnxModel ancient = new OnnxModel("ancient", good.proto().toBuilder().clearOpsetImport()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(6)).build());
        assertTrue(assertThrows(InvalidModelException.class, () -> LayeredModel.of(ancient)).getMessage().startsWith("ancient: operator"
            + " set 6 has no quantisation by channel, and "));
        final LayeredModel model = LayeredModel.of(good);
        final SampleSource empty = new SampleSource() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public void fill(final int index, final MemorySegment memory) {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, 0, Float.NaN);
            }
        };
        final String said =
            assertThrows(InvalidModelException.class, () -> new RangeCalibration(model, empty, 1).ranges()).getMessage();
        assertTrue(said.contains("holds no or infinite values"), said);
        final boolean[] wrong = new boolean[model.layers().size() + 1];
        assertThrows(IllegalArgumentException.class, () -> new Mixture(model, Map.of(), Mixture.FULL_WEIGHTS, wrong));
    }

    @Test
    void shouldGiveOneLineOrLayersWhenBytesAreWrong() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[] good = TestModels.tiny().bytes();
        int refused = 0;
        final int files = Integer.getInteger("tactus.fuzz.files", 100);
        for (int i = 0; i < files; i++) {
            final byte[] bad = good.clone();
            for (int flip = 0; flip < 4; flip++) {
                final int range = random.nextBoolean() ? Math.min(1500, bad.length) : bad.length;
                bad[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                final LayeredModel model = LayeredModel.of(OnnxModel.of("bad.onnx", bad));
                final Map<String, Range> ranges = new RangeCalibration(model, samples(1, seed), 1).ranges();
                final Mixture mixture = new Mixture(model, ranges, Mixture.FULL_WEIGHTS, all(model));
                SegmentedModel.create(mixture.cut(0), OnnxOptions.SINGLE_THREAD).close();
            } catch (final InvalidModelException e) {
                refused++;
                assertTrue(e.getMessage().startsWith("bad.onnx") && !e.getMessage().contains("\n"),
                    "seed " + seed + ", file " + i + ": " + e.getMessage());
            } catch (final RuntimeException e) {
                throw new AssertionError("seed " + seed + ", file " + i, e);
            }
        }
        assertTrue(refused > files / 5, "seed " + seed + ": only " + refused + " refused");
        assertFalse(refused == files, "seed " + seed + ": all refused");
    }

    /** Names of a network that are also names that a quantiser makes up: of layers, of tensors, of weights. */
    private static GraphProto.Builder awkwardNames(final String conv, final String sum, final String scaled) {
        final Random random = new Random(5);
        return GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 2, 8, 8))
            .addOutput(TestModels.value(scaled, FLOAT, 1, 3, 8, 8))
            .addInitializer(weights(random, conv + ".w", 3, 2)).addInitializer(weights(random, conv + "/weight", 3, 3))
            .addNode(named(conv + "1", TestModels.node("Conv", List.of("x", conv + ".w"), sum)))
            .addNode(named(conv + "/bias", TestModels.node("Relu", List.of(sum), sum + "/uint8")))
            .addNode(named(conv, TestModels.node("Conv", List.of(sum + "/uint8", conv + "/weight"), scaled)));
    }

    private static NodeProto named(final String name, final NodeProto node) {
        return node.toBuilder().setName(name).build();
    }

    private static TensorProto weights(final Random random, final String name, final long outputs, final long inputs) {
        final float[] values = new float[(int) (outputs * inputs)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensors.floats(name, List.of(outputs, inputs, 1L, 1L), values);
    }

    @ParameterizedTest
    @CsvSource({"head, mid, head/output", "conv1, conv1, conv1/scale", "c, x/uint8, x/float", "a/reads, a/reads/x, y",
        "/~, /~input0, /~~zero"})
    void shouldMakeUpNoNameThatTheNetworkHas(final String conv, final String sum, final String scaled) {
        final OnnxModel given = new OnnxModel("names", TestModels.model(awkwardNames(conv, sum, scaled)));
        final LayeredModel model = LayeredModel.of(given);
        final SampleSource samples = samples(20, 3);
        final Mixture all = new Mixture(model, new RangeCalibration(model, samples, 1).ranges(), Mixture.FULL_WEIGHTS, all(model));
        final OnnxModel written = OnnxModel.of("written", all.model().bytes());
        try (SegmentedModel fp32 = SegmentedModel.create(given, 1, OnnxOptions.SINGLE_THREAD);
             SegmentedModel int8 = SegmentedModel.create(written, 1, OnnxOptions.SINGLE_THREAD)) {
            double range = 0;
            double error = 0;
            for (int i = 0; i < samples.count(); i++) {
                samples.fill(i, fp32.tensor("x"));
                samples.fill(i, int8.tensor("x"));
                fp32.run(0);
                int8.run(0);
                final float[] should = fp32.tensor(scaled).toArray(ValueLayout.JAVA_FLOAT);
                final float[] is = int8.tensor(scaled).toArray(ValueLayout.JAVA_FLOAT);
                for (int j = 0; j < should.length; j++) {
                    range = Math.max(range, Math.abs(should[j]));
                    error = Math.max(error, Math.abs(should[j] - is[j]));
                }
            }
            assertTrue(error < 0.03 * range, "error " + error + " of " + range);
        }
    }

    @Test
    void shouldRefuseSamplesThatAreAllTheSame() {
        final LayeredModel model = LayeredModel.of(TestModels.tiny());
        for (final float value : new float[] {0, 2.5f}) {
            final SampleSource same = new SampleSource() {
                @Override
                public int count() {
                    return 20;
                }

                @Override
                public void fill(final int index, final MemorySegment memory) {
                    for (long i = 0; i < memory.byteSize() / Float.BYTES; i++) {
                        memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                    }
                }
            };
            assertEquals("tiny: tensor 'input' is " + (value == 0 ? "0" : "2.5") + " in all 20 samples, so nothing else can be represented "
                + "in its range; give samples as the network will see them",
                assertThrows(InvalidModelException.class, () -> new RangeCalibration(model, same, 1).ranges()).getMessage());
        }
    }
}
