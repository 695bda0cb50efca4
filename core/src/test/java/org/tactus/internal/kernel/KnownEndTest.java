// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.policy.PolicyState;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.TaskSet;

/** A dispatcher awaits the end of what its device executes where the device knows it, so that no sleep makes the completion late. */
class KnownEndTest {
    private static final long PERIOD_NS = 1_000_000_000;
    private static final long WCET_NS = 40_000_000;

    private long nowNs;

    private Dispatcher dispatcher(final Device device) {
        final TaskSet set = TaskSet.builder("one").device(new DeviceSpec("acc0", DeviceKind.MODELLED, List.of(), "", 0,
            Optional.<DeviceMemory>empty(), 0)).task("a", t -> t.periodNs(PERIOD_NS).segment("acc0", WCET_NS)).build();
        final PolicyState state = PolicyState.allocate(set.policy(), 1, 1, 1);
        final SegmentWork[] works = {new TimedWork(() -> nowNs, set.tasks().getFirst().segments().getFirst(), 0)};
        final Dispatcher[] dispatchers = new Dispatcher[1];
        dispatchers[0] = new Dispatcher(0, device, state, new Recorder(0, 1, new EventRing(1 << 16)), () -> nowNs, Long.MAX_VALUE, works,
            new Throwable[1], dispatchers, null, Overheads.NONE);
        dispatchers[0].recorder.prepare(0, new Histogram(PERIOD_NS, 3));
        state.define(0, set.tasks().getFirst(), 0, 0);
        dispatchers[0].command(CommandDescriptor.ADMIT, 0, state.generation(0), 1_000);
        return dispatchers[0];
    }

    private long untilNs(final Dispatcher dispatcher) {
        final KernelOptions options = KernelOptions.DEFAULT;
        return IdleTime.untilNs(nowNs, dispatcher.nextInstantNs(), dispatcher.lookAgainNs(options.pollNs()), options);
    }

    @Test
    void shouldSpinTowardsTheEndOfASegmentWhenTheDeviceKnowsIt() {
        final Dispatcher dispatcher = dispatcher(new ModelledDevice());
        nowNs = 1_000;
        dispatcher.doWork(nowNs);
        dispatcher.doWork(nowNs);
        assertEquals(1_000 + WCET_NS, dispatcher.nextInstantNs());
        assertEquals(1_000 + WCET_NS - KernelOptions.DEFAULT.spinBeforeNs(), untilNs(dispatcher), "far from the end");
        nowNs = 1_000 + WCET_NS - KernelOptions.DEFAULT.spinBeforeNs();
        assertEquals(nowNs, untilNs(dispatcher), "near the end");
        nowNs = 1_000 + WCET_NS;
        dispatcher.doWork(nowNs);
        assertEquals(1_000 + PERIOD_NS, dispatcher.nextInstantNs(), "nothing runs any more");
    }

    @Test
    void shouldLookNowAndThenWhenTheDeviceDoesNotKnow() {
        final Dispatcher dispatcher = dispatcher(new DeviceStub() {
            @Override
            public void start(final SegmentWork work, final long job, final long startNs) {
                // runs on
            }

            @Override
            public int poll(final long pollNs) {
                return RUNNING;
            }
        });
        nowNs = 1_000;
        dispatcher.doWork(nowNs);
        dispatcher.doWork(nowNs);
        nowNs = 1_000 + WCET_NS;
        assertEquals(nowNs + KernelOptions.DEFAULT.pollNs(), untilNs(dispatcher));
    }
}
