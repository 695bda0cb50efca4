// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * Writes TensorFlow Lite models of one SVDF layer, the smallest network that keeps state: each run adds the input to the one before it.
 * To try what is done with such networks with results that are known beforehand.
 */
public final class SvdfModelWriter {
    private static final long MEMORY = 2;

    private SvdfModelWriter() {
    }

    /**
     * Writes {@code output = input + input of the run before}, in floating point; 0 is before the first run.
     *
     * @param input  name of the input, of shape [1, 1]
     * @param output name of the output, of shape [1, 1]
     * @return the bytes of a {@code .tflite} file
     */
    public static byte[] write(final String input, final String output) {
        final GraphWriter graph = new GraphWriter();
        final int in = graph.tensor(new TensorInfo(input, ElementType.FLOAT, List.of(1L, 1L)), null);
        final int feature = graph.tensor(new TensorInfo("feature", ElementType.FLOAT, List.of(1L, 1L)), floats(1));
        final int time = graph.tensor(new TensorInfo("time", ElementType.FLOAT, List.of(1L, MEMORY)), floats(1, 1));
        final int bias = graph.tensor(new TensorInfo("bias", ElementType.FLOAT, List.of(1L)), floats(0));
        final int state = graph.variable(new TensorInfo("state", ElementType.FLOAT, List.of(1L, MEMORY)));
        final int out = graph.tensor(new TensorInfo(output, ElementType.FLOAT, List.of(1L, 1L)), null);
        graph.svdf(new int[] {in, feature, time, bias, state}, out);
        return graph.finish("one SVDF layer", new int[] {in}, new int[] {out});
    }

    /**
     * Writes a layer in integers as converters for micro-controllers write it.
     *
     * @param state type of the state: TensorFlow Lite wants 16 bits
     * @return the bytes of a {@code .tflite} file without the scales that running it would take
     */
    public static byte[] integers(final ElementType state) {
        final GraphWriter graph = new GraphWriter();
        final int in = graph.tensor(new TensorInfo("x", ElementType.INT8, List.of(1L, 1L)), null);
        final int feature = graph.tensor(new TensorInfo("feature", ElementType.INT8, List.of(1L, 1L)), new byte[1]);
        final int time = graph.tensor(new TensorInfo("time", ElementType.INT16, List.of(1L, MEMORY)), new byte[2 * (int) MEMORY]);
        final int bias = graph.tensor(new TensorInfo("bias", ElementType.INT32, List.of(1L)), new byte[Integer.BYTES]);
        final int kept = graph.variable(new TensorInfo("state", state, List.of(1L, MEMORY)));
        final int out = graph.tensor(new TensorInfo("y", ElementType.INT8, List.of(1L, 1L)), null);
        graph.svdf(new int[] {in, feature, time, bias, kept}, out);
        return graph.finish("one SVDF layer in integers", new int[] {in}, new int[] {out});
    }

    private static byte[] floats(final float... values) {
        final ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (final float value : values) {
            data.putFloat(value);
        }
        return data.array();
    }
}
