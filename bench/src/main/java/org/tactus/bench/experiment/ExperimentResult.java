// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.List;
import java.util.Locale;

/**
 * What an experiment found.
 *
 * @param experiment which one
 * @param seed       its seed
 * @param sets       task sets at each place of the axis
 * @param tally      how many each approach accepted, how close simulation came to the bounds, and the first violation
 */
record ExperimentResult(Experiment experiment, long seed, int sets, Tally tally) {

    /** The table {@code axis,approach,accepted,total,low,high}; low and high are the ends of the 95 % interval of the share. */
    String csv() {
        final StringBuilder text = new StringBuilder(AcceptanceCsv.HEAD);
        final double[] axis = experiment.axis();
        for (int p = 0; p < axis.length; p++) {
            for (int a = 0; a < experiment.approaches().size(); a++) {
                text.append(AcceptanceCsv.row(place(axis[p]), experiment.approaches().get(a), tally.accepted(p, a), sets));
            }
        }
        return text.toString();
    }

    private WilsonInterval interval(final int place, final int approach) {
        return WilsonInterval.of(tally.accepted(place, approach), sets);
    }

    /** One line of JSON. */
    String json() {
        final StringBuilder text = new StringBuilder("{\"system\":\"" + experiment.name() + "\",\"seed\":" + seed + ",\"sets\":" + sets
            + ",\"axis\":\"" + experiment.axisTitle() + "\",\"violation\":\"" + tally.violation().replace("\"", "'") + "\",\"rows\":[");
        final double[] axis = experiment.axis();
        for (int p = 0; p < axis.length; p++) {
            for (int a = 0; a < experiment.approaches().size(); a++) {
                text.append(p + a == 0 ? "" : ",").append("{\"axis\":").append(place(axis[p])).append(",\"approach\":\"")
                    .append(experiment.approaches().get(a)).append("\",\"accepted\":").append(tally.accepted(p, a)).append(",\"total\":")
                    .append(sets).append(String.format(Locale.ROOT, ",\"low\":%.4f,\"high\":%.4f}",
                        interval(p, a).low(), interval(p, a).high()));
            }
        }
        text.append("],\"tightness\":[");
        String comma = "";
        for (int a = 0; a < experiment.approaches().size(); a++) {
            if (tally.simulated(a) > 0) {
                text.append(comma).append(String.format(Locale.ROOT, "{\"approach\":\"%s\",\"simulated\":%d,\"mean\":%.4f,\"max\":%.4f}",
                    experiment.approaches().get(a), tally.simulated(a), tally.meanRatio(a), tally.largestRatio(a)));
                comma = ",";
            }
        }
        return text.append("]}\n").toString();
    }

    /** The numbers for people: percent accepted, then how tight the bounds were, then what to know. */
    String table() {
        final List<String> names = experiment.approaches();
        final StringBuilder text = new StringBuilder(experiment.title()).append(": task sets accepted, percent of ").append(sets)
            .append(" at each place (seed ").append(seed).append(")\n\n");
        for (int a = 0; a < names.size(); a++) {
            text.append("  ").append((char) ('A' + a)).append("  ").append(names.get(a)).append('\n');
        }
        text.append('\n').append(experiment.axisTitle()).append('\n').append("         ");
        for (int a = 0; a < names.size(); a++) {
            text.append(String.format(Locale.ROOT, "%7s", (char) ('A' + a)));
        }
        text.append('\n');
        final double[] axis = experiment.axis();
        for (int p = 0; p < axis.length; p++) {
            text.append(String.format(Locale.ROOT, "%8s ", place(axis[p])));
            for (int a = 0; a < names.size(); a++) {
                text.append(String.format(Locale.ROOT, "%7.1f", 100.0 * tally.accepted(p, a) / sets));
            }
            text.append('\n');
        }
        text.append(String.format(Locale.ROOT, "%8s ", "all"));
        for (int a = 0; a < names.size(); a++) {
            text.append(String.format(Locale.ROOT, "%7.1f", 100.0 * tally.accepted(a) / sets / axis.length));
        }
        double widest = 0;
        for (int p = 0; p < axis.length; p++) {
            for (int a = 0; a < names.size(); a++) {
                widest = Math.max(widest, interval(p, a).half());
            }
        }
        text.append(String.format(Locale.ROOT, "%n%n95 %% intervals of a place (Wilson) reach at most %.1f points up and down.",
            100 * widest));
        final int baseline = experiment.baseline();
        if (baseline >= 0 && tally.accepted(baseline) > 0) {
            text.append("\n\nSets accepted beside ").append((char) ('A' + baseline)).append(':');
            for (int a = 0; a < names.size(); a++) {
                if (a != baseline && !experiment.isLimit(a)) {
                    text.append(String.format(Locale.ROOT, "  %c %+.0f %%", (char) ('A' + a),
                        100.0 * tally.accepted(a) / tally.accepted(baseline) - 100));
                }
            }
        }
        text.append("\n\nTightness, observed/bound over the tasks of accepted sets, all simulated:\n");
        for (int a = 0; a < names.size(); a++) {
            if (tally.simulated(a) > 0) {
                text.append(String.format(Locale.ROOT, "  %c  mean %.3f  max %.3f  (%d sets)%n", (char) ('A' + a),
                    tally.meanRatio(a), tally.largestRatio(a), tally.simulated(a)));
            }
        }
        text.append('\n');
        experiment.notes().forEach(note -> text.append("  - ").append(note).append('\n'));
        text.append('\n').append(tally.violation().isEmpty() ? "No accepted set missed a deadline or exceeded a bound in simulation."
            : "VIOLATION: " + tally.violation()).append('\n');
        return text.toString();
    }

    static String place(final double axis) {
        return String.format(Locale.ROOT, "%.3f", axis).replaceAll("0+$", "").replaceAll("\\.$", ".0");
    }
}
