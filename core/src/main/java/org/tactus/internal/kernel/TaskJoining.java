// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * How tasks join: they are judged together with those that count, laid out, and made known to the dispatchers; or, when anything of that
 * fails, taken back. Control thread.
 */
final class TaskJoining {
    private final TaskSet base;
    private final Admission admission;
    private final PolicyState state;
    private final TaskTable tasks;
    private final DispatcherGroup group;
    private final Lanes lanes;
    private final LaneLevels levels;
    private final TaskLayout layout;
    private final ModeWatch modes;
    private final Monitor monitor;

    TaskJoining(
        final TaskSet base, final Admission admission, final PolicyState state, final TaskTable tasks, final DispatcherGroup group,
        final Lanes lanes, final LaneLevels levels, final TaskLayout layout, final ModeWatch modes, final Monitor monitor) {
        this.base = base;
        this.admission = admission;
        this.state = state;
        this.tasks = tasks;
        this.group = group;
        this.lanes = lanes;
        this.levels = levels;
        this.layout = layout;
        this.modes = modes;
        this.monitor = monitor;
    }

    /** The set that members would make on the platform of another one. */
    static TaskSet with(final TaskSet base, final List<Task> members) {
        return new TaskSet(base.name(), base.policy(), base.overheads(), base.platform(), members);
    }

    /** Admits several tasks at once, as {@link Kernel#addAll(List, List, ToLongFunction)} says, and returns their slots. */
    int[] add(final List<Task> additions, final List<List<SegmentWork>> segments, final ToLongFunction<int[]> zeroNs) {
        final List<Task> candidate = modes.counted();
        final Set<String> names = tasks.tasks().stream().map(Task::name).collect(Collectors.toCollection(HashSet::new));
        for (final Task task : additions) {
            if (!names.add(task.name())) {
                throw new AdmissionRefusedException("a task named '" + task.name() + "' is there already; names must differ");
            }
            candidate.add(task);
        }
        final List<Task> placed = lanes.place(additions, group::isLost);
        try {
            return addPlaced(additions, placed, segments, candidate, zeroNs);
        } catch (final Throwable e) { // also an Error, such as that of a full heap or a missing library
            lanes.leave(placed);
            throw e;
        }
    }

    private int[] addPlaced(
        final List<Task> additions, final List<Task> placed, final List<List<SegmentWork>> segments, final List<Task> candidate,
        final ToLongFunction<int[]> zeroNs) {
        refuseLost(placed);
        refuseNewcomers(placed, candidate.size() - additions.size());
        final Optional<String> refusal = admission.refusal(with(base, candidate));
        if (refusal.isPresent()) {
            throw new AdmissionRefusedException(refusal.get() + modes.remark());
        }
        final int[] slots = new int[additions.size()];
        final AdmissionCommands[] commands = new AdmissionCommands[slots.length];
        try {
            levels.settle();
            layout.define(additions, placed, segments, slots);
            modes.joined(slots, additions);
            final long firstNs = zeroNs.applyAsLong(slots);
            // Once more: the tasks are in the table now. Either a device is seen lost here, or its loss finds them there (Monitor.lose),
            // and stops them when they are admitted.
            refuseLost(placed);
            final int[] together = new int[group.dispatchers().length];
            placed.forEach(task -> TaskTable.devicesOf(task).forEach(device -> together[device]++));
            for (int i = 0; i < slots.length; i++) {
                commands[i] = prepared(slots[i], firstNs + additions.get(i).offsetNs(), together);
            }
        } catch (final Throwable e) {
            withdraw(additions, e);
            throw e;
        }
        // All are made before the first one is sent: a dispatcher that was told of some would wait for the others, whatever broke here.
        for (final AdmissionCommands each : commands) {
            if (!each.send()) {
                monitor.sendLater(each);
            }
        }
        return slots;
    }

    /** Takes back tasks that no dispatcher was told of; what breaks meanwhile is added to the cause. */
    private void withdraw(final List<Task> additions, final Throwable cause) {
        modes.withdrawn(additions);
        layout.undefine(additions, cause);
        final List<Task> left = modes.counted();
        if (!left.isEmpty()) { // what the analysis remembers is what runs on
            try {
                admission.refusal(with(base, left));
            } catch (final Throwable e) {
                cause.addSuppressed(e);
            }
        }
    }

    /**
     * A level that was taken before a task joins was not held against its deadlines: nobody joins where others are. On another device of
     * the same thread it would make each decision dearer than levels are charged with.
     */
    private void refuseNewcomers(final List<Task> placed, final int others) {
        for (final Task task : others > 0 ? placed : List.<Task>of()) {
            for (final int deviceIndex : TaskTable.devicesOf(task)) {
                refuseNewcomer(task, deviceIndex, "would join device '");
                group.besides(deviceIndex, beside -> refuseNewcomer(task, beside, "would share the dispatcher's thread of device '"));
            }
        }
    }

    private void refuseNewcomer(final Task task, final int deviceIndex, final String how) {
        if (group.dispatchers()[deviceIndex].takesLevels()) {
            throw new AdmissionRefusedException("task '" + task.name() + "' " + how + group.deviceName(deviceIndex)
                + "', on which levels are taken while tasks run; put it into the set that is opened");
        }
    }

    private void refuseLost(final List<Task> placed) {
        for (final Task task : placed) {
            for (final int deviceIndex : TaskTable.devicesOf(task)) {
                if (group.isLost(deviceIndex)) {
                    throw new AdmissionRefusedException("device '" + group.deviceName(deviceIndex) + "' of task '"
                        + task.name() + "' is lost; no task can run on it", true);
                }
            }
        }
    }

    private AdmissionCommands prepared(final int slot, final long firstNominalNs, final int[] together) {
        final Task task = tasks.placed(slot);
        state.firstRelease(slot, firstNominalNs);
        group.connect(TaskTable.devicesOf(task));
        return new AdmissionCommands(group, slot, tasks.entry(slot).generation(), TaskTable.homeDevice(task), TaskTable.devicesOf(task),
            firstNominalNs, together);
    }
}
