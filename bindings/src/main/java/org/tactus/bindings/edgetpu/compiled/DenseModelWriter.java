// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/** Writes plain TensorFlow Lite models of one dense layer, to try a library with a result that is known beforehand. */
public final class DenseModelWriter {
    private DenseModelWriter() {
    }

    /**
     * Writes {@code output = max(0, weights * input + bias)}, or without the maximum.
     *
     * @param input   name of the input, of shape [1, columns]
     * @param output  name of the output, of shape [1, rows]
     * @param weights rows of equal length
     * @param bias    one for each row
     * @param relu    whether results below 0 become 0
     * @return the bytes of a {@code .tflite} file
     */
    public static byte[] write(final String input, final String output, final float[][] weights, final float[] bias, final boolean relu) {
        final GraphWriter graph = new GraphWriter();
        final int in = graph.tensor(new TensorInfo(input, ElementType.FLOAT, List.of(1L, (long) weights[0].length)), null);
        final ByteBuffer values = ByteBuffer.allocate(weights.length * weights[0].length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (final float[] row : weights) {
            for (final float weight : row) {
                values.putFloat(weight);
            }
        }
        final int matrix = graph.tensor(new TensorInfo(output + ".weights", ElementType.FLOAT,
            List.of((long) weights.length, (long) weights[0].length)), values.array());
        final ByteBuffer constants = ByteBuffer.allocate(bias.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (final float constant : bias) {
            constants.putFloat(constant);
        }
        final int addend = graph.tensor(
            new TensorInfo(output + ".bias", ElementType.FLOAT, List.of((long) bias.length)), constants.array());
        final int out = graph.tensor(new TensorInfo(output, ElementType.FLOAT, List.of(1L, (long) weights.length)), null);
        graph.fullyConnected(new int[] {in, matrix, addend}, out, relu);
        return graph.finish("one dense layer", new int[] {in}, new int[] {out});
    }
}
