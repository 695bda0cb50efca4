// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

/**
 * Is told what the policy did with a job. Called on the dispatcher that owns the job; must not allocate, lock or call back.
 */
public interface JobListener {
    /**
     * A job began: it is ready on its first device.
     *
     * @param task      the task
     * @param job       number of the job in its task
     * @param nominalNs nominal release
     * @param nowNs     when the policy saw it
     */
    void onRelease(int task, long job, long nominalNs, long nowNs);

    /**
     * A release became no job: dropped behind an unfinished one, or skipped after an overrun.
     *
     * @param task      the task
     * @param nominalNs nominal release
     * @param nowNs     when
     */
    void onSkip(int task, long nominalNs, long nowNs);

    /**
     * A segment took longer than its WCET.
     *
     * @param task     the task
     * @param job      number of the job
     * @param segment  index of the segment in its task
     * @param beyondNs by how much
     * @param endNs    when it ended
     */
    void onOverrun(int task, long job, int segment, long beyondNs, long endNs);

    /**
     * A job is complete.
     *
     * @param task       the task
     * @param job        number of the job
     * @param nominalNs  nominal release
     * @param deadlineNs absolute deadline
     * @param endNs      when its last segment ended
     */
    void onComplete(int task, long job, long nominalNs, long deadlineNs, long endNs);

    /**
     * Tells, just before a job of a task with a reclamation budget completes, how many of its segments ran on the accelerator that
     * they were offered to.
     *
     * @param task        the task
     * @param job         number of the job
     * @param substituted a count
     * @param endNs       when its last segment ended
     */
    default void onReclaimed(final int task, final long job, final int substituted, final long endNs) {
        // only those who report precision listen
    }

    /**
     * A job ended without running all its segments: it failed, or its task stops.
     *
     * @param task       the task
     * @param job        number of the job
     * @param nominalNs  nominal release
     * @param deadlineNs absolute deadline
     * @param endNs      when
     */
    void onAbort(int task, long job, long nominalNs, long deadlineNs, long endNs);

    /**
     * A task has stopped: its last job is done and none follows. Called by the home dispatcher.
     *
     * @param task  the task
     * @param nowNs when
     */
    void onStopped(int task, long nowNs);
}
