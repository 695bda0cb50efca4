// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.tactus.internal.event.EventRing;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

class AlarmTest {
    private static final long PERIOD_NS = 1_000;
    private final DispatcherRig rig = new DispatcherRig(TaskSet.builder("alarm").device(DeviceSpec.cpu("cpu0"))
        .task("a", t -> t.periodNs(PERIOD_NS).segment("cpu0", 10)).build());
    private final Dispatcher dispatcher = rig.dispatchers[0];
    private final AtomicInteger wakes = new AtomicInteger();
    private final Parking monitor = new Parking(() -> rig.nowNs, new Parking.Calls() {
        @Override
        public void await(final long address, final int expected, final long sleepNs) {
            throw new IllegalStateException("the monitor does not run here");
        }

        @Override
        public void wake(final long address) {
            wakes.incrementAndGet();
        }
    });

    private void job() {
        rig.nowNs += PERIOD_NS;
        dispatcher.doWork(rig.nowNs);
    }

    @Test
    void shouldWakeTheSleepingMonitorOnceWhenTheRingIsHalfFull() {
        final EventRing events = dispatcher.recorder.events;
        dispatcher.alarm.wakes(monitor);
        rig.command(0, CommandDescriptor.ADMIT, 0, PERIOD_NS);
        monitor.announce();
        int jobs = 0;
        while (!dispatcher.alarm.isRaised() && jobs < 10_000) {
            assertFalse(events.isHalfFull(), "half full, and nobody told the monitor");
            job();
            jobs++;
        }
        assertTrue(events.isHalfFull());
        assertEquals(1, wakes.get());
        job();
        assertEquals(1, wakes.get(), "it was woken and has not looked yet");
        assertEquals(0, events.dropped());
        monitor.rise();
        dispatcher.alarm.lower();
        events.drain((type, timeNs, device, task, segment, job, argument) -> { }, Integer.MAX_VALUE);
        monitor.announce();
        job();
        assertFalse(dispatcher.alarm.isRaised());
        assertEquals(1, wakes.get());
    }

    @Test
    void shouldCallNoSystemWhenTheMonitorIsAwake() {
        dispatcher.alarm.wakes(monitor);
        dispatcher.alarm.raise();
        assertTrue(dispatcher.alarm.isRaised());
        assertEquals(0, wakes.get());
    }
}
