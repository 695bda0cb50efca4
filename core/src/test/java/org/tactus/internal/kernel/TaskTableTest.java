// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** What the monitor notes of a task, which may have left its slot to another one meanwhile. */
class TaskTableTest {
    private final Task task = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).task("a", t -> t.periodNs(1_000).segment("cpu0", 1))
        .build().tasks().getFirst();
    private final TaskTable tasks = new TaskTable(KernelOptions.DEFAULT);

    private int put(final String name, final int generation) {
        final Task named = task.withName(name);
        final int slot = tasks.put(named, named, List.of(new TimedWork(Clock.SYSTEM, named.segments().getFirst(), 1)));
        assertFalse(tasks.hasFailed(slot), "before it has a generation");
        tasks.admitAs(slot, generation);
        return slot;
    }

    @Test
    void shouldNotCallTheNextTaskFailedWhenTheMonitorIsLate() {
        final int slot = put("first", 1);
        tasks.markFailed(slot, 1);
        assertTrue(tasks.hasFailed(slot));
        tasks.clear(slot);
        assertFalse(tasks.hasFailed(slot));
        assertEquals(slot, put("second", 2));
        tasks.markFailed(slot, 1); // the monitor was held up between its look at the table and its note
        assertFalse(tasks.hasFailed(slot));
        tasks.markFailed(slot, 2);
        tasks.markFailed(slot, 1);
        assertTrue(tasks.hasFailed(slot), "a late note takes no other one back");
    }
}
