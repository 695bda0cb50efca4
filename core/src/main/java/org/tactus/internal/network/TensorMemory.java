// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.lang.foreign.MemorySegment;

/** Memory in which the segments of one device have their tensors. Used by a control thread; closed by the model that was given it. */
public interface TensorMemory extends AutoCloseable {
    /**
     * Makes room for a tensor.
     *
     * @param bytes its size, above 0
     * @return zeroed off-heap memory, aligned to 64 bytes, that holds until {@link #close}; of a device's memory, a view of its address
     */
    MemorySegment allocate(long bytes);

    /**
     * Makes room for what a segment makes and uses up while it runs.
     *
     * @param bytes its size, above 0
     * @return off-heap memory like that of a tensor, which segments that are run one after another may share
     */
    default MemorySegment scratch(final long bytes) {
        return allocate(bytes);
    }

    /**
     * Where a runtime for processors computes on memory of this place: it plays the device whose memory it is.
     *
     * @param there what {@link #allocate} or {@link #scratch} gave, or where weights were put
     * @return the same bytes, as the host accesses them
     */
    default MemorySegment asComputedOn(final MemorySegment there) {
        return there;
    }

    /** Frees everything. Called after the last run. */
    @Override
    void close();
}
