// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.util.Locale;

/** Numbers for narrow columns: three digits and a unit, at most six characters below the largest unit. */
final class ShortNumbers {
    private static final String[] TIMES = {"ns", "us", "ms", "s"};
    private static final String[] SIZES = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final String[] COUNTS = {"", "k", "M", "G", "T"};
    private static final int THOUSAND = 1000;
    private static final int KIBI = 1024;
    private static final long WHOLE = 100_000;

    private ShortNumbers() {
    }

    /** Nanoseconds such as {@code 13.7ms}; a negative number is unknown. */
    static String time(final long ns) {
        return ns < 0 ? "-" : scaled(ns, THOUSAND, TIMES);
    }

    /** Bytes such as {@code 11.2GiB}. */
    static String size(final long bytes) {
        return scaled(bytes, KIBI, SIZES);
    }

    /** A count, exact below 100,000. */
    static String count(final long count) {
        return count < WHOLE ? Long.toString(count) : scaled(count, THOUSAND, COUNTS);
    }

    private static String scaled(final long number, final int step, final String[] units) {
        double value = number;
        int unit = 0;
        while (unit < units.length - 1 && Math.round(value) >= step) {
            value /= step;
            unit++;
        }
        final String format = unit == 0 || value >= 99.95 ? "%.0f" : value >= 9.995 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value) + units[unit];
    }
}
