// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.OverrunAction;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class DeviceSchedulerTest {

    private static TaskSetBuilder set() {
        return TaskSet.builder("set").device(DeviceSpec.modelled("a")).device(DeviceSpec.modelled("b"));
    }

    private static Rig one(final Consumer<TaskBuilder> task) {
        return new Rig(set().task("t", task).build());
    }

    @Test
    void shouldOrderByPriorityThenDeadlineThenFileOrderWhenPrioritiesAreFixed() {
        final Rig rig = new Rig(set()
            .task("late", t -> t.periodNs(100).priority(2).segment("a", 1))
            .task("lateButShorter", t -> t.periodNs(100).deadlineNs(90).priority(2).segment("a", 1))
            .task("sameInFile", t -> t.periodNs(100).deadlineNs(90).priority(2).segment("a", 1))
            .task("first", t -> t.periodNs(200).priority(1).segment("a", 1)).build());
        rig.devices[0].release(0);
        assertEquals(4, rig.devices[0].readyCount());
        for (final int expected : new int[] {3, 1, 2, 0}) {
            final int task = rig.devices[0].select();
            assertEquals(expected, task);
            assertEquals(PolicyState.NONE, rig.devices[0].select(), "a busy device picks nothing");
            rig.devices[0].started(task, 0);
            rig.devices[0].segmentDone(task, 1, false);
        }
    }

    @Test
    void shouldOrderByDeadlineThenReleaseThenFileOrderUnderEdf() {
        final Rig rig = new Rig(set().policy(PolicyKind.EDF)
            .task("later", t -> t.periodNs(100).offsetNs(10).deadlineNs(40).segment("a", 1))
            .task("sameDeadlineEarlier", t -> t.periodNs(100).offsetNs(0).deadlineNs(50).segment("a", 1))
            .task("sameInFile", t -> t.periodNs(100).offsetNs(0).deadlineNs(50).priority(1).segment("a", 1))
            .task("earliest", t -> t.periodNs(100).offsetNs(20).deadlineNs(20).segment("a", 1)).build());
        rig.devices[0].release(20);
        for (final int expected : new int[] {3, 1, 2, 0}) {
            final int task = rig.devices[0].select();
            assertEquals(expected, task);
            rig.devices[0].started(task, 20);
            rig.devices[0].segmentDone(task, 21, false);
        }
    }

    /** What passing on would have to tell, it leaves to the end of the segment, untouched. */
    @Test
    void shouldPassAJobOnOnlyWhenNothingElseIsToBeTold() {
        final Rig rig = one(t -> t.periodNs(100).segment("a", 5).segment("a", 5).segment("b", 5).segment("a", 5));
        final DeviceScheduler device = rig.devices[0];
        device.release(0);
        device.started(device.select(), 0);
        assertFalse(device.passesOn(0, 5), "the next segment is here");
        assertEquals(0, rig.state.segmentIndex(0));
        assertEquals(DeviceScheduler.NEXT_HERE, device.segmentDone(0, 5, false));
        device.started(device.select(), 5);
        assertFalse(device.passesOn(0, 6), "it ran past its WCET");
        assertEquals(0, device.running());
        assertTrue(device.passesOn(0, 5));
        assertEquals(PolicyState.NONE, device.running());
        assertEquals(2, rig.state.segmentIndex(0));
        assertEquals(1, rig.state.deviceOf(0, 2));
        assertEquals(DeviceScheduler.NEXT_HERE, rig.devices[1].arrive(0, 10));
        rig.devices[1].started(rig.devices[1].select(), 10);
        assertTrue(rig.devices[1].passesOn(0, 4));
        device.arrive(0, 15);
        device.started(device.select(), 15);
        assertFalse(device.passesOn(0, 5), "it was the last one");
        assertEquals(DeviceScheduler.ENDED, device.segmentDone(0, 20, false));
        device.release(100);
        device.started(device.select(), 100);
        device.segmentDone(0, 105, false);
        device.started(device.select(), 105);
        rig.state.requestStop(0);
        assertFalse(device.passesOn(0, 5), "its task stops");
        assertEquals(DeviceScheduler.ENDED, device.segmentDone(0, 110, false));
    }

    @Test
    void shouldKeepTheDeviceWhenTheNextSegmentIsHereAndNothingMoreUrgentCame() {
        final Rig rig = new Rig(set()
            .task("high", t -> t.periodNs(100).priority(1).segment("a", 5).segment("a", 5))
            .task("low", t -> t.periodNs(100).priority(2).segment("a", 5)).build());
        rig.devices[0].release(0);
        assertEquals(DeviceScheduler.NEXT_HERE, rig.run(0, 0, 5));
        assertEquals(0, rig.devices[0].select(), "completion and next request are one event");
        assertEquals(1, rig.state.segmentIndex(0));
    }

    @Test
    void shouldHandOverAndComeHomeWhenTheChainChangesDevices() {
        final Rig rig = one(t -> t.periodNs(100).segment("a", 5).segment("b", 7));
        rig.devices[0].release(0);
        assertEquals(DeviceScheduler.HAND_OVER, rig.run(0, 0, 5));
        assertEquals(1, rig.state.segmentDevice(0));
        rig.devices[1].arrive(0, 6);
        assertEquals(DeviceScheduler.RETURN_HOME, rig.run(1, 6, 13));
        assertTrue(rig.state.isLive(0), "the slot is not home yet");
        rig.devices[0].release(100);
        rig.devices[0].arrive(0, 103);
        assertEquals(List.of("release 0#0 of 0 @0", "complete 0#0 @13", "release 0#1 of 100 @103"), rig.take());
    }

    @Test
    void shouldQueueReleasesUpToTheCapacityWhenTheJobIsUnfinished() {
        final Rig rig = one(t -> t.periodNs(10).segment("a", 5));
        rig.devices[0].release(0);
        rig.take();
        assertEquals(18, rig.devices[0].release(180), "a late tick catches up");
        assertEquals(List.of("skip 0 of 170 @180", "skip 0 of 180 @180"), rig.take());
        assertEquals(TaskDescriptor.BACKLOG_CAPACITY, rig.state.backlog(0));
        assertEquals(16, rig.state.backlogMisses(0, 1000));
        assertEquals(190, rig.devices[0].nextReleaseNs());
        for (int job = 0; job <= TaskDescriptor.BACKLOG_CAPACITY; job++) {
            assertEquals(job, rig.state.jobNumber(0));
            assertEquals(10L * job, rig.state.nominalReleaseNs(0));
            rig.run(0, 180 + job, 181 + job);
        }
        assertFalse(rig.state.isLive(0));
        assertEquals(0, rig.state.backlog(0));
    }

    @Test
    void shouldDropReleasesBehindAnUnfinishedJobWhenToldTo() {
        final Rig rig = one(t -> t.periodNs(10).onBacklog(BacklogAction.DROP).segment("a", 5));
        rig.devices[0].release(25);
        assertEquals(List.of("release 0#0 of 0 @25", "skip 0 of 10 @25", "skip 0 of 20 @25"), rig.take());
        rig.run(0, 25, 28);
        assertFalse(rig.state.isLive(0));
    }

    @Test
    void shouldSkipOneReleaseAfterAnOverrunWhenToldTo() {
        final Rig rig = one(t -> t.periodNs(10).onOverrun(OverrunAction.SKIP_NEXT).segment("a", 3).segment("a", 3));
        rig.devices[0].release(0);
        rig.run(0, 0, 4);
        rig.run(0, 4, 6);
        rig.devices[0].release(10);
        rig.devices[0].release(20);
        assertEquals(List.of("release 0#0 of 0 @0", "overrun 0#0.0 by 1", "complete 0#0 @6", "skip 0 of 10 @10", "release 0#1 of 20 @20"),
            rig.take());
    }

    @Test
    void shouldSkipTheOldestWaitingReleaseAfterAnOverrun() {
        final Rig rig = one(t -> t.periodNs(10).onOverrun(OverrunAction.SKIP_NEXT).segment("a", 3));
        rig.devices[0].release(0);
        rig.devices[0].release(20);
        rig.take();
        rig.run(0, 0, 25);
        assertEquals(List.of("overrun 0#0.0 by 22", "complete 0#0 @25", "skip 0 of 10 @25", "release 0#1 of 20 @25"), rig.take());
    }

    @Test
    void shouldTolerateWhatTheAnalysisChargesWhenSet() {
        final Rig rig = one(t -> t.periodNs(100).segment("a", 5));
        rig.state.overrunToleranceNs(2);
        rig.devices[0].release(0);
        rig.run(0, 0, 7);
        rig.devices[0].release(100);
        final int task = rig.devices[0].select();
        rig.devices[0].segmentDone(task, 130, 8, false);
        assertEquals(List.of("release 0#0 of 0 @0", "complete 0#0 @7", "release 0#1 of 100 @100", "overrun 0#1.0 by 3",
            "complete 0#1 @130"), rig.take());
    }

    @Test
    void shouldForgiveNothingThatPassedAroundAnExecutionWhenItsDeviceHasTimedIt() {
        final Rig rig = one(t -> t.periodNs(100).segment("a", 5));
        rig.state.overrunToleranceNs(3);
        rig.devices[0].release(0);
        final int task = rig.devices[0].select();
        rig.devices[0].started(task, 10);
        rig.devices[0].segmentDone(task, 18, 6, false); // the other 2 of the 3 that are charged passed outside
        rig.devices[0].release(100);
        rig.devices[0].select();
        rig.devices[0].started(task, 110);
        rig.devices[0].segmentDone(task, 119, 7, false);
        assertEquals(List.of("release 0#0 of 0 @0", "complete 0#0 @18", "release 0#1 of 100 @100", "overrun 0#1.0 by 2",
            "complete 0#1 @119"), rig.take());
    }

    @Test
    void shouldDrawJitterWithinItsRangeAndReleaseAtTheNominalTime() {
        final Rig rig = one(t -> t.periodNs(100).jitterNs(7).segment("a", 1));
        boolean least = false;
        boolean most = false;
        for (long nominal = 0; nominal < 100_000; nominal += 100) {
            final long whenNs = rig.devices[0].nextReleaseNs();
            assertTrue(whenNs >= nominal && whenNs <= nominal + 7, "jitter " + (whenNs - nominal));
            least |= whenNs == nominal;
            most |= whenNs == nominal + 7;
            assertEquals(0, rig.devices[0].release(whenNs - 1));
            assertEquals(1, rig.devices[0].release(whenNs));
            assertEquals(nominal, rig.state.nominalReleaseNs(0));
            rig.run(0, whenNs, whenNs + 1);
        }
        assertTrue(least && most, "both ends of the range are drawn");
    }

    @Test
    void shouldReleaseInTheOrderOfTimeThenPriorityWhenSeveralAreDue() {
        final Rig rig = new Rig(set()
            .task("low", t -> t.periodNs(100).offsetNs(5).priority(9).segment("a", 1))
            .task("high", t -> t.periodNs(100).offsetNs(5).priority(1).segment("a", 1))
            .task("early", t -> t.periodNs(100).offsetNs(4).priority(20).segment("a", 1)).build());
        assertEquals(3, rig.devices[0].release(9));
        assertEquals(List.of("release 2#0 of 4 @9", "release 1#0 of 5 @9", "release 0#0 of 5 @9"), rig.take());
    }
}
