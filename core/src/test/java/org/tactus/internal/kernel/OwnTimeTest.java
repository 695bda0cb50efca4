// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.result.PlatformResult;
import org.tactus.supply.StallCurve;

/** A segment runs past its WCET by its own time, not by what is taken from it. */
class OwnTimeTest {
    private static final long WCET_NS = 50_000;
    private static final long TOLERANCE_NS = 1_000;

    private long cpuNs;
    private long switches;
    private int reads;

    private OwnTime ownTime() {
        return new OwnTime(() -> {
            reads++;
            return cpuNs;
        }, () -> switches);
    }

    /** Runs one segment that executes, loses the core and waits for so long, and then its WCET by the wall. */
    private DispatcherRig rig(
        final OwnTime time, final PlatformWatch watch, final long executedNs, final long takenNs, final long waitedNs) {
        final TaskSet set = TaskSet.builder("one").device(DeviceSpec.cpu("cpu0"))
            .task("a", t -> t.periodNs(1_000_000_000).segment("cpu0", WCET_NS)).build();
        final DispatcherRig rig = new DispatcherRig(set);
        if (time != null) {
            rig.dispatchers[0].timedBy(time, watch, TOLERANCE_NS);
        }
        rig.nowNs = 1;
        rig.command(0, CommandDescriptor.ADMIT, 0, 0);
        rig.inside = count -> {
            cpuNs += executedNs;
            rig.nowNs += executedNs + takenNs + waitedNs - WCET_NS; // the rig adds the WCET
            switches += waitedNs > 0 ? 1 : 0;
        };
        rig.dispatchers[0].doWork(1);
        assertEquals(List.of(0), rig.started);
        return rig;
    }

    private static long overruns(final DispatcherRig rig) {
        return rig.dispatchers[0].recorder.overruns[0];
    }

    @Test
    void shouldBeNoOverrunWhenTheTimeBeyondTheWcetWasTaken() {
        final OwnTime time = ownTime();
        assertEquals(0, overruns(rig(time, null, WCET_NS, 3 * WCET_NS, 0)));
        assertEquals(1, time.lengthened());
        assertEquals(3 * WCET_NS, time.takenNs());
        assertEquals(3 * WCET_NS, time.longestTakenNs());
    }

    @Test
    void shouldBeAnOverrunWhenTheSegmentItselfTookLonger() {
        final OwnTime time = ownTime();
        assertEquals(1, overruns(rig(time, null, WCET_NS + TOLERANCE_NS + 1, 0, 0)));
        assertEquals(0, time.lengthened());
        assertEquals(1, overruns(rig(ownTime(), null, WCET_NS + TOLERANCE_NS + 1, 3 * WCET_NS, 0)), "also when something was taken");
    }

    @Test
    void shouldBeAnOverrunWhenTheSegmentWaitedByItself() {
        assertEquals(1, overruns(rig(ownTime(), null, WCET_NS / 2, 0, WCET_NS)), "a lock or a file is the segment's own time");
        assertEquals(1, overruns(rig(ownTime(), null, WCET_NS / 2, 3 * WCET_NS, WCET_NS)), "what of it was taken is not known");
    }

    @Test
    void shouldBeAnOverrunWhenNothingTellsWhatWasTaken() {
        assertEquals(1, overruns(rig(null, null, WCET_NS, 3 * WCET_NS, 0)));
        cpuNs = Long.MIN_VALUE / 2;
        assertEquals(1, overruns(rig(ownTime(), null, WCET_NS, 3 * WCET_NS, 0)), "the clock tells an error");
    }

    @Test
    void shouldReadTheClockOnceWhenASegmentStaysWithinItsWcet() {
        assertEquals(0, overruns(rig(ownTime(), null, WCET_NS, 0, 0)));
        assertEquals(1, reads);
    }

    @Test
    void shouldNotReadTheClockAtItsStartWhenTheThreadLookedShortlyBefore() {
        final OwnTime time = ownTime();
        cpuNs = 7_000;
        time.spun(1_000_000, () -> 1_000_300);
        assertEquals(1, reads);
        time.spun(1_000_000 + OwnTime.LOOK_NS, () -> 0);
        assertEquals(1, reads, "a look is not old before its time");
        assertEquals(7_700, time.begin(1_001_000), "what executed since the look");
        assertEquals(1, reads);
        cpuNs = 7_700 + 40_000;
        assertEquals(40_000, time.elapsedNs(90_000), "50 us were taken");
    }

    @Test
    void shouldReadTheClockAtItsStartWhenTheLookIsOldOrBeforeASleep() {
        final OwnTime time = ownTime();
        time.spun(1_000_000, () -> 1_000_300);
        cpuNs = 1_234;
        assertEquals(1_234, time.begin(1_000_300 + OwnTime.FRESH_NS + 1), "a stall since the look is not the segment's");
        time.spun(2_000_000, () -> 2_000_300);
        time.slept();
        cpuNs = 5_678;
        assertEquals(5_678, time.begin(2_000_400));
        cpuNs = -1;
        time.spun(3_000_000, () -> 3_000_300);
        assertTrue(time.begin(3_000_400) < 0, "the clock tells an error");
    }

    @Test
    void shouldNotCountASwitchBeforeTheSegmentWhenTheThreadWaitedBetweenTwo() {
        final OwnTime time = ownTime();
        time.begin(1_000_000);
        cpuNs += 300_000; // a segment within its WCET that waited for a file
        switches++;
        time.begin(1_400_000);
        cpuNs += 40_000;
        assertEquals(40_000, time.elapsedNs(90_000), "what was taken from the second segment is not its own");
        time.begin(1_500_000);
        switches++;
        cpuNs += 40_000;
        assertEquals(90_000, time.elapsedNs(90_000), "but what it waits for is");
    }

    @Test
    void shouldNotCountASwitchBeforeTheSegmentWhenASpinFollowedIt() {
        final OwnTime time = ownTime();
        time.begin(1_000_000);
        cpuNs += 300_000;
        switches++;
        time.spun(1_400_000, () -> 1_400_100);
        assertEquals(cpuNs + 900, time.begin(1_401_000));
        cpuNs += 40_000 + 900;
        assertEquals(40_000, time.elapsedNs(90_000));
    }

    @Test
    void shouldNotCountSwitchesAnewWhenTheThreadHasExecutedWithoutABreak() {
        final int[] counts = {0};
        final OwnTime time = new OwnTime(() -> cpuNs, () -> counts[0]++);
        for (int i = 1; i <= 10; i++) {
            time.begin(i * 1_000_000L);
            cpuNs += 1_000_000;
        }
        assertEquals(1, counts[0], "the one of the beginning");
    }

    @Test
    void shouldHoldWhatWasTakenAgainstTheCurve() {
        final PlatformWatch watch = new PlatformWatch(StallCurve.constant(WCET_NS), List.of(1));
        assertEquals(0, overruns(rig(ownTime(), watch, WCET_NS, 3 * WCET_NS, 0)));
        final List<PlatformResult.Break> breaks = watch.breaks(0);
        assertEquals(1, breaks.size(), breaks.toString());
        assertEquals(3 * WCET_NS, breaks.getFirst().awayNs());
    }

    @Test
    void shouldNotBelieveAClockThatShowsLessThanWasExecuted() {
        final long[] wallNs = {0};
        assertTrue(OwnTime.isBelieved(() -> wallNs[0], () -> wallNs[0] += 100));
        assertFalse(OwnTime.isBelieved(() -> wallNs[0] / 2, () -> wallNs[0] += 100), "it misses half of a spin without a gap");
        assertFalse(OwnTime.isBelieved(() -> -1, () -> wallNs[0] += 100), "it answers with an error");
        final long[] executedNs = {0};
        final long[] looks = {0};
        assertTrue(OwnTime.isBelieved(() -> executedNs[0], () -> {
            executedNs[0] += 100;
            return wallNs[0] += ++looks[0] % 100 == 0 ? 50_000 : 100;
        }), "what it leaves out are gaps that the spin saw");
    }
}
