// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.text.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tactus experiment criticality}: which sets with levels pass, and how much is gained at run time. */
@Command(name = "criticality", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Draws random task sets whose segments have levels, and shows how many each test accepts and how much the levels gain "
        + "that are taken at run time. Exit status 1 when an accepted set missed a deadline in simulation.")
public final class CriticalityCommand implements Callable<Integer> {
    private static final int MOST_SETS = 1_000_000;
    private static final double[] AXIS = IntStream.rangeClosed(1, 19).mapToDouble(i -> i / 20.0).toArray();

    @Option(names = "--seed", defaultValue = "1", description = "Seed of all draws (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--sets", defaultValue = "150", description = "Task sets at each place of the axis (default: ${DEFAULT-VALUE}).")
    private int sets;
    @Mixin
    private WorkerThreads threads;
    @Option(names = "--out", defaultValue = "experiment", paramLabel = "DIR",
        description = "Folder for criticality.csv and criticality-gain.csv, with .svg and .png (default: ${DEFAULT-VALUE}).")
    private Path out;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, sets >= 1 && sets <= MOST_SETS, "--sets " + sets + " is out of range; give 1 to " + MOST_SETS);
        final int workers = threads.count(spec);
        System.setProperty("java.awt.headless", "true");
        ChartWriter.requireWritable(out, "criticality", "criticality-gain");
        final List<CriticalityTally> places = Workers.map(workers, AXIS.length * sets, piece -> new CriticalitySets().judge(
            Draw.forSet(seed, piece / sets, piece % sets), AXIS[piece / sets]));
        final List<CriticalityTally> sums = new ArrayList<>();
        for (int p = 0; p < AXIS.length; p++) {
            final CriticalityTally sum = new CriticalityTally();
            places.subList(p * sets, (p + 1) * sets).forEach(sum::add);
            sums.add(sum);
        }
        final PrintWriter print = spec.commandLine().getOut();
        print.print(Lines.wrap(table(sums)));
        print.flush();
        WholeFile.write(out.resolve("criticality.csv"), accepted(sums));
        WholeFile.write(out.resolve("criticality-gain.csv"), gains(sums));
        ChartWriter.write(new ChartWriter.Chart("criticality", "Sets with levels that pass (" + sets + " sets a point)",
            "Utilisation of first levels", "Task sets accepted, %", lines(sums, CriticalitySets.TESTS, false)), out);
        ChartWriter.write(new ChartWriter.Chart("criticality-gain", "Mean gain in sets that pass (" + sets + " sets a point)",
            "Utilisation of first levels", "Mean gain, 1: always the largest level", 0, 1, lines(sums, CriticalitySets.GAINS, true)), out);
        print.println(Lines.wrap("\nWrote " + out.resolve("criticality.csv") + " and criticality-gain.csv, each with .svg and .png"));
        print.flush();
        final String violation = sums.stream().map(sum -> sum.violation).filter(text -> !text.isEmpty()).findFirst().orElse("");
        if (!violation.isEmpty()) {
            spec.commandLine().getErr().println(violation);
        }
        return violation.isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private String accepted(final List<CriticalityTally> sums) {
        final StringBuilder text = new StringBuilder(AcceptanceCsv.HEAD);
        for (int p = 0; p < AXIS.length; p++) {
            for (int a = 0; a < CriticalitySets.TESTS.size(); a++) {
                text.append(AcceptanceCsv.row(String.format(Locale.ROOT, "%.2f", AXIS[p]), '"' + CriticalitySets.TESTS.get(a) + '"',
                    sums.get(p).accepted[a], sets));
            }
        }
        return text.toString();
    }

    private static String gains(final List<CriticalityTally> sums) {
        final StringBuilder text = new StringBuilder("axis,approach,mean_gain,sets\n");
        for (int p = 0; p < AXIS.length; p++) {
            for (int a = 0; a < CriticalitySets.GAINS.size(); a++) {
                text.append(String.format(Locale.ROOT, "%.2f,\"%s\",%.4f,%d%n", AXIS[p], CriticalitySets.GAINS.get(a),
                    sums.get(p).meanGain(a), sums.get(p).runs[a]));
            }
        }
        return text.toString();
    }

    private List<ChartWriter.Line> lines(final List<CriticalityTally> sums, final List<String> names, final boolean gain) {
        final List<ChartWriter.Line> lines = new ArrayList<>();
        for (int a = 0; a < names.size(); a++) {
            final int approach = a;
            final int[] there = IntStream.range(0, AXIS.length).filter(p -> !gain || sums.get(p).runs[approach] > 0).toArray();
            if (there.length > 0) {
                lines.add(new ChartWriter.Line(names.get(a), IntStream.of(there).mapToDouble(p -> AXIS[p]).toArray(),
                    IntStream.of(there).mapToDouble(p -> gain ? sums.get(p).meanGain(approach)
                        : 100.0 * sums.get(p).accepted[approach] / sets).toArray(), names.get(a).startsWith("first levels")));
            }
        }
        return lines;
    }

    private static String[] row(final String name, final Stream<String> cells) {
        return Stream.concat(Stream.of(name), cells).toArray(String[]::new);
    }

    private String table(final List<CriticalityTally> sums) {
        final StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%d sets a place (seed %d); %% of sets accepted, and mean "
            + "gain in those that are (1: always the largest level)%n%n", sets, seed));
        final List<Integer> places = IntStream.range(0, AXIS.length).filter(p -> p % 2 == 1).boxed().toList();
        final List<String[]> rows = new ArrayList<>();
        for (int a = 0; a < CriticalitySets.TESTS.size(); a++) {
            final int test = a;
            rows.add(row("accepted: " + CriticalitySets.TESTS.get(a), places.stream().map(p ->
                String.format(Locale.ROOT, "%.0f%%", 100.0 * sums.get(p).accepted[test] / sets))));
        }
        for (int a = 0; a < CriticalitySets.GAINS.size(); a++) {
            final int way = a;
            rows.add(row("gain: " + CriticalitySets.GAINS.get(a), places.stream().map(p ->
                sums.get(p).runs[way] == 0 ? "-" : String.format(Locale.ROOT, "%.2f", sums.get(p).meanGain(way)))));
        }
        text.append(TextTable.text(Terminal.width(), row("utilisation of first levels",
            places.stream().map(p -> String.format(Locale.ROOT, "%.2f", AXIS[p]))), rows));
        return text.toString();
    }
}
