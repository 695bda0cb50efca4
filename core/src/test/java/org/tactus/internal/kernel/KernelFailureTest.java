// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongConsumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.lifecycle.Await;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** A dispatcher that is stuck, dead or interrupted: what is told, what is counted, and what the others do. */
@Timeout(30)
class KernelFailureTest {
    private static final long MS = 1_000_000;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final CountDownLatch forever = new CountDownLatch(1);
    private Kernel kernel;

    @AfterEach
    void close() throws InterruptedException {
        forever.countDown();
        if (kernel != null) {
            kernel.close();
        }
    }

    private static TaskSetBuilder platform() {
        return TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1")).device(DeviceSpec.modelled("acc0"));
    }

    private void open(final TaskSet set, final KernelOptions options) throws InterruptedException {
        open(set, options, set.platform().devices().stream().map(spec -> spec.kind() == DeviceKind.CPU
            ? (Device) new CpuDevice(Clock.SYSTEM, "java") : new ModelledDevice()).toList());
    }

    private void open(final TaskSet set, final KernelOptions options, final List<Device> devices) throws InterruptedException {
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(options, devices.size()));
        kernel = new Kernel(set, devices, memory, options, Admission.ALL, ThreadSetup.NONE, new KernelListener() {
            @Override
            public void onDeadlineMiss(final String task, final long job, final long lateNs) {
                heard.add("miss " + task + " " + job + (lateNs > 0 ? "" : " not late"));
            }

            @Override
            public void onError(final String task, final Throwable cause) {
                heard.add("error " + task + " " + cause);
            }

            @Override
            public void onDispatcherDeath(final String device, final Throwable cause) {
                heard.add("death " + device + " " + cause);
            }

            @Override
            public void onDeviceLost(final String device) {
                heard.add("lost " + device);
            }
        }, (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM);
        kernel.start();
    }

    private static SegmentWork work(final LongConsumer body) {
        return new SegmentWork() {
            @Override
            public void run(final long job) {
                body.accept(job);
            }

            @Override
            public long modelledNs(final long job) {
                body.accept(job);
                return MS;
            }

            @Override
            public void terminate() {
            }

            @Override
            public void close() {
            }
        };
    }

    private void hang(final long job) {
        boolean waiting = true;
        while (waiting) {
            try {
                forever.await();
                waiting = false;
            } catch (final InterruptedException e) {
                waiting = true;
            }
        }
    }

    private static List<SegmentWork> timed(final Task task) {
        return task.segments().stream().map(segment -> (SegmentWork) new TimedWork(Clock.SYSTEM, segment, 1)).toList();
    }

    private long count(final String begin) {
        return heard.stream().filter(line -> line.startsWith(begin)).count();
    }

    private static long dueNs(final long firstNs, final long periodNs, final long endNs) {
        return endNs < firstNs ? 0 : (endNs - firstNs) / periodNs + 1;
    }

    @Test
    void shouldCountAndTellEachReleaseOnceWhenADispatcherIsStuck() throws InterruptedException {
        final TaskSet set = platform().task("good", t -> t.periodNs(20 * MS).segment("cpu0", MS))
            .task("bad", t -> t.periodNs(100 * MS).segment("cpu0", 5 * MS)).build();
        open(set, KernelOptions.DEFAULT);
        final long firstNs = Clock.SYSTEM.nanoTime() + 20 * MS;
        final int[] slots = kernel.addAll(set.tasks(), List.of(List.of(work(job -> { })), List.of(work(job -> {
            if (job == 1) {
                hang(job);
            }
        }))), firstNs);
        Await.until(() -> count("miss good") >= 20);
        final long beforeNs = Clock.SYSTEM.nanoTime();
        assertFalse(kernel.stop(10 * MS));
        final long afterNs = Clock.SYSTEM.nanoTime();
        final TaskReport good = kernel.report(slots[0]);
        final long taken = good.released() + good.skipped() + good.lost();
        assertTrue(taken >= dueNs(firstNs, 20 * MS, beforeNs) && taken <= dueNs(firstNs, 20 * MS, afterNs), good.toString());
        assertTrue(good.lost() >= 20 && good.misses() >= 20, good.toString());
        assertEquals(good.released(), good.completed() + good.unfinished());
        assertTrue(count("miss good") <= taken - good.completed() + lateJobs(good), "told twice, or after the end: " + heard + good);
        assertFalse(heard.stream().anyMatch(line -> line.endsWith("not late")), heard.toString());
        assertTrue(count("miss bad 1") == 1, heard.toString());
    }

    /** Completed jobs that were late, as far as this machine held them up: no more than the misses that lost releases do not explain. */
    private static long lateJobs(final TaskReport report) {
        return Math.min(report.completed(), Math.max(0, report.misses() - report.lost() + 1));
    }

    @Test
    void shouldTellNoMissTwiceWhenAStuckDispatcherComesBack() throws InterruptedException {
        final TaskSet set = platform().task("good", t -> t.periodNs(20 * MS).priority(2).segment("cpu0", 10_000))
            .task("bad", t -> t.periodNs(10_000 * MS).priority(1).segment("cpu0", 5 * MS)).build();
        open(set, KernelOptions.DEFAULT);
        final int[] slots = kernel.addAll(set.tasks(), List.of(List.of(work(job -> { })), List.of(work(this::hang))),
            Clock.SYSTEM.nanoTime() + 20 * MS);
        Await.until(() -> count("miss good") >= 12);
        forever.countDown();
        Await.until(() -> kernel.completed(slots[0]) >= 12);
        assertTrue(kernel.stop(5000 * MS));
        final TaskReport good = kernel.report(slots[0]);
        assertEquals(0, good.lost());
        assertEquals(0, kernel.report(slots[1]).lost());
        assertTrue(good.misses() >= 12, good.toString());
        assertTrue(count("miss good") <= good.misses() + good.skipped(), "told twice: " + heard + good);
    }

    @Test
    void shouldLoseNothingWhenTheRunEndsAsItShould() throws InterruptedException {
        final TaskSet set = platform().task("a", t -> t.periodNs(2 * MS).jitterNs(MS).segment("cpu0", 10_000))
            .task("b", t -> t.periodNs(3 * MS).segment("acc0", 10_000).segment("cpu1", 10_000)).build();
        open(set, KernelOptions.DEFAULT);
        final long firstNs = Clock.SYSTEM.nanoTime() + 20 * MS;
        final int[] slots = kernel.addAll(set.tasks(), set.tasks().stream().map(KernelFailureTest::timed).toList(), firstNs);
        Thread.sleep(150);
        final long beforeNs = Clock.SYSTEM.nanoTime();
        assertTrue(kernel.stop(10_000 * MS));
        for (final int slot : slots) {
            final TaskReport report = kernel.report(slot);
            assertEquals(0, report.lost(), report.toString());
            assertFalse(report.stopped());
            final long dueNs = dueNs(firstNs, set.tasks().get(slot).periodNs(), beforeNs - set.tasks().get(slot).jitterNs());
            assertTrue(report.released() + report.skipped() >= dueNs, "due " + dueNs + ": " + report);
        }
    }

    /** An accelerator whose driver throws when it is polled. */
    private final class BreakingDevice extends DeviceStub {
        private boolean broken;

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            broken = false;
        }

        @Override
        public int poll(final long nowNs) {
            if (broken) {
                return forever.getCount() > 0 ? RUNNING : FAILED;
            }
            broken = true;
            throw new UnsatisfiedLinkError("driver gone");
        }
    }

    @Test
    void shouldTellAndLoseItsDeviceWhenADispatcherDies() throws InterruptedException {
        final TaskSet set = platform().task("good", t -> t.periodNs(20 * MS).segment("cpu0", 10_000))
            .task("bad", t -> t.periodNs(20 * MS).segment("cpu1", 10_000).segment("acc0", 10_000))
            .task("home", t -> t.periodNs(20 * MS).segment("acc0", 10_000)).build();
        open(set, KernelOptions.DEFAULT,
            List.of(new CpuDevice(Clock.SYSTEM, "java"), new CpuDevice(Clock.SYSTEM, "java"), new BreakingDevice()));
        final int[] slots = kernel.addAll(set.tasks(), set.tasks().stream().map(KernelFailureTest::timed).toList(),
            Clock.SYSTEM.nanoTime() + 20 * MS);
        Await.until(() -> heard.contains("lost acc0"));
        final long completed = kernel.completed(slots[0]);
        Await.until(() -> kernel.completed(slots[0]) > completed + 3 && count("miss home") > 3);
        assertEquals(1, count("death acc0 java.lang.UnsatisfiedLinkError: driver gone"), heard.toString());
        assertEquals(1, count("lost"), heard.toString());
        assertTrue(kernel.isLost(2));
        kernel.stop(100 * MS);
        assertFalse(kernel.report(slots[0]).stopped());
        assertTrue(kernel.report(slots[1]).stopped());
        assertTrue(kernel.report(slots[2]).stopped());
        assertTrue(kernel.report(slots[2]).lost() > 3, kernel.report(slots[2]).toString());
    }

    @Test
    void shouldStopOneTaskAloneWhenAnAcceleratorsWorkThrowsAnError() throws InterruptedException {
        final TaskSet set = platform().task("good", t -> t.periodNs(20 * MS).segment("acc0", 10_000))
            .task("bad", t -> t.periodNs(20 * MS).segment("acc0", 10_000)).build();
        open(set, KernelOptions.DEFAULT);
        final int[] slots = kernel.addAll(set.tasks(), List.of(timed(set.tasks().getFirst()), List.of(work(job -> {
            if (job == 2) {
                throw new StackOverflowError("of the program");
            }
        }))), Clock.SYSTEM.nanoTime() + 20 * MS);
        Await.until(() -> count("error bad") > 0);
        final long completed = kernel.completed(slots[0]);
        Await.until(() -> kernel.completed(slots[0]) > completed + 3);
        assertEquals(List.of("error bad java.lang.StackOverflowError: of the program"), heard);
        assertTrue(kernel.stop(1000 * MS));
        assertTrue(kernel.report(slots[1]).stopped());
        assertEquals(2, kernel.report(slots[1]).completed());
        assertEquals(1, kernel.report(slots[1]).aborted());
        assertFalse(kernel.isLost(2));
    }

    /** Waits until a thread uses less than 2 ms of processor time in 200 ms: a spinning thread never does. */
    private static void awaitSleep(final String name) throws InterruptedException {
        final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        final Thread thread = Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals(name))
            .max(Comparator.comparingLong(Thread::threadId)).orElseThrow(); // not one of a test before
        assertTrue(thread.isAlive());
        long beforeNs = threads.getThreadCpuTime(thread.threadId());
        long usedNs = Long.MAX_VALUE;
        while (usedNs > 2 * MS) {
            Thread.sleep(200);
            final long nowNs = threads.getThreadCpuTime(thread.threadId());
            usedNs = nowNs - beforeNs;
            beforeNs = nowNs;
        }
    }

    @Test
    void shouldSleepWhenTheHomeOfATaskIsLost() throws InterruptedException {
        final TaskSet set = platform().task("hung", t -> t.periodNs(40 * MS).segment("cpu0", MS).segment("cpu1", MS).segment("acc0", MS))
            .task("waits", t -> t.periodNs(40 * MS).segment("cpu0", MS).segment("cpu1", MS)).build();
        open(set, KernelOptions.DEFAULT.withLostAfterNs(50 * MS));
        kernel.addAll(set.tasks(), List.of(List.of(work(this::hang), work(job -> { }), work(job -> { })), timed(set.tasks().get(1))),
            Clock.SYSTEM.nanoTime() + 20 * MS);
        Await.until(() -> heard.contains("lost cpu0"));
        awaitSleep("tactus-cpu1");
        awaitSleep("tactus-acc0");
    }

    @Test
    void shouldSleepAndThenTakeTheJobBackWhenAnotherDeviceIsLostAndReturns() throws InterruptedException {
        final TaskSet set = platform().task("hung", t -> t.periodNs(40 * MS).segment("acc0", MS).segment("cpu1", MS)).build();
        open(set, KernelOptions.DEFAULT.withLostAfterNs(50 * MS));
        final int slot = kernel.addAll(set.tasks(), List.of(List.of(work(job -> { }), work(this::hang))),
            Clock.SYSTEM.nanoTime() + 20 * MS)[0];
        Await.until(() -> heard.contains("lost cpu1"));
        awaitSleep("tactus-acc0");
        assertFalse(kernel.isStopped(slot));
        forever.countDown();
        Await.until(() -> kernel.isStopped(slot));
    }

    @Test
    void shouldSleepWhenASegmentHasInterruptedItsDispatcher() throws InterruptedException {
        final TaskSet set = platform().task("a", t -> t.periodNs(500 * MS).priority(1).segment("cpu0", MS))
            .task("b", t -> t.periodNs(500 * MS).priority(2).segment("cpu0", MS)).build();
        open(set, KernelOptions.DEFAULT);
        final List<Boolean> seen = new CopyOnWriteArrayList<>();
        kernel.addAll(set.tasks(), List.of(List.of(work(job -> Thread.currentThread().interrupt())),
            List.of(work(job -> seen.add(Thread.currentThread().isInterrupted())))), Clock.SYSTEM.nanoTime() + 20 * MS);
        Await.until(() -> seen.size() >= 2);
        awaitSleep("tactus-cpu0");
        assertFalse(seen.contains(true), "one task's interrupt reached the other's code");
    }

    /** Segments that follow each other without a break keep the thread from its loop for as long as jobs wait, which is no defect. */
    @Test
    void shouldLoseNoDeviceWhoseShortSegmentsNeverEndToFollowEachOther() throws InterruptedException {
        final TaskSet set = platform().task("loop", t -> t.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("cpu0", MS)).build();
        open(set, KernelOptions.DEFAULT.withIdle(KernelOptions.Idle.SPIN).withLostAfterNs(200 * MS));
        kernel.addAll(set.tasks(), List.of(List.of(work(job -> { }))), Clock.SYSTEM.nanoTime());
        final long endNs = System.nanoTime() + 6_000 * MS;
        while (System.nanoTime() < endNs && !kernel.isLost(0)) {
            Thread.sleep(1);
        }
        assertFalse(kernel.isLost(0), "after " + kernel.completed(0) + " jobs: " + heard);
        assertTrue(kernel.completed(0) > 1_000);
    }
}
