// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

/**
 * The job that is served as one unit under SEQ, from when it is taken up to its last segment, and what its memory needs next: loads go
 * in the order of the segments, one operation a segment, ahead of the executions as far as there is room ({@code docs/proofs/swapping.md},
 * "Units of several segments"). Called by the dispatcher only. Allocation-free.
 */
final class UnitLoads {
    private final PolicyState state;
    private final DeviceScheduler scheduler;
    private final ResidencyTable table;
    private int unit = NONE;
    private int nextLoad;
    private int who;
    private int count;
    private int chunks;

    UnitLoads(final PolicyState state, final DeviceScheduler scheduler, final ResidencyTable table) {
        this.state = state;
        this.scheduler = scheduler;
        this.table = table;
    }

    /** Slot of the job that is served, or NONE. */
    int slot() {
        return unit;
    }

    void begin(final int slot) {
        if (unit != slot) {
            unit = slot;
            nextLoad = 0;
        }
    }

    void forget(final int slot) {
        unit = unit == slot ? NONE : unit;
    }

    /** Between two segments: whether the unit's job waits for its next one. */
    boolean goesOn() {
        return table.isWaiting(unit) && state.segmentIndex(unit) > 0;
    }

    /** Between two segments: takes the unit's job for its next one and answers its slot; NONE when the unit has ended. */
    int follow() {
        final int slot = unit;
        if (goesOn()) {
            scheduler.takeOut(slot);
            return slot;
        }
        table.endUnit(slot);
        unit = NONE;
        return NONE;
    }

    /** Tells whether all that the unit's job still needs is in. */
    boolean isComplete() {
        return table.out(unit) == 0;
    }

    /** Whose chunks the move of the last answer moves. */
    int who() {
        return who;
    }

    int count() {
        return count;
    }

    /** Chunks that the load of the last answer brings in, once there is room. */
    int chunks() {
        return chunks;
    }

    /** Answers MOVE_IN or MOVE_OUT for the next load; WAIT when it must wait for a segment's end; NO_ROOM when nobody can give. */
    int next() {
        who = unit;
        final int executing = state.segmentIndex(unit);
        nextLoad = Math.max(nextLoad, executing);
        while (table.firstChunk(unit, nextLoad) >= table.out(unit)) {
            nextLoad++;
        }
        final int first = table.firstChunk(unit, nextLoad);
        chunks = table.out(unit) - first;
        if (table.ring(unit) > 0) {
            final int cleared = ringRoom(first, executing);
            if (cleared != 0) {
                count = cleared;
                return cleared > 0 ? SwapScheduler.MOVE_OUT : SwapScheduler.WAIT;
            }
        }
        final long room = chunks - table.freeChunks();
        if (room <= 0) {
            count = chunks;
            return SwapScheduler.MOVE_IN;
        }
        final int victim = table.victim(unit, unit, false, 0);
        if (victim == NONE) {
            return SwapScheduler.NO_ROOM;
        }
        who = victim;
        count = (int) Math.min(room, table.gives(victim));
        return SwapScheduler.MOVE_OUT;
    }

    /** Own chunks that must be dropped before chunks from the first one on come in: a count, 0 for none, below 0 for not yet. */
    private int ringRoom(final int first, final int executing) {
        final int stale = table.stale(unit);
        final int over = Math.max(chunks + table.live(unit) + stale - table.ring(unit), stale > 0 ? table.staleEnd(unit) - first : 0);
        if (over <= 0) {
            return 0;
        }
        if (stale > 0) {
            return Math.min(over, stale);
        }
        final int finished = executing == 0 ? 0 : table.liveEnd(unit) - Math.max(table.out(unit), table.firstChunk(unit, executing - 1));
        return finished >= over ? over : -1;
    }
}
