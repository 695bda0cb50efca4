// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.agrona.BitUtil.CACHE_LINE_LENGTH;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

/**
 * Record of what a task keeps in one device's memory. Written by the control thread while the task is not admitted, and published
 * by the command that admits it or makes room for it; from then on by the device's dispatcher, until {@code member} is 0 again, stored with
 * release.
 * <pre>
 *   0        4        8        12       16       24       32       36       40       44       48        56        64
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+---------+---------+
 *  |chunks  |constant|out     |member  |fixed   |scratch |ring    |live    |stale   |stale   |owed     |         |
 *  |        |chunks  |        |        |  bytes |  bytes |chunks  |  end   |  begin |  end   |  bytes  |         |
 *  +--------+--------+--------+--------+--------+--------+--------+--------+--------+--------+---------+---------+
 * </pre>
 */
public final class ResidencyDescriptor {
    /** Chunks of the region that may be out. */
    public static final int CHUNKS_OFFSET = 0;
    /** How many of them, from the first on, are constant. */
    public static final int CONSTANT_OFFSET = CHUNKS_OFFSET + SIZE_OF_INT;
    /** How many, from the first on, are out; of a ring, where the chunks that the job under way has brought in begin. */
    public static final int OUT_OFFSET = CONSTANT_OFFSET + SIZE_OF_INT;
    /** {@link #MEMBER} while the dispatcher counts the task, {@link #JOINS} or {@link #ROOM_IS_MADE} while it does not yet, or 0. */
    public static final int MEMBER_OFFSET = OUT_OFFSET + SIZE_OF_INT;
    /** Bytes of its own that never leave. */
    public static final int FIXED_OFFSET = MEMBER_OFFSET + SIZE_OF_INT;
    /** Bytes that it needs of the shared arena. */
    public static final int SCRATCH_OFFSET = FIXED_OFFSET + SIZE_OF_LONG;
    /** The most chunks that may be in at once; 0 without a ring. */
    public static final int RING_OFFSET = SCRATCH_OFFSET + SIZE_OF_LONG;
    /** Of a ring, where the chunks that the job under way has brought in end. */
    public static final int LIVE_END_OFFSET = RING_OFFSET + SIZE_OF_INT;
    /** Of a ring, where the chunks begin that an earlier job has left in. */
    public static final int STALE_BEGIN_OFFSET = LIVE_END_OFFSET + SIZE_OF_INT;
    /** Where those end. */
    public static final int STALE_END_OFFSET = STALE_BEGIN_OFFSET + SIZE_OF_INT;
    /**
     * Of a task that joins, the bytes that it has no room for yet; the control thread looks whether they become fewer. Of one that was
     * forgotten, the bytes that count as used until the control thread has returned them.
     */
    public static final int OWED_OFFSET = STALE_END_OFFSET + SIZE_OF_INT;
    /** The dispatcher counts the task. */
    public static final int MEMBER = 1;
    /** What never leaves of a task that joins has room; the control thread may allocate it. */
    public static final int ROOM_IS_MADE = 2;
    /** The control thread has asked for room. */
    public static final int JOINS = 3;
    /** Bytes of a record. */
    public static final int RECORD_LENGTH = CACHE_LINE_LENGTH;

    private ResidencyDescriptor() {
    }

    /**
     * Locates a task's record.
     *
     * @param slot the task's slot
     * @return offset of its record in the table
     */
    public static int recordOffset(final int slot) {
        return slot * RECORD_LENGTH;
    }
}
