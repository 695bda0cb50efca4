// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/** Sets and clears the bits of {@link DoorbellDescriptor}. Lock-free: a caller that is delayed delays its own task only. */
final class Doorbell {
    private final AtomicBuffer buffer;
    private final int doorbellOffset;

    Doorbell(final AtomicBuffer buffer, final int doorbellOffset) {
        this.buffer = buffer;
        this.doorbellOffset = doorbellOffset;
    }

    /** Marks a task. Any thread. */
    void ring(final int slot) {
        final int word = slot >>> 6;
        // The arrival was published by its compare-and-set; the task's bit must be visible before the summary's.
        setBit(doorbellOffset + DoorbellDescriptor.BITS_OFFSET + word * Long.BYTES, slot & 63);
        setBit(doorbellOffset + DoorbellDescriptor.SUMMARY_OFFSET, word);
    }

    private void setBit(final int wordOffset, final int bit) {
        final long mask = 1L << bit;
        long seen = buffer.getLongVolatile(wordOffset);
        while ((seen & mask) == 0 && !buffer.compareAndSetLong(wordOffset, seen, seen | mask)) {
            seen = buffer.getLongVolatile(wordOffset);
        }
    }

    /** Tells, at the cost of one load, whether any task was marked since the summary was taken. Called by the dispatcher only. */
    boolean isRung() {
        return buffer.getLongAcquire(doorbellOffset + DoorbellDescriptor.SUMMARY_OFFSET) != 0;
    }

    /** Takes the summary: which words have bits. Called by the dispatcher only. */
    long takeSummary() {
        return buffer.getAndSetLong(doorbellOffset + DoorbellDescriptor.SUMMARY_OFFSET, 0);
    }

    /** Takes a word of bits. Called by the dispatcher only, after the summary. */
    long takeWord(final int word) {
        return buffer.getAndSetLong(doorbellOffset + DoorbellDescriptor.BITS_OFFSET + word * Long.BYTES, 0);
    }
}
