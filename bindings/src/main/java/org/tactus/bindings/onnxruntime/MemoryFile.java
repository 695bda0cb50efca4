// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

import java.lang.foreign.MemorySegment;

/**
 * What stands in for a file beside a model: weights that the model says are outside of it.
 *
 * @param name  the location that the model's tensors name
 * @param bytes off-heap memory, which is only read, and only while the session is made
 */
public record MemoryFile(String name, MemorySegment bytes) {
    /**
     * Checks the memory.
     *
     * @throws IllegalArgumentException for memory on the heap, which the library cannot read
     */
    public MemoryFile {
        if (!bytes.isNative()) {
            throw new IllegalArgumentException("the weights '" + name + "' lie on the heap; off-heap memory is needed");
        }
    }
}
