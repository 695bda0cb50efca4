// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.work.CodeWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;

/** Runs of preemptive devices by the way that a program takes, with the machine's levels where it grants them. */
@Timeout(120)
class PreemptiveRunTest {
    private static final long MS = 1_000_000;
    private static final long S = 1000 * MS;

    private static TaskSetBuilder platform() {
        return TaskSet.builder("test").device(DeviceSpec.cpu("cpu0", RealTime.onlineCores().getLast())
            .withPreemption(DeviceSpec.Preemption.FULL));
    }

    private static Task asked(final String name, final int priority) {
        return platform().task(name, t -> t.periodNs(60 * S).release(Release.SPORADIC).priority(priority).segment("cpu0", 100 * MS)).build()
            .tasks().getFirst();
    }

    private static boolean hasFifo() throws InterruptedException {
        final boolean[] granted = new boolean[1];
        final Thread trial = Thread.ofPlatform().start(() -> granted[0] = RealTime.fifo(1).granted());
        trial.join();
        return granted[0];
    }

    private static RunSettings settings(final boolean realTime) {
        return RunSettings.DEFAULT.withRealTime(realTime).withWatchable(false);
    }

    @Test
    void shouldKeepTheOrderOfRanksInTheSystemsLevelsWhenTasksAreAdded() throws Exception {
        assumeTrue(hasFifo(), "this machine grants no SCHED_FIFO");
        final TaskSet set = platform()
            .task("high", t -> t.periodNs(60 * S).release(Release.SPORADIC).priority(10).segment("cpu0", 100 * MS))
            .task("low", t -> t.periodNs(60 * S).release(Release.SPORADIC).priority(20).segment("cpu0", 100 * MS)).build();
        final Map<String, Integer> levels = new ConcurrentHashMap<>();
        final CodeWorks works = new CodeWorks();
        final CodeWorks later = new CodeWorks();
        final CountDownLatch[] ran = {new CountDownLatch(2), new CountDownLatch(5)};
        for (final String name : List.of("high", "low", "between", "above", "below")) {
            (name.equals("high") || name.equals("low") ? works : later).segment(name, 0, job -> {
                levels.put(name, priorityOfThisThread());
                ran[0].countDown();
                ran[1].countDown();
            });
        }
        try (TaskSetRun run = TaskSetRun.open(set, settings(true), works, KernelListener.NONE)) {
            run.start();
            assertEquals(SporadicGate.ACCEPTED, run.release(run.handle("high")));
            assertEquals(SporadicGate.ACCEPTED, run.release(run.handle("low")));
            assertTrue(ran[0].await(60, TimeUnit.SECONDS));
            assertEquals(Map.of("high", 80, "low", 79), Map.copyOf(levels));
            final List<RunHandle> added = new ArrayList<>();
            for (final Task task : List.of(asked("between", 15), asked("above", 5), asked("below", 30))) {
                added.add(run.add(task, later));
            }
            for (final RunHandle task : added) {
                assertEquals(SporadicGate.ACCEPTED, run.release(task));
            }
            assertTrue(ran[1].await(60, TimeUnit.SECONDS));
            // The jobs of high and low came before; their lanes have moved to 79 and 77 since.
            assertEquals(Map.of("high", 80, "low", 79, "above", 80, "between", 78, "below", 76), Map.copyOf(levels));
            final RunResult result = run.stop();
            final List<String> lanes = result.conditions().granted().keySet().stream().filter(name -> name.startsWith("tactus.")).toList();
            assertEquals(5, lanes.size(), lanes.toString());
        }
    }

    /** Field 40 of a thread's stat: its real-time priority. */
    private static int priorityOfThisThread() {
        try {
            final String stat = java.nio.file.Files.readString(java.nio.file.Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[37]);
        } catch (final java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void shouldSayThatNoBoundHoldsWhenTheLevelsAreNotAskedFor() throws Exception {
        final TaskSet set = platform().task("a", t -> t.periodNs(50 * MS).segment("cpu0", 10 * MS)).build();
        final CountDownLatch jobs = new CountDownLatch(2);
        final CodeWorks works = new CodeWorks();
        works.segment("a", 0, job -> jobs.countDown());
        try (TaskSetRun run = TaskSetRun.open(set, settings(false), works, KernelListener.NONE)) {
            run.start();
            assertTrue(jobs.await(60, TimeUnit.SECONDS));
            final RunResult result = run.stop();
            assertTrue(result.boundsVoid().contains("the threads tactus.*-cpu0 share a core without levels of SCHED_FIFO"),
                result.boundsVoid());
            assertTrue(result.conditions().granted().get("tactus.0-cpu0").contains("NOT granted: SCHED_FIFO priority 80"),
                result.conditions().granted().toString());
        }
    }

    @Test
    void shouldAllocateNothingOnItsLanesWhenJobsPreemptEachOther() throws Exception {
        final TaskSet set = platform().task("high", t -> t.periodNs(2 * MS).priority(1).segment("cpu0", MS / 2))
            .task("low", t -> t.periodNs(7 * MS).priority(2).segment("cpu0", MS / 2).segment("cpu0", MS).preemptable(false)).build();
        final CodeWorks works = new CodeWorks();
        final CountDownLatch jobs = new CountDownLatch(400);
        final long[] threads = new long[2];
        works.segment("high", 0, job -> {
            threads[0] = Thread.currentThread().threadId();
            jobs.countDown();
        });
        works.segment("low", 0, job -> threads[1] = Thread.currentThread().threadId());
        works.segment("low", 1, job -> { });
        final com.sun.management.ThreadMXBean bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TaskSetRun run = TaskSetRun.open(set, settings(true).withForce(true), works, KernelListener.NONE)) {
            run.start();
            while (jobs.getCount() > 100) {
                Thread.sleep(1);
            }
            final long[] before = bean.getThreadAllocatedBytes(threads);
            assertTrue(jobs.await(60, TimeUnit.SECONDS));
            final List<Long> grown = new ArrayList<>();
            final long[] after = bean.getThreadAllocatedBytes(threads);
            for (int i = 0; i < 2; i++) {
                grown.add(after[i] - before[i]);
            }
            assertEquals(List.of(0L, 0L), grown);
            assertFalse(threads[0] == threads[1]);
        }
    }
}
