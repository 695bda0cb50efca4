// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes a FlatBuffer from its end to its beginning, so that what is pointed to is written before what points to it. A place is
 * the distance from the end, which stays the same while the front grows. One table at a time; layout as {@link FlatTable} reads it.
 */
final class FlatBuilder {
    private static final int MAX_FIELDS = 24;
    private static final int ALIGNMENT = 16;

    private ByteBuffer data = empty(1 << 10);
    private int used;
    private final int[] fields = new int[MAX_FIELDS];
    private int tableEnd;

    private static ByteBuffer empty(final int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Pads so that a value of the alignment's size, written after so many further bytes, is aligned. */
    private void align(final int alignment, final int further) {
        final int pad = -(used + further) & alignment - 1;
        while (data.capacity() - used < pad + further + alignment + Long.BYTES) {
            final ByteBuffer larger = empty(2 * data.capacity());
            larger.put(larger.capacity() - used, data, data.capacity() - used, used);
            data = larger;
        }
        used += pad;
    }

    private int front(final int bytes) {
        used += bytes;
        return data.capacity() - used;
    }

    private void putInt(final int value) {
        align(Integer.BYTES, 0);
        data.putInt(front(Integer.BYTES), value);
    }

    private void putOffset(final int place) {
        align(Integer.BYTES, 0);
        data.putInt(front(Integer.BYTES), used - place);
    }

    /** Writes a list of bytes that starts at a multiple of 16 of the file. */
    int bytes(final byte[] bytes) {
        align(ALIGNMENT, bytes.length);
        data.put(front(bytes.length), bytes);
        putInt(bytes.length);
        return used;
    }

    int text(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        align(Integer.BYTES, bytes.length + 1);
        data.put(front(1), (byte) 0);
        data.put(front(bytes.length), bytes);
        putInt(bytes.length);
        return used;
    }

    int ints(final int... values) {
        align(Integer.BYTES, values.length * Integer.BYTES);
        for (int i = values.length - 1; i >= 0; i--) {
            putInt(values[i]);
        }
        putInt(values.length);
        return used;
    }

    int offsets(final int... places) {
        align(Integer.BYTES, places.length * Integer.BYTES);
        for (int i = places.length - 1; i >= 0; i--) {
            putOffset(places[i]);
        }
        putInt(places.length);
        return used;
    }

    FlatBuilder start() {
        Arrays.fill(fields, 0);
        tableEnd = used;
        return this;
    }

    FlatBuilder int8(final int field, final int value) {
        align(Byte.BYTES, 0);
        data.put(front(Byte.BYTES), (byte) value);
        fields[field] = used;
        return this;
    }

    FlatBuilder int16(final int field, final int value) {
        align(Short.BYTES, 0);
        data.putShort(front(Short.BYTES), (short) value);
        fields[field] = used;
        return this;
    }

    FlatBuilder int32(final int field, final int value) {
        putInt(value);
        fields[field] = used;
        return this;
    }

    FlatBuilder int64(final int field, final long value) {
        align(Long.BYTES, 0);
        data.putLong(front(Long.BYTES), value);
        fields[field] = used;
        return this;
    }

    FlatBuilder offset(final int field, final int place) {
        putOffset(place);
        fields[field] = used;
        return this;
    }

    int end() {
        putInt(0); // the distance to the vtable, known below
        final int table = used;
        int count = MAX_FIELDS;
        while (count > 0 && fields[count - 1] == 0) {
            count--;
        }
        align(Integer.BYTES, count * Short.BYTES);
        for (int i = count - 1; i >= 0; i--) {
            data.putShort(front(Short.BYTES), (short) (fields[i] == 0 ? 0 : table - fields[i]));
        }
        data.putShort(front(Short.BYTES), (short) (table - tableEnd));
        data.putShort(front(Short.BYTES), (short) (Short.BYTES * (2 + count)));
        data.putInt(data.capacity() - table, used - table);
        return table;
    }

    byte[] finish(final int root, final String identifier) {
        final int head = identifier == null ? Integer.BYTES : 2 * Integer.BYTES;
        align(ALIGNMENT, head);
        if (identifier != null) {
            data.put(front(Integer.BYTES), identifier.getBytes(StandardCharsets.ISO_8859_1));
        }
        putOffset(root);
        return Arrays.copyOfRange(data.array(), data.capacity() - used, data.capacity());
    }
}
