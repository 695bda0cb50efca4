// SPDX-License-Identifier: Apache-2.0
package org.tactus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import org.tactus.work.SegmentCode;
import org.tactus.work.Workload;

/** The front door by odd arguments, by several threads, and by what one admission leaves to the next. */
@Timeout(120)
class TactusTest {
    private static final long MS = 1_000_000;
    private static final TaskSet SET = TaskSet.builder("mine").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("m0"))
        .task("control", t -> t.periodNs(20 * MS).segment("cpu0", MS)).build();

    private static Task task(final String name) {
        return SET.task(name, t -> t.periodNs(20 * MS).segment("cpu0", MS));
    }

    private static Tactus.Context context() {
        return new Tactus.Context().taskSet(SET).realTime(false);
    }

    private static void awaitCompleted(final Tactus tactus, final TaskHandle task, final long jobs) throws InterruptedException {
        while (tactus.completed(task) < jobs) {
            Thread.sleep(1);
        }
    }

    /** Adds a task as soon as the name and what was removed permit it. */
    private static TaskHandle addWhenFree(final Tactus tactus, final Task task) throws InterruptedException {
        while (true) {
            try {
                return tactus.add(task);
            } catch (final TactusException.Refused e) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void shouldAdmitATaskOfTheSetAgainWhenAnotherWasAddedWithCode() throws InterruptedException {
        try (Tactus tactus = Tactus.launch(context())) {
            final AtomicLong jobs = new AtomicLong();
            tactus.add(task("later"), new Workload().code("later", 0, job -> jobs.incrementAndGet()));
            tactus.remove(tactus.handle("control"));
            awaitCompleted(tactus, addWhenFree(tactus, SET.tasks().getFirst()), 2);
            assertTrue(jobs.get() > 0);
        }
    }

    @Test
    void shouldKeepNothingOfTheCodeWhenTheTaskThatItCameWithIsRefused() throws InterruptedException {
        final AtomicLong launched = new AtomicLong();
        final AtomicLong refused = new AtomicLong();
        try (Tactus tactus = Tactus.launch(context().code("control", 0, job -> launched.incrementAndGet()))) {
            assertThrows(TactusException.Refused.class,
                () -> tactus.add(task("control"), new Workload().code("control", 0, job -> refused.incrementAndGet())));
            tactus.remove(tactus.handle("control"));
            final TaskHandle again = addWhenFree(tactus, task("control"));
            final long before = launched.get();
            awaitCompleted(tactus, again, 2);
            assertEquals(0, refused.get(), "the code of a task that was refused has run");
            assertTrue(launched.get() > before);
        }
    }

    @Test
    void shouldRunTheCodeOfTheOneWhoseTaskWasAdmittedWhenSeveralAddUnderOneName() throws Exception {
        final int threads = 4;
        try (Tactus tactus = Tactus.launch(context())) {
            for (int round = 0; round < 5; round++) {
                final String name = "x" + round;
                final CyclicBarrier together = new CyclicBarrier(threads);
                final AtomicReference<TaskHandle> admitted = new AtomicReference<>();
                final AtomicInteger winner = new AtomicInteger(-1);
                final ConcurrentHashMap<Integer, Boolean> ran = new ConcurrentHashMap<>();
                final List<Thread> all = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    final int who = i;
                    final SegmentCode code = job -> ran.put(who, true);
                    all.add(Thread.ofPlatform().start(() -> {
                        try {
                            together.await();
                            admitted.set(tactus.add(SET.task(name, t -> t.periodNs(50 * MS).segment("cpu0", MS / 10)),
                                new Workload().code(name, 0, code)));
                            winner.set(who);
                        } catch (final TactusException.Refused e) {
                            assertTrue(e.getMessage().contains("is there already"), e.getMessage());
                        } catch (final Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }));
                }
                for (final Thread thread : all) {
                    thread.join();
                }
                awaitCompleted(tactus, admitted.get(), 1);
                assertEquals(List.of(winner.get()), List.copyOf(ran.keySet()), "round " + round);
            }
        }
    }

    @Test
    void shouldKeepLittleOfEachTaskWhenManyComeAndGo() throws InterruptedException {
        final int tasks = 60;
        try (Tactus tactus = Tactus.launch(context())) {
            final long beforeBytes = usedBytes();
            final Task passing = SET.task("passing", t -> t.periodNs(20 * MS).segment("m0", 1_000));
            for (int i = 0; i < tasks; i++) {
                tactus.remove(addWhenFree(tactus, passing));
            }
            assertEquals(tasks + 1, tactus.stop().tasks().size());
            assertEquals(tasks + 1, tactus.histograms().size());
            final long bytes = (usedBytes() - beforeBytes) / tasks;
            assertTrue(bytes < 30_000, "each task left " + bytes + " bytes");
        }
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void assertSaysWhatToGive(final Class<? extends Exception> kind, final Executable call) {
        final String message = assertThrows(kind, call).getMessage();
        assertTrue(message.contains("give") && !message.contains("\n") && !message.contains("Cannot invoke"), message);
    }

    @Test
    void shouldSayWhatToGiveWhenAnArgumentIsMissing() throws InterruptedException {
        assertSaysWhatToGive(NullPointerException.class, () -> Tactus.launch(null));
        assertSaysWhatToGive(NullPointerException.class, () -> Tactus.analyze(null));
        assertSaysWhatToGive(NullPointerException.class, () -> Tactus.analyze(null, "edf"));
        assertSaysWhatToGive(NullPointerException.class, () -> Tactus.analyze(SET, null));
        assertSaysWhatToGive(NullPointerException.class, () -> Tactus.simulate(null, MS, 1));
        assertSaysWhatToGive(NullPointerException.class, () -> Tactus.profile(null, Path.of(""), 1));
        assertSaysWhatToGive(NullPointerException.class, () -> Tactus.profile(SET, null, 1));
        try (Tactus tactus = Tactus.launch(context())) {
            assertSaysWhatToGive(NullPointerException.class, () -> tactus.add(null));
            assertSaysWhatToGive(NullPointerException.class, () -> tactus.add(null, new Workload()));
            assertSaysWhatToGive(NullPointerException.class, () -> tactus.add(task("a"), null));
            assertSaysWhatToGive(NullPointerException.class, () -> tactus.remove(null));
            assertSaysWhatToGive(NullPointerException.class, () -> tactus.release(null));
            assertSaysWhatToGive(NullPointerException.class, () -> tactus.completed(null));
            assertFalse(tactus.stop().tasks().isEmpty());
        }
    }

    @Test
    void shouldRefuseACapacityWhenTheTablesCannotHoldIt() {
        for (final int[] capacity : new int[][] {
            {0, 1}, {1, 0}, {4_097, 1}, {1, 1 << 27}, {4, Integer.MAX_VALUE}, {Integer.MAX_VALUE, Integer.MAX_VALUE}, {-1, -1}}) {
            assertSaysWhatToGive(IllegalArgumentException.class, () -> Tactus.launch(context().capacity(capacity[0], capacity[1])));
        }
    }

    @Test
    void shouldTellStatisticsWhileATaskRunsAndKeepThemWhenItIsGone() throws InterruptedException {
        try (Tactus tactus = Tactus.launch(context().watchable(false))) {
            final TaskHandle control = tactus.handle("control");
            final TaskHandle.Statistics statistics = tactus.statistics(control);
            awaitCompleted(tactus, control, 3);
            while (statistics.jobs() < 3) {
                Thread.sleep(1); // the monitor counts a moment later
            }
            assertTrue(statistics.isLive());
            assertTrue(statistics.quantileNs(0.5) >= statistics.minNs() && statistics.quantileNs(1) <= statistics.maxNs());
            assertThrows(IllegalArgumentException.class, () -> statistics.quantileNs(Double.NaN));
            tactus.remove(control);
            final TaskHandle next = addWhenFree(tactus, task("control"));
            awaitCompleted(tactus, next, 1);
            final long jobs = tactus.completed(control);
            while (statistics.jobs() < jobs) {
                Thread.sleep(1); // the last events come a moment later
            }
            assertEquals(jobs, statistics.jobs());
            assertTrue(!statistics.isLive());
            final TaskHandle.Statistics later = tactus.statistics(control);
            assertEquals(jobs, later.jobs());
            assertEquals(statistics.maxNs(), later.maxNs());
            tactus.stop();
            assertEquals(jobs, statistics.jobs());
            assertEquals(jobs, tactus.statistics(control).jobs());
            assertTrue(tactus.statistics(next).jobs() >= 1);
        }
    }

    @Test
    void shouldAnswerAListenerThatAsksForStatistics() throws InterruptedException {
        final AtomicReference<Tactus> running = new AtomicReference<>();
        final AtomicReference<TaskHandle.Statistics> seen = new AtomicReference<>();
        final AtomicLong tookNs = new AtomicLong();
        final TaskSet late = TaskSet.builder("late").device(DeviceSpec.cpu("cpu0"))
            .task("late", t -> t.periodNs(20 * MS).deadlineNs(2 * MS).segment("cpu0", MS)).build();
        final TactusListener listener = new TactusListener() {
            @Override
            public void onDeadlineMiss(final String task, final long job, final long lateNs) {
                final Tactus tactus = running.get();
                if (tactus != null && seen.get() == null) {
                    final long beganNs = System.nanoTime();
                    final TaskHandle.Statistics answer = tactus.statistics(tactus.handle("late"));
                    tookNs.set(System.nanoTime() - beganNs);
                    seen.set(answer);
                }
            }
        };
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(late).realTime(false).listener(listener)
            .code("late", 0, job -> LockSupport.parkNanos(5 * MS)))) {
            running.set(tactus);
            while (seen.get() == null) {
                Thread.sleep(1);
            }
            final long before = seen.get().jobs();
            assertTrue(seen.get().isLive(), "a running task");
            assertTrue(tookNs.get() < 1000 * MS, "the listener's thread is the one that answers: " + tookNs.get() + " ns");
            while (seen.get().jobs() <= before) {
                Thread.sleep(1);
            }
        }
        assertFalse(seen.get().isLive(), "the run has ended");
    }

    /** The end waits for the monitor's thread, which must not wait for the end. */
    @Test
    void shouldAnswerAListenerThatAsksWhileTheRunEnds() throws Exception {
        final AtomicReference<Tactus> running = new AtomicReference<>();
        final AtomicReference<TaskHandle.Statistics> seen = new AtomicReference<>();
        final CountDownLatch told = new CountDownLatch(1);
        final CountDownLatch ends = new CountDownLatch(1);
        final TactusListener listener = new TactusListener() {
            @Override
            public void onDeadlineMiss(final String task, final long job, final long lateNs) {
                if (seen.get() != null) {
                    return;
                }
                told.countDown();
                try {
                    ends.await();
                    Thread.sleep(300); // the end is under way by then
                } catch (final InterruptedException e) {
                    throw new AssertionError(e);
                }
                final Tactus tactus = running.get();
                assertThrows(IllegalStateException.class, tactus::histograms, "the end is under way");
                seen.set(tactus.statistics(tactus.handle("late")));
            }
        };
        final TaskSet late = TaskSet.builder("late").device(DeviceSpec.cpu("cpu0"))
            .task("late", t -> t.periodNs(20 * MS).deadlineNs(2 * MS).segment("cpu0", MS)).build();
        try (Tactus tactus = Tactus.launch(new Tactus.Context().taskSet(late).realTime(false).listener(listener)
            .code("late", 0, job -> LockSupport.parkNanos(5 * MS)))) {
            running.set(tactus);
            told.await();
            final Thread starter = Thread.ofPlatform().start(ends::countDown);
            final RunResult result = tactus.stop();
            starter.join();
            assertTrue(seen.get() != null, "it was answered before the run had ended");
            final String monitor = result.conditions().granted().get("tactus-monitor");
            assertFalse(monitor.contains("did not return"), monitor);
            assertTrue(seen.get().jobs() > 0);
        }
    }
}
