// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.List;
import org.tactus.internal.graph.Tensors;

/**
 * Weights and bias of one operator as integers: weights symmetric, one scale for each output channel, so that weight = scale x
 * byte; bias = input scale x weight scale x 32-bit integer.
 *
 * @param weight signed bytes in the operator's own layout
 * @param scale  one for each output channel
 * @param zero   of the weights: all zero
 * @param axis   of the channels
 * @param bias   null where the operator has none
 * @param factor scale of the bias for each channel; null without one
 */
record QuantizedWeights(TensorProto weight, TensorProto scale, TensorProto zero, int axis, TensorProto bias, TensorProto factor) {
    private static final double MOST_BIAS = 1 << 30;
    private static final float LEAST_SCALE = 1e-12f;

    /**
     * Quantises.
     *
     * @param prefix     what the names of the new tensors begin with
     * @param inputScale scale of the bytes that the operator will read
     * @param limit      largest magnitude of a weight: 127, or 63 where products of two bytes saturate when added in pairs
     */
    static QuantizedWeights of(final LayeredModel model, final NodeProto node, final String prefix, final float inputScale,
                               final int limit) {
        final WeightLayout layout = WeightLayout.of(node, model.weights());
        final TensorProto given = model.weight(node.getInput(1));
        final float[] values = Tensors.floats(model.name(), given);
        final boolean biased = node.getInputCount() > 2 && !node.getInput(2).isEmpty();
        final float[] bias = biased ? Tensors.floats(model.name(), model.weight(node.getInput(2))) : new float[layout.channels()];
        final float[] scale = new float[layout.channels()];
        Arrays.fill(scale, LEAST_SCALE);
        for (int i = 0; i < values.length; i++) {
            final int channel = i / layout.inner() % layout.channels();
            scale[channel] = Math.max(scale[channel], Math.abs(values[i]) / limit);
        }
        final float[] factor = new float[scale.length];
        final int[] whole = new int[scale.length];
        for (int c = 0; c < scale.length; c++) {
            scale[c] = Math.max(scale[c], (float) (Math.abs(bias[c]) / (MOST_BIAS * inputScale)));
            factor[c] = inputScale * scale[c];
            whole[c] = (int) Math.rint(bias[c] / (double) factor[c]);
        }
        final byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            final double steps = Math.rint(values[i] / (double) scale[i / layout.inner() % layout.channels()]);
            bytes[i] = (byte) Math.max(-limit, Math.min(limit, steps));
        }
        final List<Long> channels = List.of((long) scale.length);
        return new QuantizedWeights(Tensors.signedBytes(prefix + "weight_int8", given.getDimsList(), bytes),
            Tensors.floats(prefix + "weight_scale", channels, scale),
            Tensors.signedBytes(prefix + "weight_zero", channels, new byte[scale.length]), layout.axis(),
            biased ? Tensors.ints(prefix + "bias_int32", channels, whole) : null,
            biased ? Tensors.floats(prefix + "bias_scale", channels, factor) : null);
    }
}
