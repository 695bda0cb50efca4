// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

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
    private final Clock clock;

    Drain(final TaskTable tasks, final DispatcherGroup group, final PolicyState state, final SporadicGate gate, final Clock clock) {
        this.tasks = tasks;
        this.group = group;
        this.state = state;
        this.gate = gate;
        this.clock = clock;
    }

    /** Lets live jobs end until a time, or until the calling thread is interrupted, which stays pending; asks every task to stop then. */
    void run(final long nowNs, final long drainNs) {
        final long limitNs = nowNs + Math.min(drainNs, Long.MAX_VALUE - nowNs);
        for (int slot = 0; slot < tasks.capacity(); slot++) {
            if (tasks.task(slot) != null) {
                if (drainNs == 0) {
                    state.requestStop(slot);
                }
                quiesce(slot, nowNs, limitNs);
            }
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

    /** Ends a task's releases. A ring that stays full until the limit belongs to a stuck dispatcher, which releases nothing anyway. */
    private void quiesce(final int slot, final long endNs, final long limitNs) {
        final TaskTable.Entry entry = tasks.entry(slot);
        while (!group.trySend(TaskTable.homeDevice(entry.placed()), CommandDescriptor.QUIESCE, slot, entry.generation(), endNs)
            && goesOn(limitNs)) {
            LockSupport.parkNanos(POLL_NS);
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
