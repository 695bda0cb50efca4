// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.TaskSet;

/** The order of ready jobs where mandatory parts go before all optional ones. */
class MandatoryFirstTest {
    private static final Segment.Level ONE = new Segment.Level(5, 0);

    @Test
    void shouldRunAllMandatoryPartsFirstWhenOptionalOnesAreDueEarlier() {
        final TaskSet set = TaskSet.builder("order").policy(PolicyKind.EDF_MANDATORY_FIRST).device(DeviceSpec.modelled("acc0"))
            .task("early", task -> task.periodNs(50).segment("acc0", 5).segment("acc0", 5).levels(true, List.of(ONE)))
            .task("late", task -> task.periodNs(90).segment("acc0", 5).segment("acc0", 5).levels(true, List.of(ONE)))
            .task("last", task -> task.periodNs(99).segment("acc0", 5)).build();
        final PolicyState state = PolicyState.allocate(set.policy(), 3, 5, 1);
        final DeviceScheduler scheduler = new DeviceScheduler(state, 0, JobListener.NONE);
        for (int i = 0; i < 3; i++) {
            state.define(i, set.tasks().get(i), 2 * i, 0);
            scheduler.admit(i, 0);
        }
        scheduler.release(0);
        final StringBuilder order = new StringBuilder();
        for (int slot = scheduler.select(); slot != PolicyState.NONE; slot = scheduler.select()) {
            order.append(slot).append(state.segmentIndex(slot) == 0 ? "m " : "o ");
            scheduler.segmentDone(slot, 1, false);
        }
        assertEquals("0m 1m 2m 0o 1o ", order.toString());
    }
}
