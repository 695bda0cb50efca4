package org.tactus.kernel;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.tactus.policy.PolicyState;

/**
 * The monitor's commands to dispatchers, in order for each device. The monitor never waits, so a command that found its ring full is kept
 * and sent in a later round. At most one of a kind is kept for a slot and a device, so what is kept is bounded. Called by the monitor only.
 */
final class OwedCommands {
    private final DispatcherGroup group;
    private final PolicyState state;
    private final Set<Command> owed = new LinkedHashSet<>();

    private record Command(int device, int type, int slot) {
    }

    OwedCommands(final DispatcherGroup group, final PolicyState state) {
        this.group = group;
        this.state = state;
    }

    /** Sends a command now or later. */
    void send(final int device, final int type, final int slot) {
        if (!owed.isEmpty() || !group.offer(device, type, slot)) {
            owed.add(new Command(device, type, slot));
        }
    }

    /** Sends what is kept, as far as there is room; what nobody will read any more is dropped. */
    void retry() {
        final Iterator<Command> commands = owed.iterator();
        while (commands.hasNext()) {
            final Command command = commands.next();
            // Without a stop requested the slot has a later task, which this stop is not for.
            final boolean stale = command.type == CommandDescriptor.STOP && !state.isStopRequested(command.slot);
            if (stale || group.death(command.device) != null || group.offer(command.device, command.type, command.slot)) {
                commands.remove();
            }
        }
    }

    int size() {
        return owed.size();
    }
}
