// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Raises a model of operator sets 7 to 12 to 13, the first that quantises by channel, so that it computes the same. What moved from
 * attributes to inputs is moved; Softmax, which joined all axes from one on, is written with that; what is now another operator
 * becomes it. Operators that are not known to mean the same in both are refused by name.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/Changelog.md">ONNX's own list of changes</a>
 */
public final class OperatorSet {
    /** The first one with a scale for each channel. */
    public static final long BY_CHANNEL = 13;
    /** Before it Add, Mul and others broadcast by attributes. */
    private static final long LEAST = 7;
    private static final long FIRST_IR_WITHOUT_WEIGHTS_AS_INPUTS = 4;

    /** Operators that mean the same in every set from 7 to 13, with the attributes and inputs that they had before. */
    private static final Set<String> SAME = Set.of("Abs", "Acos", "Add", "And", "ArgMax", "ArgMin", "Asin", "Atan", "AveragePool", "Cast",
        "Ceil", "Concat", "Constant", "ConstantOfShape", "Conv", "ConvTranspose", "Cos", "Cosh", "DepthToSpace", "DequantizeLinear", "Div",
        "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "GRU", "Gather", "GatherElements", "Gemm", "GlobalAveragePool",
        "GlobalLpPool", "GlobalMaxPool", "Greater", "HardSigmoid", "Identity", "InstanceNormalization", "LRN", "LSTM", "LeakyRelu", "Less",
        "Log", "LpNormalization", "LpPool", "MatMul", "Max", "MaxPool", "Mean", "Min", "Mul", "Neg", "Not", "Or", "PRelu", "Pow",
        "QuantizeLinear", "RNN", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
        "ReduceMin", "ReduceProd", "ReduceSumSquare", "Relu", "Reshape", "Selu", "Shape", "Sigmoid", "Sign", "Sin", "Sinh", "Size",
        "Softplus", "Softsign", "SpaceToDepth", "Sqrt", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Tile", "Transpose", "Where",
        "Xor");

    private final OnnxModel model;
    private final long from;
    private final Set<String> names = new HashSet<>();
    private final GraphProto.Builder graph;
    private final Map<String, TensorProto> weights = new HashMap<>();

    private OperatorSet(final OnnxModel model, final long from) {
        this.model = model;
        this.from = from;
        graph = model.proto().getGraph().toBuilder().clearNode();
        model.proto().getGraph().getInputList().forEach(input -> names.add(input.getName()));
        model.proto().getGraph().getInitializerList().forEach(weight -> {
            names.add(weight.getName());
            weights.put(weight.getName(), weight);
        });
        model.proto().getGraph().getNodeList().forEach(node -> {
            names.add(node.getName());
            names.addAll(node.getInputList());
            names.addAll(node.getOutputList());
        });
    }

    /**
     * Tells which set of ONNX's own operators a model is written in.
     *
     * @param model the model
     * @return 1 where it does not say
     */
    public static long of(final OnnxModel model) {
        return model.proto().getOpsetImportList().stream().filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
            .mapToLong(OperatorSetIdProto::getVersion).findFirst().orElse(1);
    }

    /**
     * Raises a model to operator set 13 where it is written in an older one.
     *
     * @param model the model, weights inside
     * @return a model that computes the same
     * @throws InvalidModelException when an operator changed its meaning in a way that cannot be written in the newer set, by name
     */
    public static OnnxModel raised(final OnnxModel model) {
        final long from = of(model);
        if (from >= BY_CHANNEL) {
            return model;
        }
        if (from < LEAST) {
            throw new InvalidModelException(model.name() + ": operator set " + from + " has no quantisation by channel, and what it means"
                + " cannot be written in set " + BY_CHANNEL + "; export the model with operator set " + LEAST + " or later");
        }
        return new OperatorSet(model, from).raise();
    }

    private OnnxModel raise() {
        for (final NodeProto node : model.proto().getGraph().getNodeList()) {
            if (node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx")) {
                raise(node);
            } else {
                graph.addNode(node);
            }
        }
        final ModelProto.Builder raised = model.proto().toBuilder().setGraph(graph).clearOpsetImport()
            .setIrVersion(Math.max(FIRST_IR_WITHOUT_WEIGHTS_AS_INPUTS, model.proto().getIrVersion()))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(BY_CHANNEL));
        model.proto().getOpsetImportList().stream().filter(set -> !set.getDomain().isEmpty() && !set.getDomain().equals("ai.onnx"))
            .forEach(raised::addOpsetImport);
        return model.with(model.name(), raised.build());
    }

    private void raise(final NodeProto node) {
        switch (node.getOpType()) {
            case "Squeeze", "Unsqueeze", "ReduceSum" -> moved(node, List.of("axes"));
            case "Split" -> moved(node, List.of("split"));
            case "Softmax", "LogSoftmax" -> softmax(node);
            case "Dropout" -> dropout(node);
            case "Clip" -> clip(node);
            case "Pad" -> pad(node);
            case "Slice" -> moved(node, List.of("starts", "ends", "axes"));
            case "TopK" -> moved(node, List.of("k"));
            case "Upsample" -> upsample(node);
            case "Resize" -> resize(node);
            case "Scatter" -> graph.addNode(node.toBuilder().setOpType("ScatterElements"));
            case "BatchNormalization" -> batchNorm(node);
            default -> {
                if (!SAME.contains(node.getOpType())) {
                    throw refused(node, "is not known to mean the same in both");
                }
                graph.addNode(node);
            }
        }
    }

    private InvalidModelException refused(final NodeProto node, final String why) {
        return new InvalidModelException(model.name() + ": operator set " + from + " has no quantisation by channel, and in set "
            + BY_CHANNEL + " operator " + node.getOpType() + " (node '" + node.getName() + "') " + why
            + "; export the model with operator set " + BY_CHANNEL + " or later");
    }

    /** A name that the graph does not have; the same for the same graph. */
    private String free(final NodeProto node, final String form) {
        String free = node.getOutput(0) + "/" + form;
        while (!names.add(free)) {
            free += "~";
        }
        return free;
    }

    private String given(final NodeProto node, final String form, final TensorProto value) {
        final String name = free(node, form);
        graph.addInitializer(value.toBuilder().setName(name));
        return name;
    }

    private static NodeProto.Builder without(final NodeProto node, final List<String> attributes) {
        final NodeProto.Builder copy = node.toBuilder().clearAttribute();
        node.getAttributeList().stream().filter(attribute -> !attributes.contains(attribute.getName())).forEach(copy::addAttribute);
        return copy;
    }

    /** Attributes of whole numbers become inputs behind the first; a node that has these inputs already is of the newer form. */
    private void moved(final NodeProto node, final List<String> attributes) {
        final NodeProto.Builder copy = without(node, attributes);
        for (final String name : attributes) {
            final AttributeProto attribute = NodeAttributes.find(node, name);
            if (attribute != null) {
                final long[] values = name.equals("k") ? new long[] {attribute.getI()}
                    : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
                copy.addInput(given(node, name, Tensors.longs(name, List.of((long) values.length), values)));
            }
        }
        graph.addNode(copy);
    }

    /** It joined the axes before the one that is named, and those from it on, and went over the latter together. */
    private void softmax(final NodeProto node) {
        final long axis = NodeAttributes.integer(node, "axis", 1);
        final NodeProto.Builder last = without(node, List.of("axis")).addAttribute(NodeAttributes.integer("axis", -1));
        if (axis == -1) {
            graph.addNode(last);
            return;
        }
        final String shape = free(node, "shape");
        final String flat = free(node, "flat");
        final String result = free(node, "result");
        graph.addNode(made("Shape", shape, node.getInput(0)));
        graph.addNode(made("Flatten", flat, node.getInput(0)).addAttribute(NodeAttributes.integer("axis", axis)));
        graph.addNode(last.setInput(0, flat).setOutput(0, result));
        graph.addNode(made("Reshape", node.getOutput(0), result, shape).setName(free(node, "back")));
    }

    private static NodeProto.Builder made(final String operator, final String output, final String... inputs) {
        return NodeProto.newBuilder().setOpType(operator).setName(output).addAllInput(Arrays.asList(inputs)).addOutput(output);
    }

    /** Without training it hands on what it gets. */
    private void dropout(final NodeProto node) {
        if (node.getOutputCount() > 1 && !node.getOutput(1).isEmpty() && isRead(node.getOutput(1))) {
            throw refused(node, "has a mask that something reads");
        }
        graph.addNode(node.toBuilder().setOpType("Identity").clearAttribute().clearInput().addInput(node.getInput(0)).clearOutput()
            .addOutput(node.getOutput(0)));
    }

    private boolean isRead(final String tensor) {
        return model.proto().getGraph().getNodeList().stream().anyMatch(node -> node.getInputList().contains(tensor))
            || model.proto().getGraph().getOutputList().stream().anyMatch(output -> output.getName().equals(tensor));
    }

    private void clip(final NodeProto node) {
        final AttributeProto low = NodeAttributes.find(node, "min");
        final AttributeProto high = NodeAttributes.find(node, "max");
        final NodeProto.Builder copy = without(node, List.of("min", "max"));
        if (low != null || high != null) {
            copy.addInput(low == null ? "" : given(node, "min", Tensors.floats("min", List.of(), low.getF())));
        }
        if (high != null) {
            copy.addInput(given(node, "max", Tensors.floats("max", List.of(), high.getF())));
        }
        graph.addNode(copy);
    }

    private void pad(final NodeProto node) {
        final AttributeProto pads = NodeAttributes.find(node, "pads");
        final NodeProto.Builder copy = without(node, List.of("pads", "value"));
        if (pads != null) {
            final long[] values = pads.getIntsList().stream().mapToLong(Long::longValue).toArray();
            copy.addInput(given(node, "pads", Tensors.longs("pads", List.of((long) values.length), values)));
            copy.addInput(given(node, "value", Tensors.floats("value", List.of(), NodeAttributes.fraction(node, "value", 0))));
        }
        graph.addNode(copy);
    }

    /** Upsample and the first Resize are the later Resize with places that begin at the corner and are rounded down. */
    private void upsample(final NodeProto node) {
        final AttributeProto scales = NodeAttributes.find(node, "scales");
        if (scales == null) {
            if (node.getInputCount() < 2) {
                throw refused(node, "has no scales");
            }
            resized(node, node.getInput(1));
            return;
        }
        final float[] values = new float[scales.getFloatsCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scales.getFloats(i);
        }
        resized(node, given(node, "scales", Tensors.floats("scales", List.of((long) values.length), values)));
    }

    private void resize(final NodeProto node) {
        if (from < 11) {
            resized(node, node.getInput(1));
        } else {
            graph.addNode(node);
        }
    }

    private void resized(final NodeProto node, final String scales) {
        final String region = given(node, "roi", Tensors.floats("roi", List.of(0L)));
        final NodeProto.Builder copy = without(node, List.of("scales")).setOpType("Resize").clearInput()
            .addAllInput(List.of(node.getInput(0), region, scales)).addAttribute(word("coordinate_transformation_mode", "asymmetric"));
        final AttributeProto mode = NodeAttributes.find(node, "mode");
        if (mode == null || mode.getS().toStringUtf8().equals("nearest")) {
            copy.addAttribute(word("nearest_mode", "floor"));
        }
        graph.addNode(copy);
    }

    private static AttributeProto word(final String name, final String value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRING)
            .setS(ByteString.copyFromUtf8(value)).build();
    }

    private void batchNorm(final NodeProto node) {
        if (NodeAttributes.integer(node, "spatial", 1) == 0) {
            throw refused(node, "has no statistics for each place (spatial: 0)");
        }
        final List<String> further = new ArrayList<>(node.getOutputList().subList(1, node.getOutputCount()));
        if (further.stream().anyMatch(output -> !output.isEmpty() && isRead(output))) {
            throw refused(node, "gives out no statistics without training");
        }
        graph.addNode(without(node, List.of("spatial")).clearOutput().addOutput(node.getOutput(0)));
    }
}
