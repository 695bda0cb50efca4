// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds what makes a graph answer otherwise from run to run: nodes that draw random numbers. A seed fixes only the first run's. */
public final class RandomNodes {
    private static final int TRAINING = 2;

    private RandomNodes() {
    }

    /**
     * Finds the first of them, in the graph, in the bodies of control flow and in functions of the model's own.
     *
     * @param model the model
     * @return such as {@code node 'noise', RandomNormal}; empty when equal inputs give equal outputs
     */
    public static Optional<String> find(final ModelProto model) {
        final Optional<String> inGraph = find(model.getGraph(), Map.of());
        if (inGraph.isPresent()) {
            return inGraph;
        }
        for (final FunctionProto function : model.getFunctionsList()) {
            final Optional<String> inFunction = find(function.getNodeList(), Map.of());
            if (inFunction.isPresent()) {
                return inFunction;
            }
        }
        return Optional.empty();
    }

    /** Whether an operator draws random numbers whatever its inputs are. */
    static boolean draws(final String operator) {
        return operator.startsWith("Random") || operator.equals("Bernoulli") || operator.equals("Multinomial");
    }

    private static Optional<String> find(final GraphProto graph, final Map<String, TensorProto> around) {
        final Map<String, TensorProto> constants = new HashMap<>(around);
        graph.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
        return find(graph.getNodeList(), constants);
    }

    private static Optional<String> find(final List<NodeProto> nodes, final Map<String, TensorProto> constants) {
        final Map<String, TensorProto> known = new HashMap<>(constants);
        for (final NodeProto node : nodes) {
            if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
                known.put(node.getOutput(0), NodeAttributes.find(node, "value") == null ? TensorProto.getDefaultInstance()
                    : NodeAttributes.find(node, "value").getT());
            }
            if (node.getDomain().isEmpty() && (draws(node.getOpType()) || trains(node, known))) {
                return Optional.of("node '" + node.getName() + "', " + node.getOpType());
            }
            for (final AttributeProto attribute : node.getAttributeList()) {
                Optional<String> inside = attribute.hasG() ? find(attribute.getG(), known) : Optional.empty();
                for (int i = 0; i < attribute.getGraphsCount() && inside.isEmpty(); i++) {
                    inside = find(attribute.getGraphs(i), known);
                }
                if (inside.isPresent()) {
                    return inside;
                }
            }
        }
        return Optional.empty();
    }

    /** A dropout draws when its third input is true; one that is computed may be. */
    private static boolean trains(final NodeProto node, final Map<String, TensorProto> known) {
        if (!node.getOpType().equals("Dropout") || node.getInputCount() <= TRAINING || node.getInput(TRAINING).isEmpty()) {
            return false;
        }
        final TensorProto constant = known.get(node.getInput(TRAINING));
        if (constant == null) {
            return true;
        }
        return constant.hasRawData() ? constant.getRawData().size() > 0 && constant.getRawData().byteAt(0) != 0
            : constant.getInt32DataCount() > 0 && constant.getInt32Data(0) != 0;
    }
}
