// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.tactus.bindings.cuda.software.DriverTraits;
import org.tactus.cli.measure.CalibrateCommand;
import org.tactus.cli.measure.DevicesCommand;
import org.tactus.cli.measure.ProfileCommand;
import org.tactus.cli.measure.VerifyGpuCommand;
import org.tactus.cli.network.InferCommand;
import org.tactus.cli.network.InspectCommand;
import org.tactus.cli.network.QuantizeCommand;
import org.tactus.cli.observe.ServeMetricsCommand;
import org.tactus.cli.observe.StatCommand;
import org.tactus.cli.plan.AnalyzeCommand;
import org.tactus.cli.plan.InitCommand;
import org.tactus.cli.plan.PlanCommand;
import org.tactus.cli.report.ReportCommand;
import org.tactus.cli.run.RunCommand;
import org.tactus.cli.run.SimulateCommand;
import org.tactus.cli.support.BuildVersion;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.StandardOutput;
import org.tactus.cli.support.UsageErrors;
import org.tactus.cli.support.WrongInput;
import org.tactus.cli.text.MessageStream;
import org.tactus.internal.jvm.JvmDefects;
import org.tactus.internal.jvm.JvmFlags;
import org.tactus.internal.text.Printable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** {@code tactus}: the command line. */
@Command(name = "tactus", mixinStandardHelpOptions = true, versionProvider = BuildVersion.class,
    description = "Schedules many neural networks with hard deadlines; says before a run"
        + " how late a job can be at most, and after it how late each was.")
public final class Main {
    /** The product's commands; each is named as its class, such as {@code verify-gpu} of VerifyGpuCommand. */
    static final List<Class<?>> COMMANDS = List.of(DemoCommand.class, InitCommand.class, AnalyzeCommand.class, RunCommand.class,
        SimulateCommand.class, PlanCommand.class, ProfileCommand.class, CalibrateCommand.class, QuantizeCommand.class, InferCommand.class,
        DevicesCommand.class, InspectCommand.class, VerifyGpuCommand.class, StatCommand.class,
        ServeMetricsCommand.class, ReportCommand.class);

    private Main() {
    }

    /**
     * Runs a command and ends the process with its exit status.
     *
     * @param words the command line
     */
    public static void main(final String[] words) {
        final String rehearsal = System.getProperty(StartRehearsal.PROPERTY);
        if (rehearsal != null) {
            StartRehearsal.in(Path.of(rehearsal));
            System.exit(ExitStatus.GOOD);
        }
        final StandardOutput out = StandardOutput.install();
        MessageStream.install();
        Interruption.install();
        final int status = run(words);
        System.out.flush();
        out.failure().ifPresent(why -> System.err.println("tactus: cannot write to standard output: " + Printable.line(why)));
        Interruption.ended();
        System.exit(out.failure().isPresent() ? ExitStatus.WRONG_INPUT : status);
    }

    /**
     * Runs a command. What ends it unexpectedly is told as status 2, never 1: that would say that the answer is no.
     *
     * @param words the command line
     * @return the exit status
     */
    public static int run(final String... words) {
        try {
            return commandLine(words).execute(words);
        } catch (final OutOfMemoryError e) {
            System.err.println("tactus: out of memory (" + e.getMessage() + "); give it more, such as by TACTUS_JVM_FLAGS=-Xmx4g");
            return ExitStatus.WRONG_INPUT;
        } catch (final Error e) {
            System.err.println("tactus: an error of Tactus itself; please report it with this trace");
            e.printStackTrace(System.err);
            return ExitStatus.WRONG_INPUT;
        }
    }

    /** With every command. */
    static CommandLine commandLine() {
        return commandLine(new String[0]);
    }

    /**
     * With the command that the words begin with alone, where it is the product's: reading the options of all commands takes longer than
     * most commands do until they begin. With every command otherwise.
     */
    static CommandLine commandLine(final String[] words) {
        final CommandLine line = new CommandLine(new Main());
        final Optional<Class<?>> named = COMMANDS.stream()
            .filter(command -> words.length > 0 && words[0].equals(name(command))).findFirst();
        if (named.isPresent()) {
            line.addSubcommand(named.get());
        } else {
            COMMANDS.forEach(line::addSubcommand);
            for (final CommandSource source : ServiceLoader.load(CommandSource.class)) {
                source.commands().forEach(line::addSubcommand);
            }
            line.addSubcommand(new CommandLine(new AutoComplete.GenerateCompletion()).setCommandName("completion"));
        }
        line.setExecutionStrategy(Main::execute);
        line.setParameterExceptionHandler((e, given) -> {
            final PrintWriter err = e.getCommandLine().getErr();
            err.println("tactus: " + Printable.lines(UsageErrors.text(e)));
            return ExitStatus.WRONG_INPUT;
        });
        line.setExecutionExceptionHandler((e, command, given) -> {
            final Optional<String> wrong = WrongInput.message(e);
            if (wrong.isPresent()) {
                command.getErr().println(wrong.get());
                return ExitStatus.WRONG_INPUT;
            }
            // Never 1: that would say that the answer is no.
            command.getErr().println("tactus: an error of Tactus itself; please report it with this trace");
            e.printStackTrace(command.getErr());
            return ExitStatus.WRONG_INPUT;
        });
        return line;
    }

    /** A command's name as its class says it; a test holds the two together. */
    static String name(final Class<?> command) {
        final String name = command.getSimpleName();
        final StringBuilder words = new StringBuilder();
        for (int i = 0; i < name.length() - "Command".length(); i++) {
            final char letter = name.charAt(i);
            if (letter >= 'A' && letter <= 'Z') {
                words.append(i == 0 ? "" : "-").append((char) (letter - 'A' + 'a'));
            } else {
                words.append(letter);
            }
        }
        return words.toString();
    }

    /** Help and the version need no flag of the JVM; whatever else lacks one, or has a wrong one, ends with one line. */
    private static int execute(final ParseResult given) {
        final Integer helped = CommandLine.executeHelpRequest(given);
        if (helped != null) {
            return helped;
        }
        final Optional<String> missing = JvmFlags.missing().or(DriverTraits::objection);
        if (missing.isPresent()) {
            given.commandSpec().commandLine().getErr().println("tactus: " + missing.get());
            return ExitStatus.WRONG_INPUT;
        }
        JvmDefects.known().ifPresent(line -> System.err.println("warning: " + line));
        return new RunLast().execute(given);
    }
}
