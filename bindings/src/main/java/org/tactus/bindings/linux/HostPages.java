// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.tactus.bindings.generated.linux.linux_h;

/**
 * Much memory of the process's own whose pages several threads touch at once, in huge pages where Linux has them. Linux gives a page to who
 * touches it first and clears it then, which takes a quarter of a second for each GiB on one thread. Control path.
 */
public final class HostPages implements AutoCloseable {
    private static final long PAGE_BYTES = 4096;
    private static final long HUGE_BYTES = 2L << 20;

    private final long mapped;
    private final long mappedBytes;
    private final long address;
    private final long bytes;

    /**
     * Takes addresses and touches every page.
     *
     * @param size    bytes, above 0; rounded up to whole pages
     * @param threads how many touch, at least 1
     * @throws OutOfMemoryError when Linux has no such memory
     */
    public HostPages(final long size, final int threads) {
        this(size, threads, Thread.ofPlatform().name("tactus-touch-", 0).factory());
    }

    HostPages(final long size, final int threads, final ThreadFactory factory) {
        bytes = size + PAGE_BYTES - 1 & -PAGE_BYTES;
        mappedBytes = bytes + HUGE_BYTES;
        // Without access first: in a process that locks its memory the calling thread would have to touch all of it here.
        mapped = linux_h.mmap(0, mappedBytes, linux_h.PROT_NONE(), linux_h.MAP_PRIVATE() | linux_h.MAP_ANONYMOUS(), -1, 0);
        if (mapped == -1) {
            throw new OutOfMemoryError("no addresses for " + size + " bytes of host memory");
        }
        address = mapped + HUGE_BYTES - 1 & -HUGE_BYTES;
        linux_h.munlock(address, bytes); // who pins them next locks them again
        linux_h.madvise(address, bytes, linux_h.MADV_HUGEPAGE()); // refused where there are none, and then pages are small
        if (linux_h.mprotect(address, bytes, linux_h.PROT_READ() | linux_h.PROT_WRITE()) != 0) {
            linux_h.munmap(mapped, mappedBytes);
            throw new OutOfMemoryError("no " + size + " bytes of host memory");
        }
        touch(threads, factory);
    }

    private void touch(final int threads, final ThreadFactory factory) {
        final MemorySegment all = MemorySegment.ofAddress(address).reinterpret(bytes);
        final long part = (bytes / threads / HUGE_BYTES + 1) * HUGE_BYTES;
        final List<Thread> others = new ArrayList<>();
        try {
            for (int i = 0; i < threads; i++) {
                final long from = Math.min(bytes, i * part);
                final long to = Math.min(bytes, from + part);
                final Thread other = factory.newThread(() -> {
                    for (long at = from; at < to; at += PAGE_BYTES) {
                        all.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
                    }
                });
                other.start();
                others.add(other);
            }
        } catch (final Throwable e) { // such as that of a system with too many threads
            await(others); // they touch what is unmapped next
            close();
            throw e;
        }
        await(others);
    }

    private static void await(final List<Thread> others) {
        boolean interrupted = false;
        for (final Thread thread : others) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The first address, a multiple of 2 MiB.
     *
     * @return always the same
     */
    public long address() {
        return address;
    }

    /**
     * The size.
     *
     * @return bytes, whole pages
     */
    public long bytes() {
        return bytes;
    }

    /** Gives the addresses back; nothing may use the memory any more. */
    @Override
    public void close() {
        linux_h.munmap(mapped, mappedBytes);
    }
}
