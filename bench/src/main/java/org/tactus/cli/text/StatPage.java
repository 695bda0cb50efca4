// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tactus.internal.time.Durations;
import org.tactus.internal.watch.CountersReader.DeviceCounters;
import org.tactus.internal.watch.CountersReader.TaskCounters;
import org.tactus.internal.watch.ResponseBuckets;

/**
 * The page of {@code tactus stat}: a run in 80 columns or more, the tasks that are worst off first. Colours only repeat what a mark or a
 * number says.
 */
public final class StatPage {
    private static final String PLAIN = "\033[0m";
    private static final String BAD = "\033[1;31m";
    private static final String TIGHT = "\033[33m";
    private static final String DIM = "\033[2m";
    private static final String BOLD = "\033[1m";
    private static final int NAME = 12;
    private static final double LITTLE_ROOM = 0.1;
    /** What a response ten times its bound leaves; a longer one leaves no less, so that the column stays narrow. */
    private static final double LEAST_PERCENT = -999;
    private static final double MEDIAN = 0.5;
    private static final double P99 = 0.99;
    private static final double P999 = 0.999;
    /** Rows of a page beside those of tasks and devices, with one for the cursor. */
    private static final int FRAME = 9;

    /** In which order tasks stand. */
    public enum Order {
        /** Missed deadlines first, then the least room below the bound. */
        ROOM,
        /** By name. */
        NAME,
        /** The most missed deadlines first. */
        MISSES,
        /** The most jobs first. */
        JOBS,
        /** The largest response first. */
        MAX
    }

    /**
     * How a page looks.
     *
     * @param columns width of the terminal
     * @param rows    its height; tasks that do not fit are counted in a line, {@link Integer#MAX_VALUE} shows all
     * @param colours whether to send colours
     * @param order   of the tasks
     */
    public record Style(int columns, int rows, boolean colours, Order order) {
    }

    /** A column: its group, heading, width with the blank before it, and what stands in it. */
    private record Column(String group, String head, int width, Function<Row, String> text) {
    }

    /** A task as it is shown. */
    private record Row(StatLook.Task task, TaskCounters counts, Optional<ResponseBuckets> last) {
        private double room() {
            return counts.boundNs().isEmpty() || counts.jobs() == 0 ? Double.NaN
                : 1 - (double) counts.maxNs() / counts.boundNs().getAsLong();
        }

        private String quantile(final double share) {
            return ShortNumbers.time(task.quantileNs(share).orElse(-1));
        }

        private String lately(final double share) {
            return ShortNumbers.time(
                last.map(buckets -> new StatLook.Task(counts, buckets, "").quantileNs(share).orElse(-1)).orElse(-1L));
        }
    }

    private final Style style;
    private final long everyNs;

    /**
     * Makes pages of one look.
     *
     * @param style   how they look
     * @param everyNs time between two looks, for the heading
     */
    public StatPage(final Style style, final long everyNs) {
        this.style = style;
        this.everyNs = everyNs;
    }

    /**
     * Renders a run.
     *
     * @param look    what its counters say
     * @param earlier what they said at the look before
     * @return lines, each at most as long as the terminal is wide
     */
    public String render(final StatLook look, final Optional<StatLook> earlier) {
        final List<Row> rows = IntStream.range(0, look.tasks().size()).mapToObj(i -> new Row(
            look.tasks().get(i), look.tasks().get(i).counts(), look.since(i, earlier))).sorted(order()).toList();
        final StringBuilder page = new StringBuilder();
        head(page, look, rows);
        tasks(page, rows, style.rows() == Integer.MAX_VALUE ? style.rows() : Math.max(1, style.rows() - FRAME - look.devices().size()));
        devices(page, look, earlier);
        return page.toString();
    }

    private Comparator<Row> order() {
        final Comparator<Row> byName = Comparator.comparing(row -> row.counts.name());
        final Comparator<Row> byMisses = Comparator.comparingLong(row -> -row.counts.misses());
        return switch (style.order()) {
            case NAME -> byName;
            case MISSES -> byMisses.thenComparing(byName);
            case JOBS -> Comparator.<Row>comparingLong(row -> -row.counts.jobs()).thenComparing(byName);
            case MAX -> Comparator.<Row>comparingLong(row -> -row.counts.maxNs()).thenComparing(byName);
            case ROOM -> byMisses.thenComparingDouble(Row::room).thenComparing(byName); // NaN, without a bound, comes last
        };
    }

    private void head(final StringBuilder page, final StatLook look, final List<Row> rows) {
        final long misses = rows.stream().mapToLong(row -> row.counts.misses()).sum();
        line(page, BOLD, "process " + look.pid() + (look.alive() ? ", running" : ", ended") + ", "
            + Durations.format(look.atNs() / 1_000_000 * 1_000_000) + " since time zero, " + rows.size()
            + (rows.size() == 1 ? " task" : " tasks"));
        if (misses > 0 || look.dropped() > 0) {
            line(page, BAD, (misses > 0 ? misses + (misses == 1 ? " deadline missed" : " deadlines missed") : "")
                + (misses > 0 && look.dropped() > 0 ? "; " : "")
                + (look.dropped() > 0 ? look.dropped() + " events lost: the counts are too low" : ""));
        } else {
            line(page, "", "no deadline missed");
        }
    }

    private List<Column> columns(final int nameWidth) {
        final String lately = "last " + Durations.format(everyNs);
        final List<Column> columns = new ArrayList<>(List.of(
            new Column("", "jobs", 7, row -> ShortNumbers.count(row.counts.jobs())),
            new Column("", "miss", 5, row -> row.counts.hasDeadline() ? ShortNumbers.count(row.counts.misses()) : "-"),
            new Column(lately, "p50", 7, row -> row.lately(MEDIAN)),
            new Column(lately, "p99", 7, row -> row.lately(P99)),
            new Column("all", "p50", 7, row -> row.quantile(MEDIAN)),
            new Column("all", "p99", 7, row -> row.quantile(P99)),
            new Column("all", "max", 7, row -> row.counts.jobs() == 0 ? "-" : ShortNumbers.time(row.counts.maxNs())),
            new Column("promised", "bound", 7, row -> row.counts.boundNs().isPresent()
                ? ShortNumbers.time(row.counts.boundNs().getAsLong()) : "-"),
            new Column("promised", "dline", 7, row -> row.counts.hasDeadline() ? ShortNumbers.time(row.counts.deadlineNs()) : "-"),
            new Column("", "room", 6, row -> percent(row.room()))));
        int left = style.columns() - 1 - nameWidth - columns.stream().mapToInt(Column::width).sum();
        for (final Column more : List.of(
            new Column("", "overr", 7, row -> ShortNumbers.count(row.counts.overruns())),
            new Column("", "skip", 6, row -> ShortNumbers.count(row.counts.skipped())),
            new Column("", "period", 8, row -> row.counts.hasPeriod() ? ShortNumbers.time(row.counts.periodNs()) : "-"),
            new Column("", "p99.9", 8, row -> row.quantile(P999)),
            new Column("", "in mem", 9, row -> row.counts.mostResidentBytes() == 0 ? "-" : ShortNumbers.size(row.counts.residentBytes())),
            new Column("", "now", 22, row -> row.task.now()))) {
            if (left < more.width) {
                break;
            }
            columns.add(more);
            left -= more.width;
        }
        return columns;
    }

    private void tasks(final StringBuilder page, final List<Row> rows, final int most) {
        final int longest = rows.stream().mapToInt(row -> row.counts.name().length()).max().orElse(NAME);
        final int nameWidth = Math.clamp(longest, NAME, NAME + Math.max(0, style.columns() - 80)); // the rest of 80 is the columns'
        final List<Column> columns = columns(nameWidth);
        final StringBuilder groups = new StringBuilder(" ".repeat(1 + nameWidth));
        final StringBuilder heads = new StringBuilder(" " + pad("task", nameWidth));
        for (int i = 0; i < columns.size();) {
            int width = 0;
            final String group = columns.get(i).group;
            final int from = i;
            for (; i < columns.size() && columns.get(i).group.equals(group); i++) {
                width += columns.get(i).width;
                heads.append(right(columns.get(i).head, columns.get(i).width));
            }
            groups.append(group.isEmpty() || from == i ? " ".repeat(width) : " " + ruled(group, width - 1));
        }
        line(page, DIM, groups.toString());
        line(page, DIM, heads.toString());
        final boolean detailed = columns.stream().noneMatch(column -> column.head.equals("skip"));
        final List<String> shown = new ArrayList<>();
        int tasks = 0;
        for (final Row row : rows) {
            final String detail = detailed ? detail(row.counts) : "";
            if (shown.size() + (detail.isEmpty() ? 1 : 2) > most && tasks > 0) {
                break;
            }
            tasks++;
            final StringBuilder text = new StringBuilder(mark(row) + pad(row.counts.name(), nameWidth));
            columns.forEach(column -> text.append(right(column.text.apply(row), column.width)));
            line(page, colour(row), text.toString());
            shown.add("");
            if (!detail.isEmpty()) {
                line(page, DIM, "   " + detail);
                shown.add("");
            }
        }
        if (tasks < rows.size()) {
            line(page, DIM, "  and " + (rows.size() - tasks) + " more; 'tactus stat --once' shows all");
        }
    }

    private static String detail(final TaskCounters task) {
        final List<String> parts = new ArrayList<>();
        if (task.overruns() > 0) {
            parts.add(task.overruns() + (task.overruns() == 1 ? " overrun" : " overruns"));
        }
        if (task.skipped() > 0) {
            parts.add(task.skipped() + " skipped");
        }
        if (task.aborted() > 0) {
            parts.add(task.aborted() + " aborted");
        }
        if (!task.live()) {
            parts.add("stopped");
        }
        if (task.mostResidentBytes() > 0) {
            parts.add(ShortNumbers.size(task.residentBytes()) + " of " + ShortNumbers.size(task.mostResidentBytes()) + " in memory");
        }
        return String.join(", ", parts);
    }

    /** {@code !} has missed a deadline, {@code ^} was later than its bound, {@code x} has stopped. */
    private static String mark(final Row row) {
        return row.counts.misses() > 0 ? "!" : row.room() < 0 ? "^" : row.counts.live() ? " " : "x";
    }

    private static String colour(final Row row) {
        return row.counts.misses() > 0 || row.room() < 0 ? BAD : row.room() < LITTLE_ROOM ? TIGHT : row.counts.live() ? "" : DIM;
    }

    private void devices(final StringBuilder page, final StatLook look, final Optional<StatLook> earlier) {
        final int longest = look.devices().stream().mapToInt(device -> device.name().length()).max().orElse(NAME);
        final int nameWidth = Math.clamp(longest, NAME, 30);
        line(page, "", "");
        line(page, DIM, " " + pad("device", nameWidth) + right("busy", 8) + right("lately", 8) + right("queue", 7) + "  memory");
        for (int i = 0; i < look.devices().size(); i++) {
            final DeviceCounters device = look.devices().get(i);
            final int at = i;
            final String lately = earlier.map(then -> share(device.busyNs() - then.devices().get(at).busyNs(), look.atNs() - then.atNs()))
                .orElse("-");
            line(page, "", " " + pad(device.name(), nameWidth) + right(share(device.busyNs(), look.atNs()), 8) + right(lately, 8)
                + right(Long.toString(device.present()), 7) + (device.capacityBytes() == 0 ? "" : "  "
                    + ShortNumbers.size(device.residentBytes()) + " of " + ShortNumbers.size(device.capacityBytes()) + " resident, "
                    + ShortNumbers.count(device.moves()) + (device.moves() == 1 ? " move" : " moves")));
        }
    }

    /** The two words are read one after the other while the run goes on, so their quotient may be a little above 1. */
    private static String share(final long busyNs, final long ofNs) {
        return ofNs <= 0 ? "-" : percent(Math.clamp((double) busyNs / ofNs, 0, 1));
    }

    private static String percent(final double share) {
        return Double.isNaN(share) ? "-" : 100 * share < LEAST_PERCENT - 0.5 ? String.format(Locale.ROOT, "<%.0f",
            LEAST_PERCENT) // there is no column for its sign
            : String.format(Locale.ROOT, share > -LITTLE_ROOM && share < 1 ? "%.1f%%" : "%.0f%%", 100 * share);
    }

    private static String ruled(final String word, final int width) {
        final int left = (width - word.length() - 2) / 2;
        return left < 1 ? right(word, width) : "-".repeat(left) + " " + word + " " + "-".repeat(width - word.length() - 2 - left);
    }

    private static String pad(final String text, final int width) {
        return text.length() <= width ? text + " ".repeat(width - text.length()) : text.substring(0, width - 1) + "~";
    }

    private static String right(final String text, final int width) {
        return " ".repeat(Math.max(1, width - text.length())) + text;
    }

    private void line(final StringBuilder page, final String colour, final String text) {
        final String shown = text.stripTrailing();
        final String fits = shown.length() <= style.columns() ? shown : shown.substring(0, style.columns());
        page.append(style.colours() && !colour.isEmpty() && !fits.isEmpty() ? colour + fits + PLAIN : fits).append('\n');
    }
}
