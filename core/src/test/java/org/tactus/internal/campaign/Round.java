// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.campaign;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.OverrunAction;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;

/**
 * One run of the campaign, from open to close: tasks come and go, some of them hang, overrun, throw and lose their devices, the machine is
 * made busy, other threads release jobs all the while, and the end comes in one of several ways. In every other run the segments on
 * {@code cpu0} preempt each other. Tasks on {@code cpu1} and {@code acc1}
 * are clean: nothing is done to them on purpose, and no other task is on their devices.
 */
final class Round {
    private static final long MS = 1_000_000;
    private static final long LOST_AFTER_NS = 1_000 * MS;
    private static final int MOST_TASKS = 14;

    /** How a run ends. */
    private enum End {
        STOP, CLOSE, INTERRUPTED, CONCURRENT
    }

    private final SplittableRandom random;
    private final Ledger ledger = new Ledger();
    private final Mischief mischief = new Mischief();
    private final Facade facade;
    private final Map<String, Facade.Held> present = new LinkedHashMap<>();
    private final Map<Facade.Held, Ledger.Account> sporadic = new ConcurrentHashMap<>();
    private final ReadWriteLock removal = new ReentrantReadWriteLock();
    private final Map<String, Integer> done = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final TaskSet initial;
    /** Whether the segments on {@code cpu0} preempt each other. */
    private final boolean preemptive;
    private boolean breaksAtClose;
    private int number;
    private volatile boolean over;

    Round(final long seed, final Path scratch) {
        random = new SplittableRandom(seed);
        preemptive = (seed & 1) == 0;
        initial = platform().task("first", t -> t.periodNs(300 * MS).segment("cpu1", MS).segment("acc1", 2 * MS))
            .task("asked", t -> t.periodNs(100 * MS).release(Release.SPORADIC).segment("cpu1", MS)).build();
        facade = new Facade(initial, LOST_AFTER_NS, seed, mischief, ledger, ledger);
    }

    private TaskSetBuilder platform() {
        final DeviceSpec first = preemptive ? DeviceSpec.cpu("cpu0", 0).withPreemption(DeviceSpec.Preemption.FULL) : DeviceSpec.cpu("cpu0");
        return TaskSet.builder("campaign").device(first).device(DeviceSpec.cpu("cpu1"))
            .device(DeviceSpec.modelled("acc0")).device(DeviceSpec.modelled("acc1"))
            .device(new DeviceSpec("gpu0", DeviceKind.CUDA, List.of(), "software", 0, Optional.empty(), 0))
            .device(new DeviceSpec("tpu0", DeviceKind.EDGETPU, List.of(), "software", 0, Optional.empty(), 8 << 20));
    }

    /** Runs for a time and returns what was wrong, one line each. */
    List<String> run(final long forNs) throws InterruptedException {
        facade.start();
        count(preemptive ? "preemptive" : "by segments");
        initial.tasks().forEach(task -> hold(facade.held(task.name()), task, true));
        final List<Thread> callers = List.of(caller(random.nextLong()), caller(random.nextLong()));
        final long endNs = System.nanoTime() + forNs;
        try {
            while (System.nanoTime() < endNs) {
                step();
                Thread.sleep(random.nextInt(5, 60));
            }
        } finally {
            end(callers);
        }
        return faults;
    }

    private void hold(final Facade.Held held, final Task task, final boolean clean) {
        present.put(task.name(), held);
        final Ledger.Account account = ledger.open(held.handle().generation(), task, clean);
        if (task.release() == Release.SPORADIC) {
            sporadic.put(held, account);
        }
    }

    /** A thread of the program that asks for jobs, also too early, and also while the run ends. */
    private Thread caller(final long seed) {
        final SplittableRandom own = new SplittableRandom(seed);
        return Thread.ofPlatform().name("caller").start(() -> {
            while (!over) {
                removal.readLock().lock();
                try {
                    sporadic.forEach((held, account) -> {
                        if (own.nextInt(3) == 0 && facade.release(held)) {
                            account.accepted.incrementAndGet();
                        }
                    });
                } finally {
                    removal.readLock().unlock();
                }
                LockSupport.parkNanos(own.nextLong(10 * MS));
            }
        });
    }

    private void count(final String what) {
        done.merge(what, 1, Integer::sum);
    }

    private void step() throws InterruptedException {
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> add();
            case 5, 6 -> remove();
            case 7 -> tooMuch();
            case 8 -> stall();
            case 9 -> {
                mischief.free();
                count("freed");
            }
            default -> count("waited");
        }
    }

    private void add() {
        if (present.size() >= MOST_TASKS) {
            return;
        }
        final boolean clean = random.nextInt(3) == 0;
        final String name = (clean ? "clean" : "bad") + number++;
        final Task task = task(name, clean);
        final Mischief.Kind kind = clean ? Mischief.Kind.NONE : Mischief.Kind.values()[random.nextInt(Mischief.Kind.values().length)];
        mischief.plan(name, new Mischief.Plan(kind, random.nextInt(4), random.nextInt(task.segments().size()),
            kind == Mischief.Kind.OVERRUN ? random.nextLong(5 * MS, 100 * MS) : random.nextLong(200 * MS, 2_500 * MS),
            random.nextBoolean()));
        try {
            hold(facade.add(task), task, clean);
            breaksAtClose |= kind == Mischief.Kind.BREAKS_AT_CLOSE;
            count("added " + kind);
        } catch (final AdmissionRefusedException e) {
            count("refused");
        }
    }

    private Task task(final String name, final boolean clean) {
        final String[] devices = clean ? new String[] {"cpu1", "acc1"} : new String[] {"cpu0", "acc0", "gpu0", "tpu0"};
        final long periodNs = random.nextLong(clean ? 200 : 20, 400) * MS;
        final int segments = random.nextInt(1, 4);
        final Consumer<TaskBuilder> definition = t -> {
            t.periodNs(periodNs).release(random.nextInt(3) == 0 ? Release.SPORADIC : Release.PERIODIC)
                .onBacklog(random.nextBoolean() ? BacklogAction.QUEUE : BacklogAction.DROP)
                .onOverrun(OverrunAction.values()[random.nextInt(OverrunAction.values().length)]);
            if (preemptive && random.nextInt(3) > 0) { // few ranks, so that tasks share lanes; with others lanes run out now and then
                t.priority(random.nextInt(1, 4)).deadlineNs(20 * MS);
            }
            for (int i = 0; i < segments; i++) {
                final String device = devices[random.nextInt(devices.length)];
                t.segment(device, random.nextLong(MS / 10, 2 * MS));
                if (preemptive && device.equals("cpu0") && random.nextInt(4) == 0) {
                    t.preemptable(false);
                }
            }
        };
        return platform().task(name, definition).build().tasks().getFirst();
    }

    private void remove() {
        if (present.isEmpty()) {
            return;
        }
        final String name = List.copyOf(present.keySet()).get(random.nextInt(present.size()));
        final Facade.Held held = present.remove(name);
        removal.writeLock().lock();
        try {
            sporadic.remove(held);
            facade.remove(held);
        } finally {
            removal.writeLock().unlock();
        }
        count("removed");
    }

    /** A task that can never be taken: nothing may be left of it. */
    private void tooMuch() {
        final Task task = platform().task("heavy" + number++, t -> t.periodNs(10 * MS).segment("cpu1", 20 * MS)).build().tasks().getFirst();
        try {
            facade.add(task);
            faults.add("a task of 20 ms in every 10 ms was admitted");
        } catch (final AdmissionRefusedException e) {
            count("refused");
        }
    }

    /** Makes the machine busy, as a neighbour would; the run must see it as what it is. */
    private void stall() throws InterruptedException {
        final long untilNs = System.nanoTime() + random.nextLong(10 * MS, 80 * MS);
        final List<Thread> burners = new ArrayList<>();
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            burners.add(Thread.ofPlatform().name("burner").start(() -> {
                while (System.nanoTime() < untilNs) {
                    Thread.onSpinWait();
                }
            }));
        }
        if (random.nextBoolean()) {
            System.gc();
        }
        for (final Thread burner : burners) {
            burner.join();
        }
        count("stalled");
    }

    private void end(final List<Thread> callers) throws InterruptedException {
        final End how = End.values()[random.nextInt(End.values().length)];
        count("ended by " + how);
        RunResult result = null;
        switch (how) {
            case STOP -> result = facade.stop();
            case CLOSE -> close();
            case INTERRUPTED -> {
                Thread.currentThread().interrupt();
                try {
                    faults.add("an interrupted stop() returned " + facade.stop().tasks().size() + " tasks, and told of no interrupt");
                } catch (final InterruptedException e) {
                    result = facade.stop();
                }
            }
            default -> concurrently();
        }
        over = true;
        for (final Thread caller : callers) {
            caller.join();
        }
        final RunResult again = facade.stop();
        if (result != null && again != result) {
            faults.add("a second stop() returned another result");
        }
        close();
        close();
        check(again);
        mischief.free(); // what hung for ever returns now, and what was left to it is closed
    }

    private void concurrently() throws InterruptedException {
        final CountDownLatch begin = new CountDownLatch(1);
        final List<Thread> enders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            final boolean closes = random.nextBoolean();
            enders.add(Thread.ofPlatform().name("ender").start(() -> {
                try {
                    begin.await();
                    if (closes) {
                        close();
                    } else {
                        facade.stop();
                    }
                } catch (final Throwable e) {
                    synchronized (faults) {
                        faults.add("ended by several threads: " + e);
                    }
                }
            }));
        }
        begin.countDown();
        for (final Thread ender : enders) {
            ender.join();
        }
    }

    /** Only what was made to break may break. */
    private void close() {
        try {
            facade.close();
        } catch (final IllegalStateException e) {
            if (!breaksAtClose || !e.getMessage().equals("closed on purpose")) {
                throw e;
            }
        }
    }

    private void check(final RunResult result) {
        faults.addAll(ledger.differences(result, facade.isStuck()));
        faults.addAll(ledger.unexcused(result, facade.zeroNs()));
        done.merge("clean jobs", (int) ledger.cleanJobs(), Integer::sum);
        final long longestStallNs = result.stalls().stream().mapToLong(stall -> stall.lengthNs()).max().orElse(0);
        for (final String device : ledger.lost()) {
            count("lost " + device);
            if (device.endsWith("1") && longestStallNs < LOST_AFTER_NS / 2) {
                faults.add(device + " was lost, which no task had hurt; the longest stall was of " + longestStallNs + " ns");
            }
        }
    }

    /** What was done, by name. */
    Map<String, Integer> done() {
        return done;
    }
}
