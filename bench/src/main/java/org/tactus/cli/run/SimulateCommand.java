// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.cli.plan.AssignOption;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.Progress;
import org.tactus.cli.support.TestNames;
import org.tactus.cli.text.ResultPrinter;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.export.EventFile;
import org.tactus.internal.policy.Preemptions;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.OverheadTime;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.Simulation;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.TraceReplay;
import org.tactus.internal.text.Printable;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tactus simulate}: a task set in virtual time, over the very policy code of a real run. */
@Command(name = "simulate", mixinStandardHelpOptions = true,
    description = "Simulates a task set in virtual time over the production policy; measured beside bound. Exit status 1 on a miss.")
public final class SimulateCommand implements Callable<Integer> {

    /** How long a segment runs; what the option's words mean. */
    enum Execution { wcet, random, actual }

    /** When jobs are released. */
    enum Releases { file, synchronous, offsets, sporadic }

    /** What is charged of the declared overheads. */
    enum Charge { zero, random, maximum }

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Task-set files, simulated in order.")
    private List<Path> files;
    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "10s", converter = DurationConverter.class,
        description = "Virtual time (${DEFAULT-VALUE}).")
    private long durationNs;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
        description = "Of everything random, the order of simultaneous events included (${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--execution", paramLabel = "HOW", defaultValue = "wcet",
        description = "${COMPLETION-CANDIDATES}: the WCET, uniform below it, or the file's share of it (${DEFAULT-VALUE}).")
    private Execution execution;
    @Option(names = "--replay", paramLabel = "FILE",
        description = "A run's trace.json: its segments' times are replayed; the WCET where it lacks one.")
    private Path replay;
    @Option(names = "--releases", paramLabel = "HOW", defaultValue = "file",
        description = "${COMPLETION-CANDIDATES}: as the file says, all at 0, at random offsets, or with random gaps of at least"
            + " the period; jitter comes on top (${DEFAULT-VALUE}).")
    private Releases releases;
    @Option(names = "--overheads", paramLabel = "HOW", defaultValue = "maximum",
        description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}). Stalls are drawn within the set's curves, but not with zero and not in"
            + " a replay.")
    private Charge overheads;
    @Option(names = "--test", paramLabel = "NAME", completionCandidates = TestNames.class,
        description = "Schedulability test that gives the bounds (default: the tightest that applies): ${COMPLETION-CANDIDATES}.")
    private String test;
    @Option(names = "--out", paramLabel = "DIR",
        description = "Folder for results.json, latency.hlog and trace.json (default out/NAME-simulated; of many runs none, and a folder"
            + " each in this one).")
    private Path out;
    @Mixin
    private OutputFormat.Choice output;
    @Mixin
    private AssignOption assign;
    @Mixin
    private TraceLimit limit;
    @Mixin
    private ManyRuns many;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (replay != null) {
            many.requireKept(replay);
        }
        return many.each(files, seed, assign.text(), this::simulate);
    }

    private int simulate(final Path file, final long withSeed, final String name, final Consumer<RunResult> results) throws IOException {
        final LoadedTaskSet loaded = assign.apply(TaskSetFile.load(file, TaskSetFile.Options.strict()), Optional.ofNullable(test));
        loaded.warnings().forEach(warning -> System.err.println("warning: " + warning));
        final TaskSet set = loaded.taskSet();
        try {
            set.requireUnitsWhereSwapped();
            Preemptions.require(set);
        } catch (final InvalidTaskSetException e) {
            throw loaded.error(e.field(), e.getMessage());
        }
        if (!name.isEmpty() && out == null) {
            final Simulation simulation = simulate(set, withSeed, verdict(set), EventHandler.NONE);
            results.accept(simulation.result());
            print(simulation.result(), Optional.empty());
            return status(simulation.result());
        }
        final Path folder = out == null ? ResultFiles.folder(loaded, "-simulated") : name.isEmpty() ? out : out.resolve(name);
        final ResultFiles written = ResultFiles.prepare(folder);
        final Map<String, String> origin = Origin.of(file, System.currentTimeMillis(), assign.text());
        try (EventFile events = new EventFile(folder, limit.events())) {
            final Verdict verdict = verdict(set);
            final Simulation simulation = simulate(set, withSeed, verdict, events);
            origin.put("verdict", verdictOf(simulation.result()));
            final int status = written.write(set, simulation.result(), simulation.responses(), events, origin, 0, 0,
                Optional.ofNullable(verdict), System.err, limit);
            results.accept(simulation.result());
            print(simulation.result(), Optional.of(folder));
            return Math.max(status, status(simulation.result()));
        }
    }

    private void print(final RunResult result, final Optional<Path> folder) throws IOException {
        ResultPrinter.print(output.format(), verdictOf(result), result, folder, System.out);
    }

    private static String verdictOf(final RunResult result) {
        return RunStatus.verdict(result, RunStatus.complaints(result, false));
    }

    private static int status(final RunResult result) {
        return RunStatus.complaints(result, false).isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private Simulation simulate(final TaskSet set, final long withSeed, final Verdict verdict, final EventHandler events)
        throws IOException {
        final Progress progress = new Progress("simulating " + set.name());
        final Simulation simulation = Simulation.run(set, options(set, withSeed), verdict == null ? "" : verdict.test(),
            bounds(set, verdict),
            (type, timeNs, device, task, segment, job, argument) -> {
                events.onEvent(type, timeNs, device, task, segment, job, argument);
                progress.at((double) timeNs / durationNs);
            });
        progress.done();
        return simulation;
    }

    private Verdict verdict(final TaskSet set) {
        if (test != null) {
            return TestNames.find(test).analyze(set);
        }
        try {
            return Analyses.analyze(set);
        } catch (final TestNotApplicableException e) {
            System.err.println("warning: no bounds: " + e.getMessage());
            return null;
        }
    }

    private static List<OptionalLong> bounds(final TaskSet set, final Verdict verdict) {
        return verdict == null ? Collections.nCopies(set.tasks().size(), OptionalLong.empty())
            : verdict.tasks().stream().map(TaskVerdict::bound).toList();
    }

    private SimulationOptions options(final TaskSet set, final long withSeed) {
        final SimulationOptions chosen = SimulationOptions.worstCase(withSeed, durationNs)
            .withStalls(overheads != Charge.zero && replay == null)
            .withExecution(switch (execution) {
                case wcet -> ExecutionTime.WCET;
                case random -> ExecutionTime.RANDOM;
                case actual -> ExecutionTime.ACTUAL;
            })
            .withReleases(switch (releases) {
                case file -> ReleasePattern.FILE;
                case synchronous -> ReleasePattern.SYNCHRONOUS;
                case offsets -> ReleasePattern.RANDOM_OFFSETS;
                case sporadic -> ReleasePattern.SPORADIC;
            })
            .withOverheads(switch (overheads) {
                case zero -> OverheadTime.ZERO;
                case random -> OverheadTime.RANDOM;
                case maximum -> OverheadTime.MAXIMUM;
            });
        if (replay == null) {
            return chosen;
        }
        try {
            return chosen.withReplay(TraceReplay.read(replay, set));
        } catch (final JsonProcessingException e) { // whose own message says a library's setting
            throw new PrerequisiteException("cannot replay " + replay + ": it is no JSON: " + Printable.line(e.getOriginalMessage())
                + (e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr()) + "; give the trace.json of a run");
        } catch (final IOException | IllegalArgumentException e) {
            throw new PrerequisiteException("cannot replay " + replay + ": " + e.getMessage());
        }
    }
}
