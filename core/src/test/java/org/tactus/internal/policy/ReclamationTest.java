// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Reclaim;
import org.tactus.model.TaskSet;

class ReclamationTest {
    private static final int CPU = 0;
    private static final int GPU = 1;

    private static TaskSet set(final Reclaim budget) {
        return TaskSet.builder("offers").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("gpu0"))
            .task("t", t -> t.periodNs(1000).reclaim(budget).segment("cpu0", 10).segment("cpu0", 20).offer("gpu0", 7)
                .segment("cpu0", 30).offer("gpu0", 9).segment("gpu0", 5).segment("cpu0", 40).offer("gpu0", 8))
            .task("other", t -> t.periodNs(1000).segment("gpu0", 50)).build();
    }

    private static Rig released(final Reclaim budget) {
        final Rig rig = new Rig(set(budget));
        rig.devices[CPU].release(0);
        rig.devices[GPU].release(0);
        return rig;
    }

    /** Lets the accelerator's other job end, so that it is idle. */
    private static void idle(final Rig rig) {
        assertEquals(DeviceScheduler.ENDED, rig.run(GPU, 0, 50));
    }

    @Test
    void shouldRunThereAtOnceWhenTheAcceleratorIsIdle() {
        final Rig rig = released(new Reclaim(100, 3, 100));
        idle(rig);
        assertEquals(DeviceScheduler.HAND_OVER, rig.run(CPU, 0, 10));
        assertEquals(GPU, rig.state.segmentDevice(0), "the offer goes to the accelerator's dispatcher");
        assertFalse(rig.state.isSubstituted(0));
        assertEquals(DeviceScheduler.NEXT_HERE, rig.devices[GPU].arrive(0, 60));
        assertTrue(rig.state.isSubstituted(0));
        assertEquals(7, rig.state.wcetNs(0));
        rig.take();
        assertEquals(DeviceScheduler.NEXT_HERE, rig.run(GPU, 60, 67), "the next is offered where the job already is");
        assertEquals(9, rig.state.wcetNs(0));
        assertEquals(DeviceScheduler.NEXT_HERE, rig.run(GPU, 67, 76));
        assertFalse(rig.state.isSubstituted(0), "its own segment");
        assertEquals(DeviceScheduler.NEXT_HERE, rig.run(GPU, 76, 81));
        assertEquals(DeviceScheduler.RETURN_HOME, rig.run(GPU, 81, 89));
        assertEquals("[reclaimed 0#0 3 @89, complete 0#0 @89]", rig.take().toString());
        assertEquals(DeviceScheduler.ENDED, rig.devices[CPU].arrive(0, 90));
    }

    @Test
    void shouldGoOnToItsOwnDeviceWhenTheAcceleratorIsBusyOrSomethingWaits() {
        final Rig rig = released(new Reclaim(100, 3, 100));
        assertEquals(DeviceScheduler.HAND_OVER, rig.run(CPU, 0, 10));
        assertEquals(DeviceScheduler.HAND_OVER, rig.devices[GPU].arrive(0, 11), "the other job waits");
        assertEquals(CPU, rig.state.segmentDevice(0));
        assertEquals(20, rig.state.wcetNs(0));
        assertEquals(DeviceScheduler.NEXT_HERE, rig.devices[CPU].arrive(0, 12));
        assertEquals(1, rig.devices[GPU].select());
        rig.devices[GPU].started(1, 12);
        assertEquals(DeviceScheduler.HAND_OVER, rig.run(CPU, 12, 32));
        assertEquals(DeviceScheduler.HAND_OVER, rig.devices[GPU].arrive(0, 33), "the other job runs");
    }

    @Test
    void shouldStartBeforeALaterArrivalWhenItWasTaken() {
        final Rig rig = new Rig(set(new Reclaim(100, 3, 100)));
        rig.devices[CPU].release(0);
        rig.run(CPU, 0, 10);
        assertEquals(DeviceScheduler.NEXT_HERE, rig.devices[GPU].arrive(0, 11));
        rig.devices[GPU].release(11);
        assertEquals(0, rig.devices[GPU].select());
    }

    @Test
    void shouldOfferNoMoreWhenABudgetIsUsedUp() {
        for (final Reclaim budget : new Reclaim[] {new Reclaim(100, 1, 100), new Reclaim(7, 3, 100), new Reclaim(100, 3, 7)}) {
            final Rig rig = released(budget);
            idle(rig);
            rig.run(CPU, 0, 10);
            assertEquals(DeviceScheduler.NEXT_HERE, rig.devices[GPU].arrive(0, 60));
            assertEquals(DeviceScheduler.HAND_OVER, rig.run(GPU, 60, 67));
            assertEquals(CPU, rig.state.segmentDevice(0), budget + " admits no other");
        }
    }

    @Test
    void shouldGiveBackWhatASegmentLeavesUnused() {
        final Rig rig = released(new Reclaim(9, 3, 100));
        idle(rig);
        rig.run(CPU, 0, 10);
        rig.devices[GPU].arrive(0, 60);
        assertEquals(DeviceScheduler.NEXT_HERE, rig.run(GPU, 60, 60), "7 of 9 taken, 7 given back");
        assertTrue(rig.state.isSubstituted(0));
    }
}
