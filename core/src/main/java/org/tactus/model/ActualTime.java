// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

/**
 * The share of its WCET that a segment takes on a device that models time, drawn uniformly between two shares.
 *
 * @param lowShare  least share, above 0
 * @param highShare largest share; above 1 it overruns on purpose
 */
public record ActualTime(double lowShare, double highShare) {
    /** Always the whole WCET. */
    public static final ActualTime WCET = new ActualTime(1, 1);
}
