// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import java.util.List;

/**
 * Results without the jobs that a detected platform stall touched, as far as a run can tell.
 *
 * <p>Everything that is not known is kept: a job whose events were dropped, or that waited in the backlog at the end,
 * still counts with its miss, and a task with such jobs keeps its measured maximum.
 *
 * @param tasks    in the set's order
 * @param touched  jobs left out, over all tasks
 * @param untraced completed jobs that were not checked for stalls, over all tasks
 * @param stalls   how many stalls there were
 */
public record WithoutStalls(List<TaskResult> tasks, long touched, long untraced, StallCounts stalls) {

    public WithoutStalls {
        tasks = List.copyOf(tasks);
    }

    /**
     * Results of a run that counted no stalls, such as a simulation.
     *
     * @param tasks    in the set's order
     * @param touched  jobs left out, over all tasks
     * @param untraced completed jobs that were not checked for stalls
     */
    public WithoutStalls(final List<TaskResult> tasks, final long touched, final long untraced) {
        this(tasks, touched, untraced, StallCounts.NONE);
    }
}
