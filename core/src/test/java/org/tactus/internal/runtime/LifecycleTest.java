// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.WrappedWork;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.work.CodeWorks;
import org.tactus.internal.work.TimedWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** Starts, stops and closes in every order that a program may come to, and looks at what is left of the run. */
@Timeout(60)
class LifecycleTest {
    private static final long MS = 1_000_000;

    @TempDir
    private Path scratch;

    private Leftovers leftovers;

    @BeforeEach
    void look() {
        leftovers = new Leftovers(scratch);
    }

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted(); // of a test that failed half-way
    }

    private static TaskSet set() {
        return TaskSet.builder("lives").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
            .device(new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), "software", 0, Optional.empty(), 0))
            .task("control", t -> t.periodNs(20 * MS).segment("cpu0", MS).segment("acc0", MS).segment("gpu0", MS))
            .task("alarm", t -> t.periodNs(10 * MS).deadlineNs(10 * MS).release(Release.SPORADIC).segment("cpu0", MS)).build();
    }

    private static RunSettings options(final KernelOptions kernel) {
        return RunSettings.DEFAULT.withKernel(kernel).withRealTime(false).withForce(true).withDriveSporadic(true);
    }

    private static RunSettings options() {
        return options(KernelOptions.DEFAULT);
    }

    private TaskSetRun open() {
        return open(set(), new TimedWorks(), KernelListener.NONE);
    }

    private TaskSetRun open(final TaskSet set, final WorkFactory works, final KernelListener listener) {
        return TaskSetRun.open(set, options(), works, listener);
    }

    private TaskSetRun running() throws InterruptedException {
        final TaskSetRun tactus = open();
        tactus.start();
        awaitJobs(tactus, "control");
        return tactus;
    }

    private static void awaitJobs(final TaskSetRun tactus, final String task) throws InterruptedException {
        final RunHandle handle = tactus.handle(task);
        while (tactus.completed(handle) < 2) {
            Thread.sleep(1);
        }
    }

    private void assertNothingIsLeft() throws InterruptedException {
        assertEquals(List.of(), leftovers.settled());
    }

    private static long jobs(final RunResult result) {
        return result.tasks().stream().mapToLong(task -> task.jobs()).sum();
    }

    @Test
    void shouldGiveTheSameResultWhenStoppedTwice() throws InterruptedException {
        try (TaskSetRun tactus = running()) {
            final RunResult result = tactus.stop();
            assertTrue(jobs(result) >= 2, result.toString());
            assertSame(result, tactus.stop());
        }
        assertNothingIsLeft();
    }

    @Test
    void shouldKeepTheResultWhenClosedAndDoNothingWhenClosedAgain() throws InterruptedException {
        final TaskSetRun tactus = running();
        final RunResult result = tactus.stop();
        tactus.close();
        tactus.close();
        assertSame(result, tactus.stop());
        assertEquals(result.tasks().getFirst().jobs(), tactus.histograms().get("control").getTotalCount());
        assertEquals(List.of("control", "alarm"), List.copyOf(tactus.histograms().keySet()));
        tactus.remove("alarm");
        assertTrue(tactus.completed(tactus.handle("control")) >= 2);
        assertEquals(SporadicGate.STOPPED, tactus.release(tactus.handle("alarm")));
        assertTrue(assertThrows(IllegalStateException.class, () -> tactus.add(set().tasks().getFirst())).getMessage().contains("closed"));
        assertNothingIsLeft();
    }

    @Test
    void shouldKeepTheResultWhenClosedWithoutAStop() throws InterruptedException {
        final TaskSetRun tactus = running();
        tactus.close();
        assertNothingIsLeft();
        final RunResult result = tactus.stop();
        assertTrue(jobs(result) >= 2, result.toString());
        assertTrue(tactus.histograms().get("control").getTotalCount() >= 2);
    }

    @Test
    void shouldEndTheRunAndKeepItsResultWhenStopIsInterrupted() throws InterruptedException {
        final TaskSetRun tactus = running();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, tactus::stop);
        assertFalse(Thread.interrupted(), "an InterruptedException takes the interrupt over");
        final RunResult result = tactus.stop();
        assertTrue(jobs(result) >= 2, result.toString());
        assertFalse(leftovers.list().stream().anyMatch(line -> line.startsWith("thread tactus-")), leftovers.list().toString());
        tactus.close();
        assertNothingIsLeft();
    }

    /** The drain, too, is cut short: the work of one segment returns only when the test is over. */
    @Test
    void shouldEndTheRunWhenTheDrainIsInterrupted() throws InterruptedException {
        final CountDownLatch hangs = new CountDownLatch(1);
        final CountDownLatch entered = new CountDownLatch(1);
        final TaskSet set = TaskSet.builder("drains").device(DeviceSpec.cpu("cpu0"))
            .task("slow", t -> t.periodNs(600_000 * MS).segment("cpu0", 300_000 * MS)).build();
        final TaskSetRun tactus = open(set, new CodeWorks().segment("slow", 0, job -> {
            entered.countDown();
            hangs.await();
        }), KernelListener.NONE);
        tactus.start();
        entered.await();
        final Thread stopping = Thread.currentThread();
        final Thread interrupter = Thread.ofPlatform().start(() -> {
            while (stopping.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            stopping.interrupt();
        });
        assertThrows(InterruptedException.class, tactus::stop);
        interrupter.join();
        assertEquals(1, tactus.stop().tasks().getFirst().unfinished());
        tactus.close();
        assertTrue(leftovers.list().contains("thread tactus-cpu0"), leftovers.list().toString());
        hangs.countDown();
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLeaveNothingWhenAnInterruptedThreadCloses(final boolean stopped) throws InterruptedException {
        final TaskSetRun tactus = running();
        if (stopped) {
            tactus.stop();
        }
        Thread.currentThread().interrupt();
        tactus.close();
        assertTrue(Thread.interrupted(), "close() took the interrupt away");
        assertNothingIsLeft();
        assertTrue(jobs(tactus.stop()) >= 2);
    }

    @Test
    void shouldLeaveNothingWhenTheStartIsInterrupted() throws InterruptedException {
        final TaskSetRun tactus = open();
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, tactus::start);
        assertNothingIsLeft();
        assertEquals(0, jobs(tactus.stop()));
        tactus.close();
    }

    @Test
    void shouldLeaveNothingWhenAnInterruptedThreadOpens() throws InterruptedException {
        Thread.currentThread().interrupt();
        final TaskSetRun tactus = open();
        assertTrue(Thread.interrupted(), "open() took the interrupt away");
        tactus.close();
        assertNothingIsLeft();
    }

    private enum Bad {
        RING, TASKS, BYTES
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingWhenOpenFails(final Bad bad) throws InterruptedException {
        final KernelOptions usual = KernelOptions.DEFAULT;
        final KernelOptions wrong = switch (bad) {
            case RING -> new KernelOptions(usual.idle(), usual.spinBeforeNs(), usual.pollNs(), usual.stallThresholdNs(),
                usual.lostAfterNs(), 3, false, 8, 64);
            case TASKS -> usual.withCapacity(1 << 20, 64);
            case BYTES -> usual.withCapacity(8, Integer.MAX_VALUE / 8); // of more bytes than an int counts
        };
        assertThrows(Throwable.class, () -> TaskSetRun.open(set(), options(wrong), new TimedWorks(), KernelListener.NONE));
        assertNothingIsLeft();
    }

    private enum Breaks {
        REFUSED, EXCEPTION, ERROR
    }

    /** Without any close: a start that throws leaves nothing that there would be to close. */
    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingWhenTheStartFails(final Breaks how) throws InterruptedException {
        final Set<String> open = ConcurrentHashMap.newKeySet();
        final WorkFactory factory = (of, devices, task, seed) -> {
            if (task.name().equals("alarm") && how == Breaks.EXCEPTION) {
                throw new IllegalStateException("on purpose");
            }
            if (task.name().equals("alarm") && how == Breaks.ERROR) {
                throw new LinkageError("on purpose");
            }
            final List<SegmentWork> works = new ArrayList<>();
            new TimedWorks().prepare(of, devices, task, seed).forEach(work -> {
                final String name = task.name() + works.size();
                open.add(name);
                works.add(closing(work, () -> open.remove(name)));
            });
            return works;
        };
        final TaskSet tooMuch = TaskSet.builder("refused").device(DeviceSpec.cpu("cpu0"))
            .task("control", t -> t.periodNs(2 * MS).segment("cpu0", 3 * MS)).build();
        final TaskSet set = how == Breaks.REFUSED ? tooMuch : set();
        final TaskSetRun tactus =
            TaskSetRun.open(set, options().withForce(how != Breaks.REFUSED), factory, KernelListener.NONE);
        final Class<? extends Throwable> expected = switch (how) {
            case REFUSED -> AdmissionRefusedException.class;
            case EXCEPTION -> IllegalStateException.class;
            case ERROR -> LinkageError.class;
        };
        assertThrows(expected, tactus::start);
        assertEquals(Set.of(), open);
        assertNothingIsLeft();
        assertEquals(0, jobs(tactus.stop()));
        tactus.close();
    }

    private static SegmentWork closing(final SegmentWork work, final Runnable close) {
        return new WrappedWork() {
            @Override
            public SegmentWork wrapped() {
                return work;
            }

            @Override
            public void close() {
                close.run();
                work.close();
            }
        };
    }

    @Test
    void shouldGoOnWhenStartedTwiceAndRefuseToStartWhenEnded() throws InterruptedException {
        final TaskSetRun tactus = running();
        assertThrows(IllegalStateException.class, tactus::start);
        final long before = tactus.completed(tactus.handle("control"));
        while (tactus.completed(tactus.handle("control")) < before + 2) {
            Thread.sleep(1);
        }
        tactus.stop();
        assertThrows(IllegalStateException.class, tactus::start);
        tactus.close();
        assertThrows(IllegalStateException.class, tactus::start);
        final TaskSetRun never = open();
        assertThrows(IllegalArgumentException.class, () -> never.handle("alarm"), "no task was admitted");
        assertEquals(0, jobs(never.stop()));
        assertThrows(IllegalStateException.class, never::start);
        never.close();
        assertNothingIsLeft();
    }

    @Test
    void shouldGiveOneResultWhenSeveralThreadsStopAndClose() throws Exception {
        for (int round = 0; round < 3; round++) {
            final TaskSetRun tactus = running();
            final int threads = 6;
            final CyclicBarrier barrier = new CyclicBarrier(threads);
            final Set<RunResult> results = ConcurrentHashMap.newKeySet();
            final Set<Throwable> thrown = ConcurrentHashMap.newKeySet();
            final List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                final boolean closes = i % 2 == 0;
                callers.add(Thread.ofPlatform().start(() -> {
                    try {
                        barrier.await();
                        if (closes) {
                            tactus.close();
                        }
                        results.add(tactus.stop());
                        tactus.close();
                    } catch (final Throwable e) {
                        thrown.add(e);
                    }
                }));
            }
            for (final Thread caller : callers) {
                caller.join();
            }
            assertEquals(Set.of(), thrown);
            assertEquals(1, results.size());
            assertTrue(jobs(results.iterator().next()) >= 2);
        }
        assertNothingIsLeft();
    }

    @Test
    void shouldAcceptNoReleaseWhenTheDrainHasBegun() throws InterruptedException {
        final CountDownLatch hangs = new CountDownLatch(1);
        final CountDownLatch entered = new CountDownLatch(1);
        final TaskSet set = TaskSet.builder("drains").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .task("slow", t -> t.periodNs(600_000 * MS).segment("cpu0", 300_000 * MS))
            .task("alarm", t -> t.periodNs(2 * MS).deadlineNs(2 * MS).release(Release.SPORADIC).segment("cpu1", 1_000)).build();
        final RunSettings quiet = options().withDriveSporadic(false);
        try (TaskSetRun tactus = TaskSetRun.open(set, quiet, new CodeWorks().segment("slow", 0, job -> {
            entered.countDown();
            hangs.await();
        }), KernelListener.NONE)) {
            tactus.start();
            entered.await();
            final RunHandle alarm = tactus.handle("alarm");
            assertEquals(SporadicGate.ACCEPTED, tactus.release(alarm));
            final AtomicReference<RunResult> result = new AtomicReference<>();
            final Thread stopping = Thread.ofPlatform().start(() -> {
                try {
                    result.set(tactus.stop());
                } catch (final InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (stopping.getState() != Thread.State.TIMED_WAITING) { // the drain waits for the hung job
                Thread.sleep(1);
            }
            for (int i = 0; i < 20; i++) {
                assertEquals(SporadicGate.STOPPED, tactus.release(alarm));
                Thread.sleep(2);
            }
            hangs.countDown();
            stopping.join();
            assertEquals(1, result.get().tasks().get(1).jobs());
        }
        assertNothingIsLeft();
    }

    @Test
    void shouldUnlockTheProcessWhenTheLastRunIsClosed() throws InterruptedException {
        final RunSettings realTime = options().withRealTime(true);
        final long before = Leftovers.lockedKilobytes();
        final TaskSetRun first = TaskSetRun.open(set(), realTime, new TimedWorks(), KernelListener.NONE);
        final TaskSetRun second = TaskSetRun.open(set(), realTime, new TimedWorks(), KernelListener.NONE);
        final boolean granted = first.granted().get("process").equals("memory locked");
        assertEquals(granted, Leftovers.lockedKilobytes() > before);
        first.close();
        first.close();
        assertEquals(granted, Leftovers.lockedKilobytes() > before, "the second run still needs its memory locked");
        second.close();
        assertEquals(before, Leftovers.lockedKilobytes());
        assertNothingIsLeft();
    }

    /** The monitor's thread cannot wait for itself, and whoever stops does not wait for a handler without end. */
    @Test
    void shouldEndWhenAHandlerStopsTheRun() throws InterruptedException {
        final AtomicReference<TaskSetRun> run = new AtomicReference<>();
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final CountDownLatch stopped = new CountDownLatch(1);
        final TaskSetRun tactus = open(set(), new TimedWorks(), new KernelListener() {
            @Override
            public void onRound() {
                final TaskSetRun mine = run.getAndSet(null);
                if (mine != null) {
                    try {
                        mine.stop();
                    } catch (final Throwable e) {
                        thrown.set(e);
                    }
                    stopped.countDown();
                }
            }
        });
        tactus.start();
        awaitJobs(tactus, "control");
        run.set(tactus);
        assertTrue(stopped.await(60, TimeUnit.SECONDS));
        assertEquals(null, thrown.get());
        assertTrue(jobs(tactus.stop()) >= 2);
        tactus.close();
        assertNothingIsLeft();
    }

    /** As a program does that sheds load, or that replaces a task. */
    @Test
    void shouldTellEverythingWhenAHandlerChangesTasksWhileTheRunEnds() throws InterruptedException {
        final AtomicReference<TaskSetRun> run = new AtomicReference<>();
        final List<String> answers = new CopyOnWriteArrayList<>();
        final CountDownLatch entered = new CountDownLatch(1);
        final TaskSetRun tactus = open(set(), new TimedWorks(), new KernelListener() {
            @Override
            public void onRound() {
                final TaskSetRun mine = run.getAndSet(null);
                if (mine != null) {
                    entered.countDown();
                    try {
                        while (mine.release(mine.handle("alarm")) != SporadicGate.STOPPED) { // the other thread has begun to end the run
                            Thread.sleep(1);
                        }
                        mine.remove("control");
                        mine.counts(mine.handle("control"));
                        answers.add("removed");
                        mine.add(set().tasks().getFirst().withName("other"));
                    } catch (final IllegalStateException e) {
                        answers.add(e.getMessage());
                    } catch (final InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        });
        tactus.start();
        awaitJobs(tactus, "control");
        run.set(tactus);
        entered.await();
        final RunResult result = tactus.stop();
        assertEquals(List.of("removed", "it was stopped; open another to run 'other'"), answers);
        assertFalse(tactus.granted().toString().contains("handler"), tactus.granted().toString());
        assertTrue(jobs(result) >= 2);
        tactus.close();
        assertNothingIsLeft();
    }

    @Test
    void shouldEndWhenAHandlerDoesNotReturn() throws InterruptedException {
        final CountDownLatch hangs = new CountDownLatch(1);
        final CountDownLatch entered = new CountDownLatch(1);
        final AtomicInteger after = new AtomicInteger();
        final EventHandler events = (type, timeNs, device, task, segment, job, argument) -> {
            if (entered.getCount() == 0) {
                after.incrementAndGet();
            }
            entered.countDown();
            try {
                hangs.await();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        final TaskSetRun tactus = TaskSetRun.open(set(), options(), new TimedWorks(), KernelListener.NONE, events);
        tactus.start();
        entered.await();
        awaitJobs(tactus, "control");
        final RunResult result = tactus.stop();
        assertTrue(jobs(result) >= 2, result.toString());
        assertTrue(tactus.granted().toString().contains("handler"), tactus.granted().toString());
        tactus.close();
        hangs.countDown();
        assertNothingIsLeft();
        assertEquals(0, after.get(), "a handler was called after the run had ended");
    }

    @Test
    void shouldCloseTheRestWhenOneWorkCannotBeClosed() throws InterruptedException {
        final AtomicInteger closed = new AtomicInteger();
        final TaskSetRun tactus = open(set(), (of, devices, task, seed) -> new TimedWorks().prepare(of, devices, task, seed).stream()
            .map(work -> closing(work, () -> {
                if (closed.incrementAndGet() == 1) {
                    throw new IllegalStateException("on purpose");
                }
            })).toList(), KernelListener.NONE);
        tactus.start();
        assertEquals("on purpose", assertThrows(IllegalStateException.class, tactus::close).getMessage());
        assertEquals(4, closed.get());
        assertNothingIsLeft();
        tactus.close();
    }

    /** What cannot be closed of a task that is gone is no fault of the next one. */
    @Test
    void shouldAdmitTheNextWhenAWorkOfTheLastOneCannotBeClosed() throws InterruptedException {
        final TaskSet set = TaskSet.builder("closes").device(DeviceSpec.cpu("cpu0"))
            .task("old", t -> t.periodNs(20 * MS).segment("cpu0", MS)).build();
        final TaskSet other = TaskSet.builder("closes").device(DeviceSpec.cpu("cpu0"))
            .task("next", t -> t.periodNs(20 * MS).segment("cpu0", MS)).build();
        final CountDownLatch closed = new CountDownLatch(1);
        final TaskSetRun tactus = open(set, (of, devices, task, seed) -> new TimedWorks().prepare(of, devices, task, seed).stream()
            .map(work -> task.name().startsWith("next") ? work : closing(work, () -> {
                closed.countDown();
                throw new IllegalStateException("on purpose");
            })).toList(), KernelListener.NONE);
        tactus.start();
        tactus.remove("old");
        for (int i = 0; closed.getCount() > 0; i++) { // it counts until its last job is done
            final String name = "next" + i;
            tactus.add(TaskSet.builder("closes").device(DeviceSpec.cpu("cpu0"))
                .task(name, t -> t.periodNs(1_000 * MS).segment("cpu0", 1_000)).build().tasks().getFirst());
            Thread.sleep(10);
        }
        tactus.add(other.tasks().getFirst());
        awaitJobs(tactus, "next");
        assertEquals("on purpose", assertThrows(IllegalStateException.class, tactus::close).getMessage());
        assertNothingIsLeft();
    }
}
