// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.tactus.bindings.linux.RealTime;
import org.tactus.bindings.linux.VectorUnit;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.KeptInput;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.Progress;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.format.Quantiles;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OpenShapes;
import org.tactus.internal.measure.LayerProfiler;
import org.tactus.internal.measure.LayerTimes;
import org.tactus.internal.quantise.Closeness;
import org.tactus.internal.quantise.ClosenessMeter;
import org.tactus.internal.quantise.LayeredModel;
import org.tactus.internal.quantise.Mixture;
import org.tactus.internal.quantise.ModelLayer;
import org.tactus.internal.quantise.Range;
import org.tactus.internal.quantise.RangeCalibration;
import org.tactus.internal.quantise.SampleFiles;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.text.TextTable;
import org.tactus.internal.time.Sizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus quantize}: a network with layers on 8-bit integers. */
@Command(name = "quantize", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Writes a network with some layers on 8-bit integers for the CPU: by default those that a measurement finds faster.")
public final class QuantizeCommand implements Callable<Integer> {
    private static final int INDENT = 2;
    /** Of the table of layers, the last three of them times. */
    private static final int COLUMNS = 8;
    private static final int CLOSENESS_SAMPLES = 16;

    @Parameters(paramLabel = "MODEL", description = "An .onnx file, or a generated network such as resnet-small.")
    private String model;
    @Option(names = "--samples", required = true, paramLabel = "PATH",
        description = "Inputs as the network will see them, from which ranges are taken: a .npy file of 32-bit floats, bare "
            + "little-endian floats as .f32, or a folder of such files.")
    private Path samples;
    @Option(names = "--layers", defaultValue = "faster", paramLabel = "faster|all|none|LIST",
        description = "Layers on 8-bit integers; a list holds numbers, ranges and names, such as 0,3-7,fc. With none the file carries the "
            + "ranges from which a task set makes any mixture (default: ${DEFAULT-VALUE}).")
    private String layers;
    @Option(names = "--share", defaultValue = "1", paramLabel = "SHARE",
        description = "Share of the values that a range must hold; below 1 outliers saturate (default: ${DEFAULT-VALUE}).")
    private double share;
    @Option(names = "--weight-bits", defaultValue = "auto", paramLabel = "auto|8|7",
        description = "7 for x86 processors without VNNI; auto asks this machine's (default: ${DEFAULT-VALUE}).")
    private String weightBits;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "100",
        description = "Samples of each measurement (default: ${DEFAULT-VALUE}).")
    private int runs;
    @Option(names = "--core", paramLabel = "CORE", description = "Core to measure on (default: any).")
    private Integer core;
    @Option(names = "--times", paramLabel = "FILE", description = "Writes the measured times as CSV.")
    private Path times;
    @Option(names = "--max-error", paramLabel = "SHARE", description = "Leaves layers in 32-bit floating point that alone change an output "
        + "by more than this relative RMS error, such as 0.01, and names them.")
    private Double maxError;
    @Option(names = "--dims", split = ",", paramLabel = "NAME=N",
        description = "Extents of dimensions that the file leaves open, such as batch=1,width=640; the file that is written has them.")
    private Map<String, Long> dims = new LinkedHashMap<>();
    @Option(names = "--shape", paramLabel = "NAME=NxN", description = "The shape of an input whose open extents have no name, such as "
        + "images=1x3x640x640.")
    private Map<String, String> shapes = new LinkedHashMap<>();
    @Option(names = {"-o", "--out", "--output"}, paramLabel = "FILE", description = "The .onnx file to write.")
    private Path output;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        KeptInput.require("--out", Path.of(model), output);
        UsageCheck.check(spec, core == null || RealTime.onlineCores().contains(core), "--core: this machine has no core " + core
            + " on line; it has " + RealTime.onlineCores());
        UsageCheck.check(spec, runs >= 1, "--runs " + runs + " is out of range; give 1 or more");
        UsageCheck.check(spec, share > 0.5 && share <= 1, "--share " + share + " is out of range; give above 0.5, at most 1");
        UsageCheck.check(spec, List.of("auto", "8", "7").contains(weightBits),
            "--weight-bits " + weightBits + " is unknown; use auto, 8 or 7");
        UsageCheck.check(spec, maxError == null || maxError >= 0 && Double.isFinite(maxError),
            "--max-error " + maxError + " is no error; give a share of the values, such as 0.01");
        if (OnnxRuntime.find().isEmpty()) {
            throw new PrerequisiteException(OnnxRuntime.absence().orElseThrow());
        }
        final LayeredModel layered = LayeredModel.of(OpenShapes.fix(NamedModel.load(model), dims, ShapeOptions.parse(spec, shapes)));
        final int weightLimit = weightLimit();
        final SampleFiles inputs = SampleFiles.of(samples, layered);
        final Map<String, Range> ranges = new RangeCalibration(layered, inputs, share).ranges();
        final boolean[] able = new boolean[layered.layers().size()];
        for (int j = 0; j < able.length; j++) {
            able[j] = layered.layers().get(j).hasInt8();
        }
        final Mixture all = new Mixture(layered, ranges, weightLimit, able);
        final List<LayerTimes> measured = layers.equals("faster") || times != null ? measure(all) : List.of();
        final boolean[] chosen = chosen(layered, able, measured);
        final ClosenessMeter meter = new ClosenessMeter(layered, inputs, CLOSENESS_SAMPLES);
        final Progress comparing = new Progress("comparing with floating point");
        final Map<String, Double> errors = meter.layers(all, comparing::at);
        comparing.done();
        leave(layered, chosen, errors);
        print(layered, chosen, measured, errors, System.out);
        final Closeness closeness = meter.of(all.with(chosen), errors);
        closeness.outputs().forEach(output -> System.out.println(Lines.wrap("  " + output.text())));
        System.out.println(Lines.wrap("  compared with floating point on " + closeness.samples()
            + " samples; a layer's error is what it alone does to"
            + " the outputs"));
        if (times != null) {
            WholeFile.write(times, csv(layered, measured));
        }
        if (output != null) {
            final byte[] bytes = closeness.writtenInto(
                layers.equals("none") ? layered.calibrated(ranges) : all.with(chosen).model()).bytes();
            WholeFile.write(output, out -> out.write(bytes));
            System.out.println(Lines.wrap("Wrote " + output + ", " + Sizes.format(Files.size(output))));
        }
        return ExitStatus.GOOD;
    }

    private int weightLimit() {
        final boolean exact = VectorUnit.addsPairsExactly();
        if (!exact) {
            System.err.println("tactus: this processor has no VNNI: expect little from 8-bit integers here");
        }
        return switch (weightBits) {
            case "8" -> Mixture.FULL_WEIGHTS;
            case "7" -> Mixture.REDUCED_WEIGHTS;
            default -> exact ? Mixture.FULL_WEIGHTS : Mixture.REDUCED_WEIGHTS;
        };
    }

    private List<LayerTimes> measure(final Mixture all) throws InterruptedException {
        final Progress progress = new Progress("measuring");
        final List<LayerTimes> measured =
            new LayerProfiler(new RealTimeSetup(true), core == null ? List.of() : List.of(core), runs).measure(all, progress::at);
        progress.done();
        return measured;
    }

    private boolean[] chosen(final LayeredModel layered, final boolean[] able, final List<LayerTimes> measured) {
        final boolean[] chosen = new boolean[able.length];
        switch (layers) {
            case "all" -> System.arraycopy(able, 0, chosen, 0, able.length);
            case "none" -> { }
            case "faster" -> {
                for (int j = 0; j < chosen.length; j++) {
                    chosen[j] = measured.get(j).int8IsFaster();
                }
            }
            default -> {
                for (final String word : layers.split(",")) {
                    choose(layered, chosen, word.strip());
                }
            }
        }
        for (int j = 0; j < chosen.length; j++) {
            if (chosen[j] && !able[j]) {
                throw new InvalidModelException("--layers: layer " + j + " (" + layered.layers().get(j).name() + ", "
                    + layered.layers().get(j).operator() + ") has no form on 8-bit integers; leave it out");
            }
        }
        return chosen;
    }

    /** Takes back what changes the outputs too much. */
    private void leave(final LayeredModel layered, final boolean[] chosen, final Map<String, Double> errors) {
        for (int j = 0; j < chosen.length && maxError != null; j++) {
            final String layer = layered.layers().get(j).name();
            if (chosen[j] && errors.get(layer) > maxError) {
                chosen[j] = false;
                System.out.println(Lines.wrap(String.format(Locale.ROOT,
                    "left in floating point: layer %d (%s), which alone changes an output by %.4f", j, layer, errors.get(layer))));
            }
        }
    }

    private static void choose(final LayeredModel layered, final boolean[] chosen, final String word) {
        for (int j = 0; j < chosen.length; j++) {
            if (layered.layers().get(j).name().equals(word)) {
                chosen[j] = true;
                return;
            }
        }
        if (!word.matches("\\d{1,6}(-\\d{1,6})?")) {
            throw new InvalidModelException("--layers: no layer is called '" + word + "'; give names or numbers from 0 to "
                + (chosen.length - 1));
        }
        final String[] ends = word.split("-");
        final int first = Integer.parseInt(ends[0]);
        final int last = Integer.parseInt(ends[ends.length - 1]);
        if (first > last || last >= chosen.length) {
            throw new InvalidModelException("--layers: '" + word + "' is no range of layers; they are 0 to " + (chosen.length - 1));
        }
        for (int j = first; j <= last; j++) {
            chosen[j] = true;
        }
    }

    private static void print(final LayeredModel layered, final boolean[] chosen, final List<LayerTimes> measured,
        final Map<String, Double> errors, final PrintStream out) {
        final boolean timed = !measured.isEmpty();
        out.println(Lines.wrap(layered.name() + ": " + chosen.length + " layers" + (timed ? ", medians of one alone in us" : "")));
        double before = 0;
        double after = 0;
        final List<String[]> rows = new ArrayList<>();
        for (int j = 0; j < chosen.length; j++) {
            final ModelLayer layer = layered.layers().get(j);
            final List<String> row = new ArrayList<>(List.of(String.valueOf(j), layer.name(), layer.operator(), chosen[j] ? "int8" : "fp32",
                errors.containsKey(layer.name()) ? String.format(Locale.ROOT, "%.4f", errors.get(layer.name())) : "-"));
            if (timed) {
                final LayerTimes times = measured.get(j);
                before += us(times.fp32());
                after += chosen[j] ? us(times.int8().orElseThrow()) : us(times.fp32());
                row.add(String.format(Locale.ROOT, "%.1f", us(times.fp32())));
                row.add(times.int8().map(int8 -> String.format(Locale.ROOT, "%.1f", us(int8))).orElse(""));
                row.add(times.int8().map(int8 -> String.format(Locale.ROOT, "%.2f", us(int8) / us(times.fp32()))).orElse(""));
            }
            rows.add(row.toArray(String[]::new));
        }
        out.print(TextTable.text(Terminal.width() - INDENT, Stream.of("", " layer", " operator", " runs", "error", "fp32", "int8", "ratio")
            .limit(timed ? COLUMNS : COLUMNS - 3).toArray(String[]::new), rows).indent(INDENT));
        if (timed) {
            out.println(Lines.wrap(String.format(Locale.ROOT,
                "  all layers: fp32 %.0f us, so chosen %.0f us, ratio %.2f, conversions not included", before, after, after / before)));
        }
    }

    private static String csv(final LayeredModel layered, final List<LayerTimes> measured) {
        final List<String> rows = new ArrayList<>();
        rows.add("model,layer,operator,output,mega_macs,fp32_us,int8_us,quantise_us,dequantise_us");
        for (int j = 0; j < measured.size(); j++) {
            final LayerTimes row = measured.get(j);
            final String shape = String.join("x", layered.tensor(layered.layers().get(j).outputs().getFirst()).shape().stream()
                .map(String::valueOf).toList());
            rows.add(String.join(",", layered.name(), row.layer(), row.operator(), shape,
                String.format(Locale.ROOT, "%.3f", row.operations() / 1e6), text(row.fp32()),
                row.int8().map(QuantizeCommand::text).orElse(""), row.quantise().map(QuantizeCommand::text).orElse(""),
                row.dequantise().map(QuantizeCommand::text).orElse("")));
        }
        return String.join("\n", rows) + "\n";
    }

    private static String text(final Quantiles times) {
        return String.format(Locale.ROOT, "%.2f", us(times));
    }

    private static double us(final Quantiles times) {
        return times.p50Ns() / 1e3;
    }
}
