// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.event.EventType;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.LevelCharges;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.Preemptions;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.policy.SwapCounts;
import org.tactus.model.Overheads;
import org.tactus.model.Release;
import org.tactus.model.Task;
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
    private static final int KIND_SHIFT = 24;
    private static final int INDEX_MASK = (1 << KIND_SHIFT) - 1;
    private static final int TICK = 0;
    private static final int DONE = 1 << KIND_SHIFT;
    private static final int ARRIVE = 2 << KIND_SHIFT;
    private static final int REQUEST = 3 << KIND_SHIFT;
    private static final int MOVE = 4 << KIND_SHIFT;
    private static final int CHANGE = 5 << KIND_SHIFT;
    private static final int WAKE = 6 << KIND_SHIFT;
    private static final long NOT_PLANNED = -1;

    private final EventQueue events = new EventQueue();
    private final SeededRandom random = new SeededRandom();
    private final ResponseTracker tracker = new ResponseTracker();
    private UnsafeBuffer memory = new UnsafeBuffer(0, 0);
    private long[] nominalNs = new long[0];
    private int[] destination = new int[0];
    private boolean[] held = new boolean[0];
    /** When the planned event of a task's request, or of a device's releases, comes; another one of that kind is out of date. */
    private long[] requestNs = new long[0];
    private long[] tickNs = new long[0];
    private boolean[] present = new boolean[0];
    private int[] firstSegment = new int[0];
    private long[] elapsedNs = new long[0];
    private long[] doneNs = new long[0];
    private long[] busyNs = new long[0];
    private boolean[] dirty = new boolean[0];
    private PreemptiveCore[] cores = new PreemptiveCore[0];
    private DeviceScheduler[] schedulers = new DeviceScheduler[0];
    private SwapSimulation[] swaps = new SwapSimulation[0];

    private TaskSet set;
    private SimulationOptions options;
    private ChangePlan plan = ChangePlan.NONE;
    private ModeChanges modes;
    private final Changes changes = new Changes();
    private JobListener jobs;
    private SegmentListener segments;
    private PolicyState state;
    private SporadicGate gate;
    private VirtualStalls stalls = VirtualStalls.NONE;
    private VirtualLanes lanes;
    private long releaseJitterNs;
    private long sporadicJitterNs;
    private long laneJitterNs;
    private long preemptionNs;
    private long perArrivalNs;
    /** By lane. */
    private long[] dispatchNs = new long[0];
    private long handOffNs;
    private long completionNs;
    private long nowNs;
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
        plan = changePlan;
        prepare(taskSet, how, jobListener, segmentListener);
        scheduleChange();
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
        plan = ChangePlan.NONE;
        prepare(taskSet, how, tracker, SegmentListener.NONE);
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
        plan = ChangePlan.NONE;
        prepare(taskSet, how, tracker, SegmentListener.NONE);
        loop(true);
        boolean missed = tracker.missed();
        for (int i = 0; i < taskSet.tasks().size() && !missed; i++) {
            missed = tracker.isUnfinished(i) && state.absoluteDeadlineNs(i) < nowNs || state.backlogMisses(i, nowNs) > 0;
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
        return nowNs;
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
        return Optional.ofNullable(swaps[device]).map(SwapSimulation::counts);
    }

    /**
     * The policy's tables as the last run left them, to see what was unfinished.
     *
     * @return the tables, valid until the next run
     */
    public PolicyState state() {
        return state;
    }

    private void prepare(
        final TaskSet taskSet, final SimulationOptions how, final JobListener jobListener, final SegmentListener segmentListener) {
        final int taskCount = taskSet.tasks().size();
        Preemptions.require(taskSet);
        lanes = VirtualLanes.of(taskSet);
        final int deviceCount = lanes.count();
        set = taskSet;
        options = how;
        jobs = jobListener;
        segments = segmentListener;
        random.seed(how.seed());
        events.clear();
        grow(taskCount, deviceCount);
        segmentCount = 0;
        nowNs = 0;
        ending = false;
        final boolean charged = how.overheads() != OverheadTime.ZERO;
        final Overheads machine = charged ? taskSet.charged() : Overheads.NONE;
        releaseJitterNs = machine.releaseJitterNs();
        sporadicJitterNs = machine.sporadicJitterNs();
        laneJitterNs = Math.max(releaseJitterNs, sporadicJitterNs);
        preemptionNs = machine.preemptionNs();
        perArrivalNs = machine.dispatchPerTaskNs();
        handOffNs = machine.handOffNs();
        completionNs = machine.completionNs();
        if (how.releases() == ReleasePattern.SYNCHRONOUS || how.releases() == ReleasePattern.RANDOM_OFFSETS) {
            // Sporadic tasks are released as periodic ones, in one event with those: nobody may be seen later than it is charged.
            releaseJitterNs = Math.min(releaseJitterNs, sporadicJitterNs);
            laneJitterNs = sporadicJitterNs;
        }
        for (int device = 0; device < deviceCount; device++) {
            dispatchNs[device] = charged ? taskSet.dispatchNs(lanes.device(device)) : 0;
        }
        stalls = how.stalls() ? VirtualStalls.draw(taskSet, how.seed(), how.durationNs()) : VirtualStalls.NONE;
        for (int device = 0; device < taskSet.platform().devices().size(); device++) {
            cores[device] = lanes.of(device) == null ? null : new PreemptiveCore(device, lanes.of(device), stalls);
        }
        lay(taskCount, deviceCount);
        for (int i = 0; i < taskCount; i++) {
            if (present[i]) {
                admit(i, firstNs(i));
            }
        }
        for (int device = 0; device < deviceCount; device++) {
            scheduleTick(device);
        }
    }

    private void grow(final int taskCount, final int deviceCount) {
        if (nominalNs.length < taskCount) {
            nominalNs = new long[taskCount];
            destination = new int[taskCount];
            held = new boolean[taskCount];
            requestNs = new long[taskCount];
            present = new boolean[taskCount];
            firstSegment = new int[taskCount];
        }
        if (schedulers.length < deviceCount) {
            elapsedNs = new long[deviceCount];
            doneNs = new long[deviceCount];
            busyNs = new long[deviceCount];
            dirty = new boolean[deviceCount];
            tickNs = new long[deviceCount];
            dispatchNs = new long[deviceCount];
            schedulers = new DeviceScheduler[deviceCount];
            swaps = new SwapSimulation[deviceCount];
            cores = new PreemptiveCore[deviceCount];
        }
        Arrays.fill(busyNs, 0);
        Arrays.fill(dirty, false);
        Arrays.fill(tickNs, NOT_PLANNED);
        Arrays.fill(requestNs, NOT_PLANNED);
    }

    private void lay(final int taskCount, final int deviceCount) {
        PolicyState.requireCapacity(taskCount);
        int total = 0;
        for (int i = 0; i < taskCount; i++) {
            total += set.tasks().get(i).segments().size();
        }
        final int bytes = PolicyState.requiredBytes(taskCount, total, deviceCount);
        if (memory.capacity() < bytes) {
            final ByteBuffer fresh = ByteBuffer.allocateDirect(2 * bytes + BitUtil.CACHE_LINE_LENGTH);
            memory = new UnsafeBuffer(fresh.alignedSlice(BitUtil.CACHE_LINE_LENGTH));
        } else {
            memory.setMemory(0, bytes, (byte) 0);
        }
        state = new PolicyState(memory, set.policy(), taskCount, total, deviceCount);
        // With an unbounded backlog a request waits here, not at its caller: its nominal release stays, however late it comes.
        state.releaseJitterNs(options.releases() == ReleasePattern.SYNCHRONOUS_UNBOUNDED ? Long.MAX_VALUE / 4 : releaseJitterNs);
        gate = new SporadicGate(state);
        for (int device = 0; device < deviceCount; device++) {
            schedulers[device] = new DeviceScheduler(state, device, jobs);
            final int served = lanes.device(device);
            if (options.levels() && set.hasLevels(served)) {
                schedulers[device].takeLevels(options.overheads() == OverheadTime.ZERO && set.overheads().supply().isNone()
                    ? LevelCharges.NONE : LevelCharges.of(set, served));
            }
        }
        modes = new ModeChanges(state, set.platform(), plan::longestBusyPeriodNs);
        changes.begin();
        int segment = 0;
        for (int i = 0; i < taskCount; i++) {
            final Task task = set.tasks().get(i);
            for (int j = 0; j < task.segments().size(); j++) {
                if (!task.segments().get(j).isMeasured()) {
                    throw new IllegalArgumentException("segment " + j + " of task '" + task.name()
                        + "' has no WCET; give one, or measure it with tactus profile");
                }
            }
            firstSegment[i] = segment;
            segment += task.segments().size();
            present[i] = plan.startsWith(i);
            if (present[i]) {
                define(i);
            }
        }
        for (int device = 0; device < deviceCount; device++) {
            swaps[device] = device < set.platform().devices().size()
                ? SwapSimulation.of(set, device, state, schedulers[device], options, random, present) : null;
        }
    }

    private void define(final int task) {
        final Task model = set.tasks().get(task);
        state.define(task, lanes.mapped(task, released(model)), firstSegment[task], random.next());
        modes.joined(task, model);
    }

    /** The task with the kind of releases that the pattern asks for. */
    private Task released(final Task task) {
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

    private long firstNs(final int task) {
        final Task model = set.tasks().get(task);
        return switch (options.releases()) {
            case SYNCHRONOUS, SYNCHRONOUS_UNBOUNDED -> 0;
            case FILE -> model.offsetNs();
            case RANDOM_OFFSETS, SPORADIC -> random.upTo((model.isAlwaysReady() ? model.horizonNs() : model.periodNs()) - 1);
        };
    }

    private void admit(final int task, final long firstNs) {
        final Task model = set.tasks().get(task);
        held[task] = false;
        schedulers[state.homeDevice(task)].admit(task, firstNs);
        if (released(model).release() == Release.SPORADIC) {
            scheduleRequest(task, model, firstNs);
        }
    }

    private void scheduleTick(final int device) {
        final long dueNs = schedulers[device].nextReleaseNs();
        if (dueNs < options.durationNs()) {
            tickNs[device] = Math.max(nowNs, stalls.after(lanes.device(device), dueNs, overhead(jitterNs(device))));
            push(tickNs[device], TICK | device);
        } else if (dueNs != Long.MAX_VALUE) {
            for (int i = 0; i < set.tasks().size(); i++) {
                final boolean goesOn = set.tasks().get(i).isAlwaysReady() && state.isLive(i); // no timer releases it any more
                if (state.homeDevice(i) == device && !goesOn) {
                    schedulers[device].quiesce(i, nowNs);
                }
            }
        }
    }

    private void scheduleRequest(final int task, final Task model, final long nominal) {
        if (nominal < options.durationNs()) {
            nominalNs[task] = nominal;
            final int home = state.homeDevice(task);
            final long seenNs = model.release() == Release.SPORADIC ? sporadicJitterNs : jitterNs(home);
            final long askedNs = nominal + random.upTo(model.jitterNs());
            requestNs[task] = Math.max(nowNs, stalls.after(lanes.device(home), askedNs, overhead(seenNs)));
            push(requestNs[task], REQUEST | task);
        }
    }

    /** How late a timer's release may be seen on a lane. */
    private long jitterNs(final int lane) {
        return cores[lanes.device(lane)] == null ? releaseJitterNs : laneJitterNs;
    }

    private void push(final long timeNs, final int payload) {
        events.push(timeNs, options.permute() ? (int) random.next() : 0, payload);
    }

    private long overhead(final long mostNs) {
        return options.overheads() == OverheadTime.RANDOM ? random.upTo(mostNs) : mostNs;
    }

    private void loop(final boolean untilMiss) {
        final long lastNs = options.drain() ? Long.MAX_VALUE : options.durationNs();
        while (!events.isEmpty() && events.firstNs() <= lastNs && !(untilMiss && tracker.missed())) {
            nowNs = events.firstNs();
            if (nowNs >= options.durationNs() && !ending) {
                ending = true;
                endAlwaysReady();
            }
            final boolean eager = options.permute() && random.coin();
            do {
                handle(events.pop());
                if (eager) {
                    dispatch(false);
                }
            } while (!events.isEmpty() && events.firstNs() == nowNs);
            dispatch(true);
            changes.admitJoining();
            if (modes.isPending() && modes.look(nowNs)) {
                modes.confirm(); // nothing happens between the two: this instant is over
            }
        }
        if (!untilMiss || !tracker.missed()) {
            nowNs = Math.max(nowNs, options.durationNs());
        }
        for (int device = 0; device < set.platform().devices().size(); device++) {
            busyNs[device] = cores[device] != null ? cores[device].busyNs(nowNs)
                : busyNs[device] - (schedulers[device].running() == PolicyState.NONE ? 0 : Math.max(0, doneNs[device] - nowNs));
        }
    }

    /** Releases no further job of tasks whose next one would be released when the last one has ended; ticks end the others' releases. */
    private void endAlwaysReady() {
        for (int i = 0; i < set.tasks().size(); i++) {
            if (set.tasks().get(i).isAlwaysReady() && present[i]) {
                schedulers[state.homeDevice(i)].quiesce(i, nowNs);
            }
        }
    }

    private void handle(final int payload) {
        final int index = payload & INDEX_MASK;
        switch (payload & ~INDEX_MASK) {
            case TICK -> {
                if (tickNs[index] == nowNs) {
                    tickNs[index] = NOT_PLANNED;
                    schedulers[index].release(nowNs);
                    dirty[index] = true;
                    scheduleTick(index);
                }
            }
            case DONE -> done(index);
            case MOVE -> move(index / 2, index % 2 == 1);
            case WAKE -> dirty[index] = true;
            case ARRIVE -> {
                final int device = destination[index];
                final PreemptiveCore core = cores[lanes.device(device)];
                final int then = schedulers[device].arrive(index, nowNs);
                if (then == DeviceScheduler.ENDED && core != null) {
                    core.errand(core.rank(device));
                } else if (then == DeviceScheduler.HAND_OVER) {
                    transit(device, state.segmentDevice(index), index, state.jobNumber(index), state.segmentIndex(index));
                }
                dirty[device] = true;
                retry(index);
            }
            case CHANGE -> {
                plan.change(changes, nowNs);
                scheduleChange();
            }
            default -> {
                if (requestNs[index] == nowNs) {
                    requestNs[index] = NOT_PLANNED;
                    request(index);
                }
            }
        }
    }

    private void scheduleChange() {
        final long whenNs = plan.nextNs();
        if (whenNs < options.durationNs()) {
            push(Math.max(nowNs, whenNs), CHANGE);
        }
    }

    private void request(final int task) {
        final Task model = set.tasks().get(task);
        final int home = state.homeDevice(task);
        final boolean unbounded = options.releases() == ReleasePattern.SYNCHRONOUS_UNBOUNDED;
        final int answer = gate.release(task, nominalNs[task]);
        held[task] = unbounded && answer == SporadicGate.QUEUE_FULL;
        if (held[task]) {
            return;
        }
        if (answer != SporadicGate.ACCEPTED) {
            jobs.onSkip(task, nominalNs[task], nowNs);
        }
        schedulers[home].release(nowNs);
        dirty[home] = true;
        final long gapNs = unbounded || random.coin() ? 0 : random.upTo(model.periodNs());
        scheduleRequest(task, model, nominalNs[task] + model.periodNs() + gapNs);
    }

    /** Requests again what the full backlog refused: it could not have run before its predecessors anyway. */
    private void retry(final int task) {
        if (held[task]) {
            request(task);
        }
    }

    /** A device has done what it had begun. */
    private void done(final int lane) {
        final PreemptiveCore core = cores[lanes.device(lane)];
        if (core == null) {
            complete(lane);
        } else if (doneNs[lane] == nowNs && core.current() == core.rank(lane)) { // else it was interrupted meanwhile
            final int rank = core.current();
            final int task = core.end(nowNs);
            dirty[lane] = true;
            if (task != PolicyState.NONE) {
                elapsedNs[lane] = core.executionNs(rank);
                segments.onSegment(core.device, task, state.jobNumber(task), state.segmentIndex(task), core.startNs(rank),
                    core.endNs(rank));
                complete(lane);
            }
        }
    }

    /** Gives a preemptive device to the highest lane that has something to do. */
    private void preempt(final PreemptiveCore core) {
        int next = 0;
        while (next < core.lanes.length && !core.hasBegun(next) && !core.hasErrand(next)
            && schedulers[core.lanes[next]].readyCount() == 0) {
            next++;
        }
        if (core.current() != PreemptiveCore.NONE) {
            if (next == core.current()) {
                return;
            }
            if (core.isHeld(nowNs)) {
                final long freeNs = core.heldUntilNs(nowNs);
                if (freeNs > nowNs) {
                    push(freeNs, WAKE | core.lanes[next]);
                }
                return;
            }
            core.pause(nowNs);
        }
        if (next == core.lanes.length) {
            return;
        }
        final long switchNs = core.isLast(next) ? 0 : overhead(preemptionNs);
        if (!core.hasBegun(next) && !begin(core, next, switchNs)) {
            preempt(core); // its jobs were stopped, or it had nothing to do that takes time
            return;
        }
        final int lane = core.lanes[next];
        doneNs[lane] = core.run(next, switchNs, nowNs);
        push(doneNs[lane], DONE | lane);
    }

    /** Lets a lane that has the processor choose what it does; false when there is nothing left to do. */
    private boolean begin(final PreemptiveCore core, final int rank, final long switchNs) {
        final int lane = core.lanes[rank];
        final int task = firstGoing(lane);
        if (task != PolicyState.NONE) {
            final boolean marked = lanes.isMarked(task, state.segmentIndex(task));
            schedulers[lane].started(task, nowNs);
            core.begin(rank, task, marked, marked && options.permute() && random.coin(), overhead(dispatchNs[lane]),
                ExecutionDraw.ns(options, set, state, task, random), overhead(completionNs));
            return true;
        }
        if (!core.hasErrand(rank)) {
            return false;
        }
        final long workNs = overhead(perArrivalNs);
        core.beginErrand(rank, workNs);
        return workNs + switchNs > 0;
    }

    private void complete(final int device) {
        final DeviceScheduler scheduler = schedulers[device];
        final int task = scheduler.running();
        segmentCount++;
        final long job = state.jobNumber(task);
        // As a dispatcher ends a segment: one of a lane in one way only.
        final int then = cores[lanes.device(device)] == null && scheduler.passesOn(task, elapsedNs[device]) ? DeviceScheduler.HAND_OVER
            : scheduler.segmentDone(task, nowNs, elapsedNs[device], false);
        dirty[device] = true;
        if (then == DeviceScheduler.HAND_OVER) {
            transit(device, state.segmentDevice(task), task, job, state.segmentIndex(task));
        } else if (then == DeviceScheduler.RETURN_HOME) {
            transit(device, state.homeDevice(task), task, job, EventType.NO_SEGMENT);
        } else if (then == DeviceScheduler.ENDED) {
            retry(task);
        }
    }

    private void transit(final int from, final int to, final int task, final long job, final int segment) {
        final int source = lanes.device(from);
        final int target = lanes.device(to);
        final long arriveNs = stalls.handedOver(source, target, nowNs, overhead(handOffNs));
        destination[task] = to;
        segments.onTransit(source, target, task, job, segment, nowNs, arriveNs);
        push(arriveNs, ARRIVE | task);
    }

    private void dispatch(final boolean all) {
        for (int lane = 0; lane < lanes.count(); lane++) {
            final int device = lanes.device(lane);
            if (!dirty[lane] || !all && (set.platform().devices().get(device).memory().isPresent() || stalls.hasEnded(device, nowNs))) {
                continue;
            }
            dirty[lane] = false;
            if (stalls.isStalled(device, nowNs)) {
                push(stalls.after(device, nowNs, 0), WAKE | lane);
            } else if (cores[device] != null) {
                preempt(cores[device]);
            } else {
                startNext(lane);
            }
        }
    }

    private void move(final int device, final boolean in) {
        if (swaps[device].isDue(in, nowNs)) {
            pushMove(device, in, swaps[device].advance(in, nowNs, completionNs(), segments));
            dirty[device] = true;
        }
    }

    private void pushMove(final int device, final boolean in, final long dueNs) {
        if (dueNs != SwapSimulation.NOTHING_DUE) {
            push(stalls.moved(device, nowNs, dueNs), MOVE | 2 * device + (in ? 1 : 0));
        }
    }

    private long completionNs() {
        return overhead(completionNs);
    }

    /** What runs next: by the device's own order, or as its memory permits. */
    private int select(final int device) {
        final SwapSimulation swapping = swaps[device];
        if (swapping == null) {
            return schedulers[device].select(nowNs);
        }
        final int task = swapping.select(nowNs, overhead(dispatchNs[device]));
        pushMove(device, false, swapping.newlyDueNs(false));
        pushMove(device, true, swapping.newlyDueNs(true));
        return task;
    }

    /** Selects the first job of a lane whose task goes on; those of stopped tasks before it end here. */
    private int firstGoing(final int lane) {
        int task = select(lane);
        while (task != PolicyState.NONE && state.isStopRequested(task)) {
            final long job = state.jobNumber(task);
            if (schedulers[lane].segmentDone(task, nowNs, 0, true) == DeviceScheduler.RETURN_HOME) {
                transit(lane, state.homeDevice(task), task, job, EventType.NO_SEGMENT);
            }
            task = select(lane);
        }
        return task;
    }

    private void startNext(final int device) {
        final DeviceScheduler scheduler = schedulers[device];
        final int task = firstGoing(device);
        if (task != PolicyState.NONE) {
            final long startNs = stalls.after(device, nowNs, overhead(dispatchNs[device]));
            final long executionNs = ExecutionDraw.ns(options, set, state, task, random);
            final long endNs = stalls.executed(device, startNs, executionNs);
            final long completedNs = stalls.after(device, endNs, overhead(completionNs));
            scheduler.started(task, startNs);
            elapsedNs[device] = executionNs;
            doneNs[device] = completedNs;
            busyNs[device] += completedNs - nowNs;
            segments.onSegment(device, task, state.jobNumber(task), state.segmentIndex(task), startNs, endNs);
            push(completedNs, DONE | device);
            if (swaps[device] != null) {
                select(device); // what moves meanwhile
            }
        }
    }

    /** What a plan does to the tasks: as the kernel's control side does it, at one instant but for the room that is made in a memory. */
    private final class Changes implements ChangePlan.Running {
        /** The task that room is made for, which no job is released of yet. */
        private int joining = PolicyState.NONE;
        private final Set<Integer> withdrawn = new HashSet<>();

        void begin() {
            joining = PolicyState.NONE;
            withdrawn.clear();
        }

        @Override
        public void reclaim() {
            modes.noteStopped(nowNs);
            for (int i = 0; i < set.tasks().size(); i++) {
                if (!present[i] && !withdrawn.contains(i) && state.isStopped(i) && !isForgotten(i)) {
                    swaps[state.homeDevice(i)].forget(i);
                }
            }
        }

        @Override
        public List<Task> counted() {
            final List<Task> counted = new ArrayList<>(modes.counted());
            for (int i = 0; i < set.tasks().size(); i++) {
                if (!present[i] && !withdrawn.contains(i) && state.isStopped(i) && !isForgotten(i)) {
                    counted.add(set.tasks().get(i).withName(set.tasks().get(i).name() + " (moving)"));
                }
            }
            return counted;
        }

        private boolean isForgotten(final int task) {
            final SwapSimulation swapping = swaps[state.homeDevice(task)];
            return swapping == null || !swapping.isMember(task);
        }

        @Override
        public boolean isFree(final int task) {
            return !present[task] && (state.isFree(task) || withdrawn.contains(task) || state.isStopped(task) && isForgotten(task));
        }

        @Override
        public void add(final int task) {
            modes.noteStopped(nowNs);
            present[task] = true;
            withdrawn.remove(task);
            define(task);
            final int home = state.homeDevice(task);
            if (swaps[home] == null) {
                release(task);
                return;
            }
            if (joining != PolicyState.NONE) {
                throw new IllegalStateException("room is made for task " + joining + "; one joins at a time");
            }
            joining = task;
            swaps[home].join(task);
            dirty[home] = true; // decided when all of this instant is told
        }

        /** Admits the task that joins as soon as it has room. */
        void admitJoining() {
            if (joining != PolicyState.NONE && swaps[state.homeDevice(joining)].isRoomMade()) {
                final int task = joining;
                swaps[state.homeDevice(task)].admitJoining(task);
                joining = PolicyState.NONE;
                release(task);
                plan.joined(task, nowNs);
            }
        }

        private void release(final int task) {
            admit(task, nowNs + set.tasks().get(task).offsetNs());
            final int home = state.homeDevice(task);
            if (schedulers[home].nextReleaseNs() < Long.MAX_VALUE) {
                scheduleTick(home);
            }
        }

        @Override
        public void remove(final int task) {
            present[task] = false;
            held[task] = false;
            requestNs[task] = NOT_PLANNED;
            if (joining == task) {
                joining = PolicyState.NONE;
                withdrawn.add(task);
                modes.withdrawn(List.of(set.tasks().get(task)));
                swaps[state.homeDevice(task)].forget(task);
                return;
            }
            modes.removing(task);
            state.requestStop(task);
            schedulers[state.homeDevice(task)].stop(task, nowNs);
        }
    }
}
