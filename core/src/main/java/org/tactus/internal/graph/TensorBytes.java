// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tactus.bindings.onnxruntime.ElementType;

/**
 * Sizes of a network's inputs and outputs, each extent that its file leaves open taken as 1.
 *
 * @param inputs  bytes of each input
 * @param outputs bytes of each output
 */
public record TensorBytes(List<Long> inputs, List<Long> outputs) {
    /**
     * Reads them.
     *
     * @param model a model as its file has it
     * @return bytes; nothing of what is no tensor of elements with a fixed width
     */
    public static TensorBytes of(final OnnxModel model) {
        final GraphProto graph = model.proto().getGraph();
        final Set<String> weights = graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
        return new TensorBytes(bytes(graph.getInputList().stream().filter(input -> !weights.contains(input.getName())).toList()),
            bytes(graph.getOutputList()));
    }

    private static List<Long> bytes(final List<ValueInfoProto> values) {
        return values.stream().map(TensorBytes::bytes).filter(bytes -> bytes > 0).toList();
    }

    private static long bytes(final ValueInfoProto value) {
        final ElementType type = ElementType.of(value.getType().getTensorType().getElemType());
        return type == null ? 0 : OpenShapes.suggestion(value).stream().reduce((long) type.bytes(), (a, b) -> a * Math.max(0, b));
    }
}
