package org.tactus.policy;

import static org.tactus.policy.PolicyState.NONE;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Decides for one device: which jobs are released, which segment runs next, where a job goes when a segment is done.
 *
 * <p>Called by the device's dispatcher only (in simulation, by the simulator). Allocation-free; a decision costs O(log n).
 * A segment is never preempted. A completion and the same job's next request on the same device are one event,
 * {@link #segmentDone}: the job is ready again before {@link #select} can be asked.
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
    private final int device;
    private final JobListener listener;
    private final KeyHeap ready;
    private final KeyHeap releases;
    private final Doorbell doorbell;
    private final Reclamation reclamation;
    private int running = NONE;
    /** A job whose offered segment was taken and starts next: from the decision on nothing goes before it. */
    private int substituted = NONE;

    /**
     * Makes the scheduler of a device.
     *
     * @param state    the tables
     * @param device   index of the device
     * @param listener told of every job's fate
     */
    public DeviceScheduler(final PolicyState state, final int device, final JobListener listener) {
        this.state = state;
        this.buffer = state.buffer;
        this.device = device;
        this.listener = listener;
        this.ready = new KeyHeap(buffer, state.readyQueue(device), state.taskCapacity);
        this.releases = new KeyHeap(buffer, state.releaseQueue(device), state.taskCapacity);
        this.doorbell = new Doorbell(buffer, state.doorbell(device));
        this.reclamation = new Reclamation(state);
    }

    /**
     * Takes a defined task whose home is this device.
     *
     * @param task           its slot
     * @param firstNominalNs first nominal release of a periodic task; ignored for a sporadic one
     */
    public void admit(final int task, final long firstNominalNs) {
        final int at = state.task(task);
        if ((flags(at) & TaskDescriptor.FLAG_SPORADIC) == 0) {
            buffer.putLongRelease(at + TaskDescriptor.NEXT_NOMINAL_OFFSET, firstNominalNs);
            scheduleRelease(task, at, firstNominalNs);
        } else {
            takeArrival(task, firstNominalNs);
        }
    }

    /**
     * Stops a task whose home is this device, after {@link PolicyState#requestStop}. A live job ends after its running segment.
     *
     * @param task  its slot
     * @param nowNs now
     */
    public void stop(final int task, final long nowNs) {
        final int at = state.task(task);
        releases.remove(task);
        // State first, stop second: an idle task without the stop is a later one that was given the slot of a stopped one.
        final boolean idle = buffer.getIntAcquire(at + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_IDLE;
        if (idle && buffer.getIntAcquire(at + TaskDescriptor.STOP_OFFSET) != 0) {
            becomeStopped(task, at, nowNs);
        }
    }

    /**
     * Releases no further job of a task whose home is this device; a live job and the backlog go on to their ends.
     *
     * @param task  its slot
     * @param nowNs now
     */
    public void quiesce(final int task, final long nowNs) {
        releases.remove(task);
        if (buffer.getIntAcquire(state.task(task) + TaskDescriptor.STOP_OFFSET) != 0) {
            stop(task, nowNs);
        }
    }

    /**
     * When the next periodic release is due here.
     *
     * @return nanoseconds, or {@code Long.MAX_VALUE} when none is planned
     */
    public long nextReleaseNs() {
        return releases.firstKey();
    }

    /**
     * Releases every job that is due: periodic ones at or before now, and sporadic arrivals that were rung for.
     *
     * @param nowNs now
     * @return number of releases handled
     */
    public int release(final long nowNs) {
        int count = 0;
        while (releases.firstKey() <= nowNs) {
            releasePeriodic(nowNs);
            count++;
        }
        if (doorbell.isRung()) {
            count += releaseSporadic(nowNs);
        }
        return count;
    }

    private void releasePeriodic(final long nowNs) {
        final int task = releases.pop();
        final int at = state.task(task);
        if (buffer.getIntAcquire(at + TaskDescriptor.STOP_OFFSET) != 0) {
            return; // the stop command, or the live job's end, completes the stop
        }
        final long nominalNs = buffer.getLong(at + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        final long nextNs = nominalNs + buffer.getLong(at + TaskDescriptor.PERIOD_OFFSET);
        scheduleRelease(task, at, nextNs);
        arriveNominal(task, at, nominalNs, nowNs);
        // Release, after the job has become live: another dispatcher that sees the new time also sees the live job, so it
        // never sleeps past a hand-off (PolicyState.quietUntilNs).
        buffer.putLongRelease(at + TaskDescriptor.NEXT_NOMINAL_OFFSET, nextNs);
    }

    private void scheduleRelease(final int task, final int at, final long nominalNs) {
        final long whenNs = nominalNs + ReleaseJitter.drawNs(
            buffer.getLong(at + TaskDescriptor.SEED_OFFSET), nominalNs, buffer.getLong(at + TaskDescriptor.JITTER_OFFSET));
        final long second = isEdf(at)
            ? nominalNs + buffer.getLong(at + TaskDescriptor.DEADLINE_OFFSET) : buffer.getInt(at + TaskDescriptor.PRIORITY_OFFSET);
        releases.push(whenNs, second, buffer.getInt(at + TaskDescriptor.ORDER_OFFSET), task);
    }

    private int releaseSporadic(final long nowNs) {
        int count = 0;
        long summary = doorbell.takeSummary();
        while (summary != 0) {
            final int word = Long.numberOfTrailingZeros(summary);
            summary &= summary - 1;
            long bits = doorbell.takeWord(word);
            while (bits != 0) {
                takeArrival((word << 6) + Long.numberOfTrailingZeros(bits), nowNs);
                bits &= bits - 1;
                count++;
            }
        }
        return count;
    }

    /** Turns the last arrival into a job unless the backlog is full: then it stays claimed, and callers hear QUEUE_FULL. */
    private void takeArrival(final int task, final long nowNs) {
        final int at = state.task(task);
        // Acquire pairs with the caller's compare-and-set.
        final long arrivalNs = buffer.getLongAcquire(at + TaskDescriptor.LAST_ARRIVAL_OFFSET);
        if (arrivalNs == buffer.getLong(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET)) {
            return;
        }
        final int current = buffer.getInt(at + TaskDescriptor.STATE_OFFSET);
        final boolean queues = (flags(at) & TaskDescriptor.FLAG_DROP_BACKLOG) == 0;
        if (current == TaskDescriptor.STATE_LIVE && queues && Backlog.isFull(buffer, at)) {
            return;
        }
        if (current == TaskDescriptor.STATE_STOPPED) {
            return; // a late ring: the slot may be defined anew at any moment
        }
        arriveNominal(task, at, arrivalNs, nowNs);
        // Release: a caller that sees it consumed may claim the next; everything above happened before.
        buffer.putLongRelease(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET, arrivalNs);
    }

    private void arriveNominal(final int task, final int at, final long nominalNs, final long nowNs) {
        if (buffer.getInt(at + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_LIVE) {
            final boolean drops = (flags(at) & TaskDescriptor.FLAG_DROP_BACKLOG) != 0;
            if (drops || Backlog.isFull(buffer, at)) {
                listener.onSkip(task, nominalNs, nowNs);
            } else {
                Backlog.put(buffer, at, nominalNs);
            }
        } else {
            beginUnlessSkipped(task, at, nominalNs, nowNs);
        }
    }

    private boolean beginUnlessSkipped(final int task, final int at, final long nominalNs, final long nowNs) {
        if (buffer.getInt(at + TaskDescriptor.SKIP_NEXT_OFFSET) == 0) {
            beginJob(task, at, nominalNs, nowNs);
            return true;
        }
        buffer.putInt(at + TaskDescriptor.SKIP_NEXT_OFFSET, 0);
        listener.onSkip(task, nominalNs, nowNs);
        return false;
    }

    private void beginJob(final int task, final int at, final long nominalNs, final long nowNs) {
        final int job = state.job(task);
        final long number = buffer.getLong(at + TaskDescriptor.JOB_COUNT_OFFSET);
        final long deadlineNs = buffer.getLong(at + TaskDescriptor.DEADLINE_OFFSET);
        final boolean edf = isEdf(at);
        buffer.putLong(at + TaskDescriptor.JOB_COUNT_OFFSET, number + 1);
        buffer.putIntRelease(at + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_LIVE);
        buffer.putLong(job + JobDescriptor.NOMINAL_OFFSET, nominalNs);
        buffer.putLong(job + JobDescriptor.DEADLINE_OFFSET, nominalNs + deadlineNs);
        buffer.putLong(job + JobDescriptor.KEY1_OFFSET,
            edf ? nominalNs + deadlineNs : buffer.getInt(at + TaskDescriptor.PRIORITY_OFFSET));
        buffer.putLong(job + JobDescriptor.KEY2_OFFSET, edf ? nominalNs : deadlineNs);
        buffer.putLong(job + JobDescriptor.NUMBER_OFFSET, number);
        buffer.putInt(job + JobDescriptor.SEGMENT_OFFSET, 0);
        buffer.putInt(job + JobDescriptor.ABORTED_OFFSET, 0);
        buffer.putInt(job + JobDescriptor.SKIP_NEXT_OFFSET, 0);
        listener.onRelease(task, number, nominalNs, nowNs);
        if ((flags(at) & TaskDescriptor.FLAG_RECLAIMS) != 0) {
            reclamation.begin(task);
        }
        makeReady(task, at, job);
    }

    private void makeReady(final int task, final int at, final int job) {
        buffer.putInt(job + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_READY);
        ready.push(buffer.getLong(job + JobDescriptor.KEY1_OFFSET), buffer.getLong(job + JobDescriptor.KEY2_OFFSET),
            buffer.getInt(at + TaskDescriptor.ORDER_OFFSET), task);
    }

    /**
     * Takes a slot that another device's dispatcher handed over: a job for its next segment, a job whose next segment is offered
     * to this device's idle time, or an ended job that comes home.
     *
     * @param task  the slot
     * @param nowNs now
     * @return {@link #NEXT_HERE}, {@link #ENDED}, or {@link #HAND_OVER} when the offer is refused and the job goes on to the device
     *     of its segment
     */
    public int arrive(final int task, final long nowNs) {
        final int at = state.task(task);
        final int job = state.job(task);
        if (buffer.getInt(job + JobDescriptor.STATE_OFFSET) == JobDescriptor.STATE_DONE) {
            retire(task, at, job, nowNs);
            return ENDED;
        }
        if ((flags(at) & TaskDescriptor.FLAG_RECLAIMS) != 0 && reclamation.isOffered(task)) {
            return take(task, job) ? NEXT_HERE : HAND_OVER;
        }
        makeReady(task, at, job);
        return NEXT_HERE;
    }

    /** Takes an offered segment when the device is idle and nothing waits; the job stays in transit otherwise. */
    private boolean take(final int task, final int job) {
        if (running != NONE || substituted != NONE || ready.size() != 0) {
            reclamation.refuse(task);
            return false;
        }
        reclamation.accept(task);
        substituted = task;
        buffer.putInt(job + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_READY);
        return true;
    }

    /**
     * Picks the segment to run when the device is idle, and makes the device busy with it.
     *
     * @return the task whose job runs next, or {@link PolicyState#NONE} when busy or nothing is ready. The caller starts the
     *     job's current segment and calls {@link #started}, or ends it at once by {@link #segmentDone} with failed set when
     *     {@link PolicyState#isStopRequested}.
     */
    public int select() {
        if (running != NONE) {
            return NONE;
        }
        final int task = takeFirst();
        if (task != NONE) {
            occupy(task);
        }
        return task;
    }

    /**
     * The job that goes next, which stays where it is. For a device whose memory is scheduled, {@link SwapScheduler}.
     *
     * @return its task, or {@link PolicyState#NONE}
     */
    int firstReady() {
        return substituted != NONE ? substituted : ready.first();
    }

    /** Takes the job that goes next, also while another runs: its memory is brought in next. */
    int takeFirst() {
        final int task = substituted != NONE ? substituted : ready.pop();
        substituted = NONE;
        return task;
    }

    /** Makes the idle device busy with a job that was taken out of the queue. */
    void occupy(final int task) {
        running = task;
        buffer.putInt(state.job(task) + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_RUNNING);
    }

    /**
     * Notes when the selected segment began.
     *
     * @param task    the selected task
     * @param startNs when
     */
    public void started(final int task, final long startNs) {
        buffer.putLong(state.job(task) + JobDescriptor.START_OFFSET, startNs);
    }

    /**
     * Ends the running segment, and decides where its job goes: completion and next request are this one event.
     *
     * @param task   the running task
     * @param endNs  when the segment ended
     * @param failed true when it could not run or broke: the job is aborted
     * @return {@link #NEXT_HERE}, {@link #HAND_OVER}, {@link #ENDED} or {@link #RETURN_HOME}
     */
    public int segmentDone(final int task, final long endNs, final boolean failed) {
        return segmentDone(task, endNs, endNs - buffer.getLong(state.job(task) + JobDescriptor.START_OFFSET), failed);
    }

    /**
     * Ends the running segment of a device that tells how long it took, which may be less than what its dispatcher saw.
     *
     * @param task      the running task
     * @param endNs     when the dispatcher saw that the segment ended
     * @param elapsedNs execution time of the segment, held against its WCET
     * @param failed    true when it could not run or broke: the job is aborted
     * @return {@link #NEXT_HERE}, {@link #HAND_OVER}, {@link #ENDED} or {@link #RETURN_HOME}
     */
    public int segmentDone(final int task, final long endNs, final long elapsedNs, final boolean failed) {
        final int at = state.task(task);
        final int job = state.job(task);
        running = NONE;
        if (!failed) {
            checkOverrun(task, at, job, endNs, elapsedNs);
        }
        final boolean reclaims = (flags(at) & TaskDescriptor.FLAG_RECLAIMS) != 0;
        if (reclaims) {
            reclamation.done(task, device, elapsedNs);
        }
        final int next = buffer.getInt(job + JobDescriptor.SEGMENT_OFFSET) + 1;
        final boolean complete = next == buffer.getInt(at + TaskDescriptor.SEGMENT_COUNT_OFFSET);
        final boolean aborts = failed || !complete && buffer.getIntAcquire(at + TaskDescriptor.STOP_OFFSET) != 0;
        if (!complete && !aborts) {
            buffer.putInt(job + JobDescriptor.SEGMENT_OFFSET, next);
            return proceed(task, at, job, reclaims);
        }
        buffer.putInt(job + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_DONE);
        final long number = buffer.getLong(job + JobDescriptor.NUMBER_OFFSET);
        final long nominalNs = buffer.getLong(job + JobDescriptor.NOMINAL_OFFSET);
        final long deadlineNs = buffer.getLong(job + JobDescriptor.DEADLINE_OFFSET);
        if (aborts) {
            buffer.putInt(job + JobDescriptor.ABORTED_OFFSET, 1);
            listener.onAbort(task, number, nominalNs, deadlineNs, endNs);
        } else {
            if (reclaims) {
                listener.onReclaimed(task, number, reclamation.taken(task), endNs);
            }
            listener.onComplete(task, number, nominalNs, deadlineNs, endNs);
        }
        if (buffer.getInt(at + TaskDescriptor.HOME_DEVICE_OFFSET) == device) {
            retire(task, at, job, endNs);
            return ENDED;
        }
        return RETURN_HOME;
    }

    /** Sends a job to its next segment: here, to the device of that segment, or to the one that the segment is offered to. */
    private int proceed(final int task, final int at, final int job, final boolean reclaims) {
        if (reclaims && reclamation.admits(task)) {
            if (reclamation.device(task) != device) {
                reclamation.offer(task);
            } else if (take(task, job)) {
                return NEXT_HERE;
            }
        }
        if (state.segmentDevice(task) == device) {
            makeReady(task, at, job);
            return NEXT_HERE;
        }
        buffer.putInt(job + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_TRANSIT);
        return HAND_OVER;
    }

    private void checkOverrun(final int task, final int at, final int job, final long endNs, final long elapsedNs) {
        final long beyondNs = elapsedNs - state.wcetNs(task);
        if (beyondNs > state.overrunToleranceNs()) {
            listener.onOverrun(task, buffer.getLong(job + JobDescriptor.NUMBER_OFFSET),
                buffer.getInt(job + JobDescriptor.SEGMENT_OFFSET), beyondNs, endNs);
            final int flags = flags(at);
            if ((flags & TaskDescriptor.FLAG_OVERRUN_SKIPS) != 0) {
                buffer.putInt(job + JobDescriptor.SKIP_NEXT_OFFSET, 1);
            }
            if ((flags & TaskDescriptor.FLAG_OVERRUN_STOPS) != 0) {
                state.requestStop(task);
            }
        }
    }

    /** The slot of an ended job is home: the next release may use it. */
    private void retire(final int task, final int at, final int job, final long nowNs) {
        if (buffer.getIntAcquire(at + TaskDescriptor.STOP_OFFSET) != 0) {
            releases.remove(task);
            becomeStopped(task, at, nowNs);
            return;
        }
        if (buffer.getInt(job + JobDescriptor.SKIP_NEXT_OFFSET) != 0) {
            buffer.putInt(at + TaskDescriptor.SKIP_NEXT_OFFSET, 1);
        }
        // Idle is published only when nothing waits: an observer that sees it may sleep until the next release.
        boolean live = false;
        while (!live && !Backlog.isEmpty(buffer, at)) {
            live = beginUnlessSkipped(task, at, Backlog.take(buffer, at), nowNs);
        }
        if (!live) {
            buffer.putIntRelease(at + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_IDLE);
        }
        if ((flags(at) & TaskDescriptor.FLAG_SPORADIC) != 0) {
            takeArrival(task, nowNs); // one that was held back while the backlog was full
        }
    }

    private void becomeStopped(final int task, final int at, final long nowNs) {
        while (!Backlog.isEmpty(buffer, at)) {
            listener.onSkip(task, Backlog.take(buffer, at), nowNs);
        }
        // Closes the gate: a claim that came before is counted here, and a later compare-and-set fails and then reads the stop.
        final long arrivalNs = buffer.getAndSetLong(at + TaskDescriptor.LAST_ARRIVAL_OFFSET, TaskDescriptor.GATE_CLOSED);
        if (arrivalNs != buffer.getLong(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET)) {
            listener.onSkip(task, arrivalNs, nowNs);
        }
        listener.onStopped(task, nowNs);
        // Release: whoever sees the task stopped may define the slot anew; this is the home's last write to it.
        buffer.putIntRelease(at + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_STOPPED);
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

    private int flags(final int at) {
        return buffer.getInt(at + TaskDescriptor.FLAGS_OFFSET);
    }

    private boolean isEdf(final int at) {
        return buffer.getInt(at + TaskDescriptor.POLICY_OFFSET) != 0;
    }
}
