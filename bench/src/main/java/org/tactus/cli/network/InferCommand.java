// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.network;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.FreeName;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.file.NumpyFile;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.OpenShapes;
import org.tactus.internal.network.SegmentChain;
import org.tactus.internal.network.SegmentedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus infer}: runs a network once, as a job would. */
@Command(name = "infer", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Runs an ONNX or TensorFlow Lite network once, as a job would, on inputs from files, and writes its outputs as "
        + ".npy. Exit status 1 when --compare finds a difference above --tolerance.")
public final class InferCommand implements Callable<Integer> {
    private static final OnnxOptions AS_WRITTEN = new OnnxOptions(1, List.of(), false);

    @Parameters(paramLabel = "MODEL", description = "An .onnx file, a .tflite file, or a generated network such as "
        + "resnet-small.")
    private String model;
    @Option(names = "--input", required = true, paramLabel = "NAME=FILE",
        description = "An input from a .npy file of its type and shape, or "
        + "from a .png or .jpg image, which is scaled to its size. Give one for each input.")
    private Map<String, Path> inputs = new LinkedHashMap<>();
    @Option(names = "--mean", defaultValue = "0", split = ",", paramLabel = "NUMBERS",
        description = "Of an image: what is subtracted from pixel / 255, one number or one for each of red, green, blue "
            + "(default: ${DEFAULT-VALUE}).")
    private double[] mean;
    @Option(names = "--deviation", defaultValue = "1", split = ",", paramLabel = "NUMBERS",
        description = "Of an image: what the difference is divided by (default: ${DEFAULT-VALUE}).")
    private double[] deviation;
    @Option(names = "--dims", split = ",", paramLabel = "NAME=N",
        description = "Extents of dimensions that the file leaves open, such as batch=1,width=640.")
    private Map<String, Long> dims = new LinkedHashMap<>();
    @Option(names = "--shape", paramLabel = "NAME=NxN", description = "The shape of an input whose open extents have no name, such as "
        + "images=1x3x640x640, or the largest shape of an output whose extents depend on data.")
    private Map<String, String> shapes = new LinkedHashMap<>();
    @Option(names = "--cuts", defaultValue = "1", paramLabel = "N", description = "Number of segments (default: ${DEFAULT-VALUE}).")
    private int cuts;
    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder for the outputs, one NAME.npy each.")
    private Path out;
    @Option(names = "--compare",
        description = "Also runs the network uncut and without optimisation, and prints how far each output differs.")
    private boolean compare;
    @Option(names = "--tolerance", defaultValue = "1e-4", paramLabel = "SHARE",
        description = "Largest difference that is good, as a share of "
        + "the output's largest magnitude where that is above 1 (default: ${DEFAULT-VALUE}).")
    private double tolerance;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, cuts >= 1, "--cuts " + cuts + " is out of range; give 1 or more");
        UsageCheck.check(spec, tolerance >= 0, "--tolerance " + tolerance + " is no difference; give 0 or more");
        channels("--mean", mean);
        channels("--deviation", deviation);
        UsageCheck.check(spec, Arrays.stream(deviation).allMatch(value -> value > 0), "--deviation must be above 0");
        final PrintWriter print = spec.commandLine().getOut();
        if (model.endsWith(".tflite")) {
            UsageCheck.check(spec, cuts == 1 && !compare && dims.isEmpty() && shapes.isEmpty(), "--cuts, --compare, --dims and --shape "
                + "are for ONNX networks; " + model + " is a TensorFlow Lite file, which runs whole and as it is");
            try (TfLiteRun file = TfLiteRun.open(Path.of(model))) {
                file.notes().forEach(note -> print.println(Lines.wrap(note)));
                return infer(file.chain(), print);
            } finally {
                print.flush();
            }
        }
        if (OnnxRuntime.find().isEmpty()) {
            throw new PrerequisiteException(OnnxRuntime.absence().orElseThrow());
        }
        final OnnxModel network = OpenShapes.fix(NamedModel.load(model), dims, ShapeOptions.parse(spec, shapes));
        try (SegmentedModel job = SegmentedModel.create(network, cuts, OnnxOptions.SINGLE_THREAD)) {
            final int status = infer(job, print);
            if (!compare) {
                return status;
            }
            try (SegmentedModel reference = SegmentedModel.create(network, 1, AS_WRITTEN)) {
                job.inputs().forEach(info -> reference.tensor(info.name()).copyFrom(job.tensor(info.name())));
                run(reference);
                return compare(job, reference, print);
            }
        } finally {
            print.flush();
        }
    }

    private int infer(final SegmentChain job, final PrintWriter print) throws IOException {
        fill(job, print);
        run(job);
        write(job, print);
        return ExitStatus.GOOD;
    }

    private void channels(final String option, final double[] values) {
        UsageCheck.check(spec, (values.length == 1 || values.length == 3) && Arrays.stream(values).allMatch(Double::isFinite),
            option + " " + Arrays.toString(values) + " is none; give one number, or three for red, green, blue");
    }

    private void fill(final SegmentChain job, final PrintWriter print) {
        final List<String> names = job.inputs().stream().map(TensorInfo::name).toList();
        final List<String> wrong = new ArrayList<>(); // all at once
        for (final String name : inputs.keySet()) {
            if (!names.contains(name)) {
                wrong.add("--input " + name + ": " + model + " has no such input; it has " + job.inputs());
            }
        }
        final boolean misspelt = !wrong.isEmpty(); // then it is known why an input has no file
        final TensorFiles files = new TensorFiles(mean, deviation);
        for (final TensorInfo info : job.inputs()) {
            final Path file = inputs.get(info.name());
            try {
                if (file == null && !misspelt) {
                    wrong.add("input " + info + " has no file; give --input " + info.name() + "=FILE.npy");
                } else if (file != null) {
                    print.println(Lines.wrap(files.read(file, info, job.tensor(info.name()))));
                }
            } catch (final InvalidModelException e) {
                wrong.add(e.getMessage());
            }
        }
        if (!wrong.isEmpty()) {
            throw new InvalidModelException(String.join("\n", wrong));
        }
    }

    private void run(final SegmentChain job) {
        try {
            for (int i = 0; i < job.segments(); i++) {
                job.run(i);
            }
        } catch (final NativeCallException e) {
            throw new InvalidModelException(model + ": does not run on these inputs: " + e.getMessage(), e);
        }
    }

    private void write(final SegmentChain job, final PrintWriter print) throws IOException {
        OutputFolder.make(out);
        final Set<String> taken = new HashSet<>();
        for (final TensorInfo info : job.outputs()) {
            final String plain = info.name().replaceAll("[^A-Za-z0-9_.-]", "_").replaceFirst("^\\.+", "_");
            final String name = FreeName.take(plain.isEmpty() ? "output" : plain, taken);
            final Path file = out.resolve(name + ".npy");
            NumpyFile.write(file, TensorFiles.type(info.type()), info.shape(), job.tensor(info.name()).asSlice(0, info.bytes()));
            print.println(Lines.wrap("output " + info + " in " + file));
        }
    }

    private int compare(final SegmentedModel job, final SegmentedModel reference, final PrintWriter print) {
        final List<String> beyond = new ArrayList<>();
        for (final TensorInfo info : job.outputs()) {
            final OutputDifference difference = OutputDifference.of(info, job.tensor(info.name()), reference.tensor(info.name()));
            print.println(Lines.wrap(String.format(Locale.ROOT, "%s: largest difference %.3g, RMS %.3g, of values up to %.3g", info.name(),
                difference.largest(), difference.rms(), difference.reference())));
            if (difference.share() > tolerance) {
                beyond.add(info.name());
            }
        }
        if (!beyond.isEmpty()) {
            print.println(Lines.wrap("BEYOND THE TOLERANCE of " + tolerance + ": " + String.join(", ", beyond)));
        }
        return beyond.isEmpty() ? ExitStatus.GOOD : ExitStatus.NO;
    }
}
