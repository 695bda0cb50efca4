// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A table of a FlatBuffer, read in place. Every offset is checked against the buffer before it is followed, so that any bytes
 * give values or a {@link MalformedFileException}. A field is its index in the schema, from 0.
 *
 * <pre>
 *   table   [i32 distance back to the vtable][fields ...]
 *   vtable  [u16 its bytes][u16 bytes of the table][u16 offset of field 0 in the table, 0 = default][...]
 *   vector  [u32 elements][elements ...]          reached by a u32 offset from the field
 * </pre>
 */
final class FlatTable {
    private final ByteBuffer data;
    private final int at;
    private final int vtable;
    private final int fields;

    private FlatTable(final ByteBuffer data, final long at) {
        this.data = data;
        this.at = need(data, at, Integer.BYTES, "a table");
        this.vtable = need(data, at - data.getInt(this.at), 2 * Short.BYTES, "a table's field list");
        final int bytes = data.getShort(vtable) & 0xFFFF;
        need(data, vtable, bytes, "a table's field list");
        this.fields = Math.max(0, bytes / Short.BYTES - 2);
    }

    /** The root of a buffer; identifier is what stands in bytes 4 to 7, or null where the schema has none. */
    static FlatTable root(final ByteBuffer buffer, final String identifier, final String what) {
        final ByteBuffer data = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (data.limit() < 2 * Integer.BYTES) {
            throw new MalformedFileException(what + " has " + data.limit() + " bytes; it is cut short");
        }
        if (identifier != null) {
            final byte[] found = new byte[Integer.BYTES];
            data.get(Integer.BYTES, found);
            if (!identifier.equals(new String(found, StandardCharsets.ISO_8859_1))) {
                throw new MalformedFileException(what + " does not begin with " + identifier + "; it is no such thing, or damaged");
            }
        }
        return new FlatTable(data, data.getInt(0) & 0xFFFF_FFFFL);
    }

    private static int need(final ByteBuffer data, final long at, final long bytes, final String what) {
        if (at < 0 || bytes < 0 || at + bytes > data.limit()) {
            throw new MalformedFileException(what + " at byte " + at + " of " + data.limit() + "; the file is cut short or damaged");
        }
        return (int) at;
    }

    /** Place of a field of so many bytes; 0 when it has its default. */
    private int place(final int field, final int bytes) {
        if (field >= fields) {
            return 0;
        }
        final int offset = data.getShort(vtable + Short.BYTES * (2 + field)) & 0xFFFF;
        return offset == 0 ? 0 : need(data, (long) at + offset, bytes, "a field");
    }

    int int8(final int field, final int otherwise) {
        final int place = place(field, Byte.BYTES);
        return place == 0 ? otherwise : data.get(place);
    }

    int int16(final int field, final int otherwise) {
        final int place = place(field, Short.BYTES);
        return place == 0 ? otherwise : data.getShort(place);
    }

    int int32(final int field, final int otherwise) {
        final int place = place(field, Integer.BYTES);
        return place == 0 ? otherwise : data.getInt(place);
    }

    long int64(final int field, final long otherwise) {
        final int place = place(field, Long.BYTES);
        return place == 0 ? otherwise : data.getLong(place);
    }

    /** Place that a field points to; 0 when it is absent. */
    private int target(final int field) {
        final int place = place(field, Integer.BYTES);
        return place == 0 ? 0 : need(data, place + (data.getInt(place) & 0xFFFF_FFFFL), Integer.BYTES, "what a field points to");
    }

    /** The table that a field points to; null when it is absent. */
    FlatTable table(final int field) {
        final int target = target(field);
        return target == 0 ? null : new FlatTable(data, target);
    }

    /** Elements of the vector that a field points to, each of so many bytes; 0 when it is absent. */
    int size(final int field, final int elementBytes) {
        final int target = target(field);
        if (target == 0) {
            return 0;
        }
        final long count = data.getInt(target) & 0xFFFF_FFFFL;
        need(data, (long) target + Integer.BYTES, count * elementBytes, "a list");
        return (int) count;
    }

    /** As {@link #size}, for lists that a sound file keeps short: many entries that share one element would take for ever. */
    int size(final int field, final int most, final String what) {
        final int count = size(field, Integer.BYTES);
        if (count > most) {
            throw new MalformedFileException(count + " " + what + "; a sound file has at most " + most);
        }
        return count;
    }

    int int32At(final int field, final int index) {
        return data.getInt(target(field) + Integer.BYTES * (1 + index));
    }

    private int element(final int field, final int index) {
        final int slot = target(field) + Integer.BYTES * (1 + index);
        return need(data, slot + (data.getInt(slot) & 0xFFFF_FFFFL), Integer.BYTES, "an element");
    }

    FlatTable tableAt(final int field, final int index) {
        return new FlatTable(data, element(field, index));
    }

    ByteBuffer bytesAt(final int field, final int index) {
        return bytesFrom(element(field, index));
    }

    /** The bytes or text that a field points to; null when it is absent. */
    ByteBuffer bytes(final int field) {
        final int target = target(field);
        return target == 0 ? null : bytesFrom(target);
    }

    private ByteBuffer bytesFrom(final int target) {
        final long count = data.getInt(target) & 0xFFFF_FFFFL;
        final int first = need(data, (long) target + Integer.BYTES, count, "a run of bytes");
        return data.slice(first, (int) count).order(ByteOrder.LITTLE_ENDIAN);
    }

    String text(final int field) {
        final ByteBuffer bytes = bytes(field);
        return bytes == null ? "" : StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
