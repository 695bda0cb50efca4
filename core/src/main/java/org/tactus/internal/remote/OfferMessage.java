// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.remote;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A message about one job: the offer, its answer, or its refusal. Little-endian. An answer and a refusal repeat the offer's task, number
 * and session, so that the sender knows which of its offers is meant, whoever answers and whenever.
 * <pre>
 *   0        4        8                16               24               32       36       40                  104
 *  +--------+--------+----------------+----------------+----------------+--------+--------+-------------------+---------
 *  |kind    |genera- |number          |session         |period          |payload |name    |name, ASCII        |payload
 *  |        |tion    |                |                |             ns |bytes   |bytes   |                   |
 *  +--------+--------+----------------+----------------+----------------+--------+--------+-------------------+---------
 * </pre>
 */
public final class OfferMessage {
    /** A job is offered; the payload is its input. The word begins with the format's version. */
    public static final int OFFER = 0x0154_0001;
    /** The job was executed; the payload is its output. */
    public static final int ANSWER = 0x0154_0002;
    /** The job is not executed. */
    public static final int REFUSAL = 0x0154_0003;
    /** Bytes before the payload. */
    public static final int HEADER_BYTES = 104;
    private static final int GENERATION_OFFSET = 4;
    private static final int NUMBER_OFFSET = 8;
    private static final int SESSION_OFFSET = 16;
    private static final int PERIOD_OFFSET = 24;
    private static final int PAYLOAD_OFFSET = 32;
    private static final int NAME_LENGTH_OFFSET = 36;
    private static final int NAME_OFFSET = 40;
    private static final int NAME_BYTES = HEADER_BYTES - NAME_OFFSET;

    private OfferMessage() {
    }

    /**
     * Writes the parts of an offer's header that all offers of a task have.
     *
     * @param buffer     for one message
     * @param name       the task's name, at most 64 characters of ASCII
     * @param generation the task's generation
     * @param session    of the sending process
     * @param periodNs   least distance of two offers, nanoseconds
     */
    public static void prepare(
        final MutableDirectBuffer buffer, final String name, final int generation, final long session, final long periodNs) {
        final byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length > NAME_BYTES) {
            throw new IllegalArgumentException("'" + name + "' is longer than a message's " + NAME_BYTES + " bytes");
        }
        buffer.setMemory(0, HEADER_BYTES, (byte) 0);
        buffer.putInt(0, OFFER, ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(GENERATION_OFFSET, generation, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(SESSION_OFFSET, session, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(PERIOD_OFFSET, periodNs, ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(NAME_LENGTH_OFFSET, ascii.length, ByteOrder.LITTLE_ENDIAN);
        buffer.putBytes(NAME_OFFSET, ascii);
    }

    /**
     * Completes a header that was prepared, or copied from an offer.
     *
     * @param buffer       the message
     * @param kind         one of the kinds above
     * @param number       number of the offer
     * @param payloadBytes bytes behind the header
     */
    public static void complete(final MutableDirectBuffer buffer, final int kind, final long number, final int payloadBytes) {
        buffer.putInt(0, kind, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(NUMBER_OFFSET, number, ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(PAYLOAD_OFFSET, payloadBytes, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Tells whether a message is whole and of this version.
     *
     * @param buffer holds it
     * @param offset where it begins
     * @param length its bytes
     * @return false for anything else, whoever sent it
     */
    public static boolean isWhole(final DirectBuffer buffer, final int offset, final int length) {
        if (length < HEADER_BYTES) {
            return false;
        }
        final int kind = kind(buffer, offset);
        final int named = buffer.getInt(offset + NAME_LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN);
        return (kind == OFFER || kind == ANSWER || kind == REFUSAL) && named > 0 && named <= NAME_BYTES
            && payloadBytes(buffer, offset) == length - HEADER_BYTES;
    }

    /** What kind of message it is, one of the kinds above. */
    public static int kind(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
    }

    /** The generation of the offering task. */
    public static int generation(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + GENERATION_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** The number of the offer in its task, from 0. */
    public static long number(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + NUMBER_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** The offering process. */
    public static long session(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + SESSION_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** The least distance of two offers, nanoseconds. */
    public static long periodNs(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + PERIOD_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** Bytes behind the header. */
    public static int payloadBytes(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + PAYLOAD_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** Tells, without allocating, whether the message names a task. */
    public static boolean names(final DirectBuffer buffer, final int offset, final byte[] ascii) {
        if (buffer.getInt(offset + NAME_LENGTH_OFFSET, ByteOrder.LITTLE_ENDIAN) != ascii.length) {
            return false;
        }
        for (int i = 0; i < ascii.length; i++) {
            if (buffer.getByte(offset + NAME_OFFSET + i) != ascii[i]) {
                return false;
            }
        }
        return true;
    }
}
