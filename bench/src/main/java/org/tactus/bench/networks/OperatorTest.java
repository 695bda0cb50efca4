// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.cli.network.OutputDifference;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.OpenShapes;
import org.tactus.internal.network.SegmentedModel;

/**
 * One of ONNX's operator tests, run as a job would run its network: {@code model.onnx} beside folders {@code test_data_set_N} with
 * {@code input_I.pb} and {@code output_I.pb}. Open extents of inputs are fixed as the test's inputs have them, and an output whose extents
 * depend on data gets the test's own as its largest.
 */
final class OperatorTest {
    /** What ONNX's own runner allows, as a share of what should come out, beside ABSOLUTE. */
    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-6;
    private static final String MODEL = "model.onnx";
    /** Where ONNX Runtime answers otherwise than ONNX 1.12's test, and says so in its own list of tests that it leaves out. */
    private static final Map<String, String> RUNTIMES_OWN = Map.of(
        "node/test_maxunpool_export_with_output_shape",
        "the test's output is wrong (ONNX mended it later)", "node/test_cast_FLOAT_to_BFLOAT16",
        "the test cuts bits off, the runtime rounds to the nearest", "node/test_resize_downsample_scales_linear_align_corners",
        "the runtime rounds the size of the result otherwise", "node/test_resize_downsample_scales_cubic_align_corners",
        "the runtime rounds the size of the result otherwise");

    private final Path folder;
    private final String name;
    private final int cuts;

    /** A test in a folder, whose network is run in so many segments. */
    OperatorTest(final Path root, final String name, final int cuts) {
        this.folder = root.resolve(name);
        this.name = name;
        this.cuts = cuts;
    }

    /** Names of all tests below a folder: their own folders, relative to it. */
    static List<String> find(final Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.getFileName().toString().equals(MODEL)).map(Path::getParent).filter(OperatorTest::hasData)
                .map(test -> root.relativize(test).toString()).sorted().toList();
        }
    }

    private static boolean hasData(final Path test) {
        return Files.isDirectory(test.resolve("test_data_set_0"));
    }

    /** Runs the test on all of its data. */
    CaseResult run() {
        try (Stream<Path> entries = Files.list(folder)) {
            final OnnxModel model = OnnxModel.load(folder.resolve(MODEL));
            for (final Path data : entries.filter(entry -> entry.getFileName().toString().startsWith("test_data_set_")).sorted().toList()) {
                final String wrong = compare(model, data);
                if (!wrong.isEmpty()) {
                    return RUNTIMES_OWN.containsKey(name)
                        ? new CaseResult(name, CaseResult.Outcome.RUNTIME, RUNTIMES_OWN.get(name) + ": " + wrong)
                        : new CaseResult(name, CaseResult.Outcome.WRONG, wrong);
                }
            }
            return new CaseResult(name, CaseResult.Outcome.OK, "");
        } catch (final InvalidModelException e) {
            return new CaseResult(name, CaseResult.Outcome.REFUSED, e.getMessage().replace(folder.resolve(MODEL) + ": ", ""));
        } catch (final NativeCallException e) {
            return new CaseResult(name, CaseResult.Outcome.REFUSED, "does not run on the test's inputs: " + e.getMessage());
        } catch (final IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            return new CaseResult(name, CaseResult.Outcome.CRASH, e + " at " + (e.getStackTrace().length > 0 ? e.getStackTrace()[0] : "?"));
        }
    }

    private String compare(final OnnxModel model, final Path data) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final Map<String, TensorProtoFile> inputs = tensors(model.proto().getGraph().getInputList(), data, "input_", arena);
            final Map<String, TensorProtoFile> outputs = tensors(model.proto().getGraph().getOutputList(), data, "output_", arena);
            final Map<String, List<Long>> shapes = new LinkedHashMap<>();
            model.proto().getGraph().getInputList().stream().filter(input -> isOpen(input) && inputs.containsKey(input.getName()))
                .forEach(input -> shapes.put(input.getName(), inputs.get(input.getName()).shape()));
            SegmentedModel opened;
            try {
                opened = SegmentedModel.create(OpenShapes.fix(model, Map.of(), shapes), cuts, OnnxOptions.SINGLE_THREAD);
            } catch (final InvalidModelException e) {
                if (!e.getMessage().contains("write its largest shape")) {
                    throw e;
                }
                outputs.forEach((output, tensor) -> shapes.put(output, tensor.shape()));
                opened = SegmentedModel.create(OpenShapes.fix(model, Map.of(), shapes), cuts, OnnxOptions.SINGLE_THREAD);
            }
            try (SegmentedModel job = opened) {
                for (final TensorInfo input : job.inputs()) {
                    final TensorProtoFile given = inputs.get(input.name());
                    if (given == null || !sameBits(given.info(), input) || !given.shape().equals(input.shape())) {
                        throw new InvalidModelException("the test has " + (given == null ? "no value" : given.info())
                            + ", which input " + input + " does not take");
                    }
                    MemorySegment.copy(given.values(), 0, job.tensor(input.name()), 0, input.bytes());
                }
                for (int i = 0; i < job.segments(); i++) {
                    job.run(i);
                }
                return difference(job, outputs);
            }
        }
    }

    /** Tensors of a data set by name: the one that the file gives, else that of the value in the same place. */
    private static Map<String, TensorProtoFile> tensors(
        final List<ValueInfoProto> values, final Path data, final String prefix, final Arena arena) throws IOException {
        final List<Path> files;
        try (Stream<Path> all = Files.list(data)) {
            files = all.filter(file -> file.getFileName().toString().startsWith(prefix)).sorted(Comparator.comparingInt(
                file -> Integer.parseInt(file.getFileName().toString().replaceAll("\\D", "")))).toList();
        }
        final Map<String, TensorProtoFile> tensors = new LinkedHashMap<>();
        for (int i = 0; i < Math.min(files.size(), values.size()); i++) {
            if (values.get(i).getType().hasTensorType()) {
                final TensorProtoFile tensor = TensorProtoFile.read(files.get(i), arena);
                final boolean named = values.stream().anyMatch(value -> value.getName().equals(tensor.info().name()));
                tensors.put(named ? tensor.info().name() : values.get(i).getName(), tensor);
            }
        }
        return tensors;
    }

    /** The tests have brain floats as integers of 16 bits. */
    private static boolean sameBits(final TensorInfo file, final TensorInfo network) {
        return file.type() == network.type() || file.type() == ElementType.UINT16 && network.type() == ElementType.BFLOAT16;
    }

    private static boolean isOpen(final ValueInfoProto value) {
        return !value.getType().getTensorType().hasShape()
            || value.getType().getTensorType().getShape().getDimList().stream().anyMatch(dimension -> !dimension.hasDimValue());
    }

    /** What the first output that differs is and should be; empty when none does. Of random networks only types and extents are held. */
    private static String difference(final SegmentedModel job, final Map<String, TensorProtoFile> outputs) {
        final List<String> wrong = new ArrayList<>();
        final boolean random = job.unrepeatable().isPresent();
        for (final Map.Entry<String, TensorProtoFile> expected : outputs.entrySet()) {
            final TensorInfo should = expected.getValue().info();
            final TensorInfo is = job.outputs().stream().filter(info -> info.name().equals(expected.getKey())).findFirst().orElse(null);
            if (is == null || !sameBits(should, is) || !is.shape().equals(should.shape())) {
                wrong.add("output " + is + " should be " + should.type() + should.shape());
            } else if (!random) {
                final MemorySegment computed = job.tensor(is.name());
                final OutputDifference difference = OutputDifference.of(is, computed, expected.getValue().values(), RELATIVE, ABSOLUTE);
                if (difference.beyond() > 0) {
                    wrong.add(String.format(Locale.ROOT, "output %s: %d of %d elements differ, by up to %.3g of values up to %.3g", is,
                        difference.beyond(), is.elements(), difference.largest(), difference.reference()));
                }
            }
        }
        return wrong.isEmpty() ? "" : wrong.getFirst();
    }
}
