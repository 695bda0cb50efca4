// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Sends the monitor's commands to dispatchers, in order for each device. The monitor never waits, so a command that finds its ring full is
 * kept and sent in a later round. At most one command of a kind is kept for a slot and a device, so the number is bounded. Called by the
 * monitor only.
 */
final class OwedCommands {
    private final DispatcherGroup group;
    private final IntConsumer admitted;
    private final Set<Command> owed = new LinkedHashSet<>();
    /** Of control threads, which found a ring full. */
    private final List<AdmissionCommands> admissions = new ArrayList<>();

    private record Command(int device, int type, int slot, int generation) {
    }

    /** Tells the second one the slot of each task whose admission has been sent. */
    OwedCommands(final DispatcherGroup group, final IntConsumer admitted) {
        this.group = group;
        this.admitted = admitted;
    }

    /** Sends a command now or later. */
    void send(final int deviceIndex, final int type, final int slot, final int generation) {
        if (!owed.isEmpty() || !group.trySend(deviceIndex, type, slot, generation, 0)) {
            owed.add(new Command(deviceIndex, type, slot, generation));
        }
    }

    /** Keeps what is left of the commands that admit a task. */
    void keep(final AdmissionCommands left) {
        admissions.add(left);
    }

    /** Sends the kept commands as far as there is room; drops those whose dispatcher has died, since they would never be read. */
    void retry() {
        if (!admissions.isEmpty()) {
            admissions.removeIf(this::trySend);
        }
        if (owed.isEmpty()) {
            return; // almost always: an iterator in each round of the monitor would fill the heap
        }
        final Iterator<Command> commands = owed.iterator();
        while (commands.hasNext()) {
            final Command command = commands.next();
            if (group.death(command.device) != null
                || group.trySend(command.device, command.type, command.slot, command.generation, 0)) {
                commands.remove();
            }
        }
    }

    private boolean trySend(final AdmissionCommands commands) {
        final boolean sent = commands.trySend();
        if (sent) {
            admitted.accept(commands.slot());
        }
        return sent;
    }

    int size() {
        return owed.size() + admissions.size();
    }
}
