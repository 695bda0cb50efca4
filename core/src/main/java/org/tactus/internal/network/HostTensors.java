// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Tensors in the process's own memory. */
public final class HostTensors implements TensorMemory {
    private static final int ALIGNMENT_BYTES = 64;

    private final Arena arena = Arena.ofShared();

    /** Makes a memory without tensors. */
    public HostTensors() {
        // nothing is allocated yet
    }

    @Override
    public MemorySegment allocate(final long bytes) {
        return arena.allocate(bytes, ALIGNMENT_BYTES);
    }

    @Override
    public void close() {
        arena.close();
    }
}
