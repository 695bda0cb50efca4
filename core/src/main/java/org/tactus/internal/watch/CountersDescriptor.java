// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Counters and hot state of a running process in a file on tmpfs, little-endian as the machine. One thread writes the counters, the
 * dispatchers their records of the hot state (laid out by {@code policy}, opaque here); other processes read.
 * The magic number is stored with release semantics after the head, a record's state after its name and limits, and every
 * counter on its own: a reader sees each counter whole, but counters of one job may be seen one before the other. While a task's record
 * is written anew its {@code changes}, see {@link RecordVersion}, are odd: what a reader reads between two equal even ones is of one task.
 * <pre>
 *  head
 *   0        8        12       16       20       24       32       40       48       56
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--- to 128
 *  |magic   |version |tasks   |devices |segments|pid     |started |updated |ended   |dropped
 *  |        |        |        |        |        |        |ms      |ns      |        |events
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+---
 *   64       72
 *  +--------+--- to 128
 *  |hot     |
 *  |bytes   |
 *  +--------+---
 *  task, one line names it and two count
 *   0        8        16       24       32       40       48       56       64
 *  +--------+--------+--------+--------+--------+--------+--------+--------+---
 *  |state   |name    |period  |deadline|bound   |changes |resident|most    |name, 64 bytes (to 128) ...
 *  |        |length  |ns      |ns      |ns or -1|        |bytes   |resident|in the second line
 *  +--------+--------+--------+--------+--------+--------+--------+--------+---
 *   128      136      144      152      160      168      176      184      192
 *  +--------+--------+--------+--------+--------+--------+--------+--------+
 *  |released|jobs    |misses  |overruns|skipped |aborted |last    |max     |
 *  |        |        |        |        |        |        |response|response|
 *  +--------+--------+--------+--------+--------+--------+--------+--------+
 *   192      200      208      256
 *  +--------+--------+--- to 256 -----+--- 8 bytes a bucket ---
 *  |sum of  |least   |                |responses in each of the
 *  |response|response|                |ResponseBuckets
 *  +--------+--------+----------------+------------------------
 *  device
 *   0        8        16       24       32       40       48       56       64
 *  +--------+--------+--------+--------+--------+--------+--------+--------+---
 *  |state   |name    |busy ns |jobs    |runs    |resident|capacity|moves   |name, 64 bytes (to 128)
 *  |        |length  |        |present |since ns|bytes   |bytes   |ended   |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+---
 *  hot state, behind the last device: {@code hot bytes} bytes
 * </pre>
 */
public final class CountersDescriptor {
    /** First word of a file whose head is complete: {@code TACTUSCT} read as a little-endian number. */
    public static final long MAGIC = 0x5443535554434154L;
    /** Version of this layout; since 3 the owner holds a lock on the file while it lives, since 4 there are buckets and resident bytes. */
    public static final int VERSION = 4;

    /** See {@link #MAGIC}. */
    public static final int MAGIC_OFFSET = 0;
    /** See {@link #VERSION}. */
    public static final int VERSION_OFFSET = MAGIC_OFFSET + SIZE_OF_LONG;
    /** Number of task records. */
    public static final int TASK_CAPACITY_OFFSET = VERSION_OFFSET + SIZE_OF_INT;
    /** Number of device records. */
    public static final int DEVICE_COUNT_OFFSET = TASK_CAPACITY_OFFSET + SIZE_OF_INT;
    /** Number of segment records in the hot state. */
    public static final int SEGMENT_CAPACITY_OFFSET = DEVICE_COUNT_OFFSET + SIZE_OF_INT;
    /** Number of the process. */
    public static final int PID_OFFSET = SEGMENT_CAPACITY_OFFSET + SIZE_OF_INT;
    /** When it started, milliseconds since 1970. */
    public static final int STARTED_OFFSET = PID_OFFSET + SIZE_OF_LONG;
    /** Time of the last event or of the writer's last round, nanoseconds since time zero. */
    public static final int UPDATED_OFFSET = STARTED_OFFSET + SIZE_OF_LONG;
    /** 1 when the run has ended. */
    public static final int ENDED_OFFSET = UPDATED_OFFSET + SIZE_OF_LONG;
    /** Events that were lost: the counters below do not hold them. */
    public static final int DROPPED_OFFSET = ENDED_OFFSET + SIZE_OF_LONG;
    /** Bytes of the hot state; 0 without it. */
    public static final int HOT_LENGTH_OFFSET = DROPPED_OFFSET + SIZE_OF_LONG;
    /** Bytes of the head. */
    public static final int HEAD_LENGTH = 2 * CACHE_LINE_LENGTH;

    /** One of the STATE constants; of tasks and devices alike. */
    public static final int STATE_OFFSET = 0;
    /** Bytes of the name. */
    public static final int NAME_LENGTH_OFFSET = STATE_OFFSET + SIZE_OF_LONG;
    /** Where a name begins, ASCII; of tasks and devices alike. */
    public static final int NAME_OFFSET = CACHE_LINE_LENGTH;
    /** Most bytes of a name. */
    public static final int MAX_NAME_LENGTH = CACHE_LINE_LENGTH;

    /** Nanoseconds. */
    public static final int PERIOD_OFFSET = NAME_LENGTH_OFFSET + SIZE_OF_LONG;
    /** Nanoseconds. */
    public static final int DEADLINE_OFFSET = PERIOD_OFFSET + SIZE_OF_LONG;
    /** Nanoseconds; -1 without a bound. */
    public static final int BOUND_OFFSET = DEADLINE_OFFSET + SIZE_OF_LONG;
    /** How often the record was written anew, twice; odd while it is. */
    public static final int CHANGES_OFFSET = BOUND_OFFSET + SIZE_OF_LONG;
    /** Bytes of the task that are in its device's memory; 0 of a task without memory. */
    public static final int RESIDENT_OFFSET = CHANGES_OFFSET + SIZE_OF_LONG;
    /** Bytes of the task in its device's memory when all of it is there. */
    public static final int MOST_RESIDENT_OFFSET = RESIDENT_OFFSET + SIZE_OF_LONG;
    /** Jobs begun. */
    public static final int RELEASED_OFFSET = 2 * CACHE_LINE_LENGTH;
    /** Jobs completed. */
    public static final int JOBS_OFFSET = RELEASED_OFFSET + SIZE_OF_LONG;
    /** Deadlines missed. */
    public static final int MISSES_OFFSET = JOBS_OFFSET + SIZE_OF_LONG;
    /** Segments that ran past their WCET. */
    public static final int OVERRUNS_OFFSET = MISSES_OFFSET + SIZE_OF_LONG;
    /** Releases that became no job. */
    public static final int SKIPPED_OFFSET = OVERRUNS_OFFSET + SIZE_OF_LONG;
    /** Jobs that ended without running all their segments. */
    public static final int ABORTED_OFFSET = SKIPPED_OFFSET + SIZE_OF_LONG;
    /** Response of the last completed job, nanoseconds. */
    public static final int LAST_OFFSET = ABORTED_OFFSET + SIZE_OF_LONG;
    /** Largest response, nanoseconds. */
    public static final int MAX_OFFSET = LAST_OFFSET + SIZE_OF_LONG;
    /** Sum of all responses, nanoseconds. */
    public static final int SUM_OFFSET = MAX_OFFSET + SIZE_OF_LONG;
    /** Least response, nanoseconds; 0 before the first. */
    public static final int MIN_OFFSET = SUM_OFFSET + SIZE_OF_LONG;
    /** How many responses each of the {@link ResponseBuckets} holds. */
    public static final int BUCKETS_OFFSET = 4 * CACHE_LINE_LENGTH;
    /** Bytes of a task's record. */
    public static final int TASK_LENGTH = BUCKETS_OFFSET + ResponseBuckets.COUNT * SIZE_OF_LONG;

    /** Time during which segments ran that have ended, nanoseconds. */
    public static final int BUSY_OFFSET = NAME_LENGTH_OFFSET + SIZE_OF_LONG;
    /** Jobs that wait for the device or run on it. */
    public static final int PRESENT_OFFSET = BUSY_OFFSET + SIZE_OF_LONG;
    /**
     * When the segment that runs began, nanoseconds since time zero plus 1; 0 when none runs. Taken back before the segment's time is added
     * to {@link #BUSY_OFFSET}, which a reader reads first: it may miss that time for a moment, but never counts it twice.
     */
    public static final int RUNNING_SINCE_OFFSET = PRESENT_OFFSET + SIZE_OF_LONG;
    /** Bytes that tasks have in the device's memory now, the arena that they share included; 0 without memory. */
    public static final int DEVICE_RESIDENT_OFFSET = RUNNING_SINCE_OFFSET + SIZE_OF_LONG;
    /** Bytes of the device's memory; 0 without. */
    public static final int CAPACITY_OFFSET = DEVICE_RESIDENT_OFFSET + SIZE_OF_LONG;
    /** Moves of chunks that have ended. */
    public static final int MOVES_OFFSET = CAPACITY_OFFSET + SIZE_OF_LONG;
    /** Bytes of a device's record. */
    public static final int DEVICE_LENGTH = 2 * CACHE_LINE_LENGTH;

    /** Nothing is here. */
    public static final int STATE_FREE = 0;
    /** A task or a device lives here. */
    public static final int STATE_LIVE = 1;
    /** A task was here and has stopped. */
    public static final int STATE_STOPPED = 2;

    private CountersDescriptor() {
    }

    /**
     * Locates a task's record.
     *
     * @param task index of the task
     * @return offset
     */
    public static int taskOffset(final int task) {
        return HEAD_LENGTH + task * TASK_LENGTH;
    }

    /**
     * Locates a device's record.
     *
     * @param taskCapacity number of task records
     * @param device       index of the device
     * @return offset
     */
    public static int deviceOffset(final int taskCapacity, final int device) {
        return taskOffset(taskCapacity) + device * DEVICE_LENGTH;
    }

    /**
     * Locates the hot state.
     *
     * @param taskCapacity number of task records
     * @param devices      number of device records
     * @return offset, cache-line aligned
     */
    public static int hotOffset(final int taskCapacity, final int devices) {
        return deviceOffset(taskCapacity, devices);
    }
}
