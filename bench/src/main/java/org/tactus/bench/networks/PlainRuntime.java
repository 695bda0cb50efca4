// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/** What ONNX Runtime's own Java API answers, for the file as it is, uncut: the judge of what Tactus answers. */
final class PlainRuntime implements AutoCloseable {
    private final OrtSession session;

    PlainRuntime(final Path file, final boolean optimised) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(optimised ? OrtSession.SessionOptions.OptLevel.ALL_OPT
                : OrtSession.SessionOptions.OptLevel.NO_OPT);
            session = OrtEnvironment.getEnvironment().createSession(file.toString(), options);
        }
    }

    /** An output: extents and elements, row-major. */
    record Output(List<Long> shape, MemorySegment values) {
    }

    /** Runs on these inputs once. */
    Map<String, Output> run(final Map<TensorInfo, MemorySegment> inputs) throws OrtException {
        final Map<String, OnnxTensor> given = new LinkedHashMap<>();
        final Map<String, Output> outputs = new LinkedHashMap<>();
        try {
            for (final Map.Entry<TensorInfo, MemorySegment> input : inputs.entrySet()) {
                final ByteBuffer bytes = input.getValue().asSlice(0, input.getKey().bytes()).asByteBuffer().order(ByteOrder.nativeOrder());
                given.put(input.getKey().name(), OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), bytes,
                    input.getKey().shape().stream().mapToLong(Long::longValue).toArray(), type(input.getKey().type())));
            }
            try (OrtSession.Result result = session.run(given)) {
                for (final Map.Entry<String, OnnxValue> output : result) {
                    if (output.getValue() instanceof final OnnxTensor tensor) {
                        final ByteBuffer values = tensor.getByteBuffer();
                        final MemorySegment copy = java.lang.foreign.Arena.ofAuto().allocate(Math.max(1, values.remaining()), 64);
                        copy.copyFrom(MemorySegment.ofBuffer(values));
                        outputs.put(output.getKey(), new Output(Arrays.stream(tensor.getInfo().getShape()).boxed().toList(), copy));
                    }
                }
            }
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
        return outputs;
    }

    private static OnnxJavaType type(final ElementType type) {
        return switch (type) {
            case FLOAT -> OnnxJavaType.FLOAT;
            case DOUBLE -> OnnxJavaType.DOUBLE;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            case INT8 -> OnnxJavaType.INT8;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case BOOL -> OnnxJavaType.BOOL;
            default -> throw new IllegalStateException("ONNX Runtime's Java API takes no " + type);
        };
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
