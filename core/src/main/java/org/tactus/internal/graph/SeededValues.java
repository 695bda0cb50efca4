// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.tactus.bindings.onnxruntime.TensorInfo;

/** Fills a tensor with seeded values: fractions from -1 to 1, bytes of any value, wider integers and truth values 0 or 1. */
public final class SeededValues {
    private SeededValues() {
    }

    /**
     * Fills a tensor with drawn values.
     *
     * @param info   type and shape of the tensor
     * @param memory its elements
     * @param random draws them
     */
    public static void fill(final TensorInfo info, final MemorySegment memory, final SplittableRandom random) {
        final long elements = info.elements();
        for (long i = 0; i < elements; i++) {
            final float fraction = (float) (2 * random.nextDouble() - 1);
            switch (info.type()) {
                case FLOAT -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, fraction);
                case DOUBLE -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, fraction);
                case FLOAT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(fraction));
                case BFLOAT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToIntBits(fraction) >>> 16));
                case UINT8, INT8 -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) (fraction * 128));
                case BOOL -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) (fraction > 0 ? 1 : 0));
                case INT16, UINT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (fraction > 0 ? 1 : 0));
                case INT32, UINT32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, fraction > 0 ? 1 : 0);
                case INT64, UINT64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, i, fraction > 0 ? 1 : 0);
                default -> throw new IllegalStateException("no values for " + info);
            }
        }
    }
}
