// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The memory that a task occupies on an accelerator. What is neither scratch nor state is constant, such as weights: it is copied in and
 * never out.
 *
 * @param footprintBytes bytes with everything resident
 * @param swapBytes      the most that may be out at once; empty when the task names no swap volume
 * @param objectsFile    table of its memory objects, when given
 * @param scratchBytes   of the footprint, bytes whose content is dead between two segments
 * @param stateBytes     of the footprint, bytes whose content must live on; all of it when classes are not known
 * @param segmentConstantBytes of the constants, what each segment alone reads, from the first segment on; a segment beyond the list has
 *                       none; empty when it is not known
 * @param streamBytes    the ring budget: the most of its constants that may be in at once, so that they stream through while a job
 *                       executes; empty when the task does not stream
 */
public record TaskMemory(
    long footprintBytes, OptionalLong swapBytes, Optional<String> objectsFile, long scratchBytes, long stateBytes,
    List<Long> segmentConstantBytes, OptionalLong streamBytes) {

    public TaskMemory {
        segmentConstantBytes = List.copyOf(segmentConstantBytes);
    }

    /** Makes memory of which no segment's share is known and that does not stream; the parameters are the record's other components. */
    public TaskMemory(
        final long footprintBytes, final OptionalLong swapBytes, final Optional<String> objectsFile, final long scratchBytes,
        final long stateBytes) {
        this(footprintBytes, swapBytes, objectsFile, scratchBytes, stateBytes, List.of(), OptionalLong.empty());
    }

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
     * Memory of which nobody knows the classes, and that is never swapped. The methods that begin with {@code with} say more:
     * <pre>
     * TaskMemory.ofBytes(64L &lt;&lt; 20).withClasses(16L &lt;&lt; 20, 0).withSwapBytes(32L &lt;&lt; 20)
     * </pre>
     *
     * @param footprintBytes bytes with everything resident
     * @return the memory
     */
    public static TaskMemory ofBytes(final long footprintBytes) {
        return new TaskMemory(footprintBytes, OptionalLong.empty(), Optional.empty());
    }

    /**
     * Memory whose constants are known segment by segment, and that is never swapped.
     *
     * @param bytes what each segment alone reads, from the first one on
     * @return the memory, without scratch and state
     */
    public static TaskMemory ofConstants(final List<Long> bytes) {
        return ofBytes(bytes.stream().mapToLong(Long::longValue).reduce(0, Math::addExact)).withClasses(0, 0)
            .withSegmentConstantBytes(bytes);
    }

    /**
     * Says what the footprint consists of; the rest of it is constant.
     *
     * @param scratch bytes whose content is dead between two segments
     * @param state   bytes whose content must live on
     * @return a copy of the same footprint
     */
    public TaskMemory withClasses(final long scratch, final long state) {
        return new TaskMemory(footprintBytes, swapBytes, objectsFile, scratch, state, segmentConstantBytes, streamBytes);
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
     * Tells whether anything of the task may be out of the memory.
     *
     * @return true with a swap volume above 0, or with a ring budget
     */
    public boolean isSwapped() {
        return swapBytes.orElse(0) > 0 || streamBytes.isPresent();
    }

    /**
     * Changes how much may be out at once.
     *
     * @param bytes the swap volume
     * @return a copy
     */
    public TaskMemory withSwapBytes(final OptionalLong bytes) {
        return new TaskMemory(footprintBytes, bytes, objectsFile, scratchBytes, stateBytes, segmentConstantBytes, streamBytes);
    }

    /**
     * Changes how much may be out at once.
     *
     * @param bytes the swap volume
     * @return a copy
     */
    public TaskMemory withSwapBytes(final long bytes) {
        return withSwapBytes(OptionalLong.of(bytes));
    }

    /**
     * Lets the task stream.
     *
     * @param bytes the most of the constants that may be in at once
     * @return a copy
     */
    public TaskMemory withStreamBytes(final long bytes) {
        return withStreamBytes(OptionalLong.of(bytes));
    }

    /**
     * Changes the ring budget.
     *
     * @param bytes the most of the constants that may be in at once; empty for a task that does not stream
     * @return a copy
     */
    public TaskMemory withStreamBytes(final OptionalLong bytes) {
        return new TaskMemory(footprintBytes, swapBytes, objectsFile, scratchBytes, stateBytes, segmentConstantBytes, bytes);
    }

    /**
     * Says what each segment alone reads.
     *
     * @param bytes of the constants, from the first segment on
     * @return a copy
     */
    public TaskMemory withSegmentConstantBytes(final List<Long> bytes) {
        return new TaskMemory(footprintBytes, swapBytes, objectsFile, scratchBytes, stateBytes, bytes, streamBytes);
    }
}
