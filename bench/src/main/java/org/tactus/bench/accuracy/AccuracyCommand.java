// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.tactus.bench.experiment.ChartWriter;
import org.tactus.bench.experiment.WorkerThreads;
import org.tactus.bindings.linux.VectorUnit;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.cli.support.OutputFormat;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.quantise.Mixture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tactus experiment accuracy}: what planned mixtures of int8 and floating point lose in accuracy, as CSV, chart and table. */
@Command(name = "accuracy", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Plans random task sets of a small trained network and lets every mixture that the plans choose answer held-out images.")
public final class AccuracyCommand implements Callable<Integer> {
    private static final int MOST_SETS = 100_000;
    private static final int MOST_IMAGES = 1_000_000;
    private static final long EVERY_NS = 10_000_000_000L;

    @Spec
    private CommandSpec spec;
    @Option(names = "--seed", defaultValue = "1", description = "Seed of all draws (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--network", defaultValue = "night", paramLabel = "day|night", description = "Which trained network: twenty signs by "
        + "day, or forty by night, which int8 costs more (default: ${DEFAULT-VALUE}).")
    private String network;
    @Option(names = "--sets", defaultValue = "60", description = "Task sets for each assumption and range of utilisation "
        + "(default: ${DEFAULT-VALUE}).")
    private int sets;
    @Option(names = "--evaluated", defaultValue = "8", description = "Of those that could be planned: so many let their mixtures answer "
        + "the images (default: ${DEFAULT-VALUE}).")
    private int evaluated;
    @Option(names = "--images", defaultValue = "4000", description = "Held-out images (default: ${DEFAULT-VALUE}).")
    private int images;
    @Option(names = "--utilisation", defaultValue = "2.5..3", paramLabel = "LOW..HIGH",
        description = "Sum over tasks of the mean of CPU and GPU time over the period (default: ${DEFAULT-VALUE}).")
    private String utilisation;
    @Option(names = "--cpu-ratio", defaultValue = "0.5..3,1..8,measured", paramLabel = "LOW..HIGH|measured", split = ",",
        description = "A layer's time on the CPU over its time on the GPU: drawn log-uniform for each layer, or from a profile's layers; "
            + "several are tried side by side (default: ${DEFAULT-VALUE}).")
    private List<String> cpuRatios;
    @Option(names = "--cpu-form", defaultValue = "int8", paramLabel = "int8|faster", description = "What a layer on the CPU computes with: "
        + "int8, or int8 only where that is faster (default: ${DEFAULT-VALUE}).")
    private String cpuForm;
    @Option(names = "--cpu-time", defaultValue = "int8,fp32", paramLabel = "int8|fp32", split = ",",
        description = "Which CPU time utilisation counts: of the form that layers have there, or before quantisation "
            + "(default: ${DEFAULT-VALUE}).")
    private List<String> cpuTimes;
    @Mixin
    private WorkerThreads threads;
    @Option(names = "--out", defaultValue = "experiment", paramLabel = "DIR", description = "Folder for CSV, SVG and PNG "
        + "(default: ${DEFAULT-VALUE}).")
    private Path out;
    @Mixin
    private OutputFormat.Choice output;
    private long shownNs = System.nanoTime();

    @Override
    public Integer call() throws IOException {
        final int workers = threads.count(spec);
        UsageCheck.check(spec, sets >= 1 && sets <= MOST_SETS, "--sets " + sets + " is out of range; give 1 to " + MOST_SETS);
        UsageCheck.check(spec, images >= 1 && images <= MOST_IMAGES, "--images " + images + " is out of range; give 1 to " + MOST_IMAGES);
        final double[] load = range("--utilisation", utilisation, AccuracySets.TASKS);
        UsageCheck.check(spec, evaluated >= 1 && evaluated <= MOST_SETS,
            "--evaluated " + evaluated + " is out of range; give 1 to " + MOST_SETS);
        final SignImages.Kind kind = SignImages.Kind.of(network).orElseThrow(() -> wrong("--network " + network
            + " is unknown; use day or night"));
        final AccuracySets.CpuForm form = Arrays.stream(AccuracySets.CpuForm.values()).filter(value -> value.text().equals(cpuForm))
            .findFirst().orElseThrow(() -> wrong("--cpu-form " + cpuForm + " is unknown; use int8 or faster"));
        final List<AccuracyAssumption> assumptions = assumptions();
        UsageCheck.check(spec, OnnxRuntime.find().isPresent(), OnnxRuntime.absence().orElse(""));
        System.setProperty("java.awt.headless", "true");
        ChartWriter.requireWritable(out, "accuracy", "accuracy-layers", "accuracy-shares");
        final AccuracyExperiment experiment = new AccuracyExperiment(
            new AccuracyExperiment.Settings(kind, seed, sets, evaluated, images, load[0], load[1], form, assumptions,
                workers),
            VectorUnit.addsPairsExactly() ? Mixture.FULL_WEIGHTS : Mixture.REDUCED_WEIGHTS);
        final AccuracyResult result = experiment.run(this::show);
        final PrintWriter printer = spec.commandLine().getOut();
        printer.print(switch (output.format()) {
            case JSON -> result.json();
            case CSV -> result.csv();
            case TABLE -> Lines.wrap(result.table());
        });
        printer.flush(); // before a disk that is full can end the command
        WholeFile.write(out.resolve("accuracy.csv"), result.csv());
        WholeFile.write(out.resolve("accuracy-layers.csv"), result.layersCsv());
        WholeFile.write(out.resolve("accuracy-shares.csv"), result.sharesCsv());
        ChartWriter.write(AccuracyCharts.distributions(result), out);
        ChartWriter.write(AccuracyCharts.shares(result), out);
        if (output.format() == OutputFormat.TABLE) {
            printer.println(Lines.wrap("\nWrote " + out.resolve("accuracy.csv") + ", accuracy-layers.csv, accuracy-shares.csv, "
                + "accuracy.svg and .png, accuracy-shares.svg and .png"));
            printer.flush();
        }
        return 0;
    }

    /** A line every ten seconds, from any thread. */
    private synchronized void show(final double share) {
        if (System.nanoTime() - shownNs > EVERY_NS) {
            shownNs = System.nanoTime();
            System.err.printf("accuracy: %.0f %%%n", 100 * share);
        }
    }

    private List<AccuracyAssumption> assumptions() {
        final List<AccuracyAssumption> assumptions = new ArrayList<>();
        for (final String time : cpuTimes) {
            final AccuracyAssumption.CpuTime cpuTime = Arrays.stream(AccuracyAssumption.CpuTime.values())
                .filter(value -> value.text().equals(time)).findFirst()
                .orElseThrow(() -> wrong("--cpu-time " + time + " is unknown; use int8 or fp32"));
            for (final String ratio : cpuRatios) {
                final double[] ends = ratio.equals("measured") ? new double[2] : range("--cpu-ratio", ratio, 1000);
                assumptions.add(new AccuracyAssumption(cpuTime, ends[0], ends[1]));
            }
        }
        return assumptions;
    }

    private double[] range(final String option, final String text, final double most) {
        final String[] ends = text.split("\\.\\.", 2);
        try {
            final double low = Double.parseDouble(ends[0]);
            final double high = Double.parseDouble(ends[ends.length - 1]);
            UsageCheck.check(spec, low > 0 && low <= high && high <= most,
                option + " " + text + " is out of range; above 0, the lower bound first, at most " + most);
            return new double[] {low, high};
        } catch (final NumberFormatException e) {
            throw new ParameterException(spec.commandLine(), option + " " + text + " is not LOW..HIGH; such as 2.5..3", e);
        }
    }

    private ParameterException wrong(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
