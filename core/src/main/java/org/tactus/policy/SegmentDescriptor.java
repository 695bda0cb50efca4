package org.tactus.policy;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Record of a segment; written by the control thread before the task is admitted, read-only afterwards.
 * <pre>
 *   0        8        12       16
 *  +--------+--------+--------+
 *  |wcet ns |device  |unused  |
 *  +--------+--------+--------+
 * </pre>
 */
public final class SegmentDescriptor {
    /** Nanoseconds; worst-case execution time. */
    public static final int WCET_OFFSET = 0;
    /** Index of the device. */
    public static final int DEVICE_OFFSET = WCET_OFFSET + SIZE_OF_LONG;
    /** Bytes of a record. */
    public static final int RECORD_LENGTH = DEVICE_OFFSET + 2 * SIZE_OF_INT;

    private SegmentDescriptor() {
    }

    /**
     * Locates a segment's record.
     *
     * @param base    where the table begins
     * @param segment index over all tasks
     * @return offset of its record
     */
    public static int recordOffset(final int base, final int segment) {
        return base + segment * RECORD_LENGTH;
    }
}
