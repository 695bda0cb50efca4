// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.tactus.internal.buffer.AlignedMemory;

/**
 * The ring of events from one dispatcher: the dispatcher writes, and one reader drains. A write never waits: when the ring is full, the
 * event is dropped and counted. Neither side allocates.
 */
public final class EventRing {
    private final OneToOneRingBuffer ring;
    private final AtomicBuffer buffer;
    private final MessageHandler onMessage = this::onMessage;
    /** Of each slot the task's word of its events, see {@link RingEventDescriptor}. */
    private final long[] tasks;
    private final long half;
    private EventHandler handler;
    private long dropped;
    /** Bytes of all events written, and how many they are at the least before the ring can be half full. The dispatcher's. */
    private long written;
    private long halfFullFrom;

    /**
     * Makes a ring whose events name no generation.
     *
     * @param bytes its size, a power of two
     */
    public EventRing(final int bytes) {
        this(bytes, 0);
    }

    /**
     * Makes a ring.
     *
     * @param bytes        its size, a power of two
     * @param taskCapacity slots whose tasks have a generation
     */
    public EventRing(final int bytes, final int taskCapacity) {
        ring = new OneToOneRingBuffer(AlignedMemory.allocate(bytes + RingBufferDescriptor.TRAILER_LENGTH));
        buffer = ring.buffer();
        half = bytes >>> 1;
        halfFullFrom = half - RingEventDescriptor.RECORD_LENGTH;
        tasks = new long[taskCapacity];
        for (int slot = 0; slot < taskCapacity; slot++) {
            tasks[slot] = RingEventDescriptor.pair(0, slot);
        }
    }

    /**
     * Says which task the events of a slot are of from now on. Called by the control thread while no dispatcher knows a task in the slot.
     * Hand-over: the command that admits the task publishes it to the dispatcher of its home, and each hand-over of a job to the next.
     *
     * @param slot       the slot
     * @param generation which admission the task is, from 1
     */
    public void define(final int slot, final int generation) {
        tasks[slot] = RingEventDescriptor.pair(generation, slot);
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
        return writeOf(type, timeNs, deviceIndex, taskWord(slot), segment, job, argument);
    }

    /**
     * How events name the task that is in a slot now, for who writes them when the job is already another dispatcher's: the slot may be
     * defined anew by then. Called by the dispatcher that owns the task's job.
     *
     * @param slot the task's slot, or -1
     * @return for {@link #writeOf}
     */
    public long taskWord(final int slot) {
        final long[] named = tasks;
        return slot >= 0 && slot < named.length ? named[slot] : RingEventDescriptor.pair(0, slot);
    }

    /**
     * Writes an event of a task that was named before. Called by the dispatcher only.
     *
     * @param type        one of {@link EventType}
     * @param timeNs      nanoseconds of the run's clock
     * @param deviceIndex index of the device
     * @param task        by {@link #taskWord}
     * @param segment     index of the segment in its task
     * @param job         number of the job, or -1
     * @param argument    depends on the type
     * @return false when the ring was full and the event was dropped
     */
    public boolean writeOf(
        final int type, final long timeNs, final int deviceIndex, final long task, final int segment, final long job,
        final long argument) {
        final int index = ring.tryClaim(type, RingEventDescriptor.LENGTH);
        if (index < 0) {
            dropped++;
            return false;
        }
        final AtomicBuffer records = buffer;
        records.putLong(index + RingEventDescriptor.TIME_OFFSET, timeNs);
        records.putLong(index + RingEventDescriptor.TASK_OFFSET, task);
        records.putLong(index + RingEventDescriptor.PLACE_OFFSET, RingEventDescriptor.pair(segment, deviceIndex));
        records.putLong(index + RingEventDescriptor.JOB_OFFSET, job);
        records.putLong(index + RingEventDescriptor.ARGUMENT_OFFSET, argument);
        written += RingEventDescriptor.RECORD_LENGTH;
        ring.commit(index);
        return true;
    }

    /**
     * Takes events out, oldest first. Called by one reader only. When the consumer throws, the event that it was given counts as taken.
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

    private void onMessage(final int type, final MutableDirectBuffer message, final int index, final int length) {
        final long task = message.getLong(index + RingEventDescriptor.TASK_OFFSET);
        final long place = message.getLong(index + RingEventDescriptor.PLACE_OFFSET);
        handler.onTaskEvent(type, message.getLong(index + RingEventDescriptor.TIME_OFFSET), RingEventDescriptor.low(place),
            RingEventDescriptor.low(task), RingEventDescriptor.high(task), RingEventDescriptor.high(place),
            message.getLong(index + RingEventDescriptor.JOB_OFFSET), message.getLong(index + RingEventDescriptor.ARGUMENT_OFFSET));
    }

    /**
     * Tells whether the reader should not wait any longer. Called by the dispatcher only. It looks at the ring's positions only when enough
     * was written since the last look that the ring can be half full, since a reader only makes it emptier.
     *
     * @return true when at least half of the ring is not drained
     */
    public boolean isHalfFull() {
        return written >= halfFullFrom && lookHalfFull();
    }

    private boolean lookHalfFull() {
        final long missing = half - ring.size();
        // One record less, since the padding at the ring's end is not counted among what was written, and is shorter than a record.
        halfFullFrom = written + missing - RingEventDescriptor.RECORD_LENGTH;
        return missing <= 0;
    }

    /**
     * Events that were written and not drained. Any thread; approximate while the ring is in use.
     *
     * @return a count, by one too high where the ring's end lies between them
     */
    public int unread() {
        return ring.size() / RingEventDescriptor.RECORD_LENGTH;
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
