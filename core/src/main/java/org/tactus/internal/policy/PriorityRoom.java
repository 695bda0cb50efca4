// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.util.Arrays;
import org.agrona.concurrent.AtomicBuffer;

/**
 * The test at run time under fixed priorities: how long the segment of any waiting job may take from now on, out of turn too, without
 * making any job late, if all later segments go in turn and at their first levels.
 *
 * <p>For the waiting job of each task and for its next {@link #EXACT_JOBS} jobs it asks how much later than now the jobs that go before
 * may begin so that the last segment starts in time: the most over some instants s of s less the work that comes before s. A job to come
 * is not concerned either if all that goes before is done before it arrives. Later jobs are counted by lines. Proof:
 * {@code docs/proofs/schedulability.md}, section 11.
 *
 * <p>With n tasks a look takes at most {@code ((1 + EXACT_JOBS) POINTS + EXACT_JOBS + 1) n (n + 1) / 2} divisions, for all candidates
 * together: O(n) for each. Allocation-free. Called by the device's dispatcher only.
 */
final class PriorityRoom {
    /** Jobs to come of each task that count exactly. */
    static final int EXACT_JOBS = 2;
    /** Instants that are tried for a start. */
    private static final int POINTS = 3;
    private static final double MARGIN = 1e-12;
    private static final long NOTHING = Long.MIN_VALUE / 4;

    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final HomeReleases home;
    private final LevelCharges charges;
    /** By rank: cost of what the waiting job still has to do, 0 without one, and when it is due. */
    private final long[] waitingNs;
    private final long[] dueNs;
    private final long[] nextNs;
    private final long[] periodNs;
    private final long[] deadlineNs;
    private final long[] costNs;
    private final long[] tailNs;
    /** By rank: the room for its own jobs, and the least of the ranks before and behind. */
    private final long[] ownWaitingNs;
    private final long[] ownComingNs;
    private final long[] aboveNs;
    private final long[] belowNs;
    private int ranks;
    private long nowNs;
    private long mostNs;
    /** The last arrival that {@link #arrived} found. */
    private long latestNs;
    private int limit;

    PriorityRoom(final PolicyState state, final HomeReleases home, final LevelCharges charges) {
        this.state = state;
        this.buffer = state.buffer;
        this.home = home;
        this.charges = charges;
        final int capacity = state.taskCapacity + 1;
        waitingNs = new long[capacity];
        dueNs = new long[capacity];
        nextNs = new long[capacity];
        periodNs = new long[capacity];
        deadlineNs = new long[capacity];
        costNs = new long[capacity];
        tailNs = new long[capacity];
        ownWaitingNs = new long[capacity];
        ownComingNs = new long[capacity];
        aboveNs = new long[capacity];
        belowNs = new long[capacity];
    }

    /**
     * Looks at all jobs once, for any number of candidates.
     *
     * @param now  now, nanoseconds
     * @param most an amount of room beyond which nobody asks
     */
    void look(final long now, final long most) {
        nowNs = now;
        mostNs = most;
        ranks = home.hardCount();
        for (int i = 0; i < ranks; i++) {
            take(i, home.at(i));
        }
        double load = charges.stallRate();
        long before = 0;
        aboveNs[0] = most;
        for (int i = 0; i < ranks; i++) {
            load += (double) costNs[i] / periodNs[i];
            ownWaitingNs[i] = waitingNs[i] == 0 ? most
                : Math.min(most, meet(i, before + waitingNs[i] - tailNs[i], dueNs[i]));
            before += waitingNs[i];
            ownComingNs[i] = coming(i, before, load <= 1 + MARGIN);
            aboveNs[i + 1] = Math.min(aboveNs[i], Math.min(ownWaitingNs[i], ownComingNs[i]));
        }
        belowNs[ranks] = most;
        for (int i = ranks - 1; i >= 0; i--) {
            belowNs[i] = Math.min(belowNs[i + 1], Math.min(ownWaitingNs[i], ownComingNs[i]));
        }
        Arrays.fill(waitingNs, ranks, ranks + 1, 0);
    }

    private void take(final int i, final int slot) {
        final int taskOffset = state.taskOffset(slot);
        final int segments = buffer.getInt(taskOffset + TaskDescriptor.SEGMENT_COUNT_OFFSET);
        periodNs[i] = buffer.getLong(taskOffset + TaskDescriptor.PERIOD_OFFSET);
        deadlineNs[i] = buffer.getLong(taskOffset + TaskDescriptor.DEADLINE_OFFSET);
        nextNs[i] = home.earliestNextNs(slot) - nowNs;
        costNs[i] = remainingNs(slot, 0, segments);
        tailNs[i] = remainingNs(slot, segments - 1, segments);
        waitingNs[i] = 0;
        if (state.isLive(slot)) {
            waitingNs[i] = remainingNs(slot, state.segmentIndex(slot), segments);
            dueNs[i] = state.absoluteDeadlineNs(slot) - nowNs;
        }
    }

    /** The most that ranks 0 to i may be held up so that the last segment of a job, behind some work, starts and ends in time. */
    private long meet(final int i, final long workNs, final long due) {
        final long byEndNs = due - tailNs[i] - stalledNs(due);
        long s = due - tailNs[i];
        long best = NOTHING;
        int tried = 0;
        do {
            final long work = workNs + arrived(i, s);
            best = Math.max(best, Math.min(s - stalledNs(s), byEndNs) - work);
            s = latestNs - 1;
            tried++;
        } while (tried < POINTS && s > 0);
        return best;
    }

    /** The same for all jobs of rank i to come; given the cost of all that waits, its own job included. */
    private long coming(final int i, final long workNs, final boolean ends) {
        long room = mostNs;
        long idle = NOTHING;
        long arrivalNs = nextNs[i];
        long earlierNs = workNs;
        for (int q = 0; q < EXACT_JOBS; q++) {
            final long s = arrivalNs - 1;
            if (s > 0) {
                idle = Math.max(idle, s - stalledNs(s) - earlierNs - arrived(i, s));
            }
            if (idle >= room) {
                return room;
            }
            room = Math.min(room, Math.max(idle, meet(i, earlierNs + costNs[i] - tailNs[i], arrivalNs + deadlineNs[i])));
            earlierNs += costNs[i];
            arrivalNs += periodNs[i];
        }
        if (idle >= room) {
            return room;
        }
        final long due = arrivalNs + deadlineNs[i];
        final long s = due - tailNs[i];
        double lines = Math.abs((double) due) * MARGIN;
        for (int k = 0; k < i; k++) {
            lines += Math.max(0, ((double) (s - nextNs[k]) / periodNs[k] + 1) * costNs[k]);
        }
        final long last = s - stalledNs(due) - earlierNs - costNs[i] + tailNs[i] - (long) Math.ceil(lines) - 1;
        return Math.min(room, Math.max(idle, ends ? last : NOTHING));
    }

    /** Work of the ranks before i that arrives up to an instant, itself included; notes the latest arrival. */
    private long arrived(final int i, final long s) {
        long sum = 0;
        long latest = NOTHING;
        for (int k = 0; k < i; k++) {
            final long span = s - nextNs[k];
            if (span >= 0) {
                final long jobs = span / periodNs[k];
                sum += (jobs + 1) * costNs[k];
                latest = Math.max(latest, nextNs[k] + jobs * periodNs[k]);
            }
        }
        latestNs = latest;
        return sum;
    }

    /**
     * The room for the current segment of the waiting job of a rank, or of a best-effort job.
     *
     * @param rank   of the task; the number of ranks for a best-effort one
     * @param slot   of the task
     * @param isLast whether it is the job's last segment
     * @return the most that it may cost, overheads included, nanoseconds; may be negative
     */
    long roomNs(final int rank, final int slot, final boolean isLast) {
        long room = aboveNs[rank];
        if (rank < ranks) {
            final long firstNs = state.firstLevelNs(slot) + charges.overheadNs();
            room = Math.min(room, firstNs + belowNs[rank + 1]);
            room = Math.min(room, firstNs + ownComingNs[rank]);
            final long ownNs = isLast ? dueNs[rank] - stalledNs(dueNs[rank]) : firstNs + ownWaitingNs[rank];
            limit = ownNs < room ? LevelChoice.LIMIT_WAITING : LevelChoice.LIMIT_COMING;
            room = Math.min(room, ownNs);
        } else {
            limit = LevelChoice.LIMIT_COMING;
        }
        return room;
    }

    /** What limited the room that was asked for last: its own waiting job, or the jobs of others and those to come. */
    int limit() {
        return limit;
    }

    private long stalledNs(final long x) {
        final double ns = charges.stallAheadNs() + charges.stallRate() * (x + 1.0);
        return ns == 0 ? 0 : (long) Math.ceil(ns + Math.abs((double) x) * MARGIN) + 1;
    }

    private long remainingNs(final int slot, final int from, final int to) {
        return state.firstLevelsNs(slot, from, to) + (to - from) * charges.overheadNs();
    }
}
