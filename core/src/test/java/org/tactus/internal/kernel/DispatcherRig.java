// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.HdrHistogram.Histogram;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.time.Clock;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Dispatchers of synchronous devices in virtual time, on the test's thread: a segment takes its WCET, and a hook runs inside it. */
final class DispatcherRig {
    private static final int SEGMENTS = 4;

    final PolicyState state;
    final Dispatcher[] dispatchers;
    final SegmentWork[] works;
    final Throwable[] errors;
    /** Tasks whose segments were started, in order. */
    final List<Integer> started = new ArrayList<>();
    /** Called inside each segment with the number of segments started before it. */
    IntConsumer inside = count -> { };
    long nowNs;
    private final Clock clock = () -> nowNs;
    private final TaskSet set;

    DispatcherRig(final TaskSet set) {
        this.set = set;
        final int tasks = set.tasks().size();
        final int devices = set.platform().devices().size();
        state = PolicyState.allocate(set.policy(), tasks, SEGMENTS * tasks, devices);
        works = new SegmentWork[SEGMENTS * tasks];
        errors = new Throwable[tasks];
        dispatchers = new Dispatcher[devices];
        for (int i = 0; i < devices; i++) {
            dispatchers[i] = new Dispatcher(i, new Stepped(), state, new Recorder(i, tasks, new EventRing(1 << 16)), clock,
                Long.MAX_VALUE, works, errors, dispatchers, null, set.overheads());
        }
        for (int i = 0; i < tasks; i++) {
            define(i);
        }
    }

    private void define(final int slot) {
        final Task task = set.tasks().get(slot);
        for (final Dispatcher dispatcher : dispatchers) {
            dispatcher.recorder.prepare(slot, new Histogram(1_000_000_000L, 3));
        }
        for (int i = 0; i < task.segments().size(); i++) {
            works[SEGMENTS * slot + i] = new TimedWork(clock, task.segments().get(i), 0);
        }
        Dispatcher.connect(dispatchers, TaskTable.devicesOf(task));
        state.define(slot, task, SEGMENTS * slot, 0);
    }

    void command(final int device, final int type, final int slot, final long argumentNs) {
        if (!dispatchers[device].command(type, slot, state.generation(slot), argumentNs)) {
            throw new IllegalStateException("the command ring is full");
        }
    }

    /** Holds the dispatcher, like a processor core, for the time that the work models. */
    private final class Stepped extends DeviceStub {
        private Throwable failure;

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            failure = null;
            for (int i = 0; i < works.length; i++) {
                if (works[i] == work) {
                    started.add(i / SEGMENTS);
                }
            }
            inside.accept(started.size() - 1);
            nowNs += work.modelledNs(job);
        }

        @Override
        public int poll(final long pollNs) {
            return DONE;
        }

        @Override
        public Throwable failure() {
            return failure;
        }

        @Override
        public boolean isSynchronous() {
            return true;
        }
    }
}
