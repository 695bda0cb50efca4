// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Decides for one device which segment runs next, where a job goes when its segment is done, and, through {@link HomeReleases}, which
 * jobs are released.
 *
 * <p>Called by the device's dispatcher only (in simulation, by the simulator). Allocation-free; a decision costs O(log n).
 * No segment is preempted here: of a preemptive device each lane is a device of its own, and the system preempts between them.
 * A completion and the same job's next request on the same device are one event, {@link #segmentDone},
 * so the job is ready again before {@link #select} can choose another one.
 */
public final class DeviceScheduler {
    /** The job's next segment is ready on this device. */
    public static final int NEXT_HERE = 0;
    /** The job goes to the device of its next segment, {@link PolicyState#segmentDevice}: hand its slot over. */
    public static final int HAND_OVER = 1;
    /** The job has ended and its slot is home. */
    public static final int ENDED = 2;
    /** The job has ended; its slot goes to its home device, {@link PolicyState#homeDevice}: hand it over. */
    public static final int RETURN_HOME = 3;

    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final int deviceIndex;
    private final JobListener listener;
    private final Reclamation reclamation;
    private long callNs;
    /** Null where best-effort jobs are never held back: on virtual time, and where the thread always spins. */
    private BestEffortPace pace;
    private final ReadyQueue ready;
    private final HomeReleases home;
    /** Null where every segment runs at its first level. */
    private LevelChoice levels;
    private int running = NONE;
    /** Slot of the job whose offered segment was taken and therefore starts next: from that decision on no other job goes before it. */
    private int takenSlot = NONE;

    /**
     * Makes the scheduler of a device.
     *
     * @param state       the tables
     * @param deviceIndex index of the device
     * @param listener    told of every job's fate
     */
    public DeviceScheduler(final PolicyState state, final int deviceIndex, final JobListener listener) {
        this.state = state;
        this.buffer = state.buffer;
        this.deviceIndex = deviceIndex;
        this.listener = listener;
        this.reclamation = new Reclamation(state);
        this.ready = new ReadyQueue(state, deviceIndex);
        this.home = new HomeReleases(state, deviceIndex, listener, ready, reclamation);
    }

    /**
     * Lets segments run at larger levels where no deadline is missed because of it. Without this call every segment runs at its first
     * level. Called before the first task is admitted; afterwards no task may join that the device's test did not know from the start.
     *
     * @param charges what the machine adds on this device
     */
    public void takeLevels(final LevelCharges charges) {
        levels = new LevelChoice(state, home, charges, listener);
    }

    /**
     * Sets what a call of the device's library in another process may take, which the analysis charges beside the WCET and the completion.
     * Called by the control thread before the dispatcher starts.
     *
     * @param ns nanoseconds, 0 without it
     */
    public void callNs(final long ns) {
        callNs = ns;
    }

    /**
     * Holds best-effort jobs back at times, so that the thread sleeps. Called before the dispatcher starts.
     *
     * @param rests one for all devices of the thread
     */
    public void pace(final BestEffortPace rests) {
        pace = rests;
    }

    /**
     * When a best-effort job that waits and is held back may go on.
     *
     * @param nowNs now
     * @return nanoseconds; {@code Long.MAX_VALUE} when none is held back
     */
    public long resumesNs(final long nowNs) {
        return pace != null && running == NONE && takenSlot == NONE && ready.hasOnlyBestEffort() ? pace.untilNs(nowNs) : Long.MAX_VALUE;
    }

    /**
     * Admits a defined task whose home is this device.
     *
     * @param slot           the task's slot
     * @param firstNominalNs first nominal release of a periodic task; ignored for a sporadic one
     */
    public void admit(final int slot, final long firstNominalNs) {
        home.admit(slot, firstNominalNs);
    }

    /**
     * Stops a task whose home is this device, after {@link PolicyState#requestStop}. A live job ends after its running segment. When the
     * task of that generation is gone, the call does nothing, so a later task of the slot goes on.
     *
     * @param slot       the task's slot
     * @param generation its generation
     * @param nowNs      now
     */
    public void stop(final int slot, final int generation, final long nowNs) {
        home.stop(slot, generation, nowNs);
    }

    /**
     * Stops the task that is in a slot now, as {@link #stop(int, int, long)} does.
     *
     * @param slot  the task's slot
     * @param nowNs now
     */
    public void stop(final int slot, final long nowNs) {
        home.stop(slot, home.admitted(slot), nowNs);
    }

    /**
     * Releases no further job of a task whose home is this device, unless it is gone; a live job and the backlog go on to their ends.
     *
     * @param slot       the task's slot
     * @param generation its generation
     * @param nowNs      now
     */
    public void quiesce(final int slot, final int generation, final long nowNs) {
        home.quiesce(slot, generation, nowNs);
    }

    /**
     * Releases no further job of the task that is in a slot now, as {@link #quiesce(int, int, long)} does.
     *
     * @param slot  the task's slot
     * @param nowNs now
     */
    public void quiesce(final int slot, final long nowNs) {
        home.quiesce(slot, home.admitted(slot), nowNs);
    }

    /**
     * When the next periodic release is due here.
     *
     * @return nanoseconds, or {@code Long.MAX_VALUE} when none is planned
     */
    public long nextReleaseNs() {
        return home.nextNs();
    }

    /**
     * Releases every job that is due: periodic ones at or before now, and sporadic arrivals that were rung for.
     *
     * @param nowNs now
     * @return number of releases handled
     */
    public int release(final long nowNs) {
        return home.release(nowNs);
    }

    /**
     * Tells, at the cost of one load, whether a caller has rung for a sporadic arrival since the last {@link #release}.
     *
     * @return true when release would find one
     */
    public boolean isRung() {
        return home.isRung();
    }

    /**
     * Notes that the dispatcher slept, and that nobody had woken it until a time. A caller that had claimed an arrival by then and had not
     * finished its call is held to that time, as if the dispatcher had looked ({@link SporadicGate}, guarantee 5).
     *
     * @param unseenUntilNs when the first caller woke the dispatcher, or when it rose by itself
     */
    public void sleptUntil(final long unseenUntilNs) {
        home.sleptUntil(unseenUntilNs);
    }

    /**
     * Accepts a slot that another device's dispatcher handed over: a job for its next segment, a job whose current segment is offered
     * to this device, or an ended job that comes home.
     *
     * @param slot  the slot
     * @param nowNs now
     * @return {@link #NEXT_HERE}, {@link #ENDED}, or {@link #HAND_OVER} when the offer is refused and the job goes on to the device
     *     of its segment
     */
    public int arrive(final int slot, final long nowNs) {
        final int taskOffset = state.taskOffset(slot);
        final int jobOffset = state.jobOffset(slot);
        if (buffer.getInt(jobOffset + JobDescriptor.STATE_OFFSET) == JobDescriptor.STATE_DONE) {
            home.retire(slot, nowNs);
            return ENDED;
        }
        if ((flags(taskOffset) & TaskDescriptor.FLAG_RECLAIMS) != 0 && reclamation.isOffered(slot)) {
            return take(slot, jobOffset) ? NEXT_HERE : HAND_OVER;
        }
        ready.put(slot);
        return NEXT_HERE;
    }

    /** Takes an offered segment when the device is idle and no hard job waits; otherwise refuses it, and the job stays in transit. */
    private boolean take(final int slot, final int jobOffset) {
        if (running != NONE || takenSlot != NONE || ready.hasHard()) {
            reclamation.refuse(slot);
            return false;
        }
        reclamation.take(slot);
        takenSlot = slot;
        buffer.putInt(jobOffset + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_READY);
        return true;
    }

    /**
     * Picks the segment to run when the device is idle, at its first level, and makes the device busy with it.
     *
     * @return the task whose job runs next, or {@link PolicyState#NONE} when busy or nothing is ready. The caller starts the
     *     job's current segment and calls {@link #started}, or ends it at once by {@link #segmentDone} with failed set when
     *     {@link PolicyState#isStopRequested}.
     */
    public int select() {
        if (running != NONE) {
            return NONE;
        }
        final int slot = takeFirst();
        if (slot != NONE) {
            occupy(slot);
        }
        return slot;
    }

    /**
     * Picks the segment to run, as {@link #select()} does, and the level at which it runs, which {@link PolicyState#level} then tells.
     *
     * @param nowNs now
     * @return the task whose job runs next, under fixed priorities maybe out of turn; or {@link PolicyState#NONE}, also when the
     *     job that would go next is a best-effort one that is held back
     */
    public int select(final long nowNs) {
        if (running != NONE || pace != null && takenSlot == NONE && ready.hasOnlyBestEffort() && pace.rests(nowNs)) {
            return NONE;
        }
        if (levels == null || takenSlot != NONE) {
            return select();
        }
        final int first = ready.first();
        if (first == NONE) {
            return NONE;
        }
        final int slot = levels.choose(first, nowNs);
        if (slot == first) {
            ready.take();
        } else {
            ready.remove(slot);
        }
        occupy(slot);
        return slot;
    }

    /**
     * Looks at the job that goes next without taking it out of the queue. For {@link SwapScheduler}, on a device whose memory is scheduled.
     *
     * @return its task, or {@link PolicyState#NONE}
     */
    int firstReady() {
        return takenSlot != NONE ? takenSlot : ready.first();
    }

    /** Takes the job that goes next out of the queue. Allowed while another job runs, since its memory may be brought in meanwhile. */
    int takeFirst() {
        final int slot = takenSlot != NONE ? takenSlot : ready.take();
        takenSlot = NONE;
        return slot;
    }

    /** Takes a job that waits here out of the queue, whether it goes next or not: its unit on this device goes on. */
    void takeOut(final int slot) {
        ready.remove(slot);
    }

    /** Makes the idle device busy with a job that was taken out of the queue. */
    void occupy(final int slot) {
        running = slot;
        buffer.putInt(state.jobOffset(slot) + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_RUNNING);
    }

    /**
     * Notes when the selected segment began.
     *
     * @param slot    slot of the selected task
     * @param startNs when
     */
    public void started(final int slot, final long startNs) {
        buffer.putLong(state.jobOffset(slot) + JobDescriptor.START_OFFSET, startNs);
    }

    /**
     * Ends the running segment, and decides where its job goes: completion and next request are this one event.
     *
     * @param slot   slot of the running task
     * @param endNs  when the segment ended
     * @param failed true when it could not run or broke: the job is aborted
     * @return {@link #NEXT_HERE}, {@link #HAND_OVER}, {@link #ENDED} or {@link #RETURN_HOME}
     */
    public int segmentDone(final int slot, final long endNs, final boolean failed) {
        return segmentDone(slot, endNs, endNs - buffer.getLong(state.jobOffset(slot) + JobDescriptor.START_OFFSET), 0, failed);
    }

    /**
     * Ends the running segment of a device that tells how long it took and that nothing preempts.
     *
     * @param slot      slot of the running task
     * @param endNs     when the dispatcher saw that the segment ended
     * @param elapsedNs execution time of the segment, held against its WCET
     * @param failed    true when it could not run or broke: the job is aborted
     * @return {@link #NEXT_HERE}, {@link #HAND_OVER}, {@link #ENDED} or {@link #RETURN_HOME}
     */
    public int segmentDone(final int slot, final long endNs, final long elapsedNs, final boolean failed) {
        return segmentDone(slot, endNs, elapsedNs, 0, failed);
    }

    /**
     * Ends the running segment of a device that tells how long it took, which may be less than what its dispatcher saw.
     *
     * @param slot      slot of the running task
     * @param endNs     when the dispatcher saw that the segment ended
     * @param elapsedNs execution time of the segment, held against its WCET
     * @param takenNs   for how long since its start others had the processor that it runs on; 0 where it is not preempted
     * @param failed    true when it could not run or broke: the job is aborted
     * @return {@link #NEXT_HERE}, {@link #HAND_OVER}, {@link #ENDED} or {@link #RETURN_HOME}
     */
    public int segmentDone(final int slot, final long endNs, final long elapsedNs, final long takenNs, final boolean failed) {
        final int taskOffset = state.taskOffset(slot);
        final int jobOffset = state.jobOffset(slot);
        running = NONE;
        if (!failed) {
            checkOverrun(slot, taskOffset, jobOffset, endNs - takenNs, endNs, elapsedNs);
        }
        if (levels != null) {
            state.level(slot, 0);
        }
        final boolean reclaims = (flags(taskOffset) & TaskDescriptor.FLAG_RECLAIMS) != 0;
        if (reclaims) {
            reclamation.done(slot, deviceIndex, elapsedNs);
        }
        final int next = buffer.getInt(jobOffset + JobDescriptor.SEGMENT_OFFSET) + 1;
        final boolean complete = next == buffer.getInt(taskOffset + TaskDescriptor.SEGMENT_COUNT_OFFSET);
        final boolean aborts = failed || !complete && state.stops(taskOffset);
        if (!complete && !aborts) {
            advance(taskOffset, jobOffset, next);
            return proceed(slot, taskOffset, jobOffset, reclaims);
        }
        return endJob(slot, taskOffset, jobOffset, endNs, aborts, reclaims);
    }

    /**
     * Ends the running segment where there is nothing to tell but that: it kept to its WCET, and the job, which is offered nothing, goes on
     * to another device. Then the caller may hand the job over, to {@link PolicyState#segmentDevice}, before it records the end. Otherwise
     * nothing is changed, and {@link #segmentDone} ends the segment.
     *
     * @param slot      slot of the running task
     * @param elapsedNs execution time of the segment
     * @return whether the job is to be handed over
     */
    public boolean passesOn(final int slot, final long elapsedNs) {
        final int taskOffset = state.taskOffset(slot);
        final int jobOffset = state.jobOffset(slot);
        final int next = buffer.getInt(jobOffset + JobDescriptor.SEGMENT_OFFSET) + 1;
        if (levels != null || next == buffer.getInt(taskOffset + TaskDescriptor.SEGMENT_COUNT_OFFSET)
            || (flags(taskOffset) & TaskDescriptor.FLAG_RECLAIMS) != 0 || elapsedNs > state.wcetNs(slot) || state.stops(taskOffset)
            || state.deviceOf(slot, next) == deviceIndex) {
            return false;
        }
        running = NONE;
        advance(taskOffset, jobOffset, next);
        buffer.putInt(jobOffset + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_TRANSIT);
        return true;
    }

    private void advance(final int taskOffset, final int jobOffset, final int next) {
        buffer.putInt(jobOffset + JobDescriptor.SEGMENT_OFFSET, next);
        if (next == buffer.getInt(taskOffset + TaskDescriptor.OPTIONAL_FROM_OFFSET)) {
            beginOptional(taskOffset, jobOffset);
        }
    }

    private int endJob(
        final int slot, final int taskOffset, final int jobOffset, final long endNs, final boolean aborts, final boolean reclaims) {
        buffer.putInt(jobOffset + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_DONE);
        final long number = buffer.getLong(jobOffset + JobDescriptor.NUMBER_OFFSET);
        final long nominalNs = buffer.getLong(jobOffset + JobDescriptor.NOMINAL_OFFSET);
        final long deadlineNs = buffer.getLong(jobOffset + JobDescriptor.DEADLINE_OFFSET);
        if (aborts) {
            buffer.putInt(jobOffset + JobDescriptor.ABORTED_OFFSET, 1);
            listener.onAbort(slot, number, nominalNs, deadlineNs, endNs);
        } else {
            if (reclaims) {
                listener.onReclaimed(slot, number, reclamation.substitutions(slot), endNs);
            }
            listener.onComplete(slot, number, nominalNs, deadlineNs, endNs);
        }
        if (buffer.getInt(taskOffset + TaskDescriptor.HOME_DEVICE_OFFSET) == deviceIndex) {
            home.retire(slot, endNs);
            return ENDED;
        }
        return RETURN_HOME;
    }

    private void beginOptional(final int taskOffset, final int jobOffset) {
        final int kind = flags(taskOffset) & (TaskDescriptor.FLAG_MANDATORY_FIRST | TaskDescriptor.FLAG_BEST_EFFORT);
        if (kind == TaskDescriptor.FLAG_MANDATORY_FIRST) {
            buffer.putLong(jobOffset + JobDescriptor.KEY1_OFFSET, JobDescriptor.OPTIONAL);
        }
    }

    /** Sends a job to its next segment: on this device, on the segment's own device, or, by an offer, on an accelerator. */
    private int proceed(final int slot, final int taskOffset, final int jobOffset, final boolean reclaims) {
        if (reclaims && reclamation.mayOffer(slot)) {
            if (reclamation.device(slot) != deviceIndex) {
                reclamation.offer(slot);
            } else if (take(slot, jobOffset)) {
                return NEXT_HERE;
            }
        }
        if (state.segmentDevice(slot) == deviceIndex) {
            ready.put(slot);
            return NEXT_HERE;
        }
        buffer.putInt(jobOffset + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_TRANSIT);
        return HAND_OVER;
    }

    /** The first of the two ends is the one that a segment without preemptions would have had. */
    private void checkOverrun(
        final int slot, final int taskOffset, final int jobOffset, final long undisturbedEndNs, final long endNs, final long elapsedNs) {
        final long beyondNs = elapsedNs - state.wcetNs(slot);
        // The tolerance covers the time around an execution that the device has timed; what of it has passed already is not left.
        final long aroundNs = undisturbedEndNs - buffer.getLong(jobOffset + JobDescriptor.START_OFFSET) - elapsedNs;
        if (beyondNs > Math.max(0, state.overrunToleranceNs() + callNs - Math.max(0, aroundNs))) {
            listener.onOverrun(slot, buffer.getLong(jobOffset + JobDescriptor.NUMBER_OFFSET),
                buffer.getInt(jobOffset + JobDescriptor.SEGMENT_OFFSET), beyondNs, endNs);
            final int flags = flags(taskOffset);
            if ((flags & TaskDescriptor.FLAG_OVERRUN_SKIPS) != 0) {
                buffer.putInt(jobOffset + JobDescriptor.SKIP_NEXT_OFFSET, 1);
            }
            if ((flags & TaskDescriptor.FLAG_OVERRUN_STOPS) != 0) {
                state.requestStop(slot);
            }
        }
    }

    /**
     * The task whose segment runs.
     *
     * @return the task, or {@link PolicyState#NONE}
     */
    public int running() {
        return running;
    }

    /**
     * Number of jobs that wait for this device.
     *
     * @return 0 or more
     */
    public int readyCount() {
        return ready.size();
    }

    private int flags(final int taskOffset) {
        return buffer.getInt(taskOffset + TaskDescriptor.FLAGS_OFFSET);
    }
}
