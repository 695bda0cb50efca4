// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.memory;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Gives out the addresses of one task's memory to a library that asks for blocks, by what the blocks are for. Whoever uses it excludes
 * others until it is {@linkplain #fix fixed}; from then on any thread gives blocks back, without a lock.
 *
 * <pre>
 *   base                base + constantBytes                  base + heldBytes
 *   | constants         | state, and what fits nowhere else   |        and, elsewhere, scratch
 * </pre>
 *
 * <p>A block of constants or scratch for which its own area has no room becomes state, which is copied both ways and so always right; state
 * lies nowhere else, because what is written among constants or scratch does not stay. Blocks are taken first-fit.
 */
public final class LibraryHeap {
    /** What a block is for. */
    public enum Kind {
        /** Written before the first job and never again: dropped instead of copied out. */
        CONSTANTS,
        /** Lives from job to job. */
        STATE,
        /** Dead at the end of each job: other tasks write there. */
        SCRATCH
    }

    /** What an allocation of the CUDA driver is aligned to at least. */
    private static final long ALIGNMENT_BYTES = 256;

    private final Area constants;
    private final Area state;
    private final Area scratch;

    /** Blocks of a range of addresses, sorted. */
    private static final class Area {
        private final long begin;
        private final long end;
        private long[] starts = new long[16];
        private long[] ends = new long[16];
        private int count;
        /** Of each block, 1 once it was given back; null until the area is fixed, from when on blocks stay where they are. */
        private AtomicIntegerArray given;

        Area(final long begin, final long end) {
            this.begin = begin;
            this.end = end;
        }

        /** The address of a new block; 0 where no gap is large enough. */
        long take(final long bytes) {
            if (given != null) {
                return 0;
            }
            long from = begin;
            for (int i = 0; i <= count; i++) {
                final long to = i < count ? starts[i] : end;
                if (bytes <= to - from) {
                    insert(i, from, from + bytes);
                    return from;
                }
                from = i < count ? ends[i] : end;
            }
            return 0;
        }

        private void insert(final int at, final long start, final long stop) {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
            }
            System.arraycopy(starts, at, starts, at + 1, count - at);
            System.arraycopy(ends, at, ends, at + 1, count - at);
            starts[at] = start;
            ends[at] = stop;
            count++;
        }

        boolean give(final long address) {
            for (int i = 0; i < count; i++) {
                if (starts[i] == address) {
                    if (given != null) {
                        return given.compareAndSet(i, 0, 1);
                    }
                    System.arraycopy(starts, i + 1, starts, i, count - i - 1);
                    System.arraycopy(ends, i + 1, ends, i, count - i - 1);
                    count--;
                    return true;
                }
            }
            return false;
        }

        long taken() {
            long sum = 0;
            for (int i = 0; i < count; i++) {
                sum += given == null || given.getAcquire(i) == 0 ? ends[i] - starts[i] : 0;
            }
            return sum;
        }

        void fix() {
            given = new AtomicIntegerArray(count);
        }

        boolean holds(final long address) {
            return address >= begin && address < end;
        }

        boolean meets(final long address, final long bytes) {
            return address < end && address + bytes > begin;
        }
    }

    /**
     * Divides a task's memory; nothing is taken.
     *
     * @param base           address of what is the task's own
     * @param heldBytes      its size
     * @param constantBytes  how much of it, from the first byte on, holds constants
     * @param scratchAddress of the scratch memory that the task sees; 0 for none
     * @param scratchBytes   its size
     */
    public LibraryHeap(
        final long base, final long heldBytes, final long constantBytes, final long scratchAddress, final long scratchBytes) {
        final long boundary = base + Math.min(constantBytes, heldBytes) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
        constants = new Area(base, boundary);
        state = new Area(boundary, base + heldBytes);
        scratch = new Area(scratchAddress, scratchAddress + (scratchAddress == 0 ? 0 : scratchBytes));
    }

    /**
     * Takes a block.
     *
     * @param bytes its size, above 0
     * @param kind  what it is for
     * @return its address, aligned to 256 bytes; 0 where there is no room, and once the memory is fixed
     */
    public long take(final long bytes, final Kind kind) {
        if (bytes > Long.MAX_VALUE - ALIGNMENT_BYTES) {
            return 0;
        }
        final long whole = Math.ceilDiv(bytes, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
        final long own = switch (kind) {
            case CONSTANTS -> constants.take(whole);
            case SCRATCH -> scratch.take(whole);
            case STATE -> 0;
        };
        return own != 0 ? own : state.take(whole);
    }

    /** Lets nobody take a block any more. Whoever calls it shows it, and what was taken, to the threads that give blocks back. */
    public void fix() {
        constants.fix();
        state.fix();
        scratch.fix();
    }

    /**
     * Gives a block back. Allocates nothing, and takes no lock.
     *
     * @param address as {@link #take} gave it
     * @return false when there is no such block
     */
    public boolean give(final long address) {
        return constants.give(address) || state.give(address) || scratch.give(address);
    }

    /**
     * Tells whether an address lies in the task's memory.
     *
     * @param address any
     * @return true when it does, whether a block is there or not
     */
    public boolean holds(final long address) {
        return constants.holds(address) || state.holds(address) || scratch.holds(address);
    }

    /**
     * Tells whether some addresses lie, in part at least, where constants do.
     *
     * @param address the first
     * @param bytes   how many
     * @return true when one of them does
     */
    public boolean isConstant(final long address, final long bytes) {
        return constants.meets(address, bytes);
    }

    /**
     * What blocks take.
     *
     * @return bytes, of all kinds
     */
    public long takenBytes() {
        return constants.taken() + state.taken() + scratch.taken();
    }

    /**
     * What is not taken, in however many gaps.
     *
     * @param kind what for
     * @return bytes of that kind's area and of the state's, which stands in for it
     */
    public long leftBytes(final Kind kind) {
        final Area own = kind == Kind.CONSTANTS ? constants : kind == Kind.SCRATCH ? scratch : null;
        return state.end - state.begin - state.taken() + (own == null ? 0 : own.end - own.begin - own.taken());
    }

    /**
     * The size of the task's memory.
     *
     * @return bytes, of all kinds
     */
    public long bytes() {
        return state.end - constants.begin + scratch.end - scratch.begin;
    }
}
