// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Map;

/**
 * Estimates what a node costs, in multiply-accumulate operations. Ours, after the operators' definitions: a convolution costs
 * (output elements) x (weight elements / output channels), a product of matrices (output elements) x (common extent); what only
 * moves data counts a few operations an element. It balances cuts; times come from measurement.
 */
public final class NodeCost {
    /** Operations that moving an element is worth. */
    private static final double MOVE = 4;
    /** What a grouped convolution loses against a dense one, whose operands are reused more often. */
    private static final double GROUPED = 4;

    private NodeCost() {
    }

    /**
     * Estimates a node.
     *
     * @param shapes shapes of tensors by name, weights included; a tensor that is missing counts as one element
     */
    public static double of(final NodeProto node, final Map<String, List<Long>> shapes) {
        double moved = 0;
        for (final String output : node.getOutputList()) {
            moved += elements(shapes.get(output));
        }
        final List<Long> first = node.getInputCount() > 0 ? shapes.get(node.getInput(0)) : null;
        final List<Long> second = node.getInputCount() > 1 ? shapes.get(node.getInput(1)) : null;
        final double operations = switch (node.getOpType()) {
            case "Conv", "ConvInteger" -> convolution(node, moved, second);
            case "QLinearConv" -> convolution(node, moved, node.getInputCount() > 3 ? shapes.get(node.getInput(3)) : null);
            case "ConvTranspose" -> second == null || second.isEmpty() ? 0
                : elements(first) * elements(second) / Math.max(1, second.getFirst());
            case "MatMul", "Gemm", "MatMulInteger" -> first == null || first.isEmpty() ? 0 : moved * common(node, first);
            case "LSTM", "GRU", "RNN" -> elements(second) * (first == null || first.isEmpty() ? 1 : Math.max(1, first.getFirst()));
            default -> 0;
        };
        return Math.max(1, operations + MOVE * moved);
    }

    private static double convolution(final NodeProto node, final double outputs, final List<Long> weight) {
        if (weight == null || weight.isEmpty()) {
            return 0;
        }
        final double dense = outputs * elements(weight) / Math.max(1, weight.getFirst());
        final boolean grouped = node.getAttributeList().stream().anyMatch(a -> a.getName().equals("group") && a.getI() > 1);
        return grouped ? GROUPED * dense : dense;
    }

    private static double common(final NodeProto node, final List<Long> first) {
        final boolean transposed = node.getAttributeList().stream().anyMatch(a -> a.getName().equals("transA") && a.getI() == 1);
        return Math.max(1, transposed ? first.getFirst() : first.getLast());
    }

    private static double elements(final List<Long> shape) {
        double elements = 1;
        if (shape != null) {
            for (final long extent : shape) {
                elements *= Math.max(1, extent);
            }
        }
        return elements;
    }
}
