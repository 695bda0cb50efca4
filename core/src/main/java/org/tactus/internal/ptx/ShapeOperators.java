// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tactus.internal.graph.NodeAttributes;

/** The shapes that Flatten, Reshape, Squeeze and Unsqueeze give the same numbers. */
final class ShapeOperators {
    private final Values values;
    private final NodeProto node;
    private final long[] from;

    ShapeOperators(final Values values, final NodeProto node) {
        this.values = values;
        this.node = node;
        from = values.shape(node.getInput(0));
    }

    long[] shape() {
        return switch (node.getOpType()) {
            case "Flatten" -> flatten();
            case "Reshape" -> reshape();
            case "Squeeze" -> squeeze();
            default -> unsqueeze();
        };
    }

    private long[] flatten() {
        final long axis = NodeAttributes.integer(node, "axis", 1);
        final int at = (int) (axis < 0 ? axis + from.length : axis);
        final long rows = Values.elements(Arrays.copyOf(from, at));
        return new long[] {rows, Values.elements(from) / rows};
    }

    private long[] reshape() {
        final long[] wanted = Values.isGiven(node, 1) ? values.longs(node.getInput(1)).clone() : NodeAttributes.integers(node, "shape");
        long known = 1;
        int open = -1;
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] == 0 && NodeAttributes.integer(node, "allowzero", 0) == 0) {
                wanted[i] = from[i];
            }
            if (wanted[i] == -1) {
                open = i;
            } else {
                known *= wanted[i];
            }
        }
        if (open >= 0) {
            wanted[open] = Values.elements(from) / known;
        }
        if (Values.elements(wanted) != Values.elements(from)) {
            throw new UnsupportedOperationException(Arrays.toString(from) + " as " + Arrays.toString(wanted));
        }
        return wanted;
    }

    private long[] axes() {
        return Values.isGiven(node, 1) ? values.longs(node.getInput(1)) : NodeAttributes.integers(node, "axes");
    }

    private long[] squeeze() {
        final long[] axes = Arrays.stream(axes()).map(axis -> Math.floorMod(axis, from.length)).toArray();
        return IntStream.range(0, from.length)
            .filter(i -> axes.length == 0 ? from[i] != 1 : LongStream.of(axes).noneMatch(axis -> axis == i)).mapToLong(i -> from[i])
            .toArray();
    }

    private long[] unsqueeze() {
        final long[] given = axes();
        final int rank = from.length + given.length;
        final long[] axes = Arrays.stream(given).map(axis -> Math.floorMod(axis, rank)).toArray();
        final long[] made = new long[rank];
        int next = 0;
        for (int i = 0; i < rank; i++) {
            final int at = i;
            made[i] = LongStream.of(axes).anyMatch(axis -> axis == at) ? 1 : from[next++];
        }
        return made;
    }
}
