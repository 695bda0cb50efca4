// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/**
 * Sets and clears the bits of {@link DoorbellDescriptor}. Lock-free: a caller that is held up anywhere inside keeps back its own slot only.
 */
public final class Doorbell {
    private final AtomicBuffer buffer;
    private final int doorbellOffset;

    /**
     * Makes the view of a doorbell.
     *
     * @param buffer         zeroed memory, cache-line aligned
     * @param doorbellOffset where in it the doorbell lies, {@link DoorbellDescriptor#LENGTH} bytes
     */
    public Doorbell(final AtomicBuffer buffer, final int doorbellOffset) {
        this.buffer = buffer;
        this.doorbellOffset = doorbellOffset;
    }

    /** Marks a task. Any thread. */
    void ring(final int slot) {
        mark(slot); // the arrival was published by its compare-and-set; the task's bit must be visible before the summary's
        announce(slot);
    }

    /**
     * The first half of a ring: publishes what the caller wrote before. Any thread.
     *
     * @param slot the slot
     * @return false when the slot was marked already
     */
    public boolean mark(final int slot) {
        return setBit(doorbellOffset + DoorbellDescriptor.BITS_OFFSET + (slot >>> 6) * Long.BYTES, slot & 63);
    }

    /**
     * The second half of a ring: from here on the dispatcher finds the slot. Any thread.
     *
     * @param slot the slot
     */
    public void announce(final int slot) {
        setBit(doorbellOffset + DoorbellDescriptor.SUMMARY_OFFSET, slot >>> 6);
    }

    private boolean setBit(final int wordOffset, final int bit) {
        final long mask = 1L << bit;
        long seen = buffer.getLongVolatile(wordOffset);
        while ((seen & mask) == 0) {
            if (buffer.compareAndSetLong(wordOffset, seen, seen | mask)) {
                return true;
            }
            seen = buffer.getLongVolatile(wordOffset);
        }
        return false;
    }

    /**
     * Tells, at the cost of one load, whether any task was marked since the summary was taken. Called by the dispatcher only.
     *
     * @return true when there may be one
     */
    public boolean isRung() {
        return buffer.getLongAcquire(doorbellOffset + DoorbellDescriptor.SUMMARY_OFFSET) != 0;
    }

    /**
     * Takes the summary. Called by the dispatcher only.
     *
     * @return which words may have bits
     */
    public long takeSummary() {
        return buffer.getAndSetLong(doorbellOffset + DoorbellDescriptor.SUMMARY_OFFSET, 0);
    }

    /**
     * Takes a word of bits: what was written before each mark is visible afterwards. Called by the dispatcher only, after the summary.
     *
     * @param word its index
     * @return the slots that were marked, by bit
     */
    public long takeWord(final int word) {
        return buffer.getAndSetLong(doorbellOffset + DoorbellDescriptor.BITS_OFFSET + word * Long.BYTES, 0);
    }
}
