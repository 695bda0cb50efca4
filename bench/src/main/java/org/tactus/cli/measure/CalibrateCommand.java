// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tactus.bindings.cuda.CudaDriver;
import org.tactus.bindings.cuda.CudaGpu;
import org.tactus.bindings.linux.RealTime;
import org.tactus.cli.gpu.GpuDriver;
import org.tactus.cli.gpu.Scale;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.Interruption;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.text.Lines;
import org.tactus.cli.text.SupplyPrinter;
import org.tactus.format.CalibrationFile;
import org.tactus.format.CurveCalibration;
import org.tactus.format.GpuCalibration;
import org.tactus.format.MachineCalibration;
import org.tactus.format.MachineName;
import org.tactus.format.Quantiles;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.measure.Calibrator;
import org.tactus.internal.measure.GpuCalibrator;
import org.tactus.internal.measure.GpuRig;
import org.tactus.internal.measure.PlatformQuotas;
import org.tactus.internal.measure.SupplyCalibrator;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.Overheads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tactus calibrate}: what this machine adds to a job. */
@Command(name = "calibrate", mixinStandardHelpOptions = true,
    description = "Measures release jitter, sporadic jitter, dispatch, hand-off, completion, preemption, calls of a child process, and "
        + "a GPU's launches and chunks; stores them.")
public final class CalibrateCommand implements Callable<Integer> {
    private static final String AUTO = "auto";
    private static final String NONE = "none";
    private static final long LEAST_NS = 1_000_000_000L;
    private static final long LONG_ENOUGH_NS = 30_000_000_000L;
    private static final double MOST_FACTOR = 100;
    private static final double STALL_FREE_QUANTILE = 0.999;

    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "10s", converter = DurationConverter.class,
        description = "How long (${DEFAULT-VALUE}).")
    private long durationNs;

    @Option(names = "--gpu", paramLabel = "DRIVER", defaultValue = AUTO,
        description = "auto: a GPU where there is one; none, libcuda or software (${DEFAULT-VALUE}).")
    private String gpu;
    @Option(names = "--index", paramLabel = "N", defaultValue = "0", description = "Which GPU, from 0 (${DEFAULT-VALUE}).")
    private int index;

    @Option(names = "--curve", defaultValue = AUTO, description = "Whether stall curves of the cores are measured: yes, no, or auto: "
        + "when --for is 30 s or more, for a curve of a second needs that long (${DEFAULT-VALUE}).")
    private String curve;
    @Option(names = "--curve-factor", defaultValue = "1.0", description = "By how much the measured curve is enlarged (${DEFAULT-VALUE}).")
    private double curveFactor;
    @Option(names = "--weights", paramLabel = "FOLDER", description = "Measures only what reading a chunk of weights from a file in"
        + " FOLDER takes, and stores nothing.")
    private Path weights;
    private Calibrator calibrator;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (weights != null) {
            try (GpuDriver driver = VerifyGpuCommand.open(GpuDriver.SOFTWARE)) { // for pinned memory, which is the host's
                WeightsCalibration.print(VerifyGpuCommand.gpu(driver, 0), weights, System.out);
            }
            return ExitStatus.GOOD;
        }
        if (durationNs < LEAST_NS) {
            throw new PrerequisiteException("--for: " + Durations.format(durationNs) + " is too short for a calibration, which would"
                + " replace a good one by a few samples; write 1s or more, such as 10s");
        }
        if (!List.of("yes", "no", AUTO).contains(curve)) {
            throw new PrerequisiteException("--curve: '" + curve + "' is unknown; write yes, no or auto");
        }
        if (!(curveFactor >= 0 && curveFactor <= MOST_FACTOR)) {
            throw new PrerequisiteException("--curve-factor: " + curveFactor + " is no factor; write one from 0 to " + MOST_FACTOR);
        }
        Interruption.cleanUp(CalibrationFile.defaultPath().toAbsolutePath().getParent());
        final int status = calibrateAll();
        if (curve.equals("yes") || curve.equals(AUTO) && durationNs >= LONG_ENOUGH_NS) {
            calibrateSupply(calibrator, durationNs, Math.round(1_000 * curveFactor));
        }
        return status;
    }

    /**
     * Measures what the platform takes from the cores that dispatchers run on, prints and stores it beside the overheads, of which a
     * calibrator has the samples; the curve is enlarged by thousandths.
     *
     * @param calibrator has measured the overheads
     * @param durationNs how long to look, nanoseconds
     * @param factor     thousandths by which the curve is enlarged
     * @throws IOException          when the calibration cannot be stored
     * @throws InterruptedException when interrupted meanwhile; nothing is stored then
     */
    public static void calibrateSupply(final Calibrator calibrator, final long durationNs, final long factor)
        throws IOException, InterruptedException {
        final List<Integer> online = RealTime.onlineCores();
        final List<Integer> cores = List.of(online.getFirst(), online.getLast()).stream().distinct().toList();
        System.err.println("watching cores " + cores + " for " + Durations.format(durationNs) + " ...");
        final SupplyCalibrator supply = new SupplyCalibrator(new RealTimeSetup(true), cores, factor);
        final List<CurveCalibration> measured = supply.measure(durationNs);
        final Overheads free = calibrator.stallFree(supply.share(), STALL_FREE_QUANTILE);
        final Path file = CalibrationFile.defaultPath();
        final MachineCalibration known = CalibrationFile.find(file, MachineName.current()).orElseThrow();
        CalibrationFile.store(file, known.withCurves(measured, Optional.of(free)));
        System.out.println();
        SupplyPrinter.print(System.out, measured, PlatformQuotas.inForce());
        System.out.println(Lines.wrap("Overheads free of stalls, 99.9 % of the operations that none hit: release jitter "
            + Durations.format(free.releaseJitterNs()) + ", dispatch " + Durations.format(free.dispatchNs()) + ", hand-off "
            + Durations.format(free.handOffNs()) + ", completion " + Durations.format(free.completionNs())
            + (free.preemptionNs() > 0 ? ", preemption " + Durations.format(free.preemptionNs()) : "")
            + (free.childCallNs() > 0 ? ", child call " + Durations.format(free.childCallNs()) : "")));
        System.out.println(Lines.wrap("  stored in " + file + "; 'overheads: calibrated' charges the curves and these overheads"));
    }

    private int calibrateAll() throws IOException, InterruptedException {
        if (gpu.equals(NONE) || gpu.equals(AUTO) && CudaDriver.find().isEmpty()) {
            calibrator = calibrate(durationNs);
            return ExitStatus.GOOD;
        }
        try (GpuDriver driver = VerifyGpuCommand.open(gpu.equals(AUTO) ? GpuDriver.LIBRARY : gpu)) {
            final CudaGpu measured = VerifyGpuCommand.gpu(driver, index);
            calibrator = calibrate(durationNs);
            calibrateGpu(measured, driver.isSoftware() ? Scale.software() : Scale.full());
        }
        return ExitStatus.GOOD;
    }

    /** Measures a GPU, prints and stores beside what the machine adds. */
    private static void calibrateGpu(final CudaGpu gpu, final Scale scale) throws IOException {
        final GpuCalibration measured;
        try (GpuRig rig = new GpuRig(gpu)) {
            measured = new GpuCalibrator(rig, scale.sizes(), scale.spanBytes(), scale.repetitions(), scale.launches())
                .measure(part -> System.err.println("calibrating " + part + " ..."));
        }
        final Path file = CalibrationFile.defaultPath();
        CalibrationFile.store(file, CalibrationFile.find(file, MachineName.current()).orElseThrow().with(measured));
        System.out.println();
        System.out.println(Lines.wrap(measured.gpu() + " by " + measured.driver()
            + ", maxima with both directions busy and kernels computing:"));
        System.out.printf("  %-16s %10s %10s %10s %10s %9s%n", "", "p50", "p99", "p99.9", "max", "samples");
        print("launch", measured.launch());
        print("completion", measured.completion());
        System.out.printf("  %-16s %10s %10s %10s %10s %10s%n", "chunk", "in", "out", "drop", "usual in", "usual out");
        for (final GpuCalibration.ChunkCost cost : measured.chunks()) {
            System.out.printf("  %-16s %10s %10s %10s %10s %10s%n", Sizes.format(cost.chunkBytes()), Durations.format(cost.inNs()),
                Durations.format(cost.outNs()), Durations.format(cost.dropNs()), Durations.format(cost.usualInNs()),
                Durations.format(cost.usualOutNs()));
        }
        final GpuCalibration.ChunkCost chosen =
            measured.chunks().stream().filter(cost -> cost.chunkBytes() == measured.chunkBytes()).findFirst().orElseThrow();
        System.out.println(Lines.wrap("  for a task set: chunk: " + Sizes.exact(chosen.chunkBytes()) + ", chunkIn: "
            + Durations.exact(chosen.inNs())
            + ", chunkOut: " + Durations.exact(chosen.outNs()) + ", chunkDrop: " + Durations.exact(chosen.dropNs())
            + ", swapInOverhead: " + Durations.exact(measured.swapInOverheadNs())
            + ", swapOutOverhead: " + Durations.exact(measured.swapOutOverheadNs())));
        System.out.println(Lines.wrap("  for 'protocol: seq', to bring chunks in while others go out: duplexIn: "
            + Durations.exact(chosen.duplexInNs()) + ", duplexOut: " + Durations.exact(chosen.duplexOutNs()) + ", duplexDrop: "
            + Durations.exact(chosen.duplexDropNs())));
        System.out.println(Lines.wrap("  stored in " + file));
    }

    /**
     * Measures what the machine adds, prints and stores; what its GPUs showed before stays.
     *
     * @param durationNs how long to measure, nanoseconds
     * @return the calibrator, which has the samples
     * @throws IOException          when the calibration cannot be stored
     * @throws InterruptedException when interrupted meanwhile; nothing is stored then
     */
    public static Calibrator calibrate(final long durationNs) throws IOException, InterruptedException {
        final List<Integer> cores = RealTime.onlineCores();
        final Path file = CalibrationFile.defaultPath();
        CalibrationFile.requireWritable(file);
        System.err.println("calibrating for " + Durations.format(durationNs) + " ...");
        final List<GpuCalibration> gpus = CalibrationFile.find(file, MachineName.current()).map(MachineCalibration::gpus).orElse(List.of());
        final Optional<MachineCalibration> known = CalibrationFile.find(file, MachineName.current());
        final Calibrator calibrator = new Calibrator(new RealTimeSetup(true), KernelOptions.DEFAULT, cores.getLast(), cores.getFirst());
        final MachineCalibration measurement = calibrator.measure(durationNs);
        MachineCalibration measured;
        measured = known.map(old -> measurement.withCurves(old.curves(), old.stallFree())).orElse(measurement);
        for (final GpuCalibration gpu : gpus) {
            measured = measured.with(gpu);
        }
        System.out.println(Lines.wrap("Overheads of " + measured.machine() + ", maxima over samples that no platform stall touched:"));
        System.out.printf("  %-16s %10s %10s %10s %10s %9s%n", "", "p50", "p99", "p99.9", "max", "samples");
        print("release jitter", measured.releaseJitter());
        measured.sporadicJitter().ifPresent(quantity -> print("sporadic jitter", quantity));
        print("dispatch", measured.dispatch());
        measured.dispatchPerTask().ifPresent(quantity -> print("dispatch a task", quantity));
        print("hand-off", measured.handOff());
        print("completion", measured.completion());
        measured.preemption().ifPresent(quantity -> print("preemption", quantity));
        measured.childCall().ifPresent(quantity -> print("child call", quantity));
        System.out.println(Lines.wrap("  platform stalls: " + measured.stalls() + ", the longest "
            + Durations.format(measured.longestStallNs())
            + "; not part of any bound unless overheads name a stall allowance or a curve"));
        CalibrationFile.store(file, measured);
        System.out.println(Lines.wrap("  stored in " + file));
        return calibrator;
    }

    private static void print(final String name, final Quantiles quantity) {
        System.out.printf("  %-16s %10s %10s %10s %10s %9d%n", name, Durations.format(quantity.p50Ns()), Durations.format(quantity.p99Ns()),
            Durations.format(quantity.p999Ns()), Durations.format(quantity.maxNs()), quantity.samples());
    }
}
