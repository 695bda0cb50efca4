// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.cli.network.OutputDifference;
import org.tactus.internal.graph.GivenInputs;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.OpenShapes;
import org.tactus.internal.network.SegmentedModel;

/**
 * One network of a list in this process: loaded, cut into 1, 2, 4 and 8 segments, each run on the same drawn inputs, and held against what
 * ONNX Runtime's own Java API answers for the same file, uncut and unoptimised. A cut network that computes as it is written must answer
 * the same. Of an optimised one a difference counts as the runtime's where its own optimised run is beyond the tolerance, too: on numbers
 * that are rounded to eight bits at run time, the last digit of a sum decides a step.
 */
final class NetworkTrial {
    static final int[] CUTS = {1, 2, 4, 8};
    private static final long SEED = 1;
    private static final double SAME = 1e-6;
    private static final OnnxOptions AS_WRITTEN = new OnnxOptions(1, List.of(), false);

    private final ListedNetwork network;
    private final Path file;
    private final double tolerance;
    private final List<String> wrong = new ArrayList<>();

    NetworkTrial(final ListedNetwork network, final Path folder, final double tolerance) {
        this.network = network;
        this.file = network.file(folder);
        this.tolerance = tolerance;
    }

    /** The text of a good result has a cell for each number of cuts: the largest difference as a share, or why it cannot be cut so. */
    CaseResult run() {
        try {
            if (!Files.isRegularFile(file)) {
                return result(CaseResult.Outcome.REFUSED, file.getFileName() + " is not there; bench/networks/fetch.sh gets it");
            }
            if (!network.isIn(file)) {
                return result(CaseResult.Outcome.REFUSED, file.getFileName() + " is another file than the listed one");
            }
            final List<String> cells = cells();
            return wrong.isEmpty() ? result(CaseResult.Outcome.OK, String.join("|", cells))
                : result(CaseResult.Outcome.WRONG, String.join("; ", wrong));
        } catch (final InvalidModelException e) {
            return result(CaseResult.Outcome.REFUSED, e.getMessage().replace(file + ": ", ""));
        } catch (final NativeCallException e) {
            return result(CaseResult.Outcome.REFUSED, "does not run on drawn inputs: " + e.getMessage());
        } catch (final OrtException e) {
            return result(CaseResult.Outcome.REFUSED, "ONNX Runtime's own API refuses it: " + e.getMessage());
        } catch (final IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            return result(CaseResult.Outcome.CRASH, e + " at " + (e.getStackTrace().length > 0 ? e.getStackTrace()[0] : "?"));
        }
    }

    private CaseResult result(final CaseResult.Outcome outcome, final String text) {
        return new CaseResult(network.name(), outcome, text);
    }

    private List<String> cells() throws OrtException {
        final OnnxModel open = OpenShapes.fix(OnnxModel.load(file), network.dims(), network.shapes());
        final OnnxModel model = GivenInputs.give(open, network.values());
        final List<String> cells = new ArrayList<>();
        Map<String, PlainRuntime.Output> reference = null;
        double own = 0;
        for (final int cuts : CUTS) {
            try (SegmentedModel job = SegmentedModel.create(model, cuts, OnnxOptions.SINGLE_THREAD);
                 SegmentedModel written = SegmentedModel.create(model, cuts, AS_WRITTEN)) {
                run(job);
                run(written);
                if (reference == null) {
                    final Map<TensorInfo, MemorySegment> inputs = inputs(open, job);
                    reference = answers(inputs, false);
                    own = largest(job, answers(inputs, true), reference);
                }
                final double asWritten = share(written, reference, cuts, SAME);
                final double share = share(job, reference, cuts, Math.max(tolerance, own > tolerance ? Double.POSITIVE_INFINITY : 0));
                cells.add(text(share) + (share > tolerance ? " (as written " + text(asWritten) + ")" : ""));
            } catch (final InvalidModelException e) {
                if (cuts == 1) {
                    throw e;
                }
                cells.add("cannot: " + e.getMessage().replaceFirst(".*a cut that the graph does not allow: ", ""));
            }
        }
        return cells;
    }

    private static String text(final double share) {
        return share == 0 ? "0" : String.format(Locale.ROOT, "%.0e", share);
    }

    private static void run(final SegmentedModel job) {
        job.fillInputs(SEED);
        for (int i = 0; i < job.segments(); i++) {
            job.run(i);
        }
    }

    /** What the file's inputs hold: the job's values, and those that the list gives. */
    private Map<TensorInfo, MemorySegment> inputs(final OnnxModel open, final SegmentedModel job) {
        final Map<TensorInfo, MemorySegment> inputs = new LinkedHashMap<>();
        job.inputs().forEach(info -> inputs.put(info, job.tensor(info.name())));
        GivenInputs.give(open, network.values()).given().values().forEach(tensor -> {
            final TensorProtoFile value = TensorProtoFile.of(tensor, Arena.ofAuto());
            inputs.put(value.info(), value.values());
        });
        return inputs;
    }

    private Map<String, PlainRuntime.Output> answers(final Map<TensorInfo, MemorySegment> inputs, final boolean optimised)
        throws OrtException {
        try (PlainRuntime runtime = new PlainRuntime(file, optimised)) {
            return runtime.run(inputs);
        }
    }

    /** How far the runtime's own optimised answers are from its own unoptimised ones. */
    private static double largest(
        final SegmentedModel job, final Map<String, PlainRuntime.Output> is, final Map<String, PlainRuntime.Output> should) {
        double largest = 0;
        for (final TensorInfo info : job.outputs()) {
            if (should.containsKey(info.name()) && is.get(info.name()).shape().equals(should.get(info.name()).shape())) {
                largest = Math.max(largest, OutputDifference.of(new TensorInfo(info.name(), info.type(), should.get(info.name()).shape()),
                    is.get(info.name()).values(), should.get(info.name()).values()).share());
            }
        }
        return largest;
    }

    /** The largest difference of all outputs; an output with a stated largest shape is compared where the reference has elements. */
    private double share(final SegmentedModel job, final Map<String, PlainRuntime.Output> reference, final int cuts, final double allowed) {
        double largest = 0;
        for (final Map.Entry<String, PlainRuntime.Output> entry : reference.entrySet()) {
            final PlainRuntime.Output should = entry.getValue();
            final TensorInfo info = job.outputs().stream().filter(output -> output.name().equals(entry.getKey())).findFirst().orElseThrow();
            final TensorInfo seen = new TensorInfo(info.name(), info.type(), should.shape());
            if (!seen.shape().equals(info.shape()) && !network.shapes().containsKey(info.name())) {
                wrong.add("cuts " + cuts + ": output " + info + " should be " + seen);
                continue;
            }
            final MemorySegment is = job.tensor(info.name());
            final OutputDifference difference = OutputDifference.of(seen, seen.shape().equals(info.shape()) ? is
                : part(is, info, should.shape()), should.values());
            largest = Math.max(largest, difference.share());
            if (difference.share() > allowed) {
                wrong.add(String.format(Locale.ROOT, "cuts %d%s: output %s differs by up to %.3g of values up to %.3g", cuts,
                    allowed == SAME ? " as written" : "", seen, difference.largest(), difference.reference()));
            }
        }
        return largest;
    }

    /** The elements of the corner of a tensor that has these extents. */
    private static MemorySegment part(final MemorySegment whole, final TensorInfo info, final List<Long> shape) {
        final int bytes = info.type().bytes();
        final long elements = shape.stream().reduce(1L, Math::multiplyExact);
        final MemorySegment part = Arena.ofAuto().allocate(Math.max(1, elements * bytes), 64);
        for (long i = 0; i < elements; i++) {
            long rest = i;
            long at = 0;
            long stride = 1;
            for (int axis = shape.size() - 1; axis >= 0; axis--) {
                at += rest % shape.get(axis) * stride;
                rest /= shape.get(axis);
                stride *= info.shape().get(axis);
            }
            MemorySegment.copy(whole, at * bytes, part, i * bytes, bytes);
        }
        return part;
    }
}
