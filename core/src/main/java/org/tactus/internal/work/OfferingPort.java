// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.remote.OfferPort;
import org.tactus.model.Task;
import org.tactus.work.Workload;

/**
 * Lets a program write the inputs and read the outputs of offered jobs in memory segments outside the heap. The segments are always the
 * same, so a job allocates nothing: its input and its output are copied between them and the messages.
 */
public final class OfferingPort implements OfferPort {
    private final Workload.Offering offering;
    private final UnsafeBuffer input;
    private final UnsafeBuffer output;
    private final MemorySegment inputSegment;
    private final MemorySegment outputSegment;

    private OfferingPort(final Workload.Offering offering) {
        this.offering = offering;
        this.input = AlignedMemory.allocate(Math.max(1, offering.largestBytes()));
        this.output = AlignedMemory.allocate(Math.max(1, offering.largestBytes()));
        this.inputSegment = segment(input);
        this.outputSegment = segment(output);
    }

    private static MemorySegment segment(final UnsafeBuffer memory) {
        return MemorySegment.ofBuffer(memory.byteBuffer()).asSlice(memory.wrapAdjustment(), memory.capacity());
    }

    /**
     * The port of a task.
     *
     * @param offerings what the program gave, by name of the task
     * @param task      the task
     * @return an empty one where it gave nothing
     */
    public static OfferPort of(final Map<String, Workload.Offering> offerings, final Task task) {
        final Workload.Offering given = offerings.get(task.name());
        return given == null ? EMPTY : new OfferingPort(given);
    }

    @Override
    public int largestBytes() {
        return input.capacity();
    }

    @Override
    public int fill(final long number, final MutableDirectBuffer buffer, final int offset, final int room) {
        final int bytes = Math.clamp(offering.fill(number, inputSegment), 0, Math.min(room, input.capacity()));
        buffer.putBytes(offset, input, 0, bytes);
        return bytes;
    }

    @Override
    public void answered(final long number, final DirectBuffer buffer, final int offset, final int length) {
        final int bytes = Math.min(length, output.capacity());
        output.putBytes(0, buffer, offset, bytes);
        offering.answered(number, outputSegment, bytes);
    }
}
