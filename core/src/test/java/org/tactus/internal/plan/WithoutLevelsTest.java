// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.NamedVariant;
import org.tactus.model.PolicyKind;
import org.tactus.model.Precision;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;

/** What a plan says to a set with levels: nothing that its command has no option for. */
class WithoutLevelsTest {
    private static final long MS = 1_000_000;

    private static TaskSet set(final PolicyKind policy, final boolean levels) {
        return TaskSet.builder("both").policy(policy).device(DeviceSpec.modelled("gpu0")).device(DeviceSpec.cpu("cpu0"))
            .device(DeviceSpec.modelled("acc0"))
            .task("signs", task -> task.periodNs(60 * MS).segment(List.of(
                new NamedVariant("gpu0", Precision.FP32, 2 * MS, 0, ActualTime.WCET),
                new NamedVariant("cpu0", Precision.FP32, 5 * MS, 0, ActualTime.WCET))))
            .task("front", task -> task.periodNs(200 * MS).segment("acc0", 15 * MS).levels(false,
                levels ? List.of(new Segment.Level(15 * MS, 0), new Segment.Level(45 * MS, 1)) : List.of())).build();
    }

    @Test
    void shouldSayWhatToDoWhenASetThatIsPlannedHasLevels() {
        final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class,
            () -> Planners.byName("lalarand").orElseThrow().plan(set(PolicyKind.EDF, true)));
        assertEquals("tasks[1].segments[0]", refused.field());
        assertTrue(refused.getMessage().startsWith("'front' has levels, and plans are made by tests that know none; plan the tasks of"),
            refused.getMessage());
        assertFalse(refused.getMessage().contains("sam-slack"), "plan has no option for a test");
    }

    @Test
    void shouldNameThePolicyWhenMandatoryPartsGoFirst() {
        final InvalidTaskSetException refused = assertThrows(InvalidTaskSetException.class,
            () -> Planners.byName("lalarand").orElseThrow().plan(set(PolicyKind.EDF_MANDATORY_FIRST, false)));
        assertEquals("policy", refused.field());
    }

    @Test
    void shouldPlanWhenNothingHasLevels() {
        assertDoesNotThrow(() -> Planners.byName("lalarand").orElseThrow().plan(set(PolicyKind.EDF, false)));
    }
}
