package org.tactus.internal.event;

import java.nio.file.Path;
import java.util.Arrays;
import org.tactus.result.WithoutStalls;

/**
 * Remembers every job that ended, so that the results can be computed again without those that a stall touched. It takes
 * events; put it behind the rings, on the monitor's thread. Memory: a scratch file of 40 bytes a job, mapped.
 *
 * <p>Jobs whose events were dropped, or that came after the log was full, are missing here; {@link WithoutStalls} finds out
 * how many by comparing with the counts of the dispatchers, and declares them.
 */
public final class JobLog implements EventHandler, AutoCloseable {
    /** Most jobs that a log holds unless told otherwise: 2 GiB of scratch file. */
    public static final long MAX_JOBS = 1L << 26;
    private static final long NONE = Long.MIN_VALUE;

    private final RecordFile records;
    private final long zeroNs;
    private final long[] liveNominalNs;
    private final long[] liveNumber;
    private final long[] lastEnded;
    private final long[] lastRecord;
    /** Overruns of the live job of {@link #overrunNumber}. */
    private final int[] overruns;
    private final long[] overrunNumber;
    private final long[] firstRecord;
    private final long[] stoppedAt;

    /**
     * Makes an empty log.
     *
     * @param folder       where the scratch file lies; deleted when this is closed
     * @param taskCapacity largest task index plus 1
     * @param zeroNs       time zero of the run in the clock of the events; subtracted from all times
     */
    public JobLog(final Path folder, final int taskCapacity, final long zeroNs) {
        this(folder, taskCapacity, zeroNs, MAX_JOBS);
    }

    JobLog(final Path folder, final int taskCapacity, final long zeroNs, final long maxJobs) {
        this.records = new RecordFile(folder, "jobs", JobLogDescriptor.RECORD_LENGTH, maxJobs);
        this.zeroNs = zeroNs;
        this.liveNominalNs = new long[taskCapacity];
        this.liveNumber = new long[taskCapacity];
        this.lastEnded = new long[taskCapacity];
        Arrays.fill(lastEnded, NONE);
        this.lastRecord = new long[taskCapacity];
        this.overruns = new int[taskCapacity];
        this.overrunNumber = new long[taskCapacity];
        this.firstRecord = new long[taskCapacity];
        this.stoppedAt = new long[taskCapacity];
        Arrays.fill(stoppedAt, NONE);
        Arrays.fill(liveNominalNs, NONE);
    }

    @Override
    public void onEvent(
        final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
        if (type == EventType.RELEASE) {
            if (job == 0 && stoppedAt[task] != NONE) {
                firstRecord[task] = stoppedAt[task]; // another task has taken the slot
                stoppedAt[task] = NONE;
                lastEnded[task] = NONE;
            }
            if (job > lastEnded[task]) {
                liveNominalNs[task] = argument - zeroNs;
                liveNumber[task] = job;
            }
        } else if (type == EventType.OVERRUN) {
            overrun(task, job);
        } else if (type == EventType.STOP) {
            stoppedAt[task] = records.size();
        } else if (type == EventType.COMPLETE) {
            ended(task, job, argument - zeroNs, timeNs - zeroNs, JobLogDescriptor.COMPLETE);
        } else if (type == EventType.ABORT) {
            ended(task, job, argument - zeroNs, timeNs - zeroNs, JobLogDescriptor.ABORTED);
        }
    }

    /** Of the live job, or, when the ring of another dispatcher told its end before, of the one that ended last. */
    private void overrun(final int task, final long job) {
        if (lastEnded[task] != NONE && job <= lastEnded[task]) {
            final long record = lastRecord[task];
            if (record >= 0 && number(record) == job) {
                records.putInt(record, JobLogDescriptor.OVERRUNS_OFFSET, overruns(record) + 1);
            }
            return;
        }
        overruns[task] = overrunNumber[task] == job ? overruns[task] + 1 : 1;
        overrunNumber[task] = job;
    }

    private void ended(final int task, final long job, final long nominalNs, final long endNs, final int outcome) {
        append(task, job, nominalNs, endNs, outcome);
        // Rings of several dispatchers are drained one after the other: the next job's release may be known already, or
        // this job's own may come later.
        lastEnded[task] = Math.max(lastEnded[task], job);
        if (liveNumber[task] == job) {
            liveNominalNs[task] = NONE;
        }
    }

    private void append(final int task, final long job, final long nominalNs, final long endNs, final int outcome) {
        final long record = records.append();
        if (record >= 0) {
            records.putLong(record, JobLogDescriptor.NOMINAL_OFFSET, nominalNs);
            records.putLong(record, JobLogDescriptor.END_OFFSET, endNs);
            records.putLong(record, JobLogDescriptor.NUMBER_OFFSET, job);
            records.putInt(record, JobLogDescriptor.TASK_OFFSET, task);
            records.putInt(record, JobLogDescriptor.OUTCOME_OFFSET, outcome);
            records.putInt(record, JobLogDescriptor.OVERRUNS_OFFSET, overrunNumber[task] == job ? overruns[task] : 0);
        }
        lastRecord[task] = record;
        overruns[task] = 0;
    }

    /**
     * Logs the jobs that are live when the run ends. Call it once, after the last event.
     *
     * @param endNs end of the run, nanoseconds since time zero
     */
    public void finish(final long endNs) {
        for (int task = 0; task < liveNominalNs.length; task++) {
            if (liveNominalNs[task] != NONE) {
                append(task, liveNumber[task], liveNominalNs[task], Math.max(endNs, liveNominalNs[task]), JobLogDescriptor.UNFINISHED);
                liveNominalNs[task] = NONE;
            }
        }
    }

    /**
     * Counts the jobs here.
     *
     * @return records
     */
    public long size() {
        return records.size();
    }

    /**
     * Counts the jobs that found the log full.
     *
     * @return jobs that are missing here
     */
    public long refused() {
        return records.refused();
    }

    /**
     * Tells whether a job is of the task that held its slot last; slots are used again after a removal.
     *
     * @param record from 0
     * @return false for a job of a task that was removed before
     */
    public boolean isCurrent(final long record) {
        return record >= firstRecord[task(record)];
    }

    /**
     * A job's task.
     *
     * @param record from 0
     * @return index of the task
     */
    public int task(final long record) {
        return records.intAt(record, JobLogDescriptor.TASK_OFFSET);
    }

    /**
     * A job's nominal release.
     *
     * @param record from 0
     * @return nanoseconds since time zero
     */
    public long nominalNs(final long record) {
        return records.longAt(record, JobLogDescriptor.NOMINAL_OFFSET);
    }

    /**
     * A job's end.
     *
     * @param record from 0
     * @return nanoseconds since time zero
     */
    public long endNs(final long record) {
        return records.longAt(record, JobLogDescriptor.END_OFFSET);
    }

    /**
     * A job's number in its task.
     *
     * @param record from 0
     * @return from 0
     */
    public long number(final long record) {
        return records.longAt(record, JobLogDescriptor.NUMBER_OFFSET);
    }

    /**
     * How a job ended.
     *
     * @param record from 0
     * @return one of {@link JobLogDescriptor}'s constants
     */
    public int outcome(final long record) {
        return records.intAt(record, JobLogDescriptor.OUTCOME_OFFSET);
    }

    /**
     * Segments of a job that ran past their WCET, as far as the log knows.
     *
     * @param record from 0
     * @return a count
     */
    public int overruns(final long record) {
        return records.intAt(record, JobLogDescriptor.OVERRUNS_OFFSET);
    }

    @Override
    public void close() {
        records.close();
    }
}
