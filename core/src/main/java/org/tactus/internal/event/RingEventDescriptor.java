// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.agrona.BitUtil.SIZE_OF_LONG;

import org.agrona.BitUtil;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;

/**
 * An event as a message of a dispatcher's ring buffer; the message type is its {@link EventType}. The dispatcher writes it, and the ring's
 * commit publishes it. Everything is a word of eight bytes, and two of them hold a pair, so that an event takes five stores.
 * <pre>
 *   0        8        16       24       32       40
 *  +--------+--------+--------+--------+--------+
 *  |time ns |task    |place   |job     |argument|
 *  +--------+--------+--------+--------+--------+
 *            task:  high half which admission the task is, or 0; low half its slot, or -1
 *            place: high half index of the segment in its task, or NO_SEGMENT; low half index of the device
 * </pre>
 */
final class RingEventDescriptor {
    static final int TIME_OFFSET = 0;
    static final int TASK_OFFSET = TIME_OFFSET + SIZE_OF_LONG;
    static final int PLACE_OFFSET = TASK_OFFSET + SIZE_OF_LONG;
    static final int JOB_OFFSET = PLACE_OFFSET + SIZE_OF_LONG;
    static final int ARGUMENT_OFFSET = JOB_OFFSET + SIZE_OF_LONG;
    /** Bytes of the message. */
    static final int LENGTH = ARGUMENT_OFFSET + SIZE_OF_LONG;
    /** Bytes that it takes in the ring. */
    static final int RECORD_LENGTH = BitUtil.align(LENGTH + RecordDescriptor.HEADER_LENGTH, RecordDescriptor.ALIGNMENT);

    private RingEventDescriptor() {
    }

    static long pair(final int high, final int low) {
        return (long) high << Integer.SIZE | Integer.toUnsignedLong(low);
    }

    static int high(final long pair) {
        return (int) (pair >> Integer.SIZE);
    }

    static int low(final long pair) {
        return (int) pair;
    }
}
