// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.util.Arrays;

/** The middle one of some values; of an even number the upper one. */
final class Median {
    private Median() {
    }

    /** Of values in any order, which stay as they are; at least one. */
    static double of(final double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
