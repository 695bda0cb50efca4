// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.agrona.BufferUtil;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.tactus.bindings.linux.Futex;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.support.Terminal;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.EventType;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.runtime.RunHandle;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.work.NetworkWorks;
import org.tactus.model.ActualTime;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;

/**
 * How long a job takes from the end of its segment on one core to the start of the next one on another core, and from its release to its
 * start, beside what the bare means of the system take: the ways take turns in one process.
 * <pre>
 *   core A  ---- segment ----|                          END
 *                            |--- hop --|
 *   core B                              |---- segment   START
 * </pre>
 */
public final class HopComparison {
    private static final long PERIOD_NS = 2_000_000;
    private static final long SEGMENT_NS = 20_000;
    /** A first segment so long that the next dispatcher does not spin any more for the release. */
    private static final long LONG_SEGMENT_NS = 500_000;
    private static final long SPIN_BEFORE_NS = 150_000;
    /** A segment that takes all of its WCET ends a little late, and the system is asked, in microseconds, whether it overran. */
    private static final ActualTime SHARE = new ActualTime(0.9, 0.9);
    /** Jobs at the begin of a turn that do not count. */
    private static final int FIRST_JOBS = 50;
    private static final int US = 1000;

    private final int rounds;
    private final long turnNs;
    private final int giverCore;
    private final int takerCore;
    private final Map<String, LongArrayList[]> samples = new LinkedHashMap<>();

    /**
     * Prepares.
     *
     * @param rounds turns of each way
     * @param turnNs how long a turn takes, nanoseconds
     * @throws IllegalStateException when this process has fewer than two cores
     */
    public HopComparison(final int rounds, final long turnNs) {
        this.rounds = rounds;
        this.turnNs = turnNs;
        final List<Integer> cores = RealTime.allowedCores();
        if (cores.size() < 2) {
            throw new IllegalStateException("a hop takes two cores, and this process may use " + cores + "; give it two");
        }
        takerCore = cores.getLast();
        giverCore = cores.get(cores.size() - 2);
    }

    /**
     * Measures and prints a line a way: the median of the turns' quantiles, and the range of their medians.
     *
     * @param out where to print
     * @throws InterruptedException when interrupted
     */
    public void run(final PrintStream out) throws InterruptedException {
        for (int round = 0; round < rounds; round++) {
            hop("hop, spinning: Tactus", KernelOptions.Idle.SPIN, SEGMENT_NS, round);
            raw("hop, spinning: a word of memory", new Flag(), true, round);
            hop("hop, asleep: Tactus", KernelOptions.Idle.SLEEP_THEN_SPIN, LONG_SEGMENT_NS, round);
            if (Futex.isAvailable()) {
                raw("hop, asleep: futex", new Word(), true, round);
            }
            raw("hop, asleep: LockSupport.unpark", new Unpark(), true, round);
            periodic(round);
            sporadic(round);
        }
        out.printf(Locale.ROOT, "from core %d to core %d, us: %d turns of %.1f s each, by turns%n", giverCore, takerCore, rounds,
            turnNs / 1e9);
        out.print(TextTable.text(Terminal.width(), new String[] {"way", "p50", "p90", "p99", "max", "p50 of the turns"},
            samples.entrySet().stream().map(way -> row(way.getKey(), way.getValue())).toList()));
    }

    private static String[] row(final String way, final LongArrayList[] turns) {
        final double[][] quantiles = new double[4][turns.length];
        for (int i = 0; i < turns.length; i++) {
            final long[] sorted = turns[i].toLongArray();
            Arrays.sort(sorted);
            for (int q = 0; q < 4; q++) {
                final double share = new double[] {0.5, 0.9, 0.99, 1}[q];
                quantiles[q][i] = sorted.length == 0 ? Double.NaN
                    : sorted[(int) Math.min(sorted.length - 1, Math.floor(sorted.length * share))] / (double) US;
            }
        }
        final double[] medians = quantiles[0].clone();
        Arrays.sort(medians);
        return String.format(Locale.ROOT, "%s|%.2f|%.2f|%.2f|%.1f|%.2f to %.2f", way, Median.of(quantiles[0]),
            Median.of(quantiles[1]), Median.of(quantiles[2]), Median.of(quantiles[3]), medians[0], medians[medians.length - 1])
            .split("\\|");
    }

    private LongArrayList turn(final String way, final int round) {
        final LongArrayList[] turns = samples.computeIfAbsent(way, name -> new LongArrayList[rounds]);
        turns[round] = new LongArrayList((int) (turnNs / PERIOD_NS) + 1, Long.MIN_VALUE);
        return turns[round];
    }

    private void hop(final String way, final KernelOptions.Idle idle, final long firstNs, final int round) throws InterruptedException {
        final TaskSet set = TaskSet.builder("hop").device(DeviceSpec.cpu("a", giverCore)).device(DeviceSpec.cpu("b", takerCore))
            .task("t", t -> t.periodNs(PERIOD_NS).segment("a", firstNs, SHARE).segment("b", SEGMENT_NS, SHARE)).build();
        run(set, idle, new Pairs(turn(way, round)), tactus -> Thread.sleep(turnNs / 1_000_000));
    }

    private void periodic(final int round) throws InterruptedException {
        final LongArrayList row = turn("periodic release to start: Tactus", round);
        final TaskSet set = TaskSet.builder("periodic").device(DeviceSpec.cpu("b", takerCore))
            .task("t", t -> t.periodNs(PERIOD_NS).segment("b", SEGMENT_NS, SHARE)).build();
        run(set, KernelOptions.Idle.SLEEP_THEN_SPIN, new Starts(row), tactus -> Thread.sleep(turnNs / 1_000_000));
    }

    private void sporadic(final int round) throws InterruptedException {
        final LongArrayList row = turn("sporadic release to start: Tactus", round);
        final TaskSet set = TaskSet.builder("sporadic").device(DeviceSpec.cpu("b", takerCore))
            .task("t", t -> t.periodNs(PERIOD_NS).release(Release.SPORADIC).segment("b", SEGMENT_NS, SHARE)).build();
        run(set, KernelOptions.Idle.SLEEP_THEN_SPIN, new Starts(row), tactus -> {
            final RunHandle handle = tactus.handle("t");
            final Thread caller = Thread.ofPlatform().start(() -> {
                new RealTimeSetup(true).apply("dispatcher", List.of(giverCore));
                everyPeriod(turnNs, job -> tactus.release(handle));
            });
            caller.join();
        });
    }

    /** What happens while a set runs. */
    @FunctionalInterface
    private interface Meanwhile {
        void run(TaskSetRun tactus) throws InterruptedException;
    }

    private static void run(final TaskSet set, final KernelOptions.Idle idle, final EventHandler events, final Meanwhile meanwhile)
        throws InterruptedException {
        final RunSettings settings = RunSettings.DEFAULT.withForce(true).withDriveSporadic(false)
            .withKernel(KernelOptions.DEFAULT.withIdle(idle));
        try (TaskSetRun tactus = TaskSetRun.open(set, settings, new NetworkWorks(), KernelListener.NONE, events)) {
            tactus.start();
            Thread.sleep(200); // time zero lies ahead
            meanwhile.run(tactus);
        }
    }

    /** Calls at each period, by a thread that sleeps and spins as a dispatcher does before a release. */
    private static void everyPeriod(final long durationNs, final LongConsumer call) {
        final long beginNs = System.nanoTime() + PERIOD_NS;
        for (long job = 0; job * PERIOD_NS < durationNs; job++) {
            final long atNs = beginNs + job * PERIOD_NS * 21 / 20; // a little more than the period: no request comes too early
            long leftNs = atNs - System.nanoTime();
            while (leftNs > 0) {
                if (leftNs > SPIN_BEFORE_NS) {
                    LockSupport.parkNanos(leftNs - SPIN_BEFORE_NS);
                } else {
                    Thread.onSpinWait();
                }
                leftNs = atNs - System.nanoTime();
            }
            call.accept(job);
        }
    }

    /** One thread stamps and gives, the other one takes and stamps. */
    private abstract static class Way {
        final AtomicLong given = new AtomicLong();
        volatile Thread taker;

        /** Waits for less than forever, on the taker. */
        abstract void await();

        /** Ends the wait, on the giver. */
        abstract void wake();
    }

    private static final class Flag extends Way {
        @Override
        void await() {
            Thread.onSpinWait();
        }

        @Override
        void wake() {
            // the taker looks by itself
        }
    }

    private static final class Unpark extends Way {
        @Override
        void await() {
            LockSupport.park(this);
        }

        @Override
        void wake() {
            LockSupport.unpark(taker);
        }
    }

    private static final class Word extends Way {
        private final ByteBuffer memory = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
        private final UnsafeBuffer word = new UnsafeBuffer(memory);
        private final long address = BufferUtil.address(memory);
        private int seen;

        @Override
        void await() {
            Futex.await(address, seen, 0);
            seen = word.getIntVolatile(0);
        }

        @Override
        void wake() {
            word.getAndAddInt(0, 1);
            Futex.wake(address);
        }
    }

    private void raw(final String name, final Way way, final boolean realTime, final int round) throws InterruptedException {
        final LongArrayList row = turn(name, round);
        final long end = -1;
        final Thread taker = Thread.ofPlatform().daemon().unstarted(() -> {
            new RealTimeSetup(realTime).apply("dispatcher", List.of(takerCore));
            long last = 0;
            for (int job = 0; last != end;) {
                final long stampNs = way.given.get();
                if (stampNs == last) {
                    way.await();
                } else {
                    final long nowNs = System.nanoTime();
                    last = stampNs;
                    if (job++ >= FIRST_JOBS && stampNs != end) {
                        row.addLong(nowNs - stampNs);
                    }
                }
            }
        });
        way.taker = taker;
        final Thread giver = Thread.ofPlatform().daemon().unstarted(() -> {
            new RealTimeSetup(realTime).apply("dispatcher", List.of(giverCore));
            everyPeriod(turnNs, job -> {
                way.given.set(System.nanoTime());
                way.wake();
            });
            way.given.set(end);
            way.wake();
        });
        taker.start();
        giver.start();
        giver.join();
        taker.join();
    }

    /** From the end of a job's first segment to the start of its second one; the two come through different rings. Monitor thread. */
    private static final class Pairs implements EventHandler {
        private static final long NONE = Long.MIN_VALUE;
        private final LongArrayList row;
        private final Long2LongHashMap ends = new Long2LongHashMap(NONE);
        private final Long2LongHashMap starts = new Long2LongHashMap(NONE);

        Pairs(final LongArrayList row) {
            this.row = row;
        }

        @Override
        public void onEvent(
            final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
            if (job < FIRST_JOBS) {
                return;
            }
            if (type == EventType.END && segment == 0) {
                ends.put(job, timeNs);
            } else if (type == EventType.START && segment == 1) {
                starts.put(job, timeNs);
            } else {
                return;
            }
            if (ends.containsKey(job) && starts.containsKey(job)) {
                row.addLong(starts.remove(job) - ends.remove(job));
            }
        }
    }

    /** From a job's nominal release to its start. Monitor thread. */
    private static final class Starts implements EventHandler {
        private final LongArrayList row;
        private long nominalNs;

        Starts(final LongArrayList row) {
            this.row = row;
        }

        @Override
        public void onEvent(
            final int type, final long timeNs, final int device, final int task, final int segment, final long job, final long argument) {
            if (type == EventType.RELEASE) {
                nominalNs = argument;
            } else if (type == EventType.START && job >= FIRST_JOBS) {
                row.addLong(timeNs - nominalNs);
            }
        }
    }
}
