// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.ptx.ElementwiseKernel.Kind;

/** What each ONNX operator becomes. A form of one that has no kernel is an {@link UnsupportedOperationException} that says which. */
final class Operators {
    /** The operators that have kernels, or need none. */
    static final List<String> NAMES = List.of("Abs", "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Constant", "Conv",
        "Div", "Dropout", "Elu", "Exp", "Flatten", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity",
        "LeakyRelu", "MatMul", "Max", "MaxPool", "Min", "Mul", "Neg", "PRelu", "ReduceMean", "Relu", "Reshape", "Sigmoid", "Softmax",
        "Split", "Sqrt", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze");
    private static final float EPSILON = 1e-5f;

    private final SegmentCompiler compiler;
    private final Values values;
    private final NodeProto node;
    private final String in;
    private final String out;

    private Operators(final SegmentCompiler compiler, final NodeProto node) {
        this.compiler = compiler;
        this.values = compiler.values();
        this.node = node;
        in = node.getInputCount() == 0 ? "" : node.getInput(0);
        out = node.getOutput(0);
    }

    /** Turns a node into steps. */
    static void read(final SegmentCompiler compiler, final NodeProto node) {
        new Operators(compiler, node).read();
    }

    private void read() {
        if (!node.getOpType().equals("Split")) {
            for (int i = 1; i < node.getOutputCount(); i++) {
                if (!node.getOutput(i).isEmpty() && !node.getOpType().equals("Dropout")) {
                    throw new UnsupportedOperationException("its output '" + node.getOutput(i) + "'");
                }
            }
        }
        switch (node.getOpType()) {
            case "Conv" -> new LinearSteps(compiler, node).convolution();
            case "Gemm" -> new LinearSteps(compiler, node).gemm();
            case "MatMul" -> new LinearSteps(compiler, node).matMul();
            case "MaxPool" -> pool(WindowKernel.Kind.MAXIMUM);
            case "AveragePool" -> pool(NodeAttributes.integer(node, "count_include_pad", 0) == 1
                ? WindowKernel.Kind.AVERAGE_WITH_PADDING : WindowKernel.Kind.AVERAGE);
            case "GlobalAveragePool" -> reduce(RowKernel.Kind.MEAN, 2, true);
            case "GlobalMaxPool" -> reduce(RowKernel.Kind.LARGEST, 2, true);
            case "ReduceMean" -> reduceMean();
            case "BatchNormalization" -> normalisation();
            case "Softmax" -> softmax();
            case "Add" -> combine(Kind.ADD);
            case "Sub" -> combine(Kind.SUBTRACT);
            case "Mul" -> combine(Kind.MULTIPLY);
            case "Div" -> combine(Kind.DIVIDE);
            case "Max" -> combine(Kind.MAXIMUM);
            case "Min" -> combine(Kind.MINIMUM);
            case "PRelu" -> combine(Kind.PRELU);
            case "Concat" -> concat();
            case "Split" -> split();
            case "Transpose" -> transpose();
            case "Identity", "Dropout" -> compiler.view(in, out, values.shape(in));
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> compiler.view(in, out, new ShapeOperators(values, node).shape());
            default -> compiler.activate(in, out, activation());
        }
    }

    private Activation activation() {
        return switch (node.getOpType()) {
            case "Relu" -> Activation.of(Activation.Kind.RELU);
            case "LeakyRelu" -> new Activation(Activation.Kind.LEAKY_RELU, NodeAttributes.fraction(node, "alpha", 0.01f), 0);
            case "Clip" -> new Activation(Activation.Kind.CLIP, limit("min", 1, Float.NEGATIVE_INFINITY),
                limit("max", 2, Float.POSITIVE_INFINITY));
            case "Sigmoid" -> Activation.of(Activation.Kind.SIGMOID);
            case "Tanh" -> Activation.of(Activation.Kind.TANH);
            case "HardSigmoid" -> new Activation(Activation.Kind.HARD_SIGMOID, NodeAttributes.fraction(node, "alpha", 0.2f),
                NodeAttributes.fraction(node, "beta", 0.5f));
            case "HardSwish" -> Activation.of(Activation.Kind.HARD_SWISH);
            case "Exp" -> Activation.of(Activation.Kind.EXP);
            case "Sqrt" -> Activation.of(Activation.Kind.SQRT);
            case "Neg" -> Activation.of(Activation.Kind.NEG);
            case "Abs" -> Activation.of(Activation.Kind.ABS);
            case "Elu" -> new Activation(Activation.Kind.ELU, NodeAttributes.fraction(node, "alpha", 1), 0);
            default -> throw new UnsupportedOperationException();
        };
    }

    private float limit(final String attribute, final int input, final float absent) {
        return Values.isGiven(node, input) ? values.scalar(constant(input))
            : NodeAttributes.fraction(node, attribute, absent);
    }

    private String constant(final int index) {
        final String name = node.getInput(index);
        if (!values.isConstant(name)) {
            throw new UnsupportedOperationException("its input '" + name + "' is no constant");
        }
        return name;
    }

    private void pool(final WindowKernel.Kind kind) {
        final long[] shape = values.shape(in);
        final Window window = WindowAttributes.read(node, shape, null);
        if (kind == WindowKernel.Kind.AVERAGE_WITH_PADDING && NodeAttributes.integer(node, "ceil_mode", 0) == 1) {
            throw new UnsupportedOperationException("ceil_mode together with count_include_pad");
        }
        final int planes = (int) (shape[0] * shape[1]);
        compiler.add(new Step(out, List.of(in), (emitter, step) -> emitter.launch(
            WindowKernel.pool(window, planes, kind, step.activations()), emitter.at(in), emitter.at(step.output()))),
            WindowAttributes.output(shape, shape[1], window));
    }

    /** Reduces all extents from one on to a number. */
    private void reduce(final RowKernel.Kind kind, final int from, final boolean keeps) {
        final long[] shape = values.shape(in);
        final int rows = (int) Values.elements(Arrays.copyOf(shape, from));
        final int length = (int) (Values.elements(shape) / rows);
        final long[] made = Arrays.copyOf(shape, keeps ? shape.length : from);
        Arrays.fill(made, from, made.length, 1);
        compiler.add(new Step(out, List.of(in), (emitter, step) -> emitter.launch(
            RowKernel.reduce(rows, length, kind, step.epilogue(Epilogue.Bias.NONE)), emitter.at(in), emitter.at(step.output()))), made);
    }

    private void reduceMean() {
        final int rank = values.shape(in).length;
        final long[] given = Values.isGiven(node, 1) ? values.longs(constant(1)) : NodeAttributes.integers(node, "axes");
        if (given.length == 0 && NodeAttributes.integer(node, "noop_with_empty_axes", 0) == 1) {
            compiler.view(in, out, values.shape(in)); // without axes nothing is reduced, rather than everything
            return;
        }
        final long[] axes = given.length == 0 ? IntStream.range(0, rank).asLongStream().toArray()
            : Arrays.stream(given).map(axis -> Math.floorMod(axis, rank)).sorted().toArray();
        for (int i = 0; i < axes.length; i++) {
            if (axes[i] != rank - axes.length + i) {
                throw new UnsupportedOperationException("axes " + Arrays.toString(given) + "; a kernel exists for the last ones");
            }
        }
        reduce(RowKernel.Kind.MEAN, rank - axes.length, NodeAttributes.integer(node, "keepdims", 1) == 1);
    }

    private void normalisation() {
        if (NodeAttributes.integer(node, "training_mode", 0) == 1 || values.shape(in).length < 2) {
            throw new UnsupportedOperationException("in training mode, or of an input without channels");
        }
        final float[] scale = values.floats(constant(1));
        final float[] shift = values.floats(constant(2));
        final float[] mean = values.floats(constant(3));
        final float[] variance = values.floats(constant(4));
        final float epsilon = NodeAttributes.fraction(node, "epsilon", EPSILON);
        for (int i = 0; i < scale.length; i++) {
            final double factor = scale[i] / Math.sqrt((double) variance[i] + epsilon);
            scale[i] = (float) factor;
            shift[i] = (float) (shift[i] - mean[i] * factor);
        }
        compiler.add(ElementwiseSteps.affine(values, in, out, scale, shift), values.shape(in));
    }

    private void softmax() {
        final long[] shape = values.shape(in);
        final boolean flat = compiler.opset() < 13;
        final int axis = Math.floorMod(NodeAttributes.integer(node, "axis", flat ? 1 : -1), shape.length);
        final int outer = (int) Values.elements(Arrays.copyOf(shape, axis));
        final int length = (int) (flat ? Values.elements(shape) / outer : shape[axis]);
        final int inner = (int) (Values.elements(shape) / outer / length);
        compiler.add(new Step(out, List.of(in), (emitter, step) -> emitter.launch(RowKernel.softmax(outer, length, inner,
            step.epilogue(Epilogue.Bias.NONE)), emitter.at(in), emitter.at(step.output()))), shape);
    }

    private void combine(final Kind kind) {
        if (node.getInputCount() != 2) {
            throw new UnsupportedOperationException("of " + node.getInputCount() + " inputs; a kernel exists for two");
        }
        final String other = node.getInput(1);
        final long[] a = values.shape(in);
        final long[] b = values.shape(other);
        final long[] made = ElementwiseSteps.broadcastShape(a, b);
        if (kind == Kind.ADD && Arrays.equals(a, b) && compiler.addToMaker(in, other, out)) {
            return;
        }
        compiler.add(ElementwiseSteps.combine(values, kind, List.of(in, other), out, made), made);
    }

    private void concat() {
        final long[] made = values.shape(in).clone();
        final int axis = Math.floorMod(NodeAttributes.integer(node, "axis", 0), made.length);
        made[axis] = node.getInputList().stream().mapToLong(input -> values.shape(input)[axis]).sum();
        compiler.concatenate(List.copyOf(node.getInputList()), axis, out, made);
    }

    private void split() {
        final long[] shape = values.shape(in);
        final int axis = Math.floorMod(NodeAttributes.integer(node, "axis", 0), shape.length);
        final int count = node.getOutputCount();
        final long[] even = new long[count];
        Arrays.fill(even, Math.ceilDiv(shape[axis], count));
        even[count - 1] = shape[axis] - even[0] * (count - 1);
        final long[] sizes = Values.isGiven(node, 1) ? values.longs(constant(1)) : NodeAttributes.integers(node, "split", even);
        long from = 0;
        for (int i = 0; i < count; i++) {
            final long[] made = shape.clone();
            made[axis] = sizes[i];
            compiler.add(ElementwiseSteps.slice(values, in, node.getOutput(i), axis, from, sizes[i]), made);
            from += sizes[i];
        }
    }

    private void transpose() {
        final long[] shape = values.shape(in);
        final long[] reversed = IntStream.range(0, shape.length).mapToLong(i -> shape.length - 1 - i).toArray();
        final int[] order = Arrays.stream(NodeAttributes.integers(node, "perm", reversed)).mapToInt(axis -> (int) axis).toArray();
        compiler.add(ElementwiseSteps.transpose(values, in, out, order), Arrays.stream(order).mapToLong(axis -> shape[axis]).toArray());
    }
}
