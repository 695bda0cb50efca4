// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.function.IntUnaryOperator;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.tactus.internal.buffer.AlignedMemory;

/**
 * The ring of events from one dispatcher: the dispatcher writes, and one reader drains. A write never waits: when the ring is full, the
 * event is dropped and counted. Neither side allocates.
 */
public final class EventRing {
    private final OneToOneRingBuffer ring;
    private final MessageHandler onMessage = this::onMessage;
    private final IntUnaryOperator generations;
    private EventHandler handler;
    private long dropped;

    /**
     * Makes a ring for tasks whose slots are not used again.
     *
     * @param bytes its size, a power of two
     */
    public EventRing(final int bytes) {
        this(bytes, slot -> 0);
    }

    /**
     * Makes a ring.
     *
     * @param bytes       its size, a power of two
     * @param generations generation of a slot's task, as the dispatcher knows it when it writes; must not allocate
     */
    public EventRing(final int bytes, final IntUnaryOperator generations) {
        this.generations = generations;
        ring = new OneToOneRingBuffer(AlignedMemory.allocate(bytes + RingBufferDescriptor.TRAILER_LENGTH));
    }

    /**
     * Writes an event. Called by the dispatcher only.
     *
     * @param type        one of {@link EventType}
     * @param timeNs      nanoseconds of the run's clock
     * @param deviceIndex index of the device
     * @param slot        the task's slot, or -1
     * @param segment     index of the segment in its task
     * @param job         number of the job, or -1
     * @param argument    depends on the type
     * @return false when the ring was full and the event was dropped
     */
    public boolean write(
        final int type, final long timeNs, final int deviceIndex, final int slot, final int segment, final long job,
        final long argument) {
        final int index = ring.tryClaim(type, EventDescriptor.LENGTH);
        if (index < 0) {
            dropped++;
            return false;
        }
        final AtomicBuffer buffer = ring.buffer();
        buffer.putLong(index + EventDescriptor.TIME_OFFSET, timeNs);
        buffer.putInt(index + EventDescriptor.DEVICE_OFFSET, deviceIndex);
        buffer.putInt(index + EventDescriptor.TASK_OFFSET, slot);
        buffer.putInt(index + EventDescriptor.SEGMENT_OFFSET, segment);
        buffer.putInt(index + EventDescriptor.GENERATION_OFFSET, slot < 0 ? 0 : generations.applyAsInt(slot));
        buffer.putLong(index + EventDescriptor.JOB_OFFSET, job);
        buffer.putLong(index + EventDescriptor.ARGUMENT_OFFSET, argument);
        ring.commit(index);
        return true;
    }

    /**
     * Takes events out, oldest first. Called by one reader only.
     *
     * @param consumer takes them
     * @param limit    most events to take
     * @return how many were taken; 0 only when there is none
     */
    public int drain(final EventHandler consumer, final int limit) {
        handler = consumer;
        final int taken = ring.read(onMessage, limit);
        // A read stops at the ring's end: one that found only the padding there has taken nothing, and more may follow.
        return taken > 0 ? taken : ring.read(onMessage, limit);
    }

    private void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        handler.onTaskEvent(type, buffer.getLong(index + EventDescriptor.TIME_OFFSET),
            buffer.getInt(index + EventDescriptor.DEVICE_OFFSET), buffer.getInt(index + EventDescriptor.TASK_OFFSET),
            buffer.getInt(index + EventDescriptor.GENERATION_OFFSET),
            buffer.getInt(index + EventDescriptor.SEGMENT_OFFSET), buffer.getLong(index + EventDescriptor.JOB_OFFSET),
            buffer.getLong(index + EventDescriptor.ARGUMENT_OFFSET));
    }

    /**
     * Tells whether the reader should not wait any longer. Called by the dispatcher only; two loads.
     *
     * @return true when at least half of the ring is not drained
     */
    public boolean isHalfFull() {
        return ring.producerPosition() - ring.consumerPosition() >= ring.capacity() >>> 1;
    }

    /**
     * Events that were written and not drained. Any thread; approximate while the ring is in use.
     *
     * @return a count, by one too high where the ring's end lies between them
     */
    public int unread() {
        return ring.size() / BitUtil.align(EventDescriptor.LENGTH + RecordDescriptor.HEADER_LENGTH, RecordDescriptor.ALIGNMENT);
    }

    /**
     * Events that were dropped because the ring was full; exact after the dispatcher has ended.
     *
     * @return a count
     */
    public long dropped() {
        return dropped;
    }
}
