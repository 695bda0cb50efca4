// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Which task sets with preemptive devices a run or a simulation can schedule. */
public final class Preemptions {
    private Preemptions() {
    }

    /**
     * Says why a set cannot be scheduled. A preemptive device has a thread for each level, and under EDF the level of a task would change
     * from job to job: a level by relative deadlines is another policy, and the system's own EDF (SCHED_DEADLINE) refuses a thread
     * that is bound to a core.
     *
     * @param set the set
     * @return one sentence that says what would be right; empty when it can
     */
    public static String objection(final TaskSet set) {
        if (set.policy() == PolicyKind.EDF) {
            for (final Task task : set.tasks()) {
                for (final Segment segment : task.segments()) {
                    final DeviceSpec device = set.platform().devices().get(segment.device());
                    if (device.isPreemptive()) {
                        return "'" + device.name() + "' has 'preemption: full', which runs under fixed priorities only; write 'policy:"
                            + " fixed-priority', or 'preemption: segments' for that device";
                    }
                }
            }
        }
        return "";
    }
}
