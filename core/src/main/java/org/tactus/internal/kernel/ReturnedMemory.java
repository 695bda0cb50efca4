// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes dispatchers forget the memory of tasks, and gives what those have left back to the other tasks of their devices. The device makes
 * chunks of it first, and only then the dispatcher counts on them. What cannot be done now, because the device refuses chunks or the
 * ring of a dispatcher is full, counts as used until {@link #settle} succeeds, which every admission calls first. Control thread.
 */
final class ReturnedMemory {
    private final DispatcherGroup group;
    private final TaskTable tasks;
    private final List<Left> owed = new ArrayList<>();
    /** Tasks that did not join after all and that a dispatcher still makes room for. */
    private final List<Left> unanswered = new ArrayList<>();

    private record Left(int device, int slot, int generation, long bytes) {
    }

    ReturnedMemory(final DispatcherGroup group, final TaskTable tasks) {
        this.group = group;
        this.tasks = tasks;
    }

    /** Makes a dispatcher forget a task whose chunks it moves; false when it does not answer. */
    boolean forget(final int deviceIndex, final int slot, final int generation) {
        return group.send(deviceIndex, CommandDescriptor.FORGET, slot, generation, 0) && group.awaitForgotten(deviceIndex, slot);
    }

    /** Makes a dispatcher forget a task that does not join after all. One that does not answer is asked again, and keeps the slot. */
    void withdraw(final int deviceIndex, final int slot, final int generation) {
        if (forget(deviceIndex, slot, generation)) {
            owe(deviceIndex, slot, generation);
        } else {
            unanswered.add(new Left(deviceIndex, slot, generation, 0));
            tasks.withhold(slot, true);
        }
    }

    /** Notes what a task that a dispatcher has forgotten has left; once, however often it is called. */
    void owe(final int deviceIndex, final int slot, final int generation) {
        final long bytes = group.dispatchers()[deviceIndex].memory.takeLeftBytes(slot);
        if (bytes > 0) {
            owed.add(new Left(deviceIndex, slot, generation, bytes));
        }
    }

    /** Returns what can be returned now. */
    void settle() {
        for (final Left left : List.copyOf(unanswered)) {
            if (group.dispatchers()[left.device].memory.isMember(left.slot)) {
                group.trySend(left.device, CommandDescriptor.FORGET, left.slot, left.generation, 0); // a second one does nothing
            } else {
                unanswered.remove(left);
                owe(left.device, left.slot, left.generation);
                tasks.withhold(left.slot, unanswered.stream().anyMatch(other -> other.slot == left.slot));
            }
        }
        owed.removeIf(this::isReturned);
    }

    private boolean isReturned(final Left left) {
        if (group.isUnreachable(left.device)) {
            return true; // nobody counts there any more
        }
        try {
            group.dispatchers()[left.device].device.defined();
        } catch (final RuntimeException e) {
            return false; // without the chunks a load would find none; who is admitted next and lacks them is told why
        }
        return group.trySend(left.device, CommandDescriptor.RETURNED, left.slot, left.generation, left.bytes);
    }
}
