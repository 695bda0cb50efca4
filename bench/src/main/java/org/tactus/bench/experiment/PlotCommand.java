// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.KeptInput;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.TestNames;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.file.WholeFile;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus plot}: acceptance ratios as the experiments draw them, of own task sets or of tables. */
@Command(name = "plot", mixinStandardHelpOptions = true,
    description = "Draws how many of your own task sets each test accepts, over their utilisation, as the experiments do; or a table of"
        + " acceptance ratios.")
public final class PlotCommand implements Callable<Integer> {
    private static final String TIGHTEST = "tightest";

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Task-set files, or tables axis,approach,accepted,total (.csv).")
    private List<Path> files;
    @Option(names = "--test", split = ",", paramLabel = "NAME", completionCandidates = TestNames.class,
        description = "Of task sets: the schedulability tests, with commas between (default: the tightest that applies):"
            + " ${COMPLETION-CANDIDATES}.")
    private List<String> tests = List.of();
    @Option(names = "--step", paramLabel = "SHARE", defaultValue = "0.05",
        description = "Of task sets: width of a place of the axis, the utilisation of the busiest device (${DEFAULT-VALUE}).")
    private double step;
    @Option(names = "--title", paramLabel = "TEXT", defaultValue = "Task sets accepted", description = "Headline (${DEFAULT-VALUE}).")
    private String title;
    @Option(names = "--axis", paramLabel = "TEXT", defaultValue = "Utilisation", description = "What the axis is (${DEFAULT-VALUE}).")
    private String axis;
    @Option(names = "--name", paramLabel = "NAME", defaultValue = "plot",
        description = "Of the files, without an ending (${DEFAULT-VALUE}).")
    private String name;
    @Option(names = "--out", paramLabel = "DIR", defaultValue = "plot", description = "Folder for CSV, SVG and PNG (${DEFAULT-VALUE}).")
    private Path out;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, step > 0 && step <= 1, "--step " + step + " is out of range; give a share above 0 and at most 1");
        UsageCheck.check(spec, name.matches("[A-Za-z0-9_.-]{1,64}") && !name.matches("\\.+"),
            "--name is no name of a file; use letters, digits, '_', '-' and '.'");
        final Map<String, TreeMap<Double, AcceptanceCsv.Count>> counts = new LinkedHashMap<>();
        for (final Path file : files) {
            if (!Files.isRegularFile(file)) {
                throw new PrerequisiteException(file + ": no such file; give task sets or tables");
            }
            KeptInput.require("--out", file, out.resolve(name + ".csv"));
            if (file.toString().endsWith(".csv")) {
                AcceptanceCsv.read(file).forEach((approach, places) ->
                    places.forEach((place, count) -> add(counts, approach, place, count)));
            } else {
                judge(TaskSetFile.load(file, TaskSetFile.Options.strict()).taskSet(), counts);
            }
        }
        if (counts.isEmpty()) {
            throw new PrerequisiteException("there is nothing to draw: no test applies to any of the sets, or the tables have no rows");
        }
        ChartWriter.requireWritable(out, name);
        System.setProperty("java.awt.headless", "true");
        final StringBuilder csv = new StringBuilder(AcceptanceCsv.HEAD);
        final List<ChartWriter.Line> lines = new ArrayList<>();
        counts.forEach((approach, places) -> {
            places.forEach((place, count) -> csv.append(AcceptanceCsv.row(ExperimentResult.place(place),
                approach, count.accepted(), count.total())));
            lines.add(ChartWriter.Line.accepted(approach, places.keySet().stream().mapToDouble(place -> place).toArray(),
                places.values().stream().mapToLong(AcceptanceCsv.Count::accepted).toArray(),
                places.values().stream().mapToLong(AcceptanceCsv.Count::total).toArray(), false));
        });
        final PrintWriter print = spec.commandLine().getOut();
        print.print(csv);
        print.flush();
        WholeFile.write(out.resolve(name + ".csv"), csv.toString());
        ChartWriter.write(new ChartWriter.Chart(name, title, axis, "Task sets accepted, %", lines), out);
        print.println(Lines.wrap("Wrote " + out.resolve(name + ".csv") + ", .svg and .png"));
        print.flush();
        return ExitStatus.GOOD;
    }

    private static void add(
        final Map<String, TreeMap<Double, AcceptanceCsv.Count>> counts, final String approach, final double place,
        final AcceptanceCsv.Count more) {
        counts.computeIfAbsent(approach, key -> new TreeMap<>()).merge(place, more, (a, b) ->
            new AcceptanceCsv.Count(a.accepted() + b.accepted(), a.total() + b.total()));
    }

    /** A test that applies to a set under neither policy does not count it. */
    private void judge(final TaskSet set, final Map<String, TreeMap<Double, AcceptanceCsv.Count>> counts) {
        // As a table has it: a product of doubles would be another place than the one that is written and read back.
        final double place = Double.parseDouble(ExperimentResult.place(Math.round(utilisation(set) / step) * step));
        for (final String test : tests.isEmpty() ? List.of(TIGHTEST) : tests) {
            try {
                final Verdict verdict = test.equals(TIGHTEST) ? Analyses.analyze(set)
                    : TestNames.find(test).analyze(under(TestNames.find(test), set));
                add(counts, test, place, new AcceptanceCsv.Count(verdict.schedulable() ? 1 : 0, 1));
            } catch (final TestNotApplicableException e) {
                spec.commandLine().getErr().println("warning: " + set.name() + " does not count for " + test + ": " + e.getMessage());
            }
        }
    }

    /** The set under the policy that a test is for, so that tests of both can be held against each other. */
    private static TaskSet under(final SchedulabilityTest test, final TaskSet set) {
        final TaskSet other = new TaskSet(set.name(), set.policy() == PolicyKind.EDF ? PolicyKind.FIXED_PRIORITY : PolicyKind.EDF,
            set.overheads(), set.platform(), set.tasks());
        return !test.applies(set).isEmpty() && test.applies(other).isEmpty() ? other : set;
    }

    private static double utilisation(final TaskSet set) {
        final double[] load = new double[set.platform().devices().size()];
        for (final Task task : set.tasks()) {
            for (final Segment segment : task.segments()) {
                load[segment.device()] += (double) segment.wcetNs() / task.periodNs();
            }
        }
        double most = 0;
        for (final double each : load) {
            most = Math.max(most, each);
        }
        return most;
    }
}
