// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.child;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * What the control threads of a process and its child write to each other: a command and its arguments there, {@link #GOOD} and a result or
 * {@link #BAD} and an error back. One command at a time; jobs do not come this way.
 */
final class Wire {
    /** Arguments; back: which driver answers. */
    static final int OPEN = 1;
    /** A model's bytes, or none for a network that computes nothing; back: the number of the network, its inputs and its outputs. */
    static final int LOAD = 2;
    /** A network, the path of its memory. */
    static final int MAP = 3;
    /** A network; back: whether its variable tensors were set back. */
    static final int RESET = 4;
    /** A network; an error when one of its tensors has moved. */
    static final int REQUIRE_IN_PLACE = 5;
    /** A network. */
    static final int UNLOAD = 6;

    static final int GOOD = 0;
    /** Followed by the function, the code and the message. */
    static final int BAD = 1;

    private static final int MOST_TEXT = 10_000;

    private Wire() {
    }

    /** A text that fits whatever stands in it. */
    static String text(final String text) {
        return text == null ? "" : text.substring(0, Math.min(text.length(), MOST_TEXT));
    }

    static void write(final List<TensorInfo> tensors, final DataOutputStream to) throws IOException {
        to.writeInt(tensors.size());
        for (final TensorInfo tensor : tensors) {
            to.writeUTF(tensor.name());
            to.writeInt(tensor.type().code());
            to.writeInt(tensor.shape().size());
            for (final long extent : tensor.shape()) {
                to.writeLong(extent);
            }
        }
    }

    static List<TensorInfo> read(final DataInputStream from) throws IOException {
        final List<TensorInfo> tensors = new ArrayList<>();
        for (int left = from.readInt(); left > 0; left--) {
            final String name = from.readUTF();
            final ElementType type = ElementType.of(from.readInt());
            final List<Long> shape = new ArrayList<>();
            for (int extents = from.readInt(); extents > 0; extents--) {
                shape.add(from.readLong());
            }
            tensors.add(new TensorInfo(name, type, shape));
        }
        return tensors;
    }
}
