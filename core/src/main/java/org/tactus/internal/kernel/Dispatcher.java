// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.tactus.internal.policy.PolicyState.NONE;

import java.util.Set;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventType;
import org.tactus.internal.policy.BestEffortPace;
import org.tactus.internal.policy.DeviceScheduler;
import org.tactus.internal.policy.LevelCharges;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Overheads;

/**
 * Drives one device: it reads commands, hand-overs, releases and completions, asks the policy, and starts the segment that the policy
 * chooses. Called by one dispatcher thread only, but {@link #command} and {@link #handOver} by any thread.
 *
 * <p>Allocation-free and lock-free after construction.
 */
final class Dispatcher {
    private static final int COMMAND_RING_BYTES = 1 << 16;
    private static final int COMMAND_LIMIT = 64;
    private static final long LOST_POLL_NS = 10_000_000;

    final int deviceIndex;
    final Device device;
    final Recorder recorder;
    final RunningWord runningWord = new RunningWord();
    final Alarm alarm = new Alarm();
    private final PolicyState state;
    private final DeviceScheduler scheduler;
    private final Clock clock;
    private final long stallThresholdNs;
    private final SegmentWork[] works;
    private final Throwable[] errors;
    private final Dispatcher[] peers;
    private final HandOverQueue inbox;
    private final ManyToOneRingBuffer commands;
    private final CommandHandler handler;
    /** Where the thread that drives this dispatcher sleeps; null where a test or a benchmark calls it directly. */
    private Parking parking;
    /** Null unless this is one of several dispatchers of a preemptive device. */
    private Lane lane;
    /** Of each segment record, whether it runs to its end on a preemptive device; null without a lane. */
    private boolean[] ceilings;
    /** The platform's device, which events name. */
    private final int reported;
    /** Null where memory is not scheduled. */
    final SwapDriver memory;
    /** Null where a segment's time is what the device says: on accelerators, and where the system does not account for threads. */
    private OwnTime ownTime;
    /** What this dispatcher sees of the platform, from inside segments; null without a thread. */
    private PlatformWatch watch;
    /** What of a gap the thread waited by itself; null where the system does not tell. */
    private OwnWaits waits;
    private long toleranceNs;
    private final long callNs;
    private long busyNs;
    // Volatile: the control thread sets it once, when the run ends; a segment that runs longer counts up to it.
    private volatile long measuredUntilNs = Long.MAX_VALUE;
    private long startNs;
    private long lastEndNs;
    /** Up to where commands were read: this thread alone moves the ring's consumer, so it need not load that position. */
    private long commandPosition;
    private boolean takesLevels;
    /** What the device threw instead of starting a segment; null when it did not. */
    private Throwable thrown;

    Dispatcher(
        final int deviceIndex, final Device device, final PolicyState state, final Recorder recorder, final Clock clock,
        final long stallThresholdNs, final SegmentWork[] works, final Throwable[] errors, final Dispatcher[] peers,
        final DeviceMemory scheduled, final Overheads machine) {
        this.deviceIndex = deviceIndex;
        this.device = device;
        this.state = state;
        this.recorder = recorder;
        this.reported = recorder.deviceIndex;
        this.clock = clock;
        this.stallThresholdNs = stallThresholdNs;
        this.works = works;
        this.errors = errors;
        this.peers = peers;
        this.scheduler = new DeviceScheduler(state, deviceIndex, recorder);
        this.callNs = machine.childCallNs();
        scheduler.callNs(callNs);
        this.memory = device.mover() == null ? null
            : new SwapDriver(deviceIndex, device, state, scheduler, scheduled, machine, recorder.events, errors);
        this.handler = new CommandHandler(deviceIndex, state, scheduler, memory);
        this.inbox = new HandOverQueue(errors.length, peers.length);
        this.commands = new ManyToOneRingBuffer(AlignedMemory.allocate(COMMAND_RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH));
    }

    /** Sends a command; false when its ring is full. Control and monitor threads. */
    boolean command(final int type, final int slot, final int generation, final long argumentNs) {
        return command(type, slot, generation, argumentNs, 1);
    }

    /** Sends a command for one of several tasks that are added together; false when its ring is full. Control and monitor threads. */
    boolean command(final int type, final int slot, final int generation, final long argumentNs, final int together) {
        final int index = commands.tryClaim(type, CommandDescriptor.LENGTH);
        if (index < 0) {
            return false;
        }
        commands.buffer().putInt(index + CommandDescriptor.TASK_OFFSET, slot);
        commands.buffer().putInt(index + CommandDescriptor.GENERATION_OFFSET, generation);
        commands.buffer().putLong(index + CommandDescriptor.TIME_OFFSET, argumentNs);
        commands.buffer().putInt(index + CommandDescriptor.TOGETHER_OFFSET, together);
        commands.commit(index);
        wake();
        return true;
    }

    /** Wakes the dispatcher's thread if it sleeps, after something was published for it. Any thread. */
    void wake() {
        if (parking != null) {
            parking.wake();
        }
    }

    /** Whether a command was not handled yet; when there is none, everything that the handled ones wrote is visible. Any thread. */
    boolean hasUnreadCommands() {
        return commands.consumerPosition() < commands.producerPosition();
    }

    /** Up to where commands were handled. Any thread. */
    long readPosition() {
        return commands.consumerPosition();
    }

    /**
     * Lets dispatchers hand slots over to each other: a job goes from segment to segment, to a device that it is offered to and back, and
     * from any of them home. Control thread, before it publishes the task.
     */
    static void connect(final Dispatcher[] dispatchers, final Set<Integer> members) {
        for (final int giver : members) {
            for (final int taker : members) {
                if (giver != taker) {
                    dispatchers[taker].inbox.connect(giver);
                }
            }
        }
    }

    /** Hands a slot over to this dispatcher, which owns its job's record from here on. Called by the dispatcher of that index. */
    void handOver(final int giver, final int slot) {
        inbox.handOver(giver, slot);
        wake();
    }

    /** Whether something was published that the next {@link #doWork} handles: the look of a thread that is about to sleep. */
    boolean isGivenWork() {
        return !inbox.isEmpty() || scheduler.isRung() || commandPosition < commands.producerPosition() && isCommandReadable();
    }

    /** A sender that is held up between claim and commit wakes this thread when it goes on; until then there is nothing to read. */
    private boolean isCommandReadable() {
        final int index = (int) commandPosition & commands.capacity() - 1;
        return commands.buffer().getIntVolatile(RecordDescriptor.lengthOffset(index)) > 0;
    }

    /** Notes that the thread slept, and that until a time nothing had been given to it. */
    void sleptUntil(final long unseenUntilNs) {
        scheduler.sleptUntil(unseenUntilNs);
    }

    /** Handles everything that is due. */
    int doWork(final long nowNs) {
        int work = takeCommands(nowNs);
        final int running = scheduler.running();
        if (running != NONE) {
            final int status = device.poll(nowNs);
            if (status != Device.RUNNING) {
                finish(running, nowNs, takenNs(nowNs), status == Device.FAILED);
                work++;
            }
        }
        if (memory != null) {
            work += memory.poll(nowNs);
        }
        work += takeInputs(nowNs);
        int slot = select(nowNs);
        long decidedNs = nowNs;
        while (slot != NONE) {
            work++;
            slot = start(slot, decidedNs);
            decidedNs = lastEndNs;
        }
        return work;
    }

    /** After the last round: notes the end of what the device was executing and starts nothing; false when it executes nothing. */
    boolean settle(final long nowNs) {
        final int running = scheduler.running();
        if (running != NONE) {
            final int status = device.poll(nowNs);
            if (status != Device.RUNNING) {
                finish(running, nowNs, takenNs(nowNs), status == Device.FAILED);
            }
        }
        return scheduler.running() != NONE | (memory != null && memory.settle(nowNs));
    }

    /** The slot whose segment runs next: the first in the ready queue, or the one that the device's memory permits. */
    private int select(final long nowNs) {
        return memory == null ? scheduler.select(nowNs) : memory.select(nowNs);
    }

    /**
     * Handles the commands that were in the ring when it was called; called between any two segments, at the cost of one load when there
     * is none. A single read of the ring ends at the ring's end and at its limit, so it is repeated; it takes nothing when a sender
     * was preempted between claim and commit, and then the rest waits for the next call.
     */
    private int takeCommands(final long nowNs) {
        final long sentPosition = commands.producerPosition();
        int work = 0;
        boolean moved = true;
        while (moved && commandPosition < sentPosition) {
            handler.nowNs = nowNs;
            work += commands.read(handler, COMMAND_LIMIT);
            final long position = commands.consumerPosition();
            moved = position != commandPosition;
            commandPosition = position;
        }
        return work;
    }

    private int takeInputs(final long nowNs) {
        int work = scheduler.release(nowNs);
        int slot = inbox.take();
        while (slot != NONE) {
            final int segment = state.isEnded(slot) ? EventType.NO_SEGMENT : state.segmentIndex(slot);
            recorder.events.write(EventType.ARRIVE, nowNs, reported, slot, segment, state.jobNumber(slot), 0);
            if (scheduler.arrive(slot, nowNs) == DeviceScheduler.HAND_OVER) {
                handTo(state.segmentDevice(slot), slot, state.segmentIndex(slot), nowNs);
            }
            work++;
            slot = inbox.take();
        }
        return work;
    }

    /** Starts the selected job's segment; returns the next selected task when this one is already over. */
    private int start(final int slot, final long decidedNs) {
        final int segment = state.segmentRecord(slot);
        final boolean runsToItsEnd = lane != null && ceilings[segment];
        if (runsToItsEnd) {
            lane.enterCeiling(); // before its time begins: a higher lane that is due already goes first
        }
        // Before the start, of which a segment's time counts: what this read takes belongs to the dispatch.
        final long cpuNs = ownTime == null ? RunningWord.UNKNOWN : ownTime.begin(decidedNs);
        final long nowNs = clock.nanoTime();
        lastEndNs = nowNs;
        if (nowNs - decidedNs > stallThresholdNs) {
            noteStall(decidedNs, nowNs);
        }
        if (lane != null) {
            lane.mark(nowNs);
        }
        if (state.isStopRequested(slot)) {
            finish(slot, nowNs, 0, true);
            leaveCeiling(runsToItsEnd);
            return select(nowNs);
        }
        final long job = state.jobNumber(slot);
        startNs = nowNs;
        scheduler.started(slot, nowNs);
        recorder.events.write(EventType.START, nowNs, reported, slot, state.segmentIndex(slot), job, 0);
        runningWord.begin(slot, state.generation(slot), segment, state.wcetNs(slot), nowNs, cpuNs);
        try {
            device.start(work(slot, segment), job, nowNs);
        } catch (final Throwable e) { // the segment did not begin: its task stops, and this dispatcher serves the others
            thrown = e;
        }
        return thrown == null && !device.isSynchronous() ? NONE : complete(slot, runsToItsEnd);
    }

    /** What runs: the segment at the level that was chosen, or what it is on the accelerator that took it. */
    private SegmentWork work(final int slot, final int segment) {
        if (state.isSubstituted(slot)) {
            return works[segment].offered();
        }
        return works[segment].atLevel(takesLevels ? state.level(slot) : 0);
    }

    private void noteStall(final long decidedNs, final long nowNs) {
        if (nowNs - decidedNs - takenNs(nowNs) > stallThresholdNs) {
            final long gapNs = nowNs - decidedNs;
            recorder.events.write(EventType.STALL, nowNs, reported, -1, 0, -1, gapNs);
            final long ownNs = waits == null ? 0 : waits.inWorkNs(gapNs, nowNs);
            if (ownNs >= stallThresholdNs) {
                recorder.events.write(EventType.OWN_WAIT, nowNs, reported, -1, 0, gapNs, ownNs);
            }
        }
    }

    /** Ends a segment that is over when its start returns, and returns the next selected task. */
    private int complete(final int slot, final boolean runsToItsEnd) {
        long endNs;
        long takenNs;
        long wakes;
        do { // a lane that comes between the two would be taken off a time in which it did not run
            wakes = lane == null ? 0 : lane.wakes();
            endNs = clock.nanoTime();
            takenNs = takenNs(endNs);
        } while (lane != null && lane.wakes() != wakes);
        lastEndNs = endNs;
        leaveCeiling(runsToItsEnd); // after that what has waited for it goes first
        finish(slot, endNs, takenNs, thrown != null || device.poll(endNs) == Device.FAILED);
        takeCommands(endNs);
        takeInputs(endNs);
        return select(endNs);
    }

    private void leaveCeiling(final boolean entered) {
        if (entered) {
            lane.leaveCeiling();
        }
    }

    /** Ends a segment of which other lanes took a part of the time up to now. */
    private void finish(final int slot, final long nowNs, final long takenNs, final boolean failed) {
        if (runningWord.startNs() != 0) {
            runningWord.end();
            busyNs += Math.max(0, Math.min(nowNs, measuredUntilNs) - startNs - takenNs);
            if (!failed && lane == null && passOn(slot, nowNs)) {
                return;
            }
            recorder.events.write(EventType.END, nowNs, reported, slot, state.segmentIndex(slot), state.jobNumber(slot), takenNs);
            if (failed) {
                noteFailure(slot, nowNs);
            }
        }
        final int outcome = scheduler.segmentDone(slot, nowNs, elapsedNs(slot, nowNs, takenNs, failed), takenNs, failed);
        if (outcome == DeviceScheduler.HAND_OVER) {
            handTo(state.segmentDevice(slot), slot, state.segmentIndex(slot), nowNs);
        } else if (outcome == DeviceScheduler.RETURN_HOME) {
            handTo(state.homeDevice(slot), slot, EventType.NO_SEGMENT, nowNs);
        }
        if (failed || recorder.events.isHalfFull()) {
            alarm.raise();
        }
    }

    /**
     * Hands a job on before its segment's end is recorded, where nothing else is to be told: the two events are stores to memory that the
     * monitor has read last, and stores become visible in their order, so the next dispatcher would wait for them. Not in a lane, which
     * may be preempted in between: its events would come long after those of the job's next segments.
     */
    private boolean passOn(final int slot, final long nowNs) {
        final long seenNs = Math.max(0, device.elapsedNs(startNs, nowNs));
        final int segment = state.segmentIndex(slot);
        if (!scheduler.passesOn(slot, seenNs)) {
            return false;
        }
        final int target = state.deviceOf(slot, segment + 1);
        final long job = state.jobNumber(slot);
        final long task = recorder.events.taskWord(slot);
        // From here on the job record belongs to the target's dispatcher, and the slot may become another task's: neither is touched below.
        peers[target].handOver(deviceIndex, slot);
        recorder.events.writeOf(EventType.END, nowNs, reported, task, segment, job, 0);
        recorder.events.writeOf(EventType.HAND_OVER, nowNs, reported, task, segment + 1, job, peers[target].reported);
        if (recorder.events.isHalfFull()) {
            alarm.raise();
        }
        return true;
    }

    private void noteFailure(final int slot, final long nowNs) {
        errors[slot] = thrown != null ? thrown : device.failure();
        thrown = null;
        state.requestStop(slot);
        recorder.events.write(EventType.ERROR, nowNs, reported, slot, state.segmentIndex(slot), state.jobNumber(slot), 0);
    }

    private long elapsedNs(final int slot, final long nowNs, final long takenNs, final boolean failed) {
        final long seenNs = Math.max(0, (failed ? nowNs - startNs : device.elapsedNs(startNs, nowNs)) - takenNs);
        return ownTime == null || failed || seenNs <= state.wcetNs(slot) + toleranceNs ? seenNs : ownNs(slot, nowNs, seenNs);
    }

    /**
     * How long a segment that seems to have run past its WCET executed. What was taken from it is held against the stall curve, as a gap
     * that ends with it: where in the segment it was is not known.
     */
    private long ownNs(final int slot, final long nowNs, final long seenNs) {
        final long wcetNs = state.wcetNs(slot);
        final long executedNs = ownTime.elapsedNs(seenNs);
        final long takenNs = seenNs - executedNs;
        if (watch != null && takenNs > 0 && watch.gap(nowNs - takenNs, nowNs)) {
            recorder.events.write(EventType.BEYOND_CURVE, nowNs, reported, -1, 0, -1, seenNs);
        }
        if (executedNs > wcetNs + toleranceNs) {
            return executedNs;
        }
        ownTime.lengthened(takenNs);
        return Math.min(executedNs, wcetNs); // what it took beyond is within what a completion may take
    }

    private void handTo(final int target, final int slot, final int segment, final long nowNs) {
        recorder.events.write(EventType.HAND_OVER, nowNs, reported, slot, segment, state.jobNumber(slot), peers[target].reported);
        // From here on the job record belongs to the target's dispatcher: nothing of it may be touched below.
        peers[target].handOver(deviceIndex, slot);
    }

    /** Lets segments run at larger levels. Called while this is made. */
    void takeLevels(final LevelCharges charges) {
        takesLevels = true;
        scheduler.takeLevels(charges);
    }

    /** Whether a segment here may run at a larger level. */
    boolean takesLevels() {
        return takesLevels;
    }

    /** Makes this a dispatcher of a preemptive device. Called while that is made. */
    void inLane(final Lane own, final boolean[] runToTheirEnds) {
        lane = own;
        ceilings = runToTheirEnds;
    }

    /** Its lane, or null. */
    Lane lane() {
        return lane;
    }

    private long takenNs(final long nowNs) {
        return lane == null ? 0 : lane.takenNs(nowNs);
    }

    /** What a call of the device's library in another process may take beside a segment's WCET. Any thread. */
    long callNs() {
        return callNs;
    }

    /** For how long lanes above have taken the core from the segment that runs. Monitor. */
    long takenSeenNs(final long nowNs) {
        return lane == null ? 0 : lane.takenSeenNs(nowNs);
    }

    /** Lets a synchronous device's segments be timed without what is taken from them. This dispatcher's thread, at its start. */
    void timedBy(final OwnTime time, final PlatformWatch platform, final long completionNs) {
        ownTime = time;
        watch = platform;
        toleranceNs = completionNs + callNs;
    }

    /** Tells what of gaps is the thread's own. This dispatcher's thread, at its start. */
    void waitsBy(final OwnWaits ofThread) {
        waits = ofThread;
    }

    /**
     * Where the thread that drives this dispatcher sleeps, and how best-effort jobs let it sleep; null when it always spins. Called while
     * that thread is made.
     */
    void drivenBy(final Parking place, final BestEffortPace pace) {
        parking = place;
        scheduler.pace(pace);
    }

    /** For how long a best-effort job that waits is held back; {@code Long.MAX_VALUE} when none is. */
    long restNs(final long nowNs) {
        final long resumesNs = scheduler.resumesNs(nowNs);
        return resumesNs == Long.MAX_VALUE ? resumesNs : resumesNs - nowNs;
    }

    /**
     * How long a sleep may last at most because only a look shows when the device has ended what it executes: a lost one is looked at now
     * and then, because it may come back. {@code Long.MAX_VALUE} while it executes nothing, or knows when that ends.
     */
    long lookAgainNs(final long pollNs) {
        final boolean engaged = scheduler.running() != NONE || memory != null && memory.isBusy();
        if (!engaged || handler.isLost()) {
            return engaged ? LOST_POLL_NS : Long.MAX_VALUE;
        }
        final boolean known = (scheduler.running() == NONE || device.endsNs() != Long.MAX_VALUE)
            && (memory == null || !memory.isBusy() || memory.endsNs() != Long.MAX_VALUE);
        return known ? Long.MAX_VALUE : pollNs; // what is known is awaited as a release is
    }

    long nextReleaseNs() {
        return scheduler.nextReleaseNs();
    }

    /**
     * The next instant that this dispatcher must not be late for: a release of its own, or the end of what its device executes or moves
     * where the device knows that. {@code Long.MAX_VALUE} for none.
     */
    long nextInstantNs() {
        final long endsNs = memory == null ? device.endsNs() : Math.min(device.endsNs(), memory.endsNs());
        return Math.min(scheduler.nextReleaseNs(), endsNs);
    }

    /** Sets the end of the run, up to which busy time counts; the drain follows it. Control thread, once. */
    void measureUntil(final long endNs) {
        measuredUntilNs = endNs;
    }

    /** Time during which a segment ran, up to the end of the run, one that never ended included; exact after the dispatcher has ended. */
    long busyNs() {
        final long stuckSinceNs = runningWord.startNs();
        return busyNs + (stuckSinceNs == 0 || measuredUntilNs == Long.MAX_VALUE ? 0 : Math.max(0, measuredUntilNs - stuckSinceNs));
    }
}
