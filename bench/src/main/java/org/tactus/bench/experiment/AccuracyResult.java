package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * What the accuracy experiment found.
 *
 * @param settings  what was drawn
 * @param layers    of the network
 * @param fp32      top-1 accuracy in floating point on the held-out images, percent
 * @param int8      with every layer in int8 that has such a form
 * @param losses    of single layers
 * @param sets      in the order of their numbers
 * @param mixtures  distinct mixtures that were evaluated
 */
record AccuracyResult(AccuracyExperiment.Settings settings, int layers, double fp32, double int8,
                      List<AccuracyExperiment.LayerLoss> losses, List<AccuracyExperiment.PlannedSet> sets, int mixtures) {
    private static final double[] QUANTILES = {0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};

    private DoubleStream differences() {
        return sets.stream().flatMapToDouble(set -> Arrays.stream(set.difference()));
    }

    private DoubleStream means() {
        return sets.stream().filter(AccuracyExperiment.PlannedSet::planned)
            .mapToDouble(set -> Arrays.stream(set.difference()).average().orElseThrow());
    }

    private double int8Share() {
        final long tasks = differences().count();
        final long inInt8 = sets.stream().flatMapToInt(set -> Arrays.stream(set.int8())).sum();
        return tasks == 0 ? 0 : (double) inInt8 / (tasks * layers);
    }

    private long planned() {
        return sets.stream().filter(AccuracyExperiment.PlannedSet::planned).count();
    }

    /** A row for each task of each set; a set that was not planned has one row. */
    String csv() {
        final StringBuilder text = new StringBuilder("set,utilisation,planned,task,int8_layers,top1_difference\n");
        for (int s = 0; s < sets.size(); s++) {
            final AccuracyExperiment.PlannedSet set = sets.get(s);
            final String begin = String.format(Locale.ROOT, "%d,%.4f,%b,", s, set.utilisation(), set.planned());
            if (!set.planned()) {
                text.append(begin).append(",,\n");
            }
            for (int i = 0; i < set.difference().length; i++) {
                text.append(begin).append(String.format(Locale.ROOT, "%d,%d,%.4f%n", i, set.int8()[i], set.difference()[i]));
            }
        }
        return text.toString();
    }

    /** A row for each layer in int8 alone. */
    String layersCsv() {
        final StringBuilder text = new StringBuilder("layer,operator,top1_difference,changed_percent,calibration_changed_percent\n");
        for (final AccuracyExperiment.LayerLoss loss : losses) {
            text.append(String.format(Locale.ROOT, "%s,%s,%.4f,%.4f,%.4f%n", loss.name(), loss.operator(), loss.difference(),
                loss.changed(), loss.weight()));
        }
        return text.toString();
    }

    /** One line of JSON. */
    String json() {
        return String.format(Locale.ROOT, "{\"seed\":%d,\"sets\":%d,\"planned\":%d,\"images\":%d,\"top1\":%.4f,\"int8Difference\":%.4f,"
            + "\"mixtures\":%d,\"int8Share\":%.4f,\"quantiles\":%s,\"taskDifferences\":%s,\"setDifferences\":%s}%n", settings.seed(),
            sets.size(), planned(), settings.images(), fp32, int8 - fp32, mixtures, int8Share(), Arrays.toString(QUANTILES),
            list(quantiles(differences())), list(quantiles(means())));
    }

    private static String list(final double[] values) {
        return Arrays.stream(values).mapToObj(value -> String.format(Locale.ROOT, "%.4f", value)).toList().toString();
    }

    private static double[] quantiles(final DoubleStream values) {
        final double[] sorted = values.sorted().toArray();
        return sorted.length == 0 ? new double[0]
            : Arrays.stream(QUANTILES).map(q -> sorted[(int) Math.round(q * (sorted.length - 1))]).toArray();
    }

    /** The numbers for people. */
    String table() {
        final StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "Sign network, %d layers, top-1 on %d held-out images: floating point %.2f %%, "
            + "all int8 %.2f %% (%+.2f points)%n%n", layers, settings.images(), fp32, int8, int8 - fp32));
        text.append("One layer alone in int8:\n");
        text.append(String.format("  %-26s %-18s %10s %16s %22s%n", "layer", "operator", "points", "answers changed",
            "on calibration images"));
        for (final AccuracyExperiment.LayerLoss loss : losses) {
            text.append(String.format(Locale.ROOT, "  %-26s %-18s %+10.2f %14.2f %% %20.2f %%%n", loss.name(), loss.operator(),
                loss.difference(), loss.changed(), loss.weight()));
        }
        text.append(String.format(Locale.ROOT, "%n%d tasks a set, utilisation %.2f to %.2f: %d of %d sets planned, %d mixtures, "
            + "%.0f %% of their layers in int8%n", AccuracyExperiment.TASKS, settings.low(), settings.high(), planned(), sets.size(),
            mixtures, 100 * int8Share()));
        if (planned() > 0) {
            text.append("Top-1 less that of floating point, points:\n");
            text.append(String.format("  %-24s %8s %8s %8s %8s %8s %8s %8s%n", "", "worst", "5 %", "25 %", "median", "75 %", "95 %",
                "best"));
            text.append(row("a task's mixture", quantiles(differences()))).append(row("mean of a set's tasks", quantiles(means())));
        }
        text.append('\n');
        AccuracyExperiment.notes(settings).forEach(note -> text.append("  - ").append(note).append('\n'));
        return text.toString();
    }

    private static String row(final String name, final double[] values) {
        final StringBuilder text = new StringBuilder(String.format("  %-24s", name));
        for (final double value : values) {
            text.append(String.format(Locale.ROOT, " %+8.2f", value));
        }
        return text.append('\n').toString();
    }

    /** The distributions as steps: how many differences are at most x. */
    ChartWriter.Chart chart() {
        final List<ChartWriter.Line> lines = new ArrayList<>();
        if (planned() > 0) {
            lines.add(distribution("a task's mixture", differences().sorted().toArray()));
            lines.add(distribution("mean of a set's five tasks", means().sorted().toArray()));
        }
        lines.add(new ChartWriter.Line("all layers in int8", new double[] {int8 - fp32, int8 - fp32}, new double[] {0, 100}, true));
        return new ChartWriter.Chart("accuracy", String.format(Locale.ROOT, "Accuracy of %d planned sets, utilisation %.1f to %.1f",
            planned(), settings.low(), settings.high()), "Top-1 less that of floating point, points", "Share at most that, %", lines);
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
}
