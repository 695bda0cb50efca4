package org.tactus.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.Progress;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.TaskSetFile;
import org.tactus.format.WcetSidecar;
import org.tactus.format.WcetSidecarFile;
import org.tactus.internal.measure.Profiler;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.time.Durations;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tactus profile}: the WCETs of networks' segments. */
@Command(name = "profile", mixinStandardHelpOptions = true,
    description = "Measures the WCETs of the networks' segments and writes them beside the task-set file.")
final class ProfileCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "Task-set file.")
    private Path file;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "200", description = "Samples of each segment (${DEFAULT-VALUE}).")
    private int runs;
    @Option(names = "--margin", paramLabel = "SHARE", defaultValue = "0.3",
        description = "Share added to the largest sample (${DEFAULT-VALUE}).")
    private double margin;
    @Option(names = "--loaded", description = "Keeps the other cores busy with memory traffic meanwhile.")
    private boolean loaded;

    @Override
    public Integer call() throws IOException, InterruptedException {
        profile(file, runs, margin, loaded);
        return ExitStatus.GOOD;
    }

    private static WcetSidecar measured(final LoadedTaskSet set, final Profiler profiler, final Progress progress)
        throws InterruptedException {
        try {
            RealTimeSetup.requireCores(set.taskSet());
            return profiler.profile(set.taskSet(), set.baseDirectory(), (task, share) -> progress.at(share));
        } catch (final InvalidTaskSetException e) {
            throw set.error(e.field(), e.getMessage()); // what only the machine knows: cores, drivers, a device that hangs
        }
    }

    /** Measures, prints and writes the sidecar. */
    static void profile(final Path file, final int runs, final double margin, final boolean loaded)
        throws IOException, InterruptedException {
        if (runs < 1 || margin < 0) {
            throw new PrerequisiteException("--runs must be at least 1 and --margin at least 0");
        }
        final LoadedTaskSet set = TaskSetFile.load(file, TaskSetFile.Options.forProfiling());
        final Progress progress = new Progress("profiling");
        final WcetSidecar measured = measured(set, new Profiler(new RealTimeSetup(true), runs, margin, loaded), progress);
        progress.done();
        final Path sidecar = WcetSidecarFile.beside(file);
        WcetSidecarFile.write(sidecar, measured);
        System.out.printf("WCETs: largest of %d samples and %.0f %%, other devices %s%n", runs, 100 * margin, loaded ? "loaded" : "idle");
        System.out.printf("  %-20s %-8s %10s %10s %10s %10s%n", "segment", "device", "p50", "p99", "max", "WCET");
        for (final WcetSidecar.TaskWcet task : measured.tasks()) {
            for (final WcetSidecar.SegmentWcet segment : task.segments()) {
                final String precision = segment.precision() == Precision.FP32 ? "" : ' ' + segment.precision().text();
                System.out.printf("  %-20s %-8s %10s %10s %10s %10s%n", task.name() + "[" + segment.segment() + "]" + precision,
                    segment.device(),
                    Durations.format(segment.measured().p50Ns()), Durations.format(segment.measured().p99Ns()),
                    Durations.format(segment.measured().maxNs()), Durations.format(segment.wcetNs()));
            }
        }
        measured.tasks().stream().flatMap(task -> task.segments().stream().filter(segment -> segment.measured().maxNs() > segment.wcetNs())
            .map(segment -> task.name() + "[" + segment.segment() + "] on " + segment.device())).reduce((one, other) -> one + ", " + other)
            .ifPresent(beyond -> System.out.println("  the host computed longer than the set says of the GPU: " + beyond
                + "; where it does so in a run, that is an overrun"));
        System.out.println("  written to " + sidecar);
    }
}
