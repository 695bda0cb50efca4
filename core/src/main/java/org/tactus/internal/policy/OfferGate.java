// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * The entry for answers to offers: an answer that comes before the home dispatcher has released the fallback cancels it. Any thread,
 * lock-free, allocation-free.
 *
 * <p>Guarantees: (1) of an offer's answer and its fallback exactly one takes effect; (2) an answer acts on the task and the offer that it
 * names, never on another one of its slot; (3) the dispatcher waits for nobody: whatever a caller does, a release costs it at most three
 * attempts, since an answer changes the word at most twice before the next release.
 */
public final class OfferGate {
    /** The fallback will not be released. */
    public static final int IN_TIME = 0;
    /** The fallback was released before. */
    public static final int LATE = 1;
    /** The offer was answered before. */
    public static final int DUPLICATE = 2;
    /** The slot's task is another one, or none. */
    public static final int STALE = 3;
    /** The offer is more than one release ahead of the dispatcher, which must be late by a whole period: the answer is not taken. */
    public static final int AHEAD = 4;

    private final PolicyState state;
    private final AtomicBuffer buffer;

    /**
     * Makes the gate of a state.
     *
     * @param state the tables
     */
    public OfferGate(final PolicyState state) {
        this.state = state;
        this.buffer = state.buffer;
    }

    /**
     * Hands in the answer to an offer.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     * @param number     number of the offer, from 0
     * @return one of the codes above
     */
    public int answer(final int slot, final int generation, final long number) {
        final int at = state.taskOffset(slot) + TaskDescriptor.OFFER_OFFSET;
        while (true) {
            final long word = buffer.getLongVolatile(at);
            if (word == 0 || OfferWord.generation(word) != generation) {
                return STALE;
            }
            final int ahead = OfferWord.ahead(word, number);
            if (ahead < 0) {
                return LATE;
            }
            if (ahead > 1) {
                return AHEAD;
            }
            final long bit = OfferWord.answered(ahead);
            if ((word & bit) != 0) {
                return DUPLICATE;
            }
            if (buffer.compareAndSetLong(at, word, word | bit)) {
                return IN_TIME;
            }
        }
    }

    /**
     * Tells when the fallback of a task's first offer is released; each later one follows a period behind the one before it.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     * @return nominal release, nanoseconds of the dispatchers' clock; {@code Long.MIN_VALUE} while the task's home has not admitted it, and
     *     when the task is gone
     */
    public long firstNominalNs(final int slot, final int generation) {
        final int taskOffset = state.taskOffset(slot);
        // Acquire pairs with the release in opened(): the first nominal release was written before.
        final long word = buffer.getLongAcquire(taskOffset + TaskDescriptor.OFFER_OFFSET);
        final long firstNs = buffer.getLongAcquire(taskOffset + TaskDescriptor.FIRST_NOMINAL_OFFSET);
        final long again = buffer.getLongVolatile(taskOffset + TaskDescriptor.OFFER_OFFSET);
        return OfferWord.generation(word) == generation && OfferWord.generation(again) == generation && generation > 0
            ? firstNs : Long.MIN_VALUE;
    }

    /** Opens a task's first offer. Called by its home, before the first release. */
    void opened(final int taskOffset, final int generation, final long firstNominalNs) {
        buffer.putLong(taskOffset + TaskDescriptor.FIRST_NOMINAL_OFFSET, firstNominalNs);
        buffer.putLongRelease(taskOffset + TaskDescriptor.OFFER_OFFSET, OfferWord.first(generation));
    }

    /** Decides a release that is due, and opens the next offer; true when it was answered and becomes no job. Called by the home. */
    boolean passed(final int taskOffset) {
        final int at = taskOffset + TaskDescriptor.OFFER_OFFSET;
        long word = buffer.getLongVolatile(at);
        while (!buffer.compareAndSetLong(at, word, OfferWord.next(word))) {
            word = buffer.getLongVolatile(at);
        }
        return (word & OfferWord.ANSWERED) != 0;
    }

    /** Closes the offers of a task that has stopped: every answer is stale from here on. Called by the home. */
    void closed(final int taskOffset) {
        buffer.putLongVolatile(taskOffset + TaskDescriptor.OFFER_OFFSET, 0);
    }
}
