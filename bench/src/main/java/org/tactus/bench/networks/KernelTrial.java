// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.device.cuda.CudaDevice;
import org.tactus.internal.device.cuda.CudaDevices;
import org.tactus.internal.file.OutputFolder;
import org.tactus.internal.file.WholeFile;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.Tensors;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.internal.network.TensorMemory;
import org.tactus.internal.ptx.Launch;
import org.tactus.internal.ptx.Numbers;
import org.tactus.internal.ptx.SegmentProgram;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;

/** A network beside its kernels: what ONNX Runtime answers on the processor, and what the kernels do on the software GPU. */
final class KernelTrial {
    private final OnnxModel model;
    private final SegmentProgram program;
    private final CutChain chain;
    private final Numbers numbers;
    private final long seed;
    /** Inputs, and the outputs that ONNX Runtime computes of them. */
    private final Map<String, float[]> values = new HashMap<>();
    /** Outputs of other inputs. */
    private final Map<String, float[]> others = new HashMap<>();

    /**
     * What the kernels answered.
     *
     * @param difference the largest of an output, as a share of its largest magnitude; in single precision of 1 where that is below 1
     * @param rows       outputs of one row of several numbers, over all inputs
     * @param moved      those of them whose largest number is elsewhere
     */
    record Answer(double difference, int rows, List<String> moved) {
    }

    KernelTrial(final OnnxModel model, final SegmentProgram program, final Numbers numbers, final long seed) {
        this.model = model;
        this.program = program;
        this.numbers = numbers;
        this.seed = seed;
        chain = new ModelCutter(OnnxRuntime.require()).cut(model, 1);
        try (SegmentedModel processor = SegmentedModel.create(chain, OnnxOptions.SINGLE_THREAD)) {
            processor.fillInputs(seed);
            processor.run(0);
            keep(processor, processor.inputs(), values);
            keep(processor, processor.outputs(), values);
            processor.fillInputs(seed + 1);
            processor.run(0);
            keep(processor, processor.outputs(), others);
        }
    }

    private static void keep(final SegmentedModel from, final List<TensorInfo> tensors, final Map<String, float[]> to) {
        tensors.forEach(info -> to.put(info.name(), from.tensor(info.name()).toArray(ValueLayout.JAVA_FLOAT)));
    }

    /**
     * Interprets the kernels on two inputs. The first run launches them one by one and the second launches the graph that was recorded of
     * them: its inputs are others, so that what is left of the first is no right answer.
     */
    Answer answer() {
        final DeviceSpec spec = new DeviceSpec("gpu", DeviceKind.CUDA, List.of(), CudaDevices.SOFTWARE, 0, Optional.empty(), 0)
            .withCompute(numbers == Numbers.HALF ? DeviceSpec.Compute.KERNELS_FP16 : DeviceSpec.Compute.KERNELS);
        final CudaDevice gpu = CudaDevices.open(spec, false, () -> { }, () -> { });
        try {
            final TensorMemory host = gpu.networks().pinned();
            try (SegmentedModel network = SegmentedModel.create(chain, host, List.of(gpu.networks().place(gpu.networks().tensors())),
                List.of())) {
                network.fillInputs(seed);
                gpu.networks().runOnce(network, 0, true);
                final Answer first = answer(network, values);
                network.fillInputs(seed + 1);
                gpu.networks().runOnce(network, 0, true);
                final Answer second = answer(network, others);
                return new Answer(Math.max(first.difference, second.difference), first.rows + second.rows,
                    Stream.concat(first.moved.stream(), second.moved.stream()).distinct().toList());
            }
        } finally {
            gpu.close();
        }
    }

    private Answer answer(final SegmentedModel network, final Map<String, float[]> expected) {
        double difference = 0;
        int rows = 0;
        final List<String> moved = new ArrayList<>();
        for (final TensorInfo info : network.outputs()) {
            final float[] right = expected.get(info.name());
            final float[] answer = network.tensor(info.name()).toArray(ValueLayout.JAVA_FLOAT);
            difference = Math.max(difference, difference(right, answer, numbers == Numbers.HALF ? Float.MIN_NORMAL : 1));
            if (right.length > 1 && info.shape().getLast() == right.length) {
                rows++;
                if (largest(right) != largest(answer)) {
                    moved.add(info.name());
                }
            }
        }
        return new Answer(difference, rows, moved);
    }

    private static int largest(final float... numbers) {
        int best = 0;
        for (int i = 1; i < numbers.length; i++) {
            best = numbers[i] > numbers[best] ? i : best;
        }
        return best;
    }

    /** The largest difference as a share of the largest magnitude, or of a least one; infinite where an answer is NaN. */
    static double difference(final float[] expected, final float[] answer, final double least) {
        double largest = least;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            final double own = Math.abs((double) expected[i] - answer[i]);
            difference = Math.max(difference, Double.isNaN(own) ? Double.POSITIVE_INFINITY : own);
        }
        return difference / largest;
    }

    /** Writes what a program without Java needs to launch the kernels and to compute the same network by other means. */
    void write(final Path folder) throws IOException {
        OutputFolder.make(folder);
        WholeFile.write(folder.resolve("kernels.ptx"), program.ptx());
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment weights = arena.allocate(Math.max(1, program.weightBytes()), 64);
            program.weights().accept(weights);
            WholeFile.write(folder.resolve("weights.bin"), out -> out.write(weights.toArray(ValueLayout.JAVA_BYTE)));
        }
        WholeFile.write(folder.resolve("tensors.bin"), constants ->
            WholeFile.write(folder.resolve("program.json"), out -> write(out, constants)));
    }

    private void write(final OutputStream out, final OutputStream constants) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8)) {
            json.useDefaultPrettyPrinter().writeStartObject();
            json.writeStringField("name", model.name());
            json.writeStringField("numbers", numbers.name().toLowerCase(Locale.ROOT));
            json.writeNumberField("weightBytes", program.weightBytes());
            json.writeNumberField("scratchBytes", program.scratchBytes());
            names(json, "inputs", program.inputs());
            names(json, "outputs", program.outputs());
            launches(json);
            tensors(json, constants);
            nodes(json);
            json.writeEndObject();
        }
    }

    private static void names(final JsonGenerator json, final String field, final List<TensorInfo> tensors) throws IOException {
        json.writeArrayFieldStart(field);
        for (final TensorInfo info : tensors) {
            json.writeString(info.name());
        }
        json.writeEndArray();
    }

    private void launches(final JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("launches");
        for (final Launch launch : program.launches()) {
            json.writeStartObject();
            json.writeStringField("entry", launch.entry());
            json.writeFieldName("grid");
            json.writeArray(new int[] {launch.blocksX(), launch.blocksY()}, 0, 2);
            json.writeNumberField("threads", launch.threads());
            json.writeArrayFieldStart("arguments");
            for (final Launch.Place place : launch.arguments()) {
                json.writeStartObject();
                json.writeStringField("space", place.space().name().toLowerCase(Locale.ROOT));
                json.writeStringField("tensor", place.tensor());
                json.writeNumberField("offset", place.offset());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Constants, inputs, and the outputs that ONNX Runtime computes, one behind the other in a file. */
    private void tensors(final JsonGenerator json, final OutputStream to) throws IOException {
        long offset = 0;
        json.writeObjectFieldStart("tensors");
        for (final TensorProto tensor : model.proto().getGraph().getInitializerList()) {
            if (Tensors.isFloat(tensor)) {
                offset = tensor(json, to, tensor.getName(), tensor.getDimsList(), Tensors.floats(model.name(), tensor), offset);
            }
        }
        for (final List<TensorInfo> infos : List.of(program.inputs(), program.outputs())) {
            for (final TensorInfo info : infos) {
                offset = tensor(json, to, info.name(), info.shape(), values.get(info.name()), offset);
            }
        }
        json.writeEndObject();
    }

    private static long tensor(
        final JsonGenerator json, final OutputStream to, final String name, final List<Long> shape, final float[] numbers,
        final long offset) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        to.write(bytes.array());
        json.writeObjectFieldStart(name);
        json.writeFieldName("shape");
        json.writeArray(shape.stream().mapToLong(Long::longValue).toArray(), 0, shape.size());
        json.writeNumberField("offset", offset);
        json.writeEndObject();
        return offset + numbers.length * (long) Float.BYTES;
    }

    private void nodes(final JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("nodes");
        for (final NodeProto node : model.proto().getGraph().getNodeList()) {
            json.writeStartObject();
            json.writeStringField("operator", node.getOpType());
            json.writeFieldName("inputs");
            json.writeArray(node.getInputList().toArray(String[]::new), 0, node.getInputCount());
            json.writeFieldName("outputs");
            json.writeArray(node.getOutputList().toArray(String[]::new), 0, node.getOutputCount());
            json.writeObjectFieldStart("attributes");
            for (final AttributeProto attribute : node.getAttributeList()) {
                attribute(json, attribute);
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void attribute(final JsonGenerator json, final AttributeProto attribute) throws IOException {
        switch (attribute.getType()) {
            case INT -> json.writeNumberField(attribute.getName(), attribute.getI());
            case FLOAT -> json.writeNumberField(attribute.getName(), attribute.getF());
            case INTS -> {
                json.writeFieldName(attribute.getName());
                json.writeArray(attribute.getIntsList().stream().mapToLong(Long::longValue).toArray(), 0, attribute.getIntsCount());
            }
            default -> json.writeStringField(attribute.getName(), attribute.getS().toStringUtf8());
        }
    }
}
