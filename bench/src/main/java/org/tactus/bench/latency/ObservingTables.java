// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.tactus.bench.latency.ObservingCost.Way;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.Lines;
import org.tactus.internal.text.TextTable;

/** The two tables of {@link ObservingCost}: each way of watching beside the run that nobody watches, and what held dispatchers up. */
final class ObservingTables {
    private static final double US = 1000;
    private static final double FULL = 100;
    private static final double LIMIT = 0.02;
    private static final double P999 = 99.9;
    private static final double P9999 = 99.99;
    private static final long SEED = 1;
    private static final String[] HEAD = {"watched", "turns", "jobs/s", "beside alone", "p99.9", "beside alone", "delay", "p99.99", "most",
        "at start", "bytes"};

    private static final String LEGEND = """

        jobs/s: of a best-effort task that takes all that is left of the core, the median of turns, without real-time rights
        p99.9: us from the release to the end of the last job of a burst, over all turns; in brackets the interval of 95 % over \
        rounds; less, more: it costs less or more than 2 %; open: these turns do not tell; control: nobody watches there either, \
        so what it shows is the machine
        delay: us of a job's response beyond the segments up to its own, over all jobs: p99.9, p99.99, the most; the most at the start
        bytes: the most that dispatchers allocated in a turn
        a second: pauses of the JVM, handshakes of its threads, interrupts by other cores, losses of the core, time waited for it, \
        page faults, samples of its stack: of the dispatcher or its core
        """;

    private ObservingTables() {
    }

    /**
     * Prints what the turns showed; nothing without a turn that nobody watched.
     *
     * @param turns by way, each at least one
     * @param out   where to print
     */
    static void print(final Map<Way, List<ObservedTurn>> turns, final PrintStream out) {
        final List<ObservedTurn> alone = turns.get(Way.ALONE);
        if (alone != null) {
            final int width = Terminal.width();
            out.print(TextTable.text(width, HEAD, rows(turns, alone)));
            out.println();
            out.print(TextTable.text(width, Stream.of(Stream.of("a second", "jobs"), CoreCounts.HEAD.stream(), Stream.of("samples"))
                .flatMap(heads -> heads).toArray(String[]::new), counts(turns)));
            out.print(Lines.wrap(LEGEND));
        }
    }

    /** True when no dispatcher has allocated a byte. */
    static boolean isFreeOfAllocation(final Map<Way, List<ObservedTurn>> turns) {
        return turns.values().stream().flatMap(List::stream).allMatch(turn -> turn.dispatcherBytes() == 0);
    }

    private static List<String[]> rows(final Map<Way, List<ObservedTurn>> turns, final List<ObservedTurn> alone) {
        final ToDoubleFunction<List<ObservedTurn>> jobs = all -> Median.of(doubles(all, ObservedTurn::throughput).toArray());
        final ToDoubleFunction<List<ObservedTurn>> response = all -> quantile(all, ObservedTurn::last, P999);
        final List<String[]> rows = new ArrayList<>();
        for (final Map.Entry<Way, List<ObservedTurn>> entry : turns.entrySet()) {
            final List<ObservedTurn> all = entry.getValue();
            final Way way = entry.getKey();
            rows.add(new String[] {name(way), String.valueOf(all.size()), text(0, jobs.applyAsDouble(all)),
                beside(way, RatioInterval.of(all, alone, jobs, SEED), false), text(1, response.applyAsDouble(all) / US),
                beside(way, RatioInterval.of(all, alone, response, SEED), true), text(1, quantile(all, ObservedTurn::delays, P999) / US),
                text(1, quantile(all, ObservedTurn::delays, P9999) / US), text(1, quantile(all, ObservedTurn::delays, FULL) / US),
                text(1, all.stream().mapToLong(ObservedTurn::startMaxNs).max().orElse(0) / US),
                String.valueOf(all.stream().mapToLong(ObservedTurn::dispatcherBytes).max().orElse(0))});
        }
        return rows;
    }

    private static List<String[]> counts(final Map<Way, List<ObservedTurn>> turns) {
        final List<String[]> rows = new ArrayList<>();
        for (final Map.Entry<Way, List<ObservedTurn>> entry : turns.entrySet()) {
            final List<ObservedTurn> all = entry.getValue();
            final double seconds = doubles(all, ObservedTurn::seconds).sum();
            final List<String> row = new ArrayList<>(List.of(name(entry.getKey()),
                text(0, sum(all, ObservedTurn::delays).getTotalCount() / seconds)));
            row.addAll(all.stream().map(ObservedTurn::counts).reduce(CoreCounts::plus).orElseThrow().row(seconds));
            row.add(text(1, all.stream().mapToLong(ObservedTurn::samples).sum() / seconds));
            rows.add(row.toArray(String[]::new));
        }
        return rows;
    }

    private static String text(final int decimals, final double number) {
        return String.format(Locale.ROOT, "%." + decimals + "f", number);
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
