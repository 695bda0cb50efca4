// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventType;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Dispatchers that would sleep for an hour: what they do in time, they were woken for. */
@Timeout(120)
class KernelWakeTest {
    private static final long MS = 1_000_000;
    private static final long HOUR_NS = 3_600_000_000_000L;
    /** The longest poll: one that does not return within the test's time. */
    private static final KernelOptions SLEEPY = new KernelOptions(KernelOptions.Idle.SLEEP_THEN_SPIN, 150_000, HOUR_NS, MS,
        5_000 * MS, 1 << 20, false, 16, 64);

    private Kernel kernel;

    @AfterEach
    void close() {
        kernel.close();
    }

    private void open(final TaskSet set) throws InterruptedException {
        final List<Device> devices = new ArrayList<>();
        set.platform().devices().forEach(spec -> devices.add(new CpuDevice(Clock.SYSTEM, "java")));
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(SLEEPY, devices.size()));
        kernel = new Kernel(set, devices, memory, SLEEPY, Admission.ALL, ThreadSetup.NONE, KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM);
        kernel.start();
    }

    private static List<List<SegmentWork>> works(final TaskSet set, final Runnable last) {
        final List<List<SegmentWork>> works = new ArrayList<>();
        for (final Task task : set.tasks()) {
            final List<SegmentWork> segments = new ArrayList<>();
            for (int i = 0; i < task.segments().size(); i++) {
                segments.add(WorkStub.of(i == task.segments().size() - 1 ? last : () -> { }));
            }
            works.add(segments);
        }
        return works;
    }

    private static void await(final CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(60, TimeUnit.SECONDS), "nobody woke the dispatcher: " + latch.getCount() + " jobs are left");
    }

    @Test
    void shouldWakeTheNextDispatcherWhenAJobIsHandedOver() throws InterruptedException {
        final TaskSet set = TaskSet.builder("chain").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .task("there-and-back", t -> t.periodNs(5 * MS).segment("cpu0", MS).segment("cpu1", MS).segment("cpu0", MS).segment("cpu1", MS))
            .build();
        open(set);
        final CountDownLatch jobs = new CountDownLatch(50);
        kernel.addAll(set.tasks(), works(set, jobs::countDown), Clock.SYSTEM.nanoTime() + 20 * MS);
        await(jobs);
    }

    @Test
    void shouldWakeTheHomeWhenACallerReleasesAJob() throws InterruptedException {
        final TaskSet set = TaskSet.builder("sporadic").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .task("s", t -> t.periodNs(MS).release(Release.SPORADIC).segment("cpu1", MS)).build();
        open(set);
        final CountDownLatch jobs = new CountDownLatch(50);
        final int slot = kernel.addAll(set.tasks(), works(set, jobs::countDown), Clock.SYSTEM.nanoTime())[0];
        for (int i = 0; i < 50; i++) {
            while (kernel.release(slot) != SporadicGate.ACCEPTED) {
                Thread.sleep(1);
            }
        }
        await(jobs);
    }

    @Test
    void shouldWakeTheHomeWhenACommandComes() throws InterruptedException {
        final TaskSet set = TaskSet.builder("commands").device(DeviceSpec.cpu("cpu0"))
            .task("s", t -> t.periodNs(MS).release(Release.SPORADIC).segment("cpu0", MS)).build();
        open(set);
        for (int i = 0; i < 20; i++) {
            final int slot = kernel.addAll(set.tasks(), works(set, () -> { }), Clock.SYSTEM.nanoTime())[0];
            Thread.sleep(5); // it sleeps again
            kernel.remove(slot);
            while (!kernel.isStopped(slot)) {
                Thread.sleep(1);
            }
        }
        assertTrue(kernel.stop(0));
    }

    /** The caller was held up inside of its call while the dispatcher slept: nothing of that counts as the job's wait. */
    @Test
    void shouldMoveTheNominalReleaseWhenTheCallerIsHeldUpWhileTheDispatcherSleeps() throws InterruptedException {
        final TaskSet set = TaskSet.builder("late").device(DeviceSpec.cpu("cpu0"))
            .task("s", t -> t.periodNs(MS).release(Release.SPORADIC).segment("cpu0", MS)).build();
        final List<Long> nominals = new CopyOnWriteArrayList<>();
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(SLEEPY, 1));
        final long[] heldUpNs = new long[1];
        final Thread caller = Thread.currentThread();
        // One look of the caller at the clock, the first of its release, is as long ago as it is held up after it.
        final Clock clock = () -> {
            long agoNs = 0;
            if (Thread.currentThread() == caller) {
                agoNs = heldUpNs[0];
                heldUpNs[0] = 0;
            }
            return Clock.SYSTEM.nanoTime() - agoNs;
        };
        kernel = new Kernel(set, List.of(new CpuDevice(Clock.SYSTEM, "java")), memory, SLEEPY, Admission.ALL, ThreadSetup.NONE,
            KernelListener.NONE, (type, timeNs, device, task, segment, job, argument) -> {
                if (type == EventType.RELEASE) {
                    nominals.add(argument);
                }
            }, clock);
        kernel.start();
        final CountDownLatch jobs = new CountDownLatch(1);
        final int slot = kernel.addAll(set.tasks(), works(set, jobs::countDown), Clock.SYSTEM.nanoTime())[0];
        Thread.sleep(400); // the dispatcher sleeps since
        final long beforeNs = Clock.SYSTEM.nanoTime();
        heldUpNs[0] = 300 * MS;
        assertEquals(SporadicGate.ACCEPTED, kernel.release(slot));
        await(jobs);
        kernel.stop(0);
        assertTrue(nominals.getFirst() >= beforeNs, "no time before the call");
    }

    @Test
    void shouldHardlyEverWakeWhenASporadicSetIsIdle() throws InterruptedException, IOException {
        final TaskSet set = TaskSet.builder("idle").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .task("s", t -> t.periodNs(MS).release(Release.SPORADIC).segment("cpu0", MS).segment("cpu1", MS)).build();
        final CountDownLatch jobs = new CountDownLatch(1);
        final Set<Path> others = threads();
        final KernelOptions usual = KernelOptions.DEFAULT;
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(usual, 2));
        kernel = new Kernel(set, List.of(new CpuDevice(Clock.SYSTEM, "java"), new CpuDevice(Clock.SYSTEM, "java")), memory, usual,
            Admission.ALL, ThreadSetup.NONE, KernelListener.NONE, (type, timeNs, device, task, segment, job, argument) -> { },
            Clock.SYSTEM);
        kernel.start();
        final int slot = kernel.addAll(set.tasks(), works(set, jobs::countDown), Clock.SYSTEM.nanoTime())[0];
        assertEquals(SporadicGate.ACCEPTED, kernel.release(slot));
        await(jobs);
        Thread.sleep(50);
        final long before = switches(others);
        Thread.sleep(1000);
        final long woken = switches(others) - before;
        assertTrue(woken < 200, "dispatchers and monitor woke " + woken + " times in an idle second");
    }

    private static Set<Path> threads() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/task"))) {
            return all.collect(Collectors.toSet());
        }
    }

    /** How often the kernel's threads went to sleep so far; others than those given, which may be of another test's kernel. */
    private static long switches(final Set<Path> others) throws IOException {
        long switches = 0;
        final Set<Path> threads = threads();
        threads.removeAll(others);
        for (final Path thread : threads) {
            try {
                final List<String> lines = Files.readAllLines(thread.resolve("status"));
                if (lines.getFirst().contains("tactus-")) {
                    switches += lines.stream().filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", ""))).sum();
                }
            } catch (final NoSuchFileException e) {
                continue; // it ended meanwhile
            }
        }
        return switches;
    }
}
