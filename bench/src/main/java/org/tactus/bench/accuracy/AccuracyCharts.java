// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.tactus.bench.accuracy.MixtureAnswers.Difference;
import org.tactus.bench.experiment.ChartWriter;

/** Draws what the accuracy experiment found. */
final class AccuracyCharts {
    private AccuracyCharts() {
    }

    /** The distributions as steps: how many differences are at most x; where utilisation counts int8. */
    static ChartWriter.Chart distributions(final AccuracyResult result) {
        final List<ChartWriter.Line> lines = new ArrayList<>();
        for (final AccuracyExperiment.Row row : result.rows()) {
            final double[] points = AccuracyResult.points(row);
            if (points.length > 0 && row.assumption().cpuTime() == AccuracyAssumption.CpuTime.INT8) {
                lines.add(distribution(String.format(Locale.ROOT, "CPU/GPU %s, U %.2f..%.2f%s", row.assumption().ratioText(), row.low(),
                    row.high(), row.blind() ? ", losses not told" : ""), points));
            }
        }
        final double full = result.int8().points();
        lines.add(new ChartWriter.Line("all layers in int8", new double[] {full, full}, new double[] {0, 100}, true));
        return new ChartWriter.Chart("accuracy", "Accuracy of planned mixtures, network of signs by " + result.settings().kind().text(),
            "Top-1 less that of floating point, points", "Share of the tasks at most that, %", lines);
    }

    private static ChartWriter.Line distribution(final String name, final double[] sorted) {
        final double[] distinct = Arrays.stream(sorted).distinct().toArray();
        final double[] x = new double[2 * distinct.length];
        final double[] percent = new double[2 * distinct.length];
        for (int i = 0; i < distinct.length; i++) {
            final double value = distinct[i];
            x[2 * i] = value;
            x[2 * i + 1] = value;
            percent[2 * i] = i == 0 ? 0 : percent[2 * i - 1];
            percent[2 * i + 1] = 100.0 * Arrays.stream(sorted).filter(other -> other <= value).count() / sorted.length;
        }
        return new ChartWriter.Line(name, x, percent, false);
    }

    /** Accuracy over the share of layers in int8, by who goes first. */
    static ChartWriter.Chart shares(final AccuracyResult result) {
        final List<AccuracyExperiment.Share> shares = result.shares();
        final double[] x = shares.stream().mapToDouble(AccuracyExperiment.Share::percent).toArray();
        final List<ChartWriter.Line> lines = List.of(
            line("least loss first, as the planner prefers", x, shares, share -> share.least().points()),
            line("random, mean of " + AccuracyExperiment.ORDERS + " orders", x, shares, share -> random(share).average().orElse(0)),
            line("random, worst of them", x, shares, share -> random(share).min().orElse(0)),
            line("most loss first", x, shares, share -> share.most().points()));
        final double low = lines.stream().flatMapToDouble(line -> Arrays.stream(line.y())).min().orElse(0);
        final double high = lines.stream().flatMapToDouble(line -> Arrays.stream(line.y())).max().orElse(0);
        return new ChartWriter.Chart("accuracy-shares", "Accuracy by the share of layers in int8, network of signs by "
            + result.settings().kind().text(), "Layers in int8, % of those that have such a form",
            "Top-1 less that of floating point, points",
            Math.floor(4 * low - 0.1) / 4, Math.ceil(4 * high + 0.1) / 4, lines);
    }

    private static DoubleStream random(final AccuracyExperiment.Share share) {
        return share.random().stream().mapToDouble(Difference::points);
    }

    private static ChartWriter.Line line(final String name, final double[] x, final List<AccuracyExperiment.Share> shares,
        final Function<AccuracyExperiment.Share, Double> value) {
        return new ChartWriter.Line(name, x, shares.stream().mapToDouble(value::apply).toArray(), false);
    }
}
