// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * What one warp makes of a row of numbers: its mean, its largest, its softmax, or its product with a row of weights. The 32 lanes take the
 * numbers in turn, and then exchange their parts.
 */
final class RowKernel {
    private static final int LANES = 32;
    private static final int WARPS = 8;

    /** What is made of a row. */
    enum Kind { MEAN, LARGEST, SUM }

    private RowKernel() {
    }

    /** The row of the warp, in a grid of one dimension; the thread ends where there is none. */
    private static String row(final PtxWriter w, final long rows) {
        final String row = w.word("shr.u32", w.thread(LANES * WARPS), 5);
        w.exitIf(w.predicate("setp.ge.u32", row, rows));
        return row;
    }

    private static int blocks(final long rows) {
        return (int) Math.ceilDiv(rows, WARPS);
    }

    /** Runs a body for each number of the lane; the body is given its index and address. */
    private static void each(final PtxWriter w, final String from, final int length, final long stride, final Body body) {
        final String index = w.word("mov.u32", w.word("mov.u32", "%laneid"));
        final String address = w.address("mad.wide.u32", index, stride * Float.BYTES, from);
        final String loop = w.label();
        final String end = w.label();
        final String over = w.predicate();
        w.place(loop);
        w.op("setp.ge.u32 " + over + ", " + index + ", " + length);
        w.op("@" + over + " bra " + end);
        body.write(index, address);
        w.op("add.u32 " + index + ", " + index + ", " + LANES);
        w.op("add.u64 " + address + ", " + address + ", " + LANES * stride * Float.BYTES);
        w.op("bra " + loop);
        w.place(end);
    }

    /** What is done with a number of a row. */
    private interface Body {
        void write(String index, String address);
    }

    /** Lets every lane have what all of them make together. */
    private static void exchange(final PtxWriter w, final String value, final String opcode) {
        for (int mask = LANES / 2; mask > 0; mask /= 2) {
            final String other = w.real();
            w.op("shfl.sync.bfly.b32 " + other + ", " + value + ", " + mask + ", 31, -1");
            w.op(opcode + ' ' + value + ", " + value + ", " + other);
        }
    }

    private static void storeFirst(final PtxWriter w, final String address, final String value) {
        final String lane = w.word("mov.u32", "%laneid");
        w.op("@" + w.predicate("setp.eq.u32", lane, 0) + " st.global.f32 [" + address + "], " + value);
    }

    /** Writes a reduction of dense rows to one number each. Arguments: input, output. */
    static Kernel reduce(final int rows, final int length, final Kind kind, final Epilogue epilogue) {
        final PtxWriter w = new PtxWriter();
        final String in = w.parameter();
        final String out = w.parameter();
        final String row = row(w, rows);
        final boolean largest = kind == Kind.LARGEST;
        final String value = w.real("mov.f32", PtxWriter.number(largest ? Float.NEGATIVE_INFINITY : 0));
        final String opcode = largest ? "max.f32" : "add.f32";
        each(w, w.element(in, w.word("mul.lo.u32", row, length)), length, 1, (index, address) ->
            w.op(opcode + ' ' + value + ", " + value + ", " + w.real("ld.global.nc.f32", '[' + address + ']')));
        exchange(w, value, opcode);
        final String made = kind == Kind.MEAN ? w.real("div.rn.f32", value, PtxWriter.number(length)) : value;
        storeFirst(w, w.element(out, row), epilogue.activate(w, made));
        return new Kernel(w.text(), blocks(rows), 1, LANES * WARPS);
    }

    /**
     * Writes the product of some dense rows with a matrix of weights, a row for each output: for products of so few rows that each weight
     * is used about once, so that reading them is what takes time. Weights in half precision are read as such and multiplied in single
     * precision. Arguments: input, weights, output, and bias and residual, as far as the epilogue has them.
     */
    static Kernel product(final int rows, final int outputs, final int length, final Numbers numbers, final Epilogue epilogue) {
        final PtxWriter w = new PtxWriter();
        final String in = w.parameter();
        final String weights = w.parameter();
        final String out = w.parameter();
        final String bias = epilogue.bias() == Epilogue.Bias.NONE ? null : w.parameter();
        final String residual = epilogue.residual() ? w.parameter() : null;
        final String output = row(w, outputs);
        final String row = w.word("mov.u32", "%ctaid.y");
        final String value = w.real("mov.f32", PtxWriter.number(0));
        final String from = w.element(in, w.word("mul.lo.u32", row, length));
        final int words = numbers == Numbers.SINGLE ? length : Math.ceilDiv(length, 2);
        each(w, w.element(weights, w.word("mul.lo.u32", output, words)), words, 1, (index, address) -> {
            if (numbers == Numbers.HALF) {
                addPair(w, value, index, address, from, length);
                return;
            }
            final String x = w.real("ld.global.nc.f32", '[' + w.element(from, index) + ']');
            w.op("fma.rn.f32 " + value + ", " + x + ", " + w.real("ld.global.nc.f32", '[' + address + ']') + ", " + value);
        });
        exchange(w, value, "add.f32");
        final String index = w.word("mad.lo.u32", row, outputs, output);
        final String made = epilogue.finish(w, value,
            bias == null ? null : w.element(bias, epilogue.bias() == Epilogue.Bias.COLUMN ? output : row),
            residual == null ? null : w.element(residual, index));
        storeFirst(w, w.element(out, index), made);
        return new Kernel(w.text(), blocks(outputs), rows, LANES * WARPS);
    }

    /** Adds a pair's products; behind a row of odd length a zero stands among the weights, and no number of the input. */
    private static void addPair(
        final PtxWriter w, final String value, final String index, final String address, final String from, final int length) {
        final String[] weights = w.split(w.pair("ld.global.nc.b32", '[' + address + ']'));
        final String[] x = w.reals(2);
        final String at = w.address("mad.wide.u32", index, 2 * Float.BYTES, from);
        if (length % 2 == 0) {
            w.op("ld.global.nc.v2.f32 " + PtxWriter.vector(x) + ", [" + at + ']');
        } else {
            w.op("ld.global.nc.f32 " + x[0] + ", [" + at + ']');
            w.op("mov.f32 " + x[1] + ", " + PtxWriter.number(0));
            w.op("@" + w.predicate("setp.lt.u32", w.word("mad.lo.u32", index, 2, 1), length) + " ld.global.nc.f32 " + x[1] + ", [" + at
                + '+' + Float.BYTES + ']');
        }
        for (int i = 0; i < x.length; i++) {
            w.op("fma.rn.f32 " + value + ", " + x[i] + ", " + weights[i] + ", " + value);
        }
    }

    /**
     * Writes a softmax. Arguments: input, output.
     *
     * @param outer  rows whose numbers lie one behind the other
     * @param length numbers of a row
     * @param inner  rows that lie in between: the distance of a row's numbers
     * @param epilogue what is done with each share
     * @return the kernel
     */
    static Kernel softmax(final int outer, final int length, final int inner, final Epilogue epilogue) {
        final PtxWriter w = new PtxWriter();
        final String in = w.parameter();
        final String out = w.parameter();
        final String row = row(w, (long) outer * inner);
        final String block = w.divide(row, inner);
        final String start = w.word("mad.lo.u32", block, length * inner, w.rest(row, block, inner));
        final String from = w.element(in, start);
        final String largest = w.real("mov.f32", PtxWriter.number(Float.NEGATIVE_INFINITY));
        each(w, from, length, inner, (index, address) ->
            w.op("max.f32 " + largest + ", " + largest + ", " + w.real("ld.global.nc.f32", '[' + address + ']')));
        exchange(w, largest, "max.f32");
        final String sum = w.real("mov.f32", PtxWriter.number(0));
        each(w, from, length, inner, (index, address) -> {
            final String x = w.real("sub.f32", w.real("ld.global.nc.f32", '[' + address + ']'), largest);
            w.op("add.f32 " + sum + ", " + sum + ", " + Activation.exponential(w, x));
        });
        exchange(w, sum, "add.f32");
        final String to = w.element(out, start);
        each(w, from, length, inner, (index, address) -> {
            final String x = w.real("sub.f32", w.real("ld.global.nc.f32", '[' + address + ']'), largest);
            final String share = w.real("div.rn.f32", Activation.exponential(w, x), sum);
            w.op("st.global.f32 [" + w.address("mad.wide.u32", index, (long) inner * Float.BYTES, to) + "], "
                + epilogue.activate(w, share));
        });
        return new Kernel(w.text(), blocks((long) outer * inner), 1, LANES * WARPS);
    }
}
