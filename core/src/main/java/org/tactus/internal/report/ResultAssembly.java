// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.report;

import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.event.Substitutions;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.model.OverrunAction;
import org.tactus.model.Task;
import org.tactus.result.PrecisionResult;
import org.tactus.result.SwapResult;
import org.tactus.result.TaskResult;

/** Turns counts into the records of a result, in the same way for a run and for a simulation. */
public final class ResultAssembly {
    private ResultAssembly() {
    }

    /**
     * Says what a device's copy engines did.
     *
     * @param counts exact: the run has ended
     * @return the figures
     */
    public static SwapResult swapped(final SwapCounts counts) {
        return new SwapResult(counts.movesIn(), counts.movesOut(), counts.chunksIn(), counts.chunksOut(), counts.chunksDropped(),
            counts.chunksBackground(), counts.cancelled(), counts.busyNs(), counts.overruns(), counts.largestShare(),
            counts.mostUsedBytes());
    }

    /**
     * Says in what precision a task's layers ran.
     *
     * @param task   a task with int8 segments
     * @param jobs   completed jobs
     * @param counts substitutions by slot
     * @param slot   the task's slot in them
     * @return the line
     */
    public static PrecisionResult precision(final Task task, final long jobs, final Substitutions counts, final int slot) {
        return PrecisionResult.of(task, jobs, counts.sum(slot), counts.least(slot), counts.most(slot));
    }

    /**
     * How many levels the segment of a task has that has most.
     *
     * @param task the task
     * @return a count; at most 1 for a task without a choice
     */
    public static int levels(final Task task) {
        return task.segments().stream().mapToInt(segment -> segment.levels().size()).max().orElse(0);
    }

    /**
     * Says why bounds do not hold: an overrun that was let go on.
     *
     * @param tasks   the tasks
     * @param results their lines, in the same order; those without the jobs that a stall touched, where stalls excuse overruns
     * @return one sentence; empty when the bounds hold
     */
    public static String overrunsVoid(final List<Task> tasks, final List<TaskResult> results) {
        final List<String> overran = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            final long overruns = results.get(i).overruns();
            if (overruns > 0 && tasks.get(i).onOverrun() == OverrunAction.CONTINUE) {
                overran.add(tasks.get(i).name() + (overruns == 1 ? " once" : " " + overruns + " times"));
            }
        }
        return overran.isEmpty() ? "" : "segments ran past their WCET and were let go on: " + String.join(", ", overran)
            + "; a bound holds only while WCETs hold: measure them again"
            + " with profile --in-place or a larger --margin, or write larger ones";
    }
}
