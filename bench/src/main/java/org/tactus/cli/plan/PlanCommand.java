// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.cli.spet.SpetOptions;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.KeptInput;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.text.Lines;
import org.tactus.cli.text.PlanPrinter;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.format.TaskSetWriter;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.Sensitivity;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.plan.Plan;
import org.tactus.internal.plan.Planner;
import org.tactus.internal.plan.Planners;
import org.tactus.internal.plan.TauPlan;
import org.tactus.model.InvalidTaskSetException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus plan}: fills in what a task set leaves open, and says what it decided and why. */
@Command(name = "plan", mixinStandardHelpOptions = true,
    description = "Decides what a task set leaves open; prints what and why, and the margin left. Exit status 1 when even the best plan "
        + "is not schedulable.")
public final class PlanCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "Task-set file.")
    private Path file;
    @Option(names = "--with", paramLabel = "STRATEGY", required = true, completionCandidates = Strategies.class,
        description = "How to plan: ${COMPLETION-CANDIDATES}.")
    private String strategy;
    @Option(names = "--out", paramLabel = "FILE", description = "Writes the planned task set there.")
    private Path out;
    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "table", converter = OutputFormat.Converter.class,
        description = "table or json (${DEFAULT-VALUE}).")
    private OutputFormat format;
    @Mixin
    private SpetOptions spet;
    @Mixin
    private TauOptions tau;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        KeptInput.require("--out", file, out);
        if (format == OutputFormat.CSV) {
            throw new ParameterException(spec.commandLine(), "a plan has no csv form; write table or json");
        }
        if (!Strategies.names().contains(strategy)) {
            throw new ParameterException(spec.commandLine(), "there is no strategy '" + strategy + "'; write one of "
                + String.join(", ", Strategies.names()));
        }
        final LoadedTaskSet loaded = TaskSetFile.load(file, TaskSetFile.Options.strict());
        final Planner planner = planner(loaded);
        final PrintWriter print = spec.commandLine().getOut();
        loaded.warnings().forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
        if (out != null) {
            WholeFile.requireWritable(out);
        }
        final Plan plan = plan(planner, loaded);
        new PlanPrinter(print, planner.name(), file, plan, margin(plan)).print(format);
        print.flush(); // before a disk that is full can end the command
        if (out != null) {
            TaskSetWriter.writePlan(out, strategy, plan.set(), loaded);
        }
        if (out != null && format == OutputFormat.TABLE) {
            print.println(Lines.wrap(
                "  wrote " + out + (loaded.sidecar().isPresent() ? "; plan again after each tactus profile, whose times are in it" : "")));
        }
        print.flush();
        return plan.verdict().schedulable() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private Planner planner(final LoadedTaskSet loaded) throws IOException {
        return switch (strategy) {
            case SpetOptions.NAME -> spet.planner(loaded);
            case TauPlan.NAME -> tau.planner(spec);
            default -> Planners.byName(strategy).orElseThrow();
        };
    }

    private static Plan plan(final Planner planner, final LoadedTaskSet loaded) {
        try {
            return planner.plan(loaded.taskSet());
        } catch (final InvalidTaskSetException e) {
            throw loaded.error(e.field(), e.getMessage());
        } catch (final TestNotApplicableException e) {
            throw loaded.error("policy", e.getMessage());
        }
    }

    /** By how much all WCETs of the plan may grow; empty when the test cannot be asked again or the plan fails. */
    private static OptionalDouble margin(final Plan plan) {
        return plan.verdict().schedulable()
            ? Analyses.byName(plan.verdict().test()).map(test -> new Sensitivity(test, plan.set()).largestFactor())
                .orElse(OptionalDouble.empty())
            : OptionalDouble.empty();
    }

    /** What can be planned with: for the help and for completion in a shell. */
    private static final class Strategies implements Iterable<String> {
        static List<String> names() {
            return Stream.concat(Planners.names().stream(), Stream.of(SpetOptions.NAME, TauPlan.NAME)).toList();
        }

        @Override
        public Iterator<String> iterator() {
            return names().iterator();
        }
    }
}
