// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * An event of an event file.
 * <pre>
 *   0        8        12       16       20       24       32       40
 *  +--------+--------+--------+--------+--------+--------+--------+
 *  |time ns |device  |task    |segment |type    |job     |argument|
 *  +--------+--------+--------+--------+--------+--------+--------+
 * </pre>
 * In a dispatcher's ring it is {@link RingEventDescriptor}.
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
    /** One of {@link EventType}. */
    public static final int TYPE_OFFSET = SEGMENT_OFFSET + SIZE_OF_INT;
    /** Number of the job in its task, or -1. */
    public static final int JOB_OFFSET = TYPE_OFFSET + SIZE_OF_INT;
    /** Depends on the type. */
    public static final int ARGUMENT_OFFSET = JOB_OFFSET + SIZE_OF_LONG;
    /** Bytes of an event. */
    public static final int LENGTH = ARGUMENT_OFFSET + SIZE_OF_LONG;

    private EventDescriptor() {
    }
}
