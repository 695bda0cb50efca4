package org.tactus.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.tactus.Calibrator;
import org.tactus.RealTimeSetup;
import org.tactus.bindings.linux.RealTime;
import org.tactus.format.CalibrationFile;
import org.tactus.format.MachineCalibration;
import org.tactus.format.Quantiles;
import org.tactus.kernel.KernelOptions;
import org.tactus.time.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tactus calibrate}: what this machine adds to a job. */
@Command(name = "calibrate", mixinStandardHelpOptions = true,
    description = "Measures release jitter, dispatch, hand-off and completion on this machine, and stores them.")
final class CalibrateCommand implements Callable<Integer> {
    @Option(names = "--for", defaultValue = "10s", converter = DurationConverter.class, description = "How long (${DEFAULT-VALUE}).")
    private long durationNs;

    @Override
    public Integer call() throws IOException, InterruptedException {
        calibrate(durationNs);
        return ExitStatus.GOOD;
    }

    /** Measures, prints and stores. */
    static void calibrate(final long durationNs) throws IOException, InterruptedException {
        final List<Integer> cores = RealTime.onlineCores();
        System.err.println("calibrating for " + Durations.format(durationNs) + " ...");
        final MachineCalibration measured = new Calibrator(new RealTimeSetup(true), KernelOptions.DEFAULT, cores.getLast(),
            cores.getFirst()).measure(durationNs);
        final Path file = CalibrationFile.defaultPath();
        CalibrationFile.store(file, measured);
        System.out.println("Overheads of " + measured.machine() + ", maxima over samples that no platform stall touched:");
        System.out.printf("  %-16s %10s %10s %10s %10s %9s%n", "", "p50", "p99", "p99.9", "max", "samples");
        print("release jitter", measured.releaseJitter());
        print("dispatch", measured.dispatch());
        print("hand-off", measured.handOff());
        print("completion", measured.completion());
        System.out.println("  platform stalls: " + measured.stalls() + ", the longest " + Durations.format(measured.longestStallNs())
            + "; not part of any bound unless overheads name a stall allowance");
        System.out.println("  stored in " + file);
    }

    private static void print(final String name, final Quantiles quantity) {
        System.out.printf("  %-16s %10s %10s %10s %10s %9d%n", name, Durations.format(quantity.p50Ns()), Durations.format(quantity.p99Ns()),
            Durations.format(quantity.p999Ns()), Durations.format(quantity.maxNs()), quantity.samples());
    }
}
