// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** An Error, such as that of a full heap or a missing library, in the middle of an admission: nothing of the task stays. */
@Timeout(30)
class AdmissionErrorTest {
    private static final long MS = 1_000_000;

    private Error thrown;
    private boolean analysisBreaks;
    private int closes;
    private Kernel kernel;

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
    }

    private final class Breaking extends DeviceStub {
        private final List<Integer> forgotten = new ArrayList<>();

        @Override
        public void define(final int slot, final Task task) {
            if (thrown != null) {
                throw thrown;
            }
        }

        @Override
        public void forget(final int slot) {
            forgotten.add(slot);
        }

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            // at once
        }

        @Override
        public int poll(final long nowNs) {
            return DONE;
        }
    }

    private SegmentWork work() {
        return WorkStub.of(job -> { }).taking(0).closedBy(() -> closes++);
    }

    private void start(final TaskSet set, final Breaking device) throws InterruptedException {
        kernel = new Kernel(set, List.of(new CpuDevice(Clock.SYSTEM, "java"), device),
            AlignedMemory.allocate(Kernel.requiredBytes(KernelOptions.DEFAULT, set)), KernelOptions.DEFAULT, candidate -> {
                if (analysisBreaks) {
                    throw thrown;
                }
                return Admission.ALL.refusal(candidate);
            }, ThreadSetup.NONE, KernelListener.NONE, (type, timeNs, on, task, segment, job, argument) -> { }, Clock.SYSTEM);
        kernel.start();
    }

    @Test
    void shouldTakeATaskBackWhenADeviceThrowsAnError() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
            .task("a", t -> t.periodNs(20 * MS).segment("acc0", MS)).build();
        final Breaking device = new Breaking();
        start(set, device);
        thrown = new UnsatisfiedLinkError("no library");
        assertSame(thrown, assertThrows(Error.class, () -> kernel.addAll(set.tasks(), List.of(List.of(work())), Clock.SYSTEM.nanoTime())));
        assertEquals(List.of(0), device.forgotten);
        thrown = null;
        assertEquals(0, kernel.addAll(set.tasks(), List.of(List.of(work())), Clock.SYSTEM.nanoTime())[0], "its name and slot are free");
        kernel.stop(0);
        kernel.close();
        assertEquals(1, closes, "works that were not taken are the caller's");
    }

    /** Fails at one of its calls, as memory may be at its end at any. */
    private static final class FailingList extends AbstractList<Task> {
        private final List<Task> tasks;
        private int left;

        FailingList(final List<Task> tasks, final int left) {
            this.tasks = tasks;
            this.left = left;
        }

        @Override
        public Task get(final int index) {
            if (left-- == 0) {
                throw new OutOfMemoryError("a test");
            }
            return tasks.get(index);
        }

        @Override
        public int size() {
            return tasks.size();
        }
    }

    /** Of tasks that are added together a device counts none or all: it would wait for the rest for ever, and run works that are closed. */
    @Test
    void shouldTellNoDeviceOfATaskWhenAddingFailsAtAnyPoint() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.modelled("acc0"))
            .task("a", t -> t.periodNs(20 * MS).segment("acc0", MS)).task("b", t -> t.periodNs(20 * MS).segment("acc0", MS)).build();
        start(set, new Breaking());
        final long firstNs = Clock.SYSTEM.nanoTime();
        boolean fails = true;
        int calls = 0;
        for (; fails; calls++) {
            final List<Task> failing = new FailingList(set.tasks(), calls);
            try {
                kernel.addAll(failing, List.of(List.of(work()), List.of(work())), firstNs);
                fails = false;
            } catch (final OutOfMemoryError e) {
                for (int slot = 0; slot < 2; slot++) {
                    assertEquals(0, kernel.generation(slot), "after " + calls + " calls slot " + slot + " has a task");
                }
            }
        }
        assertTrue(calls > 5, "failed at " + calls + " places");
        while (kernel.completed(0) == 0 || kernel.completed(1) == 0) {
            LockSupport.parkNanos(MS);
        }
    }

    @Test
    void shouldGiveALaneBackWhenTheAnalysisThrowsAnError() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0", 0).withPreemption(DeviceSpec.Preemption.FULL))
            .device(DeviceSpec.modelled("acc0")).task("a", t -> t.periodNs(20 * MS).segment("cpu0", MS)).build();
        start(set, new Breaking());
        thrown = new StackOverflowError();
        analysisBreaks = true;
        for (int i = 0; i < 10; i++) { // more than there are lanes
            final int priority = i + 2;
            final Task task = set.task("b" + i, t -> t.periodNs(20 * MS).priority(priority).segment("cpu0", MS));
            assertThrows(StackOverflowError.class,
                () -> kernel.addAll(List.of(task), List.of(List.of(work())), Clock.SYSTEM.nanoTime()));
        }
        analysisBreaks = false;
        final Task task = set.task("c", t -> t.periodNs(20 * MS).priority(30).segment("cpu0", MS));
        assertEquals(0, kernel.addAll(List.of(task), List.of(List.of(work())), Clock.SYSTEM.nanoTime() + 20 * MS)[0]);
    }
}
