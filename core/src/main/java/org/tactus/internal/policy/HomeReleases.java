// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Manages the jobs of the tasks whose home is one device: it releases them, queues a release behind an unfinished job, receives ended
 * jobs, and stops tasks. Called by the device's dispatcher only. Allocation-free.
 */
final class HomeReleases {
    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final JobListener listener;
    private final ReadyQueue ready;
    private final Reclamation reclamation;
    private final KeyHeap releases;
    private final Doorbell doorbell;
    private final OfferGate offers;
    /** Generation of each slot's task while this is its home, otherwise 0. By it a late command for an earlier task is recognised. */
    private final int[] admitted;
    /** Of each slot whose task is released at completion, whether its live job is the last one. */
    private final boolean[] quiesced;
    /** When the doorbell was last looked at; a task that is marked now was not marked at that time. */
    private long lookedNs = Long.MIN_VALUE / 2;
    /** Slots of the tasks that are admitted here: hard ones by (priority, deadline, order), then best-effort ones. */
    private final int[] slots;
    private int admittedCount;
    private int hardCount;

    HomeReleases(
        final PolicyState state, final int deviceIndex, final JobListener listener, final ReadyQueue ready, final Reclamation reclamation) {
        this.state = state;
        this.buffer = state.buffer;
        this.listener = listener;
        this.ready = ready;
        this.reclamation = reclamation;
        this.releases = new KeyHeap(buffer, state.releaseQueueOffset(deviceIndex), state.taskCapacity);
        this.doorbell = new Doorbell(buffer, state.doorbellOffset(deviceIndex));
        this.offers = new OfferGate(state);
        this.admitted = new int[state.taskCapacity];
        this.quiesced = new boolean[state.taskCapacity];
        this.slots = new int[state.taskCapacity];
    }

    /** Admits a defined task; the first nominal release counts for a periodic task only. */
    void admit(final int slot, final long firstNominalNs) {
        final int taskOffset = state.taskOffset(slot);
        if (admitted[slot] == 0) {
            insert(slot, taskOffset);
        }
        admitted[slot] = state.generation(slot);
        quiesced[slot] = false;
        if ((flags(taskOffset) & TaskDescriptor.FLAG_SPORADIC) == 0) {
            buffer.putLongRelease(taskOffset + TaskDescriptor.NEXT_NOMINAL_OFFSET, firstNominalNs);
            scheduleRelease(slot, taskOffset, firstNominalNs);
            if ((flags(taskOffset) & TaskDescriptor.FLAG_OFFERED) != 0) {
                offers.opened(taskOffset, state.generation(slot), firstNominalNs);
            }
        } else {
            takeArrival(slot, firstNominalNs);
        }
    }

    private void insert(final int slot, final int taskOffset) {
        final boolean hard = isHard(taskOffset);
        int at = admittedCount;
        while (at > 0 && isBefore(taskOffset, hard, state.taskOffset(slots[at - 1]))) {
            slots[at] = slots[at - 1];
            at--;
        }
        slots[at] = slot;
        admittedCount++;
        hardCount += hard ? 1 : 0;
    }

    private boolean isBefore(final int one, final boolean hard, final int other) {
        if (hard != isHard(other)) {
            return hard;
        }
        final int priority = buffer.getInt(one + TaskDescriptor.PRIORITY_OFFSET);
        final int otherPriority = buffer.getInt(other + TaskDescriptor.PRIORITY_OFFSET);
        if (priority != otherPriority) {
            return priority < otherPriority;
        }
        final long deadlineNs = buffer.getLong(one + TaskDescriptor.DEADLINE_OFFSET);
        final long otherDeadlineNs = buffer.getLong(other + TaskDescriptor.DEADLINE_OFFSET);
        return deadlineNs != otherDeadlineNs ? deadlineNs < otherDeadlineNs
            : buffer.getInt(one + TaskDescriptor.ORDER_OFFSET) < buffer.getInt(other + TaskDescriptor.ORDER_OFFSET);
    }

    private void remove(final int slot, final int taskOffset) {
        int at = 0;
        while (slots[at] != slot) {
            at++;
        }
        admittedCount--;
        hardCount -= isHard(taskOffset) ? 1 : 0;
        System.arraycopy(slots, at + 1, slots, at, admittedCount - at);
    }

    private boolean isHard(final int taskOffset) {
        return (flags(taskOffset) & TaskDescriptor.FLAG_BEST_EFFORT) == 0;
    }

    /** Number of tasks that are admitted here. */
    int count() {
        return admittedCount;
    }

    /** Number of those that have deadlines: the first ones of {@link #at}. */
    int hardCount() {
        return hardCount;
    }

    /** Slot of a task that is admitted here, in the order of fixed priorities. */
    int at(final int index) {
        return slots[index];
    }

    /**
     * The earliest that the nominal release can be of a task's first job behind its live one, from all that is known here: later ones
     * follow at least a period apart. An arrival that this dispatcher has not seen counts as {@link #settle} will count it.
     */
    long earliestNextNs(final int slot) {
        final int taskOffset = state.taskOffset(slot);
        if (!Backlog.isEmpty(buffer, taskOffset)) {
            return Backlog.first(buffer, taskOffset);
        }
        if ((flags(taskOffset) & TaskDescriptor.FLAG_SPORADIC) == 0) {
            return buffer.getLong(taskOffset + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        }
        final long unseenNs = lookedNs - buffer.getLong(taskOffset + TaskDescriptor.JITTER_OFFSET) - state.releaseJitterNs();
        final long consumedNs = buffer.getLong(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET);
        return TaskDescriptor.isArrival(consumedNs)
            ? Math.max(unseenNs, consumedNs + buffer.getLong(taskOffset + TaskDescriptor.PERIOD_OFFSET)) : unseenNs;
    }

    /** Whether the slot still holds the task of this generation, with its home here. */
    private boolean isAdmitted(final int slot, final int generation) {
        return generation != 0 && admitted[slot] == generation;
    }

    /** Generation of the task that is admitted here under a slot, 0 when there is none. */
    int admitted(final int slot) {
        return admitted[slot];
    }

    /** Stops a task after {@link PolicyState#requestStop}, unless it is gone. A live job ends after its running segment. */
    void stop(final int slot, final int generation, final long nowNs) {
        final int taskOffset = state.taskOffset(slot);
        if (!isAdmitted(slot, generation) || !state.stops(taskOffset)) {
            return;
        }
        releases.remove(slot);
        if (buffer.getInt(taskOffset + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_IDLE) {
            becomeStopped(slot, taskOffset, nowNs);
        }
    }

    /** Releases no further job of a task, unless it is gone; a live job and the backlog go on to their ends. */
    void quiesce(final int slot, final int generation, final long nowNs) {
        if (isAdmitted(slot, generation)) {
            releases.remove(slot);
            quiesced[slot] = true;
            stop(slot, generation, nowNs);
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

    /** Whether a task is marked. */
    boolean isRung() {
        return doorbell.isRung();
    }

    /** Nobody had woken the sleeping dispatcher until this time: as good as a look that found nothing. */
    void sleptUntil(final long unseenUntilNs) {
        lookedNs = Math.max(lookedNs, unseenUntilNs);
    }

    private void releasePeriodic(final long nowNs) {
        final int slot = releases.pop();
        final int taskOffset = state.taskOffset(slot);
        if (state.stops(taskOffset)) {
            return; // the stop command, or the live job's end, completes the stop
        }
        final long nominalNs = buffer.getLong(taskOffset + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        final boolean again = (flags(taskOffset) & TaskDescriptor.FLAG_AT_COMPLETION) == 0;
        final long nextNs = again ? nominalNs + buffer.getLong(taskOffset + TaskDescriptor.PERIOD_OFFSET) : Long.MAX_VALUE;
        if (again) {
            scheduleRelease(slot, taskOffset, nextNs);
        }
        if ((flags(taskOffset) & TaskDescriptor.FLAG_OFFERED) != 0 && offers.passed(taskOffset)) {
            listener.onAnswered(slot, nominalNs, nowNs);
        } else {
            arriveNominal(slot, taskOffset, nominalNs, nowNs);
        }
        // Release, after the job has become live: whoever sees the new time also sees the live job (OverdueReleases, ResidencyTable).
        buffer.putLongRelease(taskOffset + TaskDescriptor.NEXT_NOMINAL_OFFSET, nextNs);
    }

    private void scheduleRelease(final int slot, final int taskOffset, final long nominalNs) {
        final long whenNs = nominalNs + ReleaseJitter.drawNs(
            buffer.getLong(taskOffset + TaskDescriptor.SEED_OFFSET), nominalNs, buffer.getLong(taskOffset + TaskDescriptor.JITTER_OFFSET));
        final long second = isEdf(taskOffset)
            ? nominalNs + buffer.getLong(taskOffset + TaskDescriptor.DEADLINE_OFFSET)
            : buffer.getInt(taskOffset + TaskDescriptor.PRIORITY_OFFSET);
        releases.push(whenNs, second, buffer.getInt(taskOffset + TaskDescriptor.ORDER_OFFSET), slot);
    }

    private int releaseSporadic(final long nowNs) {
        int count = 0;
        long summary = doorbell.takeSummary();
        while (summary != 0) {
            final int word = Long.numberOfTrailingZeros(summary);
            summary &= summary - 1;
            long bits = doorbell.takeWord(word);
            while (bits != 0) {
                final int slot = (word << 6) + Long.numberOfTrailingZeros(bits);
                if (admitted[slot] != 0) { // else the mark is late, and the slot may be defined anew at any moment, for another home
                    takeArrival(slot, nowNs);
                }
                bits &= bits - 1;
                count++;
            }
        }
        return count;
    }

    /** Turns the last arrival into a job, unless the backlog is full: then it stays claimed, and callers get QUEUE_FULL. */
    private void takeArrival(final int slot, final long nowNs) {
        final int taskOffset = state.taskOffset(slot);
        // Volatile, not acquire: it must come after the exchange that took the bit. A caller that finds its bit set rings no more, and
        // only the total order of volatile accesses says that this load then sees that caller's compare-and-set.
        final long claimedNs = buffer.getLongVolatile(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET);
        if (claimedNs == buffer.getLong(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET)) {
            return;
        }
        final long arrivalNs = settle(taskOffset, claimedNs);
        final int current = buffer.getInt(taskOffset + TaskDescriptor.STATE_OFFSET);
        final boolean queues = (flags(taskOffset) & TaskDescriptor.FLAG_DROP_BACKLOG) == 0;
        if (current == TaskDescriptor.STATE_LIVE && queues && Backlog.isFull(buffer, taskOffset)) {
            return;
        }
        arriveNominal(slot, taskOffset, arrivalNs, nowNs);
        // Release: a caller that sees it consumed may claim the next; everything above happened before.
        buffer.putLongRelease(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET, arrivalNs);
    }

    /**
     * Settles the nominal release of an arrival that is noticed for the first time. It is the claimed time, unless the caller was held up
     * between its clock read and its ring for longer than the release jitter that the analysis charges: this dispatcher looked since, and
     * found nothing. Then the arrival counts as one that came that much later, and the next one is due a period after it: arrivals that
     * others see never come closer than the analysis assumes.
     */
    private long settle(final int taskOffset, final long claimedNs) {
        if (claimedNs == buffer.getLong(taskOffset + TaskDescriptor.SEEN_ARRIVAL_OFFSET)) {
            return claimedNs; // noticed before, and held back by a full backlog: its caller did not cause that wait
        }
        final long earliestNs = lookedNs - buffer.getLong(taskOffset + TaskDescriptor.JITTER_OFFSET) - state.releaseJitterNs();
        if (earliestNs > claimedNs) {
            // No caller changes it now: none tries a compare-and-set while the arrival is not consumed.
            buffer.putLongVolatile(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET, earliestNs);
        }
        final long nominalNs = Math.max(claimedNs, earliestNs);
        buffer.putLong(taskOffset + TaskDescriptor.SEEN_ARRIVAL_OFFSET, nominalNs);
        return nominalNs;
    }

    private void arriveNominal(final int slot, final int taskOffset, final long nominalNs, final long nowNs) {
        if (buffer.getInt(taskOffset + TaskDescriptor.STATE_OFFSET) == TaskDescriptor.STATE_LIVE) {
            final boolean drops = (flags(taskOffset) & TaskDescriptor.FLAG_DROP_BACKLOG) != 0;
            if (drops || Backlog.isFull(buffer, taskOffset)) {
                listener.onSkip(slot, nominalNs, nowNs);
            } else {
                Backlog.put(buffer, taskOffset, nominalNs);
            }
        } else {
            beginUnlessSkipped(slot, taskOffset, nominalNs, nowNs);
        }
    }

    private boolean beginUnlessSkipped(final int slot, final int taskOffset, final long nominalNs, final long nowNs) {
        if (buffer.getInt(taskOffset + TaskDescriptor.SKIP_NEXT_OFFSET) == 0) {
            beginJob(slot, taskOffset, nominalNs, nowNs);
            return true;
        }
        buffer.putInt(taskOffset + TaskDescriptor.SKIP_NEXT_OFFSET, 0);
        listener.onSkip(slot, nominalNs, nowNs);
        return false;
    }

    private void beginJob(final int slot, final int taskOffset, final long nominalNs, final long nowNs) {
        final int jobOffset = state.jobOffset(slot);
        final long number = buffer.getLong(taskOffset + TaskDescriptor.JOB_COUNT_OFFSET);
        final long deadlineNs = buffer.getLong(taskOffset + TaskDescriptor.DEADLINE_OFFSET);
        buffer.putIntRelease(taskOffset + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_LIVE);
        // Release, live first: ModeChanges, which looks twice whether jobs are live, sees this job live or sees that the count grew.
        buffer.putLongRelease(taskOffset + TaskDescriptor.JOB_COUNT_OFFSET, number + 1);
        buffer.putLong(jobOffset + JobDescriptor.NOMINAL_OFFSET, nominalNs);
        buffer.putLong(jobOffset + JobDescriptor.DEADLINE_OFFSET, nominalNs + deadlineNs);
        putKeys(taskOffset, jobOffset, nominalNs, deadlineNs);
        buffer.putLong(jobOffset + JobDescriptor.NUMBER_OFFSET, number);
        buffer.putInt(jobOffset + JobDescriptor.SEGMENT_OFFSET, 0);
        buffer.putInt(jobOffset + JobDescriptor.ABORTED_OFFSET, 0);
        buffer.putInt(jobOffset + JobDescriptor.SKIP_NEXT_OFFSET, 0);
        listener.onRelease(slot, number, nominalNs, nowNs);
        if ((flags(taskOffset) & TaskDescriptor.FLAG_RECLAIMS) != 0) {
            reclamation.begin(slot);
        }
        ready.put(slot);
    }

    /** By which the ready queue orders the job; a method of its own, so that {@link #beginJob} stays small enough to be inlined. */
    private void putKeys(final int taskOffset, final int jobOffset, final long nominalNs, final long deadlineNs) {
        final boolean edf = isEdf(taskOffset);
        if ((flags(taskOffset) & TaskDescriptor.FLAG_BEST_EFFORT) != 0) {
            buffer.putLong(jobOffset + JobDescriptor.KEY1_OFFSET, JobDescriptor.BEST_EFFORT);
            buffer.putLong(jobOffset + JobDescriptor.KEY2_OFFSET, nominalNs);
        } else if ((flags(taskOffset) & TaskDescriptor.FLAG_MANDATORY_FIRST) != 0) {
            buffer.putLong(jobOffset + JobDescriptor.KEY1_OFFSET, JobDescriptor.MANDATORY);
            buffer.putLong(jobOffset + JobDescriptor.KEY2_OFFSET, nominalNs + deadlineNs);
        } else {
            buffer.putLong(jobOffset + JobDescriptor.KEY1_OFFSET,
                edf ? nominalNs + deadlineNs : buffer.getInt(taskOffset + TaskDescriptor.PRIORITY_OFFSET));
            buffer.putLong(jobOffset + JobDescriptor.KEY2_OFFSET, edf ? nominalNs : deadlineNs);
        }
    }

    /** The slot of an ended job is home: the next release may use it. */
    void retire(final int slot, final long nowNs) {
        final int taskOffset = state.taskOffset(slot);
        final int jobOffset = state.jobOffset(slot);
        if (state.stops(taskOffset)) {
            releases.remove(slot);
            becomeStopped(slot, taskOffset, nowNs);
            return;
        }
        if (buffer.getInt(jobOffset + JobDescriptor.SKIP_NEXT_OFFSET) != 0) {
            buffer.putInt(taskOffset + TaskDescriptor.SKIP_NEXT_OFFSET, 1);
        }
        // Idle is published only when no release waits: an observer takes it for an instant without a live job (ModeChanges).
        boolean live = false;
        while (!live && !Backlog.isEmpty(buffer, taskOffset)) {
            live = beginUnlessSkipped(slot, taskOffset, Backlog.take(buffer, taskOffset), nowNs);
        }
        if (!live && (flags(taskOffset) & TaskDescriptor.FLAG_AT_COMPLETION) != 0 && !quiesced[slot]) {
            beginJob(slot, taskOffset, nowNs, nowNs);
            live = true;
        }
        if (!live) {
            buffer.putIntRelease(taskOffset + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_IDLE);
        }
        if ((flags(taskOffset) & TaskDescriptor.FLAG_SPORADIC) != 0) {
            takeArrival(slot, nowNs); // one that was held back while the backlog was full
        }
    }

    private void becomeStopped(final int slot, final int taskOffset, final long nowNs) {
        while (!Backlog.isEmpty(buffer, taskOffset)) {
            listener.onSkip(slot, Backlog.take(buffer, taskOffset), nowNs);
        }
        // Closes the gate: an earlier claim is counted as skipped here, and a later compare-and-set fails and then reads the stop.
        final long arrivalNs = buffer.getAndSetLong(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET, TaskDescriptor.GATE_CLOSED);
        if (arrivalNs != buffer.getLong(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET)) {
            listener.onSkip(slot, arrivalNs, nowNs);
        }
        offers.closed(taskOffset);
        listener.onStopped(slot, nowNs);
        admitted[slot] = 0;
        remove(slot, taskOffset);
        // Release: a control thread that sees the task stopped may define the slot anew; this is the home's last write to it.
        buffer.putIntRelease(taskOffset + TaskDescriptor.STATE_OFFSET, TaskDescriptor.STATE_STOPPED);
    }

    private int flags(final int taskOffset) {
        return buffer.getInt(taskOffset + TaskDescriptor.FLAGS_OFFSET);
    }

    private boolean isEdf(final int taskOffset) {
        return (flags(taskOffset) & TaskDescriptor.FLAG_EDF) != 0;
    }
}
