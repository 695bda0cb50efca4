// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.HdrHistogram.Histogram;

/** A histogram that nothing is recorded into any more, compressed: some hundred bytes where it took a hundred thousand. Immutable. */
public final class PackedHistogram {
    private final byte[] bytes;

    private PackedHistogram(final byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Compresses a histogram.
     *
     * @param histogram is not changed
     * @return every count of it
     */
    public static PackedHistogram of(final Histogram histogram) {
        final ByteBuffer packed = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        histogram.encodeIntoCompressedByteBuffer(packed, Deflater.BEST_SPEED);
        return new PackedHistogram(Arrays.copyOf(packed.array(), packed.position()));
    }

    /**
     * The histogram as it was, but for its tag.
     *
     * @return a new one
     */
    public Histogram unpacked() {
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
        } catch (final DataFormatException e) {
            throw new IllegalStateException("a histogram of " + bytes.length + " compressed bytes cannot be unpacked", e);
        }
    }
}
