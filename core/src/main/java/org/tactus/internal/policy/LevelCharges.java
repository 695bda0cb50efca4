// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.tactus.model.TaskSet;

/**
 * What the test at run time must charge beside WCETs on one device.
 *
 * @param overheadNs   for each segment: dispatch and completion, nanoseconds
 * @param stallAheadNs the platform takes at most this and {@code stallRate} of a window; nanoseconds
 * @param stallRate    share of a window that the platform takes in the long run
 */
public record LevelCharges(long overheadNs, double stallAheadNs, double stallRate) {
    /** A machine that adds nothing. */
    public static final LevelCharges NONE = new LevelCharges(0, 0, 0);

    /**
     * What a set declares of one of its devices: the overheads that its analyses charge, and the line over its stall curve.
     *
     * @param set    the set
     * @param device index of the device
     * @return the charges
     */
    public static LevelCharges of(final TaskSet set, final int device) {
        final long completionNs = set.charged().completionNs();
        final long dispatchNs = set.dispatchNs(device);
        final long overheadNs = dispatchNs > Long.MAX_VALUE / 4 || completionNs > Long.MAX_VALUE / 4 ? Long.MAX_VALUE / 4
            : dispatchNs + completionNs;
        return new LevelCharges(overheadNs, set.stallAheadNs(device), set.stallRate(device));
    }
}
