// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Chooses at which level the next segment of one device runs: the one of the largest gain of which the test at run time shows that no
 * deadline is missed because of it. Under EDF, mandatory parts first or not, the first job of the order may run at a larger level; under
 * fixed priorities any waiting job may also go out of turn at a larger one, and of all these the choice is taken that gains most over
 * its first level. The first job at its first level needs no test.
 *
 * <p>The proof that no deadline is missed whatever was taken before stands in {@code docs/proofs/schedulability.md}, section 11. It needs
 * all tasks to be there before a level is taken, and WCETs, overheads and stalls that hold. Allocation-free. Called by the device's
 * dispatcher only.
 */
public final class LevelChoice {
    /** No level was refused that gains more. */
    public static final int LIMIT_NONE = 0;
    /** A waiting job would be late. */
    public static final int LIMIT_WAITING = 1;
    /** A job to come, or under fixed priorities one of another task, could be late. */
    public static final int LIMIT_COMING = 2;
    /** The tasks ask for more than all of the device's time. */
    public static final int LIMIT_LOAD = 3;

    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final HomeReleases home;
    private final LevelCharges charges;
    private final JobListener listener;
    private final DemandRoom demand;
    private final PriorityRoom priority;
    private int level;
    private double gained;

    LevelChoice(final PolicyState state, final HomeReleases home, final LevelCharges charges, final JobListener listener) {
        this.state = state;
        this.buffer = state.buffer;
        this.home = home;
        this.charges = charges;
        this.listener = listener;
        this.demand = new DemandRoom(state, home, charges);
        this.priority = new PriorityRoom(state, home, charges);
    }

    /**
     * Chooses the job that goes next and the level of its segment, which {@link PolicyState#level} then tells.
     *
     * @param first the first job of the order
     * @param now   now, nanoseconds
     * @return the job that goes next: the first, or one out of turn
     */
    int choose(final int first, final long now) {
        final int flags = buffer.getInt(state.taskOffset(first) + TaskDescriptor.FLAGS_OFFSET);
        if ((flags & TaskDescriptor.FLAG_EDF) == 0) {
            return inOrOutOfTurn(first, now);
        }
        if (state.levelCount(first) > 1) {
            inTurn(first, (flags & TaskDescriptor.FLAG_MANDATORY_FIRST) != 0, now);
        }
        return first;
    }

    private void inTurn(final int slot, final boolean mandatoryFirst, final long now) {
        final double least = state.levelGain(slot, 0);
        double bestGain = least;
        long fewestNs = Long.MAX_VALUE;
        long mostNs = 0;
        for (int k = 1; k < state.levelCount(slot); k++) {
            if (state.levelGain(slot, k) > least) {
                bestGain = Math.max(bestGain, state.levelGain(slot, k));
                fewestNs = Math.min(fewestNs, costNs(slot, k));
                mostNs = Math.max(mostNs, costNs(slot, k));
            }
        }
        int limit = LIMIT_NONE;
        level = 0;
        if (mostNs > 0) {
            long roomNs = mandatoryFirst ? demand.mandatoryRoomNs(slot, now, mostNs, fewestNs)
                : demand.roomNs(slot, now, mostNs, fewestNs);
            limit = demand.limit();
            if (mandatoryFirst && roomNs >= fewestNs) {
                final long wholeNs = demand.wholeRoomNs(slot, now, roomNs, fewestNs);
                limit = wholeNs < roomNs ? demand.limit() : limit;
                roomNs = wholeNs;
            }
            take(slot, roomNs, least);
        }
        tell(slot, level > 0 && !(state.levelGain(slot, level) < bestGain) ? LIMIT_NONE : limit, now);
    }

    /** Looks for the level that gains most over a floor. */
    private boolean take(final int slot, final long roomNs, final double least) {
        boolean found = false;
        for (int k = 1; k < state.levelCount(slot); k++) {
            final double more = state.levelGain(slot, k) - least;
            if (more > gained(found) && costNs(slot, k) <= roomNs) {
                level = k;
                gained = more;
                found = true;
            }
        }
        return found;
    }

    private double gained(final boolean found) {
        return found ? gained : 0;
    }

    private int inOrOutOfTurn(final int first, final long now) {
        long mostNs = 0;
        for (int i = 0; i < home.count(); i++) {
            final int slot = home.at(i);
            for (int k = 1; isCandidate(i, slot, first) && k < state.levelCount(slot); k++) {
                mostNs = Math.max(mostNs, costNs(slot, k));
            }
        }
        level = 0;
        int chosen = first;
        int limit = LIMIT_NONE;
        if (mostNs > 0) {
            priority.look(now, mostNs);
            double most = 0;
            int atLevel = 0;
            for (int i = 0; i < home.count(); i++) {
                final int slot = home.at(i);
                if (!isCandidate(i, slot, first) || state.levelCount(slot) < 2) {
                    continue;
                }
                final int rank = Math.min(i, home.hardCount());
                final long roomNs = priority.roomNs(rank, slot, isLast(slot));
                limit = slot == first ? priority.limit() : limit;
                if (take(slot, roomNs, state.levelGain(slot, 0)) && gained > most) {
                    most = gained;
                    chosen = slot;
                    atLevel = level;
                }
            }
            level = atLevel;
        }
        if (state.levelCount(chosen) > 1) {
            tell(chosen, isBest(chosen) ? LIMIT_NONE : chosen == first ? limit : LIMIT_COMING, now);
        }
        return chosen;
    }

    private boolean isBest(final int slot) {
        for (int k = 0; k < state.levelCount(slot); k++) {
            if (state.levelGain(slot, k) > state.levelGain(slot, level)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a job waits here and may go out of turn: best-effort jobs only go in turn. */
    private boolean isCandidate(final int i, final int slot, final int first) {
        return slot == first || i < home.hardCount() && state.isLive(slot)
            && buffer.getInt(state.jobOffset(slot) + JobDescriptor.STATE_OFFSET) == JobDescriptor.STATE_READY;
    }

    private boolean isLast(final int slot) {
        return state.segmentIndex(slot) + 1 == buffer.getInt(state.taskOffset(slot) + TaskDescriptor.SEGMENT_COUNT_OFFSET);
    }

    private void tell(final int slot, final int limit, final long now) {
        state.level(slot, level);
        listener.onLevel(slot, state.jobNumber(slot), state.segmentIndex(slot), level, state.levelGain(slot, level), limit, now);
    }

    private long costNs(final int slot, final int k) {
        return state.levelWcetNs(slot, k) + charges.overheadNs();
    }
}
