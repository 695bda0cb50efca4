// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.Locale;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;

/**
 * What moving a chunk takes on the GPUs of the experiments: a copy, and mapping.
 *
 * @param chunkBytes size of a chunk
 * @param bandwidth  of a copy, 10^9 bytes a second
 */
record ChunkCopy(long chunkBytes, double bandwidth) {
    private static final long UNMAP_NS = 100_000;

    /** One chunk in, or out, nanoseconds. */
    long ns() {
        return (long) (chunkBytes / bandwidth) + UNMAP_NS;
    }

    /** A memory of some bytes that is swapped in such chunks; a chunk that is dropped takes the mapping alone. */
    DeviceMemory memory(final long capacityBytes, final SwapProtocol protocol, final Residency residency) {
        return new DeviceMemory(capacityBytes, chunkBytes, protocol, ns(), ns(), 0, 0, residency, UNMAP_NS, true);
    }

    /** The same in words. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "chunk %d MiB, copied at %.0f GB/s plus %d us for mapping, in %.2f ms", chunkBytes >> 20,
            bandwidth, UNMAP_NS / 1000, ns() / 1e6);
    }
}
