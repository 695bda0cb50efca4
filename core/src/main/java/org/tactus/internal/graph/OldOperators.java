// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Brings a model of operator sets 1 to 6, of 2017, to operator set 7, the first whose operators the runtime has all: broadcasting by
 * attributes becomes broadcasting by shapes, and attributes of training go. A model is left as it is where it holds a node whose meaning
 * changed otherwise, or where the rank of a tensor that decides is not known; the runtime then refuses it by name.
 */
final class OldOperators {
    private static final long TARGET = 7;
    /** What the runtime lacks before set 7; without one of them a model is not touched. */
    private static final Set<String> LACKING = Set.of("Add", "Sub", "Mul", "Div", "Pow", "AveragePool", "BatchNormalization", "Gemm",
        "PRelu", "Dropout", "And", "Or", "Xor", "Equal", "Greater", "Less");
    private static final Set<String> BROADCAST = Set.of("Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less");
    /** The same in sets 5, 6 and 7 but for the attributes that go; their outputs have the rank of the first input. */
    private static final Set<String> KEEPING = Set.of("Relu", "LeakyRelu", "Sigmoid", "Tanh", "Elu", "Selu", "Exp", "Log", "Sqrt", "Abs",
        "Neg", "Reciprocal", "Floor", "Ceil", "Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization",
        "InstanceNormalization", "LRN", "Dropout", "PRelu", "Softmax", "LogSoftmax", "HardSigmoid", "Softplus", "Softsign", "Concat",
        "Transpose", "Identity", "Pad", "Slice", "Not", "ConvTranspose", "Clip", "Max", "Min", "Sum", "Mean", "ReduceSum", "ReduceMean",
        "ReduceMax", "ReduceMin", "Cast", "ThresholdedRelu", "DepthToSpace", "SpaceToDepth");
    /** Others that did not change; the rank of their outputs is taken as unknown. */
    private static final Set<String> OTHERS = Set.of("Constant", "Flatten", "Gemm", "MatMul", "Reshape", "Squeeze", "Unsqueeze", "Shape",
        "Gather", "Split");
    /** Changed in set 6, from a form that is not taken here. */
    private static final Set<String> CHANGED_IN_6 = Set.of("Cast", "Tile");
    private static final long OLDEST = 5;

    private final GraphProto graph;
    private final Map<String, Integer> ranks = new HashMap<>();
    private final GraphProto.Builder changed;

    private OldOperators(final GraphProto graph) {
        this.graph = graph;
        this.changed = graph.toBuilder().clearNode();
        graph.getInputList().stream().filter(input -> input.getType().getTensorType().hasShape())
            .forEach(input -> ranks.put(input.getName(), input.getType().getTensorType().getShape().getDimCount()));
        graph.getInitializerList().forEach(weight -> ranks.put(weight.getName(), weight.getDimsCount()));
    }

    /** The model in operator set 7; the same model where that is not needed or not known how. */
    static ModelProto renew(final ModelProto model) {
        final long version = model.getOpsetImportList().stream().filter(set -> set.getDomain().isEmpty())
            .mapToLong(OperatorSetIdProto::getVersion).findFirst().orElse(model.getOpsetImportCount() == 0 ? 1 : TARGET);
        if (version >= TARGET || model.getGraph().getNodeList().stream().noneMatch(node -> LACKING.contains(node.getOpType()))) {
            return model;
        }
        final OldOperators old = new OldOperators(model.getGraph());
        for (final NodeProto node : model.getGraph().getNodeList()) {
            if (!node.getDomain().isEmpty() || version < OLDEST && !isOldest(node) || version < 6 && CHANGED_IN_6.contains(node.getOpType())
                || !old.add(node)) {
                return model;
            }
        }
        final ModelProto.Builder renewed = model.toBuilder().clearOpsetImport().setGraph(old.changed);
        model.getOpsetImportList().stream().filter(set -> !set.getDomain().isEmpty()).forEach(renewed::addOpsetImport);
        return renewed.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(TARGET)).build();
    }

    /** Sets 1 to 4 had other forms of what moves data. */
    private static boolean isOldest(final NodeProto node) {
        return !Set.of("Reshape", "Concat", "Pad", "Split", "Gather", "Slice", "Cast", "Tile").contains(node.getOpType());
    }

    private boolean add(final NodeProto node) {
        final String operator = node.getOpType();
        if (!BROADCAST.contains(operator) && !KEEPING.contains(operator) && !OTHERS.contains(operator)
            || !operator.equals("Constant") && node.getAttributeList().stream().anyMatch(AttributeProto::hasG)
            || operator.equals("BatchNormalization") && (NodeAttributes.integer(node, "is_test", 0) == 0
                || NodeAttributes.integer(node, "spatial", 1) == 0)
            || operator.equals("Dropout") && NodeAttributes.integer(node, "is_test", 0) == 0) {
            return false;
        }
        final NodeProto.Builder renewed = node.toBuilder().clearAttribute();
        final Set<String> gone = gone(operator);
        node.getAttributeList().stream().filter(attribute -> !gone.contains(attribute.getName())).forEach(renewed::addAttribute);
        if (BROADCAST.contains(operator) && !widen(node, renewed) || operator.equals("PRelu") && !widenSlope(node, renewed)) {
            return false;
        }
        changed.addNode(renewed);
        rank(node);
        return true;
    }

    private static Set<String> gone(final String operator) {
        return BROADCAST.contains(operator) ? Set.of("broadcast", "axis", "consumed_inputs") : switch (operator) {
            case "Gemm" -> Set.of("broadcast");
            case "BatchNormalization" -> Set.of("is_test", "spatial", "consumed_inputs");
            case "Dropout" -> Set.of("is_test", "consumed_inputs");
            default -> Set.of("consumed_inputs");
        };
    }

    /** The second operand began at an axis of the first one; now it is as long as the rest of it. */
    private boolean widen(final NodeProto node, final NodeProto.Builder renewed) {
        if (NodeAttributes.integer(node, "broadcast", 0) == 0
            || node.getAttributeList().stream().noneMatch(value -> value.getName().equals("axis"))) {
            return true;
        }
        final Integer first = ranks.get(node.getInput(0));
        final Integer second = ranks.get(node.getInput(1));
        if (first == null || second == null) {
            return false;
        }
        final long axis = NodeAttributes.integer(node, "axis", 0);
        return addAxes(renewed, 1, second, first - (axis < 0 ? axis + first : axis) - second);
    }

    /** A slope for each channel. */
    private boolean widenSlope(final NodeProto node, final NodeProto.Builder renewed) {
        final Integer first = ranks.get(node.getInput(0));
        final Integer slope = ranks.get(node.getInput(1));
        return first != null && slope != null && (slope != 1 || addAxes(renewed, 1, 1, first - 2L));
    }

    /** Puts axes of one element behind those of an operand. */
    private boolean addAxes(final NodeProto.Builder node, final int input, final int rank, final long count) {
        if (count > 0) {
            final String wide = node.getOutput(0) + "/wide/" + node.getInput(input);
            changed.addNode(NodeProto.newBuilder().setName(wide).setOpType("Unsqueeze").addInput(node.getInput(input)).addOutput(wide)
                .addAttribute(NodeAttributes.ints("axes", LongStream.range(rank, rank + count).toArray())));
            node.setInput(input, wide);
        }
        return count >= 0;
    }

    private void rank(final NodeProto node) {
        final String operator = node.getOpType();
        final Integer first = node.getInputCount() > 0 ? ranks.get(node.getInput(0)) : null;
        final Integer rank = switch (operator) {
            case "Gemm", "Flatten" -> Integer.valueOf(2);
            case "Constant" -> constant(node);
            default -> KEEPING.contains(operator) && (!operator.startsWith("Reduce")
                || NodeAttributes.integer(node, "keepdims", 1) != 0)
                || BROADCAST.contains(operator) ? first : null;
        };
        node.getOutputList().stream().filter(output -> rank != null).forEach(output -> ranks.put(output, rank));
        declared(node);
    }

    private static Integer constant(final NodeProto node) {
        return node.getAttributeList().stream().filter(AttributeProto::hasT).map(AttributeProto::getT).map(TensorProto::getDimsCount)
            .findFirst().orElse(null);
    }

    /** What the file says of a tensor. */
    private void declared(final NodeProto node) {
        for (final List<ValueInfoProto> values : List.of(graph.getValueInfoList(), graph.getOutputList())) {
            values.stream().filter(value -> node.getOutputList().contains(value.getName()) && value.getType().getTensorType().hasShape())
                .forEach(value -> ranks.putIfAbsent(value.getName(), value.getType().getTensorType().getShape().getDimCount()));
        }
    }
}
