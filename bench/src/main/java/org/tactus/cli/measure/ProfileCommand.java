// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.Progress;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.format.WcetSidecar;
import org.tactus.format.WcetSidecarFile;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.measure.InPlaceProfiler;
import org.tactus.internal.measure.Profiler;
import org.tactus.internal.measure.WcetRule;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus profile}: the WCETs of networks' segments. */
@Command(name = "profile", mixinStandardHelpOptions = true,
    description = "Measures the WCETs of the networks' segments and writes them beside the task-set file.")
public final class ProfileCommand implements Callable<Integer> {
    private static final String[] HEAD = {"segment", " device", "p50", "p99", "max", "WCET"};
    private static final int INDENT = 2;
    private static final String LARGEST = "largest";
    private static final String LAW = "evt";

    @Parameters(paramLabel = "FILE", description = "Task-set file.")
    private Path file;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "200", description = "Samples of each segment (${DEFAULT-VALUE}).")
    private int runs;
    @Option(names = "--margin", paramLabel = "SHARE", defaultValue = "0.3",
        description = "Share added to the largest sample (${DEFAULT-VALUE}).")
    private double margin;
    @Option(names = "--loaded", description = "Keeps the other cores busy with memory traffic meanwhile.")
    private boolean loaded;

    @Option(names = "--in-place", description = "Runs the set itself and measures its networks on CPU devices in it, after each was"
        + " measured alone.")
    private boolean inPlace;
    @Option(names = "--wcet", paramLabel = "HOW", defaultValue = LARGEST,
        description = "largest: the largest sample and the margin; evt: an extreme-value law, where its checks hold (${DEFAULT-VALUE}).")
    private String wcet;
    @Option(names = "--exceedance", paramLabel = "P", defaultValue = "1e-9",
        description = "The probability with which one run may exceed a WCET of the law (${DEFAULT-VALUE}).")
    private double exceedance;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        UsageCheck.check(spec, runs >= 1, "--runs: " + runs + " samples are none; write 1 or more, such as 200");
        UsageCheck.check(spec, List.of(LARGEST, LAW).contains(wcet), "--wcet: '" + wcet + "' is unknown; write " + LARGEST + " or " + LAW);
        UsageCheck.check(spec, margin >= 0 && margin <= WcetRule.MOST_MARGIN, "--margin: " + margin
            + " is no share to add; write one from 0 to " + WcetRule.MOST_MARGIN + ", such as 0.3");
        UsageCheck.check(spec, exceedance > 0 && exceedance <= WcetRule.MOST_EXCEEDANCE, "--exceedance: " + exceedance
            + " is no probability of a worst case; write one above 0 and at most " + WcetRule.MOST_EXCEEDANCE + ", such as 1e-9");
        Interruption.cleanUp(WcetSidecarFile.beside(file).getParent());
        return profile(file, runs, new WcetRule(wcet.equals(LAW), margin, exceedance), loaded, inPlace);
    }

    private static <T> T measured(final LoadedTaskSet set, final Measurement<T> measurement) throws InterruptedException {
        try {
            RealTimeSetup.requireCores(set.taskSet());
            return measurement.measure();
        } catch (final InvalidTaskSetException e) {
            throw set.error(e.field(), e.getMessage()); // what only the machine knows: cores, drivers, a device that hangs
        }
    }

    /** Something that takes a while and may break on what the machine is. */
    @FunctionalInterface
    private interface Measurement<T> {
        T measure() throws InterruptedException;
    }

    /**
     * Measures, prints and writes the sidecar.
     *
     * @param file    a task set
     * @param runs    samples of each segment
     * @param rule    how a WCET is told from samples
     * @param loaded  whether the other cores work meanwhile
     * @param inPlace whether the segments are measured in a run of the set
     * @return the exit status; no when a law was asked for that does not hold, and nothing is written
     * @throws IOException          when a file cannot be read or written
     * @throws InterruptedException when interrupted meanwhile; nothing is written then
     */
    public static int profile(final Path file, final int runs, final WcetRule rule, final boolean loaded, final boolean inPlace)
        throws IOException, InterruptedException {
        final LoadedTaskSet set = TaskSetFile.load(file, TaskSetFile.Options.forProfiling());
        set.requireNoPlan();
        if (set.taskSet().tasks().stream().allMatch(task -> task.model().isEmpty() && task.levelNetworks().isEmpty())) {
            System.out.println(Lines.wrap(file
                + ": nothing to measure, because no task has a 'model'; nothing is written. tactus analyze " + file
                + " takes the WCETs of the file"));
            return ExitStatus.GOOD;
        }
        WholeFile.requireWritable(WcetSidecarFile.beside(file));
        final Profiler profiler = new Profiler(new RealTimeSetup(true), runs, rule, loaded);
        final Progress progress = new Progress("profiling");
        final WcetSidecar alone = measured(set,
            () -> profiler.profile(set.taskSet(), set.baseDirectory(), progress::at));
        progress.done();
        profiler.lopsided().forEach((task, shares) -> System.err.println("warning: the best cut found of " + task + " is lopsided, "
            + shares + "; its longest segment decides how long others wait. With fewer cuts they wait as long"));
        Map<String, String> refusals = profiler.refusals();
        WcetSidecar measured = alone;
        if (inPlace) {
            if (set.taskSet().tasks().stream().anyMatch(task -> task.choices().isPresent())) {
                throw new PrerequisiteException("--in-place: the set leaves open how segments run, so it cannot run yet; choose before, by "
                    + "tactus plan");
            }
            final InPlaceProfiler inside = new InPlaceProfiler(RunSettings.DEFAULT, runs, rule);
            final Progress running = new Progress("running the set");
            measured = measured(set,
                () -> inside.profile(alone.applyTo(set.taskSet()), alone, set.baseDirectory(), running::at));
            running.done();
            refusals = inside.refusals();
        }
        final Path sidecar = WcetSidecarFile.beside(file);
        print(measured, runs, rule, inPlace ? "the set itself ran" : loaded ? "other devices loaded" : "other devices idle");
        if (rule.byLaw() && !refusals.isEmpty()) {
            refusals.forEach((segment, why) -> System.err.println(segment + ": no extreme-value law, refused by " + why));
            System.err.println("nothing is written; take more samples (--runs), measure when the machine does less else, or take the"
                + " largest sample (--wcet largest)");
            return ExitStatus.NO;
        }
        WcetSidecarFile.write(sidecar, measured);
        System.out.println(Lines.wrap("  written to " + sidecar));
        return ExitStatus.GOOD;
    }

    private static void print(final WcetSidecar measured, final int runs, final WcetRule rule, final String others) {
        System.out.println(Lines.wrap("WCETs: " + (rule.byLaw() ? "an extreme-value law of " + runs + " samples"
            : String.format(Locale.ROOT, "the largest of %d samples plus %.0f %%", runs, 100 * rule.margin())) + ", " + others));
        final Stream<String> clocks = Stream.concat(
            Stream.of("times leave out"), measured.conditions().keySet().stream().filter(key -> key.startsWith("times on ")));
        Stream.concat(clocks, measured.tasks().stream().map(WcetSidecar.TaskWcet::name).flatMap(task ->
            Stream.of("cuts of " + task, "longest of " + task + " by the wall", "taken from " + task)))
            .filter(measured.conditions()::containsKey)
            .forEach(what -> System.out.println(Lines.wrap("  " + what + ": " + measured.conditions().get(what))));
        final List<String[]> rows = new ArrayList<>();
        for (final WcetSidecar.TaskWcet task : measured.tasks()) {
            for (final WcetSidecar.SegmentWcet segment : task.segments()) {
                final String precision = segment.precision() == Precision.FP32 ? "" : ' ' + segment.precision().text();
                rows.add(new String[] {task.name() + "[" + segment.segment() + "]" + precision, segment.device(),
                    Durations.format(segment.measured().p50Ns()), Durations.format(segment.measured().p99Ns()),
                    Durations.format(segment.measured().maxNs()), Durations.format(segment.wcetNs())});
            }
        }
        System.out.print(TextTable.text(Terminal.width() - INDENT, HEAD, rows).indent(INDENT));
        measured.tasks().forEach(task -> task.memory().ifPresent(memory -> System.out.println(Lines.wrap("  memory of " + task.name() + ": "
            + Sizes.format(memory.footprintBytes()) + ", of it constants "
            + memory.constantBytes().stream().map(Sizes::format).collect(Collectors.joining(" + ")) + ", scratch "
            + Sizes.format(memory.scratchBytes()) + ", state " + Sizes.format(memory.stateBytes())))));
        final Map<String, List<String>> laws = new LinkedHashMap<>(); // many segments are often refused for one reason
        measured.tasks().forEach(task -> task.segments().stream().filter(segment -> segment.basis().containsKey("evt")).forEach(segment ->
            laws.computeIfAbsent(segment.basis().get("evt"), law -> new ArrayList<>()).add(task.name() + "[" + segment.segment() + "]")));
        laws.forEach((law, of) -> System.out.println(Lines.wrap("  extreme-value law of " + String.join(", ", of) + ": " + law
            + (law.startsWith("refused") && !rule.byLaw() ? "; the WCETs above do without a law" : ""))));
        measured.tasks().stream().flatMap(task -> task.segments().stream().filter(segment -> segment.measured().maxNs() > segment.wcetNs())
            .map(segment -> task.name() + "[" + segment.segment() + "] on " + segment.device())).reduce((one, other) -> one + ", " + other)
            .ifPresent(beyond -> System.out.println(Lines.wrap("  the host computed longer than the set says of the GPU: " + beyond
                + "; where it does so in a run, that is an overrun")));
    }
}
