// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.lifecycle.Await;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** The thread of accelerators whose driver does not come back from a call: what of it is taken, lost and told. */
@Timeout(30)
class AcceleratorThreadTest {
    private static final long MS = 1_000_000;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final NumberedThreads rights = new NumberedThreads();
    private volatile boolean over;
    private Kernel kernel;

    @AfterEach
    void close() {
        over = true;
        if (kernel != null) {
            kernel.close();
        }
    }

    /** Where the driver does not return. */
    private enum Call { START, POLL }

    /** A device whose driver, from the first job on, does not return from a call: it executes there, or it sleeps. */
    private final class Stuck extends DeviceStub {
        private final Call where;
        private final boolean sleeps;

        Stuck(final Call where, final boolean sleeps) {
            this.where = where;
            this.sleeps = sleeps;
        }

        private void hang(final Call call) {
            while (call == where && !over) {
                if (sleeps) {
                    LockSupport.parkNanos(MS);
                } else {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            hang(Call.START);
        }

        @Override
        public int poll(final long nowNs) {
            hang(Call.POLL);
            return DONE;
        }
    }

    /** Opens modelled devices acc0 (the one that is given), acc1, acc2, ... with a task on each, all by one thread. */
    private void run(final Device first, final int devices, final long lostAfterNs) throws InterruptedException {
        final var builder = TaskSet.builder("test");
        for (int i = 0; i < devices; i++) {
            builder.device(DeviceSpec.modelled("acc" + i));
        }
        for (int i = 0; i < devices; i++) {
            final String device = "acc" + i;
            builder.task("on" + i, t -> t.periodNs(20 * MS).segment(device, MS));
        }
        final TaskSet set = builder.build();
        final KernelOptions options =
            new KernelOptions(KernelOptions.Idle.SLEEP_THEN_SPIN, 150_000, 20_000, MS, lostAfterNs, 1 << 20, true, 8, 64);
        final List<Device> all = new ArrayList<>(List.of(first));
        for (int i = 1; i < devices; i++) {
            all.add(new ModelledDevice());
        }
        kernel = new Kernel(set, all, AlignedMemory.allocate(Kernel.requiredBytes(options, devices)), options, Admission.ALL, rights,
            new KernelListener() {
                @Override
                public void onDeadlineMiss(final String task, final long job, final long lateNs) {
                    heard.add("miss " + task);
                }

                @Override
                public void onDeviceLost(final String device) {
                    heard.add("lost " + device);
                }
            }, (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM);
        kernel.start();
        kernel.addAll(set.tasks(), set.tasks().stream().map(AcceleratorThreadTest::timed).toList(), Clock.SYSTEM.nanoTime() + 20 * MS);
    }

    private static List<SegmentWork> timed(final Task task) {
        return task.segments().stream().map(segment -> (SegmentWork) new TimedWork(Clock.SYSTEM, segment, 1)).toList();
    }

    @Test
    void shouldTakeRealTimeSchedulingOnceWhenAllDevicesOfAThreadAreLost() throws InterruptedException {
        run(new Stuck(Call.POLL, false), 3, 100 * MS);
        Await.until(() -> heard.containsAll(List.of("lost acc0", "lost acc1", "lost acc2")) && !rights.ordinary().isEmpty());
        LockSupport.parkNanos(50 * MS); // the monitor looks at each of the three again
        assertEquals(List.of("tactus-accelerators"), rights.ordinary());
        final String granted = kernel.granted().getFirst();
        assertEquals(granted.indexOf("SCHED_FIFO was taken"), granted.lastIndexOf("SCHED_FIFO was taken"), granted);
    }

    @Test
    void shouldTakeRealTimeSchedulingWhenTheSegmentsOwnLimitHasLostTheDeviceBefore() throws InterruptedException {
        run(new Stuck(Call.START, false), 1, 400 * MS);
        Await.until(() -> heard.contains("lost acc0"));
        Await.until(() -> !rights.ordinary().isEmpty());
        assertEquals(List.of("tactus-acc0"), rights.ordinary());
    }

    @Test
    void shouldTellAndLoseTheOthersWhenADriverSleepsInACallOnTheirThread() throws InterruptedException {
        run(new Stuck(Call.POLL, true), 2, 200 * MS);
        Await.until(() -> heard.contains("lost acc0"));
        Await.until(() -> heard.contains("miss on1"));
        Await.until(() -> heard.contains("lost acc1"));
        assertEquals(1, Collections.frequency(heard, "lost acc1"));
        assertTrue(rights.ordinary().isEmpty(), "a thread that sleeps keeps no core");
    }

    @Test
    void shouldKeepTheOthersWhenALostDevicesThreadGoesOnServing() throws InterruptedException {
        final DeviceStub hangs = new DeviceStub() {
            @Override
            public void start(final SegmentWork work, final long job, final long startNs) {
                // never done
            }

            @Override
            public int poll(final long nowNs) {
                return over ? DONE : RUNNING;
            }
        };
        run(hangs, 2, 100 * MS);
        Await.until(() -> heard.contains("lost acc0"));
        final long done = kernel.completed(1);
        Await.until(() -> kernel.completed(1) >= done + 25); // for longer than the limit
        assertFalse(heard.contains("lost acc1"), heard::toString);
        assertTrue(rights.ordinary().isEmpty());
    }
}
