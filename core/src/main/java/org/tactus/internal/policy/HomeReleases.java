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

    HomeReleases(
        final PolicyState state, final int device, final JobListener listener, final ReadyQueue ready, final Reclamation reclamation) {
        this.state = state;
        this.buffer = state.buffer;
        this.listener = listener;
        this.ready = ready;
        this.reclamation = reclamation;
        this.releases = new KeyHeap(buffer, state.releaseQueue(device), state.taskCapacity);
        this.doorbell = new Doorbell(buffer, state.doorbell(device));
    }

    /** Takes a defined task; the first nominal release is a periodic one's. */
    void admit(final int task, final long firstNominalNs) {
        final int at = state.task(task);
        if ((flags(at) & TaskDescriptor.FLAG_SPORADIC) == 0) {
            buffer.putLongRelease(at + TaskDescriptor.NEXT_NOMINAL_OFFSET, firstNominalNs);
            scheduleRelease(task, at, firstNominalNs);
        } else {
            takeArrival(task, firstNominalNs);
        }
    }

    /** Stops a task after {@link PolicyState#requestStop}. A live job ends after its running segment. */
    void stop(final int task, final long nowNs) {
        final int at = state.task(task);
        releases.remove(task);
        // State first, stop second: an idle task without the stop is a later one that was given the slot of a stopped one.
        final boolean idle = buffer.getIntAcquire(at + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_IDLE;
        if (idle && buffer.getIntAcquire(at + TaskDescriptor.STOP_OFFSET) != 0) {
            becomeStopped(task, at, nowNs);
        }
    }

    /** Releases no further job of a task; a live job and the backlog go on to their ends. */
    void quiesce(final int task, final long nowNs) {
        releases.remove(task);
        if (buffer.getIntAcquire(state.task(task) + TaskDescriptor.STOP_OFFSET) != 0) {
            stop(task, nowNs);
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
        ready.put(task);
    }

    /** The slot of an ended job is home: the next release may use it. */
    void retire(final int task, final long nowNs) {
        final int at = state.task(task);
        final int job = state.job(task);
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

    private int flags(final int at) {
        return buffer.getInt(at + TaskDescriptor.FLAGS_OFFSET);
    }

    private boolean isEdf(final int at) {
        return buffer.getInt(at + TaskDescriptor.POLICY_OFFSET) != 0;
    }
}
