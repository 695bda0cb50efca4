// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.TaskResult;

/** Tasks that are always ready come and go on several devices by several threads, while slots are used anew at once and the run ends. */
@Timeout(120)
class AlwaysReadyStormTest {
    private static final long MS = 1_000_000;
    private static final String[] DEVICES = {"cpu0", "cpu1", "cpu2", "acc0", "acc1"};
    private static final int THREADS = 3;
    private static final int ROUNDS = 100;

    private record Event(int type, int generation, int segment, long job) {
    }

    private record Added(int slot, int generation, int segments, boolean ready) {
    }

    private static TaskSetBuilder platform() {
        return TaskSet.builder("storm").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1")).device(DeviceSpec.cpu("cpu2"))
            .device(DeviceSpec.modelled("acc0")).device(DeviceSpec.modelled("acc1"));
    }

    private static Kernel kernel(final List<Event> seen) {
        final TaskSet set = platform().task("none", t -> t.periodNs(MS).segment("cpu0", MS)).build();
        final List<Device> devices = set.platform().devices().stream().map(spec -> spec.kind() == DeviceKind.CPU
            ? (Device) new CpuDevice(Clock.SYSTEM, "java") : new ModelledDevice()).toList();
        final KernelOptions options = KernelOptions.DEFAULT.withCapacity(8, 64).withLostAfterNs(60_000 * MS);
        return new Kernel(set, devices, AlignedMemory.allocate(Kernel.requiredBytes(options, set)), options, Admission.ALL,
            ThreadSetup.NONE, new KernelListener() { }, new EventHandler() {
                @Override
                public void onEvent(
                    final int type, final long timeNs, final int device, final int slot, final int segment, final long job,
                    final long argument) {
                    throw new IllegalStateException("an event without a generation");
                }

                @Override
                public void onTaskEvent(
                    final int type, final long timeNs, final int device, final int slot, final int generation, final int segment,
                    final long job, final long argument) {
                    if (type == EventType.START || type == EventType.END || type == EventType.HAND_OVER && segment >= 0) {
                        seen.add(new Event(type, generation, segment, job)); // on the monitor's thread alone
                    }
                }
            }, Clock.SYSTEM);
    }

    private static void storm(final Kernel kernel, final long seed, final int thread, final ConcurrentLinkedQueue<Added> added)
        throws InterruptedException {
        final SplittableRandom random = new SplittableRandom(seed * THREADS + thread);
        for (int round = 0; round < ROUNDS; round++) {
            final int segments = 1 + random.nextInt(4);
            final boolean ready = random.nextInt(4) > 0;
            final Task task = platform().task("t" + thread, t -> {
                if (ready) {
                    t.serviceClass(Task.ServiceClass.BEST_EFFORT);
                } else {
                    t.periodNs(MS);
                }
                for (int i = 0; i < segments; i++) {
                    t.segment(DEVICES[random.nextInt(DEVICES.length)], 20_000);
                }
            }).build().tasks().getFirst();
            final List<SegmentWork> works = new ArrayList<>();
            for (final Segment segment : task.segments()) {
                works.add(new TimedWork(Clock.SYSTEM, segment, 0));
            }
            final int[] slot = new int[1];
            final int[] generation = new int[1];
            boolean taken = false;
            while (!taken) {
                try {
                    slot[0] = kernel.addAll(List.of(task), List.of(works), slots -> {
                        generation[0] = kernel.generation(slots[0]);
                        return Clock.SYSTEM.nanoTime();
                    })[0];
                    taken = true;
                } catch (final AdmissionRefusedException e) {
                    Thread.sleep(0, 50_000); // the last one of this name is not gone yet
                }
            }
            added.add(new Added(slot[0], generation[0], segments, ready));
            if (random.nextBoolean()) {
                Thread.sleep(random.nextInt(4));
            }
            if (round < ROUNDS - 1) {
                kernel.remove(slot[0], generation[0]);
            }
        }
    }

    @Test
    void shouldLoseAndMixUpNothingWhenTasksComeAndGoAndSlotsAreUsedAnew() throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            final List<Event> seen = new ArrayList<>();
            final ConcurrentLinkedQueue<Added> added = new ConcurrentLinkedQueue<>();
            final ConcurrentLinkedQueue<Throwable> broken = new ConcurrentLinkedQueue<>();
            final Kernel kernel = kernel(Collections.synchronizedList(seen));
            try (kernel) {
                kernel.start();
                final List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    final int thread = i;
                    final long chosen = seed;
                    threads.add(Thread.ofPlatform().start(() -> {
                        try {
                            storm(kernel, chosen, thread, added);
                        } catch (final Throwable e) {
                            broken.add(e);
                        }
                    }));
                }
                for (final Thread thread : threads) {
                    thread.join();
                }
                assertTrue(broken.isEmpty(), () -> broken.toString());
                final long beginNs = System.nanoTime();
                assertTrue(kernel.stop(40_000 * MS));
                assertTrue(System.nanoTime() - beginNs < 30_000 * MS, "the drain does not end; seed " + seed);
                check(kernel, seed, added, seen);
            }
        }
    }

    private static void check(final Kernel kernel, final long seed, final Iterable<Added> added, final List<Event> seen) {
        final Map<Integer, Long> ends = new HashMap<>();
        final Map<Integer, Long> handOvers = new HashMap<>();
        final Map<Event, Integer> each = new HashMap<>();
        for (final Event event : seen) {
            assertEquals(1, each.merge(event, 1, Integer::sum), () -> "twice " + event + ", seed " + seed);
            (event.type == EventType.END ? ends : handOvers).merge(event.generation, event.type == EventType.START ? 0L : 1L, Long::sum);
        }
        for (final Event event : seen) {
            if (event.type == EventType.START && kernel.droppedEvents() == 0) {
                assertTrue(each.containsKey(new Event(EventType.END, event.generation, event.segment, event.job)),
                    () -> "no end of " + event + ", seed " + seed);
            }
        }
        for (final Added task : added) {
            final TaskResult.Counts counts = kernel.counts(task.slot, task.generation);
            final TaskReport report = kernel.report(task.slot, task.generation);
            assertEquals(report.released(), counts.released());
            assertTrue(report.released() >= report.completed() + report.aborted()
                && report.released() <= report.completed() + report.aborted() + report.unfinished(),
                () -> task + " " + report + ", seed " + seed);
            if (task.ready) {
                assertEquals(0, report.skipped() + report.lost() + report.misses(), () -> task + " " + report + ", seed " + seed);
            }
            if (kernel.droppedEvents() == 0) {
                assertTrue(ends.getOrDefault(task.generation, 0L) >= report.completed() * task.segments,
                    () -> task + " " + report + ", ends " + ends.get(task.generation) + ", seed " + seed);
            }
        }
    }
}
