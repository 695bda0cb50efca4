// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.remote;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.internal.buffer.AlignedMemory;

/** A link whose peer answers each offer at once with its input, or never: {@code echo:1} and {@code silence:1}. For tests. */
public final class EchoLink implements PeerLink {
    private final UnsafeBuffer answer = AlignedMemory.allocate(1 << 16);
    private final boolean silent;
    private int bytes;

    private EchoLink(final boolean silent) {
        this.silent = silent;
    }

    /** Found by the service loader. */
    public static final class Factory implements PeerLink.Factory {
        /** Called by the service loader. */
        public Factory() {
            // nothing to prepare
        }

        @Override
        public PeerLink towards(final String peer) {
            if (!peer.equals("echo:1") && !peer.equals("silence:1")) {
                throw new IllegalArgumentException("'" + peer + "' is not known here");
            }
            return new EchoLink(peer.equals("silence:1"));
        }

        @Override
        public PeerLink listening(final String local) {
            throw new UnsupportedOperationException();
        }
    }

    @Override
    public long resolve(final String peer) {
        return 1;
    }

    @Override
    public boolean send(final long to, final DirectBuffer buffer, final int offset, final int length) {
        if (!silent) {
            answer.putBytes(0, buffer, offset, length);
            OfferMessage.complete(answer, OfferMessage.ANSWER, OfferMessage.number(answer, 0), length - OfferMessage.HEADER_BYTES);
            bytes = length;
        }
        return true;
    }

    @Override
    public int poll(final MessageTaker taker, final int limit) {
        if (bytes == 0) {
            return 0;
        }
        taker.onMessage(1, answer, 0, bytes);
        bytes = 0;
        return 1;
    }

    @Override
    public int largestBytes() {
        return 1 << 16;
    }

    @Override
    public void close() {
        // nothing is open
    }
}
