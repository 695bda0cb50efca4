// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.internal.policy.LevelCharges;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;

/** The dispatcher runs the work of the level that the policy chose. The set is that of {@code LevelResultTest}. */
class LevelDispatcherTest {
    private static DispatcherRig rig(final boolean levels) {
        final DispatcherRig rig = new DispatcherRig(TaskSet.builder("levels").policy(PolicyKind.EDF).device(DeviceSpec.cpu("cpu0"))
            .task("a", task -> task.periodNs(20).deadlineNs(10).segment("cpu0", 2).levels(false,
                List.of(new Segment.Level(2, 0.25), new Segment.Level(6, 0.5), new Segment.Level(10, 1))))
            .task("b", task -> task.periodNs(20).deadlineNs(12).segment("cpu0", 3)).build());
        if (levels) {
            rig.dispatchers[0].takeLevels(LevelCharges.NONE);
        }
        rig.command(0, CommandDescriptor.ADMIT, 0, 0);
        rig.command(0, CommandDescriptor.ADMIT, 1, 0);
        rig.dispatchers[0].doWork(0);
        return rig;
    }

    @Test
    void shouldTakeAsLongAsTheChosenLevelWhenItRunsASegment() {
        final DispatcherRig rig = rig(true);
        assertEquals(6 + 3, rig.nowNs);
        assertEquals(0, rig.dispatchers[0].recorder.overruns[0]);
        assertEquals(List.of(0L, 1L, 0L), rig.dispatchers[0].recorder.levels.result(0, "a", 3).taken());
    }

    @Test
    void shouldTakeFirstLevelsWhenNoneWasAllowed() {
        assertEquals(2 + 3, rig(false).nowNs);
    }
}
