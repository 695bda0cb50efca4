// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.List;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.model.Task;

/** The bound of each task that is in force while tasks come and go, and the completed jobs that were held against it. */
final class BoundsInForce {
    private final List<Task> tasks;
    private final long[] boundNs;
    private final long[] nextNs;
    private long jobs;
    private long tightest;
    private String violation = "";

    BoundsInForce(final List<Task> tasks) {
        this.tasks = tasks;
        boundNs = new long[tasks.size()];
        nextNs = new long[tasks.size()];
    }

    /** Lets the bounds of a verdict on some of the tasks hold, in place of those of before. */
    void take(final Verdict verdict) {
        announce(verdict);
        settle();
    }

    /** Lets the larger bounds of before and of a verdict hold, until {@link #settle}. */
    void announce(final Verdict verdict) {
        for (int i = 0; i < boundNs.length; i++) {
            for (final TaskVerdict task : verdict.tasks()) {
                if (task.name().equals(tasks.get(i).name())) {
                    nextNs[i] = task.responseBoundNs();
                    boundNs[i] = Math.max(boundNs[i], nextNs[i]);
                }
            }
        }
    }

    /** Lets the bounds that were announced last hold alone. */
    void settle() {
        System.arraycopy(nextNs, 0, boundNs, 0, boundNs.length);
    }

    /** Holds a completed job against the bound of its task. */
    void judge(final int task, final long nominalNs, final long endNs) {
        jobs++;
        tightest = Math.max(tightest, 100 * (endNs - nominalNs) / Math.max(1, boundNs[task]));
        if (endNs - nominalNs > boundNs[task] && violation.isEmpty()) {
            violation = tasks.get(task).name() + " is bounded by " + boundNs[task] + " but its job of " + nominalNs + " took "
                + (endNs - nominalNs);
        }
    }

    long boundNs(final int task) {
        return boundNs[task];
    }

    long jobs() {
        return jobs;
    }

    /** The largest share of its bound that a response took, percent. */
    long tightest() {
        return tightest;
    }

    /** The first job that took longer than its bound; empty when none did. */
    String violation() {
        return violation;
    }
}
