// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The memory that a task occupies on an accelerator. What is neither scratch nor state is constant, such as weights: it is copied in and
 * never out.
 *
 * @param footprintBytes bytes with everything resident
 * @param swapBytes      the most that may be out at once; empty when the task is never swapped
 * @param objectsFile    table of its memory objects, when given
 * @param scratchBytes   of the footprint, bytes whose content is dead between two segments
 * @param stateBytes     of the footprint, bytes whose content must live on; all of it when classes are not known
 */
public record TaskMemory(
    long footprintBytes, OptionalLong swapBytes, Optional<String> objectsFile, long scratchBytes, long stateBytes) {

    /**
     * Makes memory whose classes are not known: all of it is state.
     *
     * @param footprintBytes bytes with everything resident
     * @param swapBytes      the most that may be out at once; empty when the task is never swapped
     * @param objectsFile    table of its memory objects, when given
     */
    public TaskMemory(final long footprintBytes, final OptionalLong swapBytes, final Optional<String> objectsFile) {
        this(footprintBytes, swapBytes, objectsFile, 0, footprintBytes);
    }

    /**
     * Bytes that are copied in and never out.
     *
     * @return footprint without scratch and state
     */
    public long constantBytes() {
        return footprintBytes - scratchBytes - stateBytes;
    }

    /**
     * Changes how much may be out at once.
     *
     * @param bytes the swap volume
     * @return a copy
     */
    public TaskMemory withSwapBytes(final OptionalLong bytes) {
        return new TaskMemory(footprintBytes, bytes, objectsFile, scratchBytes, stateBytes);
    }
}
