// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * The test at run time under EDF: how long the segment that goes next may take from now on without making any job late, if all later
 * segments run at their first levels. For every point in time d by which a job can be due, the time until d must hold the segment, all
 * work that is due by d, and what the platform takes.
 *
 * <p>The waiting job of each task and its next {@link #EXACT_JOBS} jobs count exactly when they are due; later ones by the line
 * that lies above their steps. Where mandatory parts go first, {@link #mandatoryRoomNs} looks at those alone, and {@link #wholeRoomNs}
 * counts every mandatory part from its arrival on, whenever it is due; then an optional part of a sporadic task, or one counted by a
 * line, may be due at any later time, so the room is looked at after each arrival too. Proof:
 * {@code docs/proofs/schedulability.md}, section 11.
 *
 * <p>With n tasks a call handles at most (1 + 2 * {@link #EXACT_JOBS}) n points through a heap: O(n log n). Allocation-free. Called by the
 * device's dispatcher only.
 */
final class DemandRoom {
    /** Jobs to come of each task that count exactly. */
    static final int EXACT_JOBS = 4;
    /** What rounding may hide in sums of doubles here, relative to the window; far above what it does. */
    private static final double MARGIN = 1e-12;

    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final HomeReleases home;
    private final LevelCharges charges;
    private final PointHeap points;
    private long nowNs;
    private long leastNs;
    private long roomNs;
    private int limit;
    /** Work so far whose steps have been passed, and the lines of what comes behind: slope * x - offset. */
    private long workNs;
    private double slope;
    private double offset;
    private boolean anywhere;

    DemandRoom(final PolicyState state, final HomeReleases home, final LevelCharges charges) {
        this.state = state;
        this.buffer = state.buffer;
        this.home = home;
        this.charges = charges;
        this.points = new PointHeap((1 + 2) * state.taskCapacity);
    }

    /**
     * The room where the parts of a job rank alike.
     *
     * @param slot    the task whose current segment goes next
     * @param now     now, nanoseconds
     * @param mostNs  an amount of room beyond which nobody asks; the call returns no more
     * @param enoughNs below this the answer does not matter, so that the call may end
     * @return the most that the segment may cost, overheads included, nanoseconds; may be negative
     */
    long roomNs(final int slot, final long now, final long mostNs, final long enoughNs) {
        return roomNs(slot, now, mostNs, enoughNs, false);
    }

    /** The room for mandatory parts alone, where they go first: optional ones do not delay them but for the one that goes next. */
    long mandatoryRoomNs(final int slot, final long now, final long mostNs, final long enoughNs) {
        return roomNs(slot, now, mostNs, enoughNs, true);
    }

    private long roomNs(final int slot, final long now, final long mostNs, final long enoughNs, final boolean mandatoryOnly) {
        begin(now, mostNs, enoughNs);
        for (int i = 0; i < home.count(); i++) {
            final int each = home.at(i);
            final int taskOffset = state.taskOffset(each);
            if (isHard(taskOffset)) {
                final int end = mandatoryOnly ? optionalFrom(taskOffset) : segments(taskOffset);
                if (state.isLive(each) && segment(each) < end) {
                    final long remainingNs = remainingNs(each, segment(each), end) - (each == slot ? currentNs(slot) : 0);
                    points.put(state.absoluteDeadlineNs(each) - now, PointHeap.WAITING, each, remainingNs);
                }
                points.put(firstDueNs(each, taskOffset), PointHeap.DUE, each, remainingNs(each, 0, end));
            }
        }
        return walk();
    }

    /** The room for whole jobs where mandatory parts go first: each of these counts from its arrival on. */
    long wholeRoomNs(final int slot, final long now, final long mostNs, final long enoughNs) {
        begin(now, mostNs, enoughNs);
        for (int i = 0; i < home.count(); i++) {
            final int each = home.at(i);
            final int taskOffset = state.taskOffset(each);
            if (isHard(taskOffset)) {
                final int optionalFrom = optionalFrom(taskOffset);
                final int end = segments(taskOffset);
                if (state.isLive(each)) {
                    final int at = segment(each);
                    final long ownNs = each == slot ? currentNs(slot) : 0;
                    if (at < optionalFrom) {
                        workNs += remainingNs(each, at, optionalFrom) - ownNs;
                    }
                    if (optionalFrom < end) {
                        points.put(state.absoluteDeadlineNs(each) - now, PointHeap.WAITING, each,
                            remainingNs(each, Math.max(at, optionalFrom), end) - (at < optionalFrom ? 0 : ownNs));
                    }
                }
                if (optionalFrom < end) {
                    points.put(firstDueNs(each, taskOffset), PointHeap.DUE, each, remainingNs(each, optionalFrom, end));
                }
                points.put(home.earliestNextNs(each) - now, PointHeap.ARRIVAL, each, remainingNs(each, 0, optionalFrom));
            }
        }
        return walk();
    }

    /** What limited the room that was asked for last: one of the LIMIT constants of {@link LevelChoice}. */
    int limit() {
        return limit;
    }

    private void begin(final long now, final long mostNs, final long enoughNs) {
        nowNs = now;
        roomNs = mostNs;
        leastNs = enoughNs;
        limit = LevelChoice.LIMIT_NONE;
        workNs = 0;
        slope = 0;
        offset = 0;
        anywhere = false;
        points.clear();
    }

    private long walk() {
        points.order();
        while (!points.isEmpty()) {
            final long x = points.firstNs();
            final int kind = points.firstKind();
            final int slot = points.firstSlot();
            final long costNs = points.firstCostNs();
            workNs += costNs;
            if (kind == PointHeap.WAITING) {
                points.removeFirst();
                look(x, LevelChoice.LIMIT_WAITING);
            } else {
                later(x, kind, slot, costNs);
            }
            if (roomNs < leastNs) {
                return roomNs;
            }
        }
        if (slope + charges.stallRate() > 1 + MARGIN) {
            limit = LevelChoice.LIMIT_LOAD;
            return Long.MIN_VALUE;
        }
        return roomNs;
    }

    /** Passes the point of a job to come, and puts the task's next one in, or its line. */
    private void later(final long x, final int kind, final int slot, final long costNs) {
        final int taskOffset = state.taskOffset(slot);
        final long periodNs = buffer.getLong(taskOffset + TaskDescriptor.PERIOD_OFFSET);
        if (points.firstCount() + 1 < EXACT_JOBS) {
            points.advanceFirst(x + periodNs);
        } else {
            points.removeFirst();
            final double rate = (double) costNs / periodNs;
            slope += rate;
            offset += rate * x;
            anywhere |= kind == PointHeap.DUE;
        }
        if (kind == PointHeap.DUE) {
            anywhere |= (flags(taskOffset) & TaskDescriptor.FLAG_SPORADIC) != 0;
            look(x, LevelChoice.LIMIT_COMING);
        } else if (anywhere) {
            look(x, LevelChoice.LIMIT_COMING);
        }
    }

    private void look(final long x, final int because) {
        final double taken = Math.max(0, slope * x - offset) + charges.stallAheadNs() + charges.stallRate() * (x + 1.0);
        // Whole numbers where no line and no stall is in it; else what rounding may hide is charged.
        final long room = x - workNs - (taken == 0 ? 0 : (long) Math.ceil(taken + Math.abs((double) x) * MARGIN) + 1);
        if (room < roomNs) {
            roomNs = room;
            limit = because;
        }
    }

    private long firstDueNs(final int slot, final int taskOffset) {
        return home.earliestNextNs(slot) - nowNs + buffer.getLong(taskOffset + TaskDescriptor.DEADLINE_OFFSET);
    }

    /** Cost of a task's segments from one on and before another, at first levels. */
    private long remainingNs(final int slot, final int from, final int to) {
        return state.firstLevelsNs(slot, from, to) + (to - from) * charges.overheadNs();
    }

    private long currentNs(final int slot) {
        return state.firstLevelNs(slot) + charges.overheadNs();
    }

    private boolean isHard(final int taskOffset) {
        return (flags(taskOffset) & TaskDescriptor.FLAG_BEST_EFFORT) == 0;
    }

    private int flags(final int taskOffset) {
        return buffer.getInt(taskOffset + TaskDescriptor.FLAGS_OFFSET);
    }

    private int segment(final int slot) {
        return state.segmentIndex(slot);
    }

    private int segments(final int taskOffset) {
        return buffer.getInt(taskOffset + TaskDescriptor.SEGMENT_COUNT_OFFSET);
    }

    private int optionalFrom(final int taskOffset) {
        return buffer.getInt(taskOffset + TaskDescriptor.OPTIONAL_FROM_OFFSET);
    }
}
