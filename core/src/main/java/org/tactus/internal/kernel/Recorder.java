// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.HdrHistogram.Histogram;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.Substitutions;
import org.tactus.internal.policy.JobListener;

/**
 * Counts and times jobs on one dispatcher, and writes its events. Single writer: its dispatcher; others read exact values
 * after the dispatcher has ended, and approximate ones before.
 */
final class Recorder implements JobListener {
    final EventRing events;
    final long[] released;
    final long[] skipped;
    final long[] completed;
    final long[] aborted;
    final long[] misses;
    final long[] overruns;
    final long[] minNs;
    final long[] maxNs;
    /** Responses of the tasks whose last segment is here; put in by the control thread before the task is admitted. */
    final Histogram[] responses;
    final Substitutions substitutions;
    private final int device;

    Recorder(final int device, final int taskCapacity, final EventRing events) {
        this.device = device;
        this.events = events;
        released = new long[taskCapacity];
        skipped = new long[taskCapacity];
        completed = new long[taskCapacity];
        aborted = new long[taskCapacity];
        misses = new long[taskCapacity];
        overruns = new long[taskCapacity];
        minNs = new long[taskCapacity];
        maxNs = new long[taskCapacity];
        responses = new Histogram[taskCapacity];
        substitutions = new Substitutions(taskCapacity);
    }

    /** Prepares a slot for a task. Called by the control thread before the task is admitted. */
    void prepare(final int task, final Histogram histogram) {
        released[task] = 0;
        skipped[task] = 0;
        completed[task] = 0;
        aborted[task] = 0;
        misses[task] = 0;
        overruns[task] = 0;
        minNs[task] = Long.MAX_VALUE;
        maxNs[task] = 0;
        responses[task] = histogram;
        substitutions.clear(task);
    }

    @Override
    public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
        released[task]++;
        events.write(EventType.RELEASE, nowNs, device, task, 0, job, nominalNs);
    }

    @Override
    public void onSkip(final int task, final long nominalNs, final long nowNs) {
        skipped[task]++;
        events.write(EventType.SKIP, nowNs, device, task, 0, -1, nominalNs);
    }

    @Override
    public void onOverrun(final int task, final long job, final int segment, final long beyondNs, final long endNs) {
        overruns[task]++;
        events.write(EventType.OVERRUN, endNs, device, task, segment, job, beyondNs);
    }

    @Override
    public void onReclaimed(final int task, final long job, final int substituted, final long endNs) {
        substitutions.record(task, substituted);
        events.write(EventType.RECLAIM, endNs, device, task, 0, job, substituted);
    }

    @Override
    public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        final long responseNs = endNs - nominalNs;
        completed[task]++;
        if (responseNs < minNs[task]) {
            minNs[task] = responseNs;
        }
        if (responseNs > maxNs[task]) {
            maxNs[task] = responseNs;
        }
        final Histogram histogram = responses[task];
        histogram.recordValue(Math.min(Math.max(responseNs, 0), histogram.getHighestTrackableValue()));
        events.write(EventType.COMPLETE, endNs, device, task, 0, job, nominalNs);
        if (endNs > deadlineNs) {
            misses[task]++;
            events.write(EventType.MISS, endNs, device, task, 0, job, endNs - deadlineNs);
        }
    }

    @Override
    public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        aborted[task]++;
        events.write(EventType.ABORT, endNs, device, task, 0, job, nominalNs);
        if (endNs > deadlineNs) {
            misses[task]++;
            events.write(EventType.MISS, endNs, device, task, 0, job, endNs - deadlineNs);
        }
    }

    @Override
    public void onStopped(final int task, final long nowNs) {
        events.write(EventType.STOP, nowNs, device, task, 0, -1, 0);
    }
}
