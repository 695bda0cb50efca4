// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.policy.Doorbell;
import org.tactus.internal.policy.Doorbells;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;
import org.tactus.supply.StallCurve;

/** A dispatcher that always seems to be given something, and never finds it, gives its core away all the same. */
class FruitlessTurnsTest {
    private static final long MS = 1_000_000;
    private static final int TURNS = 200;

    private final TaskSet set = TaskSet.builder("idle").device(DeviceSpec.cpu("cpu0"))
        .task("s", t -> t.periodNs(MS).release(Release.SPORADIC).segment("cpu0", 1)).build();
    private final PolicyState state = PolicyState.allocate(set.policy(), 1, 1, 1);
    private boolean rings;
    private final Doorbell doorbell = Doorbells.of(state, 0);
    /** Whenever the dispatcher looks at the clock, somebody rings, and has nothing. */
    private final Clock clock = () -> {
        if (rings) {
            doorbell.announce(0);
        }
        return System.nanoTime();
    };

    private DispatcherThread thread(final boolean inLane) {
        final Dispatcher[] dispatchers = new Dispatcher[1];
        dispatchers[0] = new Dispatcher(0, new CpuDevice(Clock.SYSTEM, "java"), state, new Recorder(0, 1, new EventRing(1 << 16)),
            clock, Long.MAX_VALUE, new SegmentWork[1], new Throwable[1], dispatchers, null, set.overheads());
        dispatchers[0].recorder.prepare(0, new Histogram(1_000_000_000L, 3));
        if (inLane) {
            final LaneTable table = new LaneTable(1, 0);
            table.rank(0, 1, MS);
            dispatchers[0].inLane(new Lane(table, 0, ThreadSetup.NONE, 1), new boolean[1]);
        }
        return new DispatcherThread("idle", List.of(dispatchers), KernelOptions.DEFAULT, clock, ThreadSetup.NONE, List.of(),
            new StartGate(1), new PlatformWatch(StallCurve.NONE, List.of()), 0, 0, List.of());
    }

    private void shouldSleep(final DispatcherThread thread) {
        final ThreadAccounts accounts = ThreadAccounts.ofCallingThread().orElseThrow();
        rings = true;
        final long before = accounts.ownSwitches();
        for (int i = 0; i < TURNS; i++) {
            assertTrue(thread.round(Long.MAX_VALUE) < Long.MAX_VALUE, "it found something to do");
        }
        final long slept = accounts.ownSwitches() - before;
        assertTrue(slept > TURNS / 2, "of " + TURNS + " turns without work it slept in " + slept);
    }

    @Test
    void shouldSleepInALaneWhenItSeemsToBeGivenWorkAndFindsNone() {
        shouldSleep(thread(true));
    }

    @Test
    void shouldSleepWhenItSeemsToBeGivenWorkAndFindsNone() {
        shouldSleep(thread(false));
    }

    @Test
    void shouldLookAgainAtOnceWhenAGiverFinishesLate() {
        final DispatcherThread thread = thread(true);
        rings = true;
        final ThreadAccounts accounts = ThreadAccounts.ofCallingThread().orElseThrow();
        final long before = accounts.ownSwitches();
        for (int i = 0; i < IdleTime.FRUITLESS_TURNS; i++) {
            thread.round(Long.MAX_VALUE);
        }
        final long slept = accounts.ownSwitches() - before;
        assertTrue(slept < IdleTime.FRUITLESS_TURNS / 2, "a giver or two that were held up cost no sleep, but there were " + slept);
    }
}
