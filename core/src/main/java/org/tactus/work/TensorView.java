// SPDX-License-Identifier: Apache-2.0
package org.tactus.work;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A tensor of a network where it lies. Its memory stays valid until the task is gone.
 *
 * @param name   name in the network
 * @param type   type of an element
 * @param shape  extents, outermost first
 * @param memory the elements: dense, row-major, in the machine's byte order; off the Java heap
 */
public record TensorView(String name, TensorType type, List<Long> shape, MemorySegment memory) {
    public TensorView {
        shape = List.copyOf(shape);
    }

    /**
     * Counts the elements.
     *
     * @return product of the extents
     */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
