// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.Optional;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.model.TaskSet;

/** Asked before a task is taken; may be slow, is called by the control thread, one call at a time. */
@FunctionalInterface
public interface Admission {
    /** Takes every set. */
    Admission ALL = candidate -> Optional.empty();

    /**
     * Judges a set.
     *
     * @param candidate the set as it would be: in the order that decides among equals, with the removed tasks that still count
     * @return why it is refused, in one sentence; empty when it may run
     */
    Optional<String> refusal(TaskSet candidate);

    /**
     * How long one device can be busy without a break: so long at most a removed task counts that shared nothing but this device.
     *
     * @param group tasks that use a single device, all of those that do
     * @return nanoseconds; {@link ModeChanges#UNKNOWN} when that is not known
     */
    default long longestBusyPeriodNs(final TaskSet group) {
        return ModeChanges.UNKNOWN;
    }
}
