// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device.cuda;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.tactus.internal.graph.InvalidModelException;

/** What is refused where there is only a real GPU to try it on, which no test may assume. */
class TaskRegionsTest {
    @Test
    void shouldRefuseANetworkBesideRunningTasksWhenTheHostCannotWriteTheMemory() {
        final var refused = assertThrows(InvalidModelException.class, () -> TaskRegions.requireHostReaches(false, "late"));
        assertEquals("task 'late': its network cannot join the swapped memory of a real GPU while others run there, since nothing but their"
            + " copy engines writes that memory; put the task into the set that is opened", refused.getMessage());
    }

    @Test
    void shouldPrepareBesideRunningTasksWhenTheGpuIsModelled() {
        assertDoesNotThrow(() -> TaskRegions.requireHostReaches(true, "late"));
    }
}
