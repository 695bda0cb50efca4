// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_LONG;

import org.tactus.model.Segment;

/**
 * Record of the levels of a segment, one a segment. Costs and the count are written by the control thread before the task is admitted and
 * are read-only afterwards. A gain is written at any time by the program, through {@link PolicyState#gain(int, int, int, int, double)}, one
 * thread at a time for each segment, and read by the task's home dispatcher, both opaque: each value stands by itself, and a late one only
 * makes a choice worse.
 * <pre>
 *   0        8        16       24       32                264      320
 *  +--------+--------+--------+--------+------ ... ------+--------+
 *  |count   |wcet 0  |gain 0  |wcet 1  |gain 1           |        |
 *  |        |     ns |        |     ns |                 |        |
 *  +--------+--------+--------+--------+------ ... ------+--------+
 * </pre>
 */
public final class LevelDescriptor {
    /** Number of levels; 0 or 1 for a segment of one size. */
    public static final int COUNT_OFFSET = 0;
    /** Nanoseconds; WCET of level 0. */
    public static final int WCET_OFFSET = COUNT_OFFSET + SIZE_OF_LONG;
    /** Gain of level 0, the bits of a double. */
    public static final int GAIN_OFFSET = WCET_OFFSET + SIZE_OF_LONG;
    /** Bytes from one level to the next. */
    public static final int LEVEL_LENGTH = 2 * SIZE_OF_LONG;
    /** Bytes of a record. */
    public static final int RECORD_LENGTH =
        (WCET_OFFSET + Segment.MOST_LEVELS * LEVEL_LENGTH + CACHE_LINE_LENGTH - 1) & -CACHE_LINE_LENGTH;

    private LevelDescriptor() {
    }

    /**
     * Locates a segment's record.
     *
     * @param segment index over all tasks
     * @return offset of its record
     */
    public static int recordOffset(final int segment) {
        return segment * RECORD_LENGTH;
    }
}
