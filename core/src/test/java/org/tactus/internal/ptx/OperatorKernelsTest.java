// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.graph.Tensors;

/**
 * The kernel of each operator, run by the PTX interpreter on drawn shapes, against ONNX Runtime. Both sum in 32-bit floating point, in
 * different orders, so results are held to {@value #TOLERANCE} of the largest of an output, or of 1 where all are smaller. The number of
 * drawn graphs of each kind is {@code -Dtactus.property.kernels} (12 without it); a failure names the seed.
 */
class OperatorKernelsTest {
    private static final double TOLERANCE = 1e-5;
    private static final int TRIALS = Integer.getInteger("tactus.property.kernels", 12);
    private static final long SEED = Long.getLong("tactus.property.seed", 100);

    /** Draws a graph. */
    private interface Draw {
        OnnxModel from(DrawnGraph g);
    }

    private static void check(final String what, final Draw draw) {
        for (long seed = SEED; seed < SEED + TRIALS; seed++) {
            Programs.check(draw.from(new DrawnGraph(seed)), seed, TOLERANCE, what + " of seed " + seed);
        }
    }

    @Test
    void shouldConvolveAsOnnxRuntimeDoes() {
        check("convolution", g -> {
            final int groups = g.from(0, 2) == 0 ? g.from(2, 3) : 1;
            final int channels = g.from(groups == 1 ? 1 : 2, 9);
            return convolution(g, groups, channels, groups * g.from(1, g.flip() ? 9 : 70));
        });
    }

    @Test
    void shouldConvolveEachChannelAloneAsOnnxRuntimeDoes() {
        check("depthwise convolution", g -> {
            final int groups = g.from(2, 9);
            return convolution(g, groups, 1, groups * g.from(1, 2));
        });
    }

    private static OnnxModel convolution(final DrawnGraph g, final int groups, final int channels, final int outputs) {
        final boolean line = g.from(0, 5) == 0;
        final int images = g.from(1, 2);
        final int[] taps = {line ? 1 : g.from(1, 4), g.from(1, 4)};
        final int[] dilations = {g.from(1, 2), g.from(1, 2)};
        final int[] sizes = {line ? 1 : g.from(taps[0] * 2, 14), g.from(taps[1] * 2, 14)};
        final List<AttributeProto> attributes = new ArrayList<>();
        attributes.add(DrawnGraph.integer("group", groups));
        if (line) {
            attributes.add(DrawnGraph.ints("strides", g.from(1, 3)));
            attributes.add(DrawnGraph.ints("dilations", dilations[1]));
            attributes.add(DrawnGraph.ints("pads", g.from(0, 2), g.from(0, 2)));
        } else {
            attributes.add(DrawnGraph.ints("strides", g.from(1, 3), g.from(1, 3)));
            final boolean same = g.from(0, 3) == 0; // which ONNX Runtime does not know together with dilations
            attributes.add(DrawnGraph.ints("dilations", same ? 1 : dilations[0], same ? 1 : dilations[1]));
            attributes.add(same ? DrawnGraph.word("auto_pad", g.flip() ? "SAME_UPPER" : "SAME_LOWER")
                : DrawnGraph.ints("pads", g.from(0, 2), g.from(0, 2), g.from(0, 2), g.from(0, 2)));
        }
        final String in = line ? g.input(images, channels * groups, sizes[1]) : g.input(images, channels * groups, sizes[0], sizes[1]);
        final String weights = line ? g.weights(0.5, outputs, channels, taps[1]) : g.weights(0.5, outputs, channels, taps[0], taps[1]);
        final List<String> inputs = new ArrayList<>(List.of(in, weights));
        if (g.flip()) {
            inputs.add(g.weights(1, outputs));
        }
        final AttributeProto[] all = attributes.toArray(AttributeProto[]::new);
        String x = g.node("Conv", inputs, all);
        if (g.flip()) {
            x = g.norm(x, outputs);
        }
        if (g.flip()) { // another convolution of the same shape, so that one of the two adds the other
            final String other = g.node("Conv", List.of(in, line ? g.weights(0.5, outputs, channels, taps[1])
                : g.weights(0.5, outputs, channels, taps[0], taps[1])), all);
            x = g.flip() ? g.node("Add", List.of(x, other)) : g.node("Add", List.of(other, x));
        }
        return g.model(g.flip() ? g.function(x) : x);
    }

    @Test
    void shouldShareTheDepthAmongBlocksAsOnnxRuntimeSums() {
        final int[][] shapes = {{70, 8, 3}, {9, 300, 1}, {33, 40, 3}}; // outputs, channels, taps: few outputs, many numbers for each
        for (final int[] shape : shapes) {
            final DrawnGraph g = new DrawnGraph(shape[0]);
            final String in = g.input(1, shape[1], 5, 5);
            final String x = g.node("Conv", List.of(in, g.weights(0.1, shape[0], shape[1], shape[2], shape[2]), g.weights(1, shape[0])));
            final SegmentProgram program =
                Programs.check(g.model(g.node("Relu", List.of(x))), 1, TOLERANCE, "convolution of " + shape[1] + " channels");
            assertEquals(shape[1] == 8 ? 1 : 2, program.launches().size(), "launches for " + shape[1] + " channels");
        }
    }

    @Test
    void shouldMultiplyMatricesAsOnnxRuntimeDoes() {
        check("product", g -> {
            final int rows = g.flip() ? g.from(1, 4) : g.from(5, 80);
            final int depth = g.from(1, 90);
            final int columns = g.from(1, 80);
            final boolean transA = g.flip();
            final boolean transB = g.flip();
            final boolean constant = g.flip();
            final String a = transA ? g.input(depth, rows) : g.input(rows, depth);
            final long[] shape = transB ? new long[] {columns, depth} : new long[] {depth, columns};
            final String b = constant ? g.weights(1, shape) : g.input(shape);
            final List<String> inputs = new ArrayList<>(List.of(a, b));
            final int bias = g.from(0, 3);
            if (bias > 0) {
                inputs.add(bias == 1 ? g.weights(1, columns) : bias == 2 ? g.weights(1, 1) : g.weights(1, rows, 1));
            }
            final String x = g.node("Gemm", inputs, DrawnGraph.integer("transA", transA ? 1 : 0),
                DrawnGraph.integer("transB", transB ? 1 : 0), DrawnGraph.fraction("alpha", constant ? 0.7f : 1),
                DrawnGraph.fraction("beta", 1.3f));
            return g.model(g.flip() ? g.function(x) : x);
        });
        check("batched product", g -> {
            final int batches = g.from(1, 3);
            final int rows = g.from(1, 20);
            final int depth = g.from(1, 70);
            final int columns = g.from(1, 70);
            final String a = g.input(batches, 2, rows, depth);
            final String b = switch (g.from(0, 2)) {
                case 0 -> g.input(batches, 2, depth, columns);
                case 1 -> g.weights(1, depth, columns);
                default -> g.input(1, depth, columns);
            };
            return g.model(g.node("MatMul", List.of(a, b)));
        });
    }

    @Test
    void shouldGiveAProductAllBatchesWhenOnlyOneFactorHasThem() {
        final long[][][] batches = {{{1}, {3}}, {{3}, {1, 1}}, {{}, {1}}, {{1, 1}, {2, 3}}, {{1, 2, 1}, {1}}, {{1}, {1, 1, 1}},
            {{}, {4}}, {{1, 1, 1}, {3}}};
        for (final long[][] each : batches) {
            for (final int rows : new int[] {2, 7}) { // few rows have a kernel of their own
                for (final boolean constant : new boolean[] {false, true}) {
                    final DrawnGraph g = new DrawnGraph(SEED);
                    final String a = g.input(shape(each[0], rows, 5));
                    final String b = constant ? g.weights(1, shape(each[1], 5, 6)) : g.input(shape(each[1], 5, 6));
                    // A tensor in between, so that numbers behind its place would be another's.
                    final String x = g.node("MatMul", List.of(a, b));
                    Programs.check(g.model(g.node("Transpose", List.of(x)), g.node("Add", List.of(x, x))), SEED, TOLERANCE,
                        Arrays.toString(each[0]) + " batches with " + Arrays.toString(each[1]) + " of " + rows + " rows, constant "
                            + constant);
                }
            }
        }
    }

    private static long[] shape(final long[] batches, final long... matrix) {
        return LongStream.concat(LongStream.of(batches), LongStream.of(matrix)).toArray();
    }

    @Test
    void shouldRefuseAProductWhoseFactorsDoNotFit() {
        final DrawnGraph matrices = new DrawnGraph(1);
        final String depths = refusal(matrices.model(matrices.node("Gemm", List.of(matrices.input(2, 3), matrices.input(4, 5)))));
        assertTrue(depths.contains("(Gemm): factors of the shapes [2, 3] and [4, 5]"), depths);
        final DrawnGraph cubes = new DrawnGraph(1);
        final String extents = refusal(cubes.model(cubes.node("Gemm", List.of(cubes.input(2, 3, 4), cubes.input(3, 5)))));
        assertTrue(extents.contains("(Gemm): factors of the shapes [2, 3, 4] and [3, 5]"), extents);
        final DrawnGraph batches = new DrawnGraph(1);
        final String both = refusal(batches.model(batches.node("MatMul", List.of(batches.input(2, 1, 3, 4), batches.input(1, 2, 4, 5)))));
        assertTrue(both.contains("(MatMul): factors of the shapes [2, 1, 3, 4] and [1, 2, 4, 5]"), both);
    }

    @Test
    void shouldPoolAsOnnxRuntimeDoes() {
        check("pooling", g -> {
            final String in = g.input(g.from(1, 2), g.from(1, 5), g.from(6, 15), g.from(6, 15));
            final boolean largest = g.flip();
            final boolean ceiling = g.flip();
            // Of a last window that would begin behind the input ONNX Runtime's shapes say another thing than its results.
            final int[] taps = {g.from(1, 3), g.from(1, 3)};
            final List<AttributeProto> attributes = new ArrayList<>(List.of(DrawnGraph.ints("kernel_shape", taps[0], taps[1]),
                DrawnGraph.ints("strides", g.from(1, ceiling ? taps[0] : 3), g.from(1, ceiling ? taps[1] : 3)),
                DrawnGraph.integer("ceil_mode", ceiling ? 1 : 0)));
            if (g.flip()) {
                attributes.set(0, DrawnGraph.ints("kernel_shape", 3, 3));
                attributes.add(DrawnGraph.ints("pads", g.from(0, 1), g.from(0, 1), ceiling ? 0 : g.from(0, 1), ceiling ? 0 : g.from(0, 1)));
            }
            if (!largest) {
                attributes.add(DrawnGraph.integer("count_include_pad", ceiling ? 0 : g.from(0, 1)));
            }
            final String x = g.node(largest ? "MaxPool" : "AveragePool", List.of(in), attributes.toArray(AttributeProto[]::new));
            return g.model(g.flip() ? g.function(x) : x);
        });
        check("pooling of all", g -> {
            final String in = g.input(g.from(1, 2), g.from(1, 20), g.from(1, 9), g.from(1, 9));
            final String x = switch (g.from(0, 2)) {
                case 0 -> g.node("GlobalAveragePool", List.of(in));
                case 1 -> g.node("GlobalMaxPool", List.of(in));
                default -> g.node("ReduceMean", List.of(in), DrawnGraph.ints("axes", g.flip() ? new long[] {2, 3} : new long[] {-1}),
                    DrawnGraph.integer("keepdims", g.from(0, 1)));
            };
            return g.model(g.flip() ? g.function(x) : x);
        });
    }

    @Test
    void shouldComputeElementByElementAsOnnxRuntimeDoes() {
        final List<String> operators = List.of("Add", "Sub", "Mul", "Div", "Max", "Min", "PRelu");
        check("elements", g -> {
            final long[] shape = {g.from(1, 3), g.from(1, 6), g.from(1, 5), g.from(1, 2) * 4};
            final long[] other = shape.clone();
            for (int i = 0; i < other.length; i++) {
                other[i] = g.from(0, 2) == 0 ? 1 : other[i];
            }
            final String operator = operators.get(g.from(0, operators.size() - 1));
            final String a = g.input(shape);
            String b = g.flip() ? g.weights(2, other) : g.input(other);
            if (operator.equals("Div")) {
                b = g.node("Add", List.of(g.node("Abs", List.of(b)), g.constant(new long[] {1}, 0.5f)));
            }
            final boolean ordered = operator.equals("PRelu") || operator.equals("Div") || g.flip();
            final String x = g.node(operator, ordered ? List.of(a, b) : List.of(b, a));
            return g.model(g.function(x));
        });
        check("functions", g -> {
            final String in = g.input(g.from(1, 700));
            return g.model(g.function(in), g.function(g.function(in)));
        });
    }

    @Test
    void shouldTakeShapesApartAndTogetherAsOnnxRuntimeDoes() {
        check("softmax", g -> {
            final int opset = g.flip() ? 11 : 14;
            return g.model(opset, g.node("Softmax", List.of(g.input(g.from(1, 4), g.from(1, 70), g.from(1, 5))),
                DrawnGraph.integer("axis", g.from(0, 2))));
        });
        check("parts", g -> {
            final int rank = 3;
            final long[] shape = {g.from(1, 3), g.from(1, 4), g.from(1, 6)};
            final int axis = g.from(0, rank - 1);
            final List<String> inputs = new ArrayList<>();
            for (int i = g.from(2, 4); i > 0; i--) {
                final long[] part = shape.clone();
                part[axis] = g.from(1, 5);
                inputs.add(switch (g.from(0, 2)) {
                    case 0 -> g.weights(1, part);
                    case 1 -> g.input(part);
                    default -> g.function(g.input(part));
                });
            }
            if (g.flip()) {
                inputs.add(inputs.getLast());
            }
            final String whole = g.node("Concat", inputs, DrawnGraph.integer("axis", axis));
            final String again = g.node("Concat", List.of(g.function(whole), whole), DrawnGraph.integer("axis", axis));
            final String turned = g.node("Transpose", List.of(again), DrawnGraph.ints("perm", g.flip() ? new long[] {2, 0, 1}
                : new long[] {0, 2, 1}));
            final String flat = g.node("Flatten", List.of(turned), DrawnGraph.integer("axis", g.from(1, 2)));
            return g.model(flat, whole);
        });
        check("views", g -> {
            final String in = g.input(2, 3, 4);
            final String wide = g.node("Unsqueeze", List.of(in, g.longs(0, 3)));
            final String seen = g.node("Reshape", List.of(g.flip() ? wide : g.function(wide), g.longs(0, 6, -1)));
            final String thin = g.node("Squeeze", List.of(seen, g.longs(0)));
            final List<String> halves = g.nodes("Split", List.of(thin, g.longs(1, 5)), 2, DrawnGraph.integer("axis", 0));
            return g.model(g.node("Identity", List.of(in)), halves.get(0), g.node("Identity", List.of(halves.get(1))));
        });
    }

    @Test
    void shouldNormaliseWhatNoConvolutionMakes() {
        check("normalisation", g -> {
            final int channels = g.from(1, 9);
            final String in = g.flip() ? g.input(2, channels, 3, 4) : g.input(3, channels);
            return g.model(g.node("Relu", List.of(g.norm(in, channels))));
        });
    }

    @Test
    void shouldMakePartsInTheirPlaceWhenOneImageIsConcatenated() {
        final DrawnGraph g = new DrawnGraph(5);
        String x = g.node("Relu", List.of(g.input(1, 4, 6, 6)));
        int channels = 4;
        for (int i = 0; i < 3; i++) { // each layer's channels go behind all before them
            final String more = g.node("Conv", List.of(x, g.weights(0.5, 4, channels, 3, 3)), DrawnGraph.ints("pads", 1, 1, 1, 1));
            x = g.node("Concat", List.of(x, more), DrawnGraph.integer("axis", 1));
            channels += 4;
        }
        final SegmentProgram program = Programs.check(g.model(x), 1, TOLERANCE, "layers");
        assertEquals(4, program.launches().size(), "one for the function and one for each convolution; nothing is copied");
        assertEquals(0, program.scratchBytes());
    }

    /** The tests above can fail. */
    @Test
    void shouldDifferWhenABarrierIsTakenOutOfAKernel() {
        assertEquals(2, Programs.checkBarriers(Numbers.SINGLE, TOLERANCE), "barriers of the one kernel with shared memory");
    }

    @Test
    void shouldReuseMemoryOfTensorsThatAreUsedUp() {
        final DrawnGraph g = new DrawnGraph(5);
        String x = g.input(1, 8, 8, 8);
        for (int i = 0; i < 9; i++) {
            x = g.node("Conv", List.of(x, g.weights(0.3, 8, 8, 1, 1)));
        }
        final SegmentProgram program = Programs.check(g.model(x), 1, TOLERANCE, "chain");
        assertTrue(program.scratchBytes() <= 2 * 8 * 64 * 4, "two tensors at a time: " + program.scratchBytes());
    }

    private static String refusal(final OnnxModel model) {
        return assertThrows(InvalidModelException.class, () -> SegmentCompiler.compile(model, Numbers.SINGLE)).getMessage();
    }

    @Test
    void shouldRefuseAShapeThatTheFileSaysOtherwise() {
        final DrawnGraph g = new DrawnGraph(1);
        final String x = g.node("MaxPool", List.of(g.input(1, 2, 6, 6)), DrawnGraph.ints("kernel_shape", 1, 1),
            DrawnGraph.ints("strides", 3, 3));
        final String message = refusal(new OnnxModel("said", g.model(x).proto().toBuilder().setGraph(
            g.model(x).proto().getGraph().toBuilder().clearOutput().addOutput(TestModels.value(x, 1, 1, 2, 3, 3))).build()));
        assertTrue(message.contains("its kernels make [1, 2, 2, 2] of '" + x + "', which should be [1, 2, 3, 3]"), message);
    }

    @Test
    void shouldTakeAConstantHoweverItsNodeWritesIt() {
        final List<AttributeProto> forms = List.of(DrawnGraph.fraction("value_float", 1.5f),
            AttributeProto.newBuilder().setName("value_floats").setType(AttributeProto.AttributeType.FLOATS)
                .addAllFloats(List.of(1.5f, -2f, 3f)).build(),
            AttributeProto.newBuilder().setName("value").setType(AttributeProto.AttributeType.TENSOR)
                .setT(Tensors.floats("any", List.of(2L, 1L), 4, 5)).build());
        for (final AttributeProto form : forms) {
            final DrawnGraph g = new DrawnGraph(1);
            Programs.check(g.model(g.node("Mul", List.of(g.input(2, 3), g.node("Constant", List.of(), form)))), 1, TOLERANCE,
                form.getName());
        }
        final DrawnGraph views = new DrawnGraph(1);
        final String seen = views.node("Reshape",
            List.of(views.input(2, 3, 1), views.node("Constant", List.of(), DrawnGraph.ints("value_ints", 0, 3))));
        final String wide = views.node("Unsqueeze",
            List.of(seen, views.node("Constant", List.of(), DrawnGraph.integer("value_int", 1))));
        Programs.check(views.model(views.node("Relu", List.of(wide))), 1, TOLERANCE, "value_ints and value_int");
    }

    @Test
    void shouldNameAConstantThatHoldsNoNumbers() {
        final DrawnGraph g = new DrawnGraph(1);
        final String odd = g.node("Constant", List.of(), DrawnGraph.word("value_string", "words"));
        final String message = refusal(g.model(g.node("Mul", List.of(g.input(2, 3), odd))));
        assertTrue(message.contains("there is no kernel for node 'node_" + odd + "' (Constant): its value is no tensor and no number"),
            message);
    }

    @Test
    void shouldReduceWhatTheVersionOfTheOperatorSays() {
        for (int noop = 0; noop < 2; noop++) {
            for (int axes = 0; axes < 3; axes++) {
                final DrawnGraph g = new DrawnGraph(1);
                final String in = g.input(2, 3, 4);
                final List<String> inputs = axes == 0 ? List.of(in) : List.of(in, axes == 1 ? g.longs() : g.longs(-1, 1));
                final String x = g.node("ReduceMean", inputs, DrawnGraph.integer("noop_with_empty_axes", noop));
                Programs.check(g.model(18, g.node("Relu", List.of(x))), 1, TOLERANCE, "noop_with_empty_axes " + noop + ", inputs " + axes);
            }
        }
    }

    @Test
    void shouldDoWithoutAnInputThatHasNoName() {
        final DrawnGraph g = new DrawnGraph(1);
        final List<String> parts = g.nodes("Split", List.of(g.input(4, 2), ""), 2, DrawnGraph.integer("axis", 0));
        Programs.check(g.model(parts.get(0), parts.get(1)), 1, TOLERANCE, "Split");
        final DrawnGraph later = new DrawnGraph(1);
        Programs.check(later.model(18, later.node("Relu", List.of(later.node("ReduceMean", List.of(later.input(2, 3), ""))))), 1,
            TOLERANCE, "ReduceMean");
    }

    @Test
    void shouldRefuseAnOutputThatNoNodeMakes() {
        final DrawnGraph g = new DrawnGraph(1);
        final String in = g.input(2, 3);
        final String message = refusal(g.model(g.node("Relu", List.of(in)), in));
        assertTrue(message.contains("'" + in + "' is an output that no node makes"), message);
    }

    @Test
    void shouldNameWhatHasNoKernel() {
        final DrawnGraph odd = new DrawnGraph(1);
        final String message = refusal(odd.model(odd.node("Erf", List.of(odd.input(2, 3)))));
        assertTrue(message.contains("no kernel for node 'node_Erf1' (Erf); kernels exist for Abs, Add"), message);
        final DrawnGraph deep = new DrawnGraph(1);
        final String three = refusal(deep.model(deep.node("Conv", List.of(deep.input(1, 2, 4, 4, 4), deep.weights(1, 2, 2, 1, 1, 1)))));
        assertTrue(three.contains("(Conv): over 3 dimensions; kernels exist for one and two"), three);
        final DrawnGraph drawn = new DrawnGraph(1);
        final String weights = refusal(drawn.model(drawn.node("Conv", List.of(drawn.input(1, 2, 4, 4), drawn.input(2, 2, 1, 1)))));
        assertTrue(weights.contains("(Conv): its input 'input1' is no constant"), weights);
    }
}
