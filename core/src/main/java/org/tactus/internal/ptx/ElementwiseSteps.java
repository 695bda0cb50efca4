// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.Arrays;
import java.util.List;
import org.tactus.internal.ptx.ElementwiseKernel.Kind;
import org.tactus.internal.ptx.ElementwiseKernel.Operand;

/** Steps that make each number of one number of each operand. */
final class ElementwiseSteps {
    private static final int ALIGNMENT_BYTES = 16;

    private ElementwiseSteps() {
    }

    /** A function of one number. */
    static Step unary(final Values values, final String input, final String output, final Activation activation) {
        final Step step = copy(values, input, output);
        step.absorb(activation, output);
        return step;
    }

    /** The same numbers elsewhere. */
    static Step copy(final Values values, final String input, final String output) {
        final long[] elements = {Values.elements(values.shape(input))};
        return step(output, elements, Kind.COPY, List.of(input), List.of(new Operand(1)), 0);
    }

    /** The same numbers in another order. */
    static Step transpose(final Values values, final String input, final String output, final int... order) {
        final long[] from = values.shape(input);
        final long[] strides = ElementwiseKernel.dense(from);
        return step(output, Arrays.stream(order).mapToLong(axis -> from[axis]).toArray(), Kind.COPY, List.of(input),
            List.of(new Operand(Arrays.stream(order).mapToLong(axis -> strides[axis]).toArray())), 0);
    }

    /** The numbers of a tensor in their place of a larger one, from an index on along one axis. */
    static Step part(final Values values, final String input, final String whole, final int axis, final long from) {
        final long[] extents = values.shape(input);
        final long[] strides = ElementwiseKernel.dense(values.shape(whole));
        final long offset = from * strides[axis];
        return new Step(whole, List.of(input), (emitter, step) -> emit(emitter, step, extents, strides, Kind.COPY, List.of(input),
            List.of(new Operand(ElementwiseKernel.dense(extents))), offset * Float.BYTES, 0));
    }

    /** The numbers of a part of a tensor, from an index on along one axis. */
    static Step slice(final Values values, final String input, final String output, final int axis, final long from, final long count) {
        final long[] extents = values.shape(input).clone();
        final long[] strides = ElementwiseKernel.dense(extents);
        extents[axis] = count;
        return step(output, extents, Kind.COPY, List.of(input), List.of(new Operand(strides)), from * strides[axis] * Float.BYTES);
    }

    /** What is made of several operands, each broadcast to the output's shape. */
    static Step combine(
        final Values values, final Kind kind, final List<String> inputs, final String output, final long... extents) {
        return step(output, extents, kind, inputs,
            inputs.stream().map(input -> new Operand(broadcast(values.shape(input), extents))).toList(), 0);
    }

    /** x times a number of its channel plus another. */
    static Step affine(
        final Values values, final String input, final String output, final float[] scales, final float[] shifts) {
        final long[] extents = values.shape(input);
        final long[] channel = new long[extents.length];
        channel[1] = 1;
        return new Step(output, List.of(input), (emitter, step) -> {
            final Kernel kernel = ElementwiseKernel.write(extents, ElementwiseKernel.dense(extents), Kind.AFFINE,
                List.of(new Operand(ElementwiseKernel.dense(extents)), new Operand(channel), new Operand(channel)), true,
                step.activations());
            emitter.launch(kernel, emitter.at(input), emitter.weights(scales), emitter.weights(shifts), emitter.at(step.output()));
        });
    }

    private static Step step(
        final String output, final long[] extents, final Kind kind, final List<String> inputs, final List<Operand> operands,
        final long inputOffset) {
        return new Step(output, inputs, (emitter, step) ->
            emit(emitter, step, extents, ElementwiseKernel.dense(extents), kind, inputs, operands, 0, inputOffset));
    }

    private static void emit(
        final Emitter emitter, final Step step, final long[] extents, final long[] outStrides, final Kind kind, final List<String> inputs,
        final List<Operand> operands, final long outOffset, final long inputOffset) {
        final Kernel kernel = ElementwiseKernel.write(extents, outStrides, kind, operands,
            outOffset % ALIGNMENT_BYTES == 0 && inputOffset % ALIGNMENT_BYTES == 0, step.activations());
        final Launch.Place[] places = new Launch.Place[inputs.size() + 1];
        for (int i = 0; i < inputs.size(); i++) {
            places[i] = emitter.at(inputs.get(i)).plus(inputOffset);
        }
        places[inputs.size()] = emitter.at(step.output()).plus(outOffset);
        emitter.launch(kernel, places);
    }

    /** The shape that two are broadcast to. */
    static long[] broadcastShape(final long[] a, final long... b) {
        final long[] shape = new long[Math.max(a.length, b.length)];
        for (int i = 0; i < shape.length; i++) {
            final long x = i < a.length ? a[a.length - 1 - i] : 1;
            final long y = i < b.length ? b[b.length - 1 - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new UnsupportedOperationException("shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not match");
            }
            shape[shape.length - 1 - i] = x == 1 ? y : x;
        }
        return shape;
    }

    /** Strides of a tensor that is broadcast to a shape. */
    private static long[] broadcast(final long[] from, final long... to) {
        final long[] dense = ElementwiseKernel.dense(from);
        final long[] strides = new long[to.length];
        for (int i = 0; i < from.length; i++) {
            strides[to.length - from.length + i] = from[i] == 1 ? 0 : dense[i];
        }
        return strides;
    }
}
