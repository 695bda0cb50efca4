// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * The jobs of the tasks whose home is one device: releases them, keeps what waits behind an unfinished one, takes ended ones back,
 * stops tasks. Called by the device's dispatcher only. Allocation-free.
 */
final class HomeReleases {
    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final JobListener listener;
    private final ReadyQueue ready;
    private final Reclamation reclamation;
    private final KeyHeap releases;
    private final Doorbell doorbell;
    /** Generation of each slot's task while this is its home, 0 otherwise: whatever is late for an earlier task is told by it. */
    private final int[] admitted;
    /** When the doorbell was last looked at: what was rung for since was not there then. */
    private long lookedNs = Long.MIN_VALUE / 2;

    HomeReleases(
        final PolicyState state, final int device, final JobListener listener, final ReadyQueue ready, final Reclamation reclamation) {
        this.state = state;
        this.buffer = state.buffer;
        this.listener = listener;
        this.ready = ready;
        this.reclamation = reclamation;
        this.releases = new KeyHeap(buffer, state.releaseQueue(device), state.taskCapacity);
        this.doorbell = new Doorbell(buffer, state.doorbell(device));
        this.admitted = new int[state.taskCapacity];
    }

    /** Takes a defined task; the first nominal release is a periodic one's. */
    void admit(final int task, final long firstNominalNs) {
        final int at = state.task(task);
        admitted[task] = state.generation(task);
        if ((flags(at) & TaskDescriptor.FLAG_SPORADIC) == 0) {
            buffer.putLongRelease(at + TaskDescriptor.NEXT_NOMINAL_OFFSET, firstNominalNs);
            scheduleRelease(task, at, firstNominalNs);
        } else {
            takeArrival(task, firstNominalNs);
        }
    }

    /** Whether a slot's task is this one still, and has this home. */
    private boolean isAdmitted(final int task, final int generation) {
        return generation != 0 && admitted[task] == generation;
    }

    /** Generation of the task that is admitted here under a slot, 0 when there is none. */
    int admitted(final int task) {
        return admitted[task];
    }

    /** Stops a task after {@link PolicyState#requestStop}, unless it is gone. A live job ends after its running segment. */
    void stop(final int task, final int generation, final long nowNs) {
        final int at = state.task(task);
        if (!isAdmitted(task, generation) || !state.stops(at)) {
            return;
        }
        releases.remove(task);
        if (buffer.getInt(at + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_IDLE) {
            becomeStopped(task, at, nowNs);
        }
    }

    /** Releases no further job of a task, unless it is gone; a live job and the backlog go on to their ends. */
    void quiesce(final int task, final int generation, final long nowNs) {
        if (isAdmitted(task, generation)) {
            releases.remove(task);
            stop(task, generation, nowNs);
        }
    }

    /** When the next periodic release is due; {@code Long.MAX_VALUE} when none is planned. */
    long nextNs() {
        return releases.firstKey();
    }

    /** Releases every job that is due; returns the number of releases handled. */
    int release(final long nowNs) {
        int count = 0;
        while (releases.firstKey() <= nowNs) {
            releasePeriodic(nowNs);
            count++;
        }
        if (doorbell.isRung()) {
            count += releaseSporadic(nowNs);
        }
        lookedNs = nowNs;
        return count;
    }

    private void releasePeriodic(final long nowNs) {
        final int task = releases.pop();
        final int at = state.task(task);
        if (state.stops(at)) {
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
                final int task = (word << 6) + Long.numberOfTrailingZeros(bits);
                if (admitted[task] != 0) { // a late ring otherwise: the slot may be defined anew at any moment, for another home
                    takeArrival(task, nowNs);
                }
                bits &= bits - 1;
                count++;
            }
        }
        return count;
    }

    /** Turns the last arrival into a job unless the backlog is full: then it stays claimed, and callers hear QUEUE_FULL. */
    private void takeArrival(final int task, final long nowNs) {
        final int at = state.task(task);
        // Volatile, not acquire: it must come after the exchange that took the bit. A caller that finds its bit set rings no more, and
        // only the total order of volatile accesses says that this load then sees that caller's compare-and-set.
        final long claimedNs = buffer.getLongVolatile(at + TaskDescriptor.LAST_ARRIVAL_OFFSET);
        if (claimedNs == buffer.getLong(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET)) {
            return;
        }
        final long arrivalNs = settle(at, claimedNs);
        final int current = buffer.getInt(at + TaskDescriptor.STATE_OFFSET);
        final boolean queues = (flags(at) & TaskDescriptor.FLAG_DROP_BACKLOG) == 0;
        if (current == TaskDescriptor.STATE_LIVE && queues && Backlog.isFull(buffer, at)) {
            return;
        }
        arriveNominal(task, at, arrivalNs, nowNs);
        // Release: a caller that sees it consumed may claim the next; everything above happened before.
        buffer.putLongRelease(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET, arrivalNs);
    }

    /**
     * Settles the nominal release of an arrival that is noticed for the first time. It is the claimed time, unless the caller was held up
     * between its clock read and its ring for longer than the release jitter that the analysis charges: this dispatcher looked since, and
     * found nothing. Then the arrival counts as one that came that much later, and the next one is due a period after it: arrivals that
     * others see never come closer than the analysis assumes.
     */
    private long settle(final int at, final long claimedNs) {
        if (claimedNs == buffer.getLong(at + TaskDescriptor.SEEN_ARRIVAL_OFFSET)) {
            return claimedNs; // noticed before, and held back: that wait is not its caller's
        }
        final long earliestNs = lookedNs - buffer.getLong(at + TaskDescriptor.JITTER_OFFSET) - state.releaseJitterNs();
        if (earliestNs > claimedNs) {
            // Callers leave it alone: while it is not consumed no compare-and-set is tried.
            buffer.putLongVolatile(at + TaskDescriptor.LAST_ARRIVAL_OFFSET, earliestNs);
        }
        final long nominalNs = Math.max(claimedNs, earliestNs);
        buffer.putLong(at + TaskDescriptor.SEEN_ARRIVAL_OFFSET, nominalNs);
        return nominalNs;
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
        buffer.putIntRelease(at + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_LIVE);
        // Release, live first: who looks twice whether jobs are live (ModeChanges) sees this one live, or sees the count grown.
        buffer.putLongRelease(at + TaskDescriptor.JOB_COUNT_OFFSET, number + 1);
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
        ready.put(task);
    }

    /** The slot of an ended job is home: the next release may use it. */
    void retire(final int task, final long nowNs) {
        final int at = state.task(task);
        final int job = state.job(task);
        if (state.stops(at)) {
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
        admitted[task] = 0;
        // Release: whoever sees the task stopped may define the slot anew; this is the home's last write to it.
        buffer.putIntRelease(at + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_STOPPED);
    }

    private int flags(final int at) {
        return buffer.getInt(at + TaskDescriptor.FLAGS_OFFSET);
    }

    private boolean isEdf(final int at) {
        return (flags(at) & TaskDescriptor.FLAG_EDF) != 0;
    }
}
