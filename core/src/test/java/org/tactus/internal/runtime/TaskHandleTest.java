// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.work.CodeWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Offer;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/** What a program names its tasks by, and what it is told when it names one that is not there, or another's. */
@Timeout(60)
class TaskHandleTest {
    private static final long MS = 1_000_000;
    private static final int[] NO_SLOTS = {-1, -20, Integer.MIN_VALUE, 2, 63, 64, 99, 100, 100_000, Integer.MAX_VALUE};

    private final AtomicLong steps = new AtomicLong();
    private final AtomicLong alarms = new AtomicLong();

    private static TaskSet set() {
        return TaskSet.builder("mine").device(DeviceSpec.cpu("cpu0"))
            .task("control", t -> t.periodNs(20 * MS).segment("cpu0", MS))
            .task("alarm", t -> t.periodNs(50 * MS).release(Release.SPORADIC).segment("cpu0", MS)).build();
    }

    private static Task task(final String name, final long periodNs) {
        return TaskSet.builder("one").device(DeviceSpec.cpu("cpu0")).task(name, t -> t.periodNs(periodNs).segment("cpu0", MS)).build()
            .tasks().getFirst();
    }

    private static Task sporadic(final String name) {
        return task(name, 50 * MS).withRelease(Release.SPORADIC);
    }

    private TaskSetRun open() {
        final CodeWorks works = new CodeWorks().segment("control", 0, job -> steps.incrementAndGet())
            .segment("alarm", 0, job -> alarms.incrementAndGet());
        return TaskSetRun.open(set(), RunSettings.DEFAULT.withRealTime(false), works, KernelListener.NONE);
    }

    private static void awaitCompleted(final TaskSetRun tactus, final RunHandle task, final long jobs) {
        while (tactus.completed(task) < jobs) {
            pause(MS);
        }
    }

    /** Adds a task as soon as another one's slot is free; its name is a number. */
    private static RunHandle addInto(final int slot, final TaskSetRun tactus) {
        for (int i = 0; true; i++) {
            final RunHandle added = tactus.add(sporadic("b" + i));
            if (added.slot() == slot) {
                return added;
            }
            tactus.remove(added);
            pause(20 * MS);
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
    void shouldRefuseAReleaseAndRunNothingWhenTheTaskReleasesItsJobsByItself() throws InterruptedException {
        try (TaskSetRun tactus = open()) {
            tactus.start();
            awaitCompleted(tactus, tactus.handle("control"), 1);
            for (int i = 0; i < 10; i++) {
                assertEquals(SporadicGate.NOT_SPORADIC, tactus.release(tactus.handle("control")));
                Thread.sleep(20);
            }
            final RunResult result = tactus.stop();
            assertEquals(steps.get(), result.tasks().getFirst().jobs());
            assertTrue(result.tasks().getFirst().released() <= result.durationNs() / (20 * MS) + 2, result.tasks().toString());
            assertEquals(0, result.tasks().getLast().released());
            assertEquals(0, alarms.get());
        }
    }

    @Test
    void shouldRefuseAReleaseAndRunNothingWhenThereIsNoSuchSlot() throws InterruptedException {
        try (TaskSetRun tactus = open()) {
            assertEquals(SporadicGate.STOPPED, tactus.release(new RunHandle(tactus, 0, 1, "forged")), "before the start");
            assertEquals(SporadicGate.STOPPED, tactus.release(new RunHandle(tactus, 1, 2, "forged")), "before the start");
            final String why = assertThrows(IllegalArgumentException.class, () -> tactus.handle("alarm")).getMessage();
            assertTrue(why.contains("before the start"), why);
            tactus.start();
            for (final int slot : NO_SLOTS) {
                final boolean inTable = slot >= 0 && slot < RunSettings.DEFAULT.kernel().taskCapacity();
                assertEquals(inTable ? SporadicGate.STOPPED : SporadicGate.UNKNOWN,
                    tactus.release(new RunHandle(tactus, slot, 1, "forged")), "slot " + slot);
            }
            assertEquals(SporadicGate.NOT_SPORADIC, tactus.release(tactus.handle("control")));
            assertEquals(SporadicGate.ACCEPTED, tactus.release(tactus.handle("alarm")));
            awaitCompleted(tactus, tactus.handle("alarm"), 1);
            tactus.stop();
            assertEquals(1, alarms.get());
            for (final int slot : NO_SLOTS) {
                assertEquals(SporadicGate.STOPPED, tactus.release(new RunHandle(tactus, slot, 1, "forged")),
                    "slot " + slot + " after the end");
            }
        }
    }

    @Test
    void shouldRefuseWhenTheHandleIsAnothersOrTheRunHasEnded() throws InterruptedException {
        final RunHandle alarm;
        final TaskSetRun ended = open();
        try (TaskSetRun tactus = open()) {
            ended.start();
            tactus.start();
            alarm = ended.handle("alarm");
            assertEquals(alarm.slot(), tactus.handle("alarm").slot());
            assertEquals(SporadicGate.UNKNOWN, tactus.release(alarm));
            final String why = assertThrows(IllegalArgumentException.class, () -> tactus.remove(alarm)).getMessage();
            assertTrue(why.contains("alarm") && why.contains("another Tactus"), why);
            assertThrows(IllegalArgumentException.class, () -> tactus.completed(alarm));
            ended.stop();
            assertEquals(SporadicGate.STOPPED, ended.release(alarm));
            ended.remove(alarm);
            ended.close();
            assertEquals(SporadicGate.STOPPED, ended.release(alarm));
            ended.remove(alarm);
            assertEquals(0, ended.completed(alarm));
            assertThrows(IllegalStateException.class, () -> ended.add(task("late", 50 * MS)));
            assertEquals(0, tactus.stop().tasks().getLast().released());
        }
    }

    @Test
    void shouldLeaveTheNextTaskAloneWhenTheLastOnesHandleIsUsedAgain() throws InterruptedException {
        try (TaskSetRun tactus = open()) {
            tactus.start();
            final RunHandle first = tactus.add(sporadic("a"));
            assertEquals(SporadicGate.ACCEPTED, tactus.release(first));
            awaitCompleted(tactus, first, 1);
            tactus.remove(first);
            final RunHandle second = addInto(first.slot(), tactus);
            assertEquals(SporadicGate.STOPPED, tactus.release(first));
            tactus.remove(first);
            tactus.remove("a");
            assertEquals(SporadicGate.ACCEPTED, tactus.release(second));
            awaitCompleted(tactus, second, 1);
            assertEquals(1, tactus.completed(first), "what the last one did is kept");
            final RunResult result = tactus.stop();
            for (final String name : List.of("a", second.name())) {
                final TaskResult row = result.tasks().stream().filter(task -> task.name().equals(name)).findFirst().orElseThrow();
                assertEquals(1, row.jobs(), row.toString());
            }
        }
    }

    @Test
    void shouldKeepARowForEachWhenANameIsUsedAgain() throws InterruptedException {
        try (TaskSetRun tactus = open()) {
            tactus.start();
            final List<RunHandle> handles = new ArrayList<>();
            for (int jobs = 1; jobs <= 3; jobs++) {
                final RunHandle handle = addWhenFree(tactus, task("a", 20 * MS));
                assertSame(handle, tactus.handle("a"));
                awaitCompleted(tactus, handle, 2L * jobs);
                tactus.remove("a");
                handles.add(handle);
            }
            final RunResult result = tactus.stop();
            assertEquals(List.of("control", "alarm", "a~1", "a~2", "a"), result.tasks().stream().map(TaskResult::name).toList());
            assertEquals(result.tasks().stream().map(TaskResult::name).toList(), List.copyOf(tactus.histograms().keySet()));
            for (int i = 0; i < 3; i++) {
                final TaskResult row = result.tasks().get(2 + i);
                assertTrue(row.jobs() >= 2L * (i + 1), row.toString());
                assertEquals(tactus.completed(handles.get(i)), row.jobs());
                assertEquals(row.jobs(), tactus.histograms().get(row.name()).getTotalCount());
                assertTrue(row.boundNs().isPresent(), row.toString());
            }
            assertEquals(5, result.withoutStalls().tasks().size());
            assertEquals(0, result.withoutStalls().untraced(), "the log knows every job of every task");
        }
    }

    private static RunHandle addWhenFree(final TaskSetRun tactus, final Task task) {
        while (true) {
            try {
                return tactus.add(task);
            } catch (final AdmissionRefusedException e) {
                assertTrue(e.getMessage().contains("is there already"), e.getMessage());
                pause(MS);
            }
        }
    }

    @Test
    void shouldTellWhatRanWhenAnAddWasRefusedAfterARemoval() throws InterruptedException {
        final Task tooLong = TaskSet.builder("one").device(DeviceSpec.cpu("cpu0"))
            .task("refused", t -> t.periodNs(200 * MS).segment("cpu0", 190 * MS)).build().tasks().getFirst();
        try (TaskSetRun tactus = open()) {
            tactus.start();
            final RunHandle removed = tactus.add(task("removed", 20 * MS));
            awaitCompleted(tactus, removed, 2);
            tactus.remove(removed);
            for (int i = 0; i < 40; i++) { // among these is one that finds the removed task's slot free
                assertThrows(AdmissionRefusedException.class, () -> tactus.add(tooLong));
                Thread.sleep(5);
            }
            final RunResult result = tactus.stop();
            assertEquals(List.of("control", "alarm", "removed"), result.tasks().stream().map(TaskResult::name).toList());
            assertEquals(tactus.completed(removed), result.tasks().getLast().jobs());
        }
    }

    @Test
    void shouldNameTaskIndexAndDevicesWhenAnAddedTaskIsOfAnotherPlatform() throws InterruptedException {
        try (TaskSetRun tactus = open()) {
            tactus.start();
            for (final int device : new int[] {1, 7, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                final Segment segment = new Segment(device, MS, ActualTime.WCET);
                final Segment offered = new Segment(0, MS, ActualTime.WCET).withOffer(Optional.of(new Offer(device, MS)));
                for (final Segment wrong : List.of(segment, offered)) {
                    final Task strange = task("strange", 50 * MS).withSegments(List.of(wrong));
                    final String why = assertThrows(InvalidTaskSetException.class, () -> tactus.add(strange)).getMessage();
                    assertTrue(why.contains("'strange'") && why.contains(" " + device + ",") && why.contains("0 'cpu0'"), why);
                }
            }
            assertEquals(2, tactus.stop().tasks().size());
        }
    }

    @Test
    void shouldTellCountsWhileATaskRunsAndWhenItIsGone() throws InterruptedException {
        final TaskSetRun ended = open();
        final RunHandle control;
        final long jobs;
        try (TaskSetRun tactus = ended) {
            tactus.start();
            control = tactus.handle("control");
            awaitCompleted(tactus, control, 2);
            final TaskResult.Counts running = tactus.counts(control);
            assertTrue(running.jobs() >= 2 && running.released() >= running.jobs(), running.toString());
            assertTrue(running.maxNs() >= running.minNs(), running.toString());
            tactus.stop();
            jobs = tactus.counts(control).jobs();
            assertTrue(jobs >= running.jobs(), running.toString());
        }
        assertEquals(jobs, ended.counts(control).jobs());
    }

    @Test
    void shouldAllocateNothingWhenReleasesAreAcceptedOrRefused() throws InterruptedException {
        try (TaskSetRun tactus = open()) {
            tactus.start();
            final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            final RunHandle control = tactus.handle("control");
            final RunHandle alarm = tactus.handle("alarm");
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 10; attempt++) {
                long accepted = 0;
                final long before = threads.getCurrentThreadAllocatedBytes();
                final long untilNs = System.nanoTime() + 60 * MS;
                while (System.nanoTime() < untilNs) {
                    accepted += tactus.release(alarm) == SporadicGate.ACCEPTED ? 1 : 0;
                    accepted += tactus.release(control) == SporadicGate.ACCEPTED ? 100 : 0;
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
                assertFalse(accepted >= 100, "a periodic task's release was accepted");
            }
            assertEquals(0, least, "bytes for the releases of 60 ms");
            tactus.stop();
            assertTrue(alarms.get() > 0);
        }
    }
}
