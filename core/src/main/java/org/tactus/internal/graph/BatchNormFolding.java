// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Folds each batch normalisation that directly follows a convolution into the convolution's weights: w' = w s, b' = (b - mean) s +
 * beta, with s = gamma / sqrt(variance + epsilon) for each output channel.
 */
public final class BatchNormFolding {
    private static final float EPSILON = 1e-5f;

    private final String model;
    private final Map<String, TensorProto> weights;
    private final Set<String> outputs;

    /** How often each tensor is read. */
    private final Map<String, Integer> uses = new HashMap<>();

    /**
     * Folds within one graph.
     *
     * @param model   name of the model, for messages
     * @param weights the graph's weights by name; folded ones are added
     * @param outputs names of tensors that must stay
     */
    public BatchNormFolding(final String model, final Map<String, TensorProto> weights, final Set<String> outputs) {
        this.model = model;
        this.weights = weights;
        this.outputs = outputs;
    }

    /**
     * Folds.
     *
     * @param nodes the graph's nodes, in an order in which they can run
     * @return the nodes without the normalisations that were folded; adds the new weights to the map
     */
    public List<NodeProto> fold(final List<NodeProto> nodes) {
        uses.clear();
        nodes.forEach(node -> node.getInputList().forEach(input -> uses.merge(input, 1, Integer::sum)));
        final List<NodeProto> folded = new ArrayList<>();
        final Map<String, Integer> convolutions = new HashMap<>();
        for (final NodeProto node : nodes) {
            final Integer before = node.getOpType().equals("BatchNormalization") ? convolutions.get(node.getInput(0)) : null;
            if (before != null && uses.get(node.getInput(0)) == 1 && !outputs.contains(node.getInput(0)) && isFixed(node)) {
                folded.set(before, merged(folded.get(before), node));
                continue;
            }
            if (node.getOpType().equals("Conv") && node.getDomain().isEmpty() && hasOwnWeights(node)) {
                convolutions.put(node.getOutput(0), folded.size());
            }
            folded.add(node);
        }
        return folded;
    }

    private boolean hasOwnWeights(final NodeProto node) {
        return node.getInputCount() >= 2 && Tensors.isFloat(weights.get(node.getInput(1)))
            && (node.getInputCount() < 3 || node.getInput(2).isEmpty() || Tensors.isFloat(weights.get(node.getInput(2))));
    }

    private boolean isFixed(final NodeProto norm) {
        return norm.getOutputCount() == 1 && norm.getInputCount() == 5 && NodeAttributes.integer(norm, "training_mode", 0) == 0
            && norm.getInputList().subList(1, 5).stream().allMatch(input -> Tensors.isFloat(weights.get(input)));
    }

    private NodeProto merged(final NodeProto convolution, final NodeProto norm) {
        final TensorProto kernel = weights.get(convolution.getInput(1));
        final float[] values = Tensors.floats(model, kernel);
        final float[] gamma = Tensors.floats(model, weights.get(norm.getInput(1)));
        final float[] beta = Tensors.floats(model, weights.get(norm.getInput(2)));
        final float[] mean = Tensors.floats(model, weights.get(norm.getInput(3)));
        final float[] variance = Tensors.floats(model, weights.get(norm.getInput(4)));
        final boolean biased = convolution.getInputCount() > 2 && !convolution.getInput(2).isEmpty();
        final float[] bias = biased ? Tensors.floats(model, weights.get(convolution.getInput(2))) : new float[gamma.length];
        if (kernel.getDimsCount() < 3 || kernel.getDims(0) != gamma.length || bias.length != gamma.length || beta.length != gamma.length
            || mean.length != gamma.length || variance.length != gamma.length) {
            throw new InvalidModelException(model + ": node '" + norm.getName() + "' (BatchNormalization) has " + gamma.length
                + " channels, the convolution before it " + (kernel.getDimsCount() == 0 ? 0 : kernel.getDims(0)));
        }
        final float epsilon = NodeAttributes.fraction(norm, "epsilon", EPSILON);
        final int perChannel = values.length / Math.max(1, gamma.length);
        for (int c = 0; c < gamma.length; c++) {
            final double scale = gamma[c] / Math.sqrt((double) variance[c] + epsilon);
            for (int i = c * perChannel; i < (c + 1) * perChannel; i++) {
                values[i] = (float) (values[i] * scale);
            }
            bias[c] = (float) ((bias[c] - mean[c]) * scale + beta[c]);
        }
        final String output = norm.getOutput(0);
        final TensorProto newKernel = Tensors.floats(free(output + "/weight"), kernel.getDimsList(), values);
        final TensorProto newBias = Tensors.floats(free(output + "/bias"), List.of((long) bias.length), bias);
        weights.put(newKernel.getName(), newKernel);
        weights.put(newBias.getName(), newBias);
        return convolution.toBuilder().clearInput().addInput(convolution.getInput(0)).addInput(newKernel.getName())
            .addInput(newBias.getName()).clearOutput().addOutput(output).build();
    }

    /** The name, or one like it that the network does not have. */
    private String free(final String name) {
        String free = name;
        while (weights.containsKey(free) || uses.containsKey(free)) {
            free += "~";
        }
        return free;
    }
}
