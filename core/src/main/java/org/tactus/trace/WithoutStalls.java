package org.tactus.trace;

import java.util.List;

/**
 * Results without the jobs that a detected platform stall touched, as a {@link StallJudge} finds them.
 *
 * <p>Everything that the judge does not know is kept: a job whose events were dropped, or that waited in the backlog at the end,
 * still counts with its miss, and a task with such jobs keeps its measured maximum.
 *
 * @param tasks    in the set's order
 * @param touched  jobs left out, over all tasks
 * @param untraced completed jobs that the judge does not know, over all tasks: they were not checked for stalls
 * @param stalls   how many stalls there were
 */
public record WithoutStalls(List<TaskResult> tasks, long touched, long untraced, StallCounts stalls) {

    /** How far a stall reaches. */
    public enum Reach {
        /** Jobs that were live during the stall. */
        LIVE_JOBS,
        /** Also those released until the backlog has drained. */
        BACKLOG
    }

    /** Copies the list. */
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
