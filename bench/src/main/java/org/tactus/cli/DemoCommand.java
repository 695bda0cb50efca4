// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tactus.analysis.Verdict;
import org.tactus.cli.measure.CalibrateCommand;
import org.tactus.cli.measure.ProfileCommand;
import org.tactus.cli.run.RealRun;
import org.tactus.cli.support.DurationConverter;
import org.tactus.cli.support.Home;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.text.Lines;
import org.tactus.cli.text.SupplyPrinter;
import org.tactus.format.CalibrationFile;
import org.tactus.format.LoadedTaskSet;
import org.tactus.format.MachineCalibration;
import org.tactus.format.MachineName;
import org.tactus.format.TaskSetFile;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.measure.WcetRule;
import org.tactus.internal.runtime.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tactus demo}: everything once, on three networks and a modelled accelerator. */
@Command(name = "demo", mixinStandardHelpOptions = true,
    description = "Calibrates, profiles, analyses and runs three networks and a modelled accelerator for 10 s.")
final class DemoCommand implements Callable<Integer> {
    private static final long CALIBRATE_NS = 5_000_000_000L;
    private static final long WATCH_NS = 30_000_000_000L;
    /** By how much the curve of so short a stretch is enlarged, in thousandths. */
    private static final long CURVE_FACTOR = 1_250;
    private static final int PROFILE_RUNS = 100;
    private static final double MARGIN = 0.5;

    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "10s", converter = DurationConverter.class,
        description = "How long it runs (${DEFAULT-VALUE}).")
    private long durationNs;
    @Option(names = "--out", paramLabel = "DIR", defaultValue = "out/demo", description = "Folder for the files (${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        OutputFolder.make(out);
        final Path file = out.resolve("demo.yaml");
        Files.copy(Home.file("bench/case-studies/demo.yaml"), file, StandardCopyOption.REPLACE_EXISTING);
        step("1. What this machine adds (tactus calibrate)");
        final Optional<MachineCalibration> known = CalibrationFile.find(CalibrationFile.defaultPath(), MachineName.current());
        if (known.isPresent() && !known.get().curves().isEmpty()) {
            System.out.println(Lines.wrap("calibrated before: " + CalibrationFile.defaultPath()));
            SupplyPrinter.summary(System.out, known.get().curves());
        } else {
            CalibrateCommand.calibrateSupply(CalibrateCommand.calibrate(CALIBRATE_NS), WATCH_NS, CURVE_FACTOR);
        }
        step("2. How long the networks' segments take (tactus profile " + file + ")");
        ProfileCommand.profile(file, PROFILE_RUNS, WcetRule.largest(MARGIN), true, false);
        step("3. How late each task can be (tactus analyze " + file + ")");
        final LoadedTaskSet loaded = TaskSetFile.load(file, TaskSetFile.Options.strict());
        final Verdict verdict = Analyses.analyze(loaded.taskSet());
        System.out.println("test " + verdict.test() + ": " + (verdict.schedulable() ? "schedulable" : "not schedulable"));
        verdict.tasks().forEach(task -> System.out.println(Lines.wrap("  " + task.explanation().sentence())));
        step("4. How late they were (tactus run --excuse-stalls " + file + ")");
        return new RealRun(loaded, RunSettings.DEFAULT.withDriveSporadic(true), durationNs, out, true).run(OutputFormat.TABLE, System.out);
    }

    private static void step(final String title) {
        System.out.println();
        System.out.println(Lines.wrap(title));
    }
}
