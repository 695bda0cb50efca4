// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** A slot that is used again while something is late for its last task, and a device that is lost while a task is added. */
@Timeout(60)
class SlotReuseKernelTest {
    private static final long MS = 1_000_000;
    private static final KernelOptions OPTIONS = KernelOptions.DEFAULT.withLostAfterNs(50 * MS);

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final CountDownLatch unheld = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile boolean holdsMonitor;
    private Kernel kernel;

    @AfterEach
    void close() {
        unheld.countDown();
        never.countDown();
        kernel.close();
    }

    private static Task task(final String name, final long periodNs, final String... devices) {
        return TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1")).task(name, t -> {
            t.periodNs(periodNs);
            for (final String device : devices) {
                t.segment(device, MS);
            }
        }).build().tasks().getFirst();
    }

    private void open(final Admission admission) throws InterruptedException {
        final List<Device> devices = List.of(new CpuDevice(Clock.SYSTEM, "java"), new CpuDevice(Clock.SYSTEM, "java"));
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(OPTIONS, 2));
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .task("base", t -> t.periodNs(MS).segment("cpu0", 1)).build();
        kernel = new Kernel(set, devices, memory, OPTIONS, admission, ThreadSetup.NONE, new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                heard.add("error " + task + ": " + cause.getMessage());
            }

            @Override
            public void onRound() {
                if (holdsMonitor) {
                    SlotReuseKernelTest.await(unheld);
                }
            }
        }, EventHandler.NONE, Clock.SYSTEM);
        kernel.start();
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int add(final Task task, final Runnable body) {
        return add(task, body, 5 * MS);
    }

    private int add(final Task task, final Runnable body, final long leadNs) {
        final List<SegmentWork> works = new ArrayList<>();
        task.segments().forEach(segment -> works.add(WorkStub.of(body)));
        return kernel.addAll(List.of(task), List.of(works), Clock.SYSTEM.nanoTime() + leadNs)[0];
    }

    private void awaitStopped(final int slot) {
        while (!kernel.isStopped(slot)) {
            pause(MS);
        }
    }

    private void awaitCompleted(final int slot, final long jobs) {
        while (kernel.completed(slot) < jobs) {
            pause(MS);
        }
    }

    /** Waits a little; ends the test when its time is over. */
    private static void pause(final long ns) {
        LockSupport.parkNanos(ns);
        if (Thread.currentThread().isInterrupted()) {
            throw new AssertionError("what is waited for does not come");
        }
    }

    @Test
    void shouldTellTheRightTaskAndStopNoOtherWhenAnErrorIsLate() throws InterruptedException {
        open(Admission.ALL);
        holdsMonitor = true;
        Thread.sleep(50); // the monitor is in its round
        final int bad = add(task("bad", 20 * MS, "cpu0"), () -> {
            throw new IllegalStateException("on purpose");
        });
        final int generation = kernel.generation(bad);
        while (kernel.error(bad) == null) {
            pause(MS);
        }
        kernel.remove(bad);
        awaitStopped(bad);
        final int good = add(task("good", 20 * MS, "cpu0"), () -> { });
        assertEquals(bad, good, "the slot is used again");
        awaitCompleted(good, 2);
        holdsMonitor = false;
        unheld.countDown();
        while (heard.isEmpty()) {
            pause(MS);
        }
        final long before = kernel.completed(good);
        awaitCompleted(good, before + 5);
        assertFalse(kernel.isStopped(good));
        assertTrue(kernel.stop(1000 * MS));
        assertEquals(List.of("error bad: on purpose"), heard);
        assertEquals(1, kernel.report(bad, generation).aborted());
        assertEquals(0, kernel.report(good).aborted());
    }

    @Test
    void shouldGoOnWhenASlotsLastTaskIsRemovedOnceMore() throws InterruptedException {
        open(Admission.ALL);
        final int first = add(task("first", 20 * MS, "cpu0"), () -> { });
        final int generation = kernel.generation(first);
        awaitCompleted(first, 3);
        kernel.remove(first, generation);
        awaitStopped(first);
        final int second = add(task("second", 20 * MS, "cpu0"), () -> { });
        assertEquals(first, second);
        kernel.remove(first, generation);
        awaitCompleted(second, 5);
        assertTrue(kernel.stop(1000 * MS));
        assertTrue(kernel.report(second).completed() >= 5);
        assertTrue(kernel.report(first, generation).completed() >= 3, "what the first did is kept");
        assertEquals(kernel.report(first, generation).completed(), kernel.report(first, generation).responses().getTotalCount());
        assertThrows(IllegalArgumentException.class, () -> kernel.report(first, 99));
    }

    private int hang() {
        return add(task("hung", 10_000 * MS, "cpu0"), () -> await(never));
    }

    @Test
    void shouldRefuseATaskWhenItsDeviceIsLostWhileTheAnalysisThinks() throws InterruptedException {
        final List<List<String>> asked = new CopyOnWriteArrayList<>();
        open(candidate -> {
            asked.add(candidate.tasks().stream().map(Task::name).toList());
            while (candidate.tasks().size() > 1 && !kernel.isLost(0)) {
                pause(MS);
            }
            return Optional.empty();
        });
        hang();
        final Task late = task("late", 20 * MS, "cpu1", "cpu0");
        final String why = assertThrows(AdmissionRefusedException.class, () -> add(late, () -> { })).getMessage();
        assertTrue(why.contains("'cpu0'") && why.contains("lost"), why);
        assertEquals(List.of("hung"), asked.getLast(), "what the analysis remembers is what runs");
        final int other = add(task("late", 20 * MS, "cpu1"), () -> { });
        awaitCompleted(other, 2);
        assertFalse(kernel.stop(100 * MS));
    }

    @Test
    void shouldStopOrRefuseEveryTaskWhenManyAreAddedWhileTheirDeviceIsLost() throws InterruptedException {
        open(Admission.ALL);
        hang();
        final List<Integer> slots = new ArrayList<>();
        boolean refused = false;
        for (int i = 0; !refused; i++) {
            try {
                slots.add(add(task("t" + i, 10_000 * MS, "cpu1", "cpu0"), () -> { }, 60_000 * MS)); // no job comes while this runs
            } catch (final AdmissionRefusedException e) {
                refused = true;
            }
            if (slots.size() == 50) { // make room: the device is not lost yet
                for (final int slot : slots) {
                    kernel.remove(slot);
                    awaitStopped(slot);
                }
                slots.clear();
            }
        }
        assertTrue(kernel.isLost(0));
        slots.forEach(this::awaitStopped);
        assertFalse(kernel.stop(100 * MS));
    }
}
