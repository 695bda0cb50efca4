package org.tactus.bench.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tactus.bindings.linux.VectorUnit;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.inference.Mixture;
import picocli.CommandLine.Command;
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
    private static final int MOST_THREADS = 1024;
    private static final long EVERY_NS = 10_000_000_000L;

    @Spec
    private CommandSpec spec;
    @Option(names = "--seed", defaultValue = "1", description = "Seed of all draws (default: ${DEFAULT-VALUE}).")
    private long seed;
    @Option(names = "--sets", defaultValue = "400", description = "Task sets (default: ${DEFAULT-VALUE}).")
    private int sets;
    @Option(names = "--images", defaultValue = "4000", description = "Held-out images (default: ${DEFAULT-VALUE}).")
    private int images;
    @Option(names = "--utilisation", defaultValue = "2.5..3", paramLabel = "LOW..HIGH",
        description = "Sum over tasks of the mean of CPU and GPU time over the period (default: ${DEFAULT-VALUE}).")
    private String utilisation;
    @Option(names = "--cpu-ratio", defaultValue = "1..8", paramLabel = "LOW..HIGH",
        description = "A layer's time on the CPU over its time on the GPU, drawn for each layer (default: ${DEFAULT-VALUE}).")
    private String cpuRatio;
    @Option(names = "--threads", description = "Worker threads (default: all processors); the result is the same for any number.")
    private Integer threads;
    @Option(names = "--out", defaultValue = "experiment", paramLabel = "DIR", description = "Folder for CSV, SVG and PNG "
        + "(default: ${DEFAULT-VALUE}).")
    private Path out;
    @Option(names = "--format", defaultValue = "table", paramLabel = "table|json|csv", description = "What is printed.")
    private String format;
    private long shownNs = System.nanoTime();

    @Override
    public Integer call() throws IOException {
        final int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        check(sets >= 1 && sets <= MOST_SETS, "--sets " + sets + " is out of range; give 1 to " + MOST_SETS);
        check(images >= 1 && images <= MOST_IMAGES, "--images " + images + " is out of range; give 1 to " + MOST_IMAGES);
        check(workers >= 1 && workers <= MOST_THREADS, "--threads " + workers + " is out of range; give 1 to " + MOST_THREADS);
        check(format.equals("table") || format.equals("json") || format.equals("csv"),
            "--format " + format + " is unknown; use table, json or csv");
        final double[] load = range("--utilisation", utilisation, AccuracyExperiment.TASKS);
        final double[] ratio = range("--cpu-ratio", cpuRatio, 1000);
        check(OnnxRuntime.find().isPresent(), OnnxRuntime.absence().orElse(""));
        System.setProperty("java.awt.headless", "true");
        Files.createDirectories(out);
        final AccuracyExperiment experiment = new AccuracyExperiment(
            new AccuracyExperiment.Settings(seed, sets, images, load[0], load[1], ratio[0], ratio[1], workers),
            VectorUnit.addsPairsExactly() ? Mixture.FULL_WEIGHTS : Mixture.REDUCED_WEIGHTS);
        final AccuracyResult result = experiment.run(this::show);
        Files.writeString(out.resolve("accuracy.csv"), result.csv());
        Files.writeString(out.resolve("accuracy-layers.csv"), result.layersCsv());
        ChartWriter.write(result.chart(), out);
        final PrintWriter printer = spec.commandLine().getOut();
        printer.print(switch (format) {
            case "json" -> result.json();
            case "csv" -> result.csv();
            default -> result.table() + "\nWrote " + out.resolve("accuracy.csv") + ", accuracy-layers.csv, accuracy.svg and .png\n";
        });
        printer.flush();
        return 0;
    }

    /** A line every ten seconds, from any thread. */
    private synchronized void show(final double share) {
        if (System.nanoTime() - shownNs > EVERY_NS) {
            shownNs = System.nanoTime();
            System.err.printf("accuracy: %.0f %%%n", 100 * share);
        }
    }

    private double[] range(final String option, final String text, final double most) {
        final String[] ends = text.split("\\.\\.", 2);
        try {
            final double low = Double.parseDouble(ends[0]);
            final double high = Double.parseDouble(ends[ends.length - 1]);
            check(low > 0 && low <= high && high <= most, option + " " + text + " is out of range; above 0, the lower bound first, at most "
                + most);
            return new double[] {low, high};
        } catch (final NumberFormatException e) {
            throw new ParameterException(spec.commandLine(), option + " " + text + " is not LOW..HIGH; such as 2.5..3", e);
        }
    }

    private void check(final boolean good, final String message) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
