// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.TaskStatistics;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.internal.time.SplitMix64;
import org.tactus.model.Segment;
import org.tactus.model.Task;

/** Writes tasks into the tables and allocates their memory on the devices, before any dispatcher knows the tasks. Control thread. */
final class TaskLayout {
    private static final int DIGITS = 3;
    private static final int DIGITS_OF_MANY = 2;
    private static final int UNIT_SHIFT_OF_MANY = 26;
    /** How long a task that joins waits at least for room on a device that gains none. */
    private static final long LEAST_PATIENCE_NS = 1_000_000_000L;
    private static final long LOOK_NS = 100_000;

    private final PolicyState state;
    private final TaskTable tasks;
    private final DispatcherGroup group;
    private final ReturnedMemory returned;
    /** Whether the kernel is about to stop, so that nobody waits for room any more. Asked by the control thread. */
    private final BooleanSupplier ending;
    /** Held by the caller. */
    private final ChangeLock changes;

    TaskLayout(
        final PolicyState state, final TaskTable tasks, final DispatcherGroup group, final ReturnedMemory returned,
        final BooleanSupplier ending, final ChangeLock changes) {
        this.changes = changes;
        this.state = state;
        this.tasks = tasks;
        this.group = group;
        this.returned = returned;
        this.ending = ending;
    }

    /** Lays tasks out and fills in their slots, also when it throws: then those that were not reached keep what stood there. */
    void define(final List<Task> additions, final List<Task> placed, final List<List<SegmentWork>> segments, final int[] slots) {
        final Set<Integer> joined = occupied(placed); // before any of these is in the table
        if (slots.length > 1 && !joined.isEmpty()) {
            throw new AdmissionRefusedException("tasks join a device whose memory is swapped one at a time; add them one by one");
        }
        for (int i = 0; i < slots.length; i++) {
            slots[i] = tasks.put(additions.get(i), placed.get(i), segments.get(i));
            define(slots[i], withPreparedLevels(placed.get(i), segments.get(i)), joined);
        }
        for (final Dispatcher dispatcher : group.dispatchers()) {
            dispatcher.device.defined();
        }
    }

    /**
     * How long a task that joins waits for room on a device that gains none.
     *
     * @param there all tasks that have a segment on the device
     * @return twice the longest period and a second, nanoseconds; a task without a period counts the time of a job
     */
    static long patienceNs(final List<Task> there) {
        long longestNs = 0;
        for (final Task task : there) {
            longestNs = Math.max(longestNs, task.isAlwaysReady() ? task.horizonNs() : task.periodNs());
        }
        return Math.min(longestNs, Long.MAX_VALUE / 4) * 2 + LEAST_PATIENCE_NS;
    }

    private List<Task> tasksOn(final int deviceIndex) {
        final List<Task> there = new ArrayList<>();
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null && TaskTable.isOn(tasks.placed(slot), deviceIndex)) {
                there.add(tasks.task(slot));
            }
        }
        return there;
    }

    /** Waits until a device has room for what never leaves of a task; patient as long as it gains any. */
    private void awaitRoom(final Dispatcher dispatcher, final int slot, final Task task) {
        final long patienceNs = patienceNs(tasksOn(dispatcher.deviceIndex));
        long owedBytes = Long.MAX_VALUE;
        long sinceNs = System.nanoTime();
        while (!dispatcher.memory.isRoomMade(slot)) {
            final long owed = dispatcher.memory.owedBytes(slot);
            if (owed < owedBytes) {
                owedBytes = owed;
                sinceNs = System.nanoTime();
            }
            if (ending.getAsBoolean() || group.isLost(dispatcher.deviceIndex) || System.nanoTime() - sinceNs > patienceNs) {
                throw new AdmissionRefusedException("no room was made for '" + task.name() + "' on device '"
                    + group.deviceName(dispatcher.deviceIndex) + "', " + hindrance(dispatcher.deviceIndex, patienceNs, owedBytes));
            }
            changes.rest(LOOK_NS); // one who removes a task does not wait for this
        }
    }

    private String hindrance(final int deviceIndex, final long patienceNs, final long owedBytes) {
        final String advice = "; remove a task, or try again later";
        if (ending.getAsBoolean()) {
            return "since the run ends";
        }
        if (group.isLost(deviceIndex)) {
            return "which is lost" + advice;
        }
        return (owedBytes == Long.MAX_VALUE ? "whose dispatcher did not answer for " + Durations.format(patienceNs)
            : "which was not without a live job for " + Durations.format(patienceNs) + " while it lacked "
                + Sizes.format(owedBytes)) + advice;
    }

    /** Devices of tasks whose memory is scheduled and where other tasks are. */
    private Set<Integer> occupied(final List<Task> placed) {
        final Set<Integer> devices = new HashSet<>();
        placed.forEach(task -> devices.addAll(TaskTable.devicesOf(task)));
        devices.removeIf(device -> group.dispatchers()[device].memory == null);
        final Set<Integer> others = new HashSet<>();
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null) {
                others.addAll(TaskTable.devicesOf(tasks.placed(slot)));
            }
        }
        devices.retainAll(others);
        return devices;
    }

    /** Takes back what was laid out of tasks that no dispatcher knows yet. */
    void undefine(final List<Task> additions, final Throwable cause) {
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            final Task task = tasks.task(slot);
            if (task != null && additions.contains(task)) { // by name, which no other task has
                for (final int deviceIndex : TaskTable.devicesOf(tasks.placed(slot))) {
                    final Dispatcher dispatcher = group.dispatchers()[deviceIndex];
                    try {
                        dispatcher.device.forget(slot);
                    } catch (final Throwable e) { // then the dispatcher is told all the same
                        cause.addSuppressed(e);
                    }
                    if (dispatcher.memory != null && dispatcher.memory.isMember(slot)) { // room was asked for
                        returned.withdraw(deviceIndex, slot, tasks.entry(slot).generation());
                    }
                }
                tasks.remove(slot);
            }
        }
        returned.settle();
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

    private void define(final int slot, final Task task, final Set<Integer> joined) { // whose segments name dispatchers
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
            if (dispatcher.memory != null) {
                dispatcher.memory.define(slot, task);
                if (joined.contains(deviceIndex)) {
                    dispatcher.memory.expect(slot);
                    group.send(deviceIndex, CommandDescriptor.MAKE_ROOM, slot, generation, dispatcher.device.joining(task));
                    awaitRoom(dispatcher, slot, task);
                }
            }
            dispatcher.device.define(slot, task);
        }
    }
}
