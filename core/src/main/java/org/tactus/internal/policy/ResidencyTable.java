// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

import org.agrona.concurrent.AtomicBuffer;
import org.tactus.model.SwapRegion;

/**
 * What lies in one device's memory: chunks in and out by task, bytes in use, and who gives chunks first. Called by the device's
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

    /** Victims by next use; a seed other than 0 draws them instead, for tests. */
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

    void define(final int task, final SwapRegion region) {
        if (region.chunks() > MOST_CHUNKS) {
            throw new IllegalArgumentException(
                "a swap volume of " + region.chunks() + " chunks; the most is " + MOST_CHUNKS + ", use larger chunks");
        }
        final int at = ResidencyDescriptor.recordOffset(task);
        buffer.putInt(at + ResidencyDescriptor.CHUNKS_OFFSET, (int) region.chunks());
        buffer.putInt(at + ResidencyDescriptor.CONSTANT_OFFSET, (int) region.constantChunks());
        buffer.putInt(at + ResidencyDescriptor.OUT_OFFSET, (int) region.chunks());
        buffer.putLong(at + ResidencyDescriptor.FIXED_OFFSET, region.fixedBytes());
        buffer.putLong(at + ResidencyDescriptor.SCRATCH_OFFSET, region.scratchBytes());
    }

    boolean isMember(final int task) {
        return buffer.getIntAcquire(ResidencyDescriptor.recordOffset(task) + ResidencyDescriptor.MEMBER_OFFSET) != 0;
    }

    /** Counts a defined task; all its chunks are out. */
    void admit(final int task) {
        members[count++] = task;
        usedBytes += getLong(task, ResidencyDescriptor.FIXED_OFFSET);
        count(task, 1);
        buffer.putIntRelease(ResidencyDescriptor.recordOffset(task) + ResidencyDescriptor.MEMBER_OFFSET, 1);
    }

    /** No longer counts a task, whose chunks do not move; the control thread may give its memory away. */
    void forget(final int task) {
        for (int i = 0; i < count; i++) {
            if (members[i] == task) {
                members[i] = members[--count];
                usedBytes -= getLong(task, ResidencyDescriptor.FIXED_OFFSET) + (chunks(task) - out(task)) * costs.chunkBytes();
                count(task, -1);
                // Release: whoever sees 0 may define the slot anew; this is the dispatcher's last write to the record.
                buffer.putIntRelease(ResidencyDescriptor.recordOffset(task) + ResidencyDescriptor.MEMBER_OFFSET, 0);
                return;
            }
        }
    }

    private void count(final int task, final int sign) {
        final int constant = constant(task);
        swapping += chunks(task) > 0 ? sign : 0;
        constantChunks += (long) sign * constant;
        stateChunks += (long) sign * (chunks(task) - constant);
        long arena = 0;
        for (int i = 0; i < count; i++) {
            arena = Math.max(arena, getLong(members[i], ResidencyDescriptor.SCRATCH_OFFSET));
        }
        usedBytes += arena - arenaBytes;
        arenaBytes = arena;
    }

    private int getInt(final int task, final int field) {
        return buffer.getInt(ResidencyDescriptor.recordOffset(task) + field);
    }

    private long getLong(final int task, final int field) {
        return buffer.getLong(ResidencyDescriptor.recordOffset(task) + field);
    }

    int chunks(final int task) {
        return getInt(task, ResidencyDescriptor.CHUNKS_OFFSET);
    }

    int constant(final int task) {
        return getInt(task, ResidencyDescriptor.CONSTANT_OFFSET);
    }

    int out(final int task) {
        return getInt(task, ResidencyDescriptor.OUT_OFFSET);
    }

    /** Chunks of a task that are out become more, or fewer when negative. */
    void addOut(final int task, final int chunks) {
        buffer.putInt(ResidencyDescriptor.recordOffset(task) + ResidencyDescriptor.OUT_OFFSET, out(task) + chunks);
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

    /** The longest that any state lets a job wait for its chunks: W of the analysis. */
    long mostNs(final int task) {
        final int chunks = chunks(task);
        return jobNs(task, chunks, chunks);
    }

    /** The longest that a job waits with so many of its chunks out and so many free ones. */
    long waitNs(final int task, final int out, final long free) {
        return jobNs(task, out, Math.max(0, out - free));
    }

    private long jobNs(final int task, final long out, final long evictions) {
        final int constant = constant(task);
        return costs.jobNs(out, evictions, swapping - 1L, stateChunks - (chunks(task) - constant), constantChunks - constant,
            stateChunks > 0);
    }

    /** A waiting job of the task is on this device. A task on another device may look so for a moment: it is no worse a victim. */
    boolean isWaiting(final int task) {
        return state.isLive(task)
            && state.buffer.getInt(state.job(task) + JobDescriptor.STATE_OFFSET) == JobDescriptor.STATE_READY;
    }

    /** When a task without a waiting job is used next, as far as is known: the earliest time, {@code Long.MAX_VALUE} for never. */
    long nextUseNs(final int task) {
        final int at = state.task(task);
        if (state.isStopRequested(task)) {
            return Long.MAX_VALUE;
        }
        if ((state.buffer.getInt(at + TaskDescriptor.FLAGS_OFFSET) & TaskDescriptor.FLAG_SPORADIC) == 0) {
            return state.buffer.getLongAcquire(at + TaskDescriptor.NEXT_NOMINAL_OFFSET);
        }
        final long lastNs = state.buffer.getLong(at + TaskDescriptor.CONSUMED_ARRIVAL_OFFSET);
        return TaskDescriptor.isArrival(lastNs) ? lastNs + state.buffer.getLong(at + TaskDescriptor.PERIOD_OFFSET) : Long.MIN_VALUE;
    }

    /**
     * Who gives chunks first: a task without a waiting job before one with, the furthest next use first, the least urgent waiting
     * job first, the later admitted among equals.
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
            final int task = members[i];
            if (task == target || task == executing || out(task) == chunks(task)
                || idlers && (isWaiting(task) || nextUseNs(task) <= laterThan)) {
                continue;
            }
            seen++;
            if (best == NONE || (victimSeed == 0 ? isBetter(task, best) : isDrawn(seen))) {
                best = task;
            }
        }
        return best;
    }

    private boolean isBetter(final int task, final int other) {
        final boolean waits = isWaiting(task);
        if (waits != isWaiting(other)) {
            return !waits;
        }
        final long key = waits ? key(task, JobDescriptor.KEY1_OFFSET) : nextUseNs(task);
        final long otherKey = waits ? key(other, JobDescriptor.KEY1_OFFSET) : nextUseNs(other);
        if (key != otherKey) {
            return key > otherKey;
        }
        if (waits && key(task, JobDescriptor.KEY2_OFFSET) != key(other, JobDescriptor.KEY2_OFFSET)) {
            return key(task, JobDescriptor.KEY2_OFFSET) > key(other, JobDescriptor.KEY2_OFFSET);
        }
        return order(task) > order(other);
    }

    private long key(final int task, final int field) {
        return state.buffer.getLong(state.job(task) + field);
    }

    int order(final int task) {
        return state.buffer.getInt(state.task(task) + TaskDescriptor.ORDER_OFFSET);
    }

    private boolean isDrawn(final int seen) {
        victimSeed = victimSeed * 0x5851F42D4C957F2DL + 0x14057B7EF767814FL | 1;
        return Long.remainderUnsigned(victimSeed >>> 33, seen) == 0;
    }
}
