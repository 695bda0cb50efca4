// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.HdrHistogram.Histogram;
import org.tactus.bench.ScratchFolder;
import org.tactus.bindings.linux.CoreShares;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.Interruption;

/**
 * What it costs a run to be watched: ways of watching take turns, each in a process of its own ({@link ObservedTurn}). Nobody watches in
 * two of the ways, so that the table also says how much two series differ on this machine between which there is no difference.
 */
public final class ObservingCost {
    private static final double US = 1000;
    private static final double FULL = 100;
    private static final double LIMIT = 0.02;
    private static final double P999 = 99.9;
    private static final double P9999 = 99.99;
    private static final long SEED = 1;
    /** Settings of the Flight Recorder, in Tactus' own folder. */
    private static final String OURS = "bench/deploy/tactus.jfc";

    private static final String LEGEND = """

        jobs/s: of a best-effort task that takes all that is left of the core, the median of turns, without real-time rights
        p99.9: us from the release to the end of the last job of a burst, over all turns; in brackets the interval of 95 % over
          rounds; less, more: it costs less or more than 2 %; open: these turns do not tell; control: nobody watches there either,
          so what it shows is the machine
        delay: us of a job's response beyond the segments up to its own, over all jobs: p99.9, p99.99, the most; the most at the start
        bytes: the most that dispatchers allocated in a turn
        a second: pauses of the JVM, handshakes of its threads, interrupts by other cores, losses of the core, time waited for it,
          page faults, samples of its stack: of the dispatcher or its core
        """;

    /** Who watches. */
    public enum Way {
        /** Nobody. */
        ALONE(false, false, ""),
        /** Nobody, once more. */
        CONTROL(false, false, ""),
        /** {@code tactus stat} in another process, once a second. */
        STAT(true, false, ""),
        /** The embedded endpoint, fetched once a second. */
        METRICS(false, true, ""),
        /** The Flight Recorder, with the settings that come with Tactus. */
        JFR(false, false, OURS),
        /** Stat, metrics and the Flight Recorder. */
        ALL(true, true, OURS),
        /** The Flight Recorder, with the events that it has when nobody chooses: it samples stacks. */
        JFR_DEFAULT(false, false, "default");

        private final boolean stat;
        private final boolean metrics;
        private final String recording;

        Way(final boolean stat, final boolean metrics, final String recording) {
            this.stat = stat;
            this.metrics = metrics;
            this.recording = recording;
        }

        boolean stat() {
            return stat;
        }

        boolean metrics() {
            return metrics;
        }

        /** Null for none. */
        Recording record() throws IOException {
            try {
                return recording.isEmpty() ? null : new Recording(recording.endsWith(".jfc")
                    ? Configuration.create(Home.file(recording)) : Configuration.getConfiguration(recording));
            } catch (final ParseException e) {
                throw new IOException("settings of the Flight Recorder cannot be read: " + e.getMessage(), e);
            }
        }
    }

    private ObservingCost() {
    }

    /**
     * Runs one turn in this process and prints what it found, for {@link #compare}.
     *
     * @param way        who watches
     * @param durationNs how long each of the two runs measures, nanoseconds
     * @param core       of the dispatcher
     * @param log        the log of this JVM's pauses
     * @param out        takes a line
     * @throws IOException          when an observer cannot be started
     * @throws InterruptedException when interrupted
     */
    public static void turn(final Way way, final long durationNs, final int core, final Path log, final PrintStream out)
        throws IOException, InterruptedException {
        ObservedTurn.run(way, durationNs, core, log, out);
    }

    /**
     * Fetches counters once a second, as a collector on another machine does, off the dispatcher's core where this process may run
     * elsewhere; until they cannot be had any more.
     *
     * @param address where they are served
     * @param core    the dispatcher's
     * @throws InterruptedException when interrupted
     */
    public static void fetch(final URI address, final int core) throws InterruptedException {
        final List<Integer> left = CoreShares.besides(RealTime.allowedCores(), List.of(core));
        if (!left.isEmpty()) {
            CoreShares.move(left, name -> true);
        }
        boolean served = true;
        while (served) {
            try (InputStream text = address.toURL().openStream()) {
                text.readAllBytes();
            } catch (final IOException e) {
                served = false; // the run has ended
            }
            Thread.sleep(1000);
        }
    }

    /**
     * The settings of the Flight Recorder that one way takes.
     *
     * @return a file that comes with Tactus
     */
    public static Path settings() {
        return Home.file(OURS);
    }

    /**
     * How a turn's JVM is told to log what {@link #turn} counts.
     *
     * @param log the file
     * @return flags of the JVM
     */
    public static List<String> flags(final Path log) {
        return List.of("-XX:+UseSerialGC", CoreCounts.LOG_FLAG + log + CoreCounts.LOG_FLAG_END, "-Dtactus.safepoints=" + log,
            "-Dtactus.home=" + Home.file("").toAbsolutePath());
    }

    /**
     * Lets the ways take turns, and prints them beside those of a run that nobody watches.
     *
     * @param rounds  turns of each way
     * @param command makes the command line of a turn that logs to a file
     * @param out     where to print
     * @return true when no dispatcher has allocated a byte
     * @throws IOException          when a process cannot be started
     * @throws InterruptedException when interrupted
     */
    public static boolean compare(final int rounds, final BiFunction<Way, Path, List<String>> command, final PrintStream out)
        throws IOException, InterruptedException {
        final Map<Way, List<ObservedTurn>> turns = new EnumMap<>(Way.class);
        final Way[] ways = Way.values();
        try (ScratchFolder scratch = ScratchFolder.make()) {
            for (int turn = 0; turn < rounds * ways.length; turn++) {
                final int round = turn / ways.length;
                final Way way = ways[(turn + round) % ways.length]; // each round begins with another one: none always comes after the same
                final List<String> lines = ForkedJvm.lines(command.apply(way, scratch.path().resolve(turn + ".log")));
                if (Interruption.isRequested()) {
                    break; // a round takes minutes: those that ended are worth having
                }
                turns.computeIfAbsent(way, key -> new ArrayList<>()).add(ObservedTurn.parse(lines, way));
            }
        }
        return print(turns, out);
    }

    private static boolean print(final Map<Way, List<ObservedTurn>> turns, final PrintStream out) {
        final List<ObservedTurn> alone = turns.get(Way.ALONE);
        if (alone == null) {
            return true;
        }
        final ToDoubleFunction<List<ObservedTurn>> jobs = all -> Median.of(doubles(all, ObservedTurn::throughput).toArray());
        final ToDoubleFunction<List<ObservedTurn>> response = all -> quantile(all, ObservedTurn::last, P999);
        out.printf("%-11s %5s %7s %23s %7s %24s %8s %8s %8s %9s %6s%n", "watched", "turns", "jobs/s", "beside alone", "p99.9",
            "beside alone", "delay", "p99.99", "most", "at start", "bytes");
        for (final Map.Entry<Way, List<ObservedTurn>> entry : turns.entrySet()) {
            final List<ObservedTurn> all = entry.getValue();
            out.printf(Locale.ROOT, "%-11s %5d %7.0f %23s %7.1f %24s %8.1f %8.1f %8.1f %9.1f %6d%n", name(entry.getKey()), all.size(),
                jobs.applyAsDouble(all), beside(entry.getKey(), RatioInterval.of(all, alone, jobs, SEED), false),
                response.applyAsDouble(all) / US, beside(entry.getKey(), RatioInterval.of(all, alone, response, SEED), true),
                quantile(all, ObservedTurn::delays, P999) / US, quantile(all, ObservedTurn::delays, P9999) / US,
                quantile(all, ObservedTurn::delays, FULL) / US, all.stream().mapToLong(ObservedTurn::startMaxNs).max().orElse(0) / US,
                all.stream().mapToLong(ObservedTurn::dispatcherBytes).max().orElse(0));
        }
        out.println();
        out.printf("%-11s %8s %s %8s%n", "a second", "jobs", CoreCounts.heading(), "samples");
        for (final Map.Entry<Way, List<ObservedTurn>> entry : turns.entrySet()) {
            final List<ObservedTurn> all = entry.getValue();
            final double seconds = doubles(all, ObservedTurn::seconds).sum();
            out.printf(Locale.ROOT, "%-11s %8.0f %s %8.1f%n", name(entry.getKey()),
                sum(all, ObservedTurn::delays).getTotalCount() / seconds,
                all.stream().map(ObservedTurn::counts).reduce(CoreCounts::plus).orElseThrow().row(seconds),
                all.stream().mapToLong(ObservedTurn::samples).sum() / seconds);
        }
        out.print(LEGEND);
        return turns.values().stream().flatMap(List::stream).allMatch(turn -> turn.dispatcherBytes() == 0);
    }

    /** A change in percent, its interval, and whether it is a cost of less than 2 %. */
    private static String beside(final Way way, final RatioInterval interval, final boolean growthIsCost) {
        if (way == Way.ALONE) {
            return "";
        }
        final RatioInterval cost = growthIsCost ? interval : interval.inverse();
        return String.format(Locale.ROOT, "%+.1f%% [%+.1f, %+.1f] %s", FULL * (interval.ratio() - 1), FULL * (interval.low() - 1),
            FULL * (interval.high() - 1), cost.verdict(LIMIT));
    }

    private static String name(final Way way) {
        return way.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static DoubleStream doubles(final List<ObservedTurn> turns, final ToDoubleFunction<ObservedTurn> what) {
        return turns.stream().mapToDouble(what);
    }

    private static double quantile(final List<ObservedTurn> turns, final Function<ObservedTurn, Histogram> what, final double percent) {
        return sum(turns, what).getValueAtPercentile(percent);
    }

    private static Histogram sum(final List<ObservedTurn> turns, final Function<ObservedTurn, Histogram> what) {
        final Histogram sum = what.apply(turns.getFirst()).copy();
        turns.stream().skip(1).map(what).forEach(sum::add);
        return sum;
    }
}
