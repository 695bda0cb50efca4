// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.cuda.software;

import java.util.Arrays;
import org.tactus.bindings.cuda.ptx.PtxMemory;

/**
 * What lies at which address of the device: ranges that are reserved, and pieces of memory, each with its kind and whether it may be
 * accessed. Sorted by address, found by bisection; grows only when a new piece does not fit. Guarded by the driver's monitor.
 */
final class AddressSpace {
    /** A chunk at reserved addresses. */
    static final int CHUNK = 0;
    /** An allocation of device memory. */
    static final int DEVICE = 1;
    /** An allocation that the driver pages. */
    static final int MANAGED = 2;
    /** Pinned host memory that the driver allocated. */
    static final int HOST = 3;
    /** Memory of the caller's that the driver pinned. */
    static final int REGISTERED = 4;

    private final Ranges reserved = new Ranges();
    private final Ranges pieces = new Ranges();

    /** Ranges that do not overlap, in ascending order, with two words of content each. */
    private static final class Ranges {
        long[] starts = new long[64];
        long[] ends = new long[64];
        int[] kinds = new int[64];
        int[] contents = new int[64];
        int count;

        /** Index of the range that holds an address, or the complement of where it would be. */
        int find(final long address) {
            return PtxMemory.indexOf(starts, ends, count, address);
        }

        boolean isFree(final long start, final long end) {
            final int at = find(start);
            return at < 0 && (~at == count || starts[~at] >= end);
        }

        void add(final long start, final long end, final int kind, final int content) {
            final int at = ~find(start);
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
                kinds = Arrays.copyOf(kinds, 2 * count);
                contents = Arrays.copyOf(contents, 2 * count);
            }
            move(at, at + 1, count - at);
            starts[at] = start;
            ends[at] = end;
            kinds[at] = kind;
            contents[at] = content;
            count++;
        }

        void remove(final int from, final int to) {
            move(to, from, count - to);
            count -= to - from;
        }

        private void move(final int from, final int to, final int length) {
            System.arraycopy(starts, from, starts, to, length);
            System.arraycopy(ends, from, ends, to, length);
            System.arraycopy(kinds, from, kinds, to, length);
            System.arraycopy(contents, from, contents, to, length);
        }
    }

    void reserve(final long start, final long bytes) {
        reserved.add(start, start + bytes, 0, 0);
    }

    /** Forgets a reserved range; false when it is not exactly one, or something lies there. */
    boolean unreserve(final long start, final long bytes) {
        final int at = reserved.find(start);
        if (at < 0 || reserved.starts[at] != start || reserved.ends[at] != start + bytes || !pieces.isFree(start, start + bytes)) {
            return false;
        }
        reserved.remove(at, at + 1);
        return true;
    }

    /** Tells whether addresses are reserved and nothing lies there. */
    boolean isVacant(final long start, final long bytes) {
        final int at = reserved.find(start);
        return at >= 0 && start + bytes <= reserved.ends[at] && pieces.isFree(start, start + bytes);
    }

    /** Tells whether nothing lies at addresses. */
    boolean isFree(final long start, final long bytes) {
        return pieces.isFree(start, start + bytes);
    }

    /** Tells whether an address is reserved, or something lies there. */
    boolean isKnown(final long address) {
        return pieces.find(address) >= 0 || reserved.find(address) >= 0;
    }

    /** Adds a piece; a chunk may not be accessed until {@link #allow}. */
    void add(final long start, final long bytes, final int kind, final int content) {
        pieces.add(start, start + bytes, kind, kind == CHUNK ? ~content : content);
    }

    /** Index of the first of whole pieces of a kind that fill addresses without a gap, or -1. */
    int firstOf(final long start, final long bytes, final int kind) {
        final int first = pieces.find(start);
        if (first < 0 || pieces.starts[first] != start) {
            return -1;
        }
        long reached = start;
        for (int i = first; i < pieces.count && pieces.starts[i] == reached && pieces.kinds[i] == kind; i++) {
            reached = pieces.ends[i];
            if (reached >= start + bytes) {
                return reached == start + bytes ? first : -1;
            }
        }
        return -1;
    }

    /** Number of the pieces from an index on that lie before an address. */
    int countTo(final int first, final long end) {
        int i = first;
        while (i < pieces.count && pieces.starts[i] < end) {
            i++;
        }
        return i - first;
    }

    /** Allows or forbids access to chunks. */
    void allow(final int first, final int count, final boolean access) {
        for (int i = first; i < first + count; i++) {
            final int chunk = pieces.contents[i] < 0 ? ~pieces.contents[i] : pieces.contents[i];
            pieces.contents[i] = access ? chunk : ~chunk;
        }
    }

    /** The chunk, or whatever was given, of a piece. */
    int content(final int index) {
        return pieces.contents[index] < 0 ? ~pieces.contents[index] : pieces.contents[index];
    }

    /** Index of the piece that begins at an address and is of a kind, or -1. */
    int startingAt(final long start, final int kind) {
        final int at = pieces.find(start);
        return at >= 0 && pieces.starts[at] == start && pieces.kinds[at] == kind ? at : -1;
    }

    /** Index of the piece that holds an address and is of a kind, or -1. */
    int holding(final long address, final int kind) {
        final int at = pieces.find(address);
        return at >= 0 && pieces.kinds[at] == kind ? at : -1;
    }

    long start(final int index) {
        return pieces.starts[index];
    }

    long bytes(final int index) {
        return pieces.ends[index] - pieces.starts[index];
    }

    int kind(final int index) {
        return pieces.kinds[index];
    }

    int pieces() {
        return pieces.count;
    }

    int reservations() {
        return reserved.count;
    }

    long reservedStart(final int index) {
        return reserved.starts[index];
    }

    long reservedBytes(final int index) {
        return reserved.ends[index] - reserved.starts[index];
    }

    void remove(final int first, final int count) {
        pieces.remove(first, first + count);
    }

    /** Lists what the device may access. */
    void accessible(final PtxMemory to) {
        to.clear();
        for (int i = 0; i < pieces.count; i++) {
            if (pieces.contents[i] >= 0) {
                to.add(pieces.starts[i], pieces.ends[i]);
            }
        }
    }

    /** Tells whether the device may access all of some addresses. */
    boolean isAccessible(final long start, final long bytes) {
        if (bytes < 0 || start + bytes < start) {
            return false;
        }
        int at = pieces.find(start);
        long reached = start;
        while (at >= 0 && at < pieces.count && pieces.starts[at] <= reached && pieces.contents[at] >= 0) {
            reached = pieces.ends[at];
            if (reached >= start + bytes) {
                return true;
            }
            at++;
        }
        return false;
    }
}
