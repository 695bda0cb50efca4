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
import java.util.List;

/** Small graphs for tests. */
public final class TestModels {
    private TestModels() {
    }

    /** A convolutional net of a few thousand weights with a residual branch. */
    public static OnnxModel tiny() {
        final GraphWriter w = new GraphWriter(3);
        String x = w.relu(w.norm(w.conv(w.input(3, 16), 8, 3, 1, 1), 1));
        for (int i = 0; i < 3; i++) {
            x = w.relu(w.add(x, w.norm(w.conv(x, 8, 3, 1, 1), 0.5f)));
        }
        return new OnnxModel("tiny", w.classifier(x, 10, "tiny"));
    }

    /** A chain of convolutions of one pixel: layers of width x width weights, and tensors of next to nothing. */
    public static OnnxModel deep(final int width, final int layers) {
        final GraphWriter w = new GraphWriter(11);
        String x = w.input(width, 1);
        for (int i = 0; i < layers; i++) {
            x = w.relu(w.conv(x, width, 1, 1, 1));
        }
        return new OnnxModel("deep", w.classifier(x, 10, "deep"));
    }

    public static ModelProto model(final GraphProto.Builder graph) {
        return ModelProto.newBuilder().setIrVersion(8).setGraph(graph.setName("test"))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13)).build();
    }

    public static NodeProto node(final String operator, final List<String> inputs, final String output,
        final AttributeProto... attributes) {
        return NodeProto.newBuilder().setName("node_" + output).setOpType(operator).addAllInput(inputs).addOutput(output)
            .addAllAttribute(List.of(attributes)).build();
    }

    public static ValueInfoProto value(final String name, final int type, final long... shape) {
        final TensorShapeProto.Builder extents = TensorShapeProto.newBuilder();
        for (final long extent : shape) {
            final TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
            extents.addDim(extent < 0 ? dimension.setDimParam("n") : dimension.setDimValue(extent));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
            TypeProto.Tensor.newBuilder().setElemType(type).setShape(extents))).build();
    }

    public static TensorProto floats(final String name, final float... values) {
        final TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(1).addDims(values.length);
        for (final float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    public static AttributeProto graph(final String name, final GraphProto graph) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.GRAPH).setG(graph).build();
    }
}
