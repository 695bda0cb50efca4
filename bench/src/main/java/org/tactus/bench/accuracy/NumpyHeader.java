// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** What stands before the numbers in a file of NumPy's format 1.0. */
public final class NumpyHeader {
    private static final int HEADER_BYTES = 128;
    private static final int PREAMBLE_BYTES = 10;

    private NumpyHeader() {
    }

    /**
     * Writes a header: a preamble and a dictionary, filled up with blanks.
     *
     * @param type  of an element in NumPy's words, such as {@code <f4}
     * @param shape extents with commas, such as {@code 8, 3}, or {@code 8,} for one
     * @return the header's bytes
     */
    public static byte[] of(final String type, final String shape) {
        final String dictionary = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
        header.putShort((short) (HEADER_BYTES - PREAMBLE_BYTES));
        header.put((dictionary + " ".repeat(HEADER_BYTES - PREAMBLE_BYTES - 1 - dictionary.length()) + "\n")
            .getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }
}
