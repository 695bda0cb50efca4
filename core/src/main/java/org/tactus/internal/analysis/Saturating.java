// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

/** Sums and products of times that stop at the largest long instead of wrapping. All arguments are at least 0. */
public final class Saturating {
    private Saturating() {
    }

    /**
     * Adds.
     *
     * @param a at least 0
     * @param b at least 0
     * @return the sum, or the largest long
     */
    public static long add(final long a, final long b) {
        final long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /**
     * Multiplies.
     *
     * @param a at least 0
     * @param b at least 0
     * @return the product, or the largest long
     */
    public static long multiply(final long a, final long b) {
        final long product = a * b;
        if (((a | b) >>> 31) != 0 && (Math.multiplyHigh(a, b) != 0 || product < 0)) {
            return Long.MAX_VALUE;
        }
        return product;
    }

    /**
     * Divides and rounds up, for a dividend of at least 0.
     *
     * @param a dividend, at least 0
     * @param b divisor, above 0
     * @return the least integer that is not below the quotient
     */
    public static long ceilDivide(final long a, final long b) {
        final long quotient = a / b;
        return quotient * b == a ? quotient : quotient + 1;
    }
}
