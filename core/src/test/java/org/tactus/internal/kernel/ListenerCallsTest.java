// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.event.EventType;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

/** A listener that calls the kernel back, as one does that removes a task to shed load. */
@Timeout(30)
class ListenerCallsTest {
    private static final long MS = 1_000_000;

    private final CountDownLatch inDrain = new CountDownLatch(1);
    private final AtomicLong completions = new AtomicLong();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private volatile boolean over;
    private Kernel kernel;

    @AfterEach
    void close() {
        over = true;
        if (kernel != null) {
            kernel.close();
        }
    }

    private void start(final TaskSet set, final KernelOptions options) throws InterruptedException {
        final List<Device> devices = set.platform().devices().stream().map(spec -> (Device) new CpuDevice(Clock.SYSTEM, "java")).toList();
        kernel = new Kernel(set, devices, AlignedMemory.allocate(Kernel.requiredBytes(options, set)), options, Admission.ALL,
            ThreadSetup.NONE, new KernelListener() {
                @Override
                public void onDeadlineMiss(final String task, final long job, final long lateNs) {
                    kernel.remove(0, 1);
                    assertFalse(kernel.stop(0), "it has not stopped while it waits for this very listener");
                    heard.add("counted " + (kernel.counts(0, 1).released() == 1) + ' ' + kernel.isStarted());
                }
            }, (type, timeNs, device, task, segment, job, argument) -> {
                if (type == EventType.COMPLETE) {
                    completions.incrementAndGet();
                }
            }, Clock.SYSTEM);
        kernel.start();
    }

    @Test
    void shouldTellEverythingWhenAListenerCallsBackWhileTheRunIsDrained() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0"))
            .task("late", t -> t.periodNs(1000 * MS).deadlineNs(10 * MS).segment("cpu0", MS)).build();
        start(set, KernelOptions.DEFAULT);
        kernel.addAll(set.tasks(), List.of(List.of(WorkStub.of(() -> {
            inDrain.countDown();
            LockSupport.parkNanos(200 * MS);
        }))), Clock.SYSTEM.nanoTime());
        inDrain.await();
        final long beginNs = System.nanoTime();
        assertTrue(kernel.stop(5_000 * MS));
        final String took = "the end took " + (System.nanoTime() - beginNs) / MS + " ms";
        assertEquals(List.of("counted true true"), heard, took);
        assertEquals(1, completions.get(), took);
        assertTrue(kernel.granted().stream().noneMatch(line -> line.contains("did not return")), kernel.granted()::toString);
    }
}
