// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Record of a segment; written by the control thread before the task is admitted, read-only afterwards.
 * <pre>
 *   0        8        12       16       24       32
 *  +--------+--------+--------+--------+--------+
 *  |wcet ns |device  |offer   |offer   |rest    |
 *  |        |        |device  |wcet ns |     ns |
 *  +--------+--------+--------+--------+--------+
 * </pre>
 */
public final class SegmentDescriptor {
    /** Nanoseconds; worst-case execution time. */
    public static final int WCET_OFFSET = 0;
    /** Index of the device. */
    public static final int DEVICE_OFFSET = WCET_OFFSET + SIZE_OF_LONG;
    /** Index of the device that it may run on instead; {@link PolicyState#NONE} when it is not offered. */
    public static final int OFFER_DEVICE_OFFSET = DEVICE_OFFSET + SIZE_OF_INT;
    /** Nanoseconds; worst-case execution time there. */
    public static final int OFFER_WCET_OFFSET = OFFER_DEVICE_OFFSET + SIZE_OF_INT;
    /** Nanoseconds; WCETs of this segment and all behind it in its task. */
    public static final int REST_OFFSET = OFFER_WCET_OFFSET + SIZE_OF_LONG;
    /** Bytes of a record. */
    public static final int RECORD_LENGTH = REST_OFFSET + SIZE_OF_LONG;

    private SegmentDescriptor() {
    }

    /**
     * Locates a segment's record.
     *
     * @param tableOffset where the table begins
     * @param segment     index over all tasks
     * @return offset of its record
     */
    public static int recordOffset(final int tableOffset, final int segment) {
        return tableOffset + segment * RECORD_LENGTH;
    }
}
