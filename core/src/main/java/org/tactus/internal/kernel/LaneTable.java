// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.agrona.concurrent.AtomicBuffer;
import org.tactus.internal.buffer.AlignedMemory;

/**
 * What the lanes of one preemptive device, and the monitor, know of each other: which goes first, and how long each has run. By it a
 * lane tells its own execution from the time for which lanes above had taken its core, without a system call. The layout is that of
 * {@link LaneDescriptor}.
 *
 * <p>A lane's own time is that from the end of a sleep to the begin of the next one, without what lanes above took meanwhile. So the time
 * that lanes above take from a lane is the growth of their own times, exactly when each of them runs while it is awake: one core, a level
 * of its own for each lane, and no segment that blocks. A segment above that blocks has that time for its own, as it has against its own
 * WCET; then time is taken off that the lane below has used, and never too little is taken off. A reader that looks in the middle of
 * a change sees the time that was, or counts a stretch twice, and so errs the same way.
 */
final class LaneTable {
    private static final long FREE = Long.MAX_VALUE;
    private static final long UNKNOWN = -1;

    private final AtomicBuffer buffer;
    private final int lanes;
    private final long perWakeNs;
    /**
     * By lane, for its thread: the own times of all lanes at the time that it asks for. Each is found once, or a look at lanes that have
     * preempted each other would cost twice as much with each more of them.
     */
    private final long[][] found;
    /** The same for the monitor. */
    private final long[] foundByMonitor;

    /** Lays the table out for lanes without ranks; each preemption costs the preempted lane so much beside the other's awake time. */
    LaneTable(final int lanes, final long perWakeNs) {
        this.lanes = lanes;
        this.perWakeNs = perWakeNs;
        this.buffer = AlignedMemory.allocate(LaneDescriptor.bytes(lanes));
        this.found = new long[lanes][lanes];
        this.foundByMonitor = new long[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            free(lane);
        }
    }

    /** Gives a lane without tasks its rank: less goes first. Control thread. */
    void rank(final int lane, final long priority, final long deadlineNs) {
        free(lane); // in between it ranks below all others
        buffer.putLongRelease(LaneDescriptor.lane(lane) + LaneDescriptor.DEADLINE_OFFSET, deadlineNs);
        buffer.putLongRelease(LaneDescriptor.lane(lane) + LaneDescriptor.PRIORITY_OFFSET, priority);
    }

    /** Takes a lane's rank away. Control thread. */
    void free(final int lane) {
        buffer.putLongRelease(LaneDescriptor.lane(lane) + LaneDescriptor.PRIORITY_OFFSET, FREE);
    }

    /** Whether a lane has a rank. Any thread. */
    boolean isRanked(final int lane) {
        return buffer.getLongAcquire(LaneDescriptor.lane(lane) + LaneDescriptor.PRIORITY_OFFSET) != FREE;
    }

    /** Whether a lane preempts another one. Any thread. */
    boolean isAbove(final int lane, final int other) {
        final long priority = buffer.getLongAcquire(LaneDescriptor.lane(lane) + LaneDescriptor.PRIORITY_OFFSET);
        final long others = buffer.getLongAcquire(LaneDescriptor.lane(other) + LaneDescriptor.PRIORITY_OFFSET);
        return priority != others ? priority < others
            : buffer.getLongAcquire(LaneDescriptor.lane(lane) + LaneDescriptor.DEADLINE_OFFSET)
                < buffer.getLongAcquire(LaneDescriptor.lane(other) + LaneDescriptor.DEADLINE_OFFSET);
    }

    /** Notes the end of a sleep. The lane's thread. */
    void awake(final int lane, final long nowNs) {
        final int at = LaneDescriptor.lane(lane);
        markRow(LaneDescriptor.sinceWake(lanes, lane), nowNs, found[lane]);
        buffer.putLongRelease(at + LaneDescriptor.WAKES_OFFSET, buffer.getLong(at + LaneDescriptor.WAKES_OFFSET) + 1);
        buffer.putLongRelease(at + LaneDescriptor.AWAKE_SINCE_OFFSET, nowNs);
    }

    /** Notes the begin of a sleep. The lane's thread. */
    void asleep(final int lane, final long nowNs) {
        final int at = LaneDescriptor.lane(lane);
        if (buffer.getLong(at + LaneDescriptor.AWAKE_SINCE_OFFSET) != 0) {
            // The sum first: a reader between the two stores counts this stretch twice, never not at all.
            Arrays.fill(found[lane], UNKNOWN);
            buffer.putLongRelease(at + LaneDescriptor.OWN_OFFSET, ownNs(lane, nowNs, lanes, found[lane]));
            buffer.putLongRelease(at + LaneDescriptor.AWAKE_SINCE_OFFSET, 0);
        }
    }

    /** Notes that a lane runs below all others from now on: from them it takes nothing more. Monitor. */
    void demote(final int lane, final long nowNs) {
        Arrays.fill(foundByMonitor, UNKNOWN);
        buffer.putLongRelease(LaneDescriptor.lane(lane) + LaneDescriptor.DEMOTED_OFFSET, 1 + ownNs(lane, nowNs, lanes, foundByMonitor));
    }

    /** How often the lanes of this device woke: while it does not change, no other lane came and went. Any thread. */
    long wakes() {
        long wakes = 0;
        for (int lane = 0; lane < lanes; lane++) {
            wakes += buffer.getLongAcquire(LaneDescriptor.lane(lane) + LaneDescriptor.WAKES_OFFSET);
        }
        return wakes;
    }

    /** A lane's own time so far, which a demotion ends; the depth ends a look at ranks that change meanwhile. */
    private long ownNs(final int lane, final long nowNs, final int depth, final long[] known) {
        if (known[lane] == UNKNOWN) {
            final int at = LaneDescriptor.lane(lane);
            final long demotedNs = buffer.getLongAcquire(at + LaneDescriptor.DEMOTED_OFFSET);
            final long sinceNs = buffer.getLongAcquire(at + LaneDescriptor.AWAKE_SINCE_OFFSET); // before the sum, see asleep
            final long beforeNs = buffer.getLongAcquire(at + LaneDescriptor.OWN_OFFSET);
            known[lane] = demotedNs != 0 ? demotedNs - 1 : sinceNs == 0 || depth == 0 ? beforeNs
                : beforeNs + Math.max(0, nowNs - sinceNs - takenNs(lane, LaneDescriptor.sinceWake(lanes, lane), nowNs, depth - 1, known));
        }
        return known[lane];
    }

    /** Notes how long each other lane has run so far: what {@link #takenNs} counts begins now. The lane's thread. */
    void mark(final int lane, final long nowNs) {
        VarHandle.storeStoreFence(); // the words below stay behind the end of the last segment, which tells the monitor
        markRow(LaneDescriptor.sinceMark(lanes, lane), nowNs, found[lane]);
    }

    private void markRow(final int row, final long nowNs, final long[] known) {
        Arrays.fill(known, UNKNOWN);
        for (int other = 0; other < lanes; other++) {
            final int at = LaneDescriptor.mark(row, other);
            buffer.putLongOpaque(at + LaneDescriptor.MARKED_OWN_OFFSET, ownNs(other, nowNs, lanes, known));
            buffer.putLongOpaque(at + LaneDescriptor.MARKED_WAKES_OFFSET,
                buffer.getLongAcquire(LaneDescriptor.lane(other) + LaneDescriptor.WAKES_OFFSET));
        }
    }

    /**
     * For how long lanes above a lane have had its core since its last {@link #mark}, with what each preemption costs. The lane's
     * thread.
     */
    long takenNs(final int lane, final long nowNs) {
        return takenNs(lane, nowNs, found[lane]);
    }

    /** The same for the monitor, which makes sure that no mark came meanwhile. */
    long takenSeenNs(final int lane, final long nowNs) {
        return takenNs(lane, nowNs, foundByMonitor);
    }

    private long takenNs(final int lane, final long nowNs, final long[] known) {
        Arrays.fill(known, UNKNOWN);
        return takenNs(lane, LaneDescriptor.sinceMark(lanes, lane), nowNs, lanes, known);
    }

    private long takenNs(final int lane, final int row, final long nowNs, final int depth, final long[] known) {
        long takenNs = 0;
        for (int other = 0; other < lanes; other++) {
            if (other != lane && isAbove(other, lane)) {
                final int at = LaneDescriptor.mark(row, other);
                final long wakes = buffer.getLongAcquire(LaneDescriptor.lane(other) + LaneDescriptor.WAKES_OFFSET)
                    - buffer.getLongOpaque(at + LaneDescriptor.MARKED_WAKES_OFFSET);
                final boolean demoted = buffer.getLongAcquire(LaneDescriptor.lane(other) + LaneDescriptor.DEMOTED_OFFSET) != 0;
                takenNs += Math.max(0, ownNs(other, nowNs, depth, known) - buffer.getLongOpaque(at + LaneDescriptor.MARKED_OWN_OFFSET))
                    + (demoted ? 0 : Math.max(0, wakes) * perWakeNs);
            }
        }
        return takenNs;
    }
}
