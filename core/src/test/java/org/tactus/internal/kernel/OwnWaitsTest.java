// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.bindings.linux.ThreadAccounts;
import org.tactus.internal.buffer.AlignedMemory;
import org.tactus.internal.device.Device;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.TimedWork;
import org.tactus.internal.event.Allocation;
import org.tactus.internal.event.EventType;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

/** Whose a gap of a dispatcher is: of this process, which held a lock that it waited for, or of who took its core away. */
@Timeout(60)
class OwnWaitsTest {
    private static final long MS = 1_000_000;
    private static final long AWAY_NS = 40 * MS;

    private long switches = 100;
    private long cpuNs = 1_000;
    private long nowNs = 500 * MS;
    private int reads;
    private final OwnWaits waits = new OwnWaits(() -> {
        reads++;
        return switches;
    }, () -> cpuNs);

    /** Sleeps as long as planned, and so long beyond it, of which it executes a part. */
    private long oversleeps(final int beyondOwn, final long gapNs, final long executedNs) {
        waits.sleeps(nowNs, nowNs + 10 * MS);
        switches += 1 + beyondOwn;
        nowNs += 10 * MS + gapNs;
        cpuNs += executedNs;
        waits.rose(nowNs);
        return waits.inLoopNs(gapNs, nowNs);
    }

    @Test
    void shouldCallASleepNoWait() {
        for (int i = 0; i < 3; i++) {
            assertEquals(0, oversleeps(0, 5 * MS, 1_000));
        }
        assertEquals(0, oversleeps(-1, 5 * MS, 1_000), "it was woken before it slept");
        assertEquals(4 * MS, oversleeps(1, 5 * MS, MS), "stopped, or waited on the way back, but for what it executed");
        assertEquals(0, waits.inLoopNs(5 * MS, nowNs + 5 * MS), "each wait once");
    }

    /** Of sleeps that follow each other quickly each is counted as one switch, and the system is asked once a millisecond. */
    @Test
    void shouldAskTheSystemOnceAMillisecondWhenSleepsAreShort() {
        oversleeps(0, 0, 0);
        assertEquals(0, waits.inLoopNs(1, nowNs));
        final int before = reads;
        for (int i = 0; i < 9; i++) {
            waits.sleeps(nowNs, nowNs + OwnWaits.LOOK_NS / 10);
            switches++;
            nowNs += OwnWaits.LOOK_NS / 10;
            waits.rose(nowNs);
        }
        assertEquals(before, reads);
        nowNs += 5 * MS;
        assertEquals(0, waits.inLoopNs(5 * MS, nowNs));
        waits.sleeps(nowNs, nowNs + MS);
        switches += 2;
        nowNs += 5 * MS;
        waits.rose(nowNs);
        assertEquals(4 * MS, waits.inLoopNs(4 * MS, nowNs));
    }

    /** Of what follows a sleep within the same millisecond, when that sleep may have been none: woken, or over, before it began. */
    @ParameterizedTest
    @CsvSource({"9223372036854775807, 500", "9223372036854775807, -500", "300, 300", "300, 50000000", "3000, 70000"})
    void shouldCallAWaitItsOwnWhenTheSleepBeforeItGaveNoCoreAway(final long sleepNs, final long awakeAfterNs) {
        oversleeps(0, 0, 0);
        assertEquals(0, waits.inLoopNs(1, nowNs));
        final long fromNs = nowNs + 100_000;
        waits.sleeps(fromNs, sleepNs == Long.MAX_VALUE ? sleepNs : fromNs + sleepNs);
        waits.rose(fromNs + awakeAfterNs);
        switches++; // for a lock
        nowNs = fromNs + awakeAfterNs + 5 * MS;
        assertEquals(5 * MS, waits.inWorkNs(5 * MS, nowNs));
        waits.sleeps(nowNs, nowNs + 50_000);
        switches++;
        nowNs += 5 * MS;
        waits.rose(nowNs);
        assertEquals(0, waits.inLoopNs(5 * MS - 50_000, nowNs), "the next sleep is one");
    }

    /** As while a device executes what only a look shows the end of. */
    @Test
    void shouldLeaveAGapToThePlatformAfterTheShortSleepsBetweenTwoLooksIntoADevice() {
        oversleeps(0, 0, 0);
        assertEquals(0, waits.inLoopNs(1, nowNs));
        for (int i = 0; i < 10; i++) {
            waits.sleeps(nowNs, nowNs + KernelOptions.DEFAULT.pollNs() / 2);
            switches++;
            nowNs += KernelOptions.DEFAULT.pollNs();
            waits.rose(nowNs);
        }
        nowNs += 5 * MS;
        assertEquals(0, waits.inLoopNs(5 * MS, nowNs));
    }

    /** The system's own count and calls: work is given between the announcement of a sleep and the sleep. */
    @Test
    void shouldCallAWaitItsOwnWhenTheThreadWasWokenBeforeItSlept() {
        final OwnWaits own = OwnWaits.of(ThreadAccounts.ofCallingThread().orElseThrow(), Clock.SYSTEM);
        final Parking parking = new Parking(Thread.currentThread(), Clock.SYSTEM);
        parking.announce();
        parking.wake();
        own.sleeps(Clock.SYSTEM.nanoTime(), Long.MAX_VALUE);
        parking.await(Long.MAX_VALUE);
        final long awakeNs = parking.rise();
        own.rose(awakeNs);
        LockSupport.parkNanos(AWAY_NS);
        final long endNs = Clock.SYSTEM.nanoTime();
        final long ownNs = own.inWorkNs(endNs - awakeNs, endNs);
        assertTrue(ownNs >= AWAY_NS / 2, ownNs + " ns of " + (endNs - awakeNs));
    }

    @Test
    void shouldForgetWhatWasBeforeTheGapWhenTheThreadSpins() {
        waits.spun(nowNs, () -> nowNs);
        switches += 5; // calls of a driver that wait
        nowNs += OwnWaits.LOOK_NS;
        cpuNs += OwnWaits.LOOK_NS / 2;
        waits.spun(nowNs, () -> nowNs);
        assertEquals(0, waits.inLoopNs(5 * MS, nowNs + 5 * MS));
        switches++;
        nowNs += 20 * MS;
        cpuNs += 2 * MS;
        assertEquals(8 * MS, Math.min(8 * MS, waits.inLoopNs(8 * MS, nowNs)), "at most the gap");
    }

    @Test
    void shouldNotLookInTheMiddleOfAGap() {
        waits.spun(nowNs, () -> nowNs);
        final long roundNs = nowNs + 2 * OwnWaits.LOOK_NS;
        switches++;
        nowNs = roundNs + 30 * MS; // it waited between the round's look at the clock and this one
        waits.spun(roundNs, () -> nowNs);
        assertEquals(30 * MS, waits.inLoopNs(30 * MS, nowNs));
    }

    @Test
    void shouldCountWhatDidNotExecuteBetweenTwoStepsOfARound() {
        oversleeps(0, 0, 0);
        switches++;
        nowNs += 30 * MS;
        cpuNs += 10 * MS; // a segment, and then a wait
        assertEquals(20 * MS, waits.inWorkNs(25 * MS, nowNs));
        nowNs += 30 * MS;
        assertEquals(0, waits.inWorkNs(25 * MS, nowNs), "its core was taken");
    }

    @Test
    void shouldAllocateNothing() {
        final OwnWaits own = OwnWaits.of(ThreadAccounts.ofCallingThread().orElseThrow(), Clock.SYSTEM);
        assertEquals(0, Allocation.bytes(() -> {
            for (int i = 0; i < 2_000; i++) {
                own.sleeps((long) i << 20, Long.MAX_VALUE);
                own.rose(i);
                own.spun(Clock.SYSTEM.nanoTime() + OwnWaits.LOOK_NS, Clock.SYSTEM);
                own.inLoopNs(i, Clock.SYSTEM.nanoTime());
                own.inWorkNs(i, Clock.SYSTEM.nanoTime());
            }
        }));
    }

    /** How the dispatcher is kept from going on. */
    private enum Kept { BY_A_LOCK, BY_A_SPIN }

    /** Keeps its dispatcher once, when it is asked whether the job of a number is done. */
    private static final class Keeping extends DeviceStub {
        private static final long JOB = 5;
        private final Kept how;
        private final boolean synchronous;
        private final ReentrantLock lock = new ReentrantLock();
        private final CountDownLatch held = new CountDownLatch(1);
        private volatile boolean asked;
        private volatile long fromNs;
        private volatile long toNs;
        /** For how long it executed meanwhile, and how often it gave its core away. */
        private volatile long executedNs;
        private volatile long waits;
        private long running;
        private boolean done;

        Keeping(final Kept how, final boolean synchronous) {
            this.how = how;
            this.synchronous = synchronous;
        }

        @Override
        public boolean isSynchronous() {
            return synchronous;
        }

        @Override
        public void start(final SegmentWork work, final long job, final long startNs) {
            running = job;
        }

        @Override
        public int poll(final long nowNs) {
            if (running == JOB && !done) {
                done = true;
                fromNs = System.nanoTime();
                asked = true;
                final ThreadAccounts accounts = ThreadAccounts.ofCallingThread().orElseThrow();
                final long before = accounts.ownSwitches();
                final long cpuNs = accounts.ownCpuNs();
                if (how == Kept.BY_A_LOCK) {
                    while (held.getCount() > 0) {
                        Thread.onSpinWait(); // until the other one holds it
                    }
                    lock.lock();
                    lock.unlock();
                } else {
                    while (System.nanoTime() - fromNs < AWAY_NS) {
                        Thread.onSpinWait();
                    }
                }
                executedNs = accounts.ownCpuNs() - cpuNs;
                waits = accounts.ownSwitches() - before;
                toNs = System.nanoTime();
                return synchronous ? DONE : RUNNING;
            }
            return DONE;
        }

        /** Holds the lock that the dispatcher waits for; another thread of the process. */
        private void hold() {
            while (!asked) {
                LockSupport.parkNanos(MS);
            }
            lock.lock();
            try {
                held.countDown();
                LockSupport.parkNanos(AWAY_NS);
                while (System.nanoTime() - fromNs < AWAY_NS) {
                    LockSupport.parkNanos(MS);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private record Told(int type, long fromNs, long toNs, long lengthNs) {
    }

    private static void check(final Kept how, final boolean synchronous, final KernelOptions.Idle idle) throws InterruptedException {
        final String which = how + ", " + (synchronous ? "between segments" : "while a device executes") + ", " + idle;
        final Keeping device = new Keeping(how, synchronous);
        final String name = "d";
        final var builder = TaskSet.builder("test").device(synchronous ? DeviceSpec.cpu(name) : DeviceSpec.modelled(name));
        for (int i = 0; i < 2; i++) { // the second job begins where the dispatcher comes back
            builder.task("t" + i, t -> t.periodNs(20 * MS).segment(name, 5 * MS));
        }
        final TaskSet set = builder.build();
        final KernelOptions options = new KernelOptions(idle, 150_000, 20_000, MS, 20_000 * MS, 1 << 20, true, 8, 64);
        final ConcurrentLinkedQueue<Told> all = new ConcurrentLinkedQueue<>();
        try (Kernel kernel = new Kernel(set, List.<Device>of(device), AlignedMemory.allocate(Kernel.requiredBytes(options, 1)), options,
            Admission.ALL, new NumberedThreads(), new KernelListener() { },
            (type, timeNs, at, task, segment, job, argument) -> {
                if (type == EventType.STALL) {
                    all.add(new Told(type, timeNs - argument, timeNs, argument));
                } else if (type == EventType.OWN_WAIT) {
                    all.add(new Told(type, timeNs - job, timeNs, argument));
                }
            }, Clock.SYSTEM)) {
            kernel.start();
            final List<List<SegmentWork>> works = set.tasks().stream().map(task -> task.segments().stream()
                .map(segment -> (SegmentWork) new TimedWork(Clock.SYSTEM, segment, 1)).toList()).toList();
            kernel.addAll(set.tasks(), works, Clock.SYSTEM.nanoTime() + 20 * MS);
            final Thread holder = new Thread(device::hold, "holder");
            holder.start();
            holder.join();
            while (device.toNs == 0) {
                LockSupport.parkNanos(MS);
            }
            LockSupport.parkNanos(60 * MS); // the monitor's next rounds
        }
        final List<Told> seen = new ArrayList<>(all);
        seen.removeIf(told -> told.toNs() < device.toNs || told.fromNs() > device.fromNs + AWAY_NS / 2);
        final String what = which + ": away from " + device.fromNs + " to " + device.toNs + ", executed " + device.executedNs
            + ", told " + all;
        assertTrue(seen.stream().anyMatch(told -> told.type() == EventType.STALL && told.lengthNs() >= AWAY_NS / 2), what);
        final List<Told> own = seen.stream().filter(told -> told.type() == EventType.OWN_WAIT).toList();
        // Both by what this thread has measured, however long others kept the core: what was read last may be older than the gap.
        if (how == Kept.BY_A_LOCK) {
            final long waitedNs = device.toNs - device.fromNs - device.executedNs;
            assertTrue(own.stream().anyMatch(told -> told.lengthNs() >= waitedNs - 2 * OwnWaits.LOOK_NS), what);
        } else {
            assertTrue(own.stream().allMatch(told -> told.lengthNs()
                <= told.toNs() - told.fromNs() - device.executedNs + 2 * OwnWaits.LOOK_NS), "what it executed was no wait; " + what);
            assertTrue(own.isEmpty() || device.waits > 0, "without a wait none is told; " + what);
        }
    }

    @Test
    void shouldCallTheGapItsOwnWhenTheDispatcherWaitsForALockOfTheProcess() throws InterruptedException {
        check(Kept.BY_A_LOCK, true, KernelOptions.Idle.SLEEP_THEN_SPIN);
        check(Kept.BY_A_LOCK, true, KernelOptions.Idle.SPIN);
        check(Kept.BY_A_LOCK, false, KernelOptions.Idle.SLEEP_THEN_SPIN);
        check(Kept.BY_A_LOCK, false, KernelOptions.Idle.SPIN);
    }

    @Test
    void shouldLeaveTheGapToThePlatformWhenTheDispatcherNeverGaveItsCoreAway() throws InterruptedException {
        check(Kept.BY_A_SPIN, true, KernelOptions.Idle.SLEEP_THEN_SPIN);
        check(Kept.BY_A_SPIN, true, KernelOptions.Idle.SPIN);
        check(Kept.BY_A_SPIN, false, KernelOptions.Idle.SLEEP_THEN_SPIN);
        check(Kept.BY_A_SPIN, false, KernelOptions.Idle.SPIN);
    }
}
