// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A network by ONNX Runtime's own Java API, as its guide shows it: one input tensor over a direct buffer, which is used again, and a
 * result for each run, which is closed. One thread, as the others have.
 */
final class JavaApiRunner implements JobRunner {
    private final OrtSession session;
    private final OnnxTensor input;
    private final Map<String, OnnxTensor> inputs;

    JavaApiRunner(final Path file) throws OrtException {
        final OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = environment.createSession(file.toString(), options);
        }
        final Map.Entry<String, NodeInfo> first = session.getInputInfo().entrySet().iterator().next();
        final long[] shape = ((TensorInfo) first.getValue().getInfo()).getShape();
        int elements = 1;
        for (final long extent : shape) {
            elements = Math.multiplyExact(elements, Math.toIntExact(extent));
        }
        final FloatBuffer values = ByteBuffer.allocateDirect(Float.BYTES * elements).order(ByteOrder.nativeOrder()).asFloatBuffer();
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < elements; i++) {
            values.put(i, (float) random.nextDouble(-1, 1));
        }
        input = OnnxTensor.createTensor(environment, values, shape);
        inputs = Map.of(first.getKey(), input);
    }

    @Override
    public void run() throws OrtException {
        session.run(inputs).close();
    }

    @Override
    public void close() {
        input.close();
        try {
            session.close();
        } catch (final OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
