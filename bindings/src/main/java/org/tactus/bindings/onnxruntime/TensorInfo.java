// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.util.List;

/**
 * An input or output of a model, as the runtime reports it.
 *
 * @param name  name in the graph
 * @param type  type of an element; null for what is no tensor of elements with a fixed width (a sequence, a map, strings)
 * @param shape extents; -1 where an extent is not known before a run
 */
public record TensorInfo(String name, ElementType type, List<Long> shape) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /**
     * Tells whether memory for the tensor can be laid out before a run.
     *
     * @return true for a tensor with elements of fixed width and known extents
     */
    public boolean isFixed() {
        return type != null && shape.stream().allMatch(extent -> extent >= 0);
    }

    /**
     * Number of elements.
     *
     * @return the product of the extents
     * @throws IllegalStateException for a tensor that is not fixed
     */
    public long elements() {
        if (!isFixed()) {
            throw new IllegalStateException("the shape of " + this + " is not known before a run");
        }
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /**
     * Size of the tensor.
     *
     * @return bytes
     * @throws IllegalStateException for a tensor that is not fixed
     */
    public long bytes() {
        return Math.multiplyExact(elements(), (long) type.bytes());
    }

    @Override
    public String toString() {
        return "'" + name + "' " + (type == null ? "(no tensor of numbers)" : type + shape.toString());
    }
}
