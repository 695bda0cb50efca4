// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import java.util.Arrays;
import java.util.Locale;

/**
 * A quantity over several rounds.
 *
 * @param median of them; of an even number the lower one
 * @param least  the least
 * @param most   the largest
 */
record Spread(double median, double least, double most) {
    static Spread of(final double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Spread(sorted[(sorted.length - 1) / 2], sorted[0], sorted[sorted.length - 1]);
    }

    /** Median, and the range in brackets. */
    String text(final int decimals) {
        final String number = "%." + decimals + "f";
        return String.format(Locale.ROOT, number + " (" + number + " to " + number + ')', median, least, most);
    }
}
