// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.tactus.internal.lifecycle.Closing;
import org.tactus.internal.policy.PolicyState;

/**
 * How tasks leave: those that were removed and have stopped are forgotten by their devices, which return their memory, and free their
 * slots. Control thread.
 */
final class TaskLeaving {
    private final PolicyState state;
    private final TaskTable tasks;
    private final DispatcherGroup group;
    private final Lanes lanes;
    private final ReturnedMemory returned;
    private final ModeWatch modes;
    private final Closing closing;
    private final IntFunction<TaskReport> report;

    /** With what closes the kernel, and what was counted of the task in a slot. */
    TaskLeaving(
        final PolicyState state, final TaskTable tasks, final DispatcherGroup group, final Lanes lanes, final ReturnedMemory returned,
        final ModeWatch modes, final Closing closing, final IntFunction<TaskReport> report) {
        this.state = state;
        this.tasks = tasks;
        this.group = group;
        this.lanes = lanes;
        this.returned = returned;
        this.modes = modes;
        this.closing = closing;
        this.report = report;
    }

    /** Frees the slots of removed tasks that have stopped. Their counts are kept; {@link Kernel#close} tells what cannot be closed. */
    void reclaim() {
        modes.observe();
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.isRemoving(slot) && state.isStopped(slot) && forgetAll(slot)) {
                modes.noteStopped();
                final TaskTable.Entry entry = tasks.entry(slot);
                tasks.ended.keep(entry.generation(), entry.task().name(), tasks.errors[slot], report.apply(slot));
                final int gone = slot;
                lanes.leave(List.of(entry.placed()));
                closing.attempt(() -> tasks.clear(gone));
            }
        }
        returned.settle();
    }

    /** Keeps the counts of all tasks and closes their segments, when no thread uses them any more. */
    void clearAll() {
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            final TaskTable.Entry entry = tasks.entry(slot);
            if (entry != null) {
                final int used = slot;
                closing.attempt(() -> tasks.ended.keep(entry.generation(), entry.task().name(), tasks.errors[used], report.apply(used)));
                closing.attempt(() -> tasks.clear(used));
            }
        }
    }

    /** Makes the devices forget a task; false when one that is lost may still move chunks of it: its slot is not used again then. */
    private boolean forgetAll(final int slot) {
        final TaskTable.Entry entry = tasks.entry(slot);
        boolean forgotten = TaskTable.devicesOf(entry.placed()).stream()
            .noneMatch(device -> group.dispatchers()[device].memory != null && group.isLost(device));
        for (final int deviceIndex : forgotten ? TaskTable.devicesOf(entry.placed()) : Set.<Integer>of()) {
            final Dispatcher dispatcher = group.dispatchers()[deviceIndex];
            if (dispatcher.memory == null || returned.forget(deviceIndex, slot, entry.generation())) {
                dispatcher.device.forget(slot);
                if (dispatcher.memory != null) {
                    returned.owe(deviceIndex, slot, entry.generation());
                }
            } else {
                forgotten = false;
            }
        }
        return forgotten;
    }
}
