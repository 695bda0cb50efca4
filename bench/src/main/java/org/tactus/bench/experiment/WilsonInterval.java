// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

/**
 * The interval of Wilson (1927) around a share that was counted: with probability 95 % it holds the share that would be found over all sets
 * from which these were drawn. Unlike the normal approximation it stays within 0 and 1, and is not empty when none or all were accepted.
 *
 * @param low  from 0 to 1
 * @param high from low to 1
 */
public record WilsonInterval(double low, double high) {
    /** The normal distribution's quantile for 95 %, two-sided. */
    private static final double Z = 1.959963984540054;

    /**
     * Computes the interval.
     *
     * @param accepted how many were accepted
     * @param total    of how many, above 0
     * @return the interval
     */
    public static WilsonInterval of(final long accepted, final long total) {
        final double share = (double) accepted / total;
        final double z2 = Z * Z;
        final double middle = (share + z2 / (2 * total)) / (1 + z2 / total);
        final double half = Z * Math.sqrt(share * (1 - share) / total + z2 / (4.0 * total * total)) / (1 + z2 / total);
        return new WilsonInterval(accepted == 0 ? 0 : Math.max(0, middle - half), accepted == total ? 1 : Math.min(1, middle + half));
    }

    /**
     * Half of the width, for a short form.
     *
     * @return from 0 to 0.5
     */
    public double half() {
        return (high - low) / 2;
    }
}
