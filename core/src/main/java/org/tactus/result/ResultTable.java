// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;

/**
 * Renders a result for people: plain ASCII, {@value #WIDTH} columns wide unless told otherwise. A row that is wider stands in two lines.
 * The results with and without the jobs that a stall touched stand one below the other; what makes a number weaker than it looks stands
 * under the table.
 */
public final class ResultTable {
    /** Most columns of a line. */
    public static final int WIDTH = TextTable.NARROW;
    private static final int NAME_WIDTH = 20;
    private static final int LEAST_NAME_WIDTH = 12;
    /** The column from which on quantiles stand, in a line of their own where not all fits into one. */
    private static final int QUANTILES = 9;
    private static final int STALLS_SHOWN = 3;
    private static final String[] HEAD = {
        "task", "period", "bound", "max", "max/bound", "misses/jobs", "overruns", "skipped", "lost", "p50", "p99", "p99.9"};

    private ResultTable() {
    }

    /**
     * Renders a result in {@value #WIDTH} columns.
     *
     * @param result what to show
     * @return lines, each ended by a line feed
     */
    public static String render(final RunResult result) {
        return render(result, WIDTH);
    }

    /**
     * Renders a result.
     *
     * @param result what to show
     * @param width  most columns of a line, in characters; a single word may be longer
     * @return lines, each ended by a line feed
     */
    public static String render(final RunResult result, final int width) {
        final List<String[]> all = rows(result.tasks());
        final List<String[]> without = result.withoutStalls().touched() == 0 ? List.of() : rows(result.withoutStalls().tasks());
        final List<String[]> rows = Stream.concat(all.stream(), without.stream()).toList();
        final int names = Math.clamp(width - figures(rows), LEAST_NAME_WIDTH, NAME_WIDTH);
        rows.forEach(cells -> cells[0] = shorten(cells[0], names));
        final TextTable table = new TextTable(width, HEAD, rows, QUANTILES);
        final StringBuilder out = new StringBuilder();
        wrap(out, title(result), width);
        out.append('\n');
        append(out, table, all);
        final List<String> platform = new ArrayList<>();
        platform(result, platform);
        if (!platform.isEmpty()) {
            out.append('\n');
            platform.forEach(line -> wrap(out, line, width));
        }
        if (!without.isEmpty()) {
            out.append('\n');
            wrap(out, "Without the " + result.withoutStalls().touched()
                + (result.withoutStalls().touched() == 1 ? " job" : " jobs")
                + " that a platform stall touched:", width);
            append(out, table, without);
        }
        out.append('\n');
        notes(result).forEach(line -> wrap(out, line, width));
        return out.toString();
    }

    private static void append(final StringBuilder out, final TextTable table, final List<String[]> rows) {
        table.appendHead(out);
        rows.forEach(cells -> table.append(out, cells));
    }

    private static String title(final RunResult result) {
        return (result.source().equals("simulate") ? "Simulated" : "Measured") + ": " + result.taskSet() + ", " + result.policy()
            + ", " + Durations.format(result.durationNs()) + ", seed " + result.seed() + ", "
            + (result.test().isEmpty() ? "no bounds" : "bounds by " + result.test());
    }

    private static List<String[]> rows(final List<TaskResult> tasks) {
        final List<String[]> rows = new ArrayList<>();
        for (final TaskResult task : tasks) {
            final double tightness = task.tightness();
            rows.add(new String[] {
                task.name(), task.hasPeriod() ? Durations.format(task.periodNs()) : "-", time(task.boundNs()), time(task.maxNs()),
                Double.isNaN(tightness) ? "-" : String.format(Locale.ROOT, "%.3f", tightness),
                task.hasDeadline() ? task.misses() + "/" + task.candidates() : "-", Long.toString(task.overruns()),
                Long.toString(task.skipped()),
                Long.toString(task.aborted() + task.unfinished() + task.lost()), time(task.p50Ns()), time(task.p99Ns()),
                time(task.p999Ns())});
        }
        return rows;
    }

    /** The columns that the figures of a row's first line take, with the blanks before them. */
    private static int figures(final List<String[]> rows) {
        return IntStream.range(1, QUANTILES).map(column -> 1 + Stream.concat(rows.stream(), Stream.<String[]>of(HEAD))
            .mapToInt(cells -> cells[column].length()).max().orElse(0)).sum();
    }

    /** Long names differ at their ends as often as at their beginnings: both are kept. */
    private static String shorten(final String name, final int most) {
        return name.length() <= most ? name : name.substring(0, most - 8) + ".." + name.substring(name.length() - 6);
    }

    private static String time(final OptionalLong ns) {
        return ns.isEmpty() ? "-" : digits(ns.getAsLong());
    }

    /** Four significant digits in the unit that a person would choose; the files hold the exact number. */
    private static String digits(final long ns) {
        final String[] units = {"ns", "us", "ms", "s"};
        double value = ns;
        int unit = 0;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        final int decimals = unit == 0 || value >= 999.95 ? 0 : value >= 99.995 ? 1 : value >= 9.9995 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f%s", value, units[unit]);
    }

    private static List<String> notes(final RunResult result) {
        final List<String> lines = new ArrayList<>();
        final RunResult.Conditions conditions = result.conditions();
        lines.add("max is exact; lost = aborted + unfinished + not taken;"
            + " a job whose deadline passed before the end is a miss, finished or not.");
        failures(result, lines);
        final List<String> modelled = result.devices().stream().filter(DeviceResult::isModelled)
            .map(device -> device.name() + " (" + (device.kind().equals("modelled") ? "modelled" : "software " + device.kind()) + ")")
            .toList();
        if (!modelled.isEmpty()) {
            lines.add("Modelled: the times of " + String.join(", ", modelled) + " come from a model, not from hardware.");
        }
        lines.add("Devices: " + String.join(", ", result.devices().stream()
            .map(device -> device.name() + " " + String.format(Locale.ROOT, "%.1f%%", device.utilisation() * 100)).toList()) + " busy.");
        final List<String> unpromised = result.tasks().stream().filter(task -> !task.hasDeadline()).map(task -> String.format(Locale.ROOT,
            "%s %d jobs, %.1f a second", task.name(), task.jobs(), task.jobsPerSecond(result.durationNs()))).toList();
        if (!unpromised.isEmpty() && result.durationNs() > 0) {
            lines.add("Best effort: " + String.join("; ", unpromised) + ".");
        }
        if (!result.precisions().isEmpty()) {
            lines.add("Layers in fp32: " + String.join(", ", result.precisions().stream().map(ResultTable::precision).toList()) + ".");
        }
        if (!result.levels().isEmpty()) {
            lines.add("Levels: " + String.join("; ", result.levels().stream().map(ResultTable::levels).toList()) + ".");
        }
        result.offers().forEach(offers -> lines.add(offered(offers)));
        result.devices().forEach(device -> device.swaps().ifPresent(swaps -> lines.add(swapped(device.name(), swaps))));
        if (!result.boundsVoid().isEmpty()) {
            lines.add("BOUNDS VOID: " + result.boundsVoid());
        } else if (result.overruns() > 0 && result.overrunsWithoutStalls() == 0) {
            lines.add("WARNING: all overruns (" + result.overruns() + ") were in jobs that a stall touched.");
        }
        final List<String> beyond = result.tasks().stream().filter(task -> task.tightness() > 1).map(TaskResult::name).toList();
        if (!beyond.isEmpty()) {
            lines.add("BOUND EXCEEDED: a response of " + String.join(", ", beyond) + " was longer than its bound"
                + (result.boundsVoid().isEmpty() && result.stalls().isEmpty() && result.overruns() == 0
                    ? "; nothing that was seen explains it." : "; see the lines beside this."));
        }
        stalls(result, lines);
        if (!conditions.noise().isEmpty()) {
            lines.add("Noise floor: " + String.join(", ", conditions.noise().entrySet().stream().map(ResultTable::noise).toList()) + ".");
        }
        conditions.granted().forEach((thread, what) -> lines.add("Granted: " + thread + ": " + what));
        conditions.warnings().stream().filter(warning -> !result.boundsVoid().contains(warning)) // which says it above
            .forEach(warning -> lines.add("Warning: " + warning));
        lines.add("Collector: " + (conditions.collector().isEmpty() ? "not known" : conditions.collector()));
        if (result.droppedEvents() > 0 || result.withoutStalls().untraced() > 0) {
            lines.add("Dropped: " + result.droppedEvents() + " events found their ring full; " + result.withoutStalls().untraced()
                + " completed jobs were not checked for stalls (the counts and maxima above hold them).");
        }
        return lines;
    }

    private static void failures(final RunResult result, final List<String> lines) {
        final List<String> devices = result.devices().stream().filter(DeviceResult::lost).map(DeviceResult::name).toList();
        if (!devices.isEmpty()) {
            lines.add("LOST: " + String.join(", ", devices) + " did not come back; tasks with segments there were stopped.");
        }
        final List<String> stopped = result.tasks().stream().filter(TaskResult::stopped).map(TaskResult::name).toList();
        if (!stopped.isEmpty()) {
            lines.add("STOPPED: " + String.join(", ", stopped) + " before the end, by an error, an overrun or a lost device.");
        }
        final long untaken = result.tasks().stream().mapToLong(TaskResult::lost).sum();
        if (untaken > 0) {
            lines.add("NOT TAKEN: " + untaken + " releases came due while their dispatcher was stuck or dead; they count as lost, and as"
                + " misses when their deadlines passed before the end.");
        }
    }

    private static String precision(final PrecisionResult of) {
        final String mean = String.format(Locale.ROOT, "%s %.1f%%", of.task(), 100 * of.fp32Share());
        return of.most() == 0 ? mean : mean + String.format(Locale.ROOT, " (%.1f%% planned, a job %.1f%% to %.1f%%)", 100 * of.share(0),
            100 * of.share(of.least()), 100 * of.share(of.most()));
    }

    private static String offered(final RunResult.Offers of) {
        return String.format(Locale.ROOT, "Offered: %s %d jobs, %d not sent; %d answers used, %d fallbacks%s; answers dropped: %d late,"
            + " %d others; %d offers refused; mean gain %s; round trip p50 %s, p99 %s.", of.task(), of.offered(), of.unsent(), of.used(),
            of.fallbacks(), of.open() == 0 ? "" : ", " + of.open() + " under way at the end", of.late(), of.dropped(), of.refused(),
            Double.isNaN(of.meanGain()) ? "-" : String.format(Locale.ROOT, "%.3f", of.meanGain()),
            roundTrip(of.roundTripP50Ns()), roundTrip(of.roundTripP99Ns()));
    }

    private static String roundTrip(final long ns) {
        return ns == Long.MAX_VALUE ? "lost" : Durations.format(ns);
    }

    private static String levels(final RunResult.Levels of) {
        if (Double.isNaN(of.meanGain())) {
            return of.task() + " ran at first levels alone, since there was nothing to choose";
        }
        final List<String> taken = IntStream.range(0, of.taken().size()).mapToObj(k -> "level " + k + ": " + of.taken().get(k)).toList();
        return String.format(Locale.ROOT, "%s mean gain %.3f (%s; refused %d for waiting jobs, %d for jobs to come%s)", of.task(),
            of.meanGain(), String.join(", ", taken), of.refusedToWaiting(), of.refusedToComing(),
            of.refusedToLoad() == 0 ? "" : ", " + of.refusedToLoad() + " for too much load");
    }

    private static String swapped(final String device, final SwapResult swaps) {
        if (swaps.movesIn() + swaps.movesOut() == 0) {
            return "Swapped on " + device + ": nothing; at most " + Sizes.format(swaps.mostUsedBytes()) + " in use.";
        }
        return "Swapped on " + device + ": " + swaps.chunksIn() + " chunks in, " + swaps.chunksOut() + " out (" + swaps.chunksDropped()
            + " dropped), " + swaps.chunksBackground() + " of them in the background, in " + (swaps.movesIn() + swaps.movesOut())
            + " moves (" + swaps.cancelled() + " cut short), " + digits(swaps.busyNs()) + " in total; longest move "
            + String.format(Locale.ROOT, "%.1f%%", swaps.largestShare() * 100) + " of its worst case"
            + (swaps.overruns() > 0 ? " (WARNING: " + swaps.overruns() + " moves took longer than theirs)" : "") + "; at most "
            + Sizes.format(swaps.mostUsedBytes()) + " in use.";
    }

    private static String noise(final Map.Entry<String, Long> entry) {
        return entry.getKey().endsWith("Ns")
            ? entry.getKey().substring(0, entry.getKey().length() - 2) + " " + digits(entry.getValue())
            : entry.getKey() + " " + entry.getValue();
    }

    /** What the platform took beside what the bounds charge: it tells for which jobs of the table above the bounds hold. */
    private static void platform(final RunResult result, final List<String> lines) {
        keepsItsCurve(result, lines);
        final List<String> shares = result.tasks().stream()
            .filter(task -> task.boundNs().isPresent() && result.platform().ofBoundsNs().getOrDefault(task.name(), 0L) > 0)
            .map(task -> task.name() + " " + digits(result.platform().ofBoundsNs().get(task.name())) + " of "
                + digits(task.boundNs().getAsLong())).toList();
        if (!shares.isEmpty()) {
            lines.add("Of the bounds the platform's are: " + String.join(", ", shares) + ".");
        }
    }

    private static void keepsItsCurve(final RunResult result, final List<String> lines) {
        final PlatformResult platform = result.platform();
        if (platform.curve().isEmpty()) {
            return;
        }
        if (platform.within()) {
            lines.add("Platform: stayed within the " + platform.curve().get() + " curve, as far as dispatchers saw (" + platform.gaps()
                + " gaps)" + (holds(result) ? ": the bounds hold for every job." : "."));
            return;
        }
        final PlatformResult.Break first = platform.breaks().getFirst();
        lines.add("PLATFORM BROKE ITS CURVE: at " + digits(first.atNs()) + " " + (first.core() < 0 ? "a dispatcher" : "core "
            + first.core()) + " was away " + digits(first.awayNs()) + " within " + digits(first.windowNs()) + "; the "
            + platform.curve().get() + " curve allows " + digits(first.allowedNs()) + (platform.breaks().size() == 1 ? ""
            : "; so " + platform.breaks().size() + " times") + ". Bounds are void for the " + platform.touchedJobs()
            + " jobs that overlap it or wait behind it.");
    }

    /** Whether nothing else that was seen speaks against the bounds. */
    private static boolean holds(final RunResult result) {
        return result.boundsVoid().isEmpty() && result.tasks().stream().noneMatch(task -> task.tightness() > 1);
    }

    private static void stalls(final RunResult result, final List<String> lines) {
        if (result.source().equals("simulate") && result.stalls().isEmpty()) {
            return;
        }
        if (result.stalls().isEmpty()) {
            lines.add("Stalls: none detected.");
            return;
        }
        final List<Stall> longest = result.stalls().stream()
            .sorted((a, b) -> Long.compare(b.takenNs(), a.takenNs())).limit(STALLS_SHOWN).toList();
        final StallCounts counts = result.withoutStalls().stalls();
        final long seen = ResultsJson.stallsSeen(result);
        lines.add("Stalls: " + seen + " detected, within " + digits(counts.seen() > 0 ? counts.totalNs() : Stall.totalNs(result.stalls()))
            + " in total; longest " + String.join(", ", longest.stream()
                .map(stall -> digits(stall.takenNs()) + (stall.takenNs() < stall.lengthNs()
                    ? " in the " + digits(stall.lengthNs()) + " from " : " at ") + digits(stall.atNs())
                    + " (" + stall.where() + ", " + stall.cause() + ")")
                .toList()) + "."
            + (result.stalls().stream().allMatch(Stall::isOfPlatform) ? ""
                : " The total holds none of the run delay, own waits and safepoints, which are not the platform's.")
            + (seen > result.stalls().size() ? " The files name the longest " + result.stalls().size() + "." : ""));
        if (counts.late() > 0) {
            lines.add("Stalls seen late: " + counts.late() + "; jobs that they touched may count as not touched, since only the last "
                + StallCounts.JOBS_THAT_WAIT + " jobs wait for what may still be said of them.");
        }
        if (result.misses() > 0 && result.missesWithoutStalls() == 0) {
            lines.add("WARNING: all deadline misses (" + result.misses() + ") were in jobs that a stall touched.");
        }
    }

    /** Breaks a line at blanks so that it fits; continuation lines are indented. */
    private static void wrap(final StringBuilder out, final String line, final int width) {
        final StringBuilder current = new StringBuilder();
        for (final String word : ascii(line).split(" ")) {
            if (current.length() > 2 && current.length() + 1 + word.length() > width) {
                out.append(current).append('\n');
                current.setLength(0);
                current.append("  ");
            }
            current.append(current.isEmpty() || current.toString().isBlank() ? "" : " ").append(word);
        }
        out.append(current).append('\n');
    }

    private static String ascii(final String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
