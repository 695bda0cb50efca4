// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.internal.policy.SwapScheduler;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * One swapping device of a simulation: the production {@link SwapScheduler}, and its copy engines in virtual time. When no task can
 * give room (a set that breaks a memory condition), the task that needs it is stopped, as in production.
 */
final class SwapSimulation {
    /** No event of the copy engines lies ahead. */
    static final long NOTHING_DUE = Long.MIN_VALUE;

    private final int device;
    private final PolicyState state;
    private final SwapScheduler swaps;
    private final VirtualMover in;
    private final VirtualMover out;
    private final SeededRandom random;
    private final SwapRegion[] regions;
    private long newlyDueInNs;
    private long newlyDueOutNs;

    private SwapSimulation(
        final TaskSet set, final int device, final DeviceMemory memory, final PolicyState state, final DeviceScheduler scheduler,
        final SimulationOptions options, final SeededRandom random, final boolean[] present) {
        this.device = device;
        this.state = state;
        this.random = random;
        final int tasks = set.tasks().size();
        swaps = new SwapScheduler(state, scheduler, new UnsafeBuffer(new byte[SwapScheduler.requiredBytes(tasks)]), memory,
            set.overheadsOn(device), options.victims() ? random.next() | 1 : 0);
        regions = new SwapRegion[tasks];
        for (int i = 0; i < tasks; i++) {
            final boolean here = usesDevice(set.tasks().get(i), device);
            regions[i] = here ? SwapRegion.of(set.tasks().get(i), memory) : SwapRegion.NONE;
            if (here && present[i]) {
                swaps.define(i, regions[i]);
                swaps.admit(i);
            }
        }
        in = new VirtualMover(memory, regions, true, options.execution() == ExecutionTime.RANDOM);
        out = new VirtualMover(memory, regions, false, options.execution() == ExecutionTime.RANDOM);
    }

    /** The simulation of a device's memory, with the tasks that are there from the start; null when no task swaps there. */
    static SwapSimulation of(
        final TaskSet set, final int device, final PolicyState state, final DeviceScheduler scheduler, final SimulationOptions options,
        final SeededRandom random, final boolean[] present) {
        return set.swapsOn(device) ? new SwapSimulation(
            set, device, set.platform().devices().get(device).memory().orElseThrow(), state, scheduler, options, random, present) : null;
    }

    /** Begins to make room for a task that joins. */
    void join(final int task) {
        swaps.define(task, regions[task]);
        swaps.room().begin(task);
    }

    /** Whether room is made for the task that joins. */
    boolean isRoomMade() {
        return swaps.room().isMade();
    }

    /** Admits the task that room is made for. */
    void admitJoining(final int task) {
        swaps.room().tell();
        swaps.admit(task);
    }

    /** Whether the device counts a task. */
    boolean isMember(final int task) {
        return swaps.isMember(task);
    }

    /** Gives back the memory of a task that has stopped, or that does not join after all; nothing while its chunks are moving. */
    void forget(final int task) {
        if (swaps.forget(task)) {
            swaps.returned(swaps.takeLeftBytes(task));
        }
    }

    private static boolean usesDevice(final Task task, final int device) {
        return task.segments().stream().anyMatch(segment -> segment.device() == device);
    }

    boolean isDue(final boolean brings, final long nowNs) {
        return (brings ? in : out).isDue(nowNs);
    }

    /** Something of one direction is due; when the next thing of it is. */
    long advance(final boolean brings, final long nowNs, final long completionNs, final SegmentListener listener) {
        final VirtualMover mover = brings ? in : out;
        final long dueNs = mover.advance(swaps, device, nowNs, completionNs, random, listener);
        swaps.progress(brings, mover.done(), mover.isMoving(), nowNs);
        if (!mover.isMoving()) {
            listener.onMove(device, mover.task(), brings, mover.first(), mover.done(), mover.beganNs(), nowNs);
        }
        return dueNs;
    }

    /** Carries out what the policy decides; the task whose segment starts, or NONE. */
    int select(final long nowNs, final long dispatchNs) {
        newlyDueInNs = NOTHING_DUE;
        newlyDueOutNs = NOTHING_DUE;
        while (true) {
            switch (swaps.decide(nowNs)) {
                case SwapScheduler.RUN -> {
                    return swaps.chosenSlot();
                }
                case SwapScheduler.MOVE_IN -> newlyDueInNs = in.begin(swaps, nowNs, dispatchNs, random);
                case SwapScheduler.MOVE_OUT -> newlyDueOutNs = out.begin(swaps, nowNs, dispatchNs, random);
                case SwapScheduler.GRANT -> {
                    final long dueNs = in.grant(swaps, nowNs, random);
                    newlyDueInNs = dueNs == NOTHING_DUE ? newlyDueInNs : dueNs;
                }
                case SwapScheduler.CANCEL -> {
                    newlyDueInNs = in.cancel(nowNs) ? nowNs : newlyDueInNs;
                    newlyDueOutNs = out.cancel(nowNs) ? nowNs : newlyDueOutNs;
                }
                case SwapScheduler.NO_ROOM -> state.requestStop(swaps.chosenSlot());
                default -> {
                    return PolicyState.NONE;
                }
            }
        }
    }

    /** When what the last {@link #select} began of one direction is due for the first time. */
    long newlyDueNs(final boolean brings) {
        return brings ? newlyDueInNs : newlyDueOutNs;
    }

    SwapCounts counts() {
        return swaps.counts();
    }
}
