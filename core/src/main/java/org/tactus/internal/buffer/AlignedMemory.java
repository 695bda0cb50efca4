// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.buffer;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Allocates memory outside the Java heap that begins at a cache line, so that records of whole lines share none with other memory. */
public final class AlignedMemory {
    private AlignedMemory() {
    }

    /**
     * Allocates memory. Any thread; slow, so before time zero.
     *
     * @param bytes how much, at least 1
     * @return zeroed memory of exactly that length, released when it becomes unreachable
     */
    public static UnsafeBuffer allocate(final int bytes) {
        final int lines = BitUtil.align(bytes, BitUtil.CACHE_LINE_LENGTH);
        final ByteBuffer memory = ByteBuffer.allocateDirect(Math.addExact(lines, BitUtil.CACHE_LINE_LENGTH));
        return new UnsafeBuffer(memory.alignedSlice(BitUtil.CACHE_LINE_LENGTH), 0, bytes);
    }
}
