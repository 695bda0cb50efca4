// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.quantise;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.Tensors;

/**
 * Groups nodes into layers: an operator, the activation that saturates it at zero from below (Relu, or Clip from zero), the maximum
 * pooling of a convolution, and what only reshapes, as long as each is the only reader of the one before. Says for each which kind of
 * int8 kernel there is.
 */
final class LayerGrouping {
    private static final Set<String> RESHAPES = Set.of("Flatten", "Reshape", "Squeeze", "Unsqueeze");
    private static final Set<String> SCALED = Set.of("Add", "Concat", "AveragePool", "GlobalAveragePool");
    private static final Set<String> ACTIVATED = Set.of("Conv", "Gemm", "MatMul", "Add");

    private final Map<String, TensorProto> weights;
    private final Map<String, TensorInfo> tensors;
    private final Set<String> outputs;
    private final Map<String, Integer> uses = new HashMap<>();

    LayerGrouping(final Map<String, TensorProto> weights, final Map<String, TensorInfo> tensors, final Set<String> outputs) {
        this.weights = weights;
        this.tensors = tensors;
        this.outputs = outputs;
    }

    List<ModelLayer> group(final List<NodeProto> nodes) {
        nodes.forEach(node -> node.getInputList().forEach(input -> uses.merge(input, 1, Integer::sum)));
        final List<List<NodeProto>> groups = new ArrayList<>();
        final Map<String, Integer> endsWith = new HashMap<>();
        for (final NodeProto node : nodes) {
            final Integer before = node.getInputCount() > 0 ? endsWith.get(node.getInput(0)) : null;
            if (before != null && joins(groups.get(before), node)) {
                groups.get(before).add(node);
                endsWith.put(node.getOutput(0), before);
            } else {
                if (node.getOutputCount() == 1) {
                    endsWith.put(node.getOutput(0), groups.size());
                }
                groups.add(new ArrayList<>(List.of(node)));
            }
        }
        final Set<String> names = new HashSet<>();
        return groups.stream().map(group -> layer(group, names)).toList();
    }

    private boolean joins(final List<NodeProto> group, final NodeProto node) {
        final String between = node.getInput(0);
        if (uses.get(between) != 1 || outputs.contains(between) || node.getOutputCount() != 1 || !node.getDomain().isEmpty()) {
            return false;
        }
        if (node.getOpType().equals("MaxPool")) {
            // alone on bytes it is many times slower than in floating point, next to a convolution it costs next to nothing
            return group.getFirst().getOpType().equals("Conv") && group.stream().skip(1).noneMatch(this::reshapes);
        }
        return reshapes(node) || group.size() == 1 && ACTIVATED.contains(group.getFirst().getOpType()) && saturatesAtZero(node);
    }

    /** Whether it only gives a tensor another shape, which it knows before a run. */
    private boolean reshapes(final NodeProto node) {
        return RESHAPES.contains(node.getOpType()) && node.getInputList().stream().skip(1).allMatch(weights::containsKey);
    }

    /** Whether it is max(0, x), perhaps with an upper limit: what quantisation to a range that begins at zero does by itself. */
    private boolean saturatesAtZero(final NodeProto node) {
        if (node.getOpType().equals("Relu")) {
            return true;
        }
        if (!node.getOpType().equals("Clip") || node.getInputCount() < 2) {
            return false;
        }
        final TensorProto low = weights.get(node.getInput(1));
        final boolean limited = node.getInputCount() > 2 && !node.getInput(2).isEmpty();
        return Tensors.isFloat(low) && Tensors.elements(low.getDimsList()) == 1 && Tensors.floats("", low)[0] == 0
            && (!limited || weights.containsKey(node.getInput(2)));
    }

    private ModelLayer layer(final List<NodeProto> group, final Set<String> names) {
        final Set<String> made = new HashSet<>();
        final Set<String> inputs = new LinkedHashSet<>();
        final Map<String, Integer> inside = new LinkedHashMap<>();
        for (final NodeProto node : group) {
            node.getInputList().stream().filter(input -> !input.isEmpty() && !weights.containsKey(input) && !made.contains(input))
                .forEach(inputs::add);
            node.getInputList().forEach(input -> inside.merge(input, 1, Integer::sum));
            node.getOutputList().stream().filter(output -> !output.isEmpty()).forEach(made::add);
        }
        final List<String> written = made.stream().sorted()
            .filter(tensor -> outputs.contains(tensor) || uses.getOrDefault(tensor, 0) > inside.getOrDefault(tensor, 0)).toList();
        String name = group.getFirst().getName();
        for (int i = 1; name.isEmpty() || !names.add(name); i++) {
            name = group.getFirst().getOpType() + "_" + i;
        }
        return new ModelLayer(name, group, List.copyOf(inputs), written, kernel(group.getFirst(), inputs, written));
    }

    private Int8Kernel kernel(final NodeProto head, final Set<String> inputs, final List<String> written) {
        if (!head.getDomain().isEmpty() || written.size() != 1 || inputs.isEmpty() || !inputs.stream().allMatch(this::isFloat)
            || !isFloat(written.getFirst())) {
            return Int8Kernel.NONE;
        }
        final String operator = head.getOpType();
        if (WeightLayout.of(head, weights) != null) {
            return Int8Kernel.WEIGHTED;
        }
        if (SCALED.contains(operator) && head.getInputList().stream().noneMatch(weights::containsKey) && sameShapes(head)) {
            return Int8Kernel.SCALED;
        }
        return operator.equals("MaxPool") && head.getOutputCount() == 1 || reshapes(head) ? Int8Kernel.BYTES : Int8Kernel.NONE;
    }

    private boolean isFloat(final String tensor) {
        final TensorInfo info = tensors.get(tensor);
        return info != null && info.type() == ElementType.FLOAT && info.isFixed();
    }

    /** A sum with broadcasting has no int8 kernel worth its name. */
    private boolean sameShapes(final NodeProto head) {
        return !head.getOpType().equals("Add")
            || tensors.get(head.getInput(0)).shape().equals(tensors.get(head.getInput(1)).shape());
    }
}
