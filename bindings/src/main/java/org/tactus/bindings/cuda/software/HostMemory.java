// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import org.tactus.bindings.generated.linux.linux_h;

/**
 * Memory of Linux by address: ranges that nothing may access, memory of its own, and what places one in the other. What lies at an
 * address is only touched after a table said that something does; the JVM dies otherwise.
 */
final class HostMemory {
    /** All addresses of the process; bounds are the table's business. */
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final long NAME = Arena.global().allocateFrom("tactus-chunk").address();
    private static final int READ_WRITE = linux_h.PROT_READ() | linux_h.PROT_WRITE();

    private HostMemory() {
    }

    /** Reserves addresses without access, aligned; 0 when there are none. */
    static long reserve(final long bytes, final long alignment) {
        final long whole = bytes + alignment;
        final long address = linux_h.mmap(0, whole, linux_h.PROT_NONE(),
            linux_h.MAP_PRIVATE() | linux_h.MAP_ANONYMOUS() | linux_h.MAP_NORESERVE(), -1, 0);
        if (address == -1) {
            return 0;
        }
        final long aligned = address + alignment - 1 & -alignment;
        if (aligned > address) {
            linux_h.munmap(address, aligned - address);
        }
        if (address + whole > aligned + bytes) {
            linux_h.munmap(aligned + bytes, address + whole - aligned - bytes);
        }
        return aligned;
    }

    /** Allocates memory that is zero; 0 when there is none. */
    static long allocate(final long bytes) {
        final long address = linux_h.mmap(0, bytes, READ_WRITE, linux_h.MAP_PRIVATE() | linux_h.MAP_ANONYMOUS(), -1, 0);
        return address == -1 ? 0 : address;
    }

    /** Gives addresses back. */
    static void free(final long address, final long bytes) {
        linux_h.munmap(address, bytes);
    }

    /** Makes memory of its own, which can be placed at several addresses at once; -1 when there is none. */
    static int createChunk(final long bytes) {
        final int descriptor = linux_h.memfd_create(NAME, linux_h.MFD_CLOEXEC());
        if (descriptor >= 0 && linux_h.ftruncate(descriptor, bytes) != 0) {
            linux_h.close(descriptor);
            return -1;
        }
        return descriptor;
    }

    static void destroyChunk(final int descriptor) {
        linux_h.close(descriptor);
    }

    /**
     * Places a chunk at reserved addresses, still without access: in a process that locks its memory Linux would otherwise touch all
     * of it here, on the caller's time.
     */
    static boolean place(final long address, final long bytes, final int descriptor) {
        return linux_h.mmap(address, bytes, linux_h.PROT_NONE(), linux_h.MAP_SHARED() | linux_h.MAP_FIXED(), descriptor, 0) == address;
    }

    /** Shows a chunk at addresses of its own, accessible; 0 when there are none. Nothing is touched yet. */
    static long show(final long bytes, final int descriptor) {
        final long address = linux_h.mmap(0, bytes, linux_h.PROT_NONE(), linux_h.MAP_SHARED(), descriptor, 0);
        if (address == -1) {
            return 0;
        }
        if (protect(address, bytes, true)) {
            return address;
        }
        free(address, bytes);
        return 0;
    }

    /** Allows or forbids access to placed chunks. */
    static boolean protect(final long address, final long bytes, final boolean access) {
        return linux_h.mprotect(address, bytes, access ? READ_WRITE : linux_h.PROT_NONE()) == 0;
    }

    /** Makes addresses reserved again. */
    static boolean withdraw(final long address, final long bytes) {
        return linux_h.mmap(address, bytes, linux_h.PROT_NONE(), linux_h.MAP_PRIVATE() | linux_h.MAP_ANONYMOUS()
            | linux_h.MAP_NORESERVE() | linux_h.MAP_FIXED(), -1, 0) == address;
    }

    static void copy(final long target, final long source, final long bytes) {
        MemorySegment.copy(ALL, source, ALL, target, bytes);
    }

    static void fill(final long address, final long bytes, final byte value) {
        final long pattern = (value & 0xFFL) * 0x0101010101010101L;
        long at = address;
        for (; at + Long.BYTES <= address + bytes; at += Long.BYTES) {
            putLong(at, pattern);
        }
        for (; at < address + bytes; at++) {
            ALL.set(ValueLayout.JAVA_BYTE, at, value);
        }
    }

    static void fillWords(final long address, final long bytes, final int value) {
        for (long i = 0; i < bytes; i += Integer.BYTES) {
            putInt(address + i, value);
        }
    }

    static void putInt(final long address, final int value) {
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    static int getInt(final long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    static void putLong(final long address, final long value) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    static long getLong(final long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    /** Writes a word after everything that was written before; a reader with acquire sees that, too. */
    static void putIntRelease(final long address, final int value) {
        INT.setRelease(ALL, address, value);
    }

    static int getIntAcquire(final long address) {
        return (int) INT.getAcquire(ALL, address);
    }
}
