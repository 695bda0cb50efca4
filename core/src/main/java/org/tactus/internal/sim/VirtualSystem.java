// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.LevelCharges;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.Preemptions;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * What a simulation schedules on: the policy's tables, a production scheduler a lane, a core or a swapped memory a device, and who of the
 * set's tasks is there. Memory and arrays are kept from run to run and grow to the largest set. Indices as in {@link Simulator}.
 */
final class VirtualSystem {
    TaskSet set;
    SimulationOptions options;
    VirtualLanes lanes;
    VirtualStalls stalls = VirtualStalls.NONE;
    PolicyState state;
    ModeChanges modes;
    /** By task. */
    boolean[] present = new boolean[0];
    /** By lane. */
    DeviceScheduler[] schedulers = new DeviceScheduler[0];
    /** By lane, whether it has something to decide. */
    boolean[] dirty = new boolean[0];
    /** By device; null for one that is not preemptive. */
    PreemptiveCore[] cores = new PreemptiveCore[0];
    /** By lane; null where no memory is swapped. */
    SwapSimulation[] swaps = new SwapSimulation[0];
    private UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private int[] firstSegment = new int[0];

    /** Takes a set over, and draws when its cores are stalled. */
    void begin(final TaskSet taskSet, final SimulationOptions how) {
        Preemptions.require(taskSet);
        set = taskSet;
        options = how;
        lanes = VirtualLanes.of(taskSet);
        grow(taskSet.tasks().size(), lanes.count());
        stalls = how.stalls() ? VirtualStalls.draw(taskSet, how.seed(), how.durationNs()) : VirtualStalls.NONE;
        for (int device = 0; device < taskSet.platform().devices().size(); device++) {
            cores[device] = lanes.of(device) == null ? null : new PreemptiveCore(device, lanes.of(device), stalls);
        }
    }

    private void grow(final int taskCount, final int laneCount) {
        if (present.length < taskCount) {
            present = new boolean[taskCount];
            firstSegment = new int[taskCount];
        }
        if (schedulers.length < laneCount) {
            dirty = new boolean[laneCount];
            schedulers = new DeviceScheduler[laneCount];
            swaps = new SwapSimulation[laneCount];
            cores = new PreemptiveCore[laneCount];
        }
        Arrays.fill(dirty, false);
    }

    /** Lays the tables out and defines the tasks that are there from the start. */
    void lay(final JobListener jobs, final ChangePlan plan, final long releaseJitterNs, final SeededRandom random) {
        final int taskCount = set.tasks().size();
        final int laneCount = lanes.count();
        PolicyState.requireCapacity(taskCount);
        int total = 0;
        for (int i = 0; i < taskCount; i++) {
            total += set.tasks().get(i).segments().size();
        }
        final int bytes = PolicyState.requiredBytes(taskCount, total, laneCount);
        if (memory.capacity() < bytes) {
            final ByteBuffer fresh = ByteBuffer.allocateDirect(2 * bytes + BitUtil.CACHE_LINE_LENGTH);
            memory = new UnsafeBuffer(fresh.alignedSlice(BitUtil.CACHE_LINE_LENGTH));
        } else {
            memory.setMemory(0, bytes, (byte) 0);
        }
        state = new PolicyState(memory, set.policy(), taskCount, total, laneCount);
        // With an unbounded backlog a request waits here, not at its caller: its nominal release stays, however late it comes.
        state.releaseJitterNs(options.releases() == ReleasePattern.SYNCHRONOUS_UNBOUNDED ? Long.MAX_VALUE / 4 : releaseJitterNs);
        for (int lane = 0; lane < laneCount; lane++) {
            schedulers[lane] = new DeviceScheduler(state, lane, jobs);
            final int served = lanes.device(lane);
            if (options.levels() && set.hasLevels(served)) {
                schedulers[lane].takeLevels(options.overheads() == OverheadTime.ZERO && set.overheads().supply().isNone()
                    ? LevelCharges.NONE : LevelCharges.of(set, served));
            }
        }
        modes = new ModeChanges(state, set.platform(), plan::longestBusyPeriodNs);
        int segment = 0;
        for (int i = 0; i < taskCount; i++) {
            final Task task = set.tasks().get(i);
            requireMeasured(task);
            firstSegment[i] = segment;
            segment += task.segments().size();
            present[i] = plan.startsWith(i);
            if (present[i]) {
                define(i, random);
            }
        }
        for (int lane = 0; lane < laneCount; lane++) {
            swaps[lane] = lane < set.platform().devices().size()
                ? SwapSimulation.of(set, lane, state, schedulers[lane], options, random, present) : null;
        }
    }

    private static void requireMeasured(final Task task) {
        for (int j = 0; j < task.segments().size(); j++) {
            if (!task.segments().get(j).isMeasured()) {
                throw new IllegalArgumentException("segment " + j + " of task '" + task.name()
                    + "' has no WCET; give one, or measure it with tactus profile");
            }
        }
    }

    /** Writes a task into the tables, where it counts from now on. */
    void define(final int task, final SeededRandom random) {
        final Task model = set.tasks().get(task);
        state.define(task, lanes.mapped(task, released(model)), firstSegment[task], random.next());
        modes.joined(task, model);
    }

    /** The task with the kind of releases that the pattern asks for. */
    Task released(final Task task) {
        if (task.isAlwaysReady()) {
            return task;
        }
        final Release kind = switch (options.releases()) {
            case FILE -> task.release();
            case SPORADIC, SYNCHRONOUS_UNBOUNDED -> Release.SPORADIC;
            case SYNCHRONOUS, RANDOM_OFFSETS -> Release.PERIODIC;
        };
        return task.withRelease(kind);
    }
}
