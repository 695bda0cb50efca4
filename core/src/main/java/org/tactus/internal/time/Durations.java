// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.time;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes durations such as {@code 2.5ms}, exact to the nanosecond. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(ns|us|ms|s)");

    private Durations() {
    }

    /**
     * Reads a duration: a decimal number that is not negative and one of ns, us, ms, s.
     *
     * @param text what a person wrote
     * @return nanoseconds
     * @throws IllegalArgumentException with one sentence that says what is wrong and what would be right
     */
    public static long parse(final String text) {
        final Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                "'" + text + "' is not a duration; write a number and ns, us, ms or s, such as 2.5ms");
        }
        final int exponent = switch (matcher.group(2)) {
            case "ns" -> 0;
            case "us" -> 3;
            case "ms" -> 6;
            default -> 9;
        };
        final BigDecimal ns = new BigDecimal(matcher.group(1)).scaleByPowerOfTen(exponent);
        try {
            return ns.longValueExact();
        } catch (final ArithmeticException e) {
            if (ns.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
                throw new IllegalArgumentException(
                    "'" + text + "' is too long; the longest duration is " + exact(Long.MAX_VALUE), e);
            }
            throw new IllegalArgumentException("'" + text + "' is not a whole number of nanoseconds", e);
        }
    }

    /**
     * Writes a duration with three significant decimals at most, in the largest unit that keeps it at 1 or more.
     *
     * @param ns nanoseconds
     * @return for people, such as {@code 12.5ms}
     */
    public static String format(final long ns) {
        final long size = Math.abs(ns);
        final String unit;
        final int exponent;
        if (size >= 1_000_000_000L) {
            unit = "s";
            exponent = 9;
        } else if (size >= 1_000_000L) {
            unit = "ms";
            exponent = 6;
        } else if (size >= 1_000L) {
            unit = "us";
            exponent = 3;
        } else {
            unit = "ns";
            exponent = 0;
        }
        return BigDecimal.valueOf(ns, exponent).setScale(3, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString() + unit;
    }

    /**
     * Writes a duration to the nanosecond, in the largest unit that keeps it at 1 or more; {@link #parse} reads it back equal.
     *
     * @param ns nanoseconds, not negative
     * @return such as {@code 12.345678ms}
     */
    public static String exact(final long ns) {
        final int exponent = ns >= 1_000_000_000L ? 9 : ns >= 1_000_000L ? 6 : ns >= 1_000L ? 3 : 0;
        final String unit = switch (exponent) {
            case 9 -> "s";
            case 6 -> "ms";
            case 3 -> "us";
            default -> "ns";
        };
        return BigDecimal.valueOf(ns, exponent).stripTrailingZeros().toPlainString() + unit;
    }
}
