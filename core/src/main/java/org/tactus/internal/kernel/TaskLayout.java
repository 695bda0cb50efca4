// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.TaskStatistics;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.SplitMix64;
import org.tactus.model.Segment;
import org.tactus.model.Task;

/** Writes tasks into the tables and allocates their memory on the devices, before any dispatcher knows the tasks. Control thread. */
final class TaskLayout {
    private static final int DIGITS = 3;
    private static final int DIGITS_OF_MANY = 2;
    private static final int UNIT_SHIFT_OF_MANY = 26;

    private final PolicyState state;
    private final TaskTable tasks;
    private final DispatcherGroup group;

    TaskLayout(final PolicyState state, final TaskTable tasks, final DispatcherGroup group) {
        this.state = state;
        this.tasks = tasks;
        this.group = group;
    }

    /** Lays tasks out and fills in their slots, also when it throws: then those that were not reached keep what stood there. */
    void define(final List<Task> additions, final List<Task> placed, final List<List<SegmentWork>> segments, final int[] slots) {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = tasks.put(additions.get(i), placed.get(i), segments.get(i));
            define(slots[i], withPreparedLevels(placed.get(i), segments.get(i)));
        }
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dispatcher.device.defined();
        }
    }

    /** Takes back what was laid out of tasks that no dispatcher knows yet. */
    void undefine(final List<Task> additions, final Throwable cause) {
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            final Task task = tasks.task(slot);
            if (task != null && additions.contains(task)) { // by name, which no other task has
                for (final int deviceIndex : TaskTable.devicesOf(tasks.placed(slot))) {
                    try {
                        group.dispatchers()[deviceIndex].device.forget(slot);
                    } catch (final Throwable e) {
                        cause.addSuppressed(e);
                    }
                }
                tasks.remove(slot);
            }
        }
    }

    /**
     * Makes the histogram of a task's responses, up to 64 deadlines and at least a second. A table of up to
     * {@link TaskStatistics#PRECISE_TASKS} tasks keeps three digits of every response, 170 to 250 KiB a task; a larger one two digits of
     * those from 2^-19 deadlines up, and 2^-26 deadlines below, 20 to 28 KiB.
     */
    static Histogram responses(final long deadlineNs, final int taskCapacity) {
        final long longestNs = Math.max(1_000_000_000L, Math.min(deadlineNs, Long.MAX_VALUE / 128) * 64);
        if (taskCapacity <= TaskStatistics.PRECISE_TASKS) {
            return new Histogram(longestNs, DIGITS);
        }
        return new Histogram(Math.clamp(deadlineNs >> UNIT_SHIFT_OF_MANY, 1, longestNs >> UNIT_SHIFT_OF_MANY), longestNs, DIGITS_OF_MANY);
    }

    /** The task with the levels whose works are prepared: of code and networks there is the first one only. */
    private static Task withPreparedLevels(final Task task, final List<SegmentWork> works) {
        final List<Segment> segments = new ArrayList<>();
        for (int i = 0; i < task.segments().size(); i++) {
            final Segment segment = task.segments().get(i);
            final int prepared = works.get(i).levels();
            segments.add(segment.levels().size() <= prepared ? segment
                : segment.withLevels(segment.optional(), segment.levels().subList(0, prepared)));
        }
        return segments.equals(task.segments()) ? task : task.withSegments(segments);
    }

    private void define(final int slot, final Task task) { // whose segments name dispatchers
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dispatcher.recorder.prepare(slot, TaskTable.lastDevices(task).contains(dispatcher.deviceIndex)
                ? responses(task.horizonNs(), tasks.capacity()) : null);
        }
        final int generation = state.define(slot, task, tasks.firstSegment(slot), slot * SplitMix64.GAMMA);
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dispatcher.recorder.events.define(slot, generation);
        }
        tasks.admitAs(slot, generation);
        for (final int deviceIndex : TaskTable.devicesOf(task)) {
            final Dispatcher dispatcher = group.dispatchers()[deviceIndex];
            dispatcher.device.define(slot, task);
            if (dispatcher.memory != null) {
                dispatcher.memory.define(slot, task);
            }
        }
    }
}
