// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.tactus.internal.policy.PolicyState;

/**
 * The queue by which other dispatchers hand slots over to one dispatcher. Lock-free, and allocation-free, because each slot has a token
 * that was made at the start.
 *
 * <p>Hand-over of ownership: everything that the giver wrote to the slot's records before {@link #handOver} is visible to the owner of the
 * queue after {@link #take} has returned the slot, because the queue stores the token with release and loads it with acquire.
 */
public final class HandOverQueue {
    private final MpscVarHandleArrayQueue<Token> queue;
    private final Token[] tokens;

    /** Stands for a slot in the queue. */
    private record Token(int slot) {
    }

    /**
     * Makes a queue.
     *
     * @param slots number of slots; each is in the queue at most once, so the queue is never full
     */
    public HandOverQueue(final int slots) {
        queue = new MpscVarHandleArrayQueue<>(Math.max(2, slots));
        tokens = new Token[slots];
        for (int i = 0; i < slots; i++) {
            tokens[i] = new Token(i);
        }
    }

    /**
     * Hands a slot over; the caller must not touch the slot's records afterwards. Any dispatcher.
     *
     * @param slot the slot
     */
    public void handOver(final int slot) {
        if (!queue.offer(tokens[slot])) {
            throw new IllegalStateException("slot " + slot + " was handed over twice: the queue is full");
        }
    }

    /**
     * Removes the slot that was handed over first. Called by the owning dispatcher only. It does not wait for a giver that was interrupted
     * between claiming its place and filling it: such a giver may be a thread of lower priority on the owner's own core, which could not
     * go on while the owner waits. That slot is taken in a later call, and its giver wakes the owner after it has filled the place.
     *
     * @return the slot, or {@link PolicyState#NONE} when there is none, or when the first is not there yet
     */
    public int take() {
        final Token token = queue.relaxedPoll();
        return token == null ? PolicyState.NONE : token.slot;
    }

    /**
     * Tells whether {@link #take} would find nothing. Called by the owning dispatcher only.
     *
     * @return true when no slot can be taken
     */
    public boolean isEmpty() {
        return queue.relaxedPeek() == null;
    }
}
