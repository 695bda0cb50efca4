// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.supply;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tactus.bench.experiment.ChartWriter;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.time.Durations;

/** A study's table, file and chart. */
final class SupplyOutput {
    private static final double PERCENT = 100;
    private static final double WHOLE = 1_000;
    private static final double NS_A_MS = 1e6;
    private static final double TOP = 100.2;
    private static final int STEP = 5;
    private static final long MINUTE_NS = 60_000_000_000L;
    private static final List<Long> DRAWN_FACTORS = List.of(1_000L, 1_500L);

    private SupplyOutput() {
    }

    /** A duration as people say it. */
    static String words(final long ns) {
        return ns % MINUTE_NS == 0 ? ns / MINUTE_NS + " min" : Durations.format(ns);
    }

    static String csv(final List<CurveStudy.Row> rows) {
        final StringBuilder csv = new StringBuilder("learn_s,factor,window_ms,curves,held_percent,worst_curve_percent,unbroken_percent,"
            + "allowed_median_ns\n");
        for (final CurveStudy.Row row : rows) {
            csv.append(String.format(Locale.ROOT, "%d,%.2f,%d,%d,%.5f,%.4f,%.1f,%d%n", row.learnNs() / 1_000_000_000, row.factor() / WHOLE,
                row.windowNs() / 1_000_000, row.curves(), PERCENT * row.held(), PERCENT * row.worst(), PERCENT * row.unbroken(),
                row.allowedNs()));
        }
        return csv.toString();
    }

    static void print(final List<CurveStudy.Row> rows, final PrintWriter print) {
        print.printf(Locale.ROOT, "%-8s %-7s %-7s %6s %11s %11s %9s %12s%n", "learnt", "factor", "window", "curves", "held, %",
            "worst, %", "never", "allowed");
        print.printf(Locale.ROOT, "%-8s %-7s %-7s %6s %11s %11s %9s %12s%n", "", "", "", "", "of windows", "curve", "broken, %",
            "(median)");
        for (final CurveStudy.Row row : rows) {
            print.printf(Locale.ROOT, "%-8s %-7.2f %-7s %6d %11.4f %11.3f %9.1f %12s%n", Durations.format(row.learnNs()),
                row.factor() / WHOLE, Durations.format(row.windowNs()), row.curves(), PERCENT * row.held(), PERCENT * row.worst(),
                PERCENT * row.unbroken(), Durations.format(row.allowedNs()));
        }
    }

    static void write(final List<CurveStudy.Row> rows, final String title, final Path folder) throws IOException {
        OutputFolder.make(folder);
        WholeFile.write(folder.resolve("supply.csv"), csv(rows));
        ChartWriter.write(chart(rows, title), folder);
    }

    /** A line for each length of learning and each of two factors, more of which would hide each other. */
    private static ChartWriter.Chart chart(final List<CurveStudy.Row> rows, final String title) {
        final List<ChartWriter.Line> lines = new ArrayList<>();
        for (final long learnNs : rows.stream().map(CurveStudy.Row::learnNs).distinct().toList()) {
            for (final long factor : DRAWN_FACTORS) {
                final List<CurveStudy.Row> of = rows.stream().filter(row -> row.learnNs() == learnNs && row.factor() == factor).toList();
                lines.add(new ChartWriter.Line(
                    String.format(Locale.ROOT, "learnt %s, factor %.2f", words(learnNs), factor / WHOLE),
                    of.stream().mapToDouble(row -> row.windowNs() / NS_A_MS).toArray(),
                    of.stream().mapToDouble(row -> PERCENT * row.held()).toArray(), false));
            }
        }
        final double least = lines.stream().flatMapToDouble(line -> Arrays.stream(line.y())).min().orElse(0);
        final double low = Math.floor(Math.min(least, PERCENT - 1) * STEP) / STEP;
        return new ChartWriter.Chart("supply", title, "Length of the window, ms", "Windows in which the curve held, %", low, TOP, true,
            lines);
    }
}
