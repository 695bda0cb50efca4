// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tactus.bench.accuracy.MixtureAnswers.Difference;

/**
 * What the accuracy experiment found.
 *
 * @param settings what was asked
 * @param fp32     top-1 accuracy in floating point on the held-out images, percent
 * @param int8     with every layer in int8 that has such a form
 * @param losses   of single layers
 * @param shares   of the layers in int8, by three rules
 * @param rows     planned sets by assumption and utilisation
 * @param mixtures distinct mixtures that were evaluated
 */
record AccuracyResult(AccuracyExperiment.Settings settings, double fp32, Difference int8, List<AccuracyExperiment.LayerLoss> losses,
                      List<AccuracyExperiment.Share> shares, List<AccuracyExperiment.Row> rows, int mixtures) {

    private static List<Difference> sorted(final AccuracyExperiment.Row row) {
        return row.planned().stream().flatMap(set -> set.differences().stream()).sorted(Comparator.comparingDouble(Difference::points))
            .toList();
    }

    /** Points of a row's tasks, ascending. */
    static double[] points(final AccuracyExperiment.Row row) {
        return sorted(row).stream().mapToDouble(Difference::points).toArray();
    }

    private static double quantile(final double[] sorted, final double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    private static int count(final boolean[] mixture) {
        int count = 0;
        for (final boolean int8 : mixture) {
            count += int8 ? 1 : 0;
        }
        return count;
    }

    /** Layers in int8 of all planned sets' tasks, percent. */
    private double int8Percent(final AccuracyExperiment.Row row) {
        return row.planned().stream().flatMap(set -> set.mixtures().stream())
            .mapToDouble(mixture -> 100.0 * count(mixture) / losses.size()).average().orElse(0);
    }

    /** A row for each task of each planned set. */
    String csv() {
        final StringBuilder text = new StringBuilder("cpu_time,ratio,low,high,loss_blind,set,utilisation,task,int8_layers,top1_difference,"
            + "standard_error\n");
        for (final AccuracyExperiment.Row row : rows) {
            for (final AccuracyExperiment.PlannedSet set : row.planned()) {
                for (int i = 0; i < set.mixtures().size(); i++) {
                    final String difference = set.differences().isEmpty() ? "," : String.format(Locale.ROOT, "%.4f,%.4f",
                        set.differences().get(i).points(), set.differences().get(i).error());
                    text.append(String.format(Locale.ROOT, "%s,%s,%.2f,%.2f,%b,%d,%.4f,%d,%d,%s%n", row.assumption().cpuTime().text(),
                        row.assumption().ratioText(), row.low(), row.high(), row.blind(), set.index(), set.utilisation(), i,
                        count(set.mixtures().get(i)), difference));
                }
            }
        }
        return text.toString();
    }

    /** A row for each layer in int8 alone. */
    String layersCsv() {
        final StringBuilder text = new StringBuilder("layer,operator,int8_on_cpu,top1_difference,standard_error,changed_percent,"
            + "calibration_changed_percent\n");
        for (final AccuracyExperiment.LayerLoss loss : losses) {
            text.append(String.format(Locale.ROOT, "%s,%s,%b,%.4f,%.4f,%.4f,%.4f%n", loss.name(), loss.operator(), loss.onCpu(),
                loss.held().points(), loss.held().error(), loss.held().changed(), loss.loss()));
        }
        return text.toString();
    }

    /** A row for each share of the layers in int8 and each rule. */
    String sharesCsv() {
        final StringBuilder text = new StringBuilder("int8_percent,rule,top1_difference,standard_error\n");
        for (final AccuracyExperiment.Share share : shares) {
            text.append(line(share, "least loss first", share.least()));
            share.random().forEach(order -> text.append(line(share, "random", order)));
            text.append(line(share, "most loss first", share.most()));
        }
        return text.toString();
    }

    private static String line(final AccuracyExperiment.Share share, final String rule, final Difference difference) {
        return String.format(Locale.ROOT, "%d,%s,%.4f,%.4f%n", share.percent(), rule, difference.points(), difference.error());
    }

    /** One line of JSON. */
    String json() {
        return String.format(Locale.ROOT, "{\"network\":\"%s\",\"seed\":%d,\"images\":%d,\"top1\":%.4f,\"int8Difference\":%.4f,"
            + "\"mixtures\":%d,\"rows\":[%s]}%n", settings.kind().text(), settings.seed(), settings.images(), fp32, int8.points(), mixtures,
            rows.stream().map(this::json).collect(Collectors.joining(",")));
    }

    private String json(final AccuracyExperiment.Row row) {
        final double[] points = points(row);
        return String.format(Locale.ROOT, "{\"cpuTime\":\"%s\",\"ratio\":\"%s\",\"low\":%.2f,\"high\":%.2f,\"lossBlind\":%b,\"sets\":%d,"
            + "\"planned\":%d,\"int8Share\":%.4f,\"tasks\":%d,\"worst\":%s,\"p5\":%s,\"median\":%s,\"best\":%s}",
            row.assumption().cpuTime().text(), row.assumption().ratioText(), row.low(), row.high(), row.blind(), settings.sets(),
            row.planned().size(), int8Percent(row) / 100, points.length, number(points, 0), number(points, 0.05), number(points, 0.5),
            number(points, 1));
    }

    private static String number(final double[] sorted, final double share) {
        return sorted.length == 0 ? "null" : String.format(Locale.ROOT, "%.4f", quantile(sorted, share));
    }

    /** The numbers for people. */
    String table() {
        final StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "Network of signs by %s, %d layers, top-1 on %d held-out images: floating point %.2f %%, "
            + "all int8 %+.2f points (standard error %.2f)%n%nOne layer alone in int8:%n", settings.kind().text(), losses.size(),
            settings.images(), fp32, int8.points(), int8.error()));
        text.append(String.format("  %-26s %-18s %8s %16s %23s %s%n", "layer", "operator", "points", "answers changed",
            "on calibration images", "on the CPU"));
        for (final AccuracyExperiment.LayerLoss loss : losses) {
            text.append(String.format(Locale.ROOT, "  %-26s %-18s %+8.2f %14.2f %% %21.2f %% %s%n", loss.name(), loss.operator(),
                loss.held().points(), loss.held().changed(), loss.loss(), loss.onCpu() ? "int8" : "fp32"));
        }
        text.append(String.format("%nA share of the layers in int8, points:%n  %-8s %18s %24s %18s%n", "layers", "least loss first",
            AccuracyExperiment.ORDERS + " random orders", "most loss first"));
        for (final AccuracyExperiment.Share share : shares) {
            final double[] random = share.random().stream().mapToDouble(Difference::points).sorted().toArray();
            text.append(String.format(Locale.ROOT, "  %5d %% %+18.2f %24s %+18.2f%n", share.percent(), share.least().points(),
                String.format(Locale.ROOT, "%+.2f (%+.2f to %+.2f)", Arrays.stream(random).average().orElse(0), random[0],
                    random[random.length - 1]), share.most().points()));
        }
        text.append(String.format(Locale.ROOT, "%nPlanned sets of %d tasks, %d drawn a row, layers on the CPU in %s; top-1 less that of "
            + "floating point, points, of the tasks of the first %d planned sets; %d mixtures in all%n", AccuracySets.TASKS,
            settings.sets(),
            settings.form() == AccuracySets.CpuForm.INT8 ? "int8" : "the faster form", settings.evaluated(), mixtures));
        text.append(String.format("  %-9s %-10s %-12s %-10s %8s %8s %6s %15s %7s %7s %7s%n", "C^C in U", "CPU/GPU", "utilisation", "losses",
            "planned", "int8", "tasks", "worst (s.e.)", "5 %", "median", "best"));
        rows.forEach(row -> text.append(line(row)));
        text.append('\n');
        notes().forEach(note -> text.append("  - ").append(note).append('\n'));
        return text.toString();
    }

    private String line(final AccuracyExperiment.Row row) {
        final List<Difference> sorted = sorted(row);
        final double[] points = points(row);
        final String spread = sorted.isEmpty() ? String.format("%15s %7s %7s %7s", "-", "-", "-", "-")
            : String.format(Locale.ROOT, "%15s %+7.2f %+7.2f %+7.2f", String.format(Locale.ROOT, "%+.2f (%.2f)", points[0],
                sorted.getFirst().error()), quantile(points, 0.05), quantile(points, 0.5), points[points.length - 1]);
        return String.format(Locale.ROOT, "  %-9s %-10s %-12s %-10s %8s %6.0f %% %6d %s%n", row.assumption().cpuTime().text(),
            row.assumption().ratioText(), String.format(Locale.ROOT, "%.2f..%.2f", row.low(), row.high()),
            row.blind() ? "not told" : "weighed", row.planned().size() + "/" + settings.sets(), int8Percent(row), points.length, spread);
    }

    private List<String> notes() {
        final List<String> notes = new ArrayList<>(AccuracySets.notes());
        notes.add("C^C in U int8: the time of the form that a layer has on the CPU; fp32: the time before quantisation. Where less "
            + "than a quarter of the sets can be planned, the next row is the largest utilisation, in steps of 0.25, where a quarter can");
        notes.add("the planner counts as a layer's loss the share of calibration images that are answered otherwise when it alone is in "
            + "int8; not told: the same sets, planned as if no layer lost anything; int8: share of all layers");
        return notes;
    }
}
