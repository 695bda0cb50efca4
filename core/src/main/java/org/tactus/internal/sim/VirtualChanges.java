// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.Task;

/** What a plan does to the tasks: as the kernel's control side does it, at one instant but for the room that is made in a memory. */
final class VirtualChanges implements ChangePlan.Running {
    private final VirtualTime time;
    private final VirtualSystem system;
    private final VirtualReleases releases;
    private ChangePlan plan = ChangePlan.NONE;
    /** The task that room is made for, which no job is released of yet. */
    private int joining = PolicyState.NONE;
    private final Set<Integer> withdrawn = new HashSet<>();

    VirtualChanges(final VirtualTime time, final VirtualSystem system, final VirtualReleases releases) {
        this.time = time;
        this.system = system;
        this.releases = releases;
    }

    /** Begins a run in which a plan makes the changes. */
    void begin(final ChangePlan changes) {
        plan = changes;
        joining = PolicyState.NONE;
        withdrawn.clear();
    }

    /** Plans the event of the next change. */
    void schedule() {
        final long whenNs = plan.nextNs();
        if (whenNs < system.options.durationNs()) {
            time.push(Math.max(time.nowNs(), whenNs), VirtualTime.CHANGE);
        }
    }

    /** Makes the changes that are due. */
    void make() {
        plan.change(this, time.nowNs());
        schedule();
    }

    /** Ends an instant: admits the task that joins once it has room, and lets removed tasks stop counting. */
    void endInstant() {
        admitJoining();
        if (system.modes.isPending() && system.modes.look(time.nowNs())) {
            system.modes.confirm(); // nothing happens between the two: this instant is over
        }
    }

    @Override
    public void reclaim() {
        system.modes.noteStopped(time.nowNs());
        for (int i = 0; i < system.set.tasks().size(); i++) {
            if (isLeaving(i)) {
                system.swaps[system.state.homeDevice(i)].forget(i);
            }
        }
    }

    @Override
    public List<Task> counted() {
        final List<Task> counted = new ArrayList<>(system.modes.counted());
        for (int i = 0; i < system.set.tasks().size(); i++) {
            if (isLeaving(i)) {
                final Task task = system.set.tasks().get(i);
                counted.add(task.withName(task.name() + " (moving)"));
            }
        }
        return counted;
    }

    /** Whether a task has stopped, and its device has not forgotten it yet. */
    private boolean isLeaving(final int task) {
        return !system.present[task] && !withdrawn.contains(task) && system.state.isStopped(task) && !isForgotten(task);
    }

    private boolean isForgotten(final int task) {
        final SwapSimulation swapping = system.swaps[system.state.homeDevice(task)];
        return swapping == null || !swapping.isMember(task);
    }

    @Override
    public boolean isFree(final int task) {
        return !system.present[task]
            && (system.state.isFree(task) || withdrawn.contains(task) || system.state.isStopped(task) && isForgotten(task));
    }

    @Override
    public void add(final int task) {
        system.modes.noteStopped(time.nowNs());
        system.present[task] = true;
        withdrawn.remove(task);
        system.define(task, time.random);
        final int home = system.state.homeDevice(task);
        if (system.swaps[home] == null) {
            releases.join(task);
            return;
        }
        if (joining != PolicyState.NONE) {
            throw new IllegalStateException("room is made for task " + joining + "; one joins at a time");
        }
        joining = task;
        system.swaps[home].join(task);
        system.dirty[home] = true; // decided when all of this instant is told
    }

    /** Admits the task that joins as soon as it has room. */
    private void admitJoining() {
        if (joining != PolicyState.NONE && system.swaps[system.state.homeDevice(joining)].isRoomMade()) {
            final int task = joining;
            system.swaps[system.state.homeDevice(task)].admitJoining(task);
            joining = PolicyState.NONE;
            releases.join(task);
            plan.joined(task, time.nowNs());
        }
    }

    @Override
    public void remove(final int task) {
        system.present[task] = false;
        releases.leave(task);
        if (joining == task) {
            joining = PolicyState.NONE;
            withdrawn.add(task);
            system.modes.withdrawn(List.of(system.set.tasks().get(task)));
            system.swaps[system.state.homeDevice(task)].forget(task);
            return;
        }
        system.modes.removing(task);
        system.state.requestStop(task);
        system.schedulers[system.state.homeDevice(task)].stop(task, time.nowNs());
    }
}
