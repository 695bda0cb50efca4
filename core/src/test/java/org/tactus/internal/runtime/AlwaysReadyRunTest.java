// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.bindings.linux.RealTime;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.work.CodeWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/** Runs with tasks that always have a job: they go on as long as the run does, end with it, and leave the others theirs. */
@Timeout(120)
class AlwaysReadyRunTest {
    private static final long MS = 1_000_000;

    private static TaskSetBuilder platform(final boolean preemptive) {
        final DeviceSpec cpu = DeviceSpec.cpu("cpu0", RealTime.onlineCores().getLast());
        return TaskSet.builder("test").device(preemptive ? cpu.withPreemption(DeviceSpec.Preemption.FULL) : cpu)
            .device(DeviceSpec.modelled("acc0"));
    }

    private static Task task(final String name, final Consumer<TaskBuilder> definition) {
        return platform(false).task(name, definition).build().tasks().getFirst();
    }

    private static RunSettings settings(final boolean realTime) {
        return RunSettings.DEFAULT.withRealTime(realTime).withWatchable(false).withForce(true);
    }

    private static TaskResult of(final RunResult result, final String name) {
        return result.tasks().stream().filter(task -> task.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void shouldGoOnFromJobToJobAndEndWithTheRunOnEveryKindOfDevice() throws Exception {
        for (final boolean preemptive : new boolean[] {false, true}) {
            final TaskSet set = platform(preemptive)
                .task("chain", t -> t.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("cpu0", MS).segment("acc0", MS))
                .task("loop", t -> t.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("cpu0", MS))
                .task("accelerated", t -> t.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("acc0", MS / 2))
                .task("hard", t -> t.periodNs(20 * MS).segment("cpu0", 2 * MS)).build();
            final CodeWorks works = new CodeWorks();
            final CountDownLatch jobs = new CountDownLatch(200);
            final CountDownLatch hard = new CountDownLatch(10);
            works.segment("chain", 0, job -> { });
            works.segment("loop", 0, job -> jobs.countDown());
            works.segment("hard", 0, job -> hard.countDown());
            try (TaskSetRun run = TaskSetRun.open(set, settings(preemptive), works, KernelListener.NONE)) {
                run.start();
                assertTrue(jobs.await(60, TimeUnit.SECONDS) && hard.await(60, TimeUnit.SECONDS));
                assertEquals(SporadicGate.NOT_SPORADIC, run.release(run.handle("loop")));
                while (run.completed(run.handle("chain")) < 20 || run.completed(run.handle("accelerated")) < 20) {
                    Thread.sleep(1);
                }
                final RunResult result = run.stop();
                for (final String name : List.of("chain", "loop", "accelerated")) {
                    final TaskResult task = of(result, name);
                    assertEquals(0, task.skipped() + task.lost() + task.misses(), task::toString);
                    assertEquals(task.released(), task.jobs() + task.aborted() + task.unfinished(), task::toString);
                    assertFalse(task.hasPeriod() || task.hasDeadline() || task.stopped());
                }
                assertTrue(of(result, "hard").jobs() >= 10);
            }
        }
    }

    @Test
    void shouldComeAndGoWhileTheOthersRunWhenATaskIsAlwaysReady() throws Exception {
        final TaskSet set = platform(false).task("hard", t -> t.periodNs(20 * MS).segment("cpu0", 2 * MS)).build();
        final CodeWorks works = new CodeWorks();
        works.segment("hard", 0, job -> { });
        try (TaskSetRun run = TaskSetRun.open(set, settings(false), works, KernelListener.NONE)) {
            run.start();
            for (int round = 0; round < 3; round++) {
                final CodeWorks later = new CodeWorks();
                final CountDownLatch jobs = new CountDownLatch(50);
                later.segment("loop", 0, job -> jobs.countDown());
                final RunHandle loop = run.add(task("loop", t -> t.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("cpu0", MS)), later);
                assertTrue(jobs.await(60, TimeUnit.SECONDS));
                run.remove(loop);
                final long completed = run.counts(loop).jobs();
                final long hard = run.completed(run.handle("hard"));
                while (run.completed(run.handle("hard")) < hard + 2) {
                    Thread.sleep(1);
                }
                assertTrue(run.counts(loop).jobs() <= completed + 1, "it is released again after its removal");
            }
            assertEquals(0, run.stop().tasks().stream().mapToLong(TaskResult::lost).sum());
        }
    }

    @Test
    void shouldAllocateNothingAJobAndLetItsThreadSleepWhenAJobAlwaysWaits() throws Exception {
        for (final boolean preemptive : new boolean[] {false, true}) {
            final TaskSet set = platform(preemptive)
                .task("loop", t -> t.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("cpu0", MS).segment("cpu0", MS)).build();
            final CodeWorks works = new CodeWorks();
            final CountDownLatch jobs = new CountDownLatch(400_000);
            final long[] thread = new long[1];
            final Path[] status = new Path[1];
            works.segment("loop", 0, job -> {
                if (status[0] == null) {
                    thread[0] = Thread.currentThread().threadId();
                    status[0] = selfStatus();
                }
            });
            works.segment("loop", 1, job -> jobs.countDown());
            final com.sun.management.ThreadMXBean bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            try (TaskSetRun run = TaskSetRun.open(set, settings(true), works, KernelListener.NONE)) {
                run.start();
                while (jobs.getCount() > 300_000) {
                    Thread.sleep(1);
                }
                final long bytes = bean.getThreadAllocatedBytes(thread[0]);
                final long sleeps = sleeps(status[0]);
                assertTrue(jobs.await(100, TimeUnit.SECONDS));
                assertEquals(bytes, bean.getThreadAllocatedBytes(thread[0]));
                assertTrue(sleeps(status[0]) > sleeps, "its core is left to nobody; preemptive: " + preemptive);
                run.stop();
            }
        }
    }

    private static Path selfStatus() {
        try {
            return Path.of("/proc").resolve(Files.readSymbolicLink(Path.of("/proc/thread-self"))).resolve("status");
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static long sleeps(final Path status) throws IOException {
        return Files.readAllLines(status).stream().filter(line -> line.startsWith("voluntary_ctxt_switches:"))
            .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip())).findFirst().orElseThrow();
    }
}
