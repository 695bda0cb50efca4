// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.time.Clock;
import org.tactus.internal.work.CodeWorks;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;
import org.tactus.result.DeviceResult;
import org.tactus.result.ResultTable;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;

/** Figures of one result that must not contradict each other, whatever the machine does meanwhile. */
@Timeout(60)
class FiguresTest {
    private static final long MS = 1_000_000;
    private static final RunSettings OPTIONS = RunSettings.DEFAULT.withRealTime(false).withForce(true);

    @Test
    void shouldNotShowADeviceBusierThanTheRunWhenTheDrainIsLong() throws InterruptedException {
        final TaskSet set = TaskSet.builder("drained").device(DeviceSpec.modelled("acc0"))
            .task("long", t -> t.periodNs(2000 * MS).segment("acc0", 800 * MS)).build();
        final RunResult result;
        try (TaskSetRun tactus = TaskSetRun.open(set, OPTIONS, new TimedWorks(), KernelListener.NONE)) {
            tactus.start();
            sleepUntil(tactus.zeroNs() + 200 * MS);
            result = tactus.stop();
        }
        final DeviceResult device = result.devices().getFirst();
        assertEquals(1, result.tasks().getFirst().jobs());
        assertTrue(device.busyNs() > 0 && device.busyNs() <= result.durationNs(), device + " in " + result.durationNs());
        assertEquals((double) device.busyNs() / result.durationNs(), device.utilisation());
    }

    @Test
    void shouldCountASegmentThatNeverEndsAsBusyAndItsJobAmongTheJobs() throws InterruptedException {
        final TaskSet set = TaskSet.builder("stuck").device(DeviceSpec.cpu("cpu0"))
            .task("stuck", t -> t.periodNs(100 * MS).segment("cpu0", MS)).build();
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch never = new CountDownLatch(1);
        final CodeWorks works = new CodeWorks().segment("stuck", 0, job -> {
            begun.countDown();
            try {
                never.await();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        final RunResult result;
        try (TaskSetRun tactus = TaskSetRun.open(set, OPTIONS, works, KernelListener.NONE)) {
            tactus.start();
            begun.await();
            final long sinceNs = Clock.SYSTEM.nanoTime();
            sleepUntil(sinceNs + 500 * MS);
            result = tactus.stop();
            assertTrue(result.devices().getFirst().busyNs() >= 500 * MS, result.devices().toString());
            never.countDown();
        }
        final TaskResult task = result.tasks().getFirst();
        assertTrue(task.misses() >= 1, task.toString());
        assertTrue(task.misses() <= task.jobs() + task.unfinished() + task.aborted() + task.lost(), task.toString());
        final String row = ResultTable.render(result).lines().filter(line -> line.startsWith("stuck ")).findFirst().orElseThrow();
        assertTrue(row.contains(" " + task.misses() + "/" + (task.jobs() + task.unfinished() + task.aborted() + task.lost()) + " "), row);
    }

    private static void sleepUntil(final long atNs) throws InterruptedException {
        for (long leftNs = atNs - Clock.SYSTEM.nanoTime(); leftNs > 0; leftNs = atNs - Clock.SYSTEM.nanoTime()) {
            Thread.sleep(leftNs / MS + 1);
        }
    }
}
