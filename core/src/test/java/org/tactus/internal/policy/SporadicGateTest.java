// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class SporadicGateTest {
    private static Rig rig(final BacklogAction action, final int tasks) {
        final TaskSetBuilder builder = TaskSet.builder("set").device(DeviceSpec.modelled("a"));
        for (int i = 0; i < tasks; i++) {
            builder.task("t" + i, t -> t.periodNs(10).release(Release.SPORADIC).onBacklog(action).segment("a", 3));
        }
        return new Rig(builder.build());
    }

    @Test
    void shouldMakeTheArrivalTheNominalReleaseHoweverLateItIsSeen() {
        final Rig rig = rig(BacklogAction.QUEUE, 1);
        assertEquals(Long.MAX_VALUE, rig.devices[0].nextReleaseNs());
        assertEquals(0, rig.devices[0].release(99), "nobody rang");
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 100));
        assertEquals(SporadicGate.TOO_EARLY, rig.gate.release(0, 109));
        assertEquals(SporadicGate.QUEUE_FULL, rig.gate.release(0, 110), "the dispatcher has not seen the first");
        assertEquals(1, rig.devices[0].release(130));
        assertEquals(SporadicGate.TOO_EARLY, rig.gate.release(0, 109));
        assertFalse(rig.state.isArriving(0));
        assertEquals(0, rig.state.backlog(0));
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 131));
        assertTrue(rig.state.isArriving(0), "accepted, and not taken yet");
        assertEquals(1, rig.state.backlog(0), "it counts as waiting, so that a run that ends now does not lose it");
        assertEquals(0, rig.state.backlogMisses(0, 131));
        assertEquals(1, rig.state.backlogMisses(0, 142));
        assertEquals(List.of("release 0#0 of 100 @130"), rig.take());
    }

    @Test
    void shouldHoldAnArrivalBackAndLoseNoneWhenTheBacklogIsFull() {
        final Rig rig = rig(BacklogAction.QUEUE, 1);
        int accepted = 0;
        for (long now = 0; now < 400; now += 10) {
            final int answer = rig.gate.release(0, now);
            accepted += answer == SporadicGate.ACCEPTED ? 1 : 0;
            assertEquals(accepted < 18 || answer == SporadicGate.ACCEPTED ? SporadicGate.ACCEPTED : SporadicGate.QUEUE_FULL, answer);
            rig.devices[0].release(now);
        }
        assertEquals(18, accepted, "one live, 16 in the backlog, one held back");
        for (int job = 0; job < 18; job++) {
            assertEquals(10L * job, rig.state.nominalReleaseNs(0));
            rig.run(0, 400 + job, 401 + job);
        }
        assertEquals(PolicyState.NONE, rig.devices[0].select());
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 500));
    }

    @Test
    void shouldSkipArrivalsBehindAnUnfinishedJobWhenToldToDropThem() {
        final Rig rig = rig(BacklogAction.DROP, 1);
        rig.gate.release(0, 0);
        rig.devices[0].release(0);
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 10));
        rig.devices[0].release(11);
        assertEquals(List.of("release 0#0 of 0 @0", "skip 0 of 10 @11"), rig.take());
    }

    @Test
    void shouldFindEveryArrivalWhenManyTasksRang() {
        final Rig rig = rig(BacklogAction.QUEUE, 200);
        for (int task = 0; task < 200; task += 3) {
            assertEquals(SporadicGate.ACCEPTED, rig.gate.release(task, 7));
        }
        assertEquals(67, rig.devices[0].release(8));
        for (int task = 0; task < 200; task += 3) {
            assertEquals(task, rig.devices[0].select());
            rig.devices[0].segmentDone(task, 9, 1, false);
        }
    }

    @Test
    void shouldRefuseWhenTheTaskStops() {
        final Rig rig = rig(BacklogAction.QUEUE, 1);
        rig.state.requestStop(0);
        assertEquals(SporadicGate.STOPPED, rig.gate.release(0, 0));
        rig.devices[0].stop(0, 1);
        assertFalse(rig.state.isArriving(0));
    }
}
