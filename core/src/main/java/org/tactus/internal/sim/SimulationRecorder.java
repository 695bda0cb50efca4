// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.LevelCounts;
import org.tactus.internal.event.Substitutions;
import org.tactus.internal.event.TaskStatistics;
import org.tactus.internal.policy.JobListener;
import org.tactus.model.Task;

/** Counts and times jobs, and tells the events that a real run would write. Events of a segment come when it is decided on. */
final class SimulationRecorder implements JobListener, SegmentListener {
    private final List<TaskStatistics> statistics = new ArrayList<>();
    private final Substitutions substitutions;
    private final LevelCounts levels;
    private final int[] home;
    private final int[] last;
    private final EventHandler events;

    SimulationRecorder(final List<Task> tasks, final EventHandler events) {
        this.events = events;
        substitutions = new Substitutions(tasks.size());
        levels = new LevelCounts(tasks.size());
        home = new int[tasks.size()];
        last = new int[tasks.size()];
        for (int i = 0; i < tasks.size(); i++) {
            final Task task = tasks.get(i);
            statistics.add(new TaskStatistics(task, tasks.size()));
            home[i] = task.segments().getFirst().device();
            last[i] = home[i];
        }
    }

    TaskStatistics statistics(final int task) {
        return statistics.get(task);
    }

    Substitutions substitutions() {
        return substitutions;
    }

    LevelCounts levels() {
        return levels;
    }

    /** Counts what was live or waiting when the run ended. */
    void finish(final int task, final long deadlineNs, final long waiting, final long waitingMissed, final boolean live, final long endNs) {
        final TaskStatistics counts = statistics.get(task);
        if (live && counts.releasedCount() > counts.jobs() + counts.abortedCount()) {
            counts.unfinished(deadlineNs < endNs);
        }
        for (long i = 0; i < waiting; i++) {
            counts.unfinished(i < waitingMissed);
        }
    }

    @Override
    public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
        statistics.get(task).released();
        events.onEvent(EventType.RELEASE, nowNs, home[task], task, 0, job, nominalNs);
    }

    @Override
    public void onSkip(final int task, final long nominalNs, final long nowNs) {
        statistics.get(task).skipped();
        events.onEvent(EventType.SKIP, nowNs, home[task], task, 0, -1, nominalNs);
    }

    @Override
    public void onOverrun(final int task, final long job, final int segment, final long beyondNs, final long endNs) {
        statistics.get(task).overrun();
        events.onEvent(EventType.OVERRUN, endNs, last[task], task, segment, job, beyondNs);
    }

    @Override
    public void onReclaimed(final int task, final long job, final int substituted, final long endNs) {
        substitutions.record(task, substituted);
        events.onEvent(EventType.RECLAIM, endNs, last[task], task, 0, job, substituted);
    }

    @Override
    public void onLevel(
        final int task, final long job, final int segment, final int level, final double gain, final int limit, final long nowNs) {
        levels.record(task, level, gain, limit);
        events.onEvent(EventType.LEVEL, nowNs, home[task], task, segment, job, level | limit << EventType.LEVEL_BITS);
    }

    @Override
    public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        statistics.get(task).record(endNs - nominalNs, endNs > deadlineNs);
        events.onEvent(EventType.COMPLETE, endNs, last[task], task, 0, job, nominalNs);
        miss(task, job, deadlineNs, endNs);
    }

    @Override
    public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        statistics.get(task).aborted(endNs > deadlineNs);
        events.onEvent(EventType.ABORT, endNs, last[task], task, 0, job, nominalNs);
        miss(task, job, deadlineNs, endNs);
    }

    private void miss(final int task, final long job, final long deadlineNs, final long endNs) {
        if (endNs > deadlineNs) {
            events.onEvent(EventType.MISS, endNs, last[task], task, 0, job, endNs - deadlineNs);
        }
    }

    @Override
    public void onStopped(final int task, final long nowNs) {
        events.onEvent(EventType.STOP, nowNs, home[task], task, 0, -1, 0);
    }

    @Override
    public void onSegment(
        final int device, final int task, final long job, final int segment, final long startNs, final long endNs) {
        last[task] = device;
        events.onEvent(EventType.START, startNs, device, task, segment, job, 0);
        events.onEvent(EventType.END, endNs, device, task, segment, job, 0);
    }

    @Override
    public void onTransit(
        final int from, final int to, final int task, final long job, final int segment, final long leaveNs, final long arriveNs) {
        last[task] = to; // where it is aborted when its task stops before it runs again
        events.onEvent(EventType.HAND_OVER, leaveNs, from, task, segment, job, to);
        events.onEvent(EventType.ARRIVE, arriveNs, to, task, segment, job, 0);
    }

    @Override
    public void onMove(
        final int device, final int task, final boolean in, final int first, final int chunks, final long startNs, final long endNs) {
        events.onEvent(in ? EventType.SWAP_IN : EventType.SWAP_OUT, startNs, device, task, first, -1, chunks);
        events.onEvent(EventType.SWAP_END, endNs, device, task, first, -1, chunks);
    }
}
