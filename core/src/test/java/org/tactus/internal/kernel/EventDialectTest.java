// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.OfferedWork;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventRing;
import org.tactus.internal.event.EventType;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.OverheadTime;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.Simulation;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.time.Clock;
import org.tactus.internal.watch.CountersFile;
import org.tactus.internal.watch.CountersReader;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Reclaim;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * The simulator and the kernel tell one run in the same words: a set whose decisions are determined, with offers that are taken and
 * refused, jobs that cross devices, overruns, misses and skips, is run by both in virtual time without overheads, and every event is
 * compared with its time, device, segment, job and argument.
 */
class EventDialectTest {
    private static final long MS = 1_000_000;
    private static final long END_NS = 6_000 * MS;
    /** Time zero of the kernel: at 0 its word for a running segment says that none runs. */
    private static final long ZERO_NS = 1L << 40;

    /** Events whose argument is a nominal release. */
    private static final Set<Integer> NOMINAL = Set.of(EventType.RELEASE, EventType.COMPLETE, EventType.SKIP, EventType.ABORT);

    @TempDir
    private Path folder;

    private static TaskSet set() {
        return TaskSet.builder("dialect").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("gpu0"))
            .device(DeviceSpec.modelled("acc0"))
            .task("offers", t -> t.periodNs(1000 * MS).reclaim(new Reclaim(50 * MS, 2, 50 * MS)).segment("cpu0", 10 * MS)
                .segment("cpu0", 20 * MS).offer("gpu0", 15 * MS).segment("gpu0", 5 * MS).segment("cpu0", 30 * MS).offer("gpu0", 9 * MS))
            .task("busy", t -> t.periodNs(2000 * MS).segment("gpu0", 100 * MS))
            .task("crosses", t -> t.periodNs(500 * MS).offsetNs(300 * MS).segment("gpu0", 10 * MS).segment("cpu0", 7 * MS))
            .task("overruns", t -> t.periodNs(500 * MS).offsetNs(400 * MS).deadlineNs(4 * MS)
                .segment("cpu0", 4 * MS, new ActualTime(1.5, 1.5)))
            .task("skips", t -> t.periodNs(250 * MS).onBacklog(BacklogAction.DROP).segment("acc0", 200 * MS, new ActualTime(1.5, 1.5)))
            .build();
    }

    private static EventHandler writeTo(final List<String> lines, final TaskSet set) {
        return (type, timeNs, device, task, segment, job, argument) -> lines.add(String.format("%s %10d %s on %d segment %d job %d: %d",
            set.tasks().get(task).name(), timeNs, EventType.name(type), device, segment, job, argument));
    }

    private static void simulate(final TaskSet set, final EventHandler events) {
        Simulation.run(set, SimulationOptions.worstCase(1, END_NS).withReleases(ReleasePattern.FILE)
            .withExecution(ExecutionTime.ACTUAL).withOverheads(OverheadTime.ZERO).withPermutation(false), "",
            Collections.nCopies(set.tasks().size(), OptionalLong.empty()), events);
    }

    /** Dispatchers over modelled devices, driven on this thread in virtual time. */
    private static final class VirtualKernel {
        private final Dispatcher[] dispatchers;
        private final PolicyState state;
        private final int tasks;
        private long nowNs;

        VirtualKernel(final TaskSet set) {
            final int devices = set.platform().devices().size();
            tasks = set.tasks().size();
            final int segments = set.tasks().stream().mapToInt(task -> task.segments().size()).sum();
            final Clock clock = () -> nowNs;
            state = PolicyState.allocate(set.policy(), tasks, segments, devices);
            final SegmentWork[] works = new SegmentWork[segments];
            final Throwable[] errors = new Throwable[tasks];
            dispatchers = new Dispatcher[devices];
            for (int i = 0; i < devices; i++) {
                dispatchers[i] = new Dispatcher(i, new ModelledDevice(), state, new Recorder(i, tasks, new EventRing(1 << 16)), clock,
                    Long.MAX_VALUE, works, errors, dispatchers, null, set.overheads());
            }
            int first = 0;
            for (int i = 0; i < tasks; i++) {
                final Task task = set.tasks().get(i);
                for (int j = 0; j < task.segments().size(); j++) {
                    final Segment segment = task.segments().get(j);
                    final SegmentWork own = new TimedWork(clock, segment, 0);
                    works[first + j] = segment.offer().isEmpty() ? own : new OfferedWork(own, new TimedWork(clock,
                        new Segment(segment.offer().get().device(), segment.offer().get().wcetNs(), segment.actual()), 0));
                }
                for (final Dispatcher dispatcher : dispatchers) {
                    dispatcher.recorder.prepare(i, new Histogram(10_000 * MS, 3));
                }
                Dispatcher.connect(dispatchers, TaskTable.devicesOf(task));
                state.define(i, task, first, 0);
                first += task.segments().size();
                for (final int device : TaskTable.devicesOf(task)) {
                    if (device != TaskTable.homeDevice(task)) {
                        dispatchers[device].command(CommandDescriptor.TOUCH, i, state.generation(i), 0);
                    }
                }
                dispatchers[TaskTable.homeDevice(task)].command(CommandDescriptor.ADMIT, i, state.generation(i), ZERO_NS + task.offsetNs());
            }
        }

        void run(final EventHandler events) {
            final EventHandler sinceZero = (type, timeNs, device, task, segment, job, argument) -> events.onEvent(type, timeNs - ZERO_NS,
                device, task, segment, job, NOMINAL.contains(type) ? argument - ZERO_NS : argument);
            for (nowNs = ZERO_NS; nowNs < ZERO_NS + END_NS + 1000 * MS; nowNs += MS) {
                if (nowNs == ZERO_NS + END_NS) {
                    for (int task = 0; task < tasks; task++) {
                        dispatchers[state.homeDevice(task)].command(CommandDescriptor.QUIESCE, task, state.generation(task), 0);
                    }
                }
                int work;
                do {
                    work = 0;
                    for (final Dispatcher dispatcher : dispatchers) {
                        work += dispatcher.doWork(nowNs);
                    }
                } while (work > 0);
                for (final Dispatcher dispatcher : dispatchers) {
                    dispatcher.recorder.events.drain(sinceZero, Integer.MAX_VALUE);
                }
            }
        }
    }

    @Test
    void shouldBeToldInTheSameWordsWhenSimulatedAndRun() {
        final TaskSet set = set();
        final List<String> simulated = new ArrayList<>();
        final List<String> run = new ArrayList<>();
        simulate(set, writeTo(simulated, set));
        new VirtualKernel(set).run(writeTo(run, set));
        Collections.sort(simulated);
        Collections.sort(run);
        assertEquals(String.join("\n", simulated), String.join("\n", run));
        for (final int type : new int[] {EventType.RELEASE, EventType.START, EventType.END, EventType.HAND_OVER, EventType.ARRIVE,
            EventType.COMPLETE, EventType.MISS, EventType.OVERRUN, EventType.SKIP, EventType.RECLAIM}) {
            assertTrue(run.stream().anyMatch(line -> line.contains(" " + EventType.name(type) + " ")), EventType.name(type));
        }
        assertTrue(run.stream().anyMatch(line -> line.contains("offers") && line.contains("reclaim") && line.endsWith(": 2")));
        assertTrue(run.stream().anyMatch(line -> line.contains("offers") && line.contains("reclaim") && !line.endsWith(": 2")));
    }

    @Test
    void shouldCountNobodyPresentWhenAllJobsWithOffersHaveEnded() throws IOException {
        final TaskSet set = set();
        try (CountersFile simulated = counters(set, "simulated"); CountersFile run = counters(set, "run")) {
            simulate(set, simulated.counters());
            new VirtualKernel(set).run(run.counters());
            for (final CountersFile file : List.of(simulated, run)) {
                final CountersReader reader = new CountersReader(file.path());
                reader.devices().forEach(device -> assertEquals(0, device.present(), file.path() + ", " + device.name()));
                assertEquals(6, reader.tasks().getFirst().jobs());
            }
        }
    }

    private CountersFile counters(final TaskSet set, final String name) throws IOException {
        final CountersFile file = new CountersFile(folder.resolve(name), set.platform(), new CountersFile.Layout(8, 16, 0), 1);
        file.counters().defineAll(set.tasks(), Collections.nCopies(set.tasks().size(), OptionalLong.empty()));
        return file;
    }
}
