// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;
import java.util.function.IntFunction;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Turns bounds by rank into a verdict in the file's order. */
final class Verdicts {
    private Verdicts() {
    }

    static void require(final SchedulabilityTest test, final TaskSet set) {
        final String objection = test.applies(set);
        if (!objection.isEmpty()) {
            throw new TestNotApplicableException(objection);
        }
    }

    /**
     * Makes the verdict, memory of sets that do not swap included.
     *
     * @param test     the test's name
     * @param set      the set
     * @param order    file index of each rank
     * @param bounds   bound of each rank, nanoseconds; above the deadline where there is none
     * @param decisive rank whose failure is the reason, or -1
     * @param explain  computes the explanation of a rank; safe for any thread
     * @return the verdict
     */
    static Verdict of(final String test, final TaskSet set, final int[] order, final long[] bounds, final int decisive,
        final IntFunction<Explanation> explain) {
        final TaskVerdict[] tasks = tasks(set, order, bounds, explain);
        if (decisive >= 0) {
            return Verdict.rejected(test, Arrays.asList(tasks), tasks[order[decisive]]);
        }
        return Applicability.withMemory(set, Verdict.of(test, Arrays.asList(tasks)));
    }

    /** Makes the verdict of a test that gave up before it knew whether a rank, the decisive one, is bounded. */
    static Verdict undecided(final String test, final TaskSet set, final int[] order, final long[] bounds, final int decisive,
        final IntFunction<Explanation> explain) {
        final TaskVerdict[] tasks = tasks(set, order, bounds, explain);
        return Verdict.not(test, Arrays.asList(tasks), true, () -> tasks[order[decisive]].explanation().sentence());
    }

    private static TaskVerdict[] tasks(
        final TaskSet set, final int[] order, final long[] bounds, final IntFunction<Explanation> explain) {
        final TaskVerdict[] tasks = new TaskVerdict[set.tasks().size()];
        for (int task = 0; task < tasks.length; task++) {
            if (set.tasks().get(task).isBestEffort()) {
                tasks[task] = TaskVerdict.bestEffort(set.tasks().get(task).name());
            }
        }
        for (int rank = 0; rank < order.length; rank++) {
            final int i = rank;
            final Task task = set.tasks().get(order[i]);
            if (task.isBestEffort()) {
                continue;
            }
            final long bound = bounds[i] <= task.deadlineNs() ? bounds[i] : TaskVerdict.UNBOUNDED;
            tasks[order[i]] = new TaskVerdict(task.name(), bound, task.deadlineNs(), () -> explain.apply(i));
        }
        return tasks;
    }
}
