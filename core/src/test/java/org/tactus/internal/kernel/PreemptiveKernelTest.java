// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.CpuDevice;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.policy.SporadicGate;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.OverrunAction;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Lanes without rights: what is tested is who waits for whom, by latches, and never how fast. */
@Timeout(60)
class PreemptiveKernelTest {
    private static final long MS = 1_000_000;
    private static final long S = 1000 * MS;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<Integer, Integer> eventDevices = new ConcurrentHashMap<>();
    private Kernel kernel;

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
    }

    private static TaskSetBuilder platform() {
        return TaskSet.builder("test").device(DeviceSpec.cpu("cpu0", 0).withPreemption(DeviceSpec.Preemption.FULL))
            .device(DeviceSpec.modelled("acc0"));
    }

    private static Task task(final String name, final int priority, final Consumer<TaskBuilder> more) {
        return platform().task(name, t -> {
            t.periodNs(60 * S).release(Release.SPORADIC).priority(priority);
            more.accept(t);
        }).build().tasks().getFirst();
    }

    private static Task task(final String name, final int priority) {
        return task(name, priority, t -> t.segment("cpu0", S));
    }

    private void open(final KernelOptions options, final Task... known) throws InterruptedException {
        open(options, ThreadSetup.NONE, known);
    }

    private void open(final KernelOptions options, final ThreadSetup setup, final Task... known) throws InterruptedException {
        final TaskSet empty = platform().task("unused", t -> t.periodNs(S).segment("acc0", 1)).build();
        final TaskSet set = new TaskSet(empty.name(), empty.policy(), empty.overheads(), empty.platform(), List.of(known));
        final List<Device> devices = List.of(new CpuDevice(Clock.SYSTEM, "java"), new ModelledDevice());
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(options, set));
        kernel = new Kernel(set, devices, memory, options, Admission.ALL, setup, new KernelListener() {
            @Override
            public void onError(final String task, final Throwable cause) {
                heard.add("error " + task + " " + cause.getMessage());
            }

            @Override
            public void onOverrunSeen(final String task, final int segment, final long beyondNs) {
                heard.add("overrun " + task);
            }

            @Override
            public void onDeviceLost(final String device) {
                heard.add("lost " + device);
            }
        }, (type, timeNs, device, task, segment, job, argument) -> eventDevices.merge(device, 1, Integer::sum), Clock.SYSTEM);
        kernel.start();
    }

    /** Processor cores whose rehearsals take differently long, and which count them. */
    private static final class Rehearsed extends DeviceStub {
        private final AtomicInteger begun;
        private final AtomicInteger rehearsals;

        Rehearsed(final AtomicInteger begun, final AtomicInteger rehearsals) {
            this.begun = begun;
            this.rehearsals = rehearsals;
        }

        @Override
        public void rehearse() {
            LockSupport.parkNanos(begun.getAndIncrement() * 40 * MS);
            rehearsals.incrementAndGet();
        }

        @Override
        public Device another() {
            return new Rehearsed(begun, rehearsals);
        }

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            throw new IllegalStateException("no job is released here");
        }

        @Override
        public int poll(final long nowNs) {
            return DONE;
        }

        @Override
        public boolean isSynchronous() {
            return true;
        }
    }

    @Test
    void shouldTakeNoLevelBeforeEveryLaneHasRehearsed() throws InterruptedException {
        final AtomicInteger rehearsals = new AtomicInteger();
        final List<Integer> rehearsedBefore = new CopyOnWriteArrayList<>();
        final ThreadSetup setup = new ThreadSetup() {
            @Override
            public void rehearse() {
                heard.add("rights rehearsed");
            }

            @Override
            public String apply(final String role, final List<Integer> cores) {
                return "as started";
            }

            @Override
            public String applyLane(final List<Integer> cores, final int level) {
                rehearsedBefore.add(rehearsals.get());
                heard.add("rights");
                return "as started";
            }
        };
        final TaskSet set = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0", 0).withPreemption(DeviceSpec.Preemption.FULL))
            .task("a", t -> t.periodNs(S).priority(1).segment("cpu0", 1))
            .task("b", t -> t.periodNs(S).priority(2).segment("cpu0", 1)).build();
        final UnsafeBuffer memory = AlignedMemory.allocate(Kernel.requiredBytes(KernelOptions.DEFAULT, set));
        kernel = new Kernel(set, List.of(new Rehearsed(new AtomicInteger(), rehearsals)), memory, KernelOptions.DEFAULT,
            Admission.ALL, setup, KernelListener.NONE, (type, timeNs, device, task, segment, job, argument) -> { }, Clock.SYSTEM);
        kernel.start();
        assertEquals(6, rehearsedBefore.size(), "a lane for each rank, and four to spare");
        assertEquals(List.of(6), rehearsedBefore.stream().distinct().toList(), "lanes that had rehearsed when one took its level");
        assertEquals("rights rehearsed", heard.getFirst());
    }

    private int add(final Task task, final Runnable body) {
        final List<SegmentWork> works = new ArrayList<>();
        task.segments().forEach(segment -> works.add(WorkStub.of(body)));
        return kernel.addAll(List.of(task), List.of(works), Clock.SYSTEM.nanoTime() + MS)[0];
    }

    private static boolean await(final CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void until(final java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(MS);
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("what is waited for does not come");
            }
        }
    }

    private void release(final int slot) {
        assertEquals(SporadicGate.ACCEPTED, kernel.release(slot));
    }

    @Test
    void shouldStartAHigherJobWhenALowerSegmentRuns() throws InterruptedException {
        final Task low = task("low", 9);
        final Task high = task("high", 1);
        open(KernelOptions.DEFAULT, low, high);
        final CountDownLatch lowRuns = new CountDownLatch(1);
        final CountDownLatch highRan = new CountDownLatch(1);
        final AtomicInteger sawHigh = new AtomicInteger();
        final int lowSlot = add(low, () -> {
            lowRuns.countDown();
            sawHigh.set(await(highRan) ? 1 : 0);
        });
        final int highSlot = add(high, highRan::countDown);
        release(lowSlot);
        assertTrue(await(lowRuns));
        release(highSlot); // on a device that is preempted between segments it would wait for low's end
        until(() -> kernel.completed(lowSlot) == 1 && kernel.completed(highSlot) == 1);
        assertEquals(1, sawHigh.get());
        assertTrue(kernel.stop(S));
        assertEquals(1, kernel.report(highSlot).responses().getTotalCount());
        assertEquals(List.of(), heard);
        assertEquals(java.util.Set.of(0), eventDevices.keySet(), "events name the platform's device, not the lane");
    }

    @Test
    void shouldRunEqualTasksOneAfterTheOtherWhenTheyShareALane() throws InterruptedException {
        final Task[] equals = {task("a", 3), task("b", 3), task("c", 3)};
        open(KernelOptions.DEFAULT, equals);
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final int[] slots = new int[3];
        for (int i = 0; i < 3; i++) {
            slots[i] = add(equals[i], () -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                LockSupport.parkNanos(MS);
                inside.decrementAndGet();
            });
        }
        for (final int slot : slots) {
            release(slot);
        }
        until(() -> kernel.completed(slots[0]) + kernel.completed(slots[1]) + kernel.completed(slots[2]) == 3);
        assertEquals(1, most.get());
    }

    @Test
    void shouldComeBackToItsLaneWhenAJobWasOnAnAccelerator() throws InterruptedException {
        final Task chain = task("chain", 2, t -> t.segment("cpu0", S).segment("acc0", MS).segment("cpu0", S));
        final Task low = task("low", 9);
        open(KernelOptions.DEFAULT, chain, low);
        final CountDownLatch lowRuns = new CountDownLatch(1);
        final CountDownLatch twice = new CountDownLatch(2);
        final int lowSlot = add(low, () -> {
            lowRuns.countDown();
            await(twice);
        });
        final int slot = add(chain, twice::countDown);
        release(lowSlot);
        assertTrue(await(lowRuns));
        release(slot);
        until(() -> kernel.completed(slot) == 1 && kernel.completed(lowSlot) == 1);
        assertTrue(kernel.stop(S));
        assertEquals(java.util.Set.of(0, 1), eventDevices.keySet());
    }

    @Test
    void shouldStopOneTaskWhenASegmentOfItsLaneBreaks() throws InterruptedException {
        final Task broken = task("broken", 1, t -> t.segment("cpu0", S));
        final Task equal = task("equal", 1);
        final Task low = task("low", 2);
        open(KernelOptions.DEFAULT, broken, equal, low);
        final int brokenSlot = add(broken, () -> {
            throw new IllegalStateException("no");
        });
        final int equalSlot = add(equal, () -> { });
        final int lowSlot = add(low, () -> { });
        release(brokenSlot);
        until(() -> kernel.isStopped(brokenSlot));
        release(equalSlot);
        release(lowSlot);
        until(() -> kernel.completed(equalSlot) == 1 && kernel.completed(lowSlot) == 1);
        until(() -> heard.contains("error broken no"));
        assertFalse(kernel.isLost(0));
    }

    @Test
    void shouldServeTheOtherLanesWhenOneHangs() throws InterruptedException {
        final Task hung = task("hung", 1, t -> t.segment("cpu0", MS).onOverrun(OverrunAction.CONTINUE));
        final Task low = task("low", 2);
        open(KernelOptions.DEFAULT.withLostAfterNs(20 * MS), hung, low);
        final CountDownLatch never = new CountDownLatch(1);
        final int hungSlot = add(hung, () -> await(never));
        final int lowSlot = add(low, () -> { });
        release(hungSlot);
        until(() -> heard.contains("lost cpu0 (priority 1)"));
        release(lowSlot);
        until(() -> kernel.completed(lowSlot) == 1);
        assertTrue(kernel.isLost(0));
        final AdmissionRefusedException refused = assertThrows(AdmissionRefusedException.class, () -> add(task("again", 1), () -> { }));
        assertTrue(refused.getMessage().contains("'cpu0 (priority 1)' of task 'again' is lost"), refused.getMessage());
        final int other = add(task("other", 3), () -> { }); // its lane is not lost
        release(other);
        until(() -> kernel.completed(other) == 1);
        never.countDown();
        until(() -> kernel.isStopped(hungSlot));
        assertEquals(1, kernel.counts(hungSlot, kernel.generation(hungSlot)).overruns());
    }

    @Test
    void shouldCountTheOverrunWhenAHigherJobWaitsForTheEndOfAMarkedSegment() throws InterruptedException {
        final Task high = task("high", 1);
        final Task marked = task("marked", 5, t -> t.segment("cpu0", MS).preemptable(false).onOverrun(OverrunAction.CONTINUE));
        final int[] highSlot = {-1};
        final ThreadSetup setup = new ThreadSetup() {
            @Override
            public String apply(final String role, final List<Integer> cores) {
                return "as started";
            }

            @Override
            public void level(final int level) {
                if (level != Lane.CEILING) { // the core comes free, and the higher lane takes it before the end is noted
                    release(highSlot[0]);
                    until(() -> kernel.completed(highSlot[0]) == 1);
                    LockSupport.parkNanos(MS); // the higher lane falls asleep
                }
            }
        };
        open(KernelOptions.DEFAULT, setup, high, marked);
        highSlot[0] = add(high, () -> LockSupport.parkNanos(40 * MS));
        final int slot = add(marked, () -> LockSupport.parkNanos(8 * MS));
        release(slot);
        until(() -> kernel.completed(slot) == 1);
        assertEquals(1, kernel.counts(slot, kernel.generation(slot)).overruns(), "what came after the segment was not taken from it");
    }

    @Test
    void shouldTellOfAnOverrunWhileItRunsWhenAHigherJobHadTakenTheCoreForLong() throws InterruptedException {
        final Task high = task("high", 1, t -> t.segment("cpu0", 60 * S));
        final Task low = task("low", 2, t -> t.segment("cpu0", 300 * MS).onOverrun(OverrunAction.CONTINUE));
        open(KernelOptions.DEFAULT, high, low);
        final CountDownLatch lowRuns = new CountDownLatch(1);
        final CountDownLatch highRan = new CountDownLatch(1);
        final AtomicInteger told = new AtomicInteger();
        final int lowSlot = add(low, () -> {
            lowRuns.countDown();
            await(highRan); // stands for the time in which the system does not run this thread
            final long untilNs = System.nanoTime() + 2500 * MS;
            while (System.nanoTime() < untilNs && !heard.contains("overrun low")) {
                Thread.onSpinWait();
            }
            told.set(heard.contains("overrun low") ? 1 : 0);
        });
        final int highSlot = add(high, () -> {
            LockSupport.parkNanos(3 * S);
            highRan.countDown();
        });
        release(lowSlot);
        assertTrue(await(lowRuns));
        release(highSlot);
        until(() -> kernel.completed(lowSlot) == 1);
        assertEquals(1, told.get(), "what was taken from a segment is no part of what it may execute");
    }

    @Test
    void shouldLoseTheNextLaneWhenTheOneAboveHangsStill() throws InterruptedException {
        final Task first = task("first", 1, t -> t.segment("cpu0", MS).onOverrun(OverrunAction.CONTINUE));
        final Task second = task("second", 2, t -> t.segment("cpu0", MS).onOverrun(OverrunAction.CONTINUE));
        final Task third = task("third", 3, t -> t.segment("cpu0", MS).onOverrun(OverrunAction.CONTINUE));
        open(KernelOptions.DEFAULT.withLostAfterNs(50 * MS), first, second, third);
        final CountDownLatch never = new CountDownLatch(1);
        final int firstSlot = add(first, () -> await(never));
        final int secondSlot = add(second, () -> await(never));
        final int thirdSlot = add(third, () -> LockSupport.parkNanos(10 * MS));
        release(firstSlot);
        until(() -> heard.contains("lost cpu0 (priority 1)"));
        release(thirdSlot);
        until(() -> kernel.completed(thirdSlot) == 1);
        assertEquals(1, kernel.counts(thirdSlot, kernel.generation(thirdSlot)).overruns(), "a lane that was demoted takes nothing");
        release(secondSlot);
        final long giveUpNs = System.nanoTime() + 20 * S;
        until(() -> heard.contains("lost cpu0 (priority 2)") || System.nanoTime() > giveUpNs);
        never.countDown();
        assertTrue(heard.contains("lost cpu0 (priority 2)"), heard.toString());
    }

    @Test
    void shouldTakeASpareLaneWhenATaskOfANewRankComes() throws InterruptedException {
        final Task first = task("first", 5);
        open(KernelOptions.DEFAULT, first);
        final CountDownLatch runs = new CountDownLatch(1);
        final CountDownLatch both = new CountDownLatch(2);
        final int slot = add(first, () -> {
            runs.countDown();
            await(both);
        });
        release(slot);
        assertTrue(await(runs));
        final int above = add(task("above", 1), both::countDown); // while a lane is in a segment
        final int below = add(task("below", 7), both::countDown);
        release(above);
        release(below);
        until(() -> kernel.completed(slot) == 1 && kernel.completed(above) == 1 && kernel.completed(below) == 1);
    }

    @Test
    void shouldRefuseInOneLineWhenNoLaneIsLeftAndAcceptAgainAfterARemoval() throws InterruptedException {
        open(KernelOptions.DEFAULT, task("known", 1));
        final List<Integer> slots = new ArrayList<>();
        for (int priority = 10; priority < 14 + 1; priority++) {
            slots.add(add(task("p" + priority, priority), () -> { })); // the lane of "known" and four to spare
        }
        final AdmissionRefusedException refused = assertThrows(AdmissionRefusedException.class, () -> add(task("late", 20), () -> { }));
        assertTrue(refused.getMessage().contains("preemptive device 'cpu0' has 5 lanes"), refused.getMessage());
        assertFalse(refused.getMessage().contains("\n"));
        final int shared = add(task("shared", 12), () -> { }); // a rank that is there needs no lane
        release(shared);
        until(() -> kernel.completed(shared) == 1);
        kernel.remove(slots.getFirst());
        until(() -> kernel.isStopped(slots.getFirst()));
        final int late = add(task("late", 20), () -> { });
        release(late);
        until(() -> kernel.completed(late) == 1);
    }

    @Test
    void shouldRunEachJobInItsOwnLaneWhenSlotsAndLanesAreUsedAgain() throws InterruptedException {
        open(KernelOptions.DEFAULT.withCapacity(3, 6), task("known", 1));
        for (int round = 0; round < 60; round++) {
            final int priority = 1 + round * 7 % 23;
            final CountDownLatch ran = new CountDownLatch(1);
            final int slot = add(task("t" + round, priority), ran::countDown);
            release(slot);
            assertTrue(await(ran), "round " + round);
            until(() -> kernel.completed(slot) == 1);
            kernel.remove(slot);
            until(() -> kernel.isStopped(slot));
        }
        assertEquals(List.of(), heard);
    }

    @Test
    void shouldReleaseByItselfWhenATaskOfALaneIsPeriodic() throws InterruptedException {
        final Task periodic =
            platform().task("periodic", t -> t.periodNs(2 * MS).priority(1).segment("cpu0", S)).build().tasks().getFirst();
        open(KernelOptions.DEFAULT, periodic);
        final int slot = add(periodic, () -> { });
        until(() -> kernel.completed(slot) >= 20);
        assertTrue(kernel.stop(S));
        assertEquals(kernel.report(slot).released(), kernel.report(slot).completed() + kernel.report(slot).aborted()
            + kernel.report(slot).unfinished());
    }

    @Test
    void shouldRaiseTheThreadWhenASegmentIsNotPreemptable() throws InterruptedException {
        final List<String> moves = new CopyOnWriteArrayList<>();
        final ThreadSetup setup = new ThreadSetup() {
            @Override
            public String apply(final String role, final List<Integer> cores) {
                return "as started";
            }

            @Override
            public void level(final int level) {
                moves.add(Thread.currentThread().getName() + " to " + level);
            }
        };
        final Task marked = task("marked", 5, t -> t.segment("cpu0", S).segment("cpu0", S).preemptable(false).segment("cpu0", S));
        open(KernelOptions.DEFAULT, setup, task("high", 1), marked);
        final List<Integer> movesAt = new CopyOnWriteArrayList<>();
        final int slot = add(marked, () -> movesAt.add(moves.size()));
        release(slot);
        until(() -> kernel.completed(slot) == 1);
        assertEquals(List.of("tactus.1-cpu0 to 0", "tactus.1-cpu0 to 2"), moves);
        assertEquals(List.of(0, 1, 2), movesAt); // raised for the second segment only
    }

    @Test
    void shouldRefuseWhenTheSetCannotBePreemptive() {
        final TaskSet fixed = platform().task("a", t -> t.periodNs(S).segment("cpu0", 1)).build();
        final TaskSet edf = new TaskSet(fixed.name(), PolicyKind.EDF, fixed.overheads(), fixed.platform(), fixed.tasks());
        assertEquals("platform.devices[0].preemption", assertThrows(InvalidTaskSetException.class,
            () -> Kernel.requiredBytes(KernelOptions.DEFAULT, edf)).field());
        final TaskSetBuilder many = platform();
        for (int i = 1; i <= Lanes.MOST + 1; i++) {
            final int priority = i;
            many.task("t" + i, t -> t.periodNs(S).priority(priority).segment("cpu0", 1));
        }
        final InvalidTaskSetException tooMany =
            assertThrows(InvalidTaskSetException.class, () -> Kernel.requiredBytes(KernelOptions.DEFAULT, many.build()));
        assertTrue(tooMany.getMessage().contains("65 different priorities"), tooMany.getMessage());
        final TaskSet anywhere = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0").withPreemption(DeviceSpec.Preemption.FULL))
            .task("a", t -> t.periodNs(S).segment("cpu0", 1)).build();
        assertTrue(assertThrows(InvalidTaskSetException.class, () -> Kernel.requiredBytes(KernelOptions.DEFAULT, anywhere)).getMessage()
            .contains("name that core"));
    }
}
