package org.tactus.result;

import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.tactus.internal.event.TaskStatistics;
import org.tactus.model.Task;

/**
 * One task's line of a result. All times nanoseconds, from the nominal release.
 *
 * @param name       the task
 * @param periodNs   its period
 * @param deadlineNs its relative deadline
 * @param boundNs    worst-case response that the analysis promised; empty when there is none
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
 */
public record TaskResult(
    String name, long periodNs, long deadlineNs, OptionalLong boundNs, long released, long jobs, long unfinished, long aborted,
    long skipped, long misses, long overruns, OptionalLong minNs, OptionalLong p50Ns, OptionalLong p99Ns, OptionalLong p999Ns,
    OptionalLong maxNs) {
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
     */
    public record Counts(
        long released, long jobs, long unfinished, long aborted, long skipped, long misses, long overruns, long minNs, long maxNs) {
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
            counts.jobs == 0 ? OptionalLong.empty() : OptionalLong.of(counts.maxNs));
    }

    /**
     * Makes a line from statistics.
     *
     * @param task       the task
     * @param boundNs    what the analysis promised, if anything
     * @param statistics what was recorded of it
     * @return the line
     */
    public static TaskResult of(final Task task, final OptionalLong boundNs, final TaskStatistics statistics) {
        return of(task, boundNs, new Counts(statistics.releasedCount(), statistics.jobs(), statistics.unfinishedCount(),
            statistics.abortedCount(), statistics.skippedCount(), statistics.misses(), statistics.overruns(), statistics.minNs(),
            statistics.maxNs()), statistics.histogram());
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
     * How much of the bound was used.
     *
     * @return largest response over bound; NaN without either
     */
    public double tightness() {
        return boundNs.isEmpty() || maxNs.isEmpty() ? Double.NaN : (double) maxNs.getAsLong() / boundNs.getAsLong();
    }
}
