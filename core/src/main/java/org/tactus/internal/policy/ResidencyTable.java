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
 */
final class ResidencyTable {
    private static final int MOST_CHUNKS = 1 << 24;

    private final PolicyState state;
    private final AtomicBuffer buffer;
    private final SwapCosts costs;
    private final long capacityBytes;
    private final int[] members;
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
    }

    boolean isMember(final int slot) {
        return buffer.getIntAcquire(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET) != 0;
    }

    /** Counts a defined task; all its chunks are out. */
    void admit(final int slot) {
        members[count++] = slot;
        usedBytes += getLong(slot, ResidencyDescriptor.FIXED_OFFSET);
        count(slot, 1);
        buffer.putIntRelease(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET, 1);
    }

    /** Stops counting a task, none of whose chunks is moving; the control thread may then free its memory. */
    void forget(final int slot) {
        for (int i = 0; i < count; i++) {
            if (members[i] == slot) {
                members[i] = members[--count];
                usedBytes -= getLong(slot, ResidencyDescriptor.FIXED_OFFSET) + (chunks(slot) - out(slot)) * costs.chunkBytes();
                count(slot, -1);
                // Release: a control thread that sees 0 may define the slot anew; this is the dispatcher's last write to the record.
                buffer.putIntRelease(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.MEMBER_OFFSET, 0);
                return;
            }
        }
    }

    private void count(final int slot, final int sign) {
        final int constant = constant(slot);
        swapping += chunks(slot) > 0 ? sign : 0;
        constantChunks += (long) sign * constant;
        stateChunks += (long) sign * (chunks(slot) - constant);
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

    /** Chunks of a task that are out become more, or fewer when negative. */
    void addOut(final int slot, final int chunks) {
        buffer.putInt(ResidencyDescriptor.recordOffset(slot) + ResidencyDescriptor.OUT_OFFSET, out(slot) + chunks);
    }

    /** Takes memory for chunks, or gives it back when negative. */
    void use(final int chunks) {
        usedBytes += chunks * costs.chunkBytes();
    }

    long usedBytes() {
        return usedBytes;
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
            if (slot == target || slot == executing || out(slot) == chunks(slot)
                || idlers && (isWaiting(slot) || nextUseNs(slot) <= laterThan)) {
                continue;
            }
            seen++;
            if (best == NONE || (victimSeed == 0 ? isBetter(slot, best) : isDrawn(seen))) {
                best = slot;
            }
        }
        return best;
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
