// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.function.IntUnaryOperator;
import org.agrona.concurrent.AtomicBuffer;
import org.tactus.internal.buffer.AlignedMemory;

/**
 * The ring of events from one dispatcher: the dispatcher writes, and one reader drains. A write never waits: when the ring is full, the
 * event is dropped and counted. Neither side allocates.
 *
 * <p>All records are of one length, {@link EventDescriptor#RING_LENGTH}, so a write needs no claim, no header and no padding at the ring's
 * end: the record is written plainly, and the tail that is stored with release publishes it. The reader loads the tail with acquire, reads
 * the records below it plainly, and gives their room back by the head that it stores with release; the writer loads the head with acquire,
 * and only when the ring looks full.
 */
public final class EventRing {
    private final AtomicBuffer buffer;
    private final IntUnaryOperator generations;
    private final int capacity;
    private final int endOffset;
    private final int tailOffset;
    private final int headOffset;
    /** Number of events that were written, and where the next record begins. The dispatcher alone reads and writes these. */
    private long tail;
    private int nextOffset;
    /** Number of events that the reader had taken when the dispatcher last looked. */
    private long headSeen;
    private long dropped;

    /**
     * Makes a ring for tasks whose slots are not used again.
     *
     * @param bytes size of the records together; as many fit as are whole
     */
    public EventRing(final int bytes) {
        this(bytes, slot -> 0);
    }

    /**
     * Makes a ring.
     *
     * @param bytes       size of the records together; as many fit as are whole
     * @param generations generation of a slot's task, as the dispatcher knows it when it writes; must not allocate
     */
    public EventRing(final int bytes, final IntUnaryOperator generations) {
        this.generations = generations;
        capacity = bytes / EventDescriptor.RING_LENGTH;
        if (capacity < 1) {
            throw new IllegalArgumentException("an event ring of " + bytes + " bytes; one event takes " + EventDescriptor.RING_LENGTH);
        }
        endOffset = capacity * EventDescriptor.RING_LENGTH;
        tailOffset = EventDescriptor.tailOffset(endOffset);
        headOffset = EventDescriptor.headOffset(endOffset);
        buffer = AlignedMemory.allocate(EventDescriptor.ringBytes(endOffset));
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
        final long written = tail;
        if (written - headSeen >= capacity && isFull(written)) {
            dropped++;
            return false;
        }
        final int index = nextOffset;
        final AtomicBuffer records = buffer;
        records.putLong(index + EventDescriptor.TIME_OFFSET, timeNs);
        records.putInt(index + EventDescriptor.DEVICE_OFFSET, deviceIndex);
        records.putInt(index + EventDescriptor.TASK_OFFSET, slot);
        records.putInt(index + EventDescriptor.SEGMENT_OFFSET, segment);
        records.putInt(index + EventDescriptor.GENERATION_OFFSET, slot < 0 ? 0 : generations.applyAsInt(slot));
        records.putLong(index + EventDescriptor.JOB_OFFSET, job);
        records.putLong(index + EventDescriptor.ARGUMENT_OFFSET, argument);
        records.putInt(index + EventDescriptor.RING_TYPE_OFFSET, type);
        final int next = index + EventDescriptor.RING_LENGTH;
        nextOffset = next == endOffset ? 0 : next;
        tail = written + 1;
        // Release: a reader that finds the event counted finds its record whole.
        records.putLongRelease(tailOffset, written + 1);
        return true;
    }

    private boolean isFull(final long written) {
        // Acquire: the reader has read what it gives back, so the record may be written over.
        headSeen = buffer.getLongAcquire(headOffset);
        return written - headSeen >= capacity;
    }

    /**
     * Takes events out, oldest first. Called by one reader only. When the consumer throws, the event that it was given counts as taken.
     *
     * @param consumer takes them
     * @param limit    most events to take
     * @return how many were taken; 0 only when there is none
     */
    public int drain(final EventHandler consumer, final int limit) {
        final AtomicBuffer records = buffer;
        final long head = records.getLong(headOffset); // this thread alone writes it
        // Acquire: the records below it are whole.
        final long unread = records.getLongAcquire(tailOffset) - head;
        if (unread == 0 || limit <= 0) {
            return 0;
        }
        final int count = (int) Math.min(unread, limit);
        int index = (int) (head % capacity) * EventDescriptor.RING_LENGTH;
        int taken = 0;
        try {
            while (taken < count) {
                taken++;
                final int at = index;
                index = index + EventDescriptor.RING_LENGTH == endOffset ? 0 : index + EventDescriptor.RING_LENGTH;
                consumer.onTaskEvent(records.getInt(at + EventDescriptor.RING_TYPE_OFFSET),
                    records.getLong(at + EventDescriptor.TIME_OFFSET), records.getInt(at + EventDescriptor.DEVICE_OFFSET),
                    records.getInt(at + EventDescriptor.TASK_OFFSET), records.getInt(at + EventDescriptor.GENERATION_OFFSET),
                    records.getInt(at + EventDescriptor.SEGMENT_OFFSET), records.getLong(at + EventDescriptor.JOB_OFFSET),
                    records.getLong(at + EventDescriptor.ARGUMENT_OFFSET));
            }
        } finally {
            // Release: the loads above come before the dispatcher writes over the records.
            records.putLongRelease(headOffset, head + taken);
        }
        return count;
    }

    /**
     * Tells whether the reader should not wait any longer. Called by the dispatcher only; one load of the
     * reader's position.
     *
     * @return true when at least half of the ring is not drained
     */
    public boolean isHalfFull() {
        return tail - buffer.getLongAcquire(headOffset) >= (capacity + 1) >>> 1;
    }

    /**
     * Events that were written and not drained. Any thread; approximate while the ring is in use.
     *
     * @return a count
     */
    public int unread() {
        final long taken = buffer.getLongAcquire(headOffset); // first: the tail that is loaded after it is not behind it
        return (int) (buffer.getLongAcquire(tailOffset) - taken);
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
