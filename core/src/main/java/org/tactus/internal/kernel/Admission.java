// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.Optional;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.model.TaskSet;

/** Decides whether a task may be admitted. May be slow; the control thread calls it, one call at a time. */
@FunctionalInterface
public interface Admission {
    /** Admits every set. */
    Admission ALL = candidate -> Optional.empty();

    /**
     * Judges a set.
     *
     * @param candidate the set as it would be: in the order that decides among equals, with the removed tasks that still count
     * @return why it is refused, in one sentence; empty when it may run
     */
    Optional<String> refusal(TaskSet candidate);

    /**
     * Bounds how long one device can be busy without a break. A removed task that shared this device only counts at most that long.
     *
     * @param group tasks that use a single device, all of those that do
     * @return nanoseconds; {@link ModeChanges#UNKNOWN} when that is not known
     */
    default long longestBusyPeriodNs(final TaskSet group) {
        return ModeChanges.UNKNOWN;
    }
}
