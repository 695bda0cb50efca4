// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.agrona.concurrent.AtomicBuffer;

/** Rings and answers the doorbell of {@link DoorbellDescriptor}. Lock-free; a caller that is delayed delays only its own task. */
final class Doorbell {
    private final AtomicBuffer buffer;
    private final int base;

    Doorbell(final AtomicBuffer buffer, final int base) {
        this.buffer = buffer;
        this.base = base;
    }

    /** Marks a task. Any thread. */
    void ring(final int task) {
        final int word = task >>> 6;
        // The arrival was published by its compare-and-set; the task's bit must be visible before the summary's.
        setBit(base + DoorbellDescriptor.BITS_OFFSET + word * Long.BYTES, task & 63);
        setBit(base + DoorbellDescriptor.SUMMARY_OFFSET, word);
    }

    private void setBit(final int at, final int bit) {
        final long mask = 1L << bit;
        long seen = buffer.getLongVolatile(at);
        while ((seen & mask) == 0 && !buffer.compareAndSetLong(at, seen, seen | mask)) {
            seen = buffer.getLongVolatile(at);
        }
    }

    /** Tells, at the cost of one load, whether anybody rang. Called by the dispatcher only. */
    boolean isRung() {
        return buffer.getLongAcquire(base + DoorbellDescriptor.SUMMARY_OFFSET) != 0;
    }

    /** Takes the summary: which words have bits. Called by the dispatcher only. */
    long takeSummary() {
        return buffer.getAndSetLong(base + DoorbellDescriptor.SUMMARY_OFFSET, 0);
    }

    /** Takes a word of bits. Called by the dispatcher only, after the summary. */
    long takeWord(final int word) {
        return buffer.getAndSetLong(base + DoorbellDescriptor.BITS_OFFSET + word * Long.BYTES, 0);
    }
}
