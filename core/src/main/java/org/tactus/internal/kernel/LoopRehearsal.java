// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.supply.StallCurve;

/**
 * Rehearses the loop of a dispatcher's thread on the caller's thread, by the system's clock: segments on processors and on a modelled
 * device, hand-overs between them, sleeps and wake-ups. Where dispatchers run before all of that is compiled, they take the cores from the
 * compiler, and a hand-over takes ten times as long for the first half minute.
 */
public final class LoopRehearsal {
    private static final int JOBS = 12_000;
    private static final int SLEEPS = 6_000;
    /** So many sleeps are real ones; each takes what a timer of an ordinary thread takes. */
    private static final int REAL_SLEEPS = 100;
    /** A quiet machine takes a tenth of it; on a busy one the compiler waits for its turn as everybody does. */
    private static final long LIMIT_NS = 3_000_000_000L;
    private static final long COMPILER_POLL_NS = 10_000_000L;
    private static final int QUIET_POLLS = 4;
    private static final int DRAIN_ROUNDS = 64;
    private static final int EVENT_BYTES = 1 << 16;
    private static final KernelOptions OPTIONS = KernelOptions.DEFAULT;

    private final PolicyState state;
    private final SporadicGate gate;
    /** By slot. */
    private final int[] homes;
    private final int[] generations;
    private final Dispatcher[] dispatchers = new Dispatcher[3];
    private final DispatcherThread thread;
    private final EventHandler drop = (type, timeNs, device, task, segment, job, argument) -> { };
    private int sporadic;
    private volatile boolean stopped;

    LoopRehearsal() {
        final TaskSet set = TaskSet.builder("rehearsal").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .device(DeviceSpec.modelled("acc0"))
            .task("there-and-back", t -> t.periodNs(1_000).segment("cpu0", 1).segment("cpu1", 1).segment("cpu0", 1))
            .task("two-here", t -> t.periodNs(2_000).segment("cpu1", 1).segment("cpu1", 1))
            .task("accelerated", t -> t.periodNs(2_000).segment("cpu1", 1).segment("acc0", 1).segment("cpu1", 1))
            .task("sporadic", t -> t.periodNs(1_000).release(Release.SPORADIC).segment("cpu0", 1).segment("cpu1", 1)).build();
        final List<Task> tasks = set.tasks();
        final int segments = tasks.stream().mapToInt(task -> task.segments().size()).sum();
        state = PolicyState.allocate(set.policy(), tasks.size(), segments, dispatchers.length);
        gate = new SporadicGate(state);
        homes = new int[tasks.size()];
        generations = new int[tasks.size()];
        final SegmentWork[] works = new SegmentWork[segments];
        for (int i = 0; i < dispatchers.length; i++) {
            final Device device = i < 2 ? new CpuDevice(Clock.SYSTEM, "rehearsal") : new ModelledDevice();
            dispatchers[i] = new Dispatcher(i, device, state, new Recorder(i, tasks.size(), new EventRing(EVENT_BYTES, tasks.size())),
                Clock.SYSTEM, Long.MAX_VALUE, works, new Throwable[tasks.size()], dispatchers, null, set.overheads());
        }
        thread = new DispatcherThread("rehearsal", List.of(dispatchers), OPTIONS, Clock.SYSTEM, ThreadSetup.NONE, List.of(),
            new StartGate(1), new PlatformWatch(StallCurve.NONE, List.of()), 0, 0, List.of());
        int record = 0;
        for (int slot = 0; slot < tasks.size(); slot++) {
            final Task task = tasks.get(slot);
            final int generation = state.define(slot, task, record, 0);
            generations[slot] = generation;
            for (int i = 0; i < task.segments().size(); i++) {
                // Several kinds of work, as a run may have: what is compiled for one alone is thrown away at the first other one.
                works[record] = switch (record % 3) {
                    case 0 -> new TimedWork(Clock.SYSTEM, task.segments().get(i), 0);
                    case 1 -> new First();
                    default -> new Second();
                };
                record++;
            }
            for (final Dispatcher dispatcher : dispatchers) {
                dispatcher.recorder.prepare(slot, new Histogram(1_000_000_000L, 3));
                dispatcher.recorder.events.define(slot, generation);
            }
            final int home = task.segments().getFirst().device();
            homes[slot] = home;
            Dispatcher.connect(dispatchers, TaskTable.devicesOf(task));
            dispatchers[home].command(CommandDescriptor.ADMIT, slot, generation, Clock.SYSTEM.nanoTime());
            sporadic = task.release() == Release.SPORADIC ? slot : sporadic;
        }
    }

    /** Rehearses, and waits until what it gave the compiler to do is done. Some tenths of a second. */
    public static void run() {
        final LoopRehearsal rehearsal = new LoopRehearsal();
        final long untilNs = Clock.SYSTEM.nanoTime() + LIMIT_NS;
        final Thread limit = Thread.ofPlatform().name("tactus-rehearsal-end").daemon(true)
            .start(() -> rehearsal.stopAt(untilNs + LIMIT_NS));
        try {
            rehearsal.jobs(untilNs);
            rehearsal.sleeps();
            awaitCompiler(untilNs);
            rehearsal.jobs(untilNs + LIMIT_NS); // by the compiled code, so that what was taken too narrowly is compiled once more
            awaitCompiler(untilNs + LIMIT_NS);
        } finally {
            limit.interrupt();
        }
    }

    /** A round goes on while jobs are ready: where a busy machine makes them come sooner than they are done, it ends only without tasks. */
    private void stopAt(final long atNs) {
        while (Clock.SYSTEM.nanoTime() < atNs) {
            if (Thread.interrupted()) {
                return;
            }
            LockSupport.parkNanos(atNs - Clock.SYSTEM.nanoTime());
        }
        stop();
    }

    /** Stops all tasks, so that a round ends whatever is ready. Any thread. */
    void stop() {
        stopped = true; // first: a round without tasks would sleep without an end
        for (int slot = 0; slot < homes.length; slot++) {
            state.requestStop(slot, generations[slot]); // first, as the monitor does
            dispatchers[homes[slot]].command(CommandDescriptor.STOP, slot, generations[slot], 0);
        }
    }

    void jobs(final long untilNs) {
        long plannedNs = Long.MAX_VALUE;
        int rounds = 0;
        while (!stopped && completed() < JOBS && Clock.SYSTEM.nanoTime() < untilNs) {
            plannedNs = thread.round(plannedNs);
            if (++rounds % DRAIN_ROUNDS == 0) {
                for (final Dispatcher dispatcher : dispatchers) {
                    dispatcher.recorder.events.drain(drop, Integer.MAX_VALUE);
                }
                if (gate.release(sporadic, Clock.SYSTEM.nanoTime()) == SporadicGate.ACCEPTED) {
                    dispatchers[0].wake();
                }
            }
        }
        for (final Dispatcher dispatcher : dispatchers) {
            Arrays.fill(dispatcher.recorder.completed, 0);
        }
    }

    /** What one round of all dispatchers does; for tests. */
    int workOfARound() {
        int work = 0;
        for (final Dispatcher dispatcher : dispatchers) {
            work += dispatcher.doWork(Clock.SYSTEM.nanoTime());
        }
        return work;
    }

    private long completed() {
        long completed = 0;
        for (final Dispatcher dispatcher : dispatchers) {
            completed += dispatcher.recorder.completed[0];
        }
        return completed;
    }

    /** Sleeps that end at once, some that a wake-up ends and a few that time ends. */
    private void sleeps() {
        final Parking place = new Parking(Thread.currentThread(), Clock.SYSTEM);
        for (int i = 0; i < SLEEPS; i++) {
            final boolean real = i % (SLEEPS / REAL_SLEEPS) == 0;
            thread.sleep(Clock.SYSTEM.nanoTime() + (real ? OPTIONS.pollNs() : 0));
            place.announce();
            if (i % 2 == 0) {
                place.wake();
            }
            place.await(Clock.SYSTEM.nanoTime());
            place.rise();
            place.wake();
        }
    }

    /** Waits until the compiler has had nothing to finish for a while. */
    private static void awaitCompiler(final long untilNs) {
        final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        if (compiler == null || !compiler.isCompilationTimeMonitoringSupported()) {
            return;
        }
        long spentMs = compiler.getTotalCompilationTime();
        for (int quiet = 0; quiet < QUIET_POLLS && Clock.SYSTEM.nanoTime() < untilNs; quiet++) {
            LockSupport.parkNanos(COMPILER_POLL_NS);
            final long nowMs = compiler.getTotalCompilationTime();
            quiet = nowMs == spentMs ? quiet : -1;
            spentMs = nowMs;
        }
    }

    /** Work that does nothing. */
    private static class First implements SegmentWork {
        @Override
        public void run(final long job) {
            // takes no time
        }

        @Override
        public long modelledNs(final long job) {
            return 1;
        }

        @Override
        public void terminate() {
            // it has ended
        }

        @Override
        public void close() {
            // it holds nothing
        }
    }

    /** Another one. */
    private static final class Second extends First {
        @Override
        public void run(final long job) {
            // takes no time
        }
    }
}
