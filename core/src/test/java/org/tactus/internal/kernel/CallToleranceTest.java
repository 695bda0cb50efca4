// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.event.EventType;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.DeviceSpec.LibraryProcess;
import org.tactus.model.Overheads;
import org.tactus.model.TaskSet;

/** A segment whose library runs in a child process may take its WCET and, beside it, what the bound charges for the call. */
@Timeout(30)
class CallToleranceTest {
    private static final long MS = 1_000_000;

    private static void takeFiveMilliseconds() {
        final long beginNs = System.nanoTime();
        while (System.nanoTime() - beginNs < 5 * MS) {
            LockSupport.parkNanos(MS);
        }
    }

    private static int overruns(final LibraryProcess process, final long callNs) throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").overheads(Overheads.NONE.withChildCallNs(callNs))
            .device(new DeviceSpec("tpu0", DeviceKind.EDGETPU, List.of(), "software", 0, Optional.empty(), 8 << 20).withProcess(process))
            .task("t", t -> t.periodNs(20 * MS).segment("tpu0", MS)).build();
        final AtomicInteger told = new AtomicInteger();
        try (Kernel kernel = new Kernel(set, List.of(new CpuDevice(Clock.SYSTEM, "test")),
            AlignedMemory.allocate(Kernel.requiredBytes(KernelOptions.DEFAULT, 1)), KernelOptions.DEFAULT, Admission.ALL, ThreadSetup.NONE,
            new KernelListener() {
                @Override
                public void onOverrunSeen(final String task, final int segment, final long beyondNs) {
                    told.incrementAndGet();
                }
            }, (type, timeNs, device, task, segment, job, argument) -> told.addAndGet(type == EventType.OVERRUN ? 1 : 0), Clock.SYSTEM)) {
            kernel.start();
            final int[] slots = kernel.addAll(set.tasks(), List.of(List.of(WorkStub.of(CallToleranceTest::takeFiveMilliseconds))),
                Clock.SYSTEM.nanoTime() + 20 * MS);
            while (kernel.completed(slots[0]) < 3) {
                Thread.sleep(1);
            }
            kernel.stop(1_000 * MS);
        }
        return told.get();
    }

    @Test
    void shouldTellAnOverrunOnlyBeyondWhatTheCallMayTake() throws InterruptedException {
        assertEquals(0, overruns(LibraryProcess.CHILD, 20_000 * MS));
        assertTrue(overruns(LibraryProcess.OWN, 20_000 * MS) >= 3, "no call is charged there");
        assertTrue(overruns(LibraryProcess.CHILD, MS) >= 3, "four milliseconds beyond the WCET are more than one");
    }
}
