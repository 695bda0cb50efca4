// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.MemorySegment;

/**
 * A weight of a model that lies where its owner put it, and that every run reads there.
 *
 * @param info   its name in the graph, its type and its extents
 * @param memory off-heap memory of its size, on the processor, which outlives the session
 */
public record PlacedWeight(TensorInfo info, MemorySegment memory) {
    /**
     * Checks the memory.
     *
     * @throws IllegalArgumentException for memory on the heap or of another size
     */
    public PlacedWeight {
        if (!memory.isNative() || memory.byteSize() != info.bytes()) {
            throw new IllegalArgumentException("weight " + info + " needs " + info.bytes() + " bytes of off-heap memory, not "
                + memory.byteSize() + (memory.isNative() ? "" : " on the heap"));
        }
    }
}
