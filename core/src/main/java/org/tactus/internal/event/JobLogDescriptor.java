package org.tactus.internal.event;

import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Record of a job that ended, in a {@link JobLog}. Written by the monitor, read by the same thread or after it has ended;
 * nothing is published.
 * <pre>
 *   0        8        16       24       28       32       36       40
 *  +--------+--------+--------+--------+--------+--------+--------+
 *  |nominal |end     |job     |task    |how it  |overruns|unused  |
 *  |release |ns      |number  |index   |ended   |        |        |
 *  +--------+--------+--------+--------+--------+--------+--------+
 * </pre>
 */
public final class JobLogDescriptor {
    /** Nanoseconds since time zero. */
    public static final int NOMINAL_OFFSET = 0;
    /** Nanoseconds since time zero; of a job that is live at the end of the run, that end. */
    public static final int END_OFFSET = NOMINAL_OFFSET + SIZE_OF_LONG;
    /** Number of the job in its task, from 0. */
    public static final int NUMBER_OFFSET = END_OFFSET + SIZE_OF_LONG;
    /** Index of the task. */
    public static final int TASK_OFFSET = NUMBER_OFFSET + SIZE_OF_LONG;
    /** One of the constants below. */
    public static final int OUTCOME_OFFSET = TASK_OFFSET + SIZE_OF_INT;
    /** Segments of the job that ran past their WCET. */
    public static final int OVERRUNS_OFFSET = OUTCOME_OFFSET + SIZE_OF_INT;
    /** Bytes of a record. */
    public static final int RECORD_LENGTH = OVERRUNS_OFFSET + SIZE_OF_LONG;

    /** It ran all its segments. */
    public static final int COMPLETE = 1;
    /** It ended without running all its segments. */
    public static final int ABORTED = 2;
    /** It was live when the run ended. */
    public static final int UNFINISHED = 3;

    private JobLogDescriptor() {
    }
}
