// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a convolutional network layer by layer: keeps each tensor's channels, draws weights after He et al. (2015), uniform in
 * plus or minus sqrt(6 / fan-in), so that activations neither vanish nor explode over depth.
 */
final class GraphWriter {
    private static final int IR_VERSION = 8;
    private static final int OPSET = 13;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final Map<String, Integer> channels = new HashMap<>();
    private final SplittableRandom random;
    private int count;

    GraphWriter(final long seed) {
        random = new SplittableRandom(seed);
    }

    /** The image that goes in: one, NCHW. */
    String input(final int channelCount, final int resolution) {
        graph.addInput(value("input", 1, channelCount, resolution, resolution));
        channels.put("input", channelCount);
        return "input";
    }

    int channels(final String tensor) {
        return channels.get(tensor);
    }

    String conv(final String input, final int outputs, final int kernel, final int stride, final int groups) {
        final int inputs = channels(input) / groups;
        final String weight = weights(inputs * kernel * kernel, outputs, inputs, kernel, kernel);
        final int pad = kernel / 2;
        return node("Conv", outputs, List.of(input, weight), NodeAttributes.ints("kernel_shape", kernel, kernel),
            NodeAttributes.ints("strides", stride, stride), NodeAttributes.ints("pads", pad, pad, pad, pad),
            NodeAttributes.integer("group", groups));
    }

    /** Batch normalisation with the given scale, around zero mean and unit variance. */
    String norm(final String input, final float scale) {
        final int width = channels(input);
        return node("BatchNormalization", width, List.of(input, constant(width, scale), constant(width, 0.01f),
            constant(width, 0), constant(width, 1)));
    }

    String relu(final String input) {
        return node("Relu", channels(input), List.of(input));
    }

    String relu6(final String input) {
        return node("Clip", channels(input), List.of(input, scalar(0), scalar(6)));
    }

    String add(final String a, final String b) {
        return node("Add", channels(a), List.of(a, b));
    }

    String concat(final String a, final String b) {
        return node("Concat", channels(a) + channels(b), List.of(a, b), NodeAttributes.integer("axis", 1));
    }

    String maxPool(final String input) {
        return node("MaxPool", channels(input), List.of(input), NodeAttributes.ints("kernel_shape", 3, 3),
            NodeAttributes.ints("strides", 2, 2), NodeAttributes.ints("pads", 1, 1, 1, 1));
    }

    String averagePool(final String input) {
        return node("AveragePool", channels(input), List.of(input), NodeAttributes.ints("kernel_shape", 2, 2),
            NodeAttributes.ints("strides", 2, 2));
    }

    /** Global pooling and the fully connected layer: the end of every network here. */
    ModelProto classifier(final String input, final int classes, final String name) {
        final int width = channels(input);
        final String pooled = node("GlobalAveragePool", width, List.of(input));
        final String flat = node("Flatten", width, List.of(pooled));
        final String weight = weights(width, classes, width);
        graph.addNode(NodeProto.newBuilder().setName("classifier").setOpType("Gemm").addInput(flat).addInput(weight)
            .addInput(constant(classes, 0)).addOutput("output").addAttribute(NodeAttributes.integer("transB", 1)));
        graph.addOutput(value("output", 1, classes)).setName(name);
        return ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName("tactus").setGraph(graph)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET)).build();
    }

    private String node(final String operator, final int width, final List<String> inputs, final AttributeProto... attributes) {
        final String output = operator.toLowerCase(Locale.ROOT) + "_" + count++;
        graph.addNode(NodeProto.newBuilder().setName(output).setOpType(operator).addAllInput(inputs).addOutput(output)
            .addAllAttribute(List.of(attributes)));
        channels.put(output, width);
        return output;
    }

    private String weights(final int fanIn, final int... shape) {
        final double limit = Math.sqrt(6.0 / fanIn);
        int elements = 1;
        for (final int extent : shape) {
            elements *= extent;
        }
        final ByteBuffer data = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            data.putFloat((float) ((2 * random.nextDouble() - 1) * limit));
        }
        return initializer(data, shape);
    }

    private String constant(final int width, final float value) {
        final ByteBuffer data = ByteBuffer.allocate(width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < width; i++) {
            data.putFloat(value);
        }
        return initializer(data, width);
    }

    private String scalar(final float value) {
        return initializer(ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value));
    }

    private String initializer(final ByteBuffer data, final int... shape) {
        final TensorProto.Builder tensor = TensorProto.newBuilder().setName("weight_" + count++)
            .setDataType(TensorProto.DataType.FLOAT_VALUE).setRawData(ByteString.copyFrom(data.flip()));
        for (final int extent : shape) {
            tensor.addDims(extent);
        }
        graph.addInitializer(tensor);
        return tensor.getName();
    }

    private static ValueInfoProto value(final String name, final long... shape) {
        final TensorShapeProto.Builder extents = TensorShapeProto.newBuilder();
        for (final long extent : shape) {
            extents.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT_VALUE).setShape(extents))).build();
    }
}
