// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.OverrunAction;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;

class StopTest {
    private static TaskSet set(final Release release) {
        return TaskSet.builder("set").device(DeviceSpec.modelled("a")).device(DeviceSpec.modelled("b"))
            .task("t", t -> t.periodNs(10).release(release).segment("a", 2).segment("b", 2).segment("b", 2)).build();
    }

    private static Rig released() {
        final Rig rig = new Rig(set(Release.PERIODIC));
        rig.devices[0].release(0);
        rig.take();
        return rig;
    }

    private static void stop(final Rig rig, final long nowNs) {
        rig.state.requestStop(0);
        rig.devices[0].stop(0, nowNs);
    }

    @Test
    void shouldStopAtOnceWhenIdle() {
        final Rig rig = new Rig(set(Release.PERIODIC));
        stop(rig, 0);
        assertTrue(rig.state.isStopped(0));
        assertEquals(0, rig.devices[0].release(1000));
        assertEquals(List.of("stopped 0 @0"), rig.take());
        stop(rig, 5);
        assertEquals(List.of(), rig.take(), "a second stop finds nothing to do");
    }

    @Test
    void shouldAbortAReadyJobWhenItIsSelected() {
        final Rig rig = released();
        stop(rig, 1);
        assertFalse(rig.state.isStopped(0));
        final int task = rig.devices[0].select();
        assertTrue(rig.state.isStopRequested(task));
        assertEquals(DeviceScheduler.ENDED, rig.devices[0].segmentDone(task, 2, true));
        assertEquals(List.of("abort 0#0 @2", "stopped 0 @2"), rig.take());
    }

    @Test
    void shouldAbortAfterTheRunningSegmentAndCountTheBacklogAsSkipped() {
        final Rig rig = released();
        final int task = rig.devices[0].select();
        rig.devices[0].started(task, 0);
        rig.devices[0].release(10);
        stop(rig, 11);
        assertEquals(DeviceScheduler.ENDED, rig.devices[0].segmentDone(task, 12, false));
        assertEquals(List.of("overrun 0#0.0 by 10", "abort 0#0 @12", "skip 0 of 10 @12", "stopped 0 @12"), rig.take());
        assertTrue(rig.state.isStopped(0));
    }

    @Test
    void shouldComeHomeAndStopWhenTheJobIsInTransitOrElsewhere() {
        final Rig rig = released();
        assertEquals(DeviceScheduler.HAND_OVER, rig.run(0, 0, 2));
        stop(rig, 3);
        rig.devices[1].arrive(0, 4);
        final int task = rig.devices[1].select();
        assertTrue(rig.state.isStopRequested(task));
        assertEquals(DeviceScheduler.RETURN_HOME, rig.devices[1].segmentDone(task, 5, true));
        assertFalse(rig.state.isStopped(0));
        rig.devices[0].arrive(0, 6);
        assertEquals(List.of("abort 0#0 @5", "stopped 0 @6"), rig.take());
        assertTrue(rig.state.isStopped(0));
    }

    @Test
    void shouldCompleteWhenOnlyTheLastSegmentWasLeft() {
        final Rig rig = released();
        rig.run(0, 0, 2);
        rig.devices[1].arrive(0, 2);
        rig.run(1, 2, 4);
        final int task = rig.devices[1].select();
        rig.devices[1].started(task, 4);
        stop(rig, 5);
        assertEquals(DeviceScheduler.RETURN_HOME, rig.devices[1].segmentDone(task, 6, false));
        rig.devices[0].arrive(0, 7);
        assertEquals(List.of("complete 0#0 @6", "stopped 0 @7"), rig.take());
    }

    @Test
    void shouldStopByItselfWhenAnOverrunAsksForIt() {
        final Rig rig = new Rig(TaskSet.builder("set").device(DeviceSpec.modelled("a"))
            .task("t", t -> t.periodNs(10).onOverrun(OverrunAction.STOP).segment("a", 2)).build());
        rig.devices[0].release(0);
        rig.run(0, 0, 3);
        assertEquals(List.of("release 0#0 of 0 @0", "overrun 0#0.0 by 1", "complete 0#0 @3", "stopped 0 @3"), rig.take());
        assertEquals(Long.MAX_VALUE, rig.devices[0].nextReleaseNs());
    }

    @Test
    void shouldLeaveALaterTaskOfTheSlotAloneWhenAStaleStopComes() {
        final Rig rig = new Rig(set(Release.SPORADIC));
        stop(rig, 0);
        rig.take();
        rig.state.define(0, set(Release.SPORADIC).tasks().getFirst(), 0, 1);
        rig.devices[0].stop(0, 1);
        assertFalse(rig.state.isStopped(0));
        assertEquals(List.of(), rig.take());
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 5));
    }

    @Test
    void shouldCountAClaimedArrivalAsSkippedAndCloseTheGateWhenTheTaskStops() {
        final Rig rig = new Rig(set(Release.SPORADIC));
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 5));
        stop(rig, 6);
        assertEquals(List.of("skip 0 of 5 @6", "stopped 0 @6"), rig.take());
        assertEquals(SporadicGate.STOPPED, rig.gate.release(0, 50));
        rig.devices[0].release(60);
        assertEquals(List.of(), rig.take(), "a late ring changes nothing");
        rig.state.define(0, set(Release.SPORADIC).tasks().getFirst(), 0, 1);
        rig.devices[0].admit(0, 60);
        rig.devices[0].release(61);
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 62));
        rig.devices[0].release(63);
        assertEquals(List.of("release 0#0 of 62 @63"), rig.take());
    }
}
