// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.Arrays;
import java.util.Optional;
import org.tactus.internal.event.EventType;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.model.Overheads;
import org.tactus.model.TaskSet;

/**
 * Drives the production schedulers of a task set in virtual time; a run is determined by its set and its options.
 *
 * <p>Every device is one server. A segment occupies it for dispatch + execution + completion; a job that changes devices, or
 * comes home, is on its way for up to the hand-over overhead; a release is seen at its nominal time plus its jitter plus up to
 * the release-jitter overhead. A completion and the same job's next request are one event, as in production. Events of one
 * instant are handled in an order drawn from the seed, and each instant draws whether a device decides after every event or
 * after all of them: both are legal in production. A device with scheduled memory decides after all of them, as its bounds
 * presume; its copy engines move chunk after chunk beside its executions. A preemptive device has a scheduler a lane, and a
 * {@link PreemptiveCore}, which the lanes take from each other. {@code lane} is a scheduler's index, {@code device} a device's.
 *
 * <p>Reusable: memory and arrays are kept from run to run and grow to the largest set. Not thread-safe.
 */
public final class Simulator {
    private final VirtualTime time = new VirtualTime();
    private final VirtualSystem system = new VirtualSystem();
    private final VirtualReleases releases = new VirtualReleases(time, system);
    private final VirtualChanges changes = new VirtualChanges(time, system, releases);
    private final ResponseTracker tracker = new ResponseTracker();
    /** By task, the lane that its job is on the way to. */
    private int[] destination = new int[0];
    /** By lane, of its last segment. */
    private long[] elapsedNs = new long[0];
    private long[] doneNs = new long[0];
    private long[] busyNs = new long[0];
    private long[] dispatchNs = new long[0];
    private SegmentListener segments;
    private long preemptionNs;
    private long perArrivalNs;
    private long handOffNs;
    private long completionNs;
    private boolean ending;
    private long segmentCount;

    /**
     * Runs a set and tells two listeners what happens.
     *
     * @param taskSet         what is scheduled; every WCET is known
     * @param how             how the simulation goes
     * @param jobListener     told of every job's fate
     * @param segmentListener told of every segment and hand-over
     * @throws IllegalArgumentException when a segment has no WCET
     */
    public void run(
        final TaskSet taskSet, final SimulationOptions how, final JobListener jobListener, final SegmentListener segmentListener) {
        run(taskSet, how, jobListener, segmentListener, ChangePlan.NONE);
    }

    /**
     * Runs a set whose tasks come and go.
     *
     * @param taskSet         every task that is ever there; every WCET is known
     * @param how             how the simulation goes
     * @param jobListener     told of every job's fate
     * @param segmentListener told of every segment and hand-over
     * @param changePlan      adds and removes tasks
     * @throws IllegalArgumentException when a segment has no WCET
     */
    public void run(
        final TaskSet taskSet, final SimulationOptions how, final JobListener jobListener, final SegmentListener segmentListener,
        final ChangePlan changePlan) {
        prepare(taskSet, how, jobListener, segmentListener, changePlan);
        changes.schedule();
        loop(false);
    }

    /**
     * Runs a set for its largest responses.
     *
     * @param taskSet what is scheduled
     * @param how     how the simulation goes
     * @return per task the largest response of a completed job in nanoseconds, 0 without any; the array belongs to this
     *     simulator, is at least as long as the set, and holds until the next run
     */
    public long[] maxResponses(final TaskSet taskSet, final SimulationOptions how) {
        tracker.prepare(taskSet.tasks());
        prepare(taskSet, how, tracker, SegmentListener.NONE, ChangePlan.NONE);
        loop(false);
        return tracker.maxResponsesNs();
    }

    /**
     * Runs a set until a deadline is missed or the simulation ends.
     *
     * @param taskSet what is scheduled
     * @param how     how the simulation goes
     * @return true when a job completed late, was dropped behind an unfinished one, or stayed unfinished past its deadline
     */
    public boolean missesDeadline(final TaskSet taskSet, final SimulationOptions how) {
        tracker.prepare(taskSet.tasks());
        prepare(taskSet, how, tracker, SegmentListener.NONE, ChangePlan.NONE);
        loop(true);
        boolean missed = tracker.missed();
        for (int i = 0; i < taskSet.tasks().size() && !missed; i++) {
            missed = tracker.isUnfinished(i) && system.state.absoluteDeadlineNs(i) < time.nowNs()
                || system.state.backlogMisses(i, time.nowNs()) > 0;
        }
        return missed;
    }

    /**
     * Segments that completed in the last run.
     *
     * @return a count
     */
    public long segmentCount() {
        return segmentCount;
    }

    /**
     * Segments of completed jobs that ran on the accelerator that they were offered to, in the last run for responses or misses.
     *
     * @return a count
     */
    public long substitutionCount() {
        return tracker.substitutions();
    }

    /**
     * When the last run ended: its duration, or the last event of a drained one if that is later.
     *
     * @return nanoseconds of virtual time
     */
    public long endNs() {
        return time.nowNs();
    }

    /**
     * For how long a device was busy in the last run, overheads included.
     *
     * @param device its index
     * @return nanoseconds; of a segment that was still running at the end, only the part before it
     */
    public long busyNs(final int device) {
        return busyNs[device];
    }

    /**
     * What a device's copy engines did in the last run.
     *
     * @param device its index
     * @return the counts; empty for a device that does not swap
     */
    public Optional<SwapCounts> swapCounts(final int device) {
        return Optional.ofNullable(system.swaps[device]).map(SwapSimulation::counts);
    }

    /**
     * The policy's tables as the last run left them, to see what was unfinished.
     *
     * @return the tables, valid until the next run
     */
    public PolicyState state() {
        return system.state;
    }

    private void prepare(
        final TaskSet taskSet, final SimulationOptions how, final JobListener jobListener, final SegmentListener segmentListener,
        final ChangePlan plan) {
        segments = segmentListener;
        time.begin(how);
        system.begin(taskSet, how);
        grow(taskSet.tasks().size(), system.lanes.count());
        segmentCount = 0;
        ending = false;
        final boolean charged = how.overheads() != OverheadTime.ZERO;
        final Overheads machine = charged ? taskSet.charged() : Overheads.NONE;
        preemptionNs = machine.preemptionNs();
        perArrivalNs = machine.dispatchPerTaskNs();
        handOffNs = machine.handOffNs();
        completionNs = machine.completionNs();
        for (int lane = 0; lane < system.lanes.count(); lane++) {
            dispatchNs[lane] = charged ? taskSet.dispatchNs(system.lanes.device(lane)) : 0;
        }
        releases.begin(machine, jobListener);
        changes.begin(plan);
        system.lay(jobListener, plan, releases.releaseJitterNs(), time.random);
        releases.start();
    }

    private void grow(final int taskCount, final int laneCount) {
        if (destination.length < taskCount) {
            destination = new int[taskCount];
        }
        if (busyNs.length < laneCount) {
            elapsedNs = new long[laneCount];
            doneNs = new long[laneCount];
            busyNs = new long[laneCount];
            dispatchNs = new long[laneCount];
        }
        Arrays.fill(busyNs, 0);
    }

    private void loop(final boolean untilMiss) {
        final long lastNs = system.options.drain() ? Long.MAX_VALUE : system.options.durationNs();
        while (time.hasEventUntil(lastNs) && !(untilMiss && tracker.missed())) {
            time.advance();
            if (time.nowNs() >= system.options.durationNs() && !ending) {
                ending = true;
                releases.endAlwaysReady();
            }
            final boolean eager = system.options.permute() && time.random.coin();
            do {
                handle(time.take());
                if (eager) {
                    dispatch(false);
                }
            } while (time.hasEventNow());
            dispatch(true);
            changes.endInstant();
        }
        if (!untilMiss || !tracker.missed()) {
            time.reach(system.options.durationNs());
        }
        for (int device = 0; device < system.set.platform().devices().size(); device++) {
            if (system.cores[device] != null) {
                busyNs[device] = system.cores[device].busyNs(time.nowNs());
            } else if (system.schedulers[device].running() != PolicyState.NONE) {
                busyNs[device] -= Math.max(0, doneNs[device] - time.nowNs());
            }
        }
    }

    private void handle(final int event) {
        final int index = VirtualTime.index(event);
        switch (VirtualTime.kind(event)) {
            case VirtualTime.TICK -> releases.tick(index);
            case VirtualTime.DONE -> done(index);
            case VirtualTime.MOVE -> move(index / 2, index % 2 == 1);
            case VirtualTime.WAKE -> system.dirty[index] = true;
            case VirtualTime.ARRIVE -> {
                final int device = destination[index];
                final PreemptiveCore core = system.cores[system.lanes.device(device)];
                final int then = system.schedulers[device].arrive(index, time.nowNs());
                if (then == DeviceScheduler.ENDED && core != null) {
                    core.errand(core.rank(device));
                } else if (then == DeviceScheduler.HAND_OVER) {
                    transit(device, system.state.segmentDevice(index), index, system.state.jobNumber(index),
                        system.state.segmentIndex(index));
                }
                system.dirty[device] = true;
                releases.retry(index);
            }
            case VirtualTime.CHANGE -> changes.make();
            default -> releases.request(index);
        }
    }

    /** A device has done what it had begun. */
    private void done(final int lane) {
        final PreemptiveCore core = system.cores[system.lanes.device(lane)];
        if (core == null) {
            complete(lane);
        } else if (doneNs[lane] == time.nowNs() && core.current() == core.rank(lane)) { // else it was interrupted meanwhile
            final int rank = core.current();
            final int task = core.end(time.nowNs());
            system.dirty[lane] = true;
            if (task != PolicyState.NONE) {
                elapsedNs[lane] = core.executionNs(rank);
                segments.onSegment(core.device, task, system.state.jobNumber(task), system.state.segmentIndex(task), core.startNs(rank),
                    core.endNs(rank));
                complete(lane);
            }
        }
    }

    /** Gives a preemptive device to the highest lane that has something to do. */
    private void preempt(final PreemptiveCore core) {
        int next = 0;
        while (next < core.lanes.length && !core.hasBegun(next) && !core.hasErrand(next)
            && system.schedulers[core.lanes[next]].readyCount() == 0) {
            next++;
        }
        if (core.current() != PreemptiveCore.NONE) {
            if (next == core.current()) {
                return;
            }
            if (core.isHeld(time.nowNs())) {
                final long freeNs = core.heldUntilNs(time.nowNs());
                if (freeNs > time.nowNs()) {
                    time.push(freeNs, VirtualTime.WAKE | core.lanes[next]);
                }
                return;
            }
            core.pause(time.nowNs());
        }
        if (next == core.lanes.length) {
            return;
        }
        final long switchNs = core.isLast(next) ? 0 : time.overhead(preemptionNs);
        if (!core.hasBegun(next) && !begin(core, next, switchNs)) {
            preempt(core); // its jobs were stopped, or it had nothing to do that takes time
            return;
        }
        final int lane = core.lanes[next];
        doneNs[lane] = core.run(next, switchNs, time.nowNs());
        time.push(doneNs[lane], VirtualTime.DONE | lane);
    }

    /** Lets a lane that has the processor choose what it does; false when there is nothing left to do. */
    private boolean begin(final PreemptiveCore core, final int rank, final long switchNs) {
        final int lane = core.lanes[rank];
        final int task = firstGoing(lane);
        if (task != PolicyState.NONE) {
            final boolean marked = system.lanes.isMarked(task, system.state.segmentIndex(task));
            system.schedulers[lane].started(task, time.nowNs());
            core.begin(rank, task, marked, marked && system.options.permute() && time.random.coin(), time.overhead(dispatchNs[lane]),
                ExecutionDraw.ns(system.options, system.set, system.state, task, time.random), time.overhead(completionNs));
            return true;
        }
        if (!core.hasErrand(rank)) {
            return false;
        }
        final long workNs = time.overhead(perArrivalNs);
        core.beginErrand(rank, workNs);
        return workNs + switchNs > 0;
    }

    private void complete(final int device) {
        final DeviceScheduler scheduler = system.schedulers[device];
        final int task = scheduler.running();
        segmentCount++;
        final long job = system.state.jobNumber(task);
        // As a dispatcher ends a segment: one of a lane in one way only.
        final int then = system.cores[system.lanes.device(device)] == null && scheduler.passesOn(task, elapsedNs[device])
            ? DeviceScheduler.HAND_OVER : scheduler.segmentDone(task, time.nowNs(), elapsedNs[device], false);
        system.dirty[device] = true;
        if (then == DeviceScheduler.HAND_OVER) {
            transit(device, system.state.segmentDevice(task), task, job, system.state.segmentIndex(task));
        } else if (then == DeviceScheduler.RETURN_HOME) {
            transit(device, system.state.homeDevice(task), task, job, EventType.NO_SEGMENT);
        } else if (then == DeviceScheduler.ENDED) {
            releases.retry(task);
        }
    }

    private void transit(final int from, final int to, final int task, final long job, final int segment) {
        final int source = system.lanes.device(from);
        final int target = system.lanes.device(to);
        final long arriveNs = system.stalls.handedOver(source, target, time.nowNs(), time.overhead(handOffNs));
        destination[task] = to;
        segments.onTransit(source, target, task, job, segment, time.nowNs(), arriveNs);
        time.push(arriveNs, VirtualTime.ARRIVE | task);
    }

    private void dispatch(final boolean all) {
        for (int lane = 0; lane < system.lanes.count(); lane++) {
            final int device = system.lanes.device(lane);
            if (!system.dirty[lane] || !all && decidesLast(device)) {
                continue;
            }
            system.dirty[lane] = false;
            if (system.stalls.isStalled(device, time.nowNs())) {
                time.push(system.stalls.after(device, time.nowNs(), 0), VirtualTime.WAKE | lane);
            } else if (system.cores[device] != null) {
                preempt(system.cores[device]);
            } else {
                startNext(lane);
            }
        }
    }

    /** Whether a device decides only after all events of the present instant. */
    private boolean decidesLast(final int device) {
        return system.set.platform().devices().get(device).memory().isPresent() || system.stalls.hasEnded(device, time.nowNs());
    }

    private void move(final int device, final boolean in) {
        if (system.swaps[device].isDue(in, time.nowNs())) {
            pushMove(device, in, system.swaps[device].advance(in, time.nowNs(), time.overhead(completionNs), segments));
            system.dirty[device] = true;
        }
    }

    private void pushMove(final int device, final boolean in, final long dueNs) {
        if (dueNs != SwapSimulation.NOTHING_DUE) {
            time.push(system.stalls.moved(device, time.nowNs(), dueNs), VirtualTime.MOVE | 2 * device + (in ? 1 : 0));
        }
    }

    /** What runs next: by the device's own order, or as its memory permits. */
    private int select(final int device) {
        final SwapSimulation swapping = system.swaps[device];
        if (swapping == null) {
            return system.schedulers[device].select(time.nowNs());
        }
        final int task = swapping.select(time.nowNs(), time.overhead(dispatchNs[device]));
        pushMove(device, false, swapping.newlyDueNs(false));
        pushMove(device, true, swapping.newlyDueNs(true));
        return task;
    }

    /** Selects the first job of a lane whose task goes on; those of stopped tasks before it end here. */
    private int firstGoing(final int lane) {
        int task = select(lane);
        while (task != PolicyState.NONE && system.state.isStopRequested(task)) {
            final long job = system.state.jobNumber(task);
            if (system.schedulers[lane].segmentDone(task, time.nowNs(), 0, true) == DeviceScheduler.RETURN_HOME) {
                transit(lane, system.state.homeDevice(task), task, job, EventType.NO_SEGMENT);
            }
            task = select(lane);
        }
        return task;
    }

    private void startNext(final int device) {
        final DeviceScheduler scheduler = system.schedulers[device];
        final int task = firstGoing(device);
        if (task != PolicyState.NONE) {
            final long startNs = system.stalls.after(device, time.nowNs(), time.overhead(dispatchNs[device]));
            final long executionNs = ExecutionDraw.ns(system.options, system.set, system.state, task, time.random);
            final long endNs = system.stalls.executed(device, startNs, executionNs);
            final long completedNs = system.stalls.after(device, endNs, time.overhead(completionNs));
            scheduler.started(task, startNs);
            elapsedNs[device] = executionNs;
            doneNs[device] = completedNs;
            busyNs[device] += completedNs - time.nowNs();
            segments.onSegment(device, task, system.state.jobNumber(task), system.state.segmentIndex(task), startNs, endNs);
            time.push(completedNs, VirtualTime.DONE | device);
            if (system.swaps[device] != null) {
                select(device); // what moves meanwhile
            }
        }
    }
}
