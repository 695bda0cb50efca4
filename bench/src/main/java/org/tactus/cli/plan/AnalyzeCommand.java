// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.plan;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.TestNames;
import org.tactus.cli.text.AnalysisPrinter;
import org.tactus.cli.text.SensitivityReport;
import org.tactus.format.FileFormatException;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus analyze}: how late each task can be, before anything runs. */
@Command(name = "analyze", mixinStandardHelpOptions = true,
    description = "Bounds each task's response time. Exit status: the largest of the files'; 1 when a set is not schedulable.")
public final class AnalyzeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Task-set files, analysed in order.")
    private List<Path> files;
    @Option(names = "--test", paramLabel = "NAME", completionCandidates = TestNames.class,
        description = "Schedulability test (default: the tightest sound one that applies): ${COMPLETION-CANDIDATES}.")
    private String test;
    @Option(names = "--sensitivity", description = "Also: how far WCETs may grow, periods and memory shrink.")
    private boolean sensitivity;
    @Mixin
    private OutputFormat.Choice output;
    @Option(names = "--out", paramLabel = "DIR", description = "Also writes the output there, as analysis.txt, .json or .csv.")
    private Path out;
    @Mixin
    private AssignOption assign;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        final Optional<SchedulabilityTest> chosen = chosen();
        if (out == null) {
            final PrintWriter print = spec.commandLine().getOut();
            final int status = analyze(new AnalysisPrinter(output.format(), print, sensitivity), chosen);
            print.flush();
            return status;
        }
        final String ending = output.format() == OutputFormat.TABLE ? "txt" : output.format().name().toLowerCase(Locale.ROOT);
        final Path file = out.resolve("analysis." + ending);
        OutputFolder.make(out);
        WholeFile.requireWritable(file);
        final StringWriter text = new StringWriter();
        final int status;
        try (PrintWriter print = new PrintWriter(text)) {
            status = analyze(new AnalysisPrinter(output.format(), print, sensitivity), chosen);
        }
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        WholeFile.write(file, text.toString());
        return status;
    }

    private Optional<SchedulabilityTest> chosen() {
        if (test == null) {
            return Optional.empty();
        }
        final Optional<SchedulabilityTest> known = Analyses.byName(test);
        if (known.isEmpty()) {
            throw new ParameterException(spec.commandLine(), Analyses.unknown(test));
        }
        return known;
    }

    private int analyze(final AnalysisPrinter printer, final Optional<SchedulabilityTest> chosen) throws IOException {
        int status = ExitStatus.GOOD;
        for (final Path file : files) {
            status = Math.max(status, analyze(file, printer, chosen));
        }
        return status;
    }

    private int analyze(final Path file, final AnalysisPrinter printer, final Optional<SchedulabilityTest> chosen) throws IOException {
        try {
            final LoadedTaskSet loaded = assign.apply(TaskSetFile.load(file, TaskSetFile.Options.strict()), Optional.ofNullable(test));
            loaded.warnings().forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
            final Verdict verdict = verdict(loaded, chosen);
            printer.verdict(loaded, verdict, sensitivity ? Optional.of(SensitivityReport.of(verdict, loaded.taskSet())) : Optional.empty());
            return verdict.schedulable() ? ExitStatus.GOOD : ExitStatus.NO;
        } catch (final FileFormatException e) {
            printer.error(file, e);
            spec.commandLine().getErr().println(e.getMessage());
            return ExitStatus.WRONG_INPUT;
        }
    }

    private static Verdict verdict(final LoadedTaskSet loaded, final Optional<SchedulabilityTest> chosen) {
        try {
            return chosen.isPresent() ? chosen.get().analyze(loaded.taskSet()) : Analyses.analyze(loaded.taskSet());
        } catch (final TestNotApplicableException e) {
            throw loaded.error("policy", e.getMessage());
        }
    }
}
