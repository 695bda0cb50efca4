// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Record of a task's reclamation budgets and of what its live job has used of them; one record a slot. The first half is written by the
 * control thread before the task is admitted; the second by the dispatcher that the job is on, published with the job's record by
 * the hand-over queue.
 * <pre>
 *   0        8        16       20       24       32       36       40                                        64
 *  +--------+--------+--------+--------+--------+--------+--------+-------------------------------------------+
 *  |gpu time|largest |most    |device  |left    |substi- |mode    |                                           |
 *  |     ns |     ns |        |        |     ns |tutions |        |                                           |
 *  +--------+--------+--------+--------+--------+--------+--------+-------------------------------------------+
 * </pre>
 */
public final class ReclaimDescriptor {
    /** Nanoseconds; most extra execution time a job. */
    public static final int TIME_OFFSET = 0;
    /** Nanoseconds; longest segment that may be offered. */
    public static final int LARGEST_OFFSET = TIME_OFFSET + SIZE_OF_LONG;
    /** Most substitutions a job. */
    public static final int MOST_OFFSET = LARGEST_OFFSET + SIZE_OF_LONG;
    /** Index of the device that all offers of the task go to. */
    public static final int DEVICE_OFFSET = MOST_OFFSET + SIZE_OF_INT;
    /** Nanoseconds; what the live job has left. */
    public static final int LEFT_OFFSET = DEVICE_OFFSET + SIZE_OF_INT;
    /** Substitutions of the live job so far. */
    public static final int SUBSTITUTIONS_OFFSET = LEFT_OFFSET + SIZE_OF_LONG;
    /** See the MODE constants. */
    public static final int MODE_OFFSET = SUBSTITUTIONS_OFFSET + SIZE_OF_INT;
    /** Bytes of a record. */
    public static final int RECORD_LENGTH = CACHE_LINE_LENGTH;

    /** The current segment goes to its own device. */
    public static final int MODE_OWN = 0;
    /** The current segment is on its way to the device that it is offered to. */
    public static final int MODE_OFFERED = 1;
    /** The current segment runs on the device that it was offered to. */
    public static final int MODE_SUBSTITUTED = 2;

    private ReclaimDescriptor() {
    }

    /**
     * Locates a task's record.
     *
     * @param tableOffset where the table begins
     * @param slot        the task's slot
     * @return offset of its record
     */
    public static int recordOffset(final int tableOffset, final int slot) {
        return tableOffset + slot * RECORD_LENGTH;
    }
}
