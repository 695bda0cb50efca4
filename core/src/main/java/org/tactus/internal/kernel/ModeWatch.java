// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.internal.time.Clock;
import org.tactus.model.Task;

/**
 * Watches a running kernel for the instants at which removed tasks stop counting for admission; the rule is that of
 * {@link ModeChanges}. The control thread and the monitor share it, one call at a time.
 */
final class ModeWatch {
    /** Between the two looks: far longer than a core takes to show its stores to the others, far shorter than a round. */
    private static final long BETWEEN_LOOKS_NS = 10_000;

    private final ModeChanges modes;
    private final Clock clock;
    private volatile boolean pending;

    ModeWatch(final ModeChanges modes, final Clock clock) {
        this.modes = modes;
        this.clock = clock;
    }

    /** Counts tasks that were defined in slots. */
    synchronized void joined(final int[] slots, final List<Task> tasks) {
        for (int i = 0; i < slots.length; i++) {
            modes.joined(slots[i], tasks.get(i));
        }
    }

    /** Takes back tasks that no dispatcher was told of; tasks that never joined are ignored. */
    synchronized void withdrawn(final List<Task> tasks) {
        modes.withdrawn(tasks);
    }

    /** Notes that a task is being removed. */
    synchronized void removing(final int slot) {
        modes.removing(slot);
        pending = true;
    }

    /** The tasks that count, in the order that decides among equals. */
    synchronized List<Task> counted() {
        return modes.counted();
    }

    /** What to say behind a refusal while removed tasks count; empty without them. */
    synchronized String remark() {
        final List<String> names = modes.counting();
        return names.isEmpty() ? "" : "; this counts the removed " + String.join(", ", names)
            + " until there was an instant without a live job of all tasks that share devices: try again later";
    }

    /** Whether removed tasks count still, so that looks should not be far apart. Any thread. */
    boolean isPending() {
        return pending;
    }

    /** Looks whether removed tasks may stop counting. Monitor and control threads; a volatile read while there is none. */
    void observe() {
        if (pending) {
            observeNow();
        }
    }

    private synchronized void observeNow() {
        if (modes.look(clock.nanoTime())) {
            final long untilNs = clock.nanoTime() + BETWEEN_LOOKS_NS;
            while (clock.nanoTime() < untilNs) {
                Thread.onSpinWait();
            }
            modes.confirm();
        }
        pending = modes.isPending();
    }

    /** Notes which removed tasks have ended, before their slots are given to others. */
    synchronized void noteStopped() {
        modes.noteStopped(clock.nanoTime());
    }
}
