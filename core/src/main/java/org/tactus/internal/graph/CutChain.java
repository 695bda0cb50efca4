// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import java.util.List;
import org.tactus.bindings.onnxruntime.TensorInfo;

/**
 * A model cut into segments that run one after another. A tensor has one name throughout: a segment reads by name what the model's
 * caller or any earlier segment wrote, so a tensor that crosses several cuts is not copied from segment to segment.
 *
 * @param name    name of the model
 * @param parts   the segments in the order in which they run
 * @param inputs  inputs of the model, all fixed
 * @param outputs outputs of the model, all fixed
 */
public record CutChain(String name, List<Part> parts, List<TensorInfo> inputs, List<TensorInfo> outputs) {
    /** Keeps unmodifiable copies of the lists. */
    public CutChain {
        parts = List.copyOf(parts);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * One segment.
     *
     * @param model      a model of its own: the bytes of an {@code .onnx} file
     * @param firstNode  name of its first node
     * @param nodes      number of nodes
     * @param operations estimated cost, multiply-accumulate operations
     * @param inputs     names of the tensors that it reads
     * @param outputs    names of the tensors that it writes for later segments or the caller
     */
    public record Part(OnnxModel model, String firstNode, int nodes, double operations, List<String> inputs, List<String> outputs) {
        public Part {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }
}
