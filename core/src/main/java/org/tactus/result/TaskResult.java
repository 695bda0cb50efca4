// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import java.util.Optional;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.tactus.model.Task;

/**
 * The result of one task. All times are nanoseconds from the nominal release.
 *
 * @param name       the task
 * @param periodNs   its period; {@link Task#NO_PERIOD} of a task that is always ready
 * @param deadlineNs its relative deadline
 * @param boundNs    worst-case response that the analysis promised, the largest where it changed; empty when there is none
 * @param released   jobs begun
 * @param jobs       jobs completed
 * @param unfinished jobs live or waiting at the end
 * @param aborted    jobs that ended without running all their segments
 * @param skipped    releases that became no job
 * @param misses     jobs whose deadline passed before they were complete, or before the end
 * @param overruns   segments that ran past their WCET
 * @param minNs      least response, exact; empty without a completed job
 * @param p50Ns      median; empty without a completed job
 * @param p99Ns      empty below 100 jobs
 * @param p999Ns     empty below 1,000 jobs
 * @param maxNs      largest response, exact; empty without a completed job
 * @param lost       periodic releases that came due and that no dispatcher took, since the home was stuck or dead; their misses count
 * @param stopped    whether the task was stopped by an error, an overrun or a lost device
 * @param held       the bounds that were in force, one after the other; empty where no history was kept
 */
public record TaskResult(
    String name, long periodNs, long deadlineNs, OptionalLong boundNs, long released, long jobs, long unfinished, long aborted,
    long skipped, long misses, long overruns, OptionalLong minNs, OptionalLong p50Ns, OptionalLong p99Ns, OptionalLong p999Ns,
    OptionalLong maxNs, long lost, boolean stopped, Optional<BoundsHeld> held) {
    private static final long P99_JOBS = 100;
    private static final long P999_JOBS = 1000;

    /**
     * Counts of one task, as its dispatchers kept them.
     *
     * @param released   jobs begun
     * @param jobs       jobs completed
     * @param unfinished jobs live or waiting at the end
     * @param aborted    jobs that ended without running all their segments
     * @param skipped    releases that became no job
     * @param misses     jobs whose deadline passed before they were complete, or before the end
     * @param overruns   segments that ran past their WCET
     * @param minNs      least response; ignored without a completed job
     * @param maxNs      largest response; ignored without a completed job
     * @param lost       periodic releases that came due and that no dispatcher took
     * @param stopped    whether the task was stopped by an error, an overrun or a lost device
     */
    public record Counts(
        long released, long jobs, long unfinished, long aborted, long skipped, long misses, long overruns, long minNs, long maxNs,
        long lost, boolean stopped) {

        /** Makes counts of a task that lost no release and was not stopped; the parameters are the record's other components. */
        public Counts(
            final long released, final long jobs, final long unfinished, final long aborted, final long skipped, final long misses,
            final long overruns, final long minNs, final long maxNs) {
            this(released, jobs, unfinished, aborted, skipped, misses, overruns, minNs, maxNs, 0, false);
        }
    }

    /**
     * Makes a line from counts and the distribution of responses.
     *
     * @param task      the task
     * @param boundNs   what the analysis promised, if anything
     * @param counts    what was counted
     * @param responses all completed jobs' responses, nanoseconds
     * @return the line, with the quantiles that the number of jobs can carry
     */
    public static TaskResult of(final Task task, final OptionalLong boundNs, final Counts counts, final Histogram responses) {
        return new TaskResult(task.name(), task.periodNs(), task.deadlineNs(), boundNs, counts.released, counts.jobs,
            counts.unfinished, counts.aborted, counts.skipped, counts.misses, counts.overruns,
            counts.jobs == 0 ? OptionalLong.empty() : OptionalLong.of(counts.minNs),
            quantile(responses, 50, counts, 1), quantile(responses, 99, counts, P99_JOBS),
            quantile(responses, 99.9, counts, P999_JOBS),
            counts.jobs == 0 ? OptionalLong.empty() : OptionalLong.of(counts.maxNs), counts.lost, counts.stopped,
            Optional.empty());
    }

    /**
     * Adds the bounds that held one after the other; the largest of them stands beside the largest response.
     *
     * @param history what held
     * @return a copy
     */
    public TaskResult withHeld(final BoundsHeld history) {
        return new TaskResult(name, periodNs, deadlineNs, history.bounds().isEmpty() ? boundNs : history.largestNs(), released, jobs,
            unfinished, aborted, skipped, misses, overruns, minNs, p50Ns, p99Ns, p999Ns, maxNs, lost, stopped,
            Optional.of(history));
    }

    /** The histogram rounds up to its digits; the exact extremes beside it bound what is printed. */
    private static OptionalLong quantile(
        final Histogram responses, final double percentile, final Counts counts, final long leastJobs) {
        if (counts.jobs < leastJobs || responses.getTotalCount() == 0) {
            return OptionalLong.empty();
        }
        final long ns = responses.getValueAtPercentile(percentile);
        return OptionalLong.of(Math.max(counts.minNs, Math.min(counts.maxNs, ns)));
    }

    /**
     * Whether the task's jobs can be late.
     *
     * @return false for a best-effort task
     */
    public boolean hasDeadline() {
        return deadlineNs != Task.NO_DEADLINE;
    }

    /**
     * Whether the task has a period.
     *
     * @return false for a task whose next job is released when the one before it has ended
     */
    public boolean hasPeriod() {
        return periodNs != Task.NO_PERIOD;
    }

    /**
     * How fast jobs were completed.
     *
     * @param durationNs duration of the run, nanoseconds, above 0
     * @return completed jobs a second
     */
    public double jobsPerSecond(final long durationNs) {
        return jobs * 1e9 / durationNs;
    }

    /**
     * The jobs that can have missed their deadlines; at least as many as did.
     *
     * @return those completed, aborted, live or waiting at the end, and releases that no dispatcher took
     */
    public long candidates() {
        return jobs + unfinished + aborted + lost;
    }

    /**
     * How much of the bound was used.
     *
     * @return largest response over bound; NaN without either
     */
    public double tightness() {
        return boundNs.isEmpty() || maxNs.isEmpty() ? Double.NaN : (double) maxNs.getAsLong() / boundNs.getAsLong();
    }
}
