// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.lifecycle.StringConstants;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Rehearses the whole path of a job over two dispatchers, on the caller's thread and in virtual time. A run rehearses it to have it
 * compiled before time zero; a benchmark measures it without threads. Not thread-safe.
 */
public final class DispatchRehearsal {
    private static final long PERIOD_NS = 1_000;
    /** The sporadic task is the second that is defined. */
    private static final int SPORADIC_GENERATION = 2;
    private static final int EVENT_BYTES = 1 << 16;

    private final PolicyState state;
    private final SporadicGate gate;
    private final Dispatcher[] dispatchers = new Dispatcher[2];
    private final EventHandler drop = (type, timeNs, device, task, segment, job, argument) -> { };
    private final Clock clock = this::now;
    private long nowNs;
    private long periodicNs = PERIOD_NS;

    /** Makes a periodic and a sporadic task of two segments on two devices. */
    public DispatchRehearsal() {
        final TaskSet set = TaskSet.builder("rehearsal").policy(PolicyKind.FIXED_PRIORITY)
            .device(DeviceSpec.modelled("d0")).device(DeviceSpec.modelled("d1"))
            .task("periodic", t -> t.periodNs(PERIOD_NS).segment("d0", 1).segment("d1", 1))
            .task("sporadic", t -> t.periodNs(PERIOD_NS / 2).release(Release.SPORADIC).segment("d0", 1).segment("d1", 1)).build();
        state = PolicyState.allocate(set.policy(), 2, 4, 2);
        gate = new SporadicGate(state);
        final SegmentWork[] works = new SegmentWork[4];
        final Throwable[] errors = new Throwable[2];
        for (int i = 0; i < 2; i++) {
            final Device device = new ModelledDevice();
            dispatchers[i] = new Dispatcher(
                i, device, state, new Recorder(i, 2, new EventRing(EVENT_BYTES, 2)), clock, Long.MAX_VALUE, works, errors,
                dispatchers, null, set.overheads());
        }
        final List<Task> tasks = set.tasks();
        for (int i = 0; i < 2; i++) {
            for (final Dispatcher dispatcher : dispatchers) {
                dispatcher.recorder.prepare(i, new Histogram(1_000_000_000L, 3));
            }
            for (int j = 0; j < 2; j++) {
                works[2 * i + j] = new TimedWork(clock, tasks.get(i).segments().get(j), 0);
            }
            final int generation = state.define(i, tasks.get(i), 2 * i, 0);
            for (final Dispatcher dispatcher : dispatchers) {
                dispatcher.recorder.events.define(i, generation);
            }
            Dispatcher.connect(dispatchers, TaskTable.devicesOf(tasks.get(i)));
            dispatchers[0].command(CommandDescriptor.ADMIT, i, generation, periodicNs);
            dispatchers[1].command(CommandDescriptor.TOUCH, i, generation, 0);
        }
        turn();
    }

    /** Makes the string constants of the path of a job. Any thread, before time zero. */
    public static void makeConstants() {
        StringConstants.make(DispatcherThread.class, ModelledDevice.class, CpuDevice.class, TimedWork.class);
    }

    private long now() {
        return nowNs;
    }

    /** Runs both dispatchers until nothing is left to do. */
    private void turn() {
        int work;
        do {
            nowNs++;
            work = dispatchers[0].doWork(nowNs) + dispatchers[1].doWork(nowNs);
        } while (work > 0 || state.isLive(0) || state.isLive(1));
    }

    private long drained() {
        dispatchers[0].recorder.events.drain(drop, Integer.MAX_VALUE);
        dispatchers[1].recorder.events.drain(drop, Integer.MAX_VALUE);
        return dispatchers[1].recorder.completed[0] + dispatchers[1].recorder.completed[1];
    }

    /**
     * Runs a periodic job from its release to the reuse of its slot.
     *
     * @return jobs completed so far
     */
    public long periodicJob() {
        nowNs = periodicNs;
        periodicNs += PERIOD_NS;
        turn();
        return drained();
    }

    /**
     * Runs a sporadic job from a caller's request to the reuse of its slot.
     *
     * @return jobs completed so far
     */
    public long sporadicJob() {
        nowNs += PERIOD_NS;
        if (gate.release(1, SPORADIC_GENERATION, nowNs) != SporadicGate.ACCEPTED) {
            throw new IllegalStateException("the request at " + nowNs + "ns was refused");
        }
        turn();
        return drained();
    }
}
