// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Record of a task's live job; one slot a task. Written only by the dispatcher that the job is on. The owner changes when the
 * slot's number passes through a hand-over queue, whose release and acquire publish the record.
 * <pre>
 *   0        8        16       24       32       40       48       52       56       60       64
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+
 *  |nominal |absolute|key 1   |key 2   |job     |start   |segment |state   |aborted |skip    |
 *  |release |deadline|        |        |number  |ns      |        |        |        |next    |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+
 * </pre>
 */
public final class JobDescriptor {
    /** Nanoseconds; deadline and response count from here. */
    public static final int NOMINAL_OFFSET = 0;
    /** Nanoseconds; nominal release plus relative deadline. */
    public static final int DEADLINE_OFFSET = NOMINAL_OFFSET + SIZE_OF_LONG;
    /** First ready key: the priority, the absolute deadline under EDF, or the part of the job where mandatory parts go first. */
    public static final int KEY1_OFFSET = DEADLINE_OFFSET + SIZE_OF_LONG;
    /** Second ready key: the relative deadline, the nominal release under EDF, or the absolute deadline where mandatory parts go first. */
    public static final int KEY2_OFFSET = KEY1_OFFSET + SIZE_OF_LONG;
    /** Number of the job in its task, from 0. */
    public static final int NUMBER_OFFSET = KEY2_OFFSET + SIZE_OF_LONG;
    /** Nanoseconds; when the running segment was started. */
    public static final int START_OFFSET = NUMBER_OFFSET + SIZE_OF_LONG;
    /** Index of the current segment in the task, from 0. */
    public static final int SEGMENT_OFFSET = START_OFFSET + SIZE_OF_LONG;
    /** See the STATE constants. */
    public static final int STATE_OFFSET = SEGMENT_OFFSET + SIZE_OF_INT;
    /** 1 when the job ended without running all its segments. */
    public static final int ABORTED_OFFSET = STATE_OFFSET + SIZE_OF_INT;
    /** 1 when an overrun asks the home to skip the next release. */
    public static final int SKIP_NEXT_OFFSET = ABORTED_OFFSET + SIZE_OF_INT;
    /** Bytes of a record. */
    public static final int RECORD_LENGTH = CACHE_LINE_LENGTH;

    /** First ready key of a job in its mandatory part, where those go first. */
    public static final int MANDATORY = 0;
    /** First ready key of a job in its optional part, where mandatory parts go first. */
    public static final int OPTIONAL = 1;
    /** First ready key of a best-effort job: behind each priority and each deadline. */
    public static final long BEST_EFFORT = Long.MAX_VALUE;

    /** Waits in a device's ready queue. */
    public static final int STATE_READY = 1;
    /** Runs on a device. */
    public static final int STATE_RUNNING = 2;
    /** On its way to another device. */
    public static final int STATE_TRANSIT = 3;
    /** Ended; the slot is on its way home. */
    public static final int STATE_DONE = 4;

    private JobDescriptor() {
    }

    /**
     * Locates a job's record.
     *
     * @param tableOffset where the table begins
     * @param slot        the task's slot
     * @return offset of its job's record
     */
    public static int recordOffset(final int tableOffset, final int slot) {
        return tableOffset + slot * RECORD_LENGTH;
    }
}
