// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
import org.tactus.cli.OutputDifference;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.OpenShapes;
import org.tactus.internal.network.SegmentedModel;

/**
 * One network of a list in this process: loaded, cut into 1, 2, 4 and 8 segments, each run on the same drawn inputs, and held against what
 * ONNX Runtime's own Java API answers for the same file.
 */
final class NetworkTrial {
    static final int[] CUTS = {1, 2, 4, 8};
    private static final long SEED = 1;

    private final ListedNetwork network;
    private final Path file;
    private final double tolerance;

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
            final OnnxModel model = OpenShapes.fix(OnnxModel.load(file), network.dims(), network.shapes());
            final List<String> cells = new ArrayList<>();
            final List<String> wrong = new ArrayList<>();
            Map<String, PlainRuntime.Output> reference = null;
            for (final int cuts : CUTS) {
                try (SegmentedModel job = SegmentedModel.create(model, cuts, OnnxOptions.SINGLE_THREAD)) {
                    fill(job);
                    reference = reference == null ? reference(job) : reference;
                    for (int i = 0; i < cuts; i++) {
                        job.run(i);
                    }
                    final double share = share(job, reference, wrong, cuts);
                    cells.add(share == 0 ? "0" : String.format(Locale.ROOT, "%.0e", share));
                } catch (final InvalidModelException e) {
                    if (cuts == 1) {
                        throw e;
                    }
                    cells.add("cannot: " + e.getMessage().replaceFirst(".*a cut that the graph does not allow: ", ""));
                }
            }
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

    private void fill(final SegmentedModel job) {
        job.fillInputs(SEED);
        for (final TensorInfo info : job.inputs()) {
            final Double value = network.values().get(info.name());
            for (long i = 0; value != null && i < info.elements(); i++) {
                switch (info.type()) {
                    case INT64 -> job.tensor(info.name()).setAtIndex(ValueLayout.JAVA_LONG, i, value.longValue());
                    case INT32 -> job.tensor(info.name()).setAtIndex(ValueLayout.JAVA_INT, i, value.intValue());
                    case FLOAT -> job.tensor(info.name()).setAtIndex(ValueLayout.JAVA_FLOAT, i, value.floatValue());
                    default -> throw new InvalidModelException("values: input " + info + " takes none; only INT64, INT32 and FLOAT do");
                }
            }
        }
    }

    private Map<String, PlainRuntime.Output> reference(final SegmentedModel job) throws OrtException {
        final Map<TensorInfo, MemorySegment> inputs = new LinkedHashMap<>();
        job.inputs().forEach(info -> inputs.put(info, job.tensor(info.name())));
        try (PlainRuntime runtime = new PlainRuntime(file)) {
            return runtime.run(inputs);
        }
    }

    /** The largest difference of all outputs; an output with a stated largest shape is compared where the reference has elements. */
    private double share(
        final SegmentedModel job, final Map<String, PlainRuntime.Output> reference, final List<String> wrong, final int cuts) {
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
            if (difference.share() > tolerance) {
                wrong.add(String.format(Locale.ROOT, "cuts %d: output %s differs by up to %.3g of values up to %.3g", cuts, seen,
                    difference.largest(), difference.reference()));
            }
        }
        return largest;
    }

    /** The elements of the corner of a tensor that has these extents. */
    private static MemorySegment part(final MemorySegment whole, final TensorInfo info, final List<Long> shape) {
        final int bytes = info.type().bytes();
        final long elements = shape.stream().reduce(1L, Math::multiplyExact);
        final MemorySegment part = java.lang.foreign.Arena.ofAuto().allocate(Math.max(1, elements * bytes), 64);
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
