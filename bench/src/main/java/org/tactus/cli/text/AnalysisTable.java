// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Term;
import org.tactus.analysis.Verdict;
import org.tactus.cli.support.Terminal;
import org.tactus.format.LoadedTaskSet;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/** A verdict for people: the answer, the machine that it counts with, a row a task, and what makes each bound. */
final class AnalysisTable {
    private static final int MOST_TERMS = 6;
    /** Columns of the four figures of a row. */
    private static final int FIGURES = 4 * 13;
    private static final long[] WINDOWS_NS = {1_000_000, 10_000_000, 100_000_000};

    private AnalysisTable() {
    }

    static void print(final PrintWriter print, final LoadedTaskSet loaded, final Verdict verdict,
        final Optional<SensitivityReport> sensitivity) {
        print(print, loaded, verdict, sensitivity, Terminal.width());
    }

    /** Prints it for a terminal of some columns; a name may be longer. What bounds are made of stands below them where it does not fit. */
    static void print(final PrintWriter print, final LoadedTaskSet loaded, final Verdict verdict,
        final Optional<SensitivityReport> sensitivity, final int columns) {
        print.println(Lines.wrap(loaded.file() + ": " + verdict.word() + " by " + verdict.test()
            + (verdict.schedulable() ? "" : ": " + verdict.reason()), columns));
        print.println(Lines.wrap("  devices: " + loaded.taskSet().platform().devices().stream().map(AnalysisTable::device)
            .collect(Collectors.joining(", ")), columns));
        print.println(Lines.wrap("  overheads: " + overheads(loaded), columns));
        final int longest = Math.max(4, verdict.tasks().stream().mapToInt(task -> task.name().length()).max().orElse(4));
        final int width = Math.min(longest, Math.max(4, columns - 2 - FIGURES));
        final List<String> terms = verdict.tasks().stream().map(task -> terms(task.explanation().terms())).toList();
        final int beside = 2 + width + FIGURES + 2;
        final boolean fits = terms.stream().allMatch(text -> beside + text.length() <= columns);
        final String row = "%s %12s %12s %12s %12s  %s";
        print.println(String.format(Locale.ROOT, row, Lines.first("  ", "task", width), "bound", "platform's", "deadline", "slack", fits
            ? "made of" : "")
            .stripTrailing());
        for (int i = 0; i < terms.size(); i++) {
            final TaskVerdict task = verdict.tasks().get(i);
            print.println(String.format(Locale.ROOT, row, Lines.first("  ", task.name(), width),
                task.bounded() ? Durations.format(task.responseBoundNs()) : task.isBestEffort() ? "-" : "none",
                task.bounded() ? Durations.format(task.platformNs()) : "-", task.isBestEffort() ? "-" : Durations.format(task.deadlineNs()),
                task.bounded() ? Durations.format(task.slackNs()) : "-", fits ? terms.get(i) : "").stripTrailing());
            if (!fits && !terms.get(i).isEmpty()) {
                print.println(Lines.wrap("    made of " + terms.get(i), columns));
            }
        }
        for (final TaskVerdict task : verdict.tasks()) {
            if (!task.bounded() && !task.explanation().sentence().equals(verdict.reason())) {
                print.println(Lines.wrap("  " + task.explanation().sentence(), columns));
            }
        }
        sensitivity.ifPresent(report -> print(print, report, width, columns));
        print.println();
    }

    private static String device(final DeviceSpec device) {
        return device.name() + " (" + device.kind().text() + (device.isPreemptive() ? ", preemption full" : "")
            + (device.driver().isEmpty() ? "" : ", driver " + device.driver()) + ")";
    }

    private static String overheads(final LoadedTaskSet loaded) {
        final Overheads overheads = loaded.taskSet().overheads();
        return loaded.overheadsSource().text() + switch (loaded.overheadsSource()) {
            case NONE -> "";
            default -> ": release jitter " + Durations.format(overheads.releaseJitterNs())
                + (overheads.sporadicJitterNs() == overheads.releaseJitterNs() ? ""
                    : " (sporadic " + Durations.format(overheads.sporadicJitterNs()) + ')')
                + ", dispatch " + Durations.format(overheads.dispatchNs())
                + (overheads.dispatchPerTaskNs() == 0 ? "" : " and " + Durations.format(overheads.dispatchPerTaskNs()) + " a task")
                + ", hand-off " + Durations.format(overheads.handOffNs()) + ", completion "
                + Durations.format(overheads.completionNs())
                + (overheads.preemptionNs() == 0 ? "" : ", preemption " + Durations.format(overheads.preemptionNs()))
                + (overheads.childCallNs() == 0 ? "" : ", child call " + Durations.format(overheads.childCallNs()))
                + ", stall allowance " + Durations.format(overheads.stallNs())
                + (overheads.supply().isNone() ? "" : "; " + supply(overheads.supply()));
        };
    }

    /** What the platform takes, at windows that people think in. */
    private static String supply(final CoreSupply supply) {
        final StringBuilder text = new StringBuilder();
        if (supply.ofCore().isEmpty()) {
            text.append("each core away for ").append(windows(supply.anyCore()));
        }
        new TreeMap<>(supply.ofCore()).forEach((core, curve) -> text.append(text.isEmpty() ? "" : "; ").append("core ").append(core)
            .append(" away for ").append(windows(curve)));
        return text.toString();
    }

    private static String windows(final StallCurve curve) {
        return LongStream.of(WINDOWS_NS).mapToObj(ns -> Durations.format(Math.min(ns, curve.awayNs(ns))) + " in any "
            + Durations.format(ns)).collect(Collectors.joining(", "));
    }

    private static String terms(final List<Term> terms) {
        final List<Term> shown = terms.stream().filter(term -> term.ns() != 0)
            .sorted(Comparator.comparingLong((Term term) -> Math.abs(term.ns())).reversed()).toList();
        final String text = shown.stream().limit(MOST_TERMS).map(AnalysisTable::term).collect(Collectors.joining(" + "));
        return text + (shown.size() > MOST_TERMS ? " + " + (shown.size() - MOST_TERMS) + " more" : "");
    }

    private static String term(final Term term) {
        return Durations.format(term.ns()) + " " + term.kind().text() + (term.by().isEmpty() ? "" : " by " + term.by())
            + (term.where().isEmpty() ? "" : " on " + term.where());
    }

    private static void print(final PrintWriter print, final SensitivityReport report, final int width, final int columns) {
        final String platform = "what the platform takes";
        final boolean bothGrow = isAtLeastOne(report.largestFactor()) && isAtLeastOne(report.curveFactor());
        print.println(Lines.wrap("  " + change("all WCETs", report.largestFactor()) + (report.curveFactor().isEmpty() ? "" : ", "
            + (bothGrow ? platform + " by " + factor(report.curveFactor()) : change(platform, report.curveFactor())))
            + "; one task alone:", columns));
        final String row = "%s %12s %16s%n";
        print.printf(Locale.ROOT, row, Lines.first("  ", "task", width), "WCET factor", "smallest period");
        for (final SensitivityReport.OfTask task : report.tasks()) {
            print.printf(Locale.ROOT, row, Lines.first("  ", task.name(), width), factor(task.largestFactor()),
                task.smallestPeriodNs().isPresent() ? Durations.format(task.smallestPeriodNs().getAsLong()) : "-");
        }
        for (final SensitivityReport.OfDevice device : report.devices()) {
            print.println(Lines.wrap("  smallest memory of " + device.name() + ": "
                + (device.smallestCapacityBytes().isPresent() ? Sizes.format(device.smallestCapacityBytes().getAsLong()) : "-")));
        }
    }

    /** How far times may grow, or must shrink, until the set is at the edge. */
    private static String change(final String what, final OptionalDouble factor) {
        return what + (factor.isEmpty() ? " may be as small as one likes: no factor makes the set schedulable"
            : isAtLeastOne(factor) ? " may grow by the factor " + factor(factor) + " at most"
            : " must shrink to the share " + factor(factor));
    }

    private static boolean isAtLeastOne(final OptionalDouble factor) {
        return factor.isPresent() && factor.getAsDouble() >= 1;
    }

    private static String factor(final OptionalDouble factor) {
        return factor.isPresent() ? String.format(Locale.ROOT, "%.6f", factor.getAsDouble()) : "-";
    }
}
