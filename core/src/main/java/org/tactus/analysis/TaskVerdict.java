// SPDX-License-Identifier: Apache-2.0
package org.tactus.analysis;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.tactus.internal.time.Durations;
import org.tactus.model.Task;

/**
 * The verdict of a test on one task. Immutable; the explanation is computed when it is first asked for, by the caller's thread.
 */
public final class TaskVerdict {
    /** Value of {@link #responseBoundNs()} where the response is not bounded within the deadline. */
    public static final long UNBOUNDED = -1;

    private final String name;
    private final long responseBoundNs;
    private final long deadlineNs;
    private final Supplier<Explanation> source;
    private final boolean bestEffort;
    private Explanation explanation;

    /**
     * Makes a verdict.
     *
     * @param name            the task's name
     * @param responseBoundNs largest response from the nominal release, nanoseconds, at most the deadline; or {@link #UNBOUNDED}
     * @param deadlineNs      relative deadline, nanoseconds
     * @param source          computes the explanation; called at most once a thread, must not depend on mutable state
     */
    public TaskVerdict(final String name, final long responseBoundNs, final long deadlineNs, final Supplier<Explanation> source) {
        this(name, responseBoundNs, deadlineNs, source, false);
    }

    private TaskVerdict(
        final String name, final long responseBoundNs, final long deadlineNs, final Supplier<Explanation> source,
        final boolean bestEffort) {
        if (responseBoundNs != UNBOUNDED && (responseBoundNs < 0 || responseBoundNs > deadlineNs)) {
            throw new IllegalArgumentException("bound " + Durations.exact(responseBoundNs) + " of '" + name + "' is not within its"
                + " deadline " + Durations.exact(deadlineNs) + "; give " + UNBOUNDED + " where there is no bound");
        }
        this.name = name;
        this.responseBoundNs = responseBoundNs;
        this.deadlineNs = deadlineNs;
        this.source = source;
        this.bestEffort = bestEffort;
    }

    /**
     * Makes the verdict on a best-effort task, which has neither a deadline nor a bound.
     *
     * @param name the task's name
     * @return the verdict
     */
    public static TaskVerdict bestEffort(final String name) {
        return new TaskVerdict(name, UNBOUNDED, Task.NO_DEADLINE, () -> new Explanation(OptionalLong.empty(), OptionalLong.empty(),
            List.of(), name + " is best-effort: it has no deadline and no bound"), true);
    }

    /**
     * Whether the task has no deadline: then it has no bound, and makes no set unschedulable.
     *
     * @return true for a best-effort task
     */
    public boolean isBestEffort() {
        return bestEffort;
    }

    /**
     * The task's name.
     *
     * @return as in the task set
     */
    public String name() {
        return name;
    }

    /**
     * The largest response, counted from the nominal release.
     *
     * @return nanoseconds, at most the deadline; or {@link #UNBOUNDED}
     */
    public long responseBoundNs() {
        return responseBoundNs;
    }

    /**
     * Whether the response is bounded within the deadline.
     *
     * @return true when it is
     */
    public boolean bounded() {
        return responseBoundNs != UNBOUNDED;
    }

    /**
     * The relative deadline.
     *
     * @return nanoseconds; {@link Task#NO_DEADLINE} of a best-effort task
     */
    public long deadlineNs() {
        return deadlineNs;
    }

    /**
     * The bound on the response, for those who ask where there is one.
     *
     * @return nanoseconds; empty where there is none
     */
    public OptionalLong bound() {
        return bounded() ? OptionalLong.of(responseBoundNs) : OptionalLong.empty();
    }

    /**
     * What is left between the bound and the deadline.
     *
     * @return nanoseconds, never negative; or {@link #UNBOUNDED} where there is no bound
     */
    public long slackNs() {
        return bounded() ? deadlineNs - responseBoundNs : UNBOUNDED;
    }

    /**
     * Computes, on first use, why the bound is what it is. Any thread may call it: a race computes the same immutable value twice.
     *
     * @return the explanation
     */
    public Explanation explanation() {
        Explanation known = explanation;
        if (known == null) {
            known = source.get();
            explanation = known;
        }
        return known;
    }

    /**
     * How much of the bound the platform takes, by its stall curves or the fixed allowance.
     *
     * @return nanoseconds, never negative; or {@link #UNBOUNDED} where there is no bound
     */
    public long platformNs() {
        return bounded() ? explanation().platformNs() : UNBOUNDED;
    }

    @Override
    public String toString() {
        return name + ": " + (bounded() ? Durations.exact(responseBoundNs) : "not bounded") + " of " + Durations.exact(deadlineNs);
    }
}
