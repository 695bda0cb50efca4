// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.result.TaskResult;

/**
 * What was counted of one task, as it stands at each look. Any thread may look, and a look allocates nothing. Counts of different looks
 * need not be of one instant, and are a moment older than the jobs. They stay as they were last when the task is gone: before another task
 * gets its record, the record is copied.
 */
public final class TaskCounts {
    private static final long UNKNOWN = -1;

    /** One record of {@link CountersDescriptor}, in place of which a copy comes when it is given to another task. */
    private volatile AtomicBuffer record;

    TaskCounts(final AtomicBuffer record) {
        this.record = record;
    }

    /**
     * Makes the counts of a task that is gone.
     *
     * @param counts    of its jobs
     * @param responses of its jobs, nanoseconds
     * @return counts that do not change any more
     */
    public static TaskCounts of(final TaskResult.Counts counts, final Histogram responses) {
        final UnsafeBuffer made = new UnsafeBuffer(ByteBuffer.allocateDirect(CountersDescriptor.TASK_LENGTH));
        made.putLong(CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_STOPPED);
        made.putLong(CountersDescriptor.RELEASED_OFFSET, counts.released());
        made.putLong(CountersDescriptor.JOBS_OFFSET, counts.jobs());
        made.putLong(CountersDescriptor.MISSES_OFFSET, counts.misses());
        made.putLong(CountersDescriptor.OVERRUNS_OFFSET, counts.overruns());
        made.putLong(CountersDescriptor.SKIPPED_OFFSET, counts.skipped());
        made.putLong(CountersDescriptor.ABORTED_OFFSET, counts.aborted());
        made.putLong(CountersDescriptor.LAST_OFFSET, UNKNOWN);
        made.putLong(CountersDescriptor.MOST_RESIDENT_OFFSET, UNKNOWN);
        if (counts.jobs() > 0) {
            made.putLong(CountersDescriptor.MIN_OFFSET, counts.minNs());
            made.putLong(CountersDescriptor.MAX_OFFSET, counts.maxNs());
        }
        for (final HistogramIterationValue value : responses.recordedValues()) {
            final int at = CountersDescriptor.BUCKETS_OFFSET + ResponseBuckets.indexOf(value.getValueIteratedTo()) * Long.BYTES;
            made.putLong(at, made.getLong(at) + value.getCountAddedInThisIterationStep());
        }
        return new TaskCounts(made);
    }

    /** Keeps what was counted in a copy, since the record goes to another task. By the thread that writes, before it writes. */
    AtomicBuffer keep() {
        final UnsafeBuffer copy = new UnsafeBuffer(ByteBuffer.allocateDirect(CountersDescriptor.TASK_LENGTH));
        record.getBytes(0, copy, 0, CountersDescriptor.TASK_LENGTH);
        copy.putLong(CountersDescriptor.STATE_OFFSET, CountersDescriptor.STATE_STOPPED);
        copy.putLong(CountersDescriptor.RESIDENT_OFFSET, 0);
        record = copy; // before the record is written: a reader that sees a word of the next task sees this, too
        return copy;
    }

    /** A word of this task's record. Read again when the record went to another task meanwhile; see {@link RecordVersion} for the order. */
    private long word(final int offset) {
        while (true) {
            final AtomicBuffer from = record;
            final long value = from.getLongAcquire(offset);
            if (from == record) {
                return value;
            }
        }
    }

    /**
     * Whether the task still runs.
     *
     * @return false when it has stopped
     */
    public boolean isLive() {
        return word(CountersDescriptor.STATE_OFFSET) == CountersDescriptor.STATE_LIVE;
    }

    /**
     * Counts jobs begun.
     *
     * @return a count
     */
    public long released() {
        return word(CountersDescriptor.RELEASED_OFFSET);
    }

    /**
     * Counts jobs completed.
     *
     * @return a count
     */
    public long jobs() {
        return word(CountersDescriptor.JOBS_OFFSET);
    }

    /**
     * Counts deadlines missed.
     *
     * @return a count
     */
    public long misses() {
        return word(CountersDescriptor.MISSES_OFFSET);
    }

    /**
     * Counts segments that ran past their WCET.
     *
     * @return a count
     */
    public long overruns() {
        return word(CountersDescriptor.OVERRUNS_OFFSET);
    }

    /**
     * Counts releases that became no job.
     *
     * @return a count
     */
    public long skipped() {
        return word(CountersDescriptor.SKIPPED_OFFSET);
    }

    /**
     * Counts jobs that ended without running all their segments.
     *
     * @return a count
     */
    public long aborted() {
        return word(CountersDescriptor.ABORTED_OFFSET);
    }

    /**
     * The response of the job that was completed last.
     *
     * @return nanoseconds; -1 before the first, and of a task that was gone before its counts were first asked for
     */
    public long lastNs() {
        return jobs() == 0 ? -1 : word(CountersDescriptor.LAST_OFFSET);
    }

    /**
     * The least response, exactly.
     *
     * @return nanoseconds; -1 before the first
     */
    public long minNs() {
        return jobs() == 0 ? -1 : word(CountersDescriptor.MIN_OFFSET);
    }

    /**
     * The largest response, exactly.
     *
     * @return nanoseconds; -1 before the first
     */
    public long maxNs() {
        return jobs() == 0 ? -1 : word(CountersDescriptor.MAX_OFFSET);
    }

    /**
     * A quantile of the responses: never below the true one, and at most a 32nd or 32 ns above it; of responses above 550 s the largest.
     * It is told from the first response on, also where a job alone carries it: ask {@link #jobs}.
     *
     * @param share from 0 to 1
     * @return nanoseconds; -1 before the first response
     */
    public long quantileNs(final double share) {
        long total = 0;
        for (int i = 0; i < ResponseBuckets.COUNT; i++) {
            total += bucket(i);
        }
        final long wanted = ResponseBuckets.rank(share, total);
        if (wanted == 0) {
            return -1;
        }
        int index = -1;
        for (long seen = 0; seen < wanted && index < ResponseBuckets.COUNT - 1;) { // counts only grow, so this ends within them
            seen += bucket(++index);
        }
        return ResponseBuckets.upperNs(index, maxNs());
    }

    private long bucket(final int index) {
        return word(CountersDescriptor.BUCKETS_OFFSET + index * Long.BYTES);
    }

    /**
     * Bytes of the task that are in its device's memory now.
     *
     * @return bytes; 0 of a task without memory, and of one that is gone
     */
    public long residentBytes() {
        return word(CountersDescriptor.RESIDENT_OFFSET);
    }

    /**
     * Bytes of the task in its device's memory when all of it is there.
     *
     * @return bytes; 0 of a task without memory, -1 of one that was gone before its counts were first asked for
     */
    public long mostResidentBytes() {
        return word(CountersDescriptor.MOST_RESIDENT_OFFSET);
    }

    /** For people; it allocates. */
    @Override
    public String toString() {
        return (isLive() ? "runs: " : "has ended: ") + released() + " released, " + jobs() + " jobs, " + misses() + " missed, " + overruns()
            + " overruns, " + skipped() + " skipped, " + aborted() + " aborted; response "
            + (minNs() < 0 ? "of none" : "min " + Durations.format(minNs()) + ", p50 " + Durations.format(quantileNs(0.5)) + ", p99 "
            + Durations.format(quantileNs(0.99)) + ", max " + Durations.format(maxNs()))
            + (mostResidentBytes() <= 0 ? ""
                : "; " + Sizes.format(residentBytes()) + " of " + Sizes.format(mostResidentBytes()) + " in memory");
    }
}
