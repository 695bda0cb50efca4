// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What makes each number of the output of one number of each operand: sums, products, copies into another order, and functions of the
 * result. Operands are read by strides, so one may be broadcast or transposed. Where all lie in the output's order a thread makes four.
 */
final class ElementwiseKernel {
    private static final int THREADS = 256;
    private static final int WIDE = 4;

    /** What is made of the operands. */
    enum Kind {
        COPY, ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM,
        /** The first where it is not below 0, else its product with the second. */
        PRELU,
        /** The first times the second plus the third. */
        AFFINE
    }

    /**
     * How an operand is read.
     *
     * @param strides elements for each step along an extent of the output; 0 where it is broadcast
     */
    record Operand(long... strides) {
    }

    private ElementwiseKernel() {
    }

    /** Strides of a dense tensor. */
    static long[] dense(final long... extents) {
        final long[] strides = new long[extents.length];
        long stride = 1;
        for (int i = extents.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= extents[i];
        }
        return strides;
    }

    /**
     * Writes the kernel. Arguments: the operands, then the output.
     *
     * @param extents     of the output
     * @param outStrides  of the output, elements; dense but for a part of a larger tensor
     * @param kind        what is made
     * @param operands    as many as it needs
     * @param aligned     whether the first number of the output and of each operand lies at a multiple of 16 bytes
     * @param activations functions of the result
     * @return the kernel
     */
    static Kernel write(
        final long[] extents, final long[] outStrides, final Kind kind, final List<Operand> operands, final boolean aligned,
        final List<Activation> activations) {
        final List<long[]> all = new ArrayList<>();
        operands.forEach(operand -> all.add(operand.strides()));
        all.add(outStrides);
        final List<long[]> merged = merge(extents, all);
        final long[] sizes = merged.getFirst();
        long elements = 1;
        for (final long extent : sizes) {
            elements *= extent;
        }
        final int rank = sizes.length;
        final long fastest = sizes[rank - 1];
        final boolean wide = aligned && fastest % WIDE == 0 && merged.subList(1, merged.size()).stream().allMatch(
            strides -> strides[rank - 1] == 1 && Arrays.stream(strides, 0, rank - 1).allMatch(stride -> stride % WIDE == 0)
                || strides != merged.getLast() && strides[rank - 1] == 0);
        final int each = wide ? WIDE : 1;
        final PtxWriter w = new PtxWriter();
        final List<String> bases = new ArrayList<>();
        for (int i = 0; i <= operands.size(); i++) {
            bases.add(w.parameter());
        }
        final String thread = w.thread(THREADS);
        w.exitIf(w.predicate("setp.ge.u32", thread, elements / each));
        final String first = each == 1 ? thread : w.word("mul.lo.u32", thread, each);
        final List<String[]> values = new ArrayList<>();
        String to = null;
        final String[] offsets = offsets(w, first, sizes, merged.subList(1, merged.size()));
        for (int i = 0; i <= operands.size(); i++) {
            final String address = w.element(bases.get(i), offsets[i]);
            if (i == operands.size()) {
                to = address;
            } else {
                values.add(load(w, address, each, merged.get(1 + i)[rank - 1] == 0));
            }
        }
        final String[] results = new String[each];
        for (int k = 0; k < each; k++) {
            final int at = k;
            String value = combine(w, kind, values.stream().map(loaded -> loaded[at % loaded.length]).toList());
            for (final Activation activation : activations) {
                value = activation.apply(w, value);
            }
            results[k] = value;
        }
        w.op(each == 1 ? "st.global.f32 [" + to + "], " + results[0]
            : "st.global.v4.f32 [" + to + "], " + PtxWriter.vector(results));
        return new Kernel(w.text(), Math.toIntExact(Math.ceilDiv(elements / each, THREADS)), 1, THREADS);
    }

    private static String[] load(final PtxWriter w, final String address, final int each, final boolean broadcast) {
        if (each == 1 || broadcast) {
            return new String[] {w.real("ld.global.nc.f32", '[' + address + ']')};
        }
        final String[] values = w.reals(each);
        w.op("ld.global.nc.v4.f32 " + PtxWriter.vector(values) + ", [" + address + ']');
        return values;
    }

    private static String combine(final PtxWriter w, final Kind kind, final List<String> x) {
        return switch (kind) {
            case COPY -> x.getFirst();
            case ADD -> w.real("add.f32", x.get(0), x.get(1));
            case SUBTRACT -> w.real("sub.f32", x.get(0), x.get(1));
            case MULTIPLY -> w.real("mul.f32", x.get(0), x.get(1));
            case DIVIDE -> w.real("div.rn.f32", x.get(0), x.get(1));
            case MAXIMUM -> w.real("max.f32", x.get(0), x.get(1));
            case MINIMUM -> w.real("min.f32", x.get(0), x.get(1));
            case PRELU -> w.real("selp.f32", w.real("mul.f32", x.get(0), x.get(1)), x.get(0),
                w.predicate("setp.lt.f32", x.get(0), PtxWriter.number(0)));
            case AFFINE -> w.real("fma.rn.f32", x.get(0), x.get(1), x.get(2));
        };
    }

    /** The offset of an element in each of some tensors. */
    private static String[] offsets(final PtxWriter w, final String index, final long[] extents, final List<long[]> strides) {
        final String[] offsets = new String[strides.size()];
        String left = index;
        for (int dimension = extents.length - 1; dimension >= 0; dimension--) {
            final String quotient = dimension == 0 ? null : w.divide(left, extents[dimension]);
            final String place = dimension == 0 ? left : w.rest(left, quotient, extents[dimension]);
            left = quotient;
            for (int i = 0; i < offsets.length; i++) {
                final long stride = strides.get(i)[dimension];
                if (stride != 0) {
                    offsets[i] = offsets[i] == null ? w.word("mul.lo.u32", place, stride)
                        : w.word("mad.lo.u32", place, stride, offsets[i]);
                }
            }
        }
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = offsets[i] == null ? w.word("mov.u32", 0) : offsets[i];
        }
        return offsets;
    }

    /** Extents of which neighbours that all tensors pass through alike are one; then the strides of each tensor along them. */
    private static List<long[]> merge(final long[] extents, final List<long[]> strides) {
        final List<Long> sizes = new ArrayList<>();
        final List<List<Long>> kept = new ArrayList<>();
        strides.forEach(any -> kept.add(new ArrayList<>()));
        for (int i = 0; i < extents.length; i++) {
            if (extents[i] == 1) {
                continue;
            }
            boolean joins = !sizes.isEmpty();
            for (int k = 0; joins && k < kept.size(); k++) {
                joins = kept.get(k).getLast() == strides.get(k)[i] * extents[i];
            }
            if (joins) {
                sizes.set(sizes.size() - 1, sizes.getLast() * extents[i]);
            } else {
                sizes.add(extents[i]);
            }
            for (int k = 0; k < kept.size(); k++) {
                if (joins) {
                    kept.get(k).removeLast();
                }
                kept.get(k).add(strides.get(k)[i]);
            }
        }
        if (sizes.isEmpty()) {
            sizes.add(1L);
            kept.forEach(list -> list.add(1L));
        }
        final List<long[]> merged = new ArrayList<>();
        merged.add(sizes.stream().mapToLong(Long::longValue).toArray());
        kept.forEach(list -> merged.add(list.stream().mapToLong(Long::longValue).toArray()));
        return merged;
    }
}
