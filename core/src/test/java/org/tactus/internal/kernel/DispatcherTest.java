// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

/** One dispatcher in virtual time: what it reads between segments, and what it survives. */
class DispatcherTest {
    private static final int MOST_SEGMENTS = 100;

    private static TaskSet overloaded() {
        return TaskSet.builder("overloaded").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .task("flood", t -> t.periodNs(10).priority(2).segment("cpu0", 15))
            .task("urgent", t -> t.periodNs(1000).priority(1).segment("cpu0", 1)).build();
    }

    @Test
    void shouldReadACommandWithinOneSegmentWhenReadyJobsNeverRunOut() {
        final DispatcherRig rig = new DispatcherRig(overloaded());
        rig.command(0, CommandDescriptor.ADMIT, 0, 0);
        rig.inside = count -> {
            if (count == 4) {
                rig.command(0, CommandDescriptor.ADMIT, 1, rig.nowNs);
            }
            if (count == 6) {
                rig.command(0, CommandDescriptor.QUIESCE, 0, rig.nowNs);
            }
            assertTrue(count < MOST_SEGMENTS, "the command was not read in " + count + " segments");
        };
        rig.dispatchers[0].doWork(0);
        assertEquals(List.of(0, 0, 0, 0, 0, 1), rig.started.subList(0, 6), "the added task is the most urgent");
    }

    @Test
    void shouldReleaseNoFurtherJobWhenADrainBeginsUnderOverload() {
        final DispatcherRig rig = new DispatcherRig(overloaded());
        rig.command(0, CommandDescriptor.ADMIT, 0, 0);
        rig.inside = count -> {
            if (count == 9) {
                rig.command(0, CommandDescriptor.QUIESCE, 0, rig.nowNs);
            }
            assertTrue(count < MOST_SEGMENTS, "still releasing after " + count + " segments");
        };
        rig.dispatchers[0].doWork(0);
        assertEquals(14, rig.started.size(), "released at 0, 10, ..., 130, since the drain began at 135");
        assertEquals(Long.MAX_VALUE, rig.dispatchers[0].nextReleaseNs());
        assertFalse(rig.state.isLive(0));
    }

    @Test
    void shouldReadEveryCommandWithinOneSegmentWhenThereAreMoreThanAReadTakes() {
        final TaskSet set = overloaded();
        for (int shift = 0; shift < 40; shift++) { // the ring's end comes at another place each time
            final DispatcherRig rig = new DispatcherRig(set);
            final int before = 50 * shift;
            IntStream.range(0, before).forEach(i -> rig.command(0, CommandDescriptor.FORGET, 1, 0));
            rig.dispatchers[0].doWork(0);
            rig.command(0, CommandDescriptor.ADMIT, 0, 0);
            rig.inside = count -> {
                if (count == 2) {
                    IntStream.range(0, 1000).forEach(i -> rig.command(0, CommandDescriptor.FORGET, 1, 0));
                    rig.command(0, CommandDescriptor.ADMIT, 1, rig.nowNs);
                    rig.command(0, CommandDescriptor.QUIESCE, 0, rig.nowNs);
                }
                assertTrue(count < MOST_SEGMENTS, "a command was not read in " + count + " segments");
            };
            rig.dispatchers[0].doWork(0);
            assertEquals(1, rig.started.get(3), "after " + before + " commands: " + rig.started);
        }
    }

    /** A job may be handed over before its end is recorded, but the order of a dispatcher's events is that of what happened. */
    @Test
    void shouldRecordEndAndHandOverInTheirOrderWhetherASegmentOverranOrNot() {
        for (final long beyondNs : new long[] {0, 3}) {
            final DispatcherRig rig = new DispatcherRig(TaskSet.builder("hop").device(DeviceSpec.modelled("a"))
                .device(DeviceSpec.modelled("b")).task("t", t -> t.periodNs(100).segment("a", 5).segment("b", 5)).build());
            rig.command(0, CommandDescriptor.ADMIT, 0, 10);
            rig.inside = count -> rig.nowNs += count == 0 ? beyondNs : 0;
            rig.nowNs = 10;
            rig.dispatchers[0].doWork(10);
            rig.dispatchers[1].doWork(rig.nowNs);
            final List<String> told = new ArrayList<>();
            final EventHandler teller = (type, timeNs, device, task, segment, job, argument) -> told.add(type + "@" + timeNs + " " + task
                + "/" + segment + " " + argument);
            rig.dispatchers[0].recorder.events.drain(teller, 100);
            final long endNs = 15 + beyondNs;
            final List<String> expected = new ArrayList<>(List.of(EventType.RELEASE + "@10 0/0 10", EventType.START + "@10 0/0 0",
                EventType.END + "@" + endNs + " 0/0 0"));
            if (beyondNs > 0) {
                expected.add(EventType.OVERRUN + "@" + endNs + " 0/0 " + beyondNs);
            }
            expected.add(EventType.HAND_OVER + "@" + endNs + " 0/1 1");
            assertEquals(expected, told);
            told.clear();
            rig.dispatchers[1].recorder.events.drain(teller, 100);
            assertEquals(List.of(EventType.ARRIVE + "@" + endNs + " 0/1 0", EventType.START + "@" + endNs + " 0/1 0"), told.subList(0, 2));
        }
    }

    @Test
    void shouldThrowWhenACommandIsUnknown() {
        final DispatcherRig rig = new DispatcherRig(overloaded());
        rig.command(0, 99, 1, 0);
        final IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> rig.dispatchers[0].doWork(0));
        assertTrue(thrown.getMessage().contains("99"), thrown.getMessage());
        assertFalse(rig.state.isStopped(1));
    }

    @Test
    void shouldStopOneTaskAloneWhenItsDeviceThrowsAtTheStart() {
        final DispatcherRig rig = new DispatcherRig(overloaded());
        rig.nowNs = 1;
        rig.command(0, CommandDescriptor.ADMIT, 1, 0);
        rig.command(0, CommandDescriptor.ADMIT, 0, 0);
        rig.inside = count -> {
            if (count == 3) {
                rig.command(0, CommandDescriptor.QUIESCE, 0, rig.nowNs);
            }
            if (count == 0) {
                throw new NoClassDefFoundError("gone/Class");
            }
        };
        rig.dispatchers[0].doWork(1);
        assertEquals("gone/Class", rig.errors[1].getMessage());
        assertTrue(rig.state.isStopped(1));
        assertEquals(0, rig.dispatchers[0].runningWord.startNs());
        assertTrue(rig.started.size() > 3, rig.started.toString());
    }
}
