// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The addresses that a kernel may access, as ranges in ascending order that do not touch each other. Filled and read by one thread. */
public final class PtxMemory {
    /** Set in the addresses of a device whose memory is hidden: no process of x86-64 or AArch64 has a page there, so any access faults. */
    private static final long HIDDEN = 1L << 52;

    private long[] starts = new long[16];
    private long[] ends = new long[16];
    private int count;

    /** Makes a memory without addresses. */
    public PtxMemory() {
        // ranges are added
    }

    /**
     * Makes a memory of one range.
     *
     * @param memory native memory
     * @return its addresses
     */
    public static PtxMemory of(final MemorySegment memory) {
        final PtxMemory ranges = new PtxMemory();
        ranges.add(memory.address(), memory.address() + memory.byteSize());
        return ranges;
    }

    /**
     * The address that a device hides from the host, of memory that the host has.
     *
     * @param address on the host
     * @return on the device
     */
    public static long hidden(final long address) {
        return address | HIDDEN;
    }

    /**
     * Where what lies at a device's address is on the host, for whoever plays the device.
     *
     * @param address on the device, hidden or not
     * @return on the host
     */
    public static long onHost(final long address) {
        return address & ~HIDDEN;
    }

    /**
     * Tells whether an address is one that the host cannot access.
     *
     * @param address any
     * @return true for what {@link #hidden} gave
     */
    public static boolean isHidden(final long address) {
        return (address & HIDDEN) != 0;
    }

    /** Forgets all ranges. */
    public void clear() {
        count = 0;
    }

    /**
     * Adds a range above all that were added.
     *
     * @param start its first address
     * @param end   the address behind it
     */
    public void add(final long start, final long end) {
        if (count > 0 && ends[count - 1] == start) {
            ends[count - 1] = end;
            return;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        starts[count] = start;
        ends[count++] = end;
    }

    /** Index of the range that holds an address; negative without one. */
    int find(final long address) {
        return indexOf(starts, ends, count, address);
    }

    /**
     * Finds the range that holds an address among ranges in ascending order that do not overlap.
     *
     * @param starts  first addresses
     * @param ends    the addresses behind the ranges
     * @param count   how many ranges there are
     * @param address an address
     * @return the range's index, or the complement of where it would be
     */
    public static int indexOf(final long[] starts, final long[] ends, final int count, final long address) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            final int middle = low + high >>> 1;
            if (ends[middle] <= address) {
                low = middle + 1;
            } else if (starts[middle] > address) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return ~low;
    }

    long start(final int range) {
        return starts[range];
    }

    long end(final int range) {
        return ends[range];
    }
}
