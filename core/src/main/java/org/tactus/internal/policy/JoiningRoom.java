// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

/**
 * Makes room for what never leaves of a task that joins while others run: its fixed part, and what its scratch adds to the shared arena.
 * Room is taken only at instants without a live job and without a move, so no job's wait grows ({@code docs/proofs/swapping.md}, "Tasks
 * that come and go"). What was taken counts as used, and becomes the task's own when it is admitted. One task joins at a time. Called by
 * the dispatcher only, {@link #expect}, {@link #owedBytes} and {@link #isTold} by the control thread. Allocation-free.
 */
public final class JoiningRoom {
    private final ResidencyTable table;
    private int slot = NONE;
    private long owedBytes;
    private long takenBytes;
    private boolean made;
    private boolean told;

    JoiningRoom(final ResidencyTable table) {
        this.table = table;
    }

    /**
     * Notes that room will be asked for. Control thread, between the definition of the task and the command that begins.
     *
     * @param joining the task's slot
     */
    public void expect(final int joining) {
        table.joins(joining);
    }

    /**
     * What a task that joins has no room for yet. Any thread; may be a moment old.
     *
     * @param joining the task's slot
     * @return bytes; {@code Long.MAX_VALUE} before the dispatcher has begun
     */
    public long owedBytes(final int joining) {
        return table.owed(joining);
    }

    /**
     * Begins to make room for a defined task that is no member yet.
     *
     * @param joining the task's slot
     */
    public void begin(final int joining) {
        slot = joining;
        owedBytes = table.joiningBytes(joining);
        takenBytes = 0;
        made = false;
        told = false;
        table.putOwed(slot, owedBytes);
    }

    /**
     * Tells whether all room is made, and there was an instant since at which no job was live and nothing moved.
     *
     * @return true until {@link #tell}
     */
    public boolean isMade() {
        return made && !told && slot != NONE;
    }

    /** Tells the control thread that room is made, after what it is to find was handed over to it. */
    public void tell() {
        told = true;
        table.roomIsMade(slot);
    }

    /**
     * Tells whether room was made for a task that joins. Any thread.
     *
     * @param joining the task's slot
     * @return true until it is admitted or withdrawn
     */
    public boolean isTold(final int joining) {
        return table.isRoomMade(joining);
    }

    /** The task that joins, or NONE. */
    int slot() {
        return slot;
    }

    /** Whether a task joins that lacks room, or has had no instant without a live job since it got the last of it. */
    boolean isOpen() {
        return slot != NONE && !made;
    }

    /** At an instant without a live job and without a move: takes what is free, and answers how many chunks must leave besides. */
    long missingChunks() {
        take();
        made = owedBytes == 0;
        return table.wholeChunks(owedBytes);
    }

    /** Takes what is free. */
    void take() {
        final long bytes = Math.min(owedBytes, Math.max(0, table.freeBytes()));
        table.useBytes(bytes);
        owedBytes -= bytes;
        takenBytes += bytes;
        table.putOwed(slot, owedBytes);
    }

    /**
     * Makes no more room for a task.
     *
     * @return the bytes that were taken for it: its own when it is now admitted, and left over when it does not join after all; 0 for a
     *         task that no room was made for
     */
    long handOver(final int handed) {
        final long bytes = handed == slot ? takenBytes : 0;
        slot = handed == slot ? NONE : slot;
        return bytes;
    }
}
