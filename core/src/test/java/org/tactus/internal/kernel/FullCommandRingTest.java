// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** More commands than a ring holds, for a dispatcher that reads none because a segment holds it that does not end. */
@Timeout(60)
class FullCommandRingTest {
    private static final long MS = 1_000_000;
    private static final long HOUR_NS = 3_600_000 * MS;
    /** A ring holds 2,730. */
    private static final int MANY = 3_000;

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);
    private Kernel kernel;

    @AfterEach
    void close() {
        free.countDown();
        if (kernel != null) {
            kernel.close();
        }
    }

    private static TaskSetBuilder platform() {
        return TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1"));
    }

    /** Starts a kernel whose first device is in a segment that does not end. */
    private void startStuck() throws InterruptedException {
        final TaskSet set = platform().task("stuck", t -> t.periodNs(HOUR_NS).segment("cpu0", MS)).build();
        final List<Device> devices = set.platform().devices().stream().map(spec -> (Device) new CpuDevice(Clock.SYSTEM, "java")).toList();
        final KernelOptions options = KernelOptions.DEFAULT.withCapacity(4_096, 8_192).withLostAfterNs(HOUR_NS);
        kernel = new Kernel(set, devices, AlignedMemory.allocate(Kernel.requiredBytes(options, set)), options, Admission.ALL,
            ThreadSetup.NONE, new KernelListener() { }, (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM);
        kernel.start();
        kernel.addAll(set.tasks(), List.of(List.of(WorkStub.of(() -> {
            entered.countDown();
            try {
                free.await();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }))), Clock.SYSTEM.nanoTime());
        assertTrue(entered.await(30, TimeUnit.SECONDS));
    }

    private int[] add(final TaskSetBuilder set) {
        final List<Task> tasks = set.build().tasks();
        final List<List<SegmentWork>> works = new ArrayList<>();
        for (final Task task : tasks) {
            works.add(Collections.nCopies(task.segments().size(), WorkStub.of(() -> { })));
        }
        return kernel.addAll(tasks, works, Clock.SYSTEM.nanoTime());
    }

    private static TaskSetBuilder many(final String name, final String first, final String last) {
        final TaskSetBuilder set = platform();
        for (int i = 0; i < MANY; i++) {
            set.task(name + i, t -> t.periodNs(HOUR_NS).release(Release.SPORADIC).segment(first, MS).segment(last, MS));
        }
        return set;
    }

    @Test
    void shouldReturnAndAdmitEveryTaskLaterWhenTheRingOfAStuckDispatcherIsFull() throws InterruptedException {
        startStuck();
        final int[][] slots = new int[1][];
        final Thread control = Thread.ofPlatform().daemon(true).start(() -> slots[0] = add(many("a", "cpu0", "cpu0")));
        control.join(20_000);
        assertFalse(control.isAlive(), "it waits for as long as the segment lasts");
        final int[] later = new int[1];
        final Thread other = Thread.ofPlatform().daemon(true).start(() -> later[0] = add(platform()
            .task("other", t -> t.periodNs(HOUR_NS).release(Release.SPORADIC).segment("cpu1", MS)))[0]);
        other.join(20_000);
        assertFalse(other.isAlive(), "a task of another device waits for it");
        assertEquals(SporadicGate.ACCEPTED, kernel.release(later[0]));
        free.countDown();
        final long[] expected = new long[MANY];
        Arrays.fill(expected, 1);
        for (final int slot : slots[0]) {
            assertEquals(SporadicGate.ACCEPTED, kernel.release(slot));
        }
        final long[] completed = new long[MANY];
        while (!Arrays.equals(expected, completed)) {
            Thread.sleep(1);
            Arrays.setAll(completed, i -> kernel.completed(slots[0][i]));
        }
        assertArrayEquals(expected, completed);
    }

    @Test
    void shouldAdmitATaskAtItsHomeOnlyWhenItsOtherDevicesKnowIt() throws InterruptedException {
        startStuck();
        final int[][] slots = new int[1][];
        final Thread control = Thread.ofPlatform().daemon(true).start(() -> slots[0] = add(many("a", "cpu1", "cpu0")));
        control.join(20_000);
        assertFalse(control.isAlive(), "it waits for as long as the segment lasts");
        final int last = slots[0][MANY - 1];
        assertEquals(SporadicGate.ACCEPTED, kernel.release(last), "the gate opens with the task's record");
        Thread.sleep(50);
        assertEquals(0, kernel.completed(last));
        free.countDown();
        while (kernel.completed(last) < 1) {
            Thread.sleep(1);
        }
    }

    @Test
    void shouldRemoveATaskWhoseAdmissionIsStillOwedAndStopInTime() throws InterruptedException {
        startStuck();
        final int[][] slots = new int[1][];
        final Thread control = Thread.ofPlatform().daemon(true).start(() -> slots[0] = add(many("a", "cpu0", "cpu0")));
        control.join(20_000);
        assertFalse(control.isAlive(), "it waits for as long as the segment lasts");
        final int last = slots[0][MANY - 1];
        kernel.remove(last, kernel.generation(last));
        free.countDown();
        while (!kernel.isStopped(last)) {
            Thread.sleep(1);
        }
        assertTrue(kernel.stop(1_000 * MS));
    }

    /** Fills the ring of the stuck dispatcher, with admissions that are owed besides. */
    private void fillRing() throws InterruptedException {
        final Thread control = Thread.ofPlatform().daemon(true).start(() -> add(many("a", "cpu0", "cpu0")));
        control.join(20_000);
        assertFalse(control.isAlive());
    }

    /** Adds a task with a period of a millisecond whose jobs note when they are released, relative to the first one. */
    private int addMillisecond(final String name, final String device, final AtomicLong lastJob) {
        return kernel.addAll(platform().task(name, t -> t.periodNs(MS).segment(device, MS / 10)).build().tasks(),
            List.of(List.of(WorkStub.of(lastJob::set).taking(0))), Clock.SYSTEM.nanoTime())[0];
    }

    /** Stops in a thread of its own; returns when no request is accepted any more. */
    private Thread beginToStop(final long drainNs, final int sporadic) throws InterruptedException {
        final Thread stopping = Thread.ofPlatform().daemon(true).start(() -> kernel.stop(drainNs));
        while (kernel.release(sporadic) != SporadicGate.STOPPED) {
            Thread.sleep(1);
        }
        return stopping;
    }

    @Test
    void shouldEndTheReleasesOfOtherDevicesWhenTheRingOfAStuckDispatcherIsFull() throws InterruptedException {
        startStuck();
        fillRing();
        final AtomicLong lastJob = new AtomicLong();
        final long zeroNs = Clock.SYSTEM.nanoTime();
        addMillisecond("healthy", "cpu1", lastJob);
        while (lastJob.get() < 10) {
            Thread.sleep(1);
        }
        final Thread stopping = beginToStop(6_000 * MS, 1);
        final long stoppedNs = Clock.SYSTEM.nanoTime() - zeroNs;
        stopping.join(20_000);
        assertFalse(stopping.isAlive());
        // A third of the drain for a busy machine, until the command is read.
        assertTrue(lastJob.get() * MS <= stoppedNs + 2_000 * MS, "job " + lastJob + " was released, the run ended by " + stoppedNs + " ns");
    }

    @Test
    void shouldEndTheDrainWhenATaskThatIsAlwaysReadyIsAdmittedDuringIt() throws InterruptedException {
        startStuck();
        final int early = add(platform().task("early", t -> t.periodNs(HOUR_NS).segment("cpu1", MS)))[0];
        fillRing();
        kernel.remove(early);
        while (!kernel.isStopped(early)) {
            Thread.sleep(1);
        }
        assertEquals(SporadicGate.ACCEPTED, kernel.release(MANY + 1), "so that the drain goes on until the last of these is admitted");
        final int late = add(platform().task("late", t -> t.serviceClass(Task.ServiceClass.BEST_EFFORT).segment("cpu0", MS)))[0];
        assertEquals(early, late, "its slot comes before those of the others");
        final Thread stopping = beginToStop(40_000 * MS, 2);
        free.countDown();
        stopping.join(20_000);
        assertFalse(stopping.isAlive(), "nobody has told it that the run ends");
    }
}
