// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

/**
 * Receives what the policy did with a job. Called by the dispatcher that owns the job, so an implementation must not allocate, lock or
 * call the policy.
 */
public interface JobListener {
    /** Ignores everything. */
    JobListener NONE = new JobListener() {
    };

    /**
     * A job began: it is ready on its first device.
     *
     * @param slot      the task's slot
     * @param job       number of the job in its task
     * @param nominalNs nominal release
     * @param nowNs     when the policy saw it
     */
    default void onRelease(final int slot, final long job, final long nominalNs, final long nowNs) {
    }

    /**
     * A release became no job: dropped behind an unfinished one, or skipped after an overrun.
     *
     * @param slot      the task's slot
     * @param nominalNs nominal release
     * @param nowNs     when
     */
    default void onSkip(final int slot, final long nominalNs, final long nowNs) {
    }

    /**
     * A release became no job, because a second machine had answered its offer in time.
     *
     * @param slot      the task's slot
     * @param nominalNs nominal release of the fallback
     * @param nowNs     when it was decided
     */
    default void onAnswered(final int slot, final long nominalNs, final long nowNs) {
    }

    /**
     * A segment took longer than its WCET.
     *
     * @param slot     the task's slot
     * @param job      number of the job
     * @param segment  index of the segment in its task
     * @param beyondNs by how much
     * @param endNs    when it ended
     */
    default void onOverrun(final int slot, final long job, final int segment, final long beyondNs, final long endNs) {
    }

    /**
     * A job is complete.
     *
     * @param slot       the task's slot
     * @param job        number of the job
     * @param nominalNs  nominal release
     * @param deadlineNs absolute deadline
     * @param endNs      when its last segment ended
     */
    default void onComplete(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
    }

    /**
     * Reports the substitutions of a job, just before the job completes. Only jobs of tasks with reclamation budgets have any.
     *
     * @param slot          the task's slot
     * @param job           number of the job
     * @param substitutions a count
     * @param endNs         when its last segment ended
     */
    default void onReclaimed(final int slot, final long job, final int substitutions, final long endNs) {
    }

    /**
     * The level of a segment was chosen, which has several; it is about to run.
     *
     * @param slot    the task's slot
     * @param job     number of the job
     * @param segment index of the segment in its task
     * @param level   the level
     * @param gain    what it is worth
     * @param limit   why none that is worth more, one of the LIMIT constants of {@link LevelChoice}
     * @param nowNs   when
     */
    default void onLevel(
        final int slot, final long job, final int segment, final int level, final double gain, final int limit, final long nowNs) {
    }

    /**
     * A job ended without running all its segments: it failed, or its task stops.
     *
     * @param slot       the task's slot
     * @param job        number of the job
     * @param nominalNs  nominal release
     * @param deadlineNs absolute deadline
     * @param endNs      when
     */
    default void onAbort(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
    }

    /**
     * A task has stopped: its last job is done and none follows. Called by the home dispatcher.
     *
     * @param slot  the task's slot
     * @param nowNs when
     */
    default void onStopped(final int slot, final long nowNs) {
    }
}
