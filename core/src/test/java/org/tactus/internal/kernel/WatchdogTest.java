// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.lifecycle.Await;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

/** A thread whose segment does not end loses its real-time scheduling, so that it keeps no core from the rest of the machine. */
@Timeout(30)
class WatchdogTest {
    private static final long MS = 1_000_000;

    private final AtomicBoolean over = new AtomicBoolean();
    private final NumberedThreads rights = new NumberedThreads();
    private final List<String> lost = new CopyOnWriteArrayList<>();
    private Kernel kernel;

    @AfterEach
    void close() {
        over.set(true);
        if (kernel != null) {
            kernel.close();
        }
    }

    private SegmentWork work(final boolean spins) {
        return WorkStub.of(job -> {
            while (spins && job > 0 && !over.get()) {
                Thread.onSpinWait();
            }
        });
    }

    private void start(final TaskSet set, final KernelOptions options, final Device first) throws InterruptedException {
        kernel = new Kernel(set, List.of(first, new CpuDevice(Clock.SYSTEM, "java")),
            AlignedMemory.allocate(Kernel.requiredBytes(options, 2)), options, Admission.ALL, rights, new KernelListener() {
                @Override
                public void onDeviceLost(final String device) {
                    lost.add(device);
                }
            }, (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM);
        kernel.start();
    }

    @Test
    void shouldTakeRealTimeSchedulingFromTheDispatcherAloneWhoseSegmentDoesNotEnd() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .task("stuck", t -> t.periodNs(20 * MS).segment("cpu0", MS))
            .task("well", t -> t.periodNs(20 * MS).segment("cpu1", MS)).build();
        final KernelOptions options = KernelOptions.DEFAULT.withLostAfterNs(50 * MS);
        start(set, options, new CpuDevice(Clock.SYSTEM, "java"));
        final int[] slots = kernel.addAll(set.tasks(), List.of(List.of(work(true)), List.of(work(false))),
            Clock.SYSTEM.nanoTime() + 20 * MS);
        Await.until(() -> lost.contains("cpu0"));
        assertEquals(List.of("tactus-cpu0"), rights.ordinary(), "before the loss is told, and of no other thread");
        final long done = kernel.completed(slots[1]);
        Await.until(() -> kernel.completed(slots[1]) >= done + 3);
        assertEquals(List.of("cpu0"), lost);
        assertTrue(kernel.granted().stream().anyMatch(line -> line.startsWith("tactus-cpu0: ")
            && line.endsWith("SCHED_FIFO was taken away when its device was lost")), kernel.granted()::toString);
    }

    /** A device whose dispatcher does not come back from a question that is asked behind the segment. */
    private final class StuckBehind implements Device {
        private final Device thread = new CpuDevice(Clock.SYSTEM, "java");
        private long asked;

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            thread.start(work, job, startNs);
        }

        @Override
        public int poll(final long nowNs) {
            return thread.poll(nowNs);
        }

        @Override
        public long elapsedNs(final long startNs, final long observedNs) {
            while (++asked > 1 && !over.get()) {
                Thread.onSpinWait();
            }
            return thread.elapsedNs(startNs, observedNs);
        }

        @Override
        public Throwable failure() {
            return thread.failure();
        }

        @Override
        public boolean isSynchronous() {
            return true;
        }

        @Override
        public String driver() {
            return "stuck";
        }

        @Override
        public void close() {
            thread.close();
        }
    }

    @Test
    void shouldLoseTheDeviceWhenItsDispatcherSpinsOutsideOfASegment() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"))
            .task("stuck", t -> t.periodNs(20 * MS).segment("cpu0", 10 * MS))
            .task("well", t -> t.periodNs(20 * MS).segment("cpu1", 10 * MS)).build();
        final KernelOptions options = KernelOptions.DEFAULT.withLostAfterNs(200 * MS);
        start(set, options, new StuckBehind());
        final int[] slots = kernel.addAll(set.tasks(), List.of(List.of(work(false)), List.of(work(false))),
            Clock.SYSTEM.nanoTime() + 20 * MS);
        Await.until(() -> lost.contains("cpu0"));
        assertEquals(List.of("tactus-cpu0"), rights.ordinary(), "before the loss is told, and of no other thread");
        final long done = kernel.completed(slots[1]);
        Await.until(() -> kernel.completed(slots[1]) >= done + 30); // for longer than the limit: an idle dispatcher is not lost
        assertEquals(List.of("cpu0"), lost);
    }
}
