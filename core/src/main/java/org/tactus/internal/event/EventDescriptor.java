// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

import org.agrona.BitUtil;

/**
 * An event. In an event file it takes {@link #LENGTH} bytes; in a dispatcher's ring its record has the task's generation in place of the
 * type, and the type behind the rest. The dispatcher writes the record, and the ring's tail publishes it.
 * <pre>
 *   0        8        12       16       20       24       32       40       44       48
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+
 *  |time ns |device  |task    |segment |genera- |job     |argument|type, in|        |
 *  |        |        |        |        |tion, or|        |        |a ring  |        |
 *  |        |        |        |        |type    |        |        |        |        |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+
 * </pre>
 * A ring is its records, and behind them the two counts, each with room around it so that it shares no cache line, nor the one that a
 * processor fetches beside it, with what the other side writes:
 * <pre>
 *   0                end       +2 lines  +4 lines  +6 lines
 *  +------------------+---------+---------+---------+
 *  |records           |         |tail     |head     |
 *  |                  |         |(writer) |(reader) |
 *  +------------------+---------+---------+---------+
 * </pre>
 */
public final class EventDescriptor {
    /** Nanoseconds of the run's clock. */
    public static final int TIME_OFFSET = 0;
    /** Index of the device. */
    public static final int DEVICE_OFFSET = TIME_OFFSET + SIZE_OF_LONG;
    /** Index of the task, or -1. */
    public static final int TASK_OFFSET = DEVICE_OFFSET + SIZE_OF_INT;
    /** Index of the segment in its task, or {@link EventType#NO_SEGMENT}. */
    public static final int SEGMENT_OFFSET = TASK_OFFSET + SIZE_OF_INT;
    /** One of {@link EventType}; in an event file only. */
    public static final int TYPE_OFFSET = SEGMENT_OFFSET + SIZE_OF_INT;
    /** Which admission the task is, or 0; in a ring only. */
    public static final int GENERATION_OFFSET = TYPE_OFFSET;
    /** Number of the job in its task, or -1. */
    public static final int JOB_OFFSET = TYPE_OFFSET + SIZE_OF_INT;
    /** Depends on the type. */
    public static final int ARGUMENT_OFFSET = JOB_OFFSET + SIZE_OF_LONG;
    /** Bytes of an event in a file. */
    public static final int LENGTH = ARGUMENT_OFFSET + SIZE_OF_LONG;
    /** One of {@link EventType}; in a ring only. */
    public static final int RING_TYPE_OFFSET = LENGTH;
    /** Bytes of an event in a ring. */
    public static final int RING_LENGTH = RING_TYPE_OFFSET + SIZE_OF_LONG;

    private static final int APART = 2 * BitUtil.CACHE_LINE_LENGTH;

    private EventDescriptor() {
    }

    /**
     * Locates a ring's tail: how many events were written. Written by the dispatcher, with release after the record.
     *
     * @param recordsEnd where the records end
     * @return offset of the count
     */
    public static int tailOffset(final int recordsEnd) {
        return BitUtil.align(recordsEnd, BitUtil.CACHE_LINE_LENGTH) + APART;
    }

    /**
     * Locates a ring's head: how many events were taken. Written by the reader, with release after it has read them.
     *
     * @param recordsEnd where the records end
     * @return offset of the count
     */
    public static int headOffset(final int recordsEnd) {
        return tailOffset(recordsEnd) + APART;
    }

    /**
     * Bytes that a ring takes.
     *
     * @param recordsEnd where the records end
     * @return bytes
     */
    public static int ringBytes(final int recordsEnd) {
        return headOffset(recordsEnd) + APART;
    }
}
