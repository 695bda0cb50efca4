// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.tactus.internal.time.Durations;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.result.TaskResult;

/** What the case studies print. */
final class StudyTables {
    private StudyTables() {
    }

    /** Emergency braking in virtual time: a line an approach, and factors beside the paper's. */
    static String braking(final List<BrakingStudy.Outcome> outcomes, final int frames, final long seed) {
        final StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "Emergency braking: %d frames of each of two cameras at 5 "
            + "frames a second, in virtual time (seed %d)%n%n%-24s %-14s %7s %7s %9s %9s %6s %7s%n", frames, seed, "approach",
            "accepted by", "AP in", "AP out", "mean", "longest", "level", "missed"));
        for (final BrakingStudy.Outcome outcome : outcomes) {
            text.append(String.format(Locale.ROOT, "%-24s %-14s %7.3f %7.3f %9s %9s %6.2f %7d%n", outcome.approach().name(),
                outcome.approach().test().orElse("none"), outcome.inside(), outcome.outside(), Durations.format((long) outcome.meanNs()),
                Durations.format(outcome.worstNs()), outcome.meanLevel(), outcome.missed()));
        }
        text.append(String.format("%nAP in, out: average precision in the critical region and outside; mean, longest: response of the "
            + "mandatory part,%nor of the whole frame where nothing is split; level: 0 a quarter of the frame's columns and rows, "
            + "3 all.%n"));
        final BrakingStudy.Outcome full = outcomes.getFirst();
        final BrakingStudy.Outcome whole = outcomes.get(1);
        final BrakingStudy.Outcome smallest = outcomes.get(2);
        for (final BrakingStudy.Outcome outcome : outcomes) {
            if (outcome.approach().level() == BrakingApproach.CHOSEN) {
                text.append(String.format(Locale.ROOT, "%n%s beside the whole frame alone (in brackets the paper's range beside its own "
                    + "baselines):%n  precision in the critical region %s times that of the best fixed size, %s times that of the smallest "
                    + "(2.0 to 3.7)%n  response %s times shorter than with the best fixed size, %s times than with full size (4.8 to "
                    + "9.7)%n",
                    outcome.approach().name(), times(outcome.inside(), whole.inside()), times(outcome.inside(), smallest.inside()),
                    times(whole.meanNs(), outcome.meanNs()), times(full.meanNs(), outcome.meanNs())));
            }
        }
        return text.toString();
    }

    private static String times(final double more, final double less) {
        return less == 0 ? "any number of" : String.format(Locale.ROOT, "%.2f", more / less);
    }

    /** WCETs that were measured. */
    static String sizes(final BrakingSizes sizes) {
        return "Measured WCETs, with the ports: critical region " + Durations.format(sizes.regionNs()) + "; frame "
            + sizes.frameNs().stream().map(Durations::format).collect(Collectors.joining(", ")) + "\n";
    }

    /** A real run under one policy. */
    static String live(final PolicyKind policy, final BrakingRun.Outcome outcome) {
        final long missed = outcome.result().tasks().stream().mapToLong(TaskResult::misses).sum();
        final long jobs = outcome.result().tasks().stream().mapToLong(TaskResult::jobs).sum();
        final long overruns = outcome.result().tasks().stream().mapToLong(TaskResult::overruns).sum();
        return String.format(Locale.ROOT, "%n%s, real run: AP in %.3f, out %.3f; response of the mandatory part %s, at most %s; %d jobs, "
            + "%d missed, %d overruns%n  levels taken: %s%n%s", policy.text(), outcome.inside(), outcome.outside(),
            Durations.format((long) outcome.meanNs()), Durations.format(outcome.worstNs()), jobs, missed, overruns,
            outcome.result().levels().stream().map(levels -> levels.taken().toString()).collect(Collectors.joining(" ")),
            outcome.result().conditions().warnings().stream().map(line -> "  warning: " + line + "\n").collect(Collectors.joining()));
    }

    /**
     * One place of the axis.
     *
     * @param utilisation of the smallest pairs
     * @param promised    whether the set with pairs to choose from is accepted
     * @param accepted    the fixed pairs that are
     * @param fixed       what each fixed pair came to
     * @param chosen      what the pairs that were chosen came to
     */
    record Tracked(double utilisation, boolean promised, List<Integer> accepted, List<TrackingStudy.Outcome> fixed,
        TrackingStudy.Outcome chosen) {
        /** Whether an accepted set missed a deadline. */
        boolean breaksAPromise() {
            return promised && chosen.missed() > 0 || accepted.stream().anyMatch(pair -> fixed.get(pair).missed() > 0);
        }

        /** The accepted fixed pair of the largest MOTA. */
        Optional<Integer> best() {
            return accepted.stream().max(Comparator.comparingDouble(pair -> fixed.get(pair).mota()));
        }
    }

    /** Tracking in virtual time: MOTA and IDF1 by utilisation. */
    static String tracking(final List<Tracked> rows, final int frames, final long seed) {
        final StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "Tracking: %d frames of each of %d streams, in virtual "
            + "time (seed %d); MOTA / IDF1, with * where deadlines were missed%n%n%-18s", frames, TrackingPairs.STREAMS, seed,
            "utilisation"));
        rows.forEach(row -> text.append(String.format(Locale.ROOT, "%14.1f", row.utilisation())));
        text.append('\n');
        for (int pair = 0; pair < TrackingPairs.PAIRS; pair++) {
            text.append(String.format("%-18s", TrackingPairs.NAMES.get(pair)));
            for (final Tracked row : rows) {
                text.append(cell(row.fixed().get(pair)));
            }
            text.append('\n');
        }
        text.append(String.format("%-18s", "chosen"));
        rows.forEach(row -> text.append(row.promised() ? cell(row.chosen()) : String.format("%14s", "refused")));
        text.append(String.format("%n%-18s", "share of frames"));
        rows.forEach(row -> text.append(String.format("%14s", shares(row.chosen().pairs()))));
        text.append(String.format("%n%-18s", "factor"));
        for (final Tracked row : rows) {
            text.append(String.format("%14s", row.best().filter(pair -> row.promised()).map(pair -> times(row.chosen().mota(),
                row.fixed().get(pair).mota()) + "/" + times(row.chosen().idf1(), row.fixed().get(pair).idf1())).orElse("-")));
        }
        text.append(String.format("%n%nutilisation: of the smallest pairs; share of frames: per cent in which each pair was chosen, in the "
            + "order above;%nfactor: MOTA and IDF1 over the fixed pair of the largest MOTA that keeps its deadlines (paper: accuracy up to "
            + "1.5)%n"));
        return text.toString();
    }

    /** Tracking in a real run, beside the same set in virtual time. */
    static String liveTracking(
        final TaskSet set, final List<Long> wcetNs, final TrackingRun.Outcome real, final TrackingStudy.Outcome virtual) {
        final long missed = real.result().tasks().stream().mapToLong(TaskResult::misses).sum();
        final StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "Measured WCETs, with the ports: %s%n%nTracking in a real "
            + "run of %d streams with a period of %s, %s%n%n%-14s %5s %5s %15s %7s%n", wcetNs.stream().map(Durations::format)
            .collect(Collectors.joining(", ")), set.tasks().size(), Durations.format(set.tasks().getFirst().periodNs()),
            set.policy().text(), "", "MOTA", "IDF1", "share of frames", "missed"));
        text.append(String.format(Locale.ROOT, "%-14s %5.2f %5.2f %15s %7d%n%-14s %5.2f %5.2f %15s %7d%n%n%-14s %9s %9s %9s %7s%n",
            "real run", real.mota(), real.idf1(), shares(real.pairs()), missed, "virtual time", virtual.mota(), virtual.idf1(),
            shares(virtual.pairs()), virtual.missed(), "real run", "median", "longest", "bound", "missed"));
        for (final TaskResult task : real.result().tasks()) {
            text.append(String.format("%-14s %9s %9s %9s %7d%n", task.name(), time(task.p50Ns()), time(task.maxNs()), time(task.boundNs()),
                task.misses()));
        }
        return text.append(String.format(Locale.ROOT, "%n%.2f B of heap a job on the dispatcher; %d misses without stalls, %d overruns%n%s",
            real.bytes(), real.result().missesWithoutStalls(), real.result().overruns(), real.result().conditions().warnings().stream()
                .map(line -> "  warning: " + line + "\n").collect(Collectors.joining()))).toString();
    }

    private static String time(final OptionalLong ns) {
        return ns.isEmpty() ? "-" : Durations.format(ns.getAsLong());
    }

    private static String cell(final TrackingStudy.Outcome outcome) {
        return String.format("%14s",
            String.format(Locale.ROOT, "%.2f/%.2f%s", outcome.mota(), outcome.idf1(), outcome.missed() > 0 ? "*" : ""));
    }

    private static String shares(final long[] pairs) {
        long all = 0;
        for (final long count : pairs) {
            all += count;
        }
        final StringBuilder text = new StringBuilder();
        for (final long count : pairs) {
            text.append(text.isEmpty() ? "" : " ").append(Math.round(100.0 * count / Math.max(1, all)));
        }
        return text.toString();
    }
}
