// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.graph.Tensors;

/** A graph of drawn operators with drawn weights. */
final class DrawnGraph {
    final SplittableRandom random;
    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private int count;

    DrawnGraph(final long seed) {
        random = new SplittableRandom(seed);
    }

    int from(final int low, final int high) {
        return random.nextInt(low, high + 1);
    }

    boolean flip() {
        return random.nextBoolean();
    }

    String input(final long... shape) {
        final String name = "input" + count++;
        graph.addInput(TestModels.value(name, 1, shape));
        return name;
    }

    String weights(final double limit, final long... shape) {
        final float[] values = new float[(int) LongStream.of(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-limit, limit);
        }
        return constant(shape, values);
    }

    String constant(final long[] shape, final float... values) {
        final String name = "weight" + count++;
        graph.addInitializer(Tensors.floats(name, LongStream.of(shape).boxed().toList(), values));
        return name;
    }

    String longs(final long... values) {
        final String name = "numbers" + count++;
        graph.addInitializer(Tensors.longs(name, List.of((long) values.length), values));
        return name;
    }

    String node(final String operator, final List<String> inputs, final AttributeProto... attributes) {
        final String output = operator + count++;
        graph.addNode(TestModels.node(operator, inputs, output, attributes));
        return output;
    }

    List<String> nodes(final String operator, final List<String> inputs, final int outputs, final AttributeProto... attributes) {
        final NodeProto.Builder node = TestModels.node(operator, inputs, operator + count, attributes).toBuilder().clearOutput();
        for (int i = 0; i < outputs; i++) {
            node.addOutput(operator + count++);
        }
        graph.addNode(node);
        return node.getOutputList();
    }

    /** Normalises the channels of a tensor. */
    String norm(final String input, final int channels) {
        final float[] variances = new float[channels];
        for (int i = 0; i < channels; i++) {
            variances[i] = (float) random.nextDouble(0.5, 2);
        }
        return node("BatchNormalization", List.of(input, weights(1, channels), weights(1, channels), weights(1, channels),
            constant(new long[] {channels}, variances)));
    }

    /** A drawn function of one number. */
    String function(final String input) {
        return switch (from(0, 11)) {
            case 0 -> node("Relu", List.of(input));
            case 1 -> node("LeakyRelu", List.of(input), fraction("alpha", 0.2f));
            case 2 -> node("Clip", List.of(input, constant(new long[0], -0.3f), constant(new long[0], 0.6f)));
            case 3 -> node("Sigmoid", List.of(input));
            case 4 -> node("Tanh", List.of(input));
            case 5 -> node("HardSigmoid", List.of(input), fraction("alpha", 0.3f));
            case 6 -> node("HardSwish", List.of(input));
            case 7 -> node("Elu", List.of(input), fraction("alpha", 0.7f));
            case 8 -> node("Abs", List.of(input));
            case 9 -> node("Neg", List.of(input));
            case 10 -> node("Exp", List.of(node("Clip", List.of(input, constant(new long[0], -2f), constant(new long[0], 2f)))));
            default -> node("Sqrt", List.of(node("Abs", List.of(input))));
        };
    }

    static AttributeProto fraction(final String name, final float value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOAT).setF(value).build();
    }

    static AttributeProto word(final String name, final String value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRING)
            .setS(ByteString.copyFromUtf8(value)).build();
    }

    static AttributeProto ints(final String name, final long... values) {
        return NodeAttributes.ints(name, values);
    }

    static AttributeProto integer(final String name, final long value) {
        return NodeAttributes.integer(name, value);
    }

    OnnxModel model(final String... outputs) {
        return model(14, outputs);
    }

    OnnxModel model(final int opset, final String... outputs) {
        for (final String output : outputs) {
            graph.addOutput(TestModels.value(output, 1));
            graph.getOutputBuilder(graph.getOutputCount() - 1).getTypeBuilder().getTensorTypeBuilder().clearShape();
        }
        return Programs.model(graph, opset);
    }
}
