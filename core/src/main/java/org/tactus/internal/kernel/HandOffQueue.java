// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.tactus.internal.policy.PolicyState;

/**
 * Brings job slots to a dispatcher: many dispatchers hand over, one takes. Lock-free and allocation-free: a slot travels as a
 * token made at start.
 *
 * <p>Hand-over of ownership: whatever the giver wrote to the slot's records before {@link #handOver} is visible to the taker
 * after {@link #take} has returned the slot (the queue's element is stored with release and loaded with acquire).
 */
public final class HandOffQueue {
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
    public HandOffQueue(final int slots) {
        queue = new MpscVarHandleArrayQueue<>(Math.max(2, slots));
        tokens = new Token[slots];
        for (int i = 0; i < slots; i++) {
            tokens[i] = new Token(i);
        }
    }

    /**
     * Gives a slot away; the caller must not touch its records afterwards. Any dispatcher.
     *
     * @param slot the slot
     */
    public void handOver(final int slot) {
        if (!queue.offer(tokens[slot])) {
            throw new IllegalStateException("slot " + slot + " was handed over twice: the queue is full");
        }
    }

    /**
     * Takes a slot, oldest first. Called by the owning dispatcher only.
     *
     * @return the slot, or {@link PolicyState#NONE}
     */
    public int take() {
        final Token token = queue.poll();
        return token == null ? PolicyState.NONE : token.slot;
    }
}
