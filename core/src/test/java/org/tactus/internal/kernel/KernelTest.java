// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.OfferedWork;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.lifecycle.Await;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.time.Clock;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.OverrunAction;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Deadlines here are far longer than any hiccup of a test machine: what is tested is who is affected, not how fast. */
@Timeout(60)
class KernelTest {
    private static final long MS = 1_000_000;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Kernel kernel;

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
    }

    private static TaskSetBuilder platform() {
        return TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).device(DeviceSpec.cpu("cpu1")).device(DeviceSpec.modelled("acc0"));
    }

    private void open(final TaskSet set, final KernelOptions options, final Admission admission) throws InterruptedException {
        final List<Device> devices = new ArrayList<>();
        for (final DeviceSpec spec : set.platform().devices()) {
            devices.add(spec.kind() == DeviceKind.CPU ? new CpuDevice(Clock.SYSTEM, "java") : new ModelledDevice());
        }
        open(set, devices, options, admission);
    }

    private void open(final TaskSet set, final List<Device> devices, final KernelOptions options, final Admission admission)
        throws InterruptedException {
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(options, devices.size()));
        kernel = new Kernel(set, devices, memory, options, admission, ThreadSetup.NONE, new KernelListener() {
            @Override
            public void onDeadlineMiss(final String task, final long job, final long lateNs) {
                heard.add("miss " + task);
            }

            @Override
            public void onOverrunSeen(final String task, final int segment, final long beyondNs) {
                heard.add("overrun " + task);
            }

            @Override
            public void onError(final String task, final Throwable cause) {
                heard.add("error " + task + " " + cause.getMessage());
            }

            @Override
            public void onDeviceLost(final String device) {
                heard.add("lost " + device);
            }
        }, (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM);
        kernel.start();
    }

    private static List<SegmentWork> timed(final Task task) {
        final List<SegmentWork> works = new ArrayList<>();
        task.segments().forEach(segment -> works.add(new TimedWork(Clock.SYSTEM, segment, 1)));
        return works;
    }

    private int[] add(final TaskSet set) {
        return kernel.addAll(set.tasks(), set.tasks().stream().map(KernelTest::timed).toList(), Clock.SYSTEM.nanoTime() + 20 * MS);
    }

    private static Task one(final String name, final Consumer<org.tactus.model.TaskBuilder> definition) {
        return platform().task(name, definition).build().tasks().getFirst();
    }

    private static SegmentWork work(final LongConsumer body, final Runnable terminate) {
        return WorkStub.of(body).endedBy(terminate);
    }

    @Test
    void shouldCompleteEveryJobWhenChainsCrossDevices() throws InterruptedException {
        final TaskSet set = platform()
            .task("a", t -> t.periodNs(20 * MS).segment("cpu0", MS).segment("acc0", 2 * MS).segment("cpu1", MS))
            .task("b", t -> t.periodNs(30 * MS).segment("acc0", 3 * MS).segment("acc0", MS))
            .task("c", t -> t.periodNs(50 * MS).segment("cpu1", 2 * MS).segment("cpu0", MS)).build();
        open(set, KernelOptions.DEFAULT, Admission.ALL);
        final long beginNs = Clock.SYSTEM.nanoTime();
        final int[] slots = add(set);
        Thread.sleep(600);
        assertTrue(kernel.stop(5000 * MS));
        final long elapsedNs = Clock.SYSTEM.nanoTime() - beginNs;
        for (int i = 0; i < slots.length; i++) {
            final TaskReport report = kernel.report(slots[i]);
            final long periodNs = set.tasks().get(i).periodNs();
            assertTrue(report.released() >= 500 * MS / periodNs && report.released() <= elapsedNs / periodNs + 1, report.toString());
            assertEquals(report.released(), report.completed());
            assertEquals(0, report.unfinished());
            assertEquals(report.completed(), report.responses().getTotalCount());
            final long wcetNs = set.tasks().get(i).segments().stream().mapToLong(s -> s.wcetNs()).sum();
            assertTrue(report.minNs() >= wcetNs - 1000, report.minNs() + " is less than the chain takes");
        }
        assertEquals(0, kernel.droppedEvents());
        assertTrue(kernel.busyNs(2) > 0);
    }

    @Test
    void shouldRunAllAcceleratorsOnOneThreadWhenTheyShareIt() throws InterruptedException {
        final TaskSet set = platform().device(DeviceSpec.modelled("acc1"))
            .task("a", t -> t.periodNs(20 * MS).segment("acc0", 2 * MS).segment("acc1", 2 * MS)).build();
        open(set, new KernelOptions(KernelOptions.Idle.SLEEP_THEN_SPIN, 150_000, 20_000, MS, 1_000 * MS, 1 << 20, true, 8, 64),
            Admission.ALL);
        final int[] slots = add(set);
        Thread.sleep(200);
        kernel.stop(1000 * MS);
        assertTrue(kernel.report(slots[0]).completed() > 3);
        assertEquals(3 + 1, kernel.granted().size());
    }

    @Test
    void shouldTurnDispatchersOfAcceleratorsInOneThreadWhenTheyMayUseOneCore() throws InterruptedException {
        final TaskSet set = platform().device(accelerator("x", 0, 1)).device(accelerator("y", 2)).device(accelerator("z", 1, 2))
            .device(accelerator("apart", 3)).task("a", t -> t.periodNs(20 * MS).segment("x", MS).segment("y", MS).segment("z", MS)).build();
        open(set, KernelOptions.DEFAULT, Admission.ALL);
        final int[] slots = add(set);
        Thread.sleep(200);
        kernel.stop(1000 * MS);
        assertTrue(kernel.report(slots[0]).completed() > 3);
        assertEquals(List.of("tactus-cpu0", "tactus-cpu1", "tactus-acc0", "tactus-accelerators-x", "tactus-apart", "tactus-monitor"),
            kernel.granted().stream().map(line -> line.substring(0, line.indexOf(':'))).toList());
    }

    private static DeviceSpec accelerator(final String name, final Integer... cores) {
        return new DeviceSpec(name, DeviceKind.MODELLED, List.of(cores), "", 0, Optional.empty(), 0);
    }

    @Test
    void shouldStopOneTaskAloneWhenItsSegmentThrows() throws InterruptedException {
        final TaskSet set = platform().task("good", t -> t.periodNs(400 * MS).segment("cpu0", MS)).build();
        open(set, KernelOptions.DEFAULT, Admission.ALL);
        final Task bad = one("bad", t -> t.periodNs(20 * MS).segment("cpu0", MS).segment("acc0", MS));
        final long zeroNs = Clock.SYSTEM.nanoTime() + 20 * MS;
        final SegmentWork throwing = work(job -> {
            if (job == 2) {
                throw new IllegalStateException("on purpose");
            }
        }, () -> { });
        final int badSlot = kernel.addAll(List.of(bad), List.of(List.of(throwing, work(job -> { }, () -> { }))), zeroNs)[0];
        final int goodSlot = add(set)[0];
        Thread.sleep(1200);
        assertTrue(kernel.isStopped(badSlot));
        assertTrue(kernel.stop(1000 * MS));
        assertEquals("on purpose", kernel.error(badSlot).getMessage());
        assertEquals(2, kernel.report(badSlot).completed());
        assertEquals(1, kernel.report(badSlot).aborted());
        assertTrue(kernel.report(goodSlot).completed() >= 2);
        assertEquals(0, kernel.report(goodSlot).misses());
        assertTrue(heard.contains("error bad on purpose"), heard.toString());
    }

    @Test
    void shouldKeepOthersOnTimeWhenACallHangsUntilTerminated() throws InterruptedException {
        final TaskSet set = platform().task("good", t -> t.periodNs(500 * MS).segment("cpu0", MS).segment("acc0", MS)).build();
        open(set, KernelOptions.DEFAULT, Admission.ALL);
        final CountDownLatch released = new CountDownLatch(1);
        final Task hung = one("hung", t -> t.periodNs(40 * MS).onOverrun(OverrunAction.STOP).segment("cpu0", 2 * MS));
        final SegmentWork hangs = work(job -> await(released), released::countDown);
        final int hungSlot = kernel.addAll(List.of(hung), List.of(List.of(hangs)), Clock.SYSTEM.nanoTime() + 5 * MS)[0];
        final int goodSlot = add(set)[0];
        Thread.sleep(1200);
        assertTrue(heard.contains("overrun hung"), heard.toString());
        assertTrue(kernel.isStopped(hungSlot));
        assertTrue(kernel.stop(1000 * MS));
        assertEquals(1, kernel.report(hungSlot).overruns());
        assertTrue(kernel.report(goodSlot).completed() >= 2);
        assertEquals(0, kernel.report(goodSlot).misses());
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldLoseTheDeviceAloneWhenACallNeverReturns() throws InterruptedException {
        final TaskSet set = platform().task("good", t -> t.periodNs(500 * MS).segment("cpu1", MS).segment("acc0", MS)).build();
        open(set, KernelOptions.DEFAULT.withLostAfterNs(50 * MS), Admission.ALL);
        final CountDownLatch never = new CountDownLatch(1);
        final Task hung = one("hung", t -> t.periodNs(40 * MS).segment("cpu0", 2 * MS));
        kernel.addAll(List.of(hung), List.of(List.of(work(job -> await(never), () -> { }))), Clock.SYSTEM.nanoTime() + 5 * MS);
        final int goodSlot = add(set)[0];
        Thread.sleep(1200);
        assertTrue(heard.contains("lost cpu0"), heard.toString());
        assertTrue(kernel.isLost(0));
        final Task late = one("late", t -> t.periodNs(40 * MS).segment("cpu0", MS));
        assertThrows(AdmissionRefusedException.class, () -> kernel.addAll(List.of(late), List.of(timed(late)), 0));
        assertFalse(kernel.stop(100 * MS));
        assertTrue(kernel.report(goodSlot).completed() >= 2);
        assertEquals(0, kernel.report(goodSlot).misses());
        never.countDown();
    }

    @Test
    void shouldGoOnWatchingWhenHandlersThrow() throws InterruptedException {
        final TaskSet set = platform().task("hung", t -> t.periodNs(40 * MS).deadlineNs(3 * MS).segment("cpu0", 2 * MS))
            .task("good", t -> t.periodNs(20 * MS).segment("cpu1", MS)).build();
        final List<Device> devices =
            List.of(new CpuDevice(Clock.SYSTEM, "java"), new CpuDevice(Clock.SYSTEM, "java"), new ModelledDevice());
        final KernelOptions options = KernelOptions.DEFAULT.withLostAfterNs(50 * MS);
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(options, 3));
        final AtomicInteger rounds = new AtomicInteger();
        final KernelListener throwing = new KernelListener() {
            @Override
            public void onOverrunSeen(final String task, final int segment, final long beyondNs) {
                throw new IllegalStateException("of the listener");
            }

            @Override
            public void onDeviceLost(final String device) {
                heard.add("lost " + device);
                throw new AssertionError("of the listener");
            }

            @Override
            public void onRound() {
                if (heard.size() > 0) {
                    rounds.incrementAndGet();
                }
                throw new IllegalStateException("of a round");
            }
        };
        kernel = new Kernel(set, devices, memory, options, Admission.ALL, ThreadSetup.NONE, throwing,
            (type, timeNs, device, task, segment, job, argument) -> {
                throw new IllegalStateException("of the sink");
            }, Clock.SYSTEM);
        kernel.start();
        final CountDownLatch never = new CountDownLatch(1);
        kernel.addAll(set.tasks(), List.of(List.of(work(job -> await(never), () -> {
            throw new IllegalStateException("of the work");
        })), timed(set.tasks().get(1))), Clock.SYSTEM.nanoTime() + 5 * MS);
        while (rounds.get() < 3) {
            Thread.sleep(5);
        }
        assertEquals(List.of("lost cpu0"), heard);
        final String told = kernel.granted().getLast();
        assertTrue(told.contains("IllegalStateException: of a round") && !told.contains("of the sink"), told);
        never.countDown();
        assertTrue(kernel.stop(1000 * MS));
        assertEquals(0, kernel.droppedEvents());
    }

    /** A device beside its dispatcher: a thread a segment. */
    private static final class ThreadDevice extends DeviceStub {
        private Thread thread;

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            thread = Thread.ofPlatform().start(() -> {
                try {
                    work.run(job);
                } catch (final Exception e) {
                    throw new AssertionError(e);
                }
            });
        }

        @Override
        public int poll(final long nowNs) {
            return thread.isAlive() ? RUNNING : DONE;
        }
    }

    @Test
    void shouldCloseASegmentWhenItsDeviceHasDoneWithIt() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.modelled("acc0"))
            .task("long", t -> t.periodNs(1000 * MS).segment("acc0", 500 * MS)).build();
        open(set, List.of(new ThreadDevice()), KernelOptions.DEFAULT, Admission.ALL);
        final CountDownLatch begun = new CountDownLatch(1);
        final SegmentWork computes = WorkStub.of(job -> {
            begun.countDown();
            LockSupport.parkNanos(200 * MS);
            heard.add("computed");
        }).closedBy(() -> heard.add("closed"));
        kernel.addAll(set.tasks(), List.of(List.of(computes)), Clock.SYSTEM.nanoTime());
        begun.await();
        assertTrue(kernel.stop(0));
        assertEquals(1, kernel.report(0).completed());
        kernel.close();
        assertEquals(List.of("computed", "closed"), heard);
    }

    @Test
    void shouldLeaveNoTraceWhenATaskCannotBeLaidOut() throws InterruptedException {
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.modelled("acc0"))
            .task("a", t -> t.periodNs(20 * MS).segment("acc0", MS)).task("b", t -> t.periodNs(20 * MS).segment("acc0", MS)).build();
        final AtomicInteger refusals = new AtomicInteger(1);
        final ModelledDevice modelled = new ModelledDevice();
        final Device device = (Device) Proxy.newProxyInstance(Device.class.getClassLoader(), new Class<?>[] {Device.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("defined") && refusals.getAndDecrement() > 0) {
                    throw new IllegalStateException("no memory");
                }
                return method.invoke(modelled, arguments);
            });
        open(set, List.of(device), KernelOptions.DEFAULT, candidate ->
            candidate.tasks().size() > 2 ? Optional.of("a task is there that is not") : Optional.empty());
        final List<SegmentWork> works = List.of(WorkStub.of(job -> { }).closedBy(() -> heard.add("closed")));
        assertThrows(IllegalStateException.class, () -> kernel.addAll(set.tasks(), List.of(works, works), Clock.SYSTEM.nanoTime()));
        assertEquals(List.of(), heard, "they are the caller's to close");
        final int[] slots = add(set);
        assertEquals(List.of(0, 1), List.of(slots[0], slots[1]));
        while (kernel.completed(slots[0]) < 2 || kernel.completed(slots[1]) < 2) {
            Thread.sleep(5);
        }
        assertTrue(kernel.stop(1000 * MS));
    }

    @Test
    void shouldKeepOthersOnTimeWhenCallersFloodASporadicTask() throws InterruptedException {
        final TaskSet set = platform().task("good", t -> t.periodNs(400 * MS).segment("acc0", MS).segment("cpu0", MS))
            .task("flooded", t -> t.periodNs(10 * MS).release(Release.SPORADIC).onBacklog(BacklogAction.QUEUE).segment("cpu0", MS))
            .build();
        open(set, KernelOptions.DEFAULT, Admission.ALL);
        final int[] slots = add(set);
        final AtomicInteger accepted = new AtomicInteger();
        final long floodNs = 1200 * MS;
        final long untilNs = Clock.SYSTEM.nanoTime() + floodNs;
        final List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            callers.add(Thread.ofPlatform().start(() -> {
                while (Clock.SYSTEM.nanoTime() < untilNs) {
                    if (kernel.release(slots[1]) == SporadicGate.ACCEPTED) {
                        accepted.incrementAndGet();
                    }
                }
            }));
        }
        for (final Thread caller : callers) {
            caller.join();
        }
        assertTrue(kernel.stop(1000 * MS));
        final TaskReport flooded = kernel.report(slots[1]);
        assertTrue(accepted.get() <= floodNs / (10 * MS) + 1, accepted + " arrivals were accepted");
        assertEquals(accepted.get(), flooded.released() + flooded.skipped() + flooded.unfinished());
        assertEquals(0, kernel.report(slots[0]).misses());
        assertTrue(kernel.report(slots[0]).completed() >= 2);
    }

    @Test
    void shouldRefuseWithTheReasonWhenAdmissionSaysNo() throws InterruptedException {
        final TaskSet set = platform().task("a", t -> t.periodNs(20 * MS).segment("cpu0", MS)).build();
        open(set, KernelOptions.DEFAULT, candidate -> candidate.tasks().size() > 1 ? Optional.of("one is enough") : Optional.empty());
        final int slot = add(set)[0];
        final Task other = one("b", t -> t.periodNs(20 * MS).segment("cpu0", MS));
        final AdmissionRefusedException refused = assertThrows(AdmissionRefusedException.class,
            () -> kernel.addAll(List.of(other), List.of(timed(other)), Clock.SYSTEM.nanoTime()));
        assertEquals("one is enough", refused.getMessage());
        kernel.remove(slot);
        while (!kernel.isStopped(slot)) {
            Thread.sleep(1);
        }
        final int again = kernel.addAll(List.of(other), List.of(timed(other)), Clock.SYSTEM.nanoTime())[0];
        assertEquals(slot, again);
        Thread.sleep(100);
        kernel.stop(1000 * MS);
        assertTrue(kernel.report(again).completed() > 1);
    }

    @Test
    void shouldSkipTheNextJobWhenAnOverrunAsksForIt() throws InterruptedException {
        final Task task = one("a", t -> t.periodNs(20 * MS).onOverrun(OverrunAction.SKIP_NEXT).segment("cpu0", MS));
        open(platform().task("unused", t -> t.periodNs(MS).segment("cpu0", 1)).build(), KernelOptions.DEFAULT, Admission.ALL);
        final SegmentWork slow = work(job -> {
            if (job == 0) {
                final long cpuNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                while (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuNs < 3 * MS) {
                    Thread.onSpinWait(); // by its own time: what others take meanwhile makes no overrun
                }
            }
        }, () -> { });
        final int slot = kernel.addAll(List.of(task), List.of(List.of(slow)), Clock.SYSTEM.nanoTime() + 5 * MS)[0];
        Thread.sleep(200);
        kernel.stop(1000 * MS);
        assertTrue(kernel.report(slot).overruns() >= 1);
        assertEquals(kernel.report(slot).overruns(), kernel.report(slot).skipped());
    }

    @Test
    void shouldRunOfferedSegmentsOnTheIdleAcceleratorWhenBudgetsAllow() throws InterruptedException {
        final TaskSet set = platform().task("offers", t -> t.periodNs(40 * MS).reclaim(new Reclaim(10 * MS, 2, 10 * MS))
            .segment("cpu0", MS).segment("cpu0", 2 * MS).offer("acc0", MS).segment("cpu1", 2 * MS).offer("acc0", MS)).build();
        open(set, KernelOptions.DEFAULT, Admission.ALL);
        final Task task = set.tasks().getFirst();
        final List<SegmentWork> works = new ArrayList<>();
        for (final Segment segment : task.segments()) {
            final SegmentWork own = new TimedWork(Clock.SYSTEM, segment, 0);
            works.add(segment.offer().isEmpty() ? own : new OfferedWork(own, new TimedWork(Clock.SYSTEM,
                new Segment(2, segment.offer().get().wcetNs(), segment.actual()), 0)));
        }
        final int slot = kernel.addAll(set.tasks(), List.of(works), Clock.SYSTEM.nanoTime() + 20 * MS)[0];
        Thread.sleep(600);
        assertTrue(kernel.stop(1000 * MS));
        final TaskReport report = kernel.report(slot);
        assertTrue(report.completed() >= 5, report.toString());
        assertEquals(2 * report.completed(), report.substitutions().sum(slot), "nobody else uses the accelerator");
        assertEquals(report.completed(), report.responses().getTotalCount());
        assertTrue(kernel.busyNs(2) > 0);
    }

    @Test
    void shouldRunEqualTasksInTheOrderThatWasAnalysedWhenASlotIsUsedAgain() throws InterruptedException {
        final List<List<String>> analysed = new CopyOnWriteArrayList<>();
        final TaskSet machine = new TaskSet("machine", PolicyKind.FIXED_PRIORITY, Overheads.NONE, platform()
            .task("none", t -> t.periodNs(MS).segment("cpu0", MS)).build().platform(), List.of());
        open(machine, KernelOptions.DEFAULT, candidate -> {
            analysed.add(candidate.tasks().stream().map(Task::name).toList());
            return Optional.empty();
        });
        final List<String> ran = new CopyOnWriteArrayList<>();
        final CountDownLatch holds = new CountDownLatch(1);
        final CountDownLatch held = new CountDownLatch(1);
        final int gate = sporadic("gate", job -> {
            held.countDown();
            await(holds);
        });
        final int a = sporadic("A", job -> ran.add("A"));
        final int b = sporadic("B", job -> ran.add("B"));
        kernel.remove(a);
        Await.until(() -> kernel.isStopped(a));
        final int c = sporadic("C", job -> ran.add("C"));
        final int d = sporadic("D", job -> ran.add("D"));
        assertEquals(a, c, "the newcomer has the slot of the removed task");
        assertEquals(List.of("gate", "B", "C", "D"), analysed.getLast());
        assertEquals(SporadicGate.ACCEPTED, kernel.release(gate));
        await(held);
        for (final int slot : new int[] {d, c, b}) {
            assertEquals(SporadicGate.ACCEPTED, kernel.release(slot));
        }
        holds.countDown();
        Await.until(() -> ran.size() >= 3);
        assertEquals(List.of("B", "C", "D"), ran);
    }

    /** Adds a sporadic task on cpu0 with the priority and deadline of all others of its kind. */
    private int sporadic(final String name, final LongConsumer body) {
        final Task task = one(name, t -> t.periodNs(60_000 * MS).priority(5).release(Release.SPORADIC).segment("cpu0", 10_000 * MS));
        return kernel.addAll(List.of(task), List.of(List.of(work(body, () -> { }))), Clock.SYSTEM.nanoTime())[0];
    }
}
