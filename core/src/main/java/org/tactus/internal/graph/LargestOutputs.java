// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Gives an output whose extents depend on data the shape that is the largest, by nodes at the end of the graph: what is missing is filled
 * with zeros, what is beyond is cut off, and a second output says how large it was, so that the program knows both.
 *
 * <pre>
 *   maker -- y/open --+-- Shape --> y/extents (an output) -- Sub from the largest -- Concat behind zeros --+
 *                     +------------------------------------------------------------------------- Pad ------+--> y
 * </pre>
 */
final class LargestOutputs {
    /** Since this operator set a pad takes its widths from a tensor. */
    private static final long LEAST_OPSET = 11;
    private static final int INT64 = TensorProto.DataType.INT64_VALUE;

    private LargestOutputs() {
    }

    static OnnxModel bound(final OnnxModel model, final Map<String, List<Long>> largest) {
        final GraphProto graph = model.proto().getGraph();
        final List<String> names = graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
        for (final String name : largest.keySet()) {
            if (!names.contains(name)) {
                throw new InvalidModelException(model.name() + ": shapes: no input or output '" + name + "'; there are "
                    + graph.getInputList().stream().map(ValueInfoProto::getName).collect(Collectors.joining(", ")) + " and "
                    + String.join(", ", names));
            }
        }
        for (final OperatorSetIdProto set : model.proto().getOpsetImportList()) {
            if (set.getDomain().isEmpty() && set.getVersion() < LEAST_OPSET) {
                throw new InvalidModelException(model.name() + ": shapes: an output of operator set " + set.getVersion()
                    + " cannot be given a largest shape; export the model with operator set " + LEAST_OPSET + " or later");
            }
        }
        final GraphProto.Builder bounded = graph.toBuilder().clearNode();
        graph.getNodeList().forEach(node -> bounded.addNode(renamed(node, largest)));
        for (int i = 0; i < graph.getOutputCount(); i++) {
            final String name = graph.getOutput(i).getName();
            if (largest.containsKey(name)) {
                bound(model.name(), bounded, i, largest.get(name));
            }
        }
        return model.with(model.name(), model.proto().toBuilder().setGraph(bounded).build());
    }

    /** Nodes that make such an output, or read it, under its new name; so do bodies of control flow, which see it from outside. */
    private static NodeProto renamed(final NodeProto node, final Map<String, List<Long>> largest) {
        final NodeProto.Builder changed = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            changed.setInput(i, renamed(node.getInput(i), largest));
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
            changed.setOutput(i, renamed(node.getOutput(i), largest));
        }
        for (int i = 0; i < node.getAttributeCount(); i++) {
            if (node.getAttribute(i).hasG()) {
                final GraphProto.Builder body = node.getAttribute(i).getG().toBuilder().clearNode();
                node.getAttribute(i).getG().getNodeList().forEach(inner -> body.addNode(renamed(inner, largest)));
                changed.setAttribute(i, node.getAttribute(i).toBuilder().setG(body));
            }
        }
        return changed.build();
    }

    private static String renamed(final String tensor, final Map<String, List<Long>> largest) {
        return largest.containsKey(tensor) ? tensor + "/open" : tensor;
    }

    private static void bound(final String model, final GraphProto.Builder graph, final int output, final List<Long> shape) {
        final ValueInfoProto declared = graph.getOutput(output);
        final String name = declared.getName();
        final TypeProto.Tensor type = declared.getType().getTensorType();
        if (type.hasShape() && type.getShape().getDimCount() != shape.size()) {
            throw new InvalidModelException(model + ": shapes: output '" + name + "' is " + OpenShapes.text(declared) + ", which " + shape
                + " does not fit");
        }
        final long rank = shape.size();
        graph.addInitializer(Tensors.longs(name + "/largest", List.of(rank), shape.stream().mapToLong(Long::longValue).toArray()));
        graph.addInitializer(Tensors.longs(name + "/zeros", List.of(rank), new long[shape.size()]));
        final List<NodeProto> nodes = new ArrayList<>();
        nodes.add(node("Shape", List.of(name + "/open"), name + "/extents").build());
        nodes.add(node("Sub", List.of(name + "/largest", name + "/extents"), name + "/missing").build());
        nodes.add(node("Concat", List.of(name + "/zeros", name + "/missing"), name + "/pads")
            .addAttribute(NodeAttributes.integer("axis", 0)).build());
        nodes.add(node("Pad", List.of(name + "/open", name + "/pads"), name).build());
        graph.addAllNode(nodes);
        final TensorShapeProto.Builder fixed = TensorShapeProto.newBuilder();
        shape.forEach(extent -> fixed.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent)));
        graph.setOutput(output, declared.toBuilder().setType(TypeProto.newBuilder().setTensorType(type.toBuilder().setShape(fixed))));
        graph.addOutput(ValueInfoProto.newBuilder().setName(name + "/extents").setType(TypeProto.newBuilder().setTensorType(
            TypeProto.Tensor.newBuilder().setElemType(INT64).setShape(TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(rank))))));
    }

    private static NodeProto.Builder node(final String operator, final List<String> inputs, final String output) {
        return NodeProto.newBuilder().setName(output).setOpType(operator).addAllInput(inputs).addOutput(output);
    }
}
