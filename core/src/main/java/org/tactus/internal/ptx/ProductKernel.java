// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.Arrays;

/**
 * Matrix products, and convolutions as such (implicit GEMM: the windows are never written out). A block of 256 threads computes a tile of
 * the output, 16 depths at a time, from shared memory; each thread has a square of 2 x 2 or 4 x 4 results in registers. While one tile of
 * the factors is multiplied, the next one is on its way into registers; two tiles in shared memory take turns, so there is one barrier for
 * 16 depths.
 *
 * <p>Where an output is small, several blocks share its depth: each writes a part into memory of its own, and a second kernel sums the
 * parts in their order ({@link #sum}), so no result depends on which block is done first.
 */
final class ProductKernel {
    private static final int THREADS = FactorLoader.THREADS;
    private static final int SIDE = 16;
    private static final int DEPTHS = FactorLoader.DEPTHS;

    private final PtxWriter w = new PtxWriter();
    private final ProductShape shape;
    private final Epilogue epilogue;
    private final int tileRows;
    private final int tileColumns;
    private final int parts;
    private final int partDepth;

    private ProductKernel(final ProductShape shape, final Epilogue epilogue, final Division division) {
        this.shape = shape;
        this.epilogue = division.parts() > 1 ? Epilogue.NONE : epilogue;
        tileRows = division.tileRows();
        tileColumns = division.tileColumns();
        parts = division.parts();
        partDepth = division.depthsOfPart(shape);
    }

    /**
     * Writes a product. Arguments: left factor, right factor, output or its parts; where there is one part only also bias and residual, as
     * far as the epilogue has them.
     */
    static Kernel write(final ProductShape shape, final Epilogue epilogue, final Division division) {
        final int rowTiles = Math.ceilDiv(shape.rows(), division.tileRows());
        return new Kernel(new ProductKernel(shape, epilogue, division).text(), Math.ceilDiv(shape.columns(), division.tileColumns()),
            rowTiles * division.parts() * shape.groups() * shape.batches(), THREADS);
    }

    private String text() {
        final String left = w.parameter();
        final String right = w.parameter();
        final String out = w.parameter();
        final String bias = epilogue.bias() == Epilogue.Bias.NONE ? null : w.parameter();
        final String residual = epilogue.residual() ? w.parameter() : null;
        final int stage = FactorLoader.bytes(tileRows) + FactorLoader.bytes(tileColumns);
        w.shared("tiles", 2 * stage);
        final String thread = w.word("mov.u32", "%tid.x");
        final String columnTile = w.word("mov.u32", "%ctaid.x");
        final int rowTiles = Math.ceilDiv(shape.rows(), tileRows);
        final String y = w.word("mov.u32", "%ctaid.y");
        final String rest = w.divide(y, rowTiles);
        final String rowTile = w.rest(y, rest, rowTiles);
        final String group = w.divide(rest, parts); // through all batches
        final String part = w.rest(rest, group, parts);
        final String batch = w.divide(group, shape.groups());
        final String from = w.word("mul.lo.u32", part, partDepth);
        final boolean guardsDepth = (long) partDepth * parts != shape.depth();
        final FactorLoader rows = new FactorLoader(w, shape, shape.left(), tileRows, shape.rows(), guardsDepth);
        final FactorLoader columns = new FactorLoader(w, shape, shape.right(), tileColumns, shape.columns(), guardsDepth);
        rows.begin(left, batch, group, rowTile, thread, from);
        columns.begin(right, batch, group, columnTile, thread, from);
        final int eachRow = tileRows / SIDE;
        final int eachColumn = tileColumns / SIDE;
        final String[] sums = w.reals(eachRow * eachColumn);
        for (final String sum : sums) {
            w.op("mov.f32 " + sum + ", " + PtxWriter.number(0));
        }
        final String down = w.word("shr.u32", thread, 4);
        final String across = w.word("and.b32", thread, SIDE - 1);
        multiply(rows, columns, from, partDepth / DEPTHS, stage, sums, down, across);
        store(sums, out, bias, residual, new String[] {
            w.word("mad.lo.u32", rowTile, tileRows, w.word("mul.lo.u32", down, eachRow)),
            w.word("mad.lo.u32", columnTile, tileColumns, w.word("mul.lo.u32", across, eachColumn)), group, part});
        return w.text();
    }

    private void multiply(
        final FactorLoader rows, final FactorLoader columns, final String from, final int tiles, final int stage, final String[] sums,
        final String down, final String across) {
        final String current = w.word("mov.u32", "tiles");
        final String other = w.word("add.u32", current, stage);
        rows.read(from);
        columns.read(from);
        rows.store(current);
        columns.store(w.word("add.u32", current, FactorLoader.bytes(tileRows)));
        w.op("bar.sync 0");
        final int eachRow = tileRows / SIDE;
        final int eachColumn = tileColumns / SIDE;
        final String tile = w.word("mov.u32", 1);
        final String more = w.predicate();
        final String loop = w.label();
        final String compute = w.label();
        final String end = w.label();
        w.place(loop);
        w.op("setp.lt.u32 " + more + ", " + tile + ", " + tiles);
        w.op("@!" + more + " bra " + compute);
        w.op("add.u32 " + from + ", " + from + ", " + DEPTHS);
        rows.advance();
        columns.advance();
        rows.read(from);
        columns.read(from);
        w.place(compute);
        final String fromRows = w.word("mad.lo.u32", down, eachRow * Float.BYTES, current);
        final String fromColumns = w.word("mad.lo.u32", across, eachColumn * Float.BYTES, current);
        final String[] a = w.reals(eachRow);
        final String[] b = w.reals(eachColumn);
        for (int depth = 0; depth < DEPTHS; depth++) {
            final int rowPlace = depth * (tileRows + FactorLoader.PADDING) * Float.BYTES;
            final int columnPlace = FactorLoader.bytes(tileRows) + depth * (tileColumns + FactorLoader.PADDING) * Float.BYTES;
            w.op("ld.shared.v" + eachRow + ".f32 " + PtxWriter.vector(a) + ", [" + fromRows + '+' + rowPlace + ']');
            w.op("ld.shared.v" + eachColumn + ".f32 " + PtxWriter.vector(b) + ", [" + fromColumns + '+' + columnPlace + ']');
            for (int i = 0; i < sums.length; i++) {
                w.op("fma.rn.f32 " + sums[i] + ", " + a[i / eachColumn] + ", " + b[i % eachColumn] + ", " + sums[i]);
            }
        }
        w.op("@!" + more + " bra " + end);
        rows.store(other);
        columns.store(w.word("add.u32", other, FactorLoader.bytes(tileRows)));
        w.op("bar.sync 0");
        final String kept = w.word("mov.u32", current);
        w.op("mov.u32 " + current + ", " + other);
        w.op("mov.u32 " + other + ", " + kept);
        w.op("add.u32 " + tile + ", " + tile + ", 1");
        w.op("bra " + loop);
        w.place(end);
    }

    /** Stores the thread's square; place is its first row and column, the group and the part. */
    private void store(final String[] sums, final String out, final String bias, final String residual, final String[] place) {
        final int eachRow = tileRows / SIDE;
        final int eachColumn = tileColumns / SIDE;
        final boolean whole = shape.columns() % eachColumn == 0; // a thread's columns exist all or none
        final String start = w.word("mul.lo.u32", place[2], shape.outputs());
        final String base = parts == 1 ? start : w.word("mad.lo.u32", place[3], shape.allOutputs(), start);
        if (shape.columns() % tileColumns != 0 && whole) {
            w.exitIf(w.predicate("setp.ge.u32", place[1], shape.columns()));
        }
        final String[] columns = new String[eachColumn];
        final String[] exists = new String[eachColumn];
        final String[] columnBias = new String[eachColumn];
        for (int j = 0; j < eachColumn; j++) {
            columns[j] = j == 0 ? place[1] : w.word("add.u32", place[1], j);
            exists[j] = whole ? null : w.predicate("setp.lt.u32", columns[j], shape.columns());
            if (epilogue.bias() == Epilogue.Bias.COLUMN) {
                columnBias[j] = load(exists[j], bias, columns[j]);
            }
        }
        final String own = shape.groups() == 1 ? null : w.rest(place[2], w.divide(place[2], shape.groups()), shape.groups());
        for (int i = 0; i < eachRow; i++) {
            final String row = i == 0 ? place[0] : w.word("add.u32", place[0], i);
            if (shape.rows() % tileRows != 0) {
                w.exitIf(w.predicate("setp.ge.u32", row, shape.rows())); // so do all rows behind it
            }
            final String rowBias = epilogue.bias() != Epilogue.Bias.ROW ? null
                : load(null, bias, own == null ? row : w.word("mad.lo.u32", own, shape.rows(), row));
            final String index = w.word("mad.lo.u32", row, shape.columns(), w.word("add.u32", base, columns[0]));
            final String address = w.element(out, index);
            final String[] added = residual == null ? null : residual(residual, index, whole, exists);
            final String[] values = new String[eachColumn];
            for (int j = 0; j < eachColumn; j++) {
                String value = sums[i * eachColumn + j];
                final String own2 = rowBias == null ? columnBias[j] : rowBias;
                value = own2 == null ? value : w.real("add.f32", value, own2);
                value = added == null ? value : w.real("add.f32", value, added[j]);
                values[j] = epilogue.activate(w, value);
            }
            if (whole) {
                w.op("st.global.v" + eachColumn + ".f32 [" + address + "], " + PtxWriter.vector(values));
            } else {
                for (int j = 0; j < eachColumn; j++) {
                    w.op("@" + exists[j] + " st.global.f32 [" + address + '+' + j * Float.BYTES + "], " + values[j]);
                }
            }
        }
    }

    private String load(final String guard, final String base, final String index) {
        final String value = w.real();
        if (guard != null) {
            w.op("mov.f32 " + value + ", " + PtxWriter.number(0));
        }
        w.op((guard == null ? "" : "@" + guard + ' ') + "ld.global.nc.f32 " + value + ", [" + w.element(base, index) + ']');
        return value;
    }

    private String[] residual(final String base, final String index, final boolean whole, final String[] exists) {
        final String[] values = w.reals(exists.length);
        final String address = w.element(base, index);
        if (whole) {
            w.op("ld.global.nc.v" + values.length + ".f32 " + PtxWriter.vector(values) + ", [" + address + ']');
            return values;
        }
        for (int j = 0; j < values.length; j++) {
            w.op("mov.f32 " + values[j] + ", " + PtxWriter.number(0));
            w.op("@" + exists[j] + " ld.global.nc.f32 " + values[j] + ", [" + address + '+' + j * Float.BYTES + ']');
        }
        return values;
    }

    /** Writes what sums the parts of a product. Arguments: the parts, the output, and bias and residual as far as the epilogue has them. */
    static Kernel sum(final ProductShape shape, final Epilogue epilogue, final int parts) {
        final PtxWriter w = new PtxWriter();
        final String from = w.parameter();
        final String out = w.parameter();
        final String bias = epilogue.bias() == Epilogue.Bias.NONE ? null : w.parameter();
        final String residual = epilogue.residual() ? w.parameter() : null;
        final String index = w.thread(THREADS);
        w.exitIf(w.predicate("setp.ge.u32", index, shape.allOutputs()));
        final String address = w.element(from, index);
        final String[] values = w.reals(parts);
        for (int i = 0; i < parts; i++) {
            w.op("ld.global.nc.f32 " + values[i] + ", [" + address + '+' + i * shape.allOutputs() * Float.BYTES + ']');
        }
        final String sum = Arrays.stream(values).reduce((a, b) -> w.real("add.f32", a, b)).orElseThrow();
        String biasAddress = null;
        if (bias != null) {
            final String line = w.divide(index, shape.columns());
            final int rows = shape.rows() * shape.groups();
            biasAddress = w.element(bias, epilogue.bias() == Epilogue.Bias.COLUMN ? w.rest(index, line, shape.columns())
                : w.rest(line, w.divide(line, rows), rows));
        }
        final String made = epilogue.finish(w, sum, biasAddress, residual == null ? null : w.element(residual, index));
        w.op("st.global.f32 [" + w.element(out, index) + "], " + made);
        return new Kernel(w.text(), Math.ceilDiv((int) shape.allOutputs(), THREADS), 1, THREADS);
    }
}
