// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * The layout of a task in a device's memory: a part that stays, and a region of chunks 0 to {@link #chunks()} that may leave. The chunks
 * that are out are always a prefix of the region, because chunks leave in ascending and come back in descending order. The chunks of
 * constants come first, since dropping them costs least.
 *
 * @param fixedBytes     bytes of its own that never leave
 * @param scratchBytes   bytes that it needs of the arena that all tasks of the device share
 * @param constantChunks chunks 0 to this one are constant: they leave without a copy
 * @param stateChunks    the rest, copied both ways; a chunk of both classes counts here
 */
public record SwapRegion(long fixedBytes, long scratchBytes, long constantChunks, long stateChunks) {
    /** Of a task that occupies nothing. */
    public static final SwapRegion NONE = new SwapRegion(0, 0, 0, 0);

    /**
     * Lays a task out.
     *
     * @param task   the task
     * @param memory the device's memory
     * @return how it lies there; the swap volume in whole chunks, and never more than there is besides scratch
     */
    public static SwapRegion of(final Task task, final DeviceMemory memory) {
        if (task.memory().isEmpty()) {
            return NONE;
        }
        final TaskMemory own = task.memory().get();
        final boolean copyAll = memory.residency() == Residency.COPY_ALL;
        final long scratch = copyAll ? 0 : own.scratchBytes();
        final long held = own.footprintBytes() - scratch;
        final long volume = Math.min(held, own.swapBytes().orElse(0));
        final long chunks = Math.ceilDiv(volume, memory.chunkBytes());
        final long constant = copyAll ? 0 : Math.min(chunks, own.constantBytes() / memory.chunkBytes());
        return new SwapRegion(held - volume, scratch, constant, chunks - constant);
    }

    /**
     * Chunks that may be out at once.
     *
     * @return 0 for a task that is never swapped
     */
    public long chunks() {
        return constantChunks + stateChunks;
    }

    /**
     * Tells how a chunk leaves.
     *
     * @param chunk its index
     * @return true when it is dropped, false when it is copied out
     */
    public boolean isConstant(final long chunk) {
        return chunk < constantChunks;
    }
}
