// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.Lines;
import org.tactus.internal.text.TextTable;

/**
 * One-way hand-over between two spinning threads: half a round trip, over the ways that there are. Medians across threads swing from
 * run to run on shared machines, so the ways take turns within a fork, and many forks are compared.
 *
 * <p>The threads are pinned to two cores and have SCHED_FIFO during a turn, as dispatchers have, where the machine grants it: otherwise
 * each waits for the other to be scheduled wherever other programs run.
 * <pre>
 *   thread A --- ping ---&gt; thread B
 *            &lt;-- pong ---            one way = round trip / 2
 * </pre>
 */
public final class HandOffComparison {
    private static final int ROUND_TRIPS = 20_000;
    /** Of ways whose taker sleeps: an awakening takes a thousand times as long. */
    private static final int SLEEPING_TRIPS = 2_000;
    private static final int BATCH = 100;
    private static final int PRIORITY = 80;
    /** Between turns, for the compiler and for other programs. */
    private static final int PAUSE_MS = 50;
    private static final int WARM_UP_ROUNDS = 3;
    private static final int MASK = 63;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private HandOffComparison() {
    }

    /**
     * What one way showed in one process.
     *
     * @param oneWayNs    half a round trip, nanoseconds, the median over the rounds
     * @param bytesByGive bytes that the two threads allocated for each hand-over
     */
    public record Figures(double oneWayNs, double bytesByGive) {
    }

    /**
     * All ways, from process to process.
     *
     * @param ways by name, in the order of reports
     */
    public record Comparison(Map<String, List<Figures>> ways) {
    }

    /**
     * One fork: prints a line a way, {@code name TAB nanoseconds TAB bytes}; the ways take turns for the given rounds and the median over
     * the rounds is printed.
     *
     * @param rounds how often each way takes its turn
     * @param out    where to print
     * @throws InterruptedException when interrupted
     */
    public static void fork(final int rounds, final PrintStream out) throws InterruptedException {
        final Map<String, double[]> times = new LinkedHashMap<>();
        final Map<String, double[]> bytes = new LinkedHashMap<>();
        final Map<String, Supplier<HandOffWays.Way>> ways = HandOffWays.all();
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            for (final Map.Entry<String, Supplier<HandOffWays.Way>> way : ways.entrySet()) {
                final Figures turn = turn(way.getValue().get(), way.getValue().get());
                if (round >= 0) {
                    times.computeIfAbsent(way.getKey(), name -> new double[rounds])[round] = turn.oneWayNs();
                    bytes.computeIfAbsent(way.getKey(), name -> new double[rounds])[round] = turn.bytesByGive();
                }
            }
        }
        times.forEach((name, ns) -> out.println(name + "\t" + Median.of(ns) + "\t" + Median.of(bytes.get(name))));
    }

    private static Figures turn(final HandOffWays.Way ping, final HandOffWays.Way pong) throws InterruptedException {
        final int trips = ping.blocks() ? SLEEPING_TRIPS : ROUND_TRIPS;
        final long[] echoBytes = new long[1];
        final List<Integer> cores = RealTime.onlineCores();
        final CountDownLatch ready = new CountDownLatch(1);
        hold(cores, cores.getFirst()); // a new thread inherits it, so that it begins at once on a busy machine, too
        final Thread echo = Thread.ofPlatform().daemon().start(() -> {
            hold(cores, cores.getLast());
            ready.countDown();
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < trips; i++) {
                pong.give(await(ping));
            }
            echoBytes[0] = THREADS.getCurrentThreadAllocatedBytes() - before;
        });
        ready.await();
        final double[] batches = new double[trips / BATCH];
        final long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int batch = 0; batch < batches.length; batch++) {
            final long beginNs = System.nanoTime();
            for (int i = 0; i < BATCH; i++) {
                ping.give(i & MASK);
                await(pong);
            }
            batches[batch] = (System.nanoTime() - beginNs) / (2.0 * BATCH);
        }
        final long ownBytes = THREADS.getCurrentThreadAllocatedBytes() - before;
        echo.join();
        RealTime.ordinary();
        Thread.sleep(PAUSE_MS);
        return new Figures(Median.of(batches), (ownBytes + echoBytes[0]) / (2.0 * trips));
    }

    /** Pins the calling thread and lets nothing ordinary take its core, where there is another core for the other thread. */
    private static void hold(final List<Integer> cores, final int core) {
        RealTime.pin(List.of(core));
        if (cores.size() > 1) {
            RealTime.fifo(PRIORITY);
        }
    }

    private static int await(final HandOffWays.Way way) {
        int value = way.take();
        while (value == HandOffWays.NOTHING) {
            Thread.onSpinWait();
            value = way.take();
        }
        return value;
    }

    /**
     * Runs many forks, one after another.
     *
     * @param forks   number of processes
     * @param command how to start a fork; prints what {@link #fork} prints
     * @return what each printed
     * @throws IOException          when a fork cannot be started
     * @throws InterruptedException when interrupted
     */
    public static Comparison compare(final int forks, final List<String> command) throws IOException, InterruptedException {
        final Map<String, List<Figures>> ways = new LinkedHashMap<>();
        for (int fork = 0; fork < forks; fork++) {
            for (final String line : ForkedJvm.lines(command)) {
                final String[] parts = line.split("\t");
                ways.computeIfAbsent(parts[0], name -> new ArrayList<>())
                    .add(new Figures(Double.parseDouble(parts[1]), Double.parseDouble(parts[2])));
            }
        }
        return new Comparison(ways);
    }

    /**
     * Prints median and range of each way, and its ratios fork by fork.
     *
     * @param comparison what was compared
     * @param rounds     turns of each way in a fork
     * @param out        where to print
     */
    public static void print(final Comparison comparison, final int rounds, final PrintStream out) {
        final List<Figures> raw = comparison.ways().get(HandOffWays.RAW);
        out.println(Lines.wrap("one-way hand-off, ns: " + raw.size() + " forks, " + rounds
            + " interleaved rounds each; ratio to the first way"));
        final List<String[]> rows = new ArrayList<>();
        for (final Map.Entry<String, List<Figures>> way : comparison.ways().entrySet()) {
            final double[] times = way.getValue().stream().mapToDouble(Figures::oneWayNs).sorted().toArray();
            rows.add(new String[] {way.getKey(), text(0, times[0]), text(0, Median.of(times)), text(0, times[times.length - 1]),
                text(2, Median.of(ratios(way.getValue(), raw))),
                text(1, Median.of(way.getValue().stream().mapToDouble(Figures::bytesByGive).toArray()))});
        }
        out.print(TextTable.text(Terminal.width(), new String[] {"way", "min", "median", "max", "ratio", "bytes a hand-off"},
            rows));
    }

    private static String text(final int decimals, final double number) {
        return String.format(Locale.ROOT, "%." + decimals + "f", number);
    }

    /**
     * Ratios of two ways, process by process.
     *
     * @param way  above the line
     * @param base below it
     * @return as many as there were processes
     */
    public static double[] ratios(final List<Figures> way, final List<Figures> base) {
        final double[] ratios = new double[Math.min(way.size(), base.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = way.get(i).oneWayNs() / base.get(i).oneWayNs();
        }
        return ratios;
    }

    /** Name of Tactus' own way in a {@link Comparison}. */
    public static String ours() {
        return HandOffWays.TACTUS;
    }
}
