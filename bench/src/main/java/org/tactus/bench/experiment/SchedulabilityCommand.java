package org.tactus.bench.experiment;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.cli.support.ExitStatus;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tactus experiment schedulability}: the ratio of accepted task sets for every approach, as CSV, chart and table. */
@Command(name = "schedulability", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Draws random task sets and shows how many each approach accepts, beside what simulation finds. "
        + "Exit status 1 when an accepted set missed a deadline in simulation.")
public final class SchedulabilityCommand implements Callable<Integer> {
    private static final int MOST_SETS = 100_000;
    private static final int MOST_THREADS = 1024;

    @Spec
    private CommandSpec spec;

    @Option(names = "--system", required = true, paramLabel = "single|lalarand|rt-swap|spet", description = "Which system.")
    private String system;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of all draws (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--sets", description = "Task sets at each place of the axis (default: fits into three minutes on two cores).")
    private Integer sets;

    @Option(names = "--threads", description = "Worker threads (default: all processors); the result is the same for any number.")
    private Integer threads;

    @Option(names = "--out", defaultValue = "experiment", paramLabel = "DIR", description = "Folder for CSV, SVG and PNG "
        + "(default: ${DEFAULT-VALUE}).")
    private Path out;

    @Option(names = "--format", defaultValue = "table", paramLabel = "table|json|csv", description = "What is printed.")
    private String format;

    @Option(names = "--cpu-times", defaultValue = "drawn", paramLabel = "drawn|measured|profile",
        description = "lalarand: what is assumed of int8 times on the CPU (default: ${DEFAULT-VALUE}).")
    private String cpuTimes;

    @Option(names = "--cpu-ratio", defaultValue = "0.5..3", paramLabel = "LOW..HIGH",
        description = "lalarand, drawn: int8 time of a layer on the CPU over its GPU time (default: ${DEFAULT-VALUE}).")
    private String cpuRatio;

    @Option(names = "--utilisation", defaultValue = "0.2", description = "rt-swap: of execution alone (default: ${DEFAULT-VALUE}).")
    private double utilisation;

    @Option(names = "--tflops", defaultValue = "1.5", description = "rt-swap: rate of execution, 10^12/s (default: ${DEFAULT-VALUE}).")
    private double teraFlops;

    @Option(names = "--bandwidth", defaultValue = "25", description = "rt-swap: of copies, 10^9 bytes/s (default: ${DEFAULT-VALUE}).")
    private double bandwidth;

    @Option(names = "--link", defaultValue = "usb3", description = "spet: usb3, usb2 or pcie (default: ${DEFAULT-VALUE}).")
    private String link;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final Experiment experiment = experiment();
        final int perPlace = sets == null ? experiment.defaultSets() : sets;
        final int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        check(perPlace >= 1 && perPlace <= MOST_SETS, "--sets " + perPlace + " is out of range; give 1 to " + MOST_SETS);
        check(workers >= 1 && workers <= MOST_THREADS, "--threads " + workers + " is out of range; give 1 to " + MOST_THREADS);
        check(format.equals("table") || format.equals("json") || format.equals("csv"),
            "--format " + format + " is unknown; use table, json or csv");
        System.setProperty("java.awt.headless", "true");
        Files.createDirectories(out);
        final ExperimentResult result = new ExperimentRunner(experiment, seed, perPlace, workers).run(System.err);
        Files.writeString(out.resolve(ChartWriter.fileName(result, "csv")), result.csv());
        ChartWriter.write(result, out);
        final PrintWriter printer = spec.commandLine().getOut();
        printer.print(switch (format) {
            case "json" -> result.json();
            case "csv" -> result.csv();
            default -> result.table() + "\nWrote " + out.resolve(ChartWriter.fileName(result, "csv")) + ", .svg and .png\n";
        });
        printer.flush();
        return result.total().violation.isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private Experiment experiment() {
        return switch (system) {
            case "single" -> new SingleExperiment();
            case "lalarand" -> lalarand();
            case "rt-swap" -> {
                check(utilisation > 0 && utilisation < 1, "--utilisation " + utilisation + " is out of range; give above 0, below 1");
                check(teraFlops > 0, "--tflops " + teraFlops + " is out of range; give above 0");
                check(bandwidth > 0, "--bandwidth " + bandwidth + " is out of range; give above 0");
                yield new RtSwapExperiment(utilisation, teraFlops, bandwidth);
            }
            case "spet" -> new SpetExperiment(HostLink.of(link)
                .orElseThrow(() -> wrong("--link " + link + " is unknown; use usb3, usb2 or pcie")));
            default -> throw wrong("--system " + system + " is unknown; use single, lalarand, rt-swap or spet");
        };
    }

    private Experiment lalarand() {
        final String[] bounds = cpuRatio.split("\\.\\.", 2);
        try {
            final double low = Double.parseDouble(bounds[0]);
            final double high = Double.parseDouble(bounds[bounds.length - 1]);
            check(low > 0 && low <= high && high <= 1000, "--cpu-ratio " + cpuRatio + " is out of range; the lower bound above 0 first");
            final CpuTimes times = Arrays.stream(CpuTimes.values()).filter(known -> known.text().equals(cpuTimes)).findFirst()
                .orElseThrow(() -> wrong("--cpu-times " + cpuTimes + " is unknown; use drawn, measured or profile"));
            return new LalarandExperiment(times, low, high);
        } catch (final NumberFormatException e) {
            throw wrong("--cpu-ratio " + cpuRatio + " is not LOW..HIGH; such as 0.5..3");
        }
    }

    private void check(final boolean good, final String message) {
        if (!good) {
            throw wrong(message);
        }
    }

    private ParameterException wrong(final String message) {
        final CommandLine line = spec.commandLine();
        return new ParameterException(line, message);
    }
}
