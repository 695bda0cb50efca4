// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaMemory;
import org.tactus.bindings.cuda.CudaStatus;
import org.tactus.bindings.linux.HostPages;

/**
 * Pinned host memory. Much of it is touched by several threads and then registered, since a driver that allocates it touches page after
 * page on the calling thread: half a second for each GiB was measured, against a tenth. Control path.
 */
public final class PinnedBlock implements AutoCloseable {
    /** From here on the threads are worth their while, bytes. */
    public static final long LARGE_BYTES = 64L << 20;
    private static final int MOST_THREADS = 16;

    private final CudaMemory memory;
    /** Null where the driver allocated the memory. */
    private final HostPages pages;
    private final long address;

    private PinnedBlock(final CudaMemory memory, final HostPages pages, final long address) {
        this.memory = memory;
        this.pages = pages;
        this.address = address;
    }

    /**
     * Pins memory in the faster way, whose content is zero. The context is current.
     *
     * @param driver the driver
     * @param bytes  its size, above 0
     * @return the memory
     */
    public static PinnedBlock of(final CudaDriver driver, final long bytes) {
        if (bytes < LARGE_BYTES || driver.isModelled()) { // a software GPU reaches all memory; touching it would only use it up
            return allocated(driver.memory(), bytes);
        }
        try {
            return registered(driver.memory(), bytes);
        } catch (final NativeCallException e) {
            if (!CudaStatus.leavesContextUsable(e.code())) {
                throw e;
            }
            return allocated(driver.memory(), bytes); // a sandbox may let the driver pin its own memory alone
        }
    }

    /**
     * Lets the driver allocate.
     *
     * @param memory the driver's memory calls
     * @param bytes  its size, above 0
     * @return the memory
     */
    public static PinnedBlock allocated(final CudaMemory memory, final long bytes) {
        return new PinnedBlock(memory, null, memory.allocateHost(bytes));
    }

    /**
     * Touches pages of the process's own in parallel and registers them.
     *
     * @param memory the driver's memory calls
     * @param bytes  its size, above 0
     * @return the memory
     */
    public static PinnedBlock registered(final CudaMemory memory, final long bytes) {
        final HostPages pages = new HostPages(bytes, Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_THREADS));
        try {
            memory.registerHost(pages.address(), pages.bytes());
        } catch (final RuntimeException | Error e) {
            pages.close();
            throw e;
        }
        return new PinnedBlock(memory, pages, pages.address());
    }

    /**
     * Where it lies.
     *
     * @return the first address on the host
     */
    public long address() {
        return address;
    }

    /** Unpins and frees it. Pages stay mapped when the driver refuses to unpin them: a broken device may still write there. */
    @Override
    public void close() {
        if (pages == null) {
            memory.freeHost(address);
        } else {
            memory.unregisterHost(address);
            pages.close();
        }
    }
}
