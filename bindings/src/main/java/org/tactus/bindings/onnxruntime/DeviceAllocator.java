// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.onnxruntime;

/** Gives out memory of a device, by address. Called by any thread, also in the middle of a run. */
public interface DeviceAllocator {
    /**
     * Gives out memory.
     *
     * @param bytes how much, 0 or more
     * @return its address, aligned to 256 bytes; 0 when there is none
     */
    long allocate(long bytes);

    /**
     * Takes memory back.
     *
     * @param address what {@link #allocate} gave out, or 0
     */
    void free(long address);
}
