// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.policy.Doorbell;
import org.tactus.internal.policy.DoorbellDescriptor;
import org.tactus.internal.policy.PolicyState;

/**
 * The inbox by which other dispatchers hand slots over to one dispatcher: a bit for each slot, and a summary of them. Lock-free and
 * allocation-free. A giver that is held up anywhere inside keeps back its own slot only. In a queue, in which a giver first claims its
 * place and then fills it, it would keep back all that others give after it: a lane that is preempted there would hold up urgent jobs of
 * other devices for as long as lanes above it have its core, and no bound charges that.
 *
 * <p>Slots do not come out in the order in which they went in; the ready queue of the dispatcher orders their jobs.
 *
 * <p>Hand-over of ownership: everything that the giver wrote to the slot's records before {@link #handOver} is visible to the owner of the
 * inbox after {@link #take} has returned the slot, because the slot's bit is set by a compare-and-set and taken by an exchange.
 */
public final class HandOverQueue {
    private final int slots;
    private final Doorbell doorbell;
    /** What was taken from the doorbell and not given out yet; of the owner. */
    private long summary;
    private long bits;
    private int word;

    /**
     * Makes an inbox.
     *
     * @param slots number of slots, at most {@link DoorbellDescriptor#MAX_TASKS}
     */
    public HandOverQueue(final int slots) {
        if (slots > DoorbellDescriptor.MAX_TASKS) {
            throw new IllegalArgumentException(slots + " slots; the most is " + DoorbellDescriptor.MAX_TASKS);
        }
        this.slots = slots;
        this.doorbell = new Doorbell(AlignedMemory.allocate(DoorbellDescriptor.LENGTH), 0);
    }

    /**
     * Hands a slot over; the caller must not touch the slot's records afterwards. Any dispatcher.
     *
     * @param slot the slot
     */
    public void handOver(final int slot) {
        if (slot < 0 || slot >= slots || !mark(slot)) {
            throw new IllegalStateException("slot " + slot + " was handed over twice, or is none of the " + slots + " that there are");
        }
        announce(slot);
    }

    /** The first half of a hand-over; false when the slot is there already. */
    boolean mark(final int slot) {
        return doorbell.mark(slot);
    }

    /** The second half of a hand-over: from here on the slot is found. */
    void announce(final int slot) {
        doorbell.announce(slot);
    }

    /**
     * Removes a slot that was handed over. Called by the owning dispatcher only. It waits for nobody: a slot whose giver is held up
     * in the middle is taken in a later call, and its giver wakes the owner after it has gone on.
     *
     * @return the slot, or {@link PolicyState#NONE} when there is none
     */
    public int take() {
        while (bits == 0) {
            if (summary == 0) {
                if (!doorbell.isRung()) {
                    return PolicyState.NONE;
                }
                summary = doorbell.takeSummary();
            }
            word = Long.numberOfTrailingZeros(summary);
            summary &= summary - 1;
            bits = doorbell.takeWord(word);
        }
        final int slot = (word << 6) + Long.numberOfTrailingZeros(bits);
        bits &= bits - 1;
        return slot;
    }

    /**
     * Tells whether {@link #take} would find nothing. Called by the owning dispatcher only.
     *
     * @return true when no slot can be taken; false also when one was taken already whose giver announced it after that
     */
    public boolean isEmpty() {
        return bits == 0 && summary == 0 && !doorbell.isRung();
    }
}
