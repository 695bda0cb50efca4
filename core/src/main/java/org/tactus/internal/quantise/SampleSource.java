// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import java.lang.foreign.MemorySegment;

/** Inputs of a model from which ranges are calibrated. Used by one thread. */
public interface SampleSource {
    /**
     * Number of samples.
     *
     * @return at least 1
     */
    int count();

    /**
     * Writes one sample.
     *
     * @param index  its number
     * @param memory the model's only input: floats, dense, in the machine's byte order
     */
    void fill(int index, MemorySegment memory);
}
