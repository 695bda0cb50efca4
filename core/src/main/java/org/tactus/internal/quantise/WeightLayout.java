// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Map;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.Tensors;

/**
 * Where an operator's output channels lie in its weights.
 *
 * @param axis     of the channels
 * @param channels number of output channels
 * @param inner    elements from one channel to the next: element i belongs to channel i / inner % channels
 */
record WeightLayout(int axis, int channels, int inner) {
    private static final int CONVOLUTION_DIMENSIONS = 3;

    /** The layout of a convolution or matrix product whose second operand is given; null when there is no int8 form of it. */
    static WeightLayout of(final NodeProto node, final Map<String, TensorProto> weights) {
        if (node.getInputCount() < 2) {
            return null;
        }
        final TensorProto weight = weights.get(node.getInput(1));
        final int rank = weight == null ? 0 : weight.getDimsCount();
        if (!Tensors.isFloat(weight) || weights.containsKey(node.getInput(0))) {
            return null;
        }
        final WeightLayout layout = switch (node.getOpType()) {
            case "Conv" -> rank >= CONVOLUTION_DIMENSIONS ? along(weight, 0) : null;
            case "MatMul" -> rank == 2 ? along(weight, 1) : null;
            case "Gemm" -> rank == 2 && NodeAttributes.integer(node, "transA", 0) == 0
                && NodeAttributes.fraction(node, "alpha", 1) == 1 && NodeAttributes.fraction(node, "beta", 1) == 1
                ? along(weight, NodeAttributes.integer(node, "transB", 0) == 0 ? 1 : 0) : null;
            default -> null;
        };
        return layout == null || layout.channels() == 0 || !biasFits(node, weights, layout) ? null : layout;
    }

    private static WeightLayout along(final TensorProto weight, final int axis) {
        long inner = 1;
        for (int d = axis + 1; d < weight.getDimsCount(); d++) {
            inner *= weight.getDims(d);
        }
        return new WeightLayout(axis, Math.toIntExact(weight.getDims(axis)), Math.toIntExact(inner));
    }

    private static boolean biasFits(final NodeProto node, final Map<String, TensorProto> weights, final WeightLayout layout) {
        if (node.getInputCount() < 3 || node.getInput(2).isEmpty()) {
            return true;
        }
        final TensorProto bias = weights.get(node.getInput(2));
        return Tensors.isFloat(bias) && bias.getDimsCount() == 1 && bias.getDims(0) == layout.channels();
    }
}
