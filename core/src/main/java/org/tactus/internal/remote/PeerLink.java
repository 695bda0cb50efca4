// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.remote;

import org.agrona.DirectBuffer;

/**
 * A way for messages between this process and others. It promises nothing: messages may be lost, doubled, late and out of order. One thread
 * at a time; {@link #send} and {@link #poll} never block. Messages lie outside the heap; what a link allocates for them is its own matter.
 */
public interface PeerLink extends AutoCloseable {
    /** Receives messages. */
    @FunctionalInterface
    interface MessageTaker {
        /**
         * Takes one message.
         *
         * @param from   address of the sender
         * @param buffer holds the message until the call returns
         * @param offset where it begins
         * @param length its bytes
         */
        void onMessage(long from, DirectBuffer buffer, int offset, int length);
    }

    /** Opens links; found by {@link java.util.ServiceLoader}. */
    interface Factory {
        /**
         * Opens a link on this machine's address for what is sent to a peer and for its answers.
         *
         * @param peer the peer, {@code HOST:PORT}
         * @return the link
         * @throws IllegalArgumentException when the address is wrong, with a message for the user
         */
        PeerLink towards(String peer);

        /**
         * Opens a link that others send to.
         *
         * @param local where, {@code HOST:PORT}
         * @return the link
         * @throws IllegalArgumentException when the address is wrong or taken, with a message for the user
         */
        PeerLink listening(String local);
    }

    /**
     * Finds the address of a peer, which may take as long as a name server does.
     *
     * @param peer {@code HOST:PORT}
     * @return what {@link #send} takes
     * @throws IllegalArgumentException when the name is not known, with a message for the user
     */
    long resolve(String peer);

    /**
     * Sends a message.
     *
     * @param to     address of the receiver
     * @param buffer holds the message
     * @param offset where it begins
     * @param length its bytes, at most {@link #largestBytes}
     * @return false when there is no room for it now, or nobody listens: it is not sent
     */
    boolean send(long to, DirectBuffer buffer, int offset, int length);

    /**
     * Takes what has come.
     *
     * @param taker called for each message
     * @param limit messages, about
     * @return how much was done; 0 when nothing was
     */
    int poll(MessageTaker taker, int limit);

    /**
     * The longest message.
     *
     * @return bytes
     */
    int largestBytes();

    @Override
    void close();
}
