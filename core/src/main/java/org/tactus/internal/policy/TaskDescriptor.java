// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Record of a task. The first line is written by the control thread while the task is not admitted, and published by the
 * command that admits it; after that it is read-only. The second line is written by the home dispatcher. The third is the
 * only one that any thread writes, by compare-and-set alone: {@code last arrival}; {@code offer}, see {@link OfferWord}; and
 * {@code stop}, which holds the task's generation
 * twice, plus 1 from the moment that a stop was asked for. Both words name the generation in their first values, so a caller that
 * slept while the slot was given to another task fails to change either.
 * <pre>
 *   0        8        16       24       32       36       40       44       48       52       56       60       64
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+
 *  |period  |deadline|jitter  |seed    |priority|order   |first   |segment |home    |last    |flags   |genera- |
 *  |     ns |     ns |     ns |        |        |        |segment |count   |device  |device  |        |tion    |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+
 *  64       72       80       88       92       96       104      112      120      124      128
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+
 *  |next    |job     |consumed|state   |skip    |backlog |backlog |seen    |optional|level   |
 *  |nominal |count   |arrival |        |next    |head    |tail    |arrival |from    |        |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+
 *  128      136      140                                                                                     192
 *  +--------+--------+-----------------------------------------------------------------------------------------+
 *  |last    |stop    |     144: offer    152: first nominal                                                    |
 *  |arrival |        |                                                                                         |
 *  +--------+--------+-----------------------------------------------------------------------------------------+
 *  192                                                                                                       320
 *  +-----------------------------------------------------------------------------------------------------------+
 *  | backlog: nominal releases that wait, a ring of 16                                         (home dispatcher)|
 *  +-----------------------------------------------------------------------------------------------------------+
 * </pre>
 */
public final class TaskDescriptor {
    /** Nanoseconds; least distance of nominal releases. */
    public static final int PERIOD_OFFSET = 0;
    /** Nanoseconds; relative deadline. */
    public static final int DEADLINE_OFFSET = PERIOD_OFFSET + SIZE_OF_LONG;
    /** Nanoseconds; largest release jitter, drawn per job. */
    public static final int JITTER_OFFSET = DEADLINE_OFFSET + SIZE_OF_LONG;
    /** Seed of the jitter's draws. */
    public static final int SEED_OFFSET = JITTER_OFFSET + SIZE_OF_LONG;
    /** Fixed priority, 1 is the highest. */
    public static final int PRIORITY_OFFSET = SEED_OFFSET + SIZE_OF_LONG;
    /** File order, then order of admission. */
    public static final int ORDER_OFFSET = PRIORITY_OFFSET + SIZE_OF_INT;
    /** Index of the first segment's record. */
    public static final int FIRST_SEGMENT_OFFSET = ORDER_OFFSET + SIZE_OF_INT;
    /** Number of segments. */
    public static final int SEGMENT_COUNT_OFFSET = FIRST_SEGMENT_OFFSET + SIZE_OF_INT;
    /** Device of the first segment: its dispatcher is the task's home. */
    public static final int HOME_DEVICE_OFFSET = SEGMENT_COUNT_OFFSET + SIZE_OF_INT;
    /** Device of the last segment. */
    public static final int LAST_DEVICE_OFFSET = HOME_DEVICE_OFFSET + SIZE_OF_INT;
    /** See the FLAG constants. */
    public static final int FLAGS_OFFSET = LAST_DEVICE_OFFSET + SIZE_OF_INT;
    /** Which admission this is, from 1, over all slots: no two tasks of a state have the same. */
    public static final int GENERATION_OFFSET = FLAGS_OFFSET + SIZE_OF_INT;

    /** Nanoseconds; nominal release of the next job of a periodic task; {@code Long.MAX_VALUE} where no timer releases it. */
    public static final int NEXT_NOMINAL_OFFSET = CACHE_LINE_LENGTH;
    /** Number of jobs started so far. Published with release, after the state: who sees a job counted has seen it live. */
    public static final int JOB_COUNT_OFFSET = NEXT_NOMINAL_OFFSET + SIZE_OF_LONG;
    /** Nanoseconds; the last sporadic arrival that became a job or was counted. Published with release: callers read it. */
    public static final int CONSUMED_ARRIVAL_OFFSET = JOB_COUNT_OFFSET + SIZE_OF_LONG;
    /** See the STATE constants. Published with release. */
    public static final int STATE_OFFSET = CONSUMED_ARRIVAL_OFFSET + SIZE_OF_LONG;
    /** 1 when the next release is to be skipped. */
    public static final int SKIP_NEXT_OFFSET = STATE_OFFSET + SIZE_OF_INT;
    /** Count of releases taken from the backlog. */
    public static final int BACKLOG_HEAD_OFFSET = SKIP_NEXT_OFFSET + SIZE_OF_INT;
    /** Count of releases put into the backlog. */
    public static final int BACKLOG_TAIL_OFFSET = BACKLOG_HEAD_OFFSET + SIZE_OF_LONG;
    /** Nanoseconds; the last arrival that the home dispatcher has noticed, taken or not: its nominal release is settled. */
    public static final int SEEN_ARRIVAL_OFFSET = BACKLOG_TAIL_OFFSET + SIZE_OF_LONG;

    /** Index in the task of its first optional segment, the number of segments where there is none. Written before the task is admitted. */
    public static final int OPTIONAL_FROM_OFFSET = SEEN_ARRIVAL_OFFSET + SIZE_OF_LONG;
    /** At which level the live job's segment was chosen to run; 0 before and after. */
    public static final int LEVEL_OFFSET = OPTIONAL_FROM_OFFSET + SIZE_OF_INT;

    /** Nanoseconds; the last accepted sporadic arrival, claimed by compare-and-set by any thread. */
    public static final int LAST_ARRIVAL_OFFSET = 2 * CACHE_LINE_LENGTH;
    /** Twice the generation, plus 1 from the moment that a stop was asked for; 0 while the record is being written. */
    public static final int STOP_OFFSET = LAST_ARRIVAL_OFFSET + SIZE_OF_LONG;
    /** Which offer to a second machine is open, and whether it was answered: an {@link OfferWord}; 0 while there is none. */
    public static final int OFFER_OFFSET = LAST_ARRIVAL_OFFSET + 2 * SIZE_OF_LONG;
    /** Nanoseconds; nominal release of the first fallback. Written by the home before it opens the first offer. */
    public static final int FIRST_NOMINAL_OFFSET = OFFER_OFFSET + SIZE_OF_LONG;

    /** The backlog's ring. */
    public static final int BACKLOG_OFFSET = 3 * CACHE_LINE_LENGTH;
    /** Releases that the backlog holds. */
    public static final int BACKLOG_CAPACITY = 16;
    /** Bytes of a record. */
    public static final int RECORD_LENGTH = BACKLOG_OFFSET + BACKLOG_CAPACITY * SIZE_OF_LONG;

    /** Released on a caller's request. */
    public static final int FLAG_SPORADIC = 1;
    /** A release that finds the previous job unfinished is dropped. */
    public static final int FLAG_DROP_BACKLOG = 2;
    /** An overrun skips the next job. */
    public static final int FLAG_OVERRUN_SKIPS = 4;
    /** An overrun stops the task. */
    public static final int FLAG_OVERRUN_STOPS = 8;
    /** Segments may be offered to an accelerator's idle time. */
    public static final int FLAG_RECLAIMS = 16;
    /** Ready jobs are ordered by deadline, not by priority. */
    public static final int FLAG_EDF = 32;

    /** Ready jobs come behind those of all other tasks, in the order of nominal releases. */
    public static final int FLAG_BEST_EFFORT = 64;

    /** Of ready jobs, those in their optional parts come behind all others. */
    public static final int FLAG_MANDATORY_FIRST = 128;

    /** A periodic release becomes no job when its offer to a second machine was answered before. */
    public static final int FLAG_OFFERED = 256;

    /** The next job is released when the one before it has ended, and only the first one by the timer. */
    public static final int FLAG_AT_COMPLETION = 512;

    /** The slot was never used. */
    public static final int STATE_FREE = 0;
    /** Admitted, no live job. */
    public static final int STATE_IDLE = 1;
    /** A job is live. */
    public static final int STATE_LIVE = 2;
    /** The last job is done and no further one is released; the slot may be used anew. */
    public static final int STATE_STOPPED = 3;

    private static final long NO_ARRIVAL = Long.MIN_VALUE;
    /** Stands as the last arrival of a stopped task, so that no claim succeeds any more. */
    public static final long GATE_CLOSED = Long.MAX_VALUE;

    private TaskDescriptor() {
    }

    /**
     * The last arrival of a task that has had none. Each generation has its own, so a caller that read it cannot mistake another task's
     * for it.
     *
     * @param generation the task's generation
     * @return a time that no clock tells
     */
    public static long noArrival(final int generation) {
        return NO_ARRIVAL + generation;
    }

    /**
     * Tells an arrival from none.
     *
     * @param arrivalNs a last arrival
     * @return false for {@link #noArrival} of any task
     */
    public static boolean isArrival(final long arrivalNs) {
        return arrivalNs > NO_ARRIVAL + Integer.MAX_VALUE;
    }

    /**
     * The value of a task's stop word.
     *
     * @param generation the task's generation
     * @param stops      whether its stop was asked for
     * @return a word, never 0
     */
    public static int stopWord(final int generation, final boolean stops) {
        return generation << 1 | (stops ? 1 : 0);
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

    /**
     * Locates an entry of a task's backlog.
     *
     * @param taskOffset offset of the task's record
     * @param count      the entry's count since the task was defined
     * @return offset of the entry
     */
    public static int backlogOffset(final int taskOffset, final long count) {
        return taskOffset + BACKLOG_OFFSET + (int) (count & BACKLOG_CAPACITY - 1) * SIZE_OF_LONG;
    }
}
