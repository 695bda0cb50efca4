// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.peers;

import java.nio.file.Path;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.network.SegmentedModel;

/** A network as Tactus runs it, one thread and tensors in place, for executors: so that they differ in scheduling alone. */
final class NetworkRunner implements JobRunner {
    private final SegmentedModel model;

    NetworkRunner(final Path file) {
        model = SegmentedModel.create(OnnxModel.load(file), 1, OnnxOptions.SINGLE_THREAD);
        model.fillInputs(1);
    }

    @Override
    public void run() {
        model.run(0);
    }

    @Override
    public void close() {
        model.close();
    }
}
