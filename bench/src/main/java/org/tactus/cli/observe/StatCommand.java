// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.observe;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.StatLook;
import org.tactus.cli.text.StatPage;
import org.tactus.cli.text.StatPrinter;
import org.tactus.internal.text.Printable;
import org.tactus.internal.watch.CountersFile;
import org.tactus.internal.watch.CountersReader;
import org.tactus.internal.watch.MetricsText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code tactus stat}: watches a run from outside, without a word to its process. */
@Command(name = "stat", mixinStandardHelpOptions = true,
    description = "Shows what a running process has done so far: jobs, misses, responses beside bounds, devices.")
public final class StatCommand implements Callable<Integer> {
    private static final String CLEAR = "\033[H\033[2J";

    @Parameters(paramLabel = "PID|FILE", arity = "0..1",
        description = "Number of the process, or its counters file (default: every run on this machine).")
    private String which;
    @Option(names = "--watch", description = "Shows it again and again, until the run ends; a page on a terminal does so anyway.")
    private boolean watch;
    @Option(names = "--every", paramLabel = "DURATION", defaultValue = "1s", converter = DurationConverter.class,
        description = "Time between two looks (${DEFAULT-VALUE}).")
    private long everyNs;
    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "table",
        description = "table, json, csv or prometheus, which is OpenMetrics text (${DEFAULT-VALUE}).")
    private String words;
    @Option(names = "--once", description = "Shows it once and ends.")
    private boolean once;
    @Option(names = "--sort", paramLabel = "ORDER", defaultValue = "room",
        description = "Of the tasks in a table: room below the bound with missed deadlines first, name, misses, jobs or max"
            + " (${DEFAULT-VALUE}).")
    private Sort sort;
    @Option(names = "--colour", paramLabel = "WHEN", defaultValue = "auto",
        description = "auto (on a terminal, unless NO_COLOR is set), always or never (${DEFAULT-VALUE}).")
    private When colour;
    @Spec
    private CommandSpec spec;

    /** In which order tasks stand, as {@link StatPage.Order}. */
    enum Sort {
        room, name, misses, jobs, max
    }

    /** When colours are sent. */
    enum When {
        auto, always, never
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        if (once && watch) {
            throw new PrerequisiteException("--once and --watch contradict each other; give one of them");
        }
        final boolean metrics = words.equalsIgnoreCase("prometheus");
        final OutputFormat format = metrics ? OutputFormat.TABLE : format();
        final List<CountersReader> runs = runs();
        StandAside.from(runs);
        if (metrics) {
            out.print(MetricsText.of(runs));
            out.flush();
        } else if (format == OutputFormat.TABLE) {
            pages(runs, out);
        } else {
            final StatPrinter printer = new StatPrinter(format, out);
            do {
                for (final CountersReader run : runs) {
                    printer.print(run);
                }
            } while (watch && !out.checkError() && waitWhileAlive(runs));
        }
        out.flush();
        return ExitStatus.GOOD;
    }

    /** Pages for people: on a terminal again and again in place, elsewhere once, after a look before that the last second is told from. */
    private void pages(final List<CountersReader> runs, final PrintWriter out) throws InterruptedException {
        final boolean terminal = Terminal.isOutput();
        final boolean live = watch || terminal && !once;
        final boolean colours = colour == When.always || colour == When.auto && terminal && System.getenv("NO_COLOR") == null;
        final int rows = live && terminal ? Math.max(1, Terminal.height() / runs.size()) : Integer.MAX_VALUE;
        final StatPage page = new StatPage(new StatPage.Style(
            Terminal.width(), rows, colours, StatPage.Order.valueOf(sort.name().toUpperCase(Locale.ROOT))), everyNs);
        final Map<CountersReader, StatLook> before = new HashMap<>();
        if (!live) {
            runs.forEach(run -> before.put(run, StatLook.at(run)));
            waitWhileAlive(runs);
        }
        do {
            final StringBuilder text = new StringBuilder(live && terminal ? CLEAR : "");
            for (final CountersReader run : runs) {
                final StatLook look = StatLook.at(run);
                text.append(page.render(look, Optional.ofNullable(before.put(run, look)))).append('\n');
            }
            out.print(text);
        } while (!out.checkError() && live && waitWhileAlive(runs)); // checkError also sends what is printed
    }

    /** Waits for the next look; false without a wait when no run goes on. */
    private boolean waitWhileAlive(final List<CountersReader> runs) throws InterruptedException {
        if (runs.stream().noneMatch(CountersReader::isAlive)) {
            return false;
        }
        Thread.sleep(Math.max(1, everyNs / 1_000_000));
        return true;
    }

    private OutputFormat format() {
        try {
            return new OutputFormat.Converter().convert(words);
        } catch (final TypeConversionException e) {
            throw new PrerequisiteException("--format " + Printable.line(words) + ": no format; write table, json, csv or prometheus");
        }
    }

    private List<CountersReader> runs() throws IOException {
        if (which == null) {
            return everyRun();
        }
        if (!which.matches("[0-9]{1,18}")) {
            return List.of(new CountersReader(existing(Path.of(which))));
        }
        final List<CountersReader> found = new ArrayList<>();
        for (final Path file : CountersReader.list()) {
            final CountersReader run = open(file);
            if (run != null && run.pid() == Long.parseLong(which)) {
                found.add(run);
            }
        }
        if (found.isEmpty()) {
            throw new PrerequisiteException("process " + which + " has no counters in " + CountersFile.folder()
                + "; it runs no task set, or not watchable; 'tactus stat' shows the runs that there are");
        }
        return found;
    }

    private List<CountersReader> everyRun() throws IOException {
        final List<CountersReader> found = new ArrayList<>();
        for (final Path file : CountersReader.list()) {
            final CountersReader run = open(file);
            if (run != null && run.isAlive()) {
                found.add(run);
            } else if (run != null) {
                spec.commandLine().getErr().println(Printable.line(file) + ": left by process " + run.pid()
                    + ", which is gone; the next run removes it, 'tactus stat " + Printable.line(file) + "' shows its last state");
            }
        }
        if (found.isEmpty()) {
            throw new PrerequisiteException("nothing runs on this machine that left counters in " + CountersFile.folder()
                + "; start a run: tactus run FILE");
        }
        return found;
    }

    /** Opens a file of the folder; null, and a line of warning, when it cannot be read. */
    private CountersReader open(final Path file) {
        try {
            return new CountersReader(file);
        } catch (final IOException e) {
            spec.commandLine().getErr().println("warning: " + Printable.line(e.getMessage()));
            return null;
        }
    }

    private static Path existing(final Path file) {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new PrerequisiteException(Printable.line(file) + ": no such file; give a process number or a counters file, one of "
                + CountersFile.folder().resolve("tactus-*.counters"));
        }
        return file;
    }
}
