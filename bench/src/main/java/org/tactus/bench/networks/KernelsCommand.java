// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.cli.support.ExitStatus;
import org.tactus.cli.support.PrerequisiteException;
import org.tactus.cli.support.UsageCheck;
import org.tactus.cli.text.Lines;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.ptx.Numbers;
import org.tactus.internal.ptx.SegmentCompiler;
import org.tactus.internal.ptx.SegmentProgram;
import org.tactus.internal.time.Sizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tactus bench kernels}: a network as kernels of our own, interpreted here or written out for a machine with a GPU. */
@Command(name = "kernels", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Compiles a network to GPU kernels, interprets them on the software GPU, and holds the outputs against ONNX Runtime's. "
        + "Exit status 1 when they differ by more than the tolerance.")
public final class KernelsCommand implements Callable<Integer> {
    private static final long SEED = 1;

    @Parameters(paramLabel = "NETWORK", description = "An .onnx file of fixed shapes, or a network of the zoo such as resnet.")
    private String network;
    @Option(names = "--size", defaultValue = "small", paramLabel = "SIZE",
        description = "Size of a network of the zoo: small, medium or large (default: ${DEFAULT-VALUE}).")
    private String size;
    @Option(names = "--tolerance", defaultValue = "1e-4", paramLabel = "SHARE",
        description = "Largest difference that is right, as a share "
        + "of the output's largest magnitude where that is above 1 (default: ${DEFAULT-VALUE}).")
    private double tolerance;
    @Option(names = "--out", paramLabel = "DIR",
        description = "Writes kernels, weights, inputs and expected outputs there, for bench/kernels-beside-pytorch.py.")
    private Path out;
    @Option(names = "--no-check", description = "Interprets nothing.")
    private boolean noCheck;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, tolerance >= 0, "--tolerance " + tolerance + " is no difference; give 0 or more");
        if (OnnxRuntime.find().isEmpty()) {
            throw new PrerequisiteException(OnnxRuntime.absence().orElseThrow());
        }
        final OnnxModel model;
        final SegmentProgram program;
        try {
            model = ModelZoo.NAMES.contains(network) ? ModelZoo.generate(network, size, SEED) : OnnxModel.load(Path.of(network)).inside();
            program = SegmentCompiler.compile(model, Numbers.SINGLE);
        } catch (final InvalidModelException e) {
            UsageCheck.check(spec, false, e.getMessage());
            throw e;
        }
        final PrintStream print = System.out;
        print.println(Lines.wrap(model.name() + ": " + program.launches().size() + " launches of "
            + program.launches().stream().map(launch -> launch.entry()).distinct().count() + " kernels, weights "
            + Sizes.format(program.weightBytes()) + ", scratch " + Sizes.format(program.scratchBytes())));
        final KernelTrial trial = new KernelTrial(model, program, SEED);
        if (out != null) {
            trial.write(out);
            print.println(Lines.wrap("written to " + out));
        }
        if (noCheck) {
            return ExitStatus.GOOD;
        }
        final double difference = trial.difference();
        final boolean good = difference <= tolerance;
        print.println(Lines.wrap((good ? "" : "DIFFERS: ") + "largest difference from ONNX Runtime on the processor "
            + String.format(Locale.ROOT, "%.3g", difference) + " of the output's largest magnitude, where that is above 1"));
        return good ? ExitStatus.GOOD : ExitStatus.NO;
    }
}
