// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.watch;

import java.lang.invoke.VarHandle;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A count beside a record that one thread writes anew now and then while others, in this process or another, read it: odd while it is
 * written. What was read between two loads of the same even count is of one writing.
 *
 * <p>Why the fences: a store with release lets later plain stores move above it, and a load with acquire lets earlier plain loads move
 * below it. The writer's fence keeps the record's stores behind the odd count, the reader's keeps the record's loads before the second
 * load of the count. A record's own words are longs and ints that are never torn.
 */
public final class RecordVersion {
    private RecordVersion() {
    }

    /**
     * Begins to write a record. Its only writer.
     *
     * @param buffer where it lies
     * @param at     offset of the count
     */
    public static void beginWrite(final AtomicBuffer buffer, final int at) {
        buffer.putLongOpaque(at, buffer.getLong(at) + 1);
        VarHandle.storeStoreFence();
    }

    /**
     * Ends to write a record: publishes it. Its only writer.
     *
     * @param buffer where it lies
     * @param at     offset of the count
     */
    public static void endWrite(final AtomicBuffer buffer, final int at) {
        buffer.putLongRelease(at, buffer.getLong(at) + 1);
    }

    /**
     * Begins to read a record. Any thread.
     *
     * @param buffer where it lies
     * @param at     offset of the count
     * @return the count, for {@link #isUnchanged}
     */
    public static long beginRead(final AtomicBuffer buffer, final int at) {
        return buffer.getLongAcquire(at);
    }

    /**
     * Tells whether what was read since is of one writing. Any thread.
     *
     * @param buffer where it lies
     * @param at     offset of the count
     * @param begun  what {@link #beginRead} said
     * @return false when the record must be read again
     */
    public static boolean isUnchanged(final AtomicBuffer buffer, final int at, final long begun) {
        VarHandle.loadLoadFence();
        return (begun & 1) == 0 && buffer.getLongOpaque(at) == begun;
    }
}
