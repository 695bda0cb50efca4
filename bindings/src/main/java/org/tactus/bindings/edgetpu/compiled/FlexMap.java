// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A FlexBuffer whose root is a map, read in place; any bytes give values or a {@link MalformedFileException}.
 *
 * <pre>
 *   map     [distance back to the keys][width of a key's slot][entries n][slot 0 .. n-1][type 0 .. n-1, a byte each]
 *   keys    [entries n][distance back to a key's text, for each]
 *   end     [root's slot][root's type][width of the root's slot, a byte]
 * </pre>
 *
 * <p>A slot holds a number itself, or the distance back to what it stands for; a type is {@code kind << 2 | log2(width)}.
 */
final class FlexMap {
    private static final int KIND_INT = 1;
    private static final int KIND_UINT = 2;
    private static final int KIND_STRING = 5;
    private static final int KIND_MAP = 9;
    private static final int KIND_BLOB = 25;
    private static final int MAX_ENTRIES = 256;

    private final ByteBuffer data;
    private final int first;
    private final int width;
    private final int entries;
    private final int keys;
    private final int keyWidth;

    FlexMap(final ByteBuffer buffer) {
        data = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
        final int end = data.limit();
        if (end < 3) {
            throw new MalformedFileException("the custom options have " + end + " bytes; they are no FlexBuffer");
        }
        final int rootWidth = width(data.get(end - 1));
        final int type = data.get(end - 2) & 0xFF;
        if (type >> 2 != KIND_MAP) {
            throw new MalformedFileException("the custom options are no FlexBuffer with a map");
        }
        width = 1 << (type & 3);
        first = back(at(end - 2L - rootWidth, rootWidth), rootWidth);
        entries = (int) Math.min(number(at(first - (long) width, width), width), Integer.MAX_VALUE);
        if (entries < 0 || entries > MAX_ENTRIES) {
            throw new MalformedFileException("the custom options have " + entries + " entries; a sound file has fewer than " + MAX_ENTRIES);
        }
        at(first, entries * (width + 1L));
        keyWidth = width((byte) number(at(first - 2L * width, width), width));
        keys = back(at(first - 3L * width, width), width);
        at(keys, (long) entries * keyWidth);
    }

    private static int width(final byte bytes) {
        if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) {
            throw new MalformedFileException("the custom options have numbers of " + bytes + " bytes; there are 1, 2, 4 and 8");
        }
        return bytes;
    }

    private int at(final long at, final long bytes) {
        if (at < 0 || bytes < 0 || at + bytes > data.limit()) {
            throw new MalformedFileException("the custom options point to byte " + at + " of " + data.limit() + "; cut short or damaged");
        }
        return (int) at;
    }

    private long number(final int at, final int bytes) {
        return switch (bytes) {
            case 1 -> data.get(at) & 0xFFL;
            case 2 -> data.getShort(at) & 0xFFFFL;
            case 4 -> data.getInt(at) & 0xFFFF_FFFFL;
            default -> data.getLong(at);
        };
    }

    /** What a slot points back to. */
    private int back(final int slot, final int slotWidth) {
        final long distance = number(slot, slotWidth);
        if (distance < 0 || distance > slot) {
            throw new MalformedFileException("the custom options point " + distance + " bytes back from byte " + slot);
        }
        return slot - (int) distance;
    }

    /** Index of a key, which is one character; -1 when it is absent. */
    private int find(final char key) {
        for (int i = 0; i < entries; i++) {
            final int text = at(back(keys + i * keyWidth, keyWidth), 2);
            if (data.get(text) == key && data.get(text + 1) == 0) {
                return i;
            }
        }
        return -1;
    }

    /** A number; otherwise when the key is absent. */
    long number(final char key, final long otherwise) {
        final int index = find(key);
        if (index < 0) {
            return otherwise;
        }
        final int kind = (data.get(first + entries * width + index) & 0xFF) >> 2;
        if (kind != KIND_INT && kind != KIND_UINT) {
            throw new MalformedFileException("entry '" + key + "' of the custom options is no number");
        }
        return number(first + index * width, width);
    }

    /** A string or a blob; null when the key is absent. */
    ByteBuffer bytes(final char key) {
        final int index = find(key);
        if (index < 0) {
            return null;
        }
        final int type = data.get(first + entries * width + index) & 0xFF;
        if (type >> 2 != KIND_STRING && type >> 2 != KIND_BLOB) {
            throw new MalformedFileException("entry '" + key + "' of the custom options is neither text nor bytes");
        }
        final int from = back(first + index * width, width);
        final int sizeWidth = 1 << (type & 3);
        final long size = number(at(from - (long) sizeWidth, sizeWidth), sizeWidth);
        return data.slice(at(from, size), (int) size);
    }
}
