// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.tactus.internal.graph.BatchNormFolding;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.OnnxModel;

/**
 * Compiles a segment's graph to kernels. Batch normalisations are folded into the convolutions before them; functions of one number, and
 * sums with a tensor of the same shape, are taken over by the kernel that makes their operand; what is concatenated is made in its place.
 */
public final class SegmentCompiler {
    private final String name;
    private final Values values;
    private final Placement placement;
    private final Numbers numbers;
    private final int opset;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Step> makers = new HashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();
    /** What may lie in one another, once all steps are known. */
    private final List<Runnable> joins = new ArrayList<>();
    private final List<NodeProto> nodes;

    private SegmentCompiler(final OnnxModel model, final Numbers numbers) {
        name = model.name();
        this.numbers = numbers;
        final GraphProto graph = model.proto().getGraph();
        opset = model.proto().getOpsetImportList().stream().filter(set -> set.getDomain().isEmpty()).mapToInt(set -> (int) set.getVersion())
            .findFirst().orElse(1);
        values = new Values(name, graph);
        placement = new Placement(values);
        final List<NodeProto> live = new ArrayList<>();
        for (final NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("Constant")) {
                named(node, () -> values.constant(node));
            } else {
                live.add(node);
            }
        }
        final List<String> outputs = graph.getOutputList().stream().map(output -> output.getName()).toList();
        nodes = new BatchNormFolding(name, values.constants(), new HashSet<>(outputs)).fold(live);
        nodes.forEach(node -> node.getInputList().forEach(input -> uses.merge(input, 1, Integer::sum)));
        outputs.forEach(output -> uses.merge(output, 1, Integer::sum));
    }

    /**
     * Compiles.
     *
     * @param model   a segment's model, with inputs of fixed shape, its nodes in an order in which they can run
     * @param numbers what convolutions and matrix products multiply
     * @return the program
     * @throws InvalidModelException for an operator, or a form of one, that has no kernel, and for a weight that the numbers do not hold;
     *                               the message names the node
     */
    public static SegmentProgram compile(final OnnxModel model, final Numbers numbers) {
        return new SegmentCompiler(model.inside(), numbers).compile();
    }

    /**
     * Counts what half precision changes.
     *
     * @param model a network or a segment of one
     * @return convolutions that are not of each channel alone, and matrix products
     */
    public static long halfProducts(final OnnxModel model) {
        final GraphProto graph = model.proto().getGraph();
        return graph.getNodeList().stream().filter(node -> switch (node.getOpType()) {
            case "Gemm", "MatMul" -> true;
            case "Conv" -> NodeAttributes.integer(node, "group", 1) == 1 || graph.getInitializerList().stream()
                .noneMatch(weights -> weights.getName().equals(node.getInput(1)) && weights.getDims(1) == 1);
            default -> false;
        }).count();
    }

    private SegmentProgram compile() {
        for (final NodeProto node : nodes) {
            named(node, () -> {
                if (!node.getDomain().isEmpty() && !node.getDomain().equals("ai.onnx")) {
                    throw new UnsupportedOperationException("of the domain " + node.getDomain());
                }
                Operators.read(this, node);
            });
        }
        values.requireOutputs();
        for (int i = joins.size() - 1; i >= 0; i--) { // from the end: a part of a part lies in the whole
            joins.get(i).run();
        }
        placement.place(steps);
        final Emitter emitter = new Emitter(values, placement);
        try {
            steps.forEach(emitter::emit);
        } catch (final UnsupportedOperationException e) {
            throw new InvalidModelException(name + ": no kernel can be written: " + e.getMessage(), e);
        }
        return emitter.program();
    }

    /** Reads a node; a refusal says which node it was. */
    private void named(final NodeProto node, final Runnable reading) {
        try {
            reading.run();
        } catch (final UnsupportedOperationException e) {
            throw new InvalidModelException(name + ": there is no kernel for node " + text(node)
                + (e.getMessage() == null ? "" : ": " + e.getMessage())
                + "; kernels exist for " + String.join(", ", Operators.NAMES) + "; ONNX Runtime takes every operator", e);
        }
    }

    /** Says of a node why it cannot be computed as asked for, though it has a kernel. */
    InvalidModelException refusal(final NodeProto node, final String why) {
        return new InvalidModelException(name + ": node " + text(node) + ": " + why);
    }

    private static String text(final NodeProto node) {
        return "'" + (node.getName().isEmpty() ? node.getOutput(0) : node.getName()) + "' (" + node.getOpType() + ")";
    }

    Values values() {
        return values;
    }

    /** What convolutions and matrix products multiply. */
    Numbers numbers() {
        return numbers;
    }

    /** Version of the operators. */
    int opset() {
        return opset;
    }

    /** Adds a step whose tensor has a shape. */
    void add(final Step step, final long... shape) {
        values.make(step.output(), shape);
        steps.add(step);
        makers.put(step.output(), step);
    }

    /** Lets the maker of a tensor that nothing else reads apply a function; else a step of its own does. */
    void activate(final String input, final String output, final Activation activation) {
        final Step maker = makers.get(input);
        final long[] shape = values.shape(input);
        if (maker != null && uses.get(input) == 1) {
            makers.remove(input);
            maker.absorb(activation, output);
            makers.put(output, maker);
            values.make(output, shape);
            return;
        }
        add(ElementwiseSteps.unary(values, input, output, activation), shape);
    }

    /** Lets the maker of one of two tensors add the other, where it can; false where neither can. */
    boolean addToMaker(final String a, final String b, final String output) {
        Step best = null;
        for (final String tensor : List.of(a, b)) {
            final Step maker = makers.get(tensor);
            if (maker != null && uses.get(tensor) == 1 && maker.takesResidual() && !a.equals(b)
                && (best == null || steps.indexOf(maker) > steps.indexOf(best))) {
                best = maker;
            }
        }
        if (best == null) {
            return false;
        }
        final String own = best.output();
        final String other = own.equals(a) ? b : a;
        final long[] shape = values.shape(own);
        makers.remove(own);
        best.addResidual(other, output);
        steps.remove(best); // runs here, where the other tensor is there, too
        steps.add(best);
        makers.put(output, best);
        values.make(output, shape);
        return true;
    }

    /** Makes a tensor a view of another, which is copied where that cannot be. */
    void view(final String input, final String output, final long... shape) {
        values.make(output, shape);
        final Step copy = ElementwiseSteps.copy(values, input, output);
        final boolean[] joined = new boolean[1];
        steps.add(new Step(output, List.of(input), (emitter, step) -> {
            if (!joined[0]) {
                copy.emit(emitter);
            }
        }));
        joins.add(() -> joined[0] = !values.isConstant(input)
            && (placement.join(input, output, 0) || placement.join(output, input, 0)));
    }

    /** Makes a tensor of parts, each in its place or copied there. */
    void concatenate(final List<String> inputs, final int axis, final String output, final long... shape) {
        values.make(output, shape);
        final long outer = Values.elements(Arrays.copyOf(shape, axis));
        final long line = Values.elements(shape) / outer / shape[axis];
        final List<Step> copies = new ArrayList<>();
        final boolean[] joined = new boolean[inputs.size()];
        final long[] begins = new long[inputs.size()];
        long from = 0;
        for (int i = 0; i < joined.length; i++) {
            begins[i] = from;
            copies.add(ElementwiseSteps.part(values, inputs.get(i), output, axis, from));
            from += values.shape(inputs.get(i))[axis];
        }
        steps.add(new Step(output, inputs, (emitter, step) -> {
            for (int i = 0; i < joined.length; i++) {
                if (!joined[i]) {
                    copies.get(i).emit(emitter);
                }
            }
        }));
        joins.add(() -> {
            for (int i = 0; outer == 1 && i < joined.length; i++) {
                joined[i] = !values.isConstant(inputs.get(i)) && placement.join(inputs.get(i), output, begins[i] * line * Float.BYTES);
            }
        });
    }
}
