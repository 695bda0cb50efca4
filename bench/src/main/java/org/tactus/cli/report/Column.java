// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.report;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing array of little-endian numbers, which the page reads as a typed array. Not thread-safe. */
final class Column {
    private byte[] bytes = new byte[1 << 10];
    private ByteBuffer buffer = wrap();

    private ByteBuffer wrap() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer room(final int wanted) {
        if (buffer.remaining() < wanted) {
            final int at = buffer.position();
            bytes = Arrays.copyOf(bytes, Math.multiplyExact(bytes.length, 2));
            buffer = wrap().position(at);
        }
        return buffer;
    }

    void addDouble(final double value) {
        room(Double.BYTES).putDouble(value);
    }

    void addFloat(final float value) {
        room(Float.BYTES).putFloat(value);
    }

    void addInt(final int value) {
        room(Integer.BYTES).putInt(value);
    }

    void addShort(final int value) {
        room(Short.BYTES).putShort((short) value);
    }

    void addByte(final int value) {
        room(Byte.BYTES).put((byte) value);
    }

    int length() {
        return buffer.position();
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, length());
    }
}
