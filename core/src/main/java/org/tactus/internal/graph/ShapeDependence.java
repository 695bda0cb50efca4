// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which tensors have the same shape in every run, because nothing that decides it depends on what the inputs hold. The shape that one run
 * showed holds for these, and only for these. Ours: a forward pass with two marks a tensor, "its value is the same in every run" and "its
 * shape is".
 *
 * <pre>
 *   weights, constants        both
 *   inputs (fixed extents)    shape
 *   Shape, Size               value, when the shape of what they read is marked
 *   NonZero, Unique, ...      both when all values that they read are marked, else none
 *   If, Loop, ...             likewise, as a body may do anything
 *   others                    value when all values that they read are marked; shape when all shapes are, and the values
 *                             of those inputs that decide the shape (the second of Reshape)
 * </pre>
 */
final class ShapeDependence {
    private static final Set<String> BY_DATA = Set.of("NonZero", "Unique", "Compress", "NonMaxSuppression", "StringSplit", "If", "Loop",
        "SequenceMap", "Optional", "OptionalGetElement", "ImageDecoder");
    /** Inputs, from 0, whose values decide the shape of the output. */
    private static final Map<String, List<Integer>> DECIDING = Map.ofEntries(
        Map.entry("Reshape", List.of(1)), Map.entry("Expand", List.of(1)), Map.entry("Tile", List.of(1)),
        Map.entry("ConstantOfShape", List.of(0)), Map.entry("Range", List.of(0, 1, 2)), Map.entry("Slice", List.of(1, 2, 3, 4)),
        Map.entry("Pad", List.of(1, 3)), Map.entry("Resize", List.of(1, 2, 3)), Map.entry("Upsample", List.of(1)),
        Map.entry("TopK", List.of(1)), Map.entry("OneHot", List.of(1)), Map.entry("Split", List.of(1)),
        Map.entry("SplitToSequence", List.of(1)), Map.entry("SequenceAt", List.of(1)), Map.entry("Squeeze", List.of(1)),
        Map.entry("Unsqueeze", List.of(1)), Map.entry("ReduceSum", List.of(1)), Map.entry("ReduceMean", List.of(1)),
        Map.entry("ReduceMax", List.of(1)), Map.entry("ReduceMin", List.of(1)), Map.entry("ReduceProd", List.of(1)),
        Map.entry("ReduceL1", List.of(1)), Map.entry("ReduceL2", List.of(1)), Map.entry("ReduceLogSum", List.of(1)),
        Map.entry("ReduceLogSumExp", List.of(1)), Map.entry("ReduceSumSquare", List.of(1)), Map.entry("CenterCropPad", List.of(1)),
        Map.entry("MaxUnpool", List.of(2)), Map.entry("Col2Im", List.of(1, 2)), Map.entry("AffineGrid", List.of(1)),
        Map.entry("HannWindow", List.of(0)), Map.entry("HammingWindow", List.of(0)), Map.entry("BlackmanWindow", List.of(0)),
        Map.entry("MelWeightMatrix", List.of(0, 1)), Map.entry("DFT", List.of(1, 2)), Map.entry("STFT", List.of(1, 3)));

    private final Set<String> sameValue = new HashSet<>();
    private final Set<String> sameShape = new HashSet<>();

    /**
     * Marks tensors.
     *
     * @param givens names of weights and constants
     * @param inputs names of inputs of fixed extents
     * @param nodes  in an order in which they may run
     */
    ShapeDependence(final Set<String> givens, final List<String> inputs, final List<NodeProto> nodes) {
        sameValue.addAll(givens);
        sameShape.addAll(givens);
        sameShape.addAll(inputs);
        nodes.forEach(this::mark);
    }

    private void mark(final NodeProto node) {
        final List<String> reads = NodeReads.of(node);
        final String operator = node.getOpType();
        final boolean values = sameValue.containsAll(reads) && !RandomNodes.draws(operator);
        final boolean shapes = sameShape.containsAll(reads);
        final boolean asksShape = (operator.equals("Shape") || operator.equals("Size")) && shapes;
        final boolean shape;
        if (BY_DATA.contains(operator)) {
            shape = values;
        } else {
            final List<Integer> deciding = DECIDING.getOrDefault(operator, List.of());
            shape = shapes && deciding.stream().filter(index -> index < node.getInputCount()).map(node::getInput)
                .allMatch(name -> name.isEmpty() || sameValue.contains(name));
        }
        for (final String output : node.getOutputList()) {
            if (values || asksShape) {
                sameValue.add(output);
            }
            if (shape || asksShape || values) {
                sameShape.add(output);
            }
        }
    }

    /** Whether a tensor has the same shape in every run. */
    boolean isFixed(final String tensor) {
        return sameShape.contains(tensor);
    }
}
