// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** What is late for a slot's task, a stop, a ring, a caller, leaves the next task of the slot alone. */
class SlotReuseTest {
    private static TaskSet set(final Release release, final String home) {
        return TaskSet.builder("set").device(DeviceSpec.modelled("a")).device(DeviceSpec.modelled("b"))
            .task("t", t -> t.periodNs(10).release(release).segment(home, 2)).build();
    }

    private static Task task(final Release release, final String home) {
        return set(release, home).tasks().getFirst();
    }

    /** A rig whose only task has stopped at 6, so that its slot may be used anew. */
    private static Rig stopped(final Release release) {
        final Rig rig = new Rig(set(release, "a"));
        rig.state.requestStop(0, 1);
        rig.devices[0].stop(0, 1, 6);
        assertTrue(rig.state.isStopped(0));
        rig.take();
        return rig;
    }

    @Test
    void shouldGoOnReleasingWhenAStopOfTheSlotsLastTaskIsLate() {
        final Rig rig = stopped(Release.PERIODIC);
        final int generation = rig.state.define(0, task(Release.PERIODIC, "a"), 0, 1);
        rig.devices[0].admit(0, 10);
        rig.state.requestStop(0, generation - 1);
        rig.devices[0].stop(0, generation - 1, 7);
        rig.devices[0].quiesce(0, generation - 1, 7);
        assertFalse(rig.state.isStopRequested(0));
        assertEquals(1, rig.devices[0].release(10));
        assertEquals(List.of("release 0#0 of 10 @10"), rig.take());
    }

    @Test
    void shouldGoOnReleasingWhenAStopThatNobodyAskedForComes() {
        final Rig rig = new Rig(set(Release.PERIODIC, "a"));
        rig.devices[0].stop(0, 1);
        assertEquals(1, rig.devices[0].release(0));
    }

    @Test
    void shouldRefuseACallerWhenAnotherTaskHasItsSlot() {
        final Rig rig = stopped(Release.SPORADIC);
        final int generation = rig.state.define(0, task(Release.SPORADIC, "a"), 0, 1);
        rig.devices[0].admit(0, 10);
        assertEquals(SporadicGate.STOPPED, rig.gate.release(0, generation - 1, 50));
        assertFalse(rig.state.isArriving(0));
        assertEquals(0, rig.devices[0].release(51));
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, generation, 52));
        rig.devices[0].release(53);
        assertEquals(List.of("release 0#0 of 52 @53"), rig.take());
    }

    @Test
    void shouldNotTakeAnothersArrivalWhenARingIsLateAndTheSlotHasAnotherHome() {
        final Rig rig = new Rig(set(Release.SPORADIC, "a"));
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, 1, 5)); // its ring stays unanswered
        rig.state.requestStop(0, 1);
        rig.devices[0].stop(0, 1, 6);
        final int generation = rig.state.define(0, task(Release.SPORADIC, "b"), 0, 1);
        rig.devices[1].admit(0, 10);
        assertEquals(SporadicGate.ACCEPTED, rig.gate.release(0, generation, 20));
        rig.take();
        rig.devices[0].release(21);
        assertEquals(List.of(), rig.take(), "the arrival is not of this device");
        rig.devices[1].release(22);
        assertEquals(List.of("release 0#0 of 20 @22"), rig.take());
    }

    @Test
    void shouldRefuseAndWriteNothingWhenThereIsNoSporadicTask() {
        final Rig rig = new Rig(set(Release.PERIODIC, "a"));
        final byte[] before = bytes(rig.state);
        assertEquals(SporadicGate.NOT_SPORADIC, rig.gate.release(0, 1, 5));
        assertEquals(SporadicGate.NOT_SPORADIC, rig.gate.release(0, 5));
        for (final int slot : new int[] {-1, Integer.MIN_VALUE, 1, 63, 64, 100, Integer.MAX_VALUE}) {
            assertEquals(SporadicGate.UNKNOWN, rig.gate.release(slot, 1, 5));
            assertEquals(SporadicGate.UNKNOWN, rig.gate.release(slot, 5));
        }
        assertEquals(SporadicGate.UNKNOWN, rig.gate.release(0, 0, 5));
        assertEquals(SporadicGate.UNKNOWN, rig.gate.release(0, -1, 5));
        assertEquals(SporadicGate.STOPPED, rig.gate.release(0, 2, 5), "a generation that will come");
        assertEquals(0, rig.devices[1].release(6));
        assertTrue(java.util.Arrays.equals(before, bytes(rig.state)), "a refusal has written something");
    }

    @Test
    void shouldRefuseWhenTheSlotWasNeverUsed() {
        final PolicyState state = PolicyState.allocate(set(Release.SPORADIC, "a").policy(), 4, 4, 2);
        final SporadicGate gate = new SporadicGate(state);
        state.define(0, task(Release.SPORADIC, "a"), 0, 0);
        final byte[] before = bytes(state);
        assertEquals(SporadicGate.UNKNOWN, gate.release(3, 5));
        assertEquals(SporadicGate.STOPPED, gate.release(3, 1, 5));
        assertTrue(java.util.Arrays.equals(before, bytes(state)), "a refusal has written something");
    }

    private static byte[] bytes(final PolicyState state) {
        final byte[] bytes = new byte[PolicyState.requiredBytes(state.taskCapacity, state.segmentCapacity, state.deviceCount)];
        state.buffer.getBytes(0, bytes);
        return bytes;
    }
}
