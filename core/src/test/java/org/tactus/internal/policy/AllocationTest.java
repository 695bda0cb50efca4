// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class AllocationTest {
    private static final int TASKS = 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Counts without keeping anything. */
    private static final class Quiet implements JobListener {
        private long jobs;

        @Override
        public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
            jobs++;
        }

        @Override
        public void onSkip(final int task, final long nominalNs, final long nowNs) {
            jobs++;
        }

        @Override
        public void onOverrun(final int task, final long job, final int segment, final long beyondNs, final long endNs) {
            jobs++;
        }

        @Override
        public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            jobs++;
        }

        @Override
        public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            jobs++;
        }

        @Override
        public void onStopped(final int task, final long nowNs) {
            jobs++;
        }
    }

    @Test
    void shouldAllocateNothingWhenJobsAreReleasedDecidedHandedOverAndCompleted() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSetBuilder builder = TaskSet.builder("set").policy(policy)
                .device(DeviceSpec.modelled("a")).device(DeviceSpec.modelled("b"));
            for (int i = 0; i < TASKS; i++) {
                final Release release = i % 2 == 0 ? Release.PERIODIC : Release.SPORADIC;
                builder.task("t" + i, t -> t.periodNs(1000).jitterNs(10).release(release)
                    .segment("a", 2).segment("b", 2).segment("b", 1));
            }
            final TaskSet set = builder.build();
            final PolicyState state = PolicyState.allocate(policy, TASKS, 3 * TASKS, 2);
            final Quiet listener = new Quiet();
            final DeviceScheduler a = new DeviceScheduler(state, 0, listener);
            final DeviceScheduler b = new DeviceScheduler(state, 1, listener);
            final SporadicGate gate = new SporadicGate(state);
            for (int i = 0; i < TASKS; i++) {
                state.define(i, set.tasks().get(i), 3 * i, i);
                a.admit(i, 0);
            }
            long now = rounds(0, 2000, a, b, gate);
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 5; attempt++) {
                final long before = THREADS.getCurrentThreadAllocatedBytes();
                now = rounds(now, 1000, a, b, gate);
                least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least, "bytes for " + 1000 * TASKS + " jobs under " + policy);
            assertEquals(2L * 7000 * TASKS, listener.jobs);
        }
    }

    @Test
    void shouldAllocateNothingWhenLevelsAreChosen() {
        for (final PolicyKind policy : PolicyKind.values()) {
            final TaskSetBuilder builder = TaskSet.builder("set").policy(policy).device(DeviceSpec.modelled("a"));
            for (int i = 0; i < TASKS; i++) {
                builder.task("t" + i, t -> t.periodNs(1000).segment("a", 2).segment("a", 2).levels(true,
                    List.of(new Segment.Level(2, 0.1), new Segment.Level(5, 0.5), new Segment.Level(900, 1))));
            }
            final TaskSet set = builder.build();
            final PolicyState state = PolicyState.allocate(policy, TASKS, 2 * TASKS, 1);
            final DeviceScheduler device = new DeviceScheduler(state, 0, JobListener.NONE);
            device.takeLevels(new LevelCharges(1, 3, 0.01));
            for (int i = 0; i < TASKS; i++) {
                state.define(i, set.tasks().get(i), 2 * i, i);
                device.admit(i, 0);
            }
            long now = levels(0, 2000, state, device);
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 5; attempt++) {
                final long before = THREADS.getCurrentThreadAllocatedBytes();
                now = levels(now, 1000, state, device);
                least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least, "bytes under " + policy);
        }
    }

    /** Each round chooses every job's optional segment, at a level that larger ones are refused for. */
    private static long levels(final long from, final int count, final PolicyState state, final DeviceScheduler device) {
        long start = from;
        for (int round = 0; round < count; round++) {
            device.release(start);
            long now = start;
            int larger = 0;
            for (int task = device.select(now); task >= 0; task = device.select(now)) {
                larger += state.level(task) == 1 ? 1 : 0;
                state.gain(task, 1, 1, 0.5);
                device.started(task, now);
                now += 5;
                device.segmentDone(task, now, false);
            }
            assertTrue(larger == TASKS);
            start += 1000;
        }
        return start;
    }

    private static long rounds(
        final long from, final int count, final DeviceScheduler a, final DeviceScheduler b, final SporadicGate gate) {
        long now = from;
        for (int round = 0; round < count; round++) {
            for (int task = 1; task < TASKS; task += 2) {
                gate.release(task, now);
            }
            a.release(now + 10);
            for (int task = a.select(); task >= 0; task = a.select()) {
                a.started(task, now);
                a.segmentDone(task, now + 1, false);
                b.arrive(task, now + 2);
            }
            for (int task = b.select(); task >= 0; task = b.select()) {
                b.started(task, now);
                if (b.segmentDone(task, now + 1, false) == DeviceScheduler.RETURN_HOME) {
                    a.arrive(task, now + 3);
                }
            }
            now += 1000;
        }
        return now;
    }
}
