package org.tactus.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.bench.BenchCommand;
import org.tactus.bench.ExperimentCommand;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.format.FileFormatException;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.model.InvalidTaskSetException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tactus}: the command line. */
@Command(name = "tactus", mixinStandardHelpOptions = true, version = "tactus 0.1.0",
    description = "Schedules many neural networks with hard deadlines; says before how late, proves it, shows it afterwards.",
    subcommands = {DemoCommand.class, AnalyzeCommand.class, RunCommand.class, SimulateCommand.class, PlanCommand.class,
        ProfileCommand.class, CalibrateCommand.class, QuantizeCommand.class, DevicesCommand.class, InspectCommand.class,
        VerifyGpuCommand.class, ExperimentCommand.class, StatCommand.class, BenchCommand.class})
public final class Main {
    private Main() {
    }

    /**
     * Runs a command and ends the process with its exit status.
     *
     * @param words the command line
     */
    public static void main(final String[] words) {
        final String safepoints = System.getProperty("tactus.safepoints");
        if (safepoints != null) {
            Path.of(safepoints).toFile().deleteOnExit();
        }
        System.exit(run(words));
    }

    /**
     * Runs a command. What ends it unexpectedly is told as status 2, never 1: that would say that the answer is no.
     *
     * @param words the command line
     * @return the exit status
     */
    public static int run(final String... words) {
        try {
            return commandLine().execute(words);
        } catch (final OutOfMemoryError e) {
            System.err.println("tactus: out of memory (" + e.getMessage() + "); give it more, such as by TACTUS_JVM_FLAGS=-Xmx4g");
            return ExitStatus.WRONG_INPUT;
        } catch (final Error e) {
            System.err.println("tactus: an error of Tactus itself; please report it with this trace");
            e.printStackTrace(System.err);
            return ExitStatus.WRONG_INPUT;
        }
    }

    static CommandLine commandLine() {
        final CommandLine line = new CommandLine(new Main());
        line.getSubcommands().get("bench").getSubcommands().get("jmh").setUnmatchedOptionsArePositionalParams(true);
        line.setParameterExceptionHandler((e, given) -> {
            final PrintWriter err = e.getCommandLine().getErr();
            err.println("tactus: " + e.getMessage() + "; see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
            return ExitStatus.WRONG_INPUT;
        });
        line.setExecutionExceptionHandler((e, command, given) -> {
            if (e instanceof FileFormatException || e instanceof InvalidModelException || e instanceof TestNotApplicableException
                || e instanceof InvalidTaskSetException || e instanceof PrerequisiteException) {
                command.getErr().println(e.getMessage());
                return ExitStatus.WRONG_INPUT;
            }
            if (e instanceof UncheckedIOException || e instanceof IOException) {
                command.getErr().println("tactus: a file cannot be read or written: " + e.getMessage());
                return ExitStatus.WRONG_INPUT;
            }
            // Never 1: that would say that the answer is no.
            command.getErr().println("tactus: an error of Tactus itself; please report it with this trace");
            e.printStackTrace(command.getErr());
            return ExitStatus.WRONG_INPUT;
        });
        return line;
    }
}
