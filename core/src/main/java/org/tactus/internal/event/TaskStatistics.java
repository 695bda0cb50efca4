// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.tactus.model.Task;
import org.tactus.result.TaskResult;

/**
 * Counts one task's jobs and their response times; everything is allocated when it is made.
 *
 * <p>Each method is called by one thread at a time: {@link #released} and {@link #skipped} by the task's home dispatcher, the
 * others by the dispatcher that the job is on, which passes the writing on with the job (the hand-over queue orders the
 * writes). The values are read after the dispatchers have ended, or after their last hand-over was seen.
 *
 * <p>The histogram's range is fixed: it never grows. A response beyond it is counted at its end and in {@link #clamped}; the
 * least and the largest response are kept exactly beside it.
 */
public final class TaskStatistics {
    /** Up to how many tasks the histograms keep three digits and a wide range; beyond it two digits. */
    public static final int PRECISE_TASKS = 512;
    private static final int UNIT_SHIFT = 20;
    private static final long RANGE_FACTOR = 1024;
    private static final long HIGHEST_NS = Long.MAX_VALUE / 4;

    private final String name;
    private final long highestNs;
    /** Null while it is packed. */
    private Histogram histogram;
    private PackedHistogram packed;
    private long released;
    private long skipped;
    private long jobs;
    private long unfinished;
    private long aborted;
    private long misses;
    private long overruns;
    private long clamped;
    private long minNs = Long.MAX_VALUE;
    private long maxNs;

    /**
     * Makes a task's statistics. The range follows the deadline D: resolution D / 2^20, or 1 ns where that is less, up to
     * 1,024 D; about 160 KiB a task with three digits, 24 KiB with two.
     *
     * @param name       the task's name
     * @param deadlineNs its relative deadline, nanoseconds, above 0
     * @param taskCount  tasks that have statistics at the same time; beyond {@link #PRECISE_TASKS} two digits are kept
     */
    public TaskStatistics(final String name, final long deadlineNs, final int taskCount) {
        this.name = name;
        final long unitNs = Math.max(1, Math.min(deadlineNs >> UNIT_SHIFT, 1L << 30));
        this.highestNs = deadlineNs > HIGHEST_NS / RANGE_FACTOR ? HIGHEST_NS : Math.max(deadlineNs * RANGE_FACTOR, 1 << 20);
        this.histogram = tagged(new Histogram(unitNs, highestNs, taskCount > PRECISE_TASKS ? 2 : 3));
    }

    private Histogram tagged(final Histogram made) {
        made.setAutoResize(false);
        made.setTag(name);
        return made;
    }

    /**
     * Compresses the responses until they are looked at or recorded again: for a task that has ended, while others come. From 160 KiB
     * to some hundred bytes.
     */
    public void pack() {
        if (histogram != null) {
            packed = PackedHistogram.of(histogram);
            histogram = null;
        }
    }

    private void unpack() {
        histogram = tagged(packed.unpacked());
        packed = null;
    }

    /**
     * Makes a task's statistics.
     *
     * @param task      the task
     * @param taskCount tasks that have statistics at the same time
     */
    public TaskStatistics(final Task task, final int taskCount) {
        this(task.name(), task.horizonNs(), taskCount);
    }

    /** Counts a job that began. Called by the home dispatcher. */
    public void released() {
        released++;
    }

    /** Counts a release that became no job. Called by the home dispatcher. */
    public void skipped() {
        skipped++;
    }

    /** Counts a segment that ran past its WCET. Called by the dispatcher that the job is on. */
    public void overrun() {
        overruns++;
    }

    /**
     * Records a completed job. Called by the dispatcher that completes it.
     *
     * @param responseNs from the nominal release to the end, nanoseconds; a negative one counts as 0
     * @param missed     whether it ended after its deadline
     */
    public void record(final long responseNs, final boolean missed) {
        if (histogram == null) {
            unpack();
        }
        final long ns = Math.max(0, responseNs);
        jobs++;
        if (missed) {
            misses++;
        }
        if (ns > maxNs) {
            maxNs = ns;
        }
        if (ns < minNs) {
            minNs = ns;
        }
        if (ns > highestNs) {
            clamped++;
            histogram.recordValue(highestNs);
        } else {
            histogram.recordValue(ns);
        }
    }

    /**
     * Counts a job that ended without running all its segments. Called by the dispatcher that it was on.
     *
     * @param missed whether its deadline passed before the end of the run
     */
    public void aborted(final boolean missed) {
        aborted++;
        if (missed) {
            misses++;
        }
    }

    /**
     * Counts a job that is live when the run ends. Called after the dispatchers have ended.
     *
     * @param missed whether its deadline passed before the end of the run
     */
    public void unfinished(final boolean missed) {
        unfinished++;
        if (missed) {
            misses++;
        }
    }

    /**
     * Reads a quantile of the responses, as exact as the histogram's digits, never above the exact largest.
     *
     * @param share       from 0 to 1
     * @param leastJobs   jobs that this quantile needs
     * @return nanoseconds, or -1 when fewer jobs completed
     */
    public long quantileNs(final double share, final long leastJobs) {
        if (jobs == 0 || jobs < leastJobs) {
            return -1;
        }
        return Math.max(minNs, Math.min(maxNs, histogram().getValueAtPercentile(share * 100)));
    }

    public String name() {
        return name;
    }

    public long releasedCount() {
        return released;
    }

    public long skippedCount() {
        return skipped;
    }

    /**
     * Counts completed jobs.
     *
     * @return jobs that ran all their segments
     */
    public long jobs() {
        return jobs;
    }

    public long unfinishedCount() {
        return unfinished;
    }

    public long abortedCount() {
        return aborted;
    }

    public long misses() {
        return misses;
    }

    public long overruns() {
        return overruns;
    }

    /**
     * Counts responses beyond the histogram's range.
     *
     * @return responses counted at the range's end
     */
    public long clamped() {
        return clamped;
    }

    /**
     * The least response, exactly.
     *
     * @return nanoseconds, or -1 when no job completed
     */
    public long minNs() {
        return jobs == 0 ? -1 : minNs;
    }

    /**
     * The largest response, exactly.
     *
     * @return nanoseconds, or -1 when no job completed
     */
    public long maxNs() {
        return jobs == 0 ? -1 : maxNs;
    }

    /**
     * The distribution of responses, tagged with the task's name.
     *
     * @return the live histogram, nanoseconds; not a copy
     */
    public Histogram histogram() {
        if (histogram == null) {
            unpack();
        }
        return histogram;
    }

    /**
     * Makes the task's line of a result.
     *
     * @param task    the task
     * @param boundNs what the analysis promised, if anything
     * @return the line
     */
    public TaskResult result(final Task task, final OptionalLong boundNs) {
        return TaskResult.of(task, boundNs, new TaskResult.Counts(releasedCount(), jobs(), unfinishedCount(), abortedCount(),
            skippedCount(), misses(), overruns(), minNs(), maxNs()), histogram());
    }
}
