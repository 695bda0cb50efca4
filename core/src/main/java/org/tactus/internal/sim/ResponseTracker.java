// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.Arrays;
import java.util.List;
import org.tactus.internal.policy.JobListener;
import org.tactus.model.Task;

/** Keeps the largest response of each task and whether any job was late. Reusable. */
final class ResponseTracker implements JobListener {
    private long[] maxNs = new long[0];
    private boolean[] unfinished = new boolean[0];
    private boolean[] bestEffort = new boolean[0];
    private boolean missed;
    private long substitutions;

    void prepare(final List<Task> tasks) {
        final int taskCount = tasks.size();
        if (maxNs.length < taskCount) {
            maxNs = new long[taskCount];
            unfinished = new boolean[taskCount];
            bestEffort = new boolean[taskCount];
        }
        for (int i = 0; i < taskCount; i++) {
            bestEffort[i] = tasks.get(i).isBestEffort();
        }
        Arrays.fill(maxNs, 0);
        Arrays.fill(unfinished, false);
        missed = false;
        substitutions = 0;
    }

    /** Segments of completed jobs that ran on the accelerator that they were offered to. */
    long substitutions() {
        return substitutions;
    }

    long[] maxResponsesNs() {
        return maxNs;
    }

    boolean missed() {
        return missed;
    }

    boolean isUnfinished(final int task) {
        return unfinished[task];
    }

    @Override
    public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
        unfinished[task] = true;
    }

    @Override
    public void onSkip(final int task, final long nominalNs, final long nowNs) {
        missed |= !bestEffort[task];
    }

    @Override
    public void onOverrun(final int task, final long job, final int segment, final long beyondNs, final long endNs) {
        // an overrun is no miss by itself
    }

    @Override
    public void onReclaimed(final int task, final long job, final int substituted, final long endNs) {
        substitutions += substituted;
    }

    @Override
    public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        unfinished[task] = false;
        maxNs[task] = Math.max(maxNs[task], endNs - nominalNs);
        missed |= endNs > deadlineNs;
    }

    @Override
    public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        unfinished[task] = false;
        missed |= !bestEffort[task]; // it never completes
    }

    @Override
    public void onStopped(final int task, final long nowNs) {
        // nothing follows
    }
}
