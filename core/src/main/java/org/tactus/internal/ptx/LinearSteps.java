// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tactus.internal.graph.NodeAttributes;

/** Steps that multiply and sum: convolutions and products of matrices. */
final class LinearSteps {
    /** Products of so many rows at most read each weight about as often as a tile would. */
    private static final int FEW_ROWS = 4;

    private final SegmentCompiler compiler;
    private final Values values;
    private final NodeProto node;
    private final boolean half;

    LinearSteps(final SegmentCompiler compiler, final NodeProto node) {
        this.compiler = compiler;
        this.values = compiler.values();
        this.node = node;
        half = compiler.numbers() == Numbers.HALF;
    }

    /** The name of an input; null where the node has none there. */
    private String input(final int index) {
        return Values.isGiven(node, index) ? node.getInput(index) : null;
    }

    private String constant(final int index) {
        final String name = input(index);
        if (name != null && !values.isConstant(name)) {
            throw new UnsupportedOperationException("its input '" + name + "' is no constant");
        }
        return name;
    }

    void convolution() {
        final String in = node.getInput(0);
        final long[] shape = values.shape(in);
        final String weightName = constant(1);
        final long[] kernel = values.shape(weightName);
        final Window window = WindowAttributes.read(node, shape, kernel);
        final String biasName = constant(2);
        final int groups = (int) NodeAttributes.integer(node, "group", 1);
        final int images = (int) shape[0];
        final int inputs = (int) shape[1];
        final int outputs = (int) kernel[0];
        final int channels = (int) kernel[1];
        if (channels * groups != inputs || outputs % groups != 0) {
            throw new UnsupportedOperationException(groups + " groups of " + channels + " channels, but " + inputs + " come in");
        }
        final Epilogue.Bias bias = biasName == null ? Epilogue.Bias.NONE : Epilogue.Bias.ROW;
        final long[] made = WindowAttributes.output(shape, outputs, window);
        if (channels == 1 && groups > 1) {
            compiler.add(new Step(node.getOutput(0), List.of(in), true, 0, (emitter, step) -> emitter.launch(
                WindowKernel.write(window, images, outputs, inputs, WindowKernel.Kind.CONVOLUTION, step.epilogue(bias)), emitter.at(in),
                emitter.at(step.output()), emitter.at(weightName), biasName == null ? null : emitter.at(biasName),
                step.residual() == null ? null : emitter.at(step.residual()))), made);
            return;
        }
        final int rows = outputs / groups;
        final int taps = window.taps().product();
        final int tapDepth = half ? HalfWeights.tapDepth(channels, taps) : 0;
        final int depth = (tapDepth == 0 ? channels : tapDepth) * taps;
        final ProductShape.Packed packed = half ? new ProductShape.Packed(rows) : ProductShape.Packed.of(rows);
        final ProductShape product = new ProductShape(images, groups, rows, window.outputs(), depth, packed,
            new ProductShape.ImageWindows(window, channels, tapDepth));
        if (half) {
            requireHalf(weightName, values.floats(weightName));
        }
        add(product, in, emitter -> half
            ? emitter.halves(key(weightName, groups, tapDepth),
                () -> HalfWeights.convolution(values.floats(weightName), groups, rows, channels, taps, tapDepth))
            : emitter.weights(pack(values.floats(weightName), groups, rows, depth, packed.width())),
            emitter -> emitter.at(in), bias, emitter -> biasName == null ? null : emitter.at(biasName), made);
    }

    /** A name for weights in one of their layouts, which is no tensor's name. */
    private static String key(final String name, final Object... layout) {
        return name + '\n' + Arrays.toString(layout);
    }

    /** Refuses weights that half precision would make infinite. */
    private void requireHalf(final String name, final float... weights) {
        HalfWeights.beyond(weights).ifPresent(weight -> {
            throw compiler.refusal(node, "its weights '" + name + "' hold " + weight + ", beyond " + (int) Numbers.LARGEST_HALF
                + ", the largest number in half precision; write 'compute: kernels' for single precision");
        });
    }

    /**
     * A factor of a product of matrices.
     *
     * @param name   of the tensor
     * @param matrix how it lies
     * @param lines  rows of a left factor, columns of a right one
     * @param scale  what its numbers are multiplied by; 1 for one that is no constant
     */
    private record Factor(String name, ProductShape.Matrix matrix, int lines, float scale) {
    }

    /** Whether a factor is packed: a constant in half precision, the same for all batches. */
    private boolean isPacked(final Factor factor) {
        return half && values.isConstant(factor.name) && factor.matrix.batchStride() == 0;
    }

    private ProductShape.Source source(final Factor factor) {
        if (half && values.isConstant(factor.name)) {
            requireHalf(factor.name, scaled(values.floats(factor.name), factor.scale));
        }
        return isPacked(factor) ? new ProductShape.Packed(factor.lines) : factor.matrix;
    }

    private OperandPlace place(final Factor factor, final int depth) {
        if (isPacked(factor)) {
            return emitter -> emitter.halves(key(factor.name, factor), () ->
                HalfWeights.pack(scaled(values.floats(factor.name), factor.scale), 1, factor.lines, depth,
                    (group, line, k) -> line * factor.matrix.lineStride() + k * factor.matrix.depthStride()));
        }
        return emitter -> factor.scale == 1 ? emitter.at(factor.name)
            : emitter.weights(scaled(values.floats(factor.name), factor.scale));
    }

    private void add(
        final int batches, final int depth, final Factor left, final Factor right, final Epilogue.Bias bias, final OperandPlace biasPlace,
        final long... made) {
        final ProductShape product = new ProductShape(batches, 1, left.lines, right.lines, depth, source(left), source(right));
        add(product, left.name, place(left, depth), place(right, depth), bias, biasPlace, made);
    }

    /** Products of few rows with constant weights, a row for each column of the output. */
    private void addFew(
        final int rows, final int depth, final String in, final String weightName, final float[] weights, final Epilogue.Bias bias,
        final OperandPlace biasPlace, final long... made) {
        final int columns = weights.length / depth;
        if (half) {
            requireHalf(weightName, weights);
        }
        compiler.add(new Step(node.getOutput(0), List.of(in), true, 0, (emitter, step) -> {
            final Kernel kernel = RowKernel.product(rows, columns, depth, compiler.numbers(), step.epilogue(bias));
            final Launch.Place residual = step.residual() == null ? null : emitter.at(step.residual());
            if (half) {
                emitter.launchHalf(kernel, emitter.at(in), emitter.halves(key(node.getOutput(0), "rows"),
                    () -> HalfWeights.rows(weights, columns, depth)), emitter.at(step.output()), biasPlace.in(emitter), residual);
            } else {
                emitter.launch(kernel, emitter.at(in), emitter.weights(weights), emitter.at(step.output()), biasPlace.in(emitter),
                    residual);
            }
        }), made);
    }

    /** Weights by group and depth, a line of all rows, zeros behind them. */
    private static float[] pack(final float[] weights, final int groups, final int rows, final int depth, final int width) {
        final float[] packed = new float[groups * depth * width];
        for (int group = 0; group < groups; group++) {
            for (int row = 0; row < rows; row++) {
                for (int k = 0; k < depth; k++) {
                    packed[(group * depth + k) * width + row] = weights[(group * rows + row) * depth + k];
                }
            }
        }
        return packed;
    }

    /** Where an operand lies, once places are known. */
    private interface OperandPlace {
        Launch.Place in(Emitter emitter);
    }

    private void add(
        final ProductShape product, final String in, final OperandPlace left, final OperandPlace right, final Epilogue.Bias bias,
        final OperandPlace biasPlace, final long... made) {
        final Division division = Division.of(product, compiler.numbers());
        final long workBytes = division.parts() == 1 ? 0 : division.parts() * product.allOutputs() * Float.BYTES;
        final List<String> reads = new ArrayList<>();
        reads.add(in);
        if (input(1) != null && !values.isConstant(input(1))) {
            reads.add(input(1));
        }
        compiler.add(new Step(node.getOutput(0), reads, true, workBytes, (emitter, step) -> {
            final Epilogue epilogue = step.epilogue(bias);
            final Launch.Place residual = step.residual() == null ? null : emitter.at(step.residual());
            final boolean whole = division.parts() == 1;
            final Launch.Place[] places = {left.in(emitter), right.in(emitter), whole ? emitter.at(step.output()) : emitter.work(),
                whole ? biasPlace.in(emitter) : null, whole ? residual : null};
            if (half) {
                emitter.launchHalf(HalfProductKernel.write(product, epilogue, division), places);
            } else {
                emitter.launch(ProductKernel.write(product, epilogue, division), places);
            }
            if (whole) {
                return;
            }
            emitter.launch(ProductKernel.sum(product, epilogue, division.parts()), emitter.work(), emitter.at(step.output()),
                biasPlace.in(emitter), residual);
        }), made);
    }

    void gemm() {
        final String a = node.getInput(0);
        final String b = node.getInput(1);
        final boolean transA = NodeAttributes.integer(node, "transA", 0) == 1;
        final boolean transB = NodeAttributes.integer(node, "transB", 0) == 1;
        final float alpha = NodeAttributes.fraction(node, "alpha", 1);
        final float beta = NodeAttributes.fraction(node, "beta", 1);
        final long[] left = values.shape(a);
        final long[] right = values.shape(b);
        if (left.length != 2 || right.length != 2 || left[transA ? 0 : 1] != right[transB ? 1 : 0]) {
            throw misfit(left, right);
        }
        final int rows = (int) left[transA ? 1 : 0];
        final int depth = (int) left[transA ? 0 : 1];
        final int columns = (int) right[transB ? 0 : 1];
        final String c = constant(2);
        if (alpha != 1 && !values.isConstant(b)) {
            throw new UnsupportedOperationException("alpha " + alpha + " with a factor that is no constant");
        }
        final float[] biases = c == null ? null : bias(c, beta, rows, columns);
        final Epilogue.Bias bias = biases == null ? Epilogue.Bias.NONE : biases.length == columns && !isColumn(c, columns)
            ? Epilogue.Bias.COLUMN : Epilogue.Bias.ROW;
        final OperandPlace biasPlace = emitter -> biases == null ? null : emitter.weights(biases);
        if (rows <= FEW_ROWS && !transA && values.isConstant(b)) {
            addFew(rows, depth, a, b, scaled(transB ? values.floats(b) : transposed(values.floats(b), depth, columns), alpha), bias,
                biasPlace, rows, columns);
            return;
        }
        add(1, depth, new Factor(a, new ProductShape.Matrix(0, transA ? 1 : depth, transA ? rows : 1), rows, 1),
            new Factor(b, new ProductShape.Matrix(0, transB ? depth : 1, transB ? 1 : columns), columns, alpha), bias, biasPlace, rows,
            columns);
    }

    /** Whether a constant has a number for each row and one column, where the output has more. */
    private boolean isColumn(final String c, final int columns) {
        final long[] shape = values.shape(c);
        return columns > 1 && shape.length == 2 && shape[1] == 1 && shape[0] > 1;
    }

    /** What a product adds: a number for each column or each row. */
    private float[] bias(final String c, final float beta, final int rows, final int columns) {
        final float[] given = scaled(values.floats(c), beta);
        final long[] shape = values.shape(c);
        if (given.length == 1) {
            final float[] all = new float[columns];
            Arrays.fill(all, given[0]);
            return all;
        }
        final boolean line = given.length == columns && shape[shape.length - 1] == columns;
        if (!line && !(isColumn(c, columns) && given.length == rows)) {
            throw new UnsupportedOperationException(
                "its third input has a number for each element; a kernel takes one for each row or column");
        }
        return given;
    }

    private static float[] scaled(final float[] numbers, final float by) {
        final float[] made = numbers.clone();
        for (int i = 0; i < made.length; i++) {
            made[i] *= by;
        }
        return made;
    }

    private static float[] transposed(final float[] matrix, final int rows, final int columns) {
        final float[] made = new float[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                made[j * rows + i] = matrix[i * columns + j];
            }
        }
        return made;
    }

    /** Rows of all batches are rows of one product where the right factor is the same for all. */
    void matMul() {
        final String a = node.getInput(0);
        final String b = node.getInput(1);
        final long[] left = values.shape(a);
        final long[] right = values.shape(b);
        if (left.length < 2 || right.length < 2) {
            throw new UnsupportedOperationException("a factor with fewer than two extents");
        }
        final int depth = (int) left[left.length - 1];
        final int columns = (int) right[right.length - 1];
        final long leftBatches = Values.elements(left) / (left[left.length - 2] * depth);
        final long rightBatches = Values.elements(right) / ((long) depth * columns);
        if (right[right.length - 2] != depth || rightBatches != 1 && leftBatches != 1 && !isSame(left, right)) {
            throw misfit(left, right);
        }
        final long[] batches = ElementwiseSteps.broadcastShape(batches(left), batches(right)); // either factor may have those of both
        final long[] made = Arrays.copyOf(batches, batches.length + 2);
        made[made.length - 2] = left[left.length - 2];
        made[made.length - 1] = columns;
        final int rows = (int) (rightBatches == 1 ? left[left.length - 2] * leftBatches : left[left.length - 2]);
        if (rows <= FEW_ROWS && values.isConstant(b) && rightBatches == 1) {
            addFew(rows, depth, a, b, transposed(values.floats(b), depth, columns), Epilogue.Bias.NONE, emitter -> null, made);
            return;
        }
        final int leftStride = rightBatches == 1 || leftBatches == 1 ? 0 : rows * depth;
        add((int) rightBatches, depth, new Factor(a, new ProductShape.Matrix(leftStride, depth, 1), rows, 1),
            new Factor(b, new ProductShape.Matrix(rightBatches == 1 ? 0 : depth * columns, 1, columns), columns, 1), Epilogue.Bias.NONE,
            emitter -> null, made);
    }

    /** The extents before those of a matrix. */
    private static long[] batches(final long... shape) {
        return Arrays.copyOf(shape, shape.length - 2);
    }

    private static UnsupportedOperationException misfit(final long[] left, final long... right) {
        return new UnsupportedOperationException("factors of the shapes " + Arrays.toString(left) + " and " + Arrays.toString(right));
    }

    private static boolean isSame(final long[] left, final long[] right) {
        return Arrays.equals(batches(left), batches(right));
    }
}
