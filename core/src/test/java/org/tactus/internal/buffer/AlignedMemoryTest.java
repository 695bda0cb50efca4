// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Memory begins at a cache line, is as long as asked for, and is zero, whatever its length. */
class AlignedMemoryTest {
    @Test
    void shouldBeginAtACacheLineWhenAllocated() {
        for (int bytes = 1; bytes < 400; bytes++) {
            final UnsafeBuffer memory = AlignedMemory.allocate(bytes);
            assertEquals(0, memory.addressOffset() % BitUtil.CACHE_LINE_LENGTH, bytes + " bytes");
            assertEquals(bytes, memory.capacity());
            for (int i = 0; i < bytes; i++) {
                assertEquals(0, memory.getByte(i), "byte " + i + " of " + bytes);
            }
        }
    }
}
