// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.remote.OfferPort;

/**
 * What the offers of a network carry that no program feeds: its inputs, one after the other as they lie in memory, which are the same in
 * each job, and its outputs likewise. The outputs of an answer stay here: those of the network's own memory belong to the dispatchers. Made
 * by the control thread; used by the thread that offers, and read when that has ended.
 */
public final class NetworkOfferPort implements OfferPort {
    /** The most that an offer carries. */
    public static final int MOST_BYTES = 1_000 << 10;

    private final UnsafeBuffer inputs;
    private final UnsafeBuffer first;
    private long answered;
    private long incomplete;
    private long different;

    private NetworkOfferPort(final int inputBytes, final int outputBytes) {
        inputs = AlignedMemory.allocate(Math.max(1, inputBytes));
        first = AlignedMemory.allocate(Math.max(1, outputBytes));
        inputs.wrap(inputs, 0, inputBytes);
        first.wrap(first, 0, outputBytes);
    }

    /**
     * Keeps a network's inputs.
     *
     * @param given       the inputs' memory, which is copied
     * @param outputBytes what its outputs take
     * @return the port, or one that carries nothing where either is more than an offer carries
     */
    static OfferPort of(final List<MemorySegment> given, final long outputBytes) {
        final long bytes = given.stream().mapToLong(MemorySegment::byteSize).sum();
        if (Math.max(bytes, outputBytes) > MOST_BYTES) {
            return EMPTY;
        }
        final NetworkOfferPort port = new NetworkOfferPort((int) bytes, (int) outputBytes);
        int at = 0;
        for (final MemorySegment input : given) {
            port.inputs.putBytes(at, input.asByteBuffer(), (int) input.byteSize());
            at += (int) input.byteSize();
        }
        return port;
    }

    @Override
    public int largestBytes() {
        return Math.max(inputs.capacity(), first.capacity());
    }

    @Override
    public int fill(final long number, final MutableDirectBuffer buffer, final int offset, final int room) {
        if (room < inputs.capacity()) {
            return 0; // a part of them would be other inputs
        }
        buffer.putBytes(offset, inputs, 0, inputs.capacity());
        return inputs.capacity();
    }

    @Override
    public void answered(final long number, final DirectBuffer buffer, final int offset, final int length) {
        answered++;
        if (length != first.capacity()) {
            incomplete++;
        } else if (answered - incomplete == 1) {
            first.putBytes(0, buffer, offset, length);
        } else if (!isFirst(buffer, offset)) {
            different++;
        }
    }

    private boolean isFirst(final DirectBuffer buffer, final int offset) {
        int at = 0;
        for (; at + Long.BYTES <= first.capacity(); at += Long.BYTES) {
            if (first.getLong(at) != buffer.getLong(offset + at)) {
                return false;
            }
        }
        for (; at < first.capacity(); at++) {
            if (first.getByte(at) != buffer.getByte(offset + at)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Answers that were used.
     *
     * @return a count
     */
    public long answered() {
        return answered;
    }

    /**
     * Answers of another size than the network's outputs have: the peer serves another network.
     *
     * @return a count
     */
    public long incomplete() {
        return incomplete;
    }

    /**
     * Answers other than the first one.
     *
     * @return a count; the inputs are always the same, so only a network that keeps state has any
     */
    public long different() {
        return different;
    }

    /**
     * The first answer.
     *
     * @return the outputs, one after the other; empty when there was none
     */
    public byte[] first() {
        final byte[] bytes = new byte[answered == incomplete ? 0 : first.capacity()];
        first.getBytes(0, bytes);
        return bytes;
    }
}
