// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Decides for one device: which segment runs next, where a job goes when a segment is done, and, by {@link HomeReleases}, which jobs are
 * released.
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
    private final Reclamation reclamation;
    private final ReadyQueue ready;
    private final HomeReleases home;
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
        this.reclamation = new Reclamation(state);
        this.ready = new ReadyQueue(state, device);
        this.home = new HomeReleases(state, device, listener, ready, reclamation);
    }

    /**
     * Takes a defined task whose home is this device.
     *
     * @param task           its slot
     * @param firstNominalNs first nominal release of a periodic task; ignored for a sporadic one
     */
    public void admit(final int task, final long firstNominalNs) {
        home.admit(task, firstNominalNs);
    }

    /**
     * Stops a task whose home is this device, after {@link PolicyState#requestStop}. A live job ends after its running segment. A task
     * that is gone is not stopped again, nor is another one in its slot.
     *
     * @param task       its slot
     * @param generation its generation
     * @param nowNs      now
     */
    public void stop(final int task, final int generation, final long nowNs) {
        home.stop(task, generation, nowNs);
    }

    /**
     * Stops the task that is in a slot now; see the other one.
     *
     * @param task  its slot
     * @param nowNs now
     */
    public void stop(final int task, final long nowNs) {
        home.stop(task, home.admitted(task), nowNs);
    }

    /**
     * Releases no further job of a task whose home is this device, unless it is gone; a live job and the backlog go on to their ends.
     *
     * @param task       its slot
     * @param generation its generation
     * @param nowNs      now
     */
    public void quiesce(final int task, final int generation, final long nowNs) {
        home.quiesce(task, generation, nowNs);
    }

    /**
     * Releases no further job of the task that is in a slot now; see the other one.
     *
     * @param task  its slot
     * @param nowNs now
     */
    public void quiesce(final int task, final long nowNs) {
        home.quiesce(task, home.admitted(task), nowNs);
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
            home.retire(task, nowNs);
            return ENDED;
        }
        if ((flags(at) & TaskDescriptor.FLAG_RECLAIMS) != 0 && reclamation.isOffered(task)) {
            return take(task, job) ? NEXT_HERE : HAND_OVER;
        }
        ready.put(task);
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
        final int task = substituted != NONE ? substituted : ready.take();
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
        final boolean aborts = failed || !complete && state.stops(at);
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
            home.retire(task, endNs);
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
            ready.put(task);
            return NEXT_HERE;
        }
        buffer.putInt(job + JobDescriptor.STATE_OFFSET, JobDescriptor.STATE_TRANSIT);
        return HAND_OVER;
    }

    private void checkOverrun(final int task, final int at, final int job, final long endNs, final long elapsedNs) {
        final long beyondNs = elapsedNs - state.wcetNs(task);
        // What passed around an execution that its device has timed is spent already: only the rest of the completion is left.
        final long aroundNs = endNs - buffer.getLong(job + JobDescriptor.START_OFFSET) - elapsedNs;
        if (beyondNs > Math.max(0, state.overrunToleranceNs() - Math.max(0, aroundNs))) {
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
}
