// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import java.util.List;
import java.util.OptionalLong;

/**
 * The bounds that were in force for a task, one after the other. A bound changes when another task is admitted or has stopped counting.
 *
 * @param bounds earliest first
 * @param beyond jobs that took longer than every bound that was in force between their nominal release and their end
 */
public record BoundsHeld(List<Held> bounds, long beyond) {
    /**
     * A bound, and from when on it was in force.
     *
     * @param fromNs  nanoseconds of the run's clock, from its time zero
     * @param boundNs nanoseconds from the nominal release; empty when there was none
     */
    public record Held(long fromNs, OptionalLong boundNs) {
    }

    public BoundsHeld {
        bounds = List.copyOf(bounds);
    }

    /**
     * The largest bound that was ever in force: what the largest response stands beside.
     *
     * @return nanoseconds; empty when at some time there was none
     */
    public OptionalLong largestNs() {
        return bounds.isEmpty() || bounds.stream().anyMatch(held -> held.boundNs().isEmpty()) ? OptionalLong.empty()
            : bounds.stream().mapToLong(held -> held.boundNs().getAsLong()).max();
    }
}
