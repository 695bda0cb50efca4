// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Records of the lanes of one preemptive device. The first line of a lane's record is written by the control thread while the lane has no
 * task; the command that admits its first task comes after it. The second is written by the lane's thread, each word with release, but for
 * what a demotion leaves, which the monitor writes once.
 * Behind the records each lane has two rows of marks, one mark for each lane, which its own thread writes: the first when it wakes, the
 * second while no segment of it runs; the start of the segment in {@link RunningWord} publishes that one to the monitor.
 * <pre>
 *   0        8        16                                64       72       80       88       96                 128
 *  +--------+--------+---------------------------------+--------+--------+--------+--------+------------------+
 *  |priority|deadline|                                 |own     |awake   |wakes   |demoted |                  |
 *  |        |     ns |                                 |     ns |since ns|        |own ns+1|                  |
 *  +--------+--------+---------------------------------+--------+--------+--------+--------+------------------+
 *   a mark:
 *   0        8        16
 *  +--------+--------+
 *  |own     |wakes   |
 *  |     ns |        |
 *  +--------+--------+
 * </pre>
 */
final class LaneDescriptor {
    /** Priority of the lane's tasks; {@code Long.MAX_VALUE} while the lane has no rank. */
    static final int PRIORITY_OFFSET = 0;
    /** Nanoseconds; relative deadline of the lane's tasks, which ranks lanes of one priority. */
    static final int DEADLINE_OFFSET = PRIORITY_OFFSET + SIZE_OF_LONG;
    /** Nanoseconds; the time that the lane has run, without the stretch that has begun. */
    static final int OWN_OFFSET = CACHE_LINE_LENGTH;
    /** Nanoseconds; when it woke; 0 while it sleeps. */
    static final int AWAKE_SINCE_OFFSET = OWN_OFFSET + SIZE_OF_LONG;
    /** How often it woke. */
    static final int WAKES_OFFSET = AWAKE_SINCE_OFFSET + SIZE_OF_LONG;
    /** Nanoseconds, and one more; the time that the lane had run when it lost its level for good; 0 while it has it. */
    static final int DEMOTED_OFFSET = WAKES_OFFSET + SIZE_OF_LONG;
    /** Bytes of a lane's record. */
    static final int RECORD_LENGTH = 2 * CACHE_LINE_LENGTH;

    /** Of a mark: how long the other lane had run. */
    static final int MARKED_OWN_OFFSET = 0;
    /** Of a mark: how often the other lane had woken. */
    static final int MARKED_WAKES_OFFSET = MARKED_OWN_OFFSET + SIZE_OF_LONG;
    private static final int MARK_LENGTH = MARKED_WAKES_OFFSET + SIZE_OF_LONG;

    private LaneDescriptor() {
    }

    static int bytes(final int lanes) {
        return sinceWake(lanes, lanes);
    }

    static int lane(final int lane) {
        return lane * RECORD_LENGTH;
    }

    /** The row that a lane writes when it wakes. */
    static int sinceWake(final int lanes, final int lane) {
        return lane(lanes) + 2 * lane * rowLength(lanes);
    }

    /** The row that a lane writes when a time begins of which it wants to know what was taken. */
    static int sinceMark(final int lanes, final int lane) {
        return sinceWake(lanes, lane) + rowLength(lanes);
    }

    /** Rows begin at cache lines of their own. */
    private static int rowLength(final int lanes) {
        return (lanes * MARK_LENGTH + CACHE_LINE_LENGTH - 1) / CACHE_LINE_LENGTH * CACHE_LINE_LENGTH;
    }

    /** A row's mark of a lane. */
    static int mark(final int row, final int other) {
        return row + other * MARK_LENGTH;
    }
}
