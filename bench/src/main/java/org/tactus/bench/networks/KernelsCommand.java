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
    private static final double SINGLE_TOLERANCE = 1e-4;
    /** Of a network with one product; it grows with the square root of their number, as what is independent adds up. */
    private static final double HALF_TOLERANCE = 0x1p-10;

    @Parameters(paramLabel = "NETWORK", description = "An .onnx file of fixed shapes, or a network of the zoo such as resnet.")
    private String network;
    @Option(names = "--size", defaultValue = "small", paramLabel = "SIZE",
        description = "Size of a network of the zoo: small, medium or large (default: ${DEFAULT-VALUE}).")
    private String size;
    @Option(names = "--fp16", description = "Weights and factors in half precision, as 'compute: kernels-fp16' has them.")
    private boolean half;
    @Option(names = "--tolerance", paramLabel = "SHARE",
        description = "Largest difference that is right, as a share of the output's largest magnitude, without --fp16 of 1 where that is "
        + "below 1 (default: 1e-4; with --fp16 the square root of the number of convolutions and products, times 2^-10).")
    private Double tolerance;
    @Option(names = "--out", paramLabel = "DIR",
        description = "Writes kernels, weights, inputs and expected outputs there, for bench/kernels-beside-pytorch.py.")
    private Path out;
    @Option(names = "--no-check", description = "Interprets nothing.")
    private boolean noCheck;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        UsageCheck.check(spec, tolerance == null || tolerance >= 0, "--tolerance " + tolerance + " is no difference; give 0 or more");
        UsageCheck.check(spec, ModelZoo.NAMES.contains(network) || !spec.commandLine().getParseResult().hasMatchedOption("--size"),
            "--size " + size + " is for a network of the zoo, and " + network + " is none; remove it");
        if (OnnxRuntime.find().isEmpty()) {
            throw new PrerequisiteException(OnnxRuntime.absence().orElseThrow());
        }
        final Numbers numbers = half ? Numbers.HALF : Numbers.SINGLE;
        final OnnxModel model;
        final SegmentProgram program;
        try {
            model = ModelZoo.NAMES.contains(network) ? ModelZoo.generate(network, size, SEED) : OnnxModel.load(Path.of(network)).inside();
            program = SegmentCompiler.compile(model, numbers);
        } catch (final InvalidModelException e) {
            UsageCheck.check(spec, false, e.getMessage());
            throw e;
        }
        final long products = SegmentCompiler.halfProducts(model);
        UsageCheck.check(spec, !half || products > 0, model.name()
            + " has no convolution over several channels and no matrix product, so --fp16 changes nothing; leave it out");
        final PrintStream print = System.out;
        print.println(Lines.wrap(model.name() + ": " + program.launches().size() + " launches of "
            + program.launches().stream().map(launch -> launch.entry()).distinct().count() + " kernels, weights "
            + Sizes.format(program.weightBytes()) + ", scratch " + Sizes.format(program.scratchBytes())));
        final KernelTrial trial = new KernelTrial(model, program, numbers, SEED);
        if (out != null) {
            trial.write(out);
            print.println(Lines.wrap("written to " + out));
        }
        if (noCheck) {
            return ExitStatus.GOOD;
        }
        final KernelTrial.Answer answer = trial.answer();
        final double most = tolerance != null ? tolerance : half ? HALF_TOLERANCE * Math.sqrt(products) : SINGLE_TOLERANCE;
        final boolean good = answer.difference() <= most;
        print.println(Lines.wrap((good ? "" : "DIFFERS: ") + "largest difference from ONNX Runtime on the processor "
            + digits(answer.difference()) + " of the output's largest magnitude"
            + (half ? "; right are " + digits(most) : ", where that is above 1")));
        if (half && answer.rows() > 0) {
            print.println(Lines.wrap(answer.moved().isEmpty()
                ? "the largest number of each output of one row is where it is on the processor"
                : "the largest number is elsewhere than on the processor in " + String.join(", ", answer.moved())));
        }
        return good ? ExitStatus.GOOD : ExitStatus.NO;
    }

    private static String digits(final double share) {
        return String.format(Locale.ROOT, "%.3g", share);
    }
}
