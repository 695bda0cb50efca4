// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.Set;
import org.HdrHistogram.Histogram;
import org.tactus.internal.event.LevelCounts;
import org.tactus.internal.event.Substitutions;
import org.tactus.internal.policy.OverdueReleases;
import org.tactus.internal.policy.PolicyState;
import org.tactus.result.TaskResult;

/**
 * The counts of one task, summed over the dispatchers; exact after the kernel has stopped.
 *
 * @param slot       the task's slot
 * @param released   jobs begun
 * @param completed  jobs completed
 * @param unfinished jobs begun or waiting in the backlog at the end, neither completed nor aborted
 * @param aborted    jobs that ended without running all their segments
 * @param skipped    releases that became no job
 * @param lost       periodic releases that came due and that no dispatcher took, since the home was stuck or dead
 * @param misses     jobs and lost releases whose deadline passed before they were complete, or before the end
 * @param overruns   segments that ran past their WCET, those that never returned included
 * @param minNs      least response, nanoseconds; {@code Long.MAX_VALUE} when no job completed
 * @param maxNs      largest response, nanoseconds, exact
 * @param responses  all responses
 * @param substitutions segments that ran on the accelerator that they were offered to
 * @param levels     at which levels segments ran that have several
 * @param stopped    whether the task was stopped by an error, an overrun or a lost device
 */
public record TaskReport(
    int slot, long released, long completed, long unfinished, long aborted, long skipped, long lost, long misses, long overruns,
    long minNs, long maxNs, Histogram responses, Substitutions substitutions, LevelCounts levels, boolean stopped) {

    /** The counts alone. */
    TaskResult.Counts counts() {
        return new TaskResult.Counts(released, completed, unfinished, aborted, skipped, misses, overruns, minNs, maxNs, lost, stopped);
    }

    /** The same counts with other responses. */
    TaskReport withResponses(final Histogram other) {
        return new TaskReport(slot, released, completed, unfinished, aborted, skipped, lost, misses, overruns, minNs, maxNs, other,
            substitutions, levels, stopped);
    }

    /**
     * Counts a task over the dispatchers; what is live at the end and past its deadline is a miss, finished or not. While the dispatchers
     * run, the counts may be a moment old and need not be of one instant.
     */
    static TaskResult.Counts counts(
        final int slot, final TaskTable tasks, final Dispatcher[] dispatchers, final PolicyState state, final long endNs) {
        final OverdueReleases overdue = new OverdueReleases(state);
        final boolean removing = tasks.isRemoving(slot); // nothing is due any more
        long released = 0;
        long completed = 0;
        long aborted = 0;
        long skipped = 0;
        long misses = 0;
        long overruns = 0;
        long minNs = Long.MAX_VALUE;
        long maxNs = 0;
        for (final Dispatcher dispatcher : dispatchers) {
            final Recorder recorder = dispatcher.recorder;
            released += recorder.released[slot];
            completed += recorder.completed[slot];
            aborted += recorder.aborted[slot];
            skipped += recorder.skipped[slot];
            misses += recorder.misses[slot];
            overruns += recorder.overruns[slot];
            if (recorder.completed[slot] > 0) {
                minNs = Math.min(minNs, recorder.minNs[slot]);
                maxNs = Math.max(maxNs, recorder.maxNs[slot]);
            }
        }
        final long live = released - completed - aborted;
        if (live > 0 && state.absoluteDeadlineNs(slot) < endNs) {
            misses++;
        }
        for (final Dispatcher dispatcher : dispatchers) {
            if (dispatcher.runningWord.startNs() != 0 && dispatcher.runningWord.slot() == slot
                && dispatcher.runningWord.generation() == state.generation(slot)) {
                overruns++; // it has not come back
            }
        }
        return new TaskResult.Counts(released, completed, live + state.backlog(slot), aborted, skipped,
            misses + state.backlogMisses(slot, endNs) + (removing ? 0 : overdue.lostMisses(slot, endNs)), overruns, minNs, maxNs,
            removing ? 0 : overdue.lost(slot, endNs), tasks.hasFailed(slot));
    }

    /** Sums a task over the dispatchers when they have ended, or when it has stopped. */
    static TaskReport sum(
        final int slot, final TaskTable tasks, final Dispatcher[] dispatchers, final PolicyState state, final long endNs) {
        final TaskResult.Counts counts = counts(slot, tasks, dispatchers, state, endNs);
        final Set<Integer> lastDevices = TaskTable.lastDevices(tasks.placed(slot));
        final LevelCounts levels = new LevelCounts(1);
        final Substitutions substitutions = new Substitutions(1); // not one for each slot: it is kept for every task of the run
        Histogram responses = null;
        for (final Dispatcher dispatcher : dispatchers) {
            substitutions.add(0, dispatcher.recorder.substitutions, slot);
            levels.add(0, dispatcher.recorder.levels, slot);
            if (lastDevices.contains(dispatcher.deviceIndex)) {
                final Histogram here = dispatcher.recorder.responses[slot].copy();
                if (responses != null) {
                    here.add(responses);
                }
                responses = here;
            }
        }
        return new TaskReport(slot, counts.released(), counts.jobs(), counts.unfinished(), counts.aborted(), counts.skipped(),
            counts.lost(), counts.misses(), counts.overruns(), counts.minNs(), counts.maxNs(), responses, substitutions,
            levels, counts.stopped());
    }
}
