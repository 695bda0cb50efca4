// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.lifecycle.WarmUp;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

class TimedWorksTest {
    @Test
    void shouldWarmTheSpinUpOnceAProcessWhenTasksAreMany() {
        final TaskSet set = TaskSet.builder("two").device(DeviceSpec.modelled("d0"))
            .task("a", t -> t.periodNs(1000).segment("d0", 10)).task("b", t -> t.periodNs(1000).segment("d0", 10)).build();
        final TimedWorks works = new TimedWorks();
        assertEquals(1, works.prepare(set, List.of(), set.tasks().getFirst(), 0).size());
        final int[] again = new int[1];
        assertFalse(WarmUp.once(TimedWork.class, () -> again[0]++), "the first task has done it for all");
        assertEquals(1, works.prepare(set, List.of(), set.tasks().getLast(), 0).size());
        assertEquals(0, again[0]);
    }
}
