// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import org.tactus.internal.graph.NodeAttributes;

/**
 * A layer: one operator that computes, and what follows it without computing much: activation, reshaping. Immutable.
 *
 * @see LayeredModel
 */
public final class ModelLayer {
    private final String name;
    private final List<NodeProto> nodes;
    private final List<String> inputs;
    private final List<String> outputs;
    private final Int8Kernel kernel;

    ModelLayer(final String name, final List<NodeProto> nodes, final List<String> inputs, final List<String> outputs,
               final Int8Kernel kernel) {
        this.name = name;
        this.nodes = List.copyOf(nodes);
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        this.kernel = kernel;
    }

    /**
     * Its name.
     *
     * @return unique in the model
     */
    public String name() {
        return name;
    }

    /**
     * What it computes.
     *
     * @return ONNX's name of the operator; {@code DepthwiseConv} for a convolution of each channel alone
     */
    public String operator() {
        final NodeProto head = nodes.getFirst();
        return head.getOpType().equals("Conv") && NodeAttributes.integer(head, "group", 1) > 1 ? "DepthwiseConv" : head.getOpType();
    }

    /**
     * Tensors that it reads, weights apart.
     *
     * @return their names
     */
    public List<String> inputs() {
        return inputs;
    }

    /**
     * Tensors that it writes for other layers or the caller.
     *
     * @return their names
     */
    public List<String> outputs() {
        return outputs;
    }

    /**
     * Tells whether there is a kernel of 8-bit integers for it.
     *
     * @return false for a layer that stays in 32-bit floating point
     */
    public boolean hasInt8() {
        return kernel != Int8Kernel.NONE;
    }

    /** The activation that follows the operator at once; null without one. */
    NodeProto activation() {
        final String second = nodes.size() > 1 ? nodes.get(1).getOpType() : "";
        return second.equals("Relu") || second.equals("Clip") ? nodes.get(1) : null;
    }

    /** The tensor whose range the layer's output has: what follows it in the layer only moves bytes. */
    String scaled() {
        return (activation() == null ? nodes.getFirst() : activation()).getOutput(0);
    }

    List<NodeProto> nodes() {
        return nodes;
    }

    Int8Kernel kernel() {
        return kernel;
    }
}
