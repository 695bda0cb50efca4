// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.HdrHistogram.Histogram;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.event.EventType;
import org.tactus.internal.event.LevelCounts;
import org.tactus.internal.event.Substitutions;
import org.tactus.internal.policy.JobListener;

/**
 * Counts the jobs of one dispatcher, records their response times, and writes the dispatcher's events. Its dispatcher is the only writer;
 * other threads read approximate values while the dispatcher runs, and exact ones after it has ended.
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
    final LevelCounts levels;
    /** The platform's device, which events name. */
    final int deviceIndex;

    Recorder(final int deviceIndex, final int taskCapacity, final EventRing events) {
        this.deviceIndex = deviceIndex;
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
        levels = new LevelCounts(taskCapacity);
    }

    /** Prepares a slot for a task. Called by the control thread before the task is admitted. */
    void prepare(final int slot, final Histogram histogram) {
        released[slot] = 0;
        skipped[slot] = 0;
        completed[slot] = 0;
        aborted[slot] = 0;
        misses[slot] = 0;
        overruns[slot] = 0;
        minNs[slot] = Long.MAX_VALUE;
        maxNs[slot] = 0;
        responses[slot] = histogram;
        substitutions.clear(slot);
        levels.clear(slot);
    }

    @Override
    public void onRelease(final int slot, final long job, final long nominalNs, final long nowNs) {
        released[slot]++;
        events.write(EventType.RELEASE, nowNs, deviceIndex, slot, 0, job, nominalNs);
    }

    @Override
    public void onSkip(final int slot, final long nominalNs, final long nowNs) {
        skipped[slot]++;
        events.write(EventType.SKIP, nowNs, deviceIndex, slot, 0, -1, nominalNs);
    }

    @Override
    public void onOverrun(final int slot, final long job, final int segment, final long beyondNs, final long endNs) {
        overruns[slot]++;
        events.write(EventType.OVERRUN, endNs, deviceIndex, slot, segment, job, beyondNs);
    }

    @Override
    public void onReclaimed(final int slot, final long job, final int substituted, final long endNs) {
        substitutions.record(slot, substituted);
        events.write(EventType.RECLAIM, endNs, deviceIndex, slot, 0, job, substituted);
    }

    @Override
    public void onLevel(
        final int slot, final long job, final int segment, final int level, final double gain, final int limit, final long nowNs) {
        levels.record(slot, level, gain, limit);
        events.write(EventType.LEVEL, nowNs, deviceIndex, slot, segment, job, level | limit << EventType.LEVEL_BITS);
    }

    @Override
    public void onComplete(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        final long responseNs = endNs - nominalNs;
        completed[slot]++;
        if (responseNs < minNs[slot]) {
            minNs[slot] = responseNs;
        }
        if (responseNs > maxNs[slot]) {
            maxNs[slot] = responseNs;
        }
        final Histogram histogram = responses[slot];
        histogram.recordValue(Math.min(Math.max(responseNs, 0), histogram.getHighestTrackableValue()));
        events.write(EventType.COMPLETE, endNs, deviceIndex, slot, 0, job, nominalNs);
        if (endNs > deadlineNs) {
            misses[slot]++;
            events.write(EventType.MISS, endNs, deviceIndex, slot, 0, job, endNs - deadlineNs);
        }
    }

    @Override
    public void onAbort(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        aborted[slot]++;
        events.write(EventType.ABORT, endNs, deviceIndex, slot, 0, job, nominalNs);
        if (endNs > deadlineNs) {
            misses[slot]++;
            events.write(EventType.MISS, endNs, deviceIndex, slot, 0, job, endNs - deadlineNs);
        }
    }

    @Override
    public void onStopped(final int slot, final long nowNs) {
        events.write(EventType.STOP, nowNs, deviceIndex, slot, 0, -1, 0);
    }
}
