// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Memory of a device in which not only a network's tensors lie but its weights, too, in place of the runtime's own. */
public interface WeightMemory extends TensorMemory {
    /**
     * Puts the weights of one segment there.
     *
     * @param segment which, or the number of segments and which of their substitutes
     * @param bytes  how much they take, above 0
     * @param writer writes them into memory of that size on the host, from which they are copied
     * @return where they lie from now on, aligned to 64 bytes; it can be read until the next network is put into the device's memory,
     *         and then whenever all of its chunks are in
     */
    MemorySegment put(int segment, long bytes, Consumer<MemorySegment> writer);

    /**
     * Sees to it that the weights of one segment can be read now, where the memory cannot hold those of all segments at once; those of
     * others may then not be read.
     *
     * @param segment which
     */
    default void bringIn(final int segment) {
        // all are always in
    }
}
