// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/** Which task sets with preemptive devices a run or a simulation can schedule. */
public final class Preemptions {
    private Preemptions() {
    }

    /**
     * Refuses preemptive devices under EDF. Such a device has a thread for each level, and under EDF the level of a task would change from
     * job to job: levels by relative deadlines are another policy, and the system's own EDF (SCHED_DEADLINE) refuses a thread that
     * is bound to a core.
     *
     * @param set the set
     * @throws InvalidTaskSetException at the device, with what would be right
     */
    public static void require(final TaskSet set) {
        for (int i = 0; i < set.platform().devices().size(); i++) {
            final DeviceSpec device = set.platform().devices().get(i);
            if (device.isPreemptive() && set.policy() != PolicyKind.FIXED_PRIORITY) {
                throw new InvalidTaskSetException("platform.devices[" + i + "].preemption", "'" + device.name()
                    + "' cannot be preemptive under 'policy: " + set.policy().text() + "', since the system preempts by fixed levels; write"
                    + " 'policy: fixed-priority', or 'preemption: segments'");
            }
        }
    }
}
