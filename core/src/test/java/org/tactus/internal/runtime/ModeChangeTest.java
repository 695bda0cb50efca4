// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.work.CodeWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Mode changes on the real kernel. Latches hold the jobs: nothing depends on how fast the machine is. */
@Timeout(120)
class ModeChangeTest {
    private static final long SECOND = 1_000_000_000L;

    private static TaskSetBuilder builder() {
        return TaskSet.builder("modes").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"));
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static TaskSetRun open(final TaskSet set, final CodeWorks works) {
        return TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false).withWatchable(false), works, KernelListener.NONE);
    }

    @Test
    void shouldRefuseTheNewcomerUntilNoJobIsLiveWhenATaskWasRemoved() throws InterruptedException {
        final TaskSet set = builder()
            .task("A", t -> t.periodNs(600 * SECOND).priority(1).segment("cpu0", 300 * SECOND))
            .task("L", t -> t.periodNs(600 * SECOND).priority(3).segment("cpu0", 150 * SECOND).segment("cpu0", 150 * SECOND)).build();
        final Task newcomer = builder().task("B", t -> t.periodNs(600 * SECOND).priority(2).segment("cpu0", 100 * SECOND))
            .build().tasks().getFirst();
        final Task apart = builder().task("apart", t -> t.periodNs(600 * SECOND).segment("cpu1", 500 * SECOND)).build().tasks().getFirst();
        final CountDownLatch startedA = new CountDownLatch(1);
        final CountDownLatch endA = new CountDownLatch(1);
        final CountDownLatch startedL = new CountDownLatch(1);
        final CountDownLatch endL = new CountDownLatch(1);
        final CodeWorks works = new CodeWorks()
            .segment("A", 0, job -> {
                startedA.countDown();
                await(endA);
            })
            .segment("L", 0, job -> {
                startedL.countDown();
                await(endL);
            })
            .segment("L", 1, job -> { });
        try (TaskSetRun tactus = open(set, works)) {
            tactus.start();
            works.segment("B", 0, job -> { }).segment("apart", 0, job -> { }); // of tasks that the set does not have
            await(startedA);
            tactus.remove("A");
            endA.countDown();
            await(startedL); // A's only job has ended, and L's, which lost all of A's time, is live
            final AdmissionRefusedException refused = assertThrows(AdmissionRefusedException.class, () -> tactus.add(newcomer));
            assertTrue(refused.getMessage().contains("counts the removed A"), refused.getMessage());
            tactus.add(apart); // shares no device with them
            assertEquals(600 * SECOND, tactus.verdict().orElseThrow().tasks().get(1).responseBoundNs(), "the old bound of L is in force");
            endL.countDown();
            addWhenAccepted(tactus, newcomer);
            assertEquals(List.of("L", "apart", "B"), tactus.verdict().orElseThrow().tasks().stream().map(task -> task.name()).toList());
        }
    }

    /** The monitor looks once a millisecond, and this asks again until the rule lets the task in. */
    private static void addWhenAccepted(final TaskSetRun tactus, final Task task) {
        final long limitNs = System.nanoTime() + 60 * SECOND;
        while (true) {
            try {
                tactus.add(task);
                return;
            } catch (final AdmissionRefusedException e) {
                if (System.nanoTime() > limitNs) {
                    throw e;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }
}
