// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.PolicyState;

/** Does what commands of the control thread and the monitor ask of one dispatcher. Called by the dispatcher's thread. */
final class CommandHandler implements MessageHandler {
    /** The time of the round in which commands are read. */
    long nowNs;
    private final int deviceIndex;
    private final PolicyState state;
    private final DeviceScheduler scheduler;
    /** Null where memory is not scheduled. */
    private final SwapDriver memory;
    /** Whether the monitor has declared this device lost. */
    private boolean lost;

    CommandHandler(final int deviceIndex, final PolicyState state, final DeviceScheduler scheduler, final SwapDriver memory) {
        this.deviceIndex = deviceIndex;
        this.state = state;
        this.scheduler = scheduler;
        this.memory = memory;
    }

    /** Whether the monitor has declared this device lost. */
    boolean isLost() {
        return lost;
    }

    @Override
    public void onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length) {
        final int slot = buffer.getInt(index + CommandDescriptor.TASK_OFFSET);
        final int generation = buffer.getInt(index + CommandDescriptor.GENERATION_OFFSET);
        switch (type) {
            case CommandDescriptor.ADMIT -> {
                touch(slot, buffer.getInt(index + CommandDescriptor.TOGETHER_OFFSET));
                scheduler.admit(slot, buffer.getLong(index + CommandDescriptor.TIME_OFFSET));
                scheduler.stop(slot, generation, nowNs); // when a device was lost meanwhile; its STOP may have come before this
            }
            case CommandDescriptor.TOUCH -> touch(slot, buffer.getInt(index + CommandDescriptor.TOGETHER_OFFSET));
            case CommandDescriptor.FORGET -> {
                // Membership first: it is acquired, and whoever sees that of the slot's next task sees its generation.
                if (memory != null && memory.isMember(slot) && state.generation(slot) == generation) {
                    memory.forget(slot);
                }
            }
            case CommandDescriptor.MAKE_ROOM -> {
                if (state.generation(slot) == generation) {
                    memory.makeRoom(slot, (int) buffer.getLong(index + CommandDescriptor.TIME_OFFSET));
                }
            }
            case CommandDescriptor.RETURNED -> memory.returned(buffer.getLong(index + CommandDescriptor.TIME_OFFSET));
            case CommandDescriptor.QUIESCE -> {
                scheduler.release(buffer.getLong(index + CommandDescriptor.TIME_OFFSET)); // what was due by then is not lost
                scheduler.quiesce(slot, generation, nowNs);
            }
            case CommandDescriptor.STOP -> scheduler.stop(slot, generation, nowNs);
            case CommandDescriptor.LOST -> lose();
            default -> throw new IllegalStateException("command of unknown type " + type + " for slot " + slot + " on device " + deviceIndex
                + "; known are those from " + CommandDescriptor.ADMIT + " to " + CommandDescriptor.RETURNED);
        }
    }

    private void touch(final int slot, final int together) {
        if (memory != null) {
            memory.admit(slot, together);
        }
    }

    private void lose() {
        lost = true;
        if (memory != null) {
            memory.awaitNoMore(); // a lost device is sent no task any more
        }
    }
}
