// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * How far two results of one output are apart.
 *
 * @param largest   largest difference of an element; infinite where one of both is no number
 * @param rms       root of the mean square of all differences
 * @param reference largest magnitude in what was compared against
 * @param beyond    number of elements that are farther apart than allowed
 */
public record OutputDifference(double largest, double rms, double reference, long beyond) {
    /**
     * Compares element by element, all types as numbers.
     *
     * @param info   type and extents of the output
     * @param is     what was computed
     * @param should what it is held against
     * @return how far they are apart; {@code beyond} counts every element that differs at all
     */
    public static OutputDifference of(final TensorInfo info, final MemorySegment is, final MemorySegment should) {
        return of(info, is, should, 0, 0);
    }

    /**
     * Compares element by element, all types as numbers.
     *
     * @param info     type and extents of the output
     * @param is       what was computed
     * @param should   what it is held against
     * @param relative what an element may be off, as a share of what it should be; whole numbers must be equal
     * @param absolute what it may be off beside that, as a share of the largest magnitude where that is above 1: a sum of large numbers is
     *                 off by their rounding, however small it is
     * @return how far they are apart
     */
    public static OutputDifference of(
        final TensorInfo info, final MemorySegment is, final MemorySegment should, final double relative, final double absolute) {
        final boolean fractions = switch (info.type()) {
            case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> true;
            default -> false;
        };
        double magnitude = 0;
        for (long i = 0; fractions && i < info.elements(); i++) {
            final double value = Math.abs(element(info, should, i));
            magnitude = Double.isFinite(value) ? Math.max(magnitude, value) : magnitude;
        }
        double largest = 0;
        double squares = 0;
        double reference = 0;
        long beyond = 0;
        final long elements = info.elements();
        for (long i = 0; i < elements; i++) {
            final double a = element(info, is, i);
            final double b = element(info, should, i);
            final boolean same = a == b || Double.isNaN(a) && Double.isNaN(b);
            final double difference = same ? 0 : Math.abs(a - b);
            final double allowed = fractions ? absolute * Math.max(1, magnitude) + relative * Math.abs(b) : 0;
            beyond += same || difference <= allowed && Double.isFinite(b) ? 0 : 1;
            largest = Math.max(largest, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
            squares += difference * difference;
            reference = Math.max(reference, Double.isNaN(b) ? 0 : Math.abs(b));
        }
        return new OutputDifference(largest, elements == 0 ? 0 : Math.sqrt(squares / elements), reference, beyond);
    }

    /**
     * The largest difference as a share.
     *
     * @return of the largest magnitude, where that is above 1
     */
    public double share() {
        return largest / Math.max(1, Double.isInfinite(reference) ? 1 : reference);
    }

    private static double element(final TensorInfo info, final MemorySegment memory, final long index) {
        return switch (info.type()) {
            case FLOAT -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case DOUBLE -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
            case FLOAT16 -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index));
            case BFLOAT16 -> Float.intBitsToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, index) << 16);
            case INT8, BOOL -> memory.get(ValueLayout.JAVA_BYTE, index);
            case UINT8 -> memory.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
            case INT16 -> memory.getAtIndex(ValueLayout.JAVA_SHORT, index);
            case UINT16 -> memory.getAtIndex(ValueLayout.JAVA_SHORT, index) & 0xFFFF;
            case INT32 -> memory.getAtIndex(ValueLayout.JAVA_INT, index);
            case UINT32 -> Integer.toUnsignedLong(memory.getAtIndex(ValueLayout.JAVA_INT, index));
            case INT64, UINT64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, index);
        };
    }
}
