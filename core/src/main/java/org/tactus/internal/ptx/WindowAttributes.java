// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import org.tactus.internal.graph.NodeAttributes;

/** Reads what a convolution or a pooling says of its window. A line of pixels is an image of one row. */
final class WindowAttributes {
    private WindowAttributes() {
    }

    /**
     * Reads a window.
     *
     * @param node   the node
     * @param shape  of its input: images, channels, one or two extents
     * @param kernel shape of a convolution's weights; null for a pooling, which says its window itself
     * @return the window
     * @throws UnsupportedOperationException for what has no kernel
     */
    static Window read(final NodeProto node, final long[] shape, final long[] kernel) {
        final int dimensions = shape.length - 2;
        if (dimensions < 1 || dimensions > 2) {
            throw new UnsupportedOperationException("over " + dimensions + " dimensions; kernels exist for one and two");
        }
        final long[] taps = kernel == null ? NodeAttributes.integers(node, "kernel_shape") : Arrays.copyOfRange(kernel, 2, kernel.length);
        final long[] strides = NodeAttributes.integers(node, "strides", ones(dimensions));
        final long[] dilations = NodeAttributes.integers(node, "dilations", ones(dimensions));
        if (taps.length != dimensions || strides.length != dimensions || dilations.length != dimensions) {
            throw new UnsupportedOperationException("a window over " + taps.length + " dimensions of an input over " + dimensions);
        }
        final long[] pads = pads(node, Arrays.copyOfRange(shape, 2, shape.length), taps, strides, dilations);
        final boolean ceiling = NodeAttributes.integer(node, "ceil_mode", 0) == 1;
        final int[] out = new int[dimensions];
        for (int i = 0; i < dimensions; i++) {
            final long reach = (taps[i] - 1) * dilations[i] + 1;
            final long room = shape[2 + i] + pads[i] + pads[dimensions + i] - reach;
            if (room < 0) {
                throw new UnsupportedOperationException("a window that is larger than its input");
            }
            long steps = ceiling ? Math.ceilDiv(room, strides[i]) : room / strides[i];
            if (ceiling && steps * strides[i] >= shape[2 + i] + pads[i]) {
                steps--; // no window begins behind the input
            }
            out[i] = (int) steps + 1;
        }
        if (dimensions == 1) {
            return new Window(1, (int) shape[2], 1, out[0], new Window.Pair(1, (int) taps[0]), new Window.Pair(1, (int) strides[0]), 0,
                (int) pads[0], new Window.Pair(1, (int) dilations[0]));
        }
        return new Window((int) shape[2], (int) shape[3], out[0], out[1], pair(taps), pair(strides), (int) pads[0], (int) pads[1],
            pair(dilations));
    }

    private static Window.Pair pair(final long... numbers) {
        return new Window.Pair((int) numbers[0], (int) numbers[1]);
    }

    private static long[] ones(final int count) {
        final long[] ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Paddings at the beginning of each dimension, then at the end of each. */
    private static long[] pads(
        final NodeProto node, final long[] extents, final long[] taps, final long[] strides, final long... dilations) {
        final AttributeProto auto = NodeAttributes.find(node, "auto_pad");
        final String mode = auto == null ? "NOTSET" : auto.getS().toStringUtf8();
        final long[] pads = new long[2 * extents.length];
        switch (mode) {
            case "NOTSET" -> {
                final long[] given = NodeAttributes.integers(node, "pads", pads);
                if (given.length != pads.length || Arrays.stream(given).anyMatch(pad -> pad < 0)) {
                    throw new UnsupportedOperationException("pads " + Arrays.toString(given));
                }
                return given;
            }
            case "VALID" -> {
                return pads;
            }
            case "SAME_UPPER", "SAME_LOWER" -> {
                for (int i = 0; i < extents.length; i++) {
                    final long out = Math.ceilDiv(extents[i], strides[i]);
                    final long all = Math.max(0, (out - 1) * strides[i] + (taps[i] - 1) * dilations[i] + 1 - extents[i]);
                    pads[i] = mode.equals("SAME_UPPER") ? all / 2 : all - all / 2;
                    pads[extents.length + i] = all - pads[i];
                }
                return pads;
            }
            default -> throw new UnsupportedOperationException("auto_pad " + mode);
        }
    }

    /** The shape that a window makes of an input. */
    static long[] output(final long[] input, final long channels, final Window window) {
        return input.length == 3 ? new long[] {input[0], channels, window.outWidth()}
            : new long[] {input[0], channels, window.outHeight(), window.outWidth()};
    }
}
