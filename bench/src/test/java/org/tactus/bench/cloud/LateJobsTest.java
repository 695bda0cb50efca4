// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.cloud;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.internal.event.EventType;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.result.Stall;

/** What late jobs met is told row by row. */
class LateJobsTest {
    private static final long MS = 1_000_000;
    private static final long ZERO_NS = 7_000 * MS;

    private final LateJobs late = new LateJobs(TaskSet.builder("late").device(DeviceSpec.cpu("cpu0"))
        .task("a", task -> task.periodNs(10 * MS).segment("cpu0", MS))
        .task("b", task -> task.periodNs(20 * MS).deadlineNs(15 * MS).segment("cpu0", MS)).build());

    private void ends(final int task, final long nominalMs, final long endMs) {
        late.onEvent(EventType.COMPLETE, ZERO_NS + endMs * MS, 0, task, 0, 0, ZERO_NS + nominalMs * MS);
    }

    @Test
    void shouldNameWhatOverlappedARowOfLateJobsAndNothingElse() {
        ends(0, 0, 5);
        ends(0, 10, 25); // 5 late
        ends(1, 20, 36); // 1 late, and it overlaps
        ends(0, 50, 61); // 1 late, a row of its own
        late.onEvent(EventType.OVERRUN, ZERO_NS + 60 * MS, 0, 0, 0, 0, 3 * MS);
        assertEquals(List.of("2 jobs of a and b late at 10ms, by at most 5ms: run delay of tactus-cpu0 4ms, safepoint X of jvm 2ms",
            "1 job of a late at 50ms, by at most 1ms: overrun of a 3ms"), late.lines(ZERO_NS, List.of(
                new Stall(8 * MS, MS, "cpu0", "loop gap"), new Stall(9 * MS, 10 * MS, "tactus-cpu0", "run delay", 3 * MS),
                new Stall(20 * MS, MS, "tactus-cpu0", "run delay"), new Stall(35 * MS, 2 * MS, "jvm", "safepoint X"))));
    }

    @Test
    void shouldSaySoWhenNothingWasSeen() {
        ends(1, 40, 56);
        assertEquals(List.of("1 job of b late at 40ms, by at most 1ms: no stall was seen"), late.lines(ZERO_NS, List.of()));
        assertEquals(List.of(), new LateJobs(TaskSet.builder("none").device(DeviceSpec.cpu("cpu0"))
            .task("a", task -> task.periodNs(MS).segment("cpu0", 1)).build()).lines(0, List.of()));
    }
}
