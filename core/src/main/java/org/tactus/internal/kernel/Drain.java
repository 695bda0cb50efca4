// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.time.Clock;
import org.tactus.model.Release;
import org.tactus.model.Task;

/**
 * Ends all tasks of a kernel: it releases no further job, gives live jobs time to end, and then stops every task. Called by the control
 * thread.
 */
final class Drain {
    private static final long POLL_NS = 100_000;

    private final TaskTable tasks;
    private final DispatcherGroup group;
    private final PolicyState state;
    private final SporadicGate gate;
    private final Monitor monitor;
    private final Clock clock;

    Drain(
        final TaskTable tasks, final DispatcherGroup group, final PolicyState state, final SporadicGate gate, final Monitor monitor,
        final Clock clock) {
        this.monitor = monitor;
        this.tasks = tasks;
        this.group = group;
        this.state = state;
        this.gate = gate;
        this.clock = clock;
    }

    /** Lets live jobs end until a time, or until the calling thread is interrupted, which stays pending; asks every task to stop then. */
    void run(final long nowNs, final long drainNs) {
        final long limitNs = nowNs + Math.min(drainNs, Long.MAX_VALUE - nowNs);
        final BitSet untold = new BitSet();
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null) {
                if (drainNs == 0) {
                    state.requestStop(slot);
                }
                untold.set(slot);
            }
        }
        quiesce(untold, nowNs);
        while (!untold.isEmpty() && goesOn(limitNs)) {
            LockSupport.parkNanos(POLL_NS);
            quiesce(untold, nowNs);
        }
        // The commands first: a dispatcher that has not read QUIESCE yet may be about to release what came due before.
        while ((group.anyUnread() || anyLive()) && goesOn(limitNs)) {
            LockSupport.parkNanos(POLL_NS);
        }
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null) {
                state.requestStop(slot);
            }
        }
    }

    private boolean goesOn(final long limitNs) {
        return clock.nanoTime() < limitNs && !Thread.currentThread().isInterrupted();
    }

    /**
     * Ends the releases of tasks, and leaves those for later whose home has no room for the command: the others must not go on releasing
     * because one dispatcher is stuck. A task whose admission is owed would be admitted after the command, which is nothing before that.
     */
    private void quiesce(final BitSet untold, final long endNs) {
        for (int slot = untold.nextSetBit(0); slot >= 0; slot = untold.nextSetBit(slot + 1)) {
            final TaskTable.Entry entry = tasks.entry(slot);
            final int home = TaskTable.homeDevice(entry.placed());
            if (!monitor.owesAdmission(slot) && group.trySend(home, CommandDescriptor.QUIESCE, slot, entry.generation(), endNs)
                || group.isUnreachable(home)) {
                untold.clear(slot);
            }
        }
    }

    private boolean anyLive() {
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null && (state.isLive(slot) || state.isArriving(slot)) && !touchesLost(tasks.placed(slot))) {
                return true;
            }
        }
        return false;
    }

    private boolean touchesLost(final Task task) {
        return TaskTable.devicesOf(task).stream().anyMatch(group::isLost);
    }

    /** Closes the gate of every sporadic task, so that a delayed caller claims nothing more. Only when every dispatcher has ended. */
    void closeGates() {
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            final Task task = tasks.task(slot);
            if (task != null && task.release() == Release.SPORADIC) {
                gate.close(slot);
            }
        }
    }
}
