// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.Tensors;

/**
 * Kernels that multiply in half precision, on the interpreter, against two oracles. The first is the same sum in double precision over
 * operands that are rounded to half precision here: what is left is the summing in single precision, so its tolerance is narrow and finds a
 * number in a wrong place. The second is ONNX Runtime in single precision: a product of two operands, each rounded by at most 2^-11 of
 * itself, is off by at most 2^-10 of itself and a little, so a sum is by that share of the sum of its products' magnitudes.
 */
class HalfKernelsTest {
    private static final int TRIALS = Integer.getInteger("tactus.property.kernels", 12);
    private static final long SEED = Long.getLong("tactus.property.seed", 100);
    /** Of a product of two rounded operands, with what numbers below 2^-14 lose beyond their share. */
    private static final double PRODUCT = 0x1.01p-10;
    private static final double SMALL = 0x1p-25;
    /** Of whole graphs of one or two products, as a share of the largest of an output. */
    private static final double TOLERANCE = 1e-2;

    /** A sum in double precision: its value, and what its products' magnitudes add up to. */
    private static final class Sum {
        private double value;
        private double size;
        private int count;

        void add(final double a, final double b) {
            value += a * b;
            size += Math.abs(a * b);
            count++;
        }

        /** What summing in single precision may change: each of the matrix instruction's sums of 16, some parts, a bias. */
        double tolerance() {
            return (count / 16 + 24) * 0x1p-24 * (size + Math.abs(value)) + 1e-30;
        }
    }

    private static double rounded(final float x, final boolean half) {
        return half ? Float.float16ToFloat(Float.floatToFloat16(Math.clamp(x, -65504f, 65504f))) : x;
    }

    /** What sums are made of, by output number, with operands that are rounded or not. */
    private interface Reference {
        Sum[] sums(boolean roundsInput);
    }

    private static void compare(final OnnxModel model, final Map<String, float[]> values, final Reference reference, final String message) {
        compare(model, values, reference, true, message);
    }

    private static void compare(
        final OnnxModel model, final Map<String, float[]> values, final Reference reference, final boolean roundsInput,
        final String message) {
        final SegmentProgram program = SegmentCompiler.compile(model, Numbers.HALF);
        final String output = program.outputs().getFirst().name();
        final float[] answer = Programs.run(program, values, SEED).get(output);
        final Sum[] narrow = reference.sums(roundsInput);
        assertEquals(narrow.length, answer.length, message);
        double largest = 1;
        for (final float value : values.get(output)) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < answer.length; i++) {
            final String at = message + ", element " + i;
            assertEquals(narrow[i].value, answer[i], narrow[i].tolerance(), at);
            assertEquals(values.get(output)[i], answer[i],
                narrow[i].size * PRODUCT + narrow[i].count * SMALL * largest + narrow[i].tolerance() + 1e-5 * largest, at);
        }
    }

    private static float[] constant(final OnnxModel model, final String name) {
        for (final TensorProto tensor : model.proto().getGraph().getInitializerList()) {
            if (tensor.getName().equals(name)) {
                return Tensors.floats("drawn", tensor);
            }
        }
        throw new AssertionError(name);
    }

    /** A convolution in double precision, place by place. */
    private static Sum[] convolve(
        final OnnxModel model, final Map<String, float[]> values, final int[] shape, final int outputs, final int[] kernel,
        final boolean rounds) {
        final NodeProto node = model.proto().getGraph().getNode(0);
        final float[] x = values.get(node.getInput(0));
        final float[] w = constant(model, node.getInput(1));
        final float[] bias = node.getInputCount() < 3 ? new float[outputs] : constant(model, node.getInput(2));
        final long[] strides = NodeAttributes.integers(node, "strides");
        final long[] dilations = NodeAttributes.integers(node, "dilations");
        final long[] pads = NodeAttributes.integers(node, "pads");
        final int groups = (int) NodeAttributes.integer(node, "group", 1);
        final int channels = shape[1] / groups;
        final int height = (int) ((shape[2] + pads[0] + pads[2] - (kernel[0] - 1) * dilations[0] - 1) / strides[0]) + 1;
        final int width = (int) ((shape[3] + pads[1] + pads[3] - (kernel[1] - 1) * dilations[1] - 1) / strides[1]) + 1;
        final Sum[] sums = new Sum[shape[0] * outputs * height * width];
        for (int i = 0; i < sums.length; i++) {
            final int image = i / (outputs * height * width);
            final int output = i / (height * width) % outputs;
            final Sum sum = new Sum();
            sum.add(bias[output], 1);
            for (int c = 0; c < channels; c++) {
                for (int t = 0; t < kernel[0] * kernel[1]; t++) {
                    final int row = (int) (i / width % height * strides[0] - pads[0] + t / kernel[1] * dilations[0]);
                    final int column = (int) (i % width * strides[1] - pads[1] + t % kernel[1] * dilations[1]);
                    if (row >= 0 && row < shape[2] && column >= 0 && column < shape[3]) {
                        final int channel = output / (outputs / groups) * channels + c;
                        sum.add(rounded(w[(output * channels + c) * kernel[0] * kernel[1] + t], true),
                            rounded(x[((image * shape[1] + channel) * shape[2] + row) * shape[3] + column], rounds));
                    }
                }
            }
            sums[i] = sum;
        }
        return sums;
    }

    private static void convolution(
        final DrawnGraph g, final int[] shape, final int groups, final int outputs, final int[] kernel, final String message) {
        final List<String> inputs = new ArrayList<>(List.of(g.input(shape[0], shape[1], shape[2], shape[3]),
            g.weights(0.5, outputs, shape[1] / groups, kernel[0], kernel[1])));
        if (g.flip()) {
            inputs.add(g.weights(1, outputs));
        }
        final int[] dilations = {g.from(1, 2), g.from(1, 2)};
        final OnnxModel model = g.model(g.node("Conv", inputs, DrawnGraph.integer("group", groups),
            DrawnGraph.ints("strides", g.from(1, 2), g.from(1, 2)), DrawnGraph.ints("dilations", dilations[0], dilations[1]),
            DrawnGraph.ints("pads", g.from(0, 2), g.from(0, 2), g.from(0, 2), g.from(0, 2))));
        final Map<String, float[]> values = Programs.oracle(model, SEED);
        compare(model, values, rounds -> convolve(model, values, shape, outputs, kernel, rounds), message);
    }

    @Test
    void shouldConvolveRoundedOperandsAsDoublePrecisionDoes() {
        for (long seed = SEED; seed < SEED + TRIALS; seed++) {
            final DrawnGraph g = new DrawnGraph(seed);
            final int groups = g.from(0, 3) == 0 ? g.from(2, 3) : 1;
            final int channels = groups == 1 ? g.from(1, 40) : g.from(2, 17);
            final int[] kernel = {g.from(1, 4), g.from(1, 4)};
            final int[] shape = {g.from(1, 2), groups * channels, g.from(kernel[0] * 2, 13), g.from(kernel[1] * 2, 13)};
            convolution(g, shape, groups, groups * g.from(1, g.flip() ? 9 : 80), kernel, "convolution of seed " + seed);
        }
    }

    @Test
    void shouldConvolveWhereTilesUnitsAndPartsEnd() {
        final int[][] shapes = { // channels, outputs, taps, pixels
            {1, 1, 1, 4}, {8, 64, 1, 8}, {7, 65, 1, 9}, {9, 63, 3, 8}, {3, 16, 3, 12}, {16, 8, 3, 16}, {300, 9, 1, 5}, {72, 40, 3, 5},
            {33, 128, 2, 6}, {64, 64, 3, 8}};
        for (final int[] each : shapes) {
            convolution(new DrawnGraph(each[0]), new int[] {1, each[0], each[3], each[3]}, 1, each[1], new int[] {each[2], each[2]},
                "channels, outputs, taps and pixels of " + Arrays.toString(each));
        }
    }

    /** A product in double precision; strides of the left factor by row and depth, of the right one by depth and column. */
    private static Sum[] multiply(
        final double[] a, final double[] b, final int[] extents, final int[] strides, final double[] bias) {
        final Sum[] sums = new Sum[extents[0] * extents[2]];
        for (int i = 0; i < sums.length; i++) {
            final Sum sum = new Sum();
            for (int k = 0; k < extents[1]; k++) {
                sum.add(a[i / extents[2] * strides[0] + k * strides[1]], b[k * strides[2] + i % extents[2] * strides[3]]);
            }
            if (bias != null) {
                sum.add(bias[i % bias.length], 1);
            }
            sums[i] = sum;
        }
        return sums;
    }

    private static double[] rounded(final float[] numbers, final float scale, final boolean half) {
        final double[] made = new double[numbers.length];
        for (int i = 0; i < made.length; i++) {
            made[i] = rounded(numbers[i] * scale, half);
        }
        return made;
    }

    @Test
    void shouldMultiplyRoundedMatricesAsDoublePrecisionDoes() {
        for (long seed = SEED; seed < SEED + 3 * TRIALS; seed++) {
            final DrawnGraph g = new DrawnGraph(seed);
            final int rows = g.flip() ? g.from(1, 4) : g.from(5, 90);
            final int depth = g.flip() ? 8 * g.from(1, 40) : g.from(1, 330);
            final int columns = g.flip() ? 4 * g.from(1, 20) : g.from(1, 80);
            final boolean transA = g.flip();
            final boolean transB = g.flip();
            final boolean leftConstant = g.from(0, 4) == 0;
            final boolean constant = !leftConstant && g.flip();
            final long[] left = transA ? new long[] {depth, rows} : new long[] {rows, depth};
            final long[] right = transB ? new long[] {columns, depth} : new long[] {depth, columns};
            final String a = leftConstant ? g.weights(1, left) : g.input(left);
            final String b = constant ? g.weights(1, right) : g.input(right);
            final List<String> inputs = new ArrayList<>(List.of(a, b));
            final boolean biased = g.flip();
            if (biased) {
                inputs.add(g.weights(1, columns));
            }
            final float alpha = constant ? 0.7f : 1;
            final OnnxModel model = g.model(g.node("Gemm", inputs, DrawnGraph.integer("transA", transA ? 1 : 0),
                DrawnGraph.integer("transB", transB ? 1 : 0), DrawnGraph.fraction("alpha", alpha)));
            final Map<String, float[]> values = Programs.oracle(model, SEED);
            final boolean few = rows <= 4 && !transA && constant; // whose input is not rounded
            final int[] strides = {transA ? 1 : depth, transA ? rows : 1, transB ? 1 : columns, transB ? depth : 1};
            compare(model, values, rounds -> multiply(rounded(leftConstant ? constant(model, a) : values.get(a), 1, rounds),
                rounded(constant ? constant(model, b) : values.get(b), alpha, true), new int[] {rows, depth, columns}, strides,
                biased ? rounded(constant(model, inputs.get(2)), 1, false) : null), !few,
                rows + " x " + depth + " times " + depth + " x " + columns + " of seed " + seed);
        }
    }

    @Test
    void shouldMultiplyBatchesOfRoundedMatricesAsDoublePrecisionDoes() {
        for (long seed = SEED; seed < SEED + 2 * TRIALS; seed++) {
            final DrawnGraph g = new DrawnGraph(seed);
            final int batches = 2 * g.from(1, 3);
            final int rows = g.from(1, 40);
            final int depth = g.flip() ? 4 * g.from(1, 20) : g.from(1, 70);
            final int columns = g.from(1, 70);
            final boolean leftConstant = g.flip();
            final int kind = leftConstant ? 2 * g.from(0, 1) : g.from(0, 3);
            final boolean each = kind < 2; // a right factor for each batch
            final boolean constant = kind % 2 == 1;
            final String a = leftConstant ? g.weights(1, batches / 2, 2, rows, depth) : g.input(batches / 2, 2, rows, depth);
            final long[] right = each ? new long[] {batches / 2, 2, depth, columns} : new long[] {depth, columns};
            final String b = constant ? g.weights(1, right) : g.input(right);
            final OnnxModel model = g.model(g.node("MatMul", List.of(a, b)));
            final Map<String, float[]> values = Programs.oracle(model, SEED);
            final boolean few = batches * rows <= 4 && constant && !each; // whose input is not rounded
            compare(model, values, rounds -> {
                final double[] x = rounded(leftConstant ? constant(model, a) : values.get(a), 1, rounds);
                final double[] y = rounded(constant ? constant(model, b) : values.get(b), 1, true);
                final List<Sum> sums = new ArrayList<>();
                for (int batch = 0; batch < batches; batch++) {
                    final int from = batch * rows * depth;
                    final int rightFrom = each ? batch * depth * columns : 0;
                    sums.addAll(List.of(multiply(Arrays.copyOfRange(x, from, from + rows * depth),
                        Arrays.copyOfRange(y, rightFrom, rightFrom + depth * columns), new int[] {rows, depth, columns},
                        new int[] {depth, 1, columns, 1}, null)));
                }
                return sums.toArray(Sum[]::new);
            }, !few, batches + " batches of " + rows + " x " + depth + " x " + columns + ", seed " + seed);
        }
    }

    @Test
    void shouldFuseAsSinglePrecisionDoes() {
        for (long seed = SEED; seed < SEED + TRIALS; seed++) {
            final DrawnGraph g = new DrawnGraph(seed);
            final int channels = g.from(2, 40);
            final int outputs = g.from(1, 40);
            final int size = g.from(3, 12);
            final String in = g.input(g.from(1, 2), channels, size, size);
            String x = g.node("Conv", List.of(in, g.weights(0.5, outputs, channels, 3, 3)), DrawnGraph.ints("pads", 1, 1, 1, 1));
            x = g.flip() ? g.norm(x, outputs) : x;
            x = g.flip() ? g.node("Add", List.of(x, g.node("Conv", List.of(in, g.weights(0.5, outputs, channels, 1, 1))))) : x;
            Programs.check(g.model(g.flip() ? g.function(x) : x), Numbers.HALF, seed, TOLERANCE, "fused convolution of seed " + seed);
        }
    }

    @Test
    void shouldTakeHalfTheMemoryForWeights() {
        final DrawnGraph g = new DrawnGraph(1);
        final String x = g.node("Conv", List.of(g.input(1, 64, 8, 8), g.weights(0.1, 32, 64, 3, 3), g.weights(1, 32)));
        final String flat = g.node("Flatten", List.of(x));
        final OnnxModel model = g.model(g.node("Gemm", List.of(flat, g.weights(0.1, 32 * 36, 16))));
        final long numbers = 32 * 64 * 9 + 32 * 36 * 16;
        assertEquals(4 * numbers + 128, SegmentCompiler.compile(model, Numbers.SINGLE).weightBytes());
        assertEquals(2 * numbers + 128, SegmentCompiler.compile(model, Numbers.HALF).weightBytes(), "the bias stays in single precision");
    }

    @Test
    void shouldChangeNothingWhenNothingIsMultipliedInMatrices() {
        final DrawnGraph g = new DrawnGraph(1);
        final String x = g.node("Conv", List.of(g.input(1, 8, 8, 8), g.weights(0.1, 8, 1, 3, 3)), DrawnGraph.integer("group", 8));
        final OnnxModel model = g.model(g.node("MaxPool", List.of(x), DrawnGraph.ints("kernel_shape", 2, 2)));
        assertEquals(SegmentCompiler.compile(model, Numbers.SINGLE).ptx(), SegmentCompiler.compile(model, Numbers.HALF).ptx());
        assertEquals(0, SegmentCompiler.halfProducts(model));
        final DrawnGraph other = new DrawnGraph(1);
        final OnnxModel grouped = other.model(other.node("Conv", List.of(other.input(1, 8, 8, 8), other.weights(0.1, 8, 2, 3, 3)),
            DrawnGraph.integer("group", 4)));
        assertEquals(1, SegmentCompiler.halfProducts(grouped));
        final String ptx = SegmentCompiler.compile(grouped, Numbers.HALF).ptx();
        assertTrue(ptx.startsWith(".version 7.0\n.target sm_80\n") && ptx.contains("mma.sync"), ptx);
        assertTrue(SegmentCompiler.compile(grouped, Numbers.SINGLE).ptx().startsWith(".version 6.0\n.target sm_50\n"));
    }

    @Test
    void shouldNameTheNodeWhenAWeightIsBeyondHalfPrecision() {
        for (final String operator : List.of("Conv", "Gemm", "MatMul")) {
            for (final float weight : new float[] {65504, -65505, Float.POSITIVE_INFINITY}) {
                final DrawnGraph g = new DrawnGraph(1);
                final float[] weights = new float[64];
                weights[63] = weight;
                final OnnxModel model = operator.equals("Conv")
                    ? g.model(g.node(operator, List.of(g.input(1, 8, 4, 4), g.constant(new long[] {8, 8, 1, 1}, weights))))
                    : g.model(g.node(operator, List.of(g.input(operator.equals("Gemm") ? 2 : 9, 8),
                        g.constant(new long[] {8, 8}, weights))));
                SegmentCompiler.compile(model, Numbers.SINGLE);
                if (weight == 65504) {
                    SegmentCompiler.compile(model, Numbers.HALF);
                    continue;
                }
                final String message =
                    assertThrows(InvalidModelException.class, () -> SegmentCompiler.compile(model, Numbers.HALF)).getMessage();
                assertEquals("drawn: node 'node_" + operator + "2' (" + operator + "): its weights 'weight1' hold " + weight
                    + ", beyond 65504, the largest number in half precision; write 'compute: kernels' for single precision", message);
            }
        }
    }

    @Test
    void shouldTakeTheLargestNumberWhenAnActivationIsBeyondHalfPrecision() {
        final DrawnGraph g = new DrawnGraph(1);
        final float[] identity = new float[64];
        for (int i = 0; i < 8; i++) {
            identity[9 * i] = 1;
        }
        final OnnxModel model = g.model(g.node("Conv", List.of(g.input(1, 8, 1, 5), g.constant(new long[] {8, 8, 1, 1}, identity))));
        final SegmentProgram program = SegmentCompiler.compile(model, Numbers.HALF);
        final float[] given = new float[40];
        final float[] special = {1e9f, -1e9f, Float.POSITIVE_INFINITY, 65519, 1e-8f};
        System.arraycopy(special, 0, given, 0, special.length);
        final Map<String, float[]> inputs = new HashMap<>(Map.of("input0", given));
        final float[] answer = Programs.run(program, inputs, 1).values().iterator().next();
        assertEquals(List.of(65504f, -65504f, 65504f, 65504f, 0f), List.of(answer[0], answer[1], answer[2], answer[3], answer[4]));
        given[0] = Float.NaN;
        assertTrue(Float.isNaN(Programs.run(program, inputs, 1).values().iterator().next()[0]), "what is no number stays none");
    }

    @Test
    void shouldDifferWhenABarrierIsTakenOutOfAKernel() {
        assertNotEquals(0, Programs.checkBarriers(Numbers.HALF, TOLERANCE));
    }
}
