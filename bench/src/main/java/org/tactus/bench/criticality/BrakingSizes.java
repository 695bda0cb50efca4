// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.util.List;

/**
 * The sizes in which the braking study computes: the critical region as it is, and the frame in four scales; and what each takes.
 *
 * @param regionNs WCET of the critical region, nanoseconds
 * @param frameNs  WCET of the frame in each scale, the least first, nanoseconds
 */
record BrakingSizes(long regionNs, List<Long> frameNs) {
    /** Quarters of a frame's columns and rows, by level. */
    static final int[] QUARTERS = {1, 2, 3, 4};
    /** Number of levels. */
    static final int LEVELS = QUARTERS.length;
    /**
     * The committed network on one core of a server (AMD EPYC): the median of 150 runs of {@code tactus profile} and 30 %, since the
     * machine was loaded.
     */
    static final BrakingSizes MEASURED = new BrakingSizes(3_000_000, List.of(1_400_000L, 5_100_000L, 11_100_000L, 19_800_000L));

    BrakingSizes {
        frameNs = List.copyOf(frameNs);
    }

    /** The same on a device that takes so many times as long. */
    BrakingSizes slower(final double factor) {
        return new BrakingSizes(Math.round(regionNs * factor), frameNs.stream().map(ns -> Math.round(ns * factor)).toList());
    }

    /** Columns of the input at a level. */
    static int width(final int level) {
        return StreetScene.WIDTH * QUARTERS[level] / 4;
    }

    /** Rows of the input at a level. */
    static int height(final int level) {
        return StreetScene.HEIGHT * QUARTERS[level] / 4;
    }
}
