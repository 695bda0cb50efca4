// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Finds, from outside the dispatchers, the releases whose deadlines passed while a dispatcher could not act, because a segment that does
 * not return holds it or because it has died. Allocation-free; called by the monitor while it watches, and by the control thread after
 * the end.
 *
 * <p>Another thread may read these records for the following reason. The records of a stuck dispatcher do not change, and what it wrote
 * before its running segment began was published with that segment's start. A live job whose current segment is of the stuck device
 * cannot move on without it. Where another dispatcher may be writing, the caller acts only on what it has seen in two rounds of the
 * monitor.
 */
public final class OverdueReleases {
    /** No release is overdue. */
    public static final long NOTHING = Long.MAX_VALUE;

    private final PolicyState state;
    private final AtomicBuffer buffer;

    /**
     * Looks at the tables of a state.
     *
     * @param state the tables
     */
    public OverdueReleases(final PolicyState state) {
        this.state = state;
        this.buffer = state.buffer;
    }

    /**
     * Finds the earliest release of a task that a stuck device holds up and whose deadline has passed: of its live job where that waits
     * for the device or runs on it, of its backlog behind that job, and, where the device is the task's home, of the releases that
     * the home has not taken.
     *
     * @param slot        the task's slot
     * @param deviceIndex the stuck device
     * @param afterNs     nominal release of the last one that was found, {@code Long.MIN_VALUE} at first
     * @param nowNs       now
     * @return its nominal release, nanoseconds, above {@code afterNs}, or {@link #NOTHING}
     */
    public long nextNs(final int slot, final int deviceIndex, final long afterNs, final long nowNs) {
        final int taskOffset = state.taskOffset(slot);
        final int current = buffer.getIntAcquire(taskOffset + TaskDescriptor.STATE_OFFSET);
        if (current != TaskDescriptor.STATE_IDLE && current != TaskDescriptor.STATE_LIVE) {
            return NOTHING;
        }
        final boolean live = current == TaskDescriptor.STATE_LIVE;
        final boolean held = live && waitsFor(slot, deviceIndex);
        final boolean home = state.homeDevice(slot) == deviceIndex;
        final long lastNs = nowNs - buffer.getLong(taskOffset + TaskDescriptor.DEADLINE_OFFSET); // a later release is not overdue
        long firstNs = NOTHING;
        if (held) {
            firstNs = earlier(firstNs, buffer.getLongAcquire(state.jobOffset(slot) + JobDescriptor.NOMINAL_OFFSET), afterNs, lastNs);
        }
        if (held || home) {
            firstNs = earlier(firstNs, firstWaitingNs(taskOffset, afterNs), afterNs, lastNs);
        }
        if (home) {
            firstNs = earlier(firstNs, firstUntakenNs(slot, taskOffset, live, afterNs), afterNs, lastNs);
        }
        return firstNs;
    }

    /**
     * The number of the job that a release has become.
     *
     * @param slot      the task's slot
     * @param nominalNs what {@link #nextNs} found
     * @return the number of the live job, or -1 when it is not of that release
     */
    public long jobNumber(final int slot, final long nominalNs) {
        return state.isLive(slot) && state.nominalReleaseNs(slot) == nominalNs ? state.jobNumber(slot) : -1;
    }

    private static long earlier(final long firstNs, final long nominalNs, final long afterNs, final long lastNs) {
        return nominalNs > afterNs && nominalNs < lastNs && nominalNs < firstNs ? nominalNs : firstNs;
    }

    private boolean waitsFor(final int slot, final int deviceIndex) {
        final int jobState = buffer.getIntAcquire(state.jobOffset(slot) + JobDescriptor.STATE_OFFSET);
        return jobState != JobDescriptor.STATE_DONE && state.segmentDevice(slot) == deviceIndex;
    }

    private long firstWaitingNs(final int taskOffset, final long afterNs) {
        // Acquire pairs with the release of Backlog.put: the entries before the tail are whole.
        final long tail = buffer.getLongAcquire(taskOffset + TaskDescriptor.BACKLOG_TAIL_OFFSET);
        for (long i = buffer.getLongAcquire(taskOffset + TaskDescriptor.BACKLOG_HEAD_OFFSET); i < tail; i++) {
            final long nominalNs = buffer.getLong(TaskDescriptor.backlogOffset(taskOffset, i));
            if (nominalNs > afterNs) {
                return nominalNs;
            }
        }
        return NOTHING;
    }

    /** Leaves out what comes due behind the live job of a task that drops its backlog: its home would drop it anyway. */
    private long firstUntakenNs(final int slot, final int taskOffset, final boolean live, final long afterNs) {
        if (live && (flags(taskOffset) & TaskDescriptor.FLAG_DROP_BACKLOG) != 0) {
            return NOTHING;
        }
        if ((flags(taskOffset) & TaskDescriptor.FLAG_SPORADIC) != 0) {
            return state.isArriving(slot) ? buffer.getLongAcquire(taskOffset + TaskDescriptor.LAST_ARRIVAL_OFFSET) : NOTHING;
        }
        final long nextNs = buffer.getLongAcquire(taskOffset + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        final long periodNs = buffer.getLong(taskOffset + TaskDescriptor.PERIOD_OFFSET);
        return afterNs < nextNs ? nextNs : nextNs + ((afterNs - nextNs) / periodNs + 1) * periodNs;
    }

    /**
     * Counts the periodic releases that came due and that the home dispatcher never took, neither as jobs nor as skipped ones: it was
     * stuck or dead, or it stops the task and waits for a lost device. Exact when the home has ended or is stuck.
     *
     * @param slot  the task's slot
     * @param endNs the end of the run; a release at it counts
     * @return a count; 0 for a task that has stopped and for a sporadic one, whose arrivals {@link PolicyState#backlog} holds
     */
    public long lost(final int slot, final long endNs) {
        final int taskOffset = state.taskOffset(slot);
        final int current = buffer.getIntAcquire(taskOffset + TaskDescriptor.STATE_OFFSET);
        if (current != TaskDescriptor.STATE_IDLE && current != TaskDescriptor.STATE_LIVE
            || (flags(taskOffset) & TaskDescriptor.FLAG_SPORADIC) != 0) {
            return 0;
        }
        final long nextNs = buffer.getLongAcquire(taskOffset + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        if (nextNs > endNs) {
            return 0;
        }
        final long periodNs = buffer.getLong(taskOffset + TaskDescriptor.PERIOD_OFFSET);
        final long jitterNs = buffer.getLong(taskOffset + TaskDescriptor.JITTER_OFFSET);
        final long seed = buffer.getLong(taskOffset + TaskDescriptor.SEED_OFFSET);
        // Those before the end by more than the jitter are due whatever was drawn; of the others each draw decides.
        long count = endNs - jitterNs < nextNs ? 0 : (endNs - jitterNs - nextNs) / periodNs + 1;
        for (long nominalNs = nextNs + count * periodNs; nominalNs <= endNs; nominalNs += periodNs) {
            count += nominalNs + ReleaseJitter.drawNs(seed, nominalNs, jitterNs) <= endNs ? 1 : 0;
        }
        return count;
    }

    /**
     * Counts the releases among {@link #lost} whose deadlines passed before the end, but for those that would have been dropped behind
     * a live job.
     *
     * @param slot  the task's slot
     * @param endNs the end of the run
     * @return a count
     */
    public long lostMisses(final int slot, final long endNs) {
        final int taskOffset = state.taskOffset(slot);
        final boolean drops = (flags(taskOffset) & TaskDescriptor.FLAG_DROP_BACKLOG) != 0 && state.isLive(slot);
        return drops ? 0 : lost(slot, endNs - buffer.getLong(taskOffset + TaskDescriptor.DEADLINE_OFFSET) - 1);
    }

    private int flags(final int taskOffset) {
        return buffer.getInt(taskOffset + TaskDescriptor.FLAGS_OFFSET);
    }
}
