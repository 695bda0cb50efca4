// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.List;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;

/** Refuses sets with levels: planners choose by tests that know none, so what they promise would not hold where levels are taken. */
public final class WithoutLevels {
    private WithoutLevels() {
    }

    /**
     * Checks a set before it is planned.
     *
     * @param set the set
     * @throws InvalidTaskSetException when a segment has levels, or jobs are ranked by their parts
     */
    public static void require(final TaskSet set) {
        for (int i = 0; i < set.tasks().size(); i++) {
            final List<Segment> segments = set.tasks().get(i).segments();
            for (int j = 0; j < segments.size(); j++) {
                if (segments.get(j).levels().size() > 1) {
                    throw new InvalidTaskSetException("tasks[" + i + "].segments[" + j + "]", "'" + set.tasks().get(i).name()
                        + "' has levels, and plans are made by tests that know none; plan the tasks of the other devices in a file of "
                        + "their own, or give the segment one 'wcet' in place of its 'levels'");
                }
            }
        }
        if (set.policy() == PolicyKind.EDF_MANDATORY_FIRST) {
            throw new InvalidTaskSetException("policy", "plans are made for jobs that rank alike in all their parts; write 'policy: edf' "
                + "or 'policy: fixed-priority'");
        }
    }
}
