// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;

class OverdueReleasesTest {
    private PolicyState state;
    private DeviceScheduler home;
    private OverdueReleases overdue;

    /** A task of two segments, on the home device 0 and on device 1; nothing was released yet. */
    private void define(final Consumer<TaskBuilder> definition, final long firstNs) {
        final TaskSet set = TaskSet.builder("test").policy(PolicyKind.FIXED_PRIORITY).device(DeviceSpec.modelled("d0"))
            .device(DeviceSpec.modelled("d1")).task("a", definition).build();
        state = PolicyState.allocate(set.policy(), 1, 2, 2);
        overdue = new OverdueReleases(state);
        home = new DeviceScheduler(state, 0, JobListener.NONE);
        state.define(0, set.tasks().getFirst(), 0, 5);
        state.firstRelease(0, firstNs);
    }

    private List<Long> found(final int device, final long nowNs) {
        final List<Long> found = new ArrayList<>();
        long ns = overdue.nextNs(0, device, Long.MIN_VALUE, nowNs);
        while (ns != OverdueReleases.NOTHING) {
            found.add(ns);
            ns = overdue.nextNs(0, device, ns, nowNs);
        }
        return found;
    }

    @Test
    void shouldFindLiveJobBacklogAndWhatNobodyTakesWhenTheHomeIsStuck() {
        define(t -> t.periodNs(10).deadlineNs(8).segment("d0", 1).segment("d1", 1), 100);
        home.admit(0, 100);
        home.release(125); // live: 100; waiting: 110 and 120
        assertEquals(List.of(), found(0, 108), "the deadline itself is met");
        assertEquals(List.of(100L), found(0, 109));
        assertEquals(List.of(100L, 110L, 120L, 130L, 140L), found(0, 149));
        assertEquals(List.of(), found(1, 149), "nothing waits for the other device");
        assertEquals(0, overdue.jobNumber(0, 100));
        assertEquals(-1, overdue.jobNumber(0, 110));
        assertEquals(3, overdue.lost(0, 150), "130, 140 and 150");
        assertEquals(2, overdue.lostMisses(0, 150), "of 130 and 140");
        assertEquals(0, overdue.lost(0, 129));
    }

    @Test
    void shouldFindOnlyWhatIsHeldUpWhenAnotherDeviceIsStuck() {
        define(t -> t.periodNs(10).segment("d0", 1).segment("d1", 1), 100);
        home.admit(0, 100);
        home.release(100);
        home.started(home.select(), 100);
        assertEquals(DeviceScheduler.HAND_OVER, home.segmentDone(0, 101, false));
        home.release(110);
        assertEquals(List.of(100L, 110L), found(1, 121), "the one behind cannot begin; what comes next is the home's to take");
        assertEquals(List.of(110L, 120L), found(0, 131), "the live job is not here, and its own dispatcher tells its end");
    }

    @Test
    void shouldFindNothingBehindALiveJobWhenTheTaskDropsItsBacklog() {
        define(t -> t.periodNs(10).onBacklog(BacklogAction.DROP).segment("d0", 1).segment("d1", 1), 100);
        home.admit(0, 100);
        home.release(100);
        assertEquals(List.of(100L), found(0, 200));
        assertEquals(10, overdue.lost(0, 200));
        assertEquals(0, overdue.lostMisses(0, 200));
    }

    @Test
    void shouldFindAnArrivalWhenTheHomeDoesNotTakeIt() {
        define(t -> t.periodNs(10).release(Release.SPORADIC).segment("d0", 1).segment("d1", 1), 0);
        home.admit(0, 0);
        assertEquals(SporadicGate.ACCEPTED, new SporadicGate(state).release(0, 50));
        assertEquals(List.of(), found(0, 60));
        assertEquals(List.of(50L), found(0, 61));
        assertEquals(0, overdue.lost(0, 1000), "the state's backlog counts it");
    }

    @Test
    void shouldCountNothingWhenTheTaskHasStopped() {
        define(t -> t.periodNs(10).segment("d0", 1).segment("d1", 1), 100);
        home.admit(0, 100);
        state.requestStop(0);
        home.stop(0, 105);
        assertEquals(List.of(), found(0, 1000));
        assertEquals(0, overdue.lost(0, 1000));
    }

    @Test
    void shouldCountEachReleaseThatWasDrawnBeforeTheEndWhenReleasesJitter() {
        final long first = Long.getLong("tactus.property.seed", System.nanoTime());
        for (long seed = first; seed < first + 2000; seed++) {
            final Random random = new Random(seed);
            final long periodNs = 1 + random.nextInt(50);
            final long jitterNs = random.nextInt(3) == 0 ? 0 : random.nextLong(periodNs + 1);
            final long firstNs = random.nextInt(100);
            final long endNs = random.nextInt(600);
            define(t -> t.periodNs(periodNs).jitterNs(jitterNs).segment("d0", 1).segment("d1", 1), firstNs);
            long due = 0;
            for (long nominalNs = firstNs; nominalNs <= endNs; nominalNs += periodNs) {
                due += nominalNs + ReleaseJitter.drawNs(5, nominalNs, jitterNs) <= endNs ? 1 : 0;
            }
            assertEquals(due, overdue.lost(0, endNs), "seed " + seed);
        }
    }
}
