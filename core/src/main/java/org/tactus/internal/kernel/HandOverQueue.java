// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.Arrays;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.tactus.internal.policy.DoorbellDescriptor;
import org.tactus.internal.policy.PolicyState;

/**
 * The inbox by which other dispatchers hand slots over to one dispatcher: a JCTools queue of one producer and one consumer for each giver.
 * Lock-free and allocation-free after {@link #connect}. To give costs a store, and to look costs a load for each giver; neither needs an
 * atomic change, as any inbox does that several givers share.
 *
 * <p>Guarantees: (1) a giver that is held up anywhere inside keeps back its own slots only. In a queue of many producers, in which a giver
 * first claims its place and then fills it, it would keep back all that others give after it: a lane that is preempted there would hold up
 * urgent jobs of other devices for as long as lanes above it have its core, and no bound charges that; (2) {@link #take} waits for nobody;
 * (3) the slots of one giver come out in the order in which they went in, those of several in no order: the ready queue of the dispatcher
 * orders their jobs.
 *
 * <p>The queues carry references, so each slot has one object, made before time zero, for all inboxes.
 *
 * <p>Hand-over of ownership: everything that the giver wrote to the slot's records before {@link #handOver} is visible to the owner of the
 * inbox after {@link #take} has returned the slot, because the queue publishes the element with release and takes it with acquire. Who
 * wants to know that the owner finds the slot before it sleeps needs a fence between the two, as {@link Parking#wake} has it.
 */
public final class HandOverQueue {
    private static final Integer[] SLOTS = new Integer[DoorbellDescriptor.MAX_TASKS];

    static {
        Arrays.setAll(SLOTS, Integer::valueOf);
    }

    private final int slots;
    /** By giver; null where it hands nothing over. Of the control thread, which writes it before the giver's first job here is admitted. */
    private final SpscVarHandleArrayQueue<Integer>[] queues;
    /**
     * Those of {@link #queues} that there are. Volatile: the control thread puts a longer array here before it sends the command that
     * admits the first task that goes this way, so whoever finds a giver's slot by what the giver wrote also finds its queue.
     */
    private volatile SpscVarHandleArrayQueue<Integer>[] connected;
    /** The queue that is looked at first; of the owner. */
    private int first;

    /**
     * Makes an inbox that nobody is connected to.
     *
     * @param slots  number of slots, at most {@link DoorbellDescriptor#MAX_TASKS}
     * @param givers number of dispatchers
     */
    public HandOverQueue(final int slots, final int givers) {
        if (slots > DoorbellDescriptor.MAX_TASKS) {
            throw new IllegalArgumentException(slots + " slots; the most is " + DoorbellDescriptor.MAX_TASKS);
        }
        this.slots = slots;
        this.queues = array(givers);
        this.connected = array(0);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static SpscVarHandleArrayQueue<Integer>[] array(final int length) {
        return new SpscVarHandleArrayQueue[length];
    }

    /**
     * Lets a dispatcher hand slots over. Control thread, before it publishes a task whose jobs go this way; allocates at a giver's first
     * time.
     *
     * @param giver index of the dispatcher
     */
    public void connect(final int giver) {
        if (queues[giver] == null) {
            queues[giver] = new SpscVarHandleArrayQueue<>(slots);
            final SpscVarHandleArrayQueue<Integer>[] longer = Arrays.copyOf(connected, connected.length + 1);
            longer[longer.length - 1] = queues[giver];
            connected = longer;
        }
    }

    /**
     * Hands a slot over; the caller must not touch the slot's records afterwards. By one thread for each giver.
     *
     * @param giver the dispatcher that hands over
     * @param slot  the slot
     */
    public void handOver(final int giver, final int slot) {
        if (slot < 0 || slot >= slots || !queues[giver].offer(SLOTS[slot])) {
            throw new IllegalStateException("slot " + slot + " was handed over twice, or is none of the " + slots + " that there are");
        }
    }

    /**
     * Removes a slot that was handed over. Called by the owning dispatcher only. It waits for nobody: a slot whose giver is held up
     * in the middle is taken in a later call, and its giver wakes the owner after it has gone on. A giver's queue is emptied before the
     * next one is looked at.
     *
     * @return the slot, or {@link PolicyState#NONE} when there is none
     */
    public int take() {
        final SpscVarHandleArrayQueue<Integer>[] all = connected;
        for (int i = 0; i < all.length; i++) {
            final Integer slot = all[first].poll();
            if (slot != null) {
                return slot;
            }
            first = first + 1 < all.length ? first + 1 : 0;
        }
        return PolicyState.NONE;
    }

    /**
     * Tells whether {@link #take} would find nothing. Called by the owning dispatcher only.
     *
     * @return true when no slot can be taken
     */
    public boolean isEmpty() {
        for (final SpscVarHandleArrayQueue<Integer> queue : connected) {
            if (queue.peek() != null) {
                return false;
            }
        }
        return true;
    }
}
