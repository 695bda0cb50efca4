// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.remote;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What a task's offers carry, outside the Java heap. Called by the thread of the {@link OfferDriver}: it must not wait, and what it takes
 * comes off the time that an answer has.
 */
public interface OfferPort {
    /** Sends nothing and takes nothing. */
    OfferPort EMPTY = new OfferPort() {
        @Override
        public int largestBytes() {
            return 0;
        }

        @Override
        public int fill(final long number, final MutableDirectBuffer buffer, final int offset, final int room) {
            return 0;
        }

        @Override
        public void answered(final long number, final DirectBuffer buffer, final int offset, final int length) {
            // nothing was asked
        }
    };

    /**
     * The largest input.
     *
     * @return bytes
     */
    int largestBytes();

    /**
     * Writes the input of a job.
     *
     * @param number number of the offer, from 0
     * @param buffer where to
     * @param offset from where
     * @param room   most bytes
     * @return bytes written
     */
    int fill(long number, MutableDirectBuffer buffer, int offset, int room);

    /**
     * Takes the output of a job whose fallback will not run. Called once for each such offer.
     *
     * @param number number of the offer
     * @param buffer holds it until the call returns
     * @param offset where it begins
     * @param length its bytes
     */
    void answered(long number, DirectBuffer buffer, int offset, int length);
}
