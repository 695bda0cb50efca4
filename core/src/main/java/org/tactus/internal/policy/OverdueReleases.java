// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Finds, from outside the dispatchers, releases whose deadlines passed while a dispatcher did not act: it is held by a segment that does
 * not return, or it has died. Allocation-free; called by the monitor while it watches, and by the control thread after the end.
 *
 * <p>Why a reader on another thread may look: the records of a stuck dispatcher do not change, and what it wrote before its running
 * segment began was published with that segment's start. A live job whose current segment is of the stuck device cannot move on
 * without it. Where another dispatcher may be writing, the caller acts only on what it has seen in two rounds of the monitor.
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
     * for the device or runs on it, of its backlog behind that job, and, where the device is the task's home, of what nobody takes.
     *
     * @param task    the task
     * @param device  the stuck device
     * @param afterNs nominal release of the last one that was found, {@code Long.MIN_VALUE} at first
     * @param nowNs   now
     * @return its nominal release, nanoseconds, above {@code afterNs}, or {@link #NOTHING}
     */
    public long nextNs(final int task, final int device, final long afterNs, final long nowNs) {
        final int at = state.task(task);
        final int current = buffer.getIntAcquire(at + TaskDescriptor.STATE_OFFSET);
        if (current != TaskDescriptor.STATE_IDLE && current != TaskDescriptor.STATE_LIVE) {
            return NOTHING;
        }
        final boolean live = current == TaskDescriptor.STATE_LIVE;
        final boolean held = live && waitsFor(task, device);
        final boolean home = state.homeDevice(task) == device;
        final long lastNs = nowNs - buffer.getLong(at + TaskDescriptor.DEADLINE_OFFSET); // a later release is not overdue
        long firstNs = NOTHING;
        if (held) {
            firstNs = earlier(firstNs, buffer.getLongAcquire(state.job(task) + JobDescriptor.NOMINAL_OFFSET), afterNs, lastNs);
        }
        if (held || home) {
            firstNs = earlier(firstNs, firstWaitingNs(at, afterNs), afterNs, lastNs);
        }
        if (home) {
            firstNs = earlier(firstNs, firstUntakenNs(task, at, live, afterNs), afterNs, lastNs);
        }
        return firstNs;
    }

    /**
     * The number of the job that a release has become.
     *
     * @param task      the task
     * @param nominalNs what {@link #nextNs} found
     * @return the number of the live job, or -1 when it is not of that release
     */
    public long jobNumber(final int task, final long nominalNs) {
        return state.isLive(task) && state.nominalReleaseNs(task) == nominalNs ? state.jobNumber(task) : -1;
    }

    private static long earlier(final long firstNs, final long nominalNs, final long afterNs, final long lastNs) {
        return nominalNs > afterNs && nominalNs < lastNs && nominalNs < firstNs ? nominalNs : firstNs;
    }

    private boolean waitsFor(final int task, final int device) {
        final int job = buffer.getIntAcquire(state.job(task) + JobDescriptor.STATE_OFFSET);
        return job != JobDescriptor.STATE_DONE && state.segmentDevice(task) == device;
    }

    private long firstWaitingNs(final int at, final long afterNs) {
        // Acquire pairs with the release of Backlog.put: the entries before the tail are whole.
        final long tail = buffer.getLongAcquire(at + TaskDescriptor.BACKLOG_TAIL_OFFSET);
        for (long i = buffer.getLongAcquire(at + TaskDescriptor.BACKLOG_HEAD_OFFSET); i < tail; i++) {
            final long nominalNs = buffer.getLong(TaskDescriptor.backlogOffset(at, i));
            if (nominalNs > afterNs) {
                return nominalNs;
            }
        }
        return NOTHING;
    }

    /** The home would drop, not run, what comes due behind the live job of a task that drops its backlog. */
    private long firstUntakenNs(final int task, final int at, final boolean live, final long afterNs) {
        if (live && (flags(at) & TaskDescriptor.FLAG_DROP_BACKLOG) != 0) {
            return NOTHING;
        }
        if ((flags(at) & TaskDescriptor.FLAG_SPORADIC) != 0) {
            return state.isArriving(task) ? buffer.getLongAcquire(at + TaskDescriptor.LAST_ARRIVAL_OFFSET) : NOTHING;
        }
        final long nextNs = buffer.getLongAcquire(at + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        final long periodNs = buffer.getLong(at + TaskDescriptor.PERIOD_OFFSET);
        return afterNs < nextNs ? nextNs : nextNs + ((afterNs - nextNs) / periodNs + 1) * periodNs;
    }

    /**
     * Counts the periodic releases that came due and that the home dispatcher never took, neither as jobs nor as skipped ones: it was
     * stuck or dead, or it stops the task and waits for a lost device. Exact when the home has ended or is stuck.
     *
     * @param task  the task
     * @param endNs the end of the run; a release at it counts
     * @return a count; 0 for a task that has stopped and for a sporadic one, whose arrivals {@link PolicyState#backlog} holds
     */
    public long lost(final int task, final long endNs) {
        final int at = state.task(task);
        final int current = buffer.getIntAcquire(at + TaskDescriptor.STATE_OFFSET);
        if (current != TaskDescriptor.STATE_IDLE && current != TaskDescriptor.STATE_LIVE
            || (flags(at) & TaskDescriptor.FLAG_SPORADIC) != 0) {
            return 0;
        }
        final long nextNs = buffer.getLongAcquire(at + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        if (nextNs > endNs) {
            return 0;
        }
        final long periodNs = buffer.getLong(at + TaskDescriptor.PERIOD_OFFSET);
        final long jitterNs = buffer.getLong(at + TaskDescriptor.JITTER_OFFSET);
        final long seed = buffer.getLong(at + TaskDescriptor.SEED_OFFSET);
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
     * @param task  the task
     * @param endNs the end of the run
     * @return a count
     */
    public long lostMisses(final int task, final long endNs) {
        final int at = state.task(task);
        final boolean drops = (flags(at) & TaskDescriptor.FLAG_DROP_BACKLOG) != 0 && state.isLive(task);
        return drops ? 0 : lost(task, endNs - buffer.getLong(at + TaskDescriptor.DEADLINE_OFFSET) - 1);
    }

    private int flags(final int at) {
        return buffer.getInt(at + TaskDescriptor.FLAGS_OFFSET);
    }
}
