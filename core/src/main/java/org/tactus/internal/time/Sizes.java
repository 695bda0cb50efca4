// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.time;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes sizes such as {@code 32MiB}, exact to the byte. */
public final class Sizes {
    /** The least size that is too large, {@code 2^63} bytes. */
    public static final String MOST = "8589934592GiB";
    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(B|KiB|MiB|GiB)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};
    private static final long KIBI = 1024;
    private static final int DECIMALS = 3;

    private Sizes() {
    }

    /**
     * Reads a size: a decimal number that is not negative and one of B, KiB, MiB, GiB.
     *
     * @param text what a person wrote
     * @return bytes
     * @throws IllegalArgumentException with one sentence that says what is wrong and what would be right
     */
    public static long parse(final String text) {
        final Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a size; write a number and B, KiB, MiB or GiB, such as 32MiB");
        }
        long unit = 1;
        for (int i = 0; !UNITS[i].equals(matcher.group(2)); i++) {
            unit *= KIBI;
        }
        final BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
        try {
            return bytes.longValueExact();
        } catch (final ArithmeticException e) {
            if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
                throw new IllegalArgumentException("'" + text + "' is too large; write less than " + MOST, e);
            }
            throw new IllegalArgumentException("'" + text + "' is not a whole number of bytes", e);
        }
    }

    /**
     * Writes a size with three decimals at most, in the largest unit that keeps it at 1 or more.
     *
     * @param bytes bytes
     * @return for people, such as {@code 4.5GiB}
     */
    public static String format(final long bytes) {
        return text(bytes, DECIMALS);
    }

    private static String text(final long bytes, final int decimals) {
        long unit = 1;
        int i = 0;
        while (i < UNITS.length - 1 && Math.abs(bytes) / KIBI >= unit) {
            unit *= KIBI;
            i++;
        }
        return BigDecimal.valueOf(bytes).divide(BigDecimal.valueOf(unit), decimals, RoundingMode.HALF_UP)
            .stripTrailingZeros().toPlainString() + UNITS[i];
    }

    /**
     * Writes a size as {@link #format(long)} does, with as many decimals more as it takes to tell it from another one: of two sizes in one
     * sentence the reader wants to see which is the larger.
     *
     * @param bytes bytes
     * @param other bytes that stand beside it
     * @return for people, such as {@code 12.3203125MiB} beside {@code 12.3203MiB}
     */
    public static String format(final long bytes, final long other) {
        int decimals = DECIMALS;
        while (bytes != other && text(bytes, decimals).equals(text(other, decimals))) {
            decimals++;
        }
        return text(bytes, decimals);
    }

    /**
     * Writes a size to the byte, in the largest unit in which it is whole; {@link #parse} reads it back equal.
     *
     * @param bytes bytes, not negative
     * @return such as {@code 18499MiB}
     */
    public static String exact(final long bytes) {
        long count = bytes;
        int i = 0;
        while (i < UNITS.length - 1 && count != 0 && count % KIBI == 0) {
            count /= KIBI;
            i++;
        }
        return count + UNITS[i];
    }
}
