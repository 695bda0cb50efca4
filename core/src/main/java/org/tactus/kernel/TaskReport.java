package org.tactus.kernel;

import org.HdrHistogram.Histogram;

/**
 * What was counted of one task, summed over the dispatchers; exact after the kernel has stopped.
 *
 * @param slot       the task's slot
 * @param released   jobs begun
 * @param completed  jobs completed
 * @param unfinished jobs begun or waiting in the backlog at the end, neither completed nor aborted
 * @param aborted    jobs that ended without running all their segments
 * @param skipped    releases that became no job
 * @param misses     jobs whose deadline passed before they were complete, or before the end
 * @param overruns   segments that ran past their WCET, those that never returned included
 * @param minNs      least response, nanoseconds; {@code Long.MAX_VALUE} when no job completed
 * @param maxNs      largest response, nanoseconds, exact
 * @param responses  all responses
 */
public record TaskReport(
    int slot, long released, long completed, long unfinished, long aborted, long skipped, long misses, long overruns, long minNs,
    long maxNs, Histogram responses) {
}
