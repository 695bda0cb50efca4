// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.tactus.cli.plan.AssignOption;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.UsageCheck;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.runtime.PathRehearsal;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.watch.MetricsEndpoint;
import org.tactus.result.RunResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus run}: a task set in real time. */
@Command(name = "run", mixinStandardHelpOptions = true, description = "Runs a task set in real time; measured beside bound.")
public final class RunCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Task-set files, run in order.")
    private List<Path> files;
    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "10s", converter = DurationConverter.class,
        description = "How long (${DEFAULT-VALUE}).")
    private long durationNs;
    @Option(names = "--out", paramLabel = "DIR", description = "Folder for results.json, latency.hlog and trace.json (default out/NAME);"
        + " of many runs a folder each in this one (default out).")
    private Path out;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of everything random (${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--force", description = "Runs a set that the analysis refuses.")
    private boolean force;
    @Option(names = "--excuse-stalls", description = "A deadline missed by no more than a stall of the platform was long does not make the"
        + " exit status 1; with a stall curve, only one that a break of the curve touched.")
    private boolean excuse;
    @Option(names = "--break-on-miss", description = "Ends the run at the first missed deadline, with a trace of the time around it.")
    private boolean breakOnMiss;
    @Option(names = "--before-miss", paramLabel = "DURATION", defaultValue = "5s", converter = DurationConverter.class,
        description = "With --break-on-miss: how much of the trace before the miss is kept (${DEFAULT-VALUE}).")
    private long beforeMissNs;
    @Option(names = "--no-real-time", description = "Asks for no SCHED_FIFO and no locked memory.")
    private boolean ordinary;
    @Option(names = "--no-stat", description = "Keeps no counters on tmpfs: tactus stat cannot watch the run.")
    private boolean hidden;
    @Option(names = "--jmx", description = "Shows the run to JMX.")
    private boolean jmx;
    @Option(names = "--metrics", paramLabel = "PORT",
        description = "Serves the counters to Prometheus on this port of the loopback address, 0 for a free one (default: none).")
    private Integer metricsPort;
    @Option(names = "--idle", paramLabel = "HOW", defaultValue = "SLEEP_THEN_SPIN",
        description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private KernelOptions.Idle idle;
    @Mixin
    private OutputFormat.Choice output;

    @Mixin
    private AssignOption assign;
    @Mixin
    private TraceLimit limit;
    @Mixin
    private ManyRuns many;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (metricsPort != null && (metricsPort < 0 || metricsPort > MetricsEndpoint.MOST_PORT)) {
            throw new PrerequisiteException("--metrics " + metricsPort + ": no port; give a number from 0 to " + MetricsEndpoint.MOST_PORT);
        }
        UsageCheck.check(spec, breakOnMiss || !spec.commandLine().getParseResult().hasMatchedOption("--before-miss"),
            "--before-miss is for --break-on-miss; add that, or remove it");
        PathRehearsal.begin(); // meanwhile the file is read
        // A thread that spins without end under SCHED_FIFO would be stopped by the system every second.
        if (idle == KernelOptions.Idle.SPIN && !ordinary) {
            System.err.println("warning: --idle SPIN runs without SCHED_FIFO and locked memory, since a real-time thread that never sleeps"
                + " would starve its core");
        }
        return many.each(files, seed, assign.text(), this::run);
    }

    private int run(final Path file, final long withSeed, final String name, final Consumer<RunResult> results)
        throws IOException, InterruptedException {
        final LoadedTaskSet loaded = assign.apply(TaskSetFile.load(file, TaskSetFile.Options.strict()), Optional.empty());
        loaded.warnings().forEach(warning -> System.err.println("warning: " + warning));
        final boolean realTime = !ordinary && idle != KernelOptions.Idle.SPIN;
        final RunSettings options = RunSettings.DEFAULT.withForce(force).withSeed(withSeed).withDriveSporadic(true)
            .withRealTime(realTime).withWatchable(!hidden).withJmx(jmx)
            .withMetricsPort(metricsPort == null ? RunSettings.DEFAULT.metricsPort() : metricsPort).withKernel(
                KernelOptions.DEFAULT.withIdle(idle).withCapacity(Math.max(64, loaded.taskSet().tasks().size()),
                    Math.max(1024, loaded.taskSet().tasks().stream().mapToInt(task -> task.segments().size()).sum())));
        final Path folder = !name.isEmpty() ? (out == null ? Path.of("out") : out).resolve(name)
            : out != null ? out : ResultFiles.folder(loaded, "");
        final RealRun run = new RealRun(loaded, options, durationNs, folder, excuse).telling(results).tracing(limit)
            .assigning(assign.text());
        return (breakOnMiss ? run.breakingOnMiss(beforeMissNs) : run).run(output.format(), System.out);
    }
}
