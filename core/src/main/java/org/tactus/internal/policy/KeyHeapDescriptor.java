// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * A queue of (key 1, key 2, rank), rank being the file order in the upper and the task in the lower half
 * of a long; written and read only by the dispatcher that owns it. The first line holds
 * the front entry, which is less than all others when there is one; the binary heap of the others follows.
 * <pre>
 *   0        4        8        16       24       32               64       72       80       88
 *  +--------+--------+--------+--------+--------+----------------+--------+--------+--------+---
 *  |heap    |front is|front   |front   |front   |                |key 1   |key 2   |rank    | ...
 *  |size    |there   |key 1   |key 2   |rank    |                |        |        |        |
 *  +--------+--------+--------+--------+--------+----------------+--------+--------+--------+---
 * </pre>
 */
public final class KeyHeapDescriptor {
    /** Number of entries in the heap, the front not counted. */
    public static final int SIZE_OFFSET = 0;
    /** 1 when there is a front entry. */
    public static final int HAS_FRONT_OFFSET = SIZE_OFFSET + SIZE_OF_INT;
    /** The front entry. */
    public static final int FRONT_OFFSET = HAS_FRONT_OFFSET + SIZE_OF_INT;
    /** Where the heap's entries begin. */
    public static final int ENTRIES_OFFSET = CACHE_LINE_LENGTH;
    /** First key inside an entry. */
    public static final int KEY1_OFFSET = 0;
    /** Second key inside an entry. */
    public static final int KEY2_OFFSET = KEY1_OFFSET + SIZE_OF_LONG;
    /** Third key inside an entry, and the task that it stands for. */
    public static final int RANK_OFFSET = KEY2_OFFSET + SIZE_OF_LONG;
    /** Bytes of an entry. */
    public static final int ENTRY_LENGTH = RANK_OFFSET + SIZE_OF_LONG;

    private KeyHeapDescriptor() {
    }

    /**
     * Bytes of a heap.
     *
     * @param capacity entries that it holds
     * @return bytes, whole cache lines
     */
    public static int length(final int capacity) {
        final int bytes = ENTRIES_OFFSET + capacity * ENTRY_LENGTH;
        return (bytes + CACHE_LINE_LENGTH - 1) & -CACHE_LINE_LENGTH;
    }
}
