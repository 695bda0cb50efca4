// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.tactus.internal.event.EventType;
import org.tactus.internal.policy.OverdueReleases;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.Task;

/**
 * Reports deadlines that pass while a dispatcher is stuck or dead and cannot report them itself, and keeps each from being reported again
 * when the dispatcher comes back. Called by the monitor only, unless a method says otherwise.
 */
final class MissWatch {
    private final TaskTable tasks;
    private final OverdueReleases overdue;
    private final Listener listener;
    private final Task[] known;
    /** Nominal release of the last job of each slot's task whose miss was told. */
    private final long[] toldNs;
    /** Nominal release of a job that was found overdue in the round before: what is found twice is no half-written record. */
    private final long[] foundNs;
    private volatile long dueUntilNs = Long.MAX_VALUE;

    /** Receives each miss once. */
    @FunctionalInterface
    interface Listener {
        /**
         * A deadline has passed.
         *
         * @param task   the task
         * @param job    number of the job, or -1 for a release that is none yet
         * @param lateNs by how much so far
         */
        void onMiss(Task task, long job, long lateNs);
    }

    MissWatch(final TaskTable tasks, final PolicyState state, final Listener listener) {
        this.tasks = tasks;
        this.overdue = new OverdueReleases(state);
        this.listener = listener;
        known = new Task[tasks.capacity()];
        toldNs = new long[tasks.capacity()];
        foundNs = new long[tasks.capacity()];
    }

    /** Tells of no release after the end of the run, while the jobs before it are drained. Control thread. */
    void dueUntil(final long endNs) {
        dueUntilNs = endNs;
    }

    /** Forgets what was told of a slot's former task. */
    private Task current(final int slot) {
        final Task task = tasks.task(slot);
        if (task != known[slot]) {
            known[slot] = task;
            toldNs[slot] = Long.MIN_VALUE;
            foundNs[slot] = Long.MIN_VALUE;
        }
        return task;
    }

    /** Tells of the jobs that a stuck device holds up, when their deadlines pass. Once a round. */
    void watch(final int deviceIndex, final long nowNs) {
        for (int slot = 0; slot < known.length; slot++) {
            final Task task = current(slot);
            if (task != null && !tasks.isRemoving(slot) && TaskTable.isOn(tasks.placed(slot), deviceIndex)) {
                watch(slot, task, deviceIndex, nowNs);
            }
        }
    }

    private void watch(final int slot, final Task task, final int deviceIndex, final long nowNs) {
        final long lastNs = dueUntilNs;
        long nominalNs = overdue.nextNs(slot, deviceIndex, toldNs[slot], nowNs);
        if (nominalNs == OverdueReleases.NOTHING || nominalNs > lastNs) {
            return;
        }
        if (foundNs[slot] != nominalNs) {
            foundNs[slot] = nominalNs;
            return;
        }
        while (nominalNs != OverdueReleases.NOTHING && nominalNs <= lastNs) {
            toldNs[slot] = nominalNs;
            listener.onMiss(task, overdue.jobNumber(slot, nominalNs), nowNs - nominalNs - task.deadlineNs());
            nominalNs = overdue.nextNs(slot, deviceIndex, nominalNs, nowNs);
        }
    }

    /** Whether the miss of an {@link EventType#MISS} was told before; notes that it is told now. */
    boolean wasTold(final int slot, final int generation, final long endNs, final long lateNs) {
        final Task task = current(slot);
        if (task == null || tasks.task(slot, generation) == null) {
            return false; // the task is gone, so its dispatcher alone has reported this miss
        }
        final long nominalNs = endNs - lateNs - task.deadlineNs();
        final boolean told = nominalNs <= toldNs[slot];
        toldNs[slot] = Math.max(toldNs[slot], nominalNs);
        return told;
    }
}
