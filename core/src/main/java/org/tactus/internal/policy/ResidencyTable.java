// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

import org.agrona.concurrent.AtomicBuffer;
import org.tactus.model.SwapRegion;

/**
 * Keeps what lies in one device's memory: which chunks of each task are in or out, how many bytes are in use, and which task gives up
 * chunks first. Called by the device's
 * dispatcher only, {@link #define} and {@link #isMember} by the control thread. Allocation-free after construction.
 *
 * <p>Always 0 &lt;= out &lt;= chunks for every task. What is in use stays within the capacity as long as the fixed parts fit.
 *
 * <p>Of a ring ({@link SwapRegion}) two runs of chunks are in: what the job under way has brought in, from {@code out} on, and below it
 * what an earlier job has left. Both shrink at their ends.
 */
final class ResidencyTable {
    private static final int MOST_CHUNKS = 1 << 24;

    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final SwapCosts costs;
    private final long capacityBytes;
    private final int[] members;
    /** By slot, the first chunk of each segment. Written with the record; the admitting command publishes both. */
    private final int[][] firstChunks;
    private int count;
    private int swapping;
    private long stateChunks;
    private long constantChunks;
    private long usedBytes;
    private long arenaBytes;
    private long victimSeed;

    /** Chooses victims by their next use; a victim seed other than 0 draws them instead, for tests. */
    ResidencyTable(
        final PolicyState state, final AtomicBuffer memory, final SwapCosts costs, final long capacityBytes, final long victimSeed) {
        memory.boundsCheck(0, requiredBytes(state.taskCapacity));
        this.state = state;
        this.buffer = memory;
        this.costs = costs;
        this.capacityBytes = capacityBytes;
        this.victimSeed = victimSeed;
        this.members = new int[state.taskCapacity];
        this.firstChunks = new int[state.taskCapacity][];
    }

    static int requiredBytes(final int taskCapacity) {
        return taskCapacity * ResidencyDescriptor.RECORD_LENGTH;
    }

    void define(final int slot, final SwapRegion region) {
        if (region.chunks() > MOST_CHUNKS) {
            throw new IllegalArgumentException(
                "a swap volume of " + region.chunks() + " chunks; the most is " + MOST_CHUNKS + ", use larger chunks");
        }
        final int recordOffset = ResidencyDescriptor.recordOffset(slot);
        buffer.putInt(recordOffset + ResidencyDescriptor.CHUNKS_OFFSET, (int) region.chunks());
        buffer.putInt(recordOffset + ResidencyDescriptor.CONSTANT_OFFSET, (int) region.constantChunks());
        buffer.putInt(recordOffset + ResidencyDescriptor.OUT_OFFSET, (int) region.chunks());
        buffer.putLong(recordOffset + ResidencyDescriptor.FIXED_OFFSET, region.fixedBytes());
        buffer.putLong(recordOffset + ResidencyDescriptor.SCRATCH_OFFSET, region.scratchBytes());
        buffer.putInt(recordOffset + ResidencyDescriptor.RING_OFFSET, (int) region.ringChunks());
        buffer.putInt(recordOffset + ResidencyDescriptor.LIVE_END_OFFSET, (int) region.chunks());
        buffer.putInt(recordOffset + ResidencyDescriptor.STALE_BEGIN_OFFSET, 0);
        buffer.putInt(recordOffset + ResidencyDescriptor.STALE_END_OFFSET, 0);
        firstChunks[slot] = region.firstChunks().stream().mapToInt(Long::intValue).toArray();
    }

    boolean isMember(final int slot) {
        return buffer.getIntAcquire(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET) != 0;
    }

    /** Whether room was made for a task that is no member yet. */
    boolean isRoomMade(final int slot) {
        return buffer.getIntAcquire(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET)
            == ResidencyDescriptor.ROOM_IS_MADE;
    }

    /** Notes that room will be asked for, so that the slot is not used anew before the dispatcher has forgotten it. Control thread. */
    void joins(final int slot) {
        putOwed(slot, Long.MAX_VALUE);
        buffer.putIntRelease(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET, ResidencyDescriptor.JOINS);
    }

    /**
     * Shows what a task that joins has no room for yet, or what a forgotten one has left. Opaque: while it joins, the control thread only
     * looks whether it becomes less; afterwards the release of its membership publishes it.
     */
    void putOwed(final int slot, final long bytes) {
        buffer.putLongOpaque(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.OWED_OFFSET, bytes);
    }

    long owed(final int slot) {
        return buffer.getLongOpaque(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.OWED_OFFSET);
    }

    /** Tells the control thread that what never leaves of a task has room. */
    void roomIsMade(final int slot) {
        // Release: a control thread that sees it sees the chunks that were retired before, and may use their memory.
        buffer.putIntRelease(
            ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET, ResidencyDescriptor.ROOM_IS_MADE);
    }

    /** What never leaves of a task that is no member yet, and what its scratch adds to the arena. */
    long joiningBytes(final int slot) {
        return getLong(slot, ResidencyDescriptor.FIXED_OFFSET)
            + Math.max(0, getLong(slot, ResidencyDescriptor.SCRATCH_OFFSET) - arenaBytes);
    }

    /** Counts a defined task; all its chunks are out. Of what never leaves, some bytes may be counted already. */
    void admit(final int slot, final long takenBytes) {
        members[count++] = slot;
        usedBytes += getLong(slot, ResidencyDescriptor.FIXED_OFFSET) - takenBytes;
        count(slot, 1);
        fitArena();
        buffer.putIntRelease(
            ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET, ResidencyDescriptor.MEMBER);
    }

    /**
     * Stops counting a task, none of whose chunks is moving, and its chunks; the control thread may then free its memory. What never leaves
     * counts until {@link #returned}, since it is there until then; so does what was taken for a task that does not join after all.
     */
    void forget(final int slot, final long takenBytes) {
        long leftBytes = takenBytes;
        for (int i = 0; i < count; i++) {
            if (members[i] == slot) {
                members[i] = members[--count];
                usedBytes -= in(slot) * costs.chunkBytes();
                leftBytes = getLong(slot, ResidencyDescriptor.FIXED_OFFSET);
                count(slot, -1);
                break;
            }
        }
        putOwed(slot, leftBytes);
        // Release: a control thread that sees 0 may define the slot anew; this is the dispatcher's last write to the record.
        buffer.putIntRelease(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET, 0);
    }

    /** The control thread has freed what a forgotten task has left, and what nobody needs of the arena. */
    void returned(final long bytes) {
        usedBytes -= bytes;
        fitArena();
    }

    private void count(final int slot, final int sign) {
        final int constant = constant(slot);
        swapping += chunks(slot) > 0 ? sign : 0;
        constantChunks += (long) sign * (ring(slot) > 0 ? ring(slot) : constant);
        stateChunks += (long) sign * (chunks(slot) - constant);
    }

    /** Counts the arena as large as the largest scratch of a member. */
    private void fitArena() {
        long arena = 0;
        for (int i = 0; i < count; i++) {
            arena = Math.max(arena, getLong(members[i], ResidencyDescriptor.SCRATCH_OFFSET));
        }
        usedBytes += arena - arenaBytes;
        arenaBytes = arena;
    }

    private int getInt(final int slot, final int fieldOffset) {
        return buffer.getInt(ResidencyDescriptor.recordOffset(slot) + fieldOffset);
    }

    private long getLong(final int slot, final int fieldOffset) {
        return buffer.getLong(ResidencyDescriptor.recordOffset(slot) + fieldOffset);
    }

    int chunks(final int slot) {
        return getInt(slot, ResidencyDescriptor.CHUNKS_OFFSET);
    }

    int constant(final int slot) {
        return getInt(slot, ResidencyDescriptor.CONSTANT_OFFSET);
    }

    int out(final int slot) {
        return getInt(slot, ResidencyDescriptor.OUT_OFFSET);
    }

    int ring(final int slot) {
        return getInt(slot, ResidencyDescriptor.RING_OFFSET);
    }

    int segments(final int slot) {
        return firstChunks[slot].length;
    }

    /** The chunk from which on all must be in before a segment may start. */
    int firstChunk(final int slot, final int segment) {
        return firstChunks[slot][segment];
    }

    /** Chunks that a task without a ring needs next: those that are out of the first segment that lacks any. Some are out. */
    int wantedNext(final int slot) {
        final int[] first = firstChunks[slot];
        int segment = 0;
        while (first[segment] >= out(slot)) {
            segment++;
        }
        return out(slot) - first[segment];
    }

    boolean isFullyIn(final int slot) {
        return out(slot) == 0;
    }

    /** Tells whether every chunk that the current segment of a waiting job needs is in. */
    boolean hasWhatItNeeds(final int slot) {
        return out(slot) == 0 || out(slot) <= firstChunks[slot][state.segmentIndex(slot)];
    }

    /** Chunks of a ring that the job under way has brought in. */
    int live(final int slot) {
        return getInt(slot, ResidencyDescriptor.LIVE_END_OFFSET) - out(slot);
    }

    int liveEnd(final int slot) {
        return getInt(slot, ResidencyDescriptor.LIVE_END_OFFSET);
    }

    /** Chunks of a ring that an earlier job has left in. */
    int stale(final int slot) {
        return staleEnd(slot) - getInt(slot, ResidencyDescriptor.STALE_BEGIN_OFFSET);
    }

    int staleEnd(final int slot) {
        return getInt(slot, ResidencyDescriptor.STALE_END_OFFSET);
    }

    /** Chunks that are in. */
    int in(final int slot) {
        return ring(slot) == 0 ? chunks(slot) - out(slot) : live(slot) + stale(slot);
    }

    /** The most chunks that a task which does not execute can give in one operation. */
    int gives(final int slot) {
        return ring(slot) == 0 ? in(slot) : stale(slot) > 0 ? stale(slot) : live(slot);
    }

    /** Where a run of chunks that a task gives begins: of a ring its last ones, else the first that is in. */
    int firstGiven(final int slot, final int chunks) {
        return ring(slot) == 0 ? out(slot) : (stale(slot) > 0 ? staleEnd(slot) : liveEnd(slot)) - chunks;
    }

    /** Chunks of a task have come in, or a move that brought them has failed when negative. */
    void brought(final int slot, final int chunks) {
        putInt(slot, ResidencyDescriptor.OUT_OFFSET, out(slot) - chunks);
    }

    /** Chunks of the run that begins at a chunk have left. */
    void took(final int slot, final int first, final int chunks) {
        if (ring(slot) == 0) {
            putInt(slot, ResidencyDescriptor.OUT_OFFSET, out(slot) + chunks);
        } else if (first >= out(slot)) {
            putInt(slot, ResidencyDescriptor.LIVE_END_OFFSET, liveEnd(slot) - chunks);
        } else {
            putInt(slot, ResidencyDescriptor.STALE_END_OFFSET, staleEnd(slot) - chunks);
        }
    }

    /** A job's unit has ended: what it has left in its ring is stale. Of an aborted job, whose task goes, both runs may stay. */
    void endUnit(final int slot) {
        if (ring(slot) > 0 && stale(slot) == 0) {
            putInt(slot, ResidencyDescriptor.STALE_BEGIN_OFFSET, out(slot));
            putInt(slot, ResidencyDescriptor.STALE_END_OFFSET, liveEnd(slot));
            putInt(slot, ResidencyDescriptor.OUT_OFFSET, chunks(slot));
            putInt(slot, ResidencyDescriptor.LIVE_END_OFFSET, chunks(slot));
        }
    }

    private void putInt(final int slot, final int fieldOffset, final int value) {
        buffer.putInt(ResidencyDescriptor.recordOffset(slot) + fieldOffset, value);
    }

    /** Takes memory for chunks, or gives it back when negative. */
    void use(final int chunks) {
        usedBytes += chunks * costs.chunkBytes();
    }

    /** Takes memory by the byte, or gives it back when negative. */
    void useBytes(final long bytes) {
        usedBytes += bytes;
    }

    long usedBytes() {
        return usedBytes;
    }

    /** What is not in use; below 0 where what never leaves does not fit. */
    long freeBytes() {
        return capacityBytes - usedBytes;
    }

    /** The fewest chunks that hold so many bytes. */
    long wholeChunks(final long bytes) {
        return Math.ceilDiv(bytes, costs.chunkBytes());
    }

    /** Chunks that fit beside what is in use. */
    long freeChunks() {
        return Math.floorDiv(capacityBytes - usedBytes, costs.chunkBytes());
    }

    /** Tells whether chunks of any task may be out. */
    boolean swaps() {
        return swapping > 0;
    }

    int size() {
        return count;
    }

    int member(final int index) {
        return members[index];
    }

    /** The longest that a job waits for its chunks in any state of the memory: W of the analysis. */
    long mostNs(final int slot) {
        final int chunks = chunks(slot);
        return jobNs(slot, chunks, chunks);
    }

    /** The longest that a job waits with so many of its chunks out and so many free ones. */
    long waitNs(final int slot, final int out, final long free) {
        return jobNs(slot, out, Math.max(0, out - free));
    }

    private long jobNs(final int slot, final long out, final long evictions) {
        final int constant = constant(slot);
        return costs.jobNs(out, evictions, swapping - 1L, stateChunks - (chunks(slot) - constant), constantChunks - constant,
            stateChunks > 0);
    }

    /** Whether a job of the task waits on this device. A job on another device may seem to, for a moment; it is no worse a victim. */
    boolean isWaiting(final int slot) {
        return state.isLive(slot)
            && state.buffer.getInt(state.jobOffset(slot) + JobDescriptor.STATE_OFFSET) == JobDescriptor.STATE_READY;
    }

    /** When a task without a waiting job is used next, as far as is known: the earliest time, {@code Long.MAX_VALUE} for never. */
    long nextUseNs(final int slot) {
        final int taskOffset = state.taskOffset(slot);
        if (state.isStopRequested(slot)) {
            return Long.MAX_VALUE;
        }
        if ((state.buffer.getInt(taskOffset + TaskDescriptor.FLAGS_OFFSET) & TaskDescriptor.FLAG_SPORADIC) == 0) {
            return state.buffer.getLongAcquire(taskOffset + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        }
        final long lastNs = state.buffer.getLong(taskOffset + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET);
        return TaskDescriptor.isArrival(lastNs) ? lastNs + state.buffer.getLong(taskOffset + TaskDescriptor.PERIOD_OFFSET) : Long.MIN_VALUE;
    }

    /**
     * Chooses the task that gives up chunks first: one without a waiting job before one with a waiting job; of the former the one whose
     * next use is furthest, of the latter the least urgent; among equals the one that was admitted later.
     *
     * @param target    for whom, never a victim
     * @param executing never a victim
     * @param idlers    true to take only tasks without a waiting job whose next use lies beyond a time
     * @param laterThan that time
     * @return the task, or NONE
     */
    int victim(final int target, final int executing, final boolean idlers, final long laterThan) {
        int best = NONE;
        int seen = 0;
        for (int i = 0; i < count; i++) {
            final int slot = members[i];
            if (slot == target || slot == executing || in(slot) == 0
                || idlers && (isWaiting(slot) || nextUseNs(slot) <= laterThan)) {
                continue;
            }
            seen++;
            if (best == NONE || (victimSeed == 0 || isRanked(slot, best) ? isBetter(slot, best) : isDrawn(seen))) {
                best = slot;
            }
        }
        return best;
    }

    /** Under SPE the bounds hold for victims without a waiting job before others, and then the least urgent one: nothing is drawn. */
    private boolean isRanked(final int slot, final int other) {
        return costs.perChunk() && (isWaiting(slot) || isWaiting(other));
    }

    private boolean isBetter(final int slot, final int other) {
        final boolean waits = isWaiting(slot);
        if (waits != isWaiting(other)) {
            return !waits;
        }
        final long key = waits ? key(slot, JobDescriptor.KEY1_OFFSET) : nextUseNs(slot);
        final long otherKey = waits ? key(other, JobDescriptor.KEY1_OFFSET) : nextUseNs(other);
        if (key != otherKey) {
            return key > otherKey;
        }
        if (waits && key(slot, JobDescriptor.KEY2_OFFSET) != key(other, JobDescriptor.KEY2_OFFSET)) {
            return key(slot, JobDescriptor.KEY2_OFFSET) > key(other, JobDescriptor.KEY2_OFFSET);
        }
        return order(slot) > order(other);
    }

    private long key(final int slot, final int fieldOffset) {
        return state.buffer.getLong(state.jobOffset(slot) + fieldOffset);
    }

    int order(final int slot) {
        return state.buffer.getInt(state.taskOffset(slot) + TaskDescriptor.ORDER_OFFSET);
    }

    private boolean isDrawn(final int seen) {
        victimSeed = victimSeed * 0x5851F42D4C957F2DL + 0x14057B7EF767814FL | 1;
        return Long.remainderUnsigned(victimSeed >>> 33, seen) == 0;
    }
}
