// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * The doorbell of a device: it marks the sporadic tasks that have an arrival which the dispatcher has not seen. Each task has one bit,
 * and each word of bits has one bit in a summary. Any thread sets bits (compare-and-set), the dispatcher takes a word by exchanging it
 * with 0. A caller sets the task's bit first and the summary bit second; the dispatcher takes the summary first, so a bit
 * that is set is never left behind.
 * <pre>
 *   0                                64       72
 *  +--------+-----------------------+--------+--------+---
 *  |summary |                       |bits    |bits    | ...
 *  |        |                       |0 to 63 |64 to   |
 *  +--------+-----------------------+--------+--------+---
 * </pre>
 */
public final class DoorbellDescriptor {
    /** One bit a word of bits. */
    public static final int SUMMARY_OFFSET = 0;
    /** Where the bits begin. */
    public static final int BITS_OFFSET = CACHE_LINE_LENGTH;
    /** Tasks that a doorbell can hold: 64 words of 64 bits. */
    public static final int MAX_TASKS = 64 * Long.SIZE;
    /** Bytes of a doorbell. */
    public static final int LENGTH = BITS_OFFSET + 64 * SIZE_OF_LONG;

    private DoorbellDescriptor() {
    }
}
