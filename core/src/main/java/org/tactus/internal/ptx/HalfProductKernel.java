// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * Matrix products, and convolutions as such, by the matrix instruction {@code mma.sync.m16n8k16}: factors in half precision, sums in single
 * precision. A block of four warps computes a tile of the output, 32 depths at a time, from shared memory; each warp has a quarter of it in
 * registers. While one tile of the factors is multiplied the next one is on its way into registers; two tiles in shared memory take turns.
 *
 * <p>Of a fragment of the instruction a lane holds, by its group g = lane / 4 and its place t = lane mod 4 in it: rows g and g + 8 of the
 * left factor and column g of the right one, of each the depths 2 t, 2 t + 1, 2 t + 8 and 2 t + 9; of the result rows g and g + 8, columns
 * 2 t and 2 t + 1.
 *
 * <p>Parts of the depth are shared among blocks and summed as in {@link ProductKernel}.
 */
final class HalfProductKernel {
    private static final int THREADS = HalfLoader.THREADS;
    private static final int ROWS = 16;
    private static final int COLUMNS = 8;
    private static final int DEPTHS = 16;
    private static final String MULTIPLY = "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 ";
    /** From a line in shared memory to the next one, and from a depth to that 8 further on, bytes. */
    private static final int LINE_BYTES = HalfLoader.LINE_WORDS * Integer.BYTES;
    private static final int EIGHT_DEPTHS_BYTES = 8 * Short.BYTES;

    private final PtxWriter w = new PtxWriter();
    private final ProductShape shape;
    private final Epilogue epilogue;
    private final Division division;
    /** Rows and columns of a warp's quarter. */
    private final int warpRows;
    private final int warpColumns;
    private final int partDepth;
    /** By 16 rows, then by 8 columns: four results. */
    private final String[][][] sums;

    private HalfProductKernel(final ProductShape shape, final Epilogue epilogue, final Division division) {
        this.shape = shape;
        this.epilogue = division.parts() > 1 ? Epilogue.NONE : epilogue;
        this.division = division;
        warpRows = division.tileRows() / 2;
        warpColumns = division.tileColumns() / 2;
        partDepth = division.depthsOfPart(shape);
        sums = new String[warpRows / ROWS][warpColumns / COLUMNS][];
    }

    /**
     * Writes a product. Arguments: left factor, right factor, output or its parts; where there is one part only also bias and residual, as
     * far as the epilogue has them.
     */
    static Kernel write(final ProductShape shape, final Epilogue epilogue, final Division division) {
        final int rowTiles = Math.ceilDiv(shape.rows(), division.tileRows());
        return new Kernel(new HalfProductKernel(shape, epilogue, division).text(), Math.ceilDiv(shape.columns(), division.tileColumns()),
            rowTiles * division.parts() * shape.groups() * shape.batches(), THREADS);
    }

    private String text() {
        final String left = w.parameter();
        final String right = w.parameter();
        final String out = w.parameter();
        final String bias = epilogue.bias() == Epilogue.Bias.NONE ? null : w.parameter();
        final String residual = epilogue.residual() ? w.parameter() : null;
        final int stage = HalfLoader.bytes(division.tileRows()) + HalfLoader.bytes(division.tileColumns());
        w.shared("tiles", 2 * stage);
        final String thread = w.word("mov.u32", "%tid.x");
        final String columnTile = w.word("mov.u32", "%ctaid.x");
        final int rowTiles = Math.ceilDiv(shape.rows(), division.tileRows());
        final String y = w.word("mov.u32", "%ctaid.y");
        final String rest = w.divide(y, rowTiles);
        final String rowTile = w.rest(y, rest, rowTiles);
        final String group = w.divide(rest, division.parts()); // through all batches
        final String part = w.rest(rest, group, division.parts());
        final String batch = w.divide(group, shape.groups());
        final String from = w.word("mul.lo.u32", part, partDepth);
        final long allDepths = (long) partDepth * division.parts();
        final HalfLoader rows = new HalfLoader(w, shape, shape.left(), division.tileRows(), shape.rows(), allDepths);
        final HalfLoader columns = new HalfLoader(w, shape, shape.right(), division.tileColumns(), shape.columns(), allDepths);
        rows.begin(left, batch, group, rowTile, thread, from);
        columns.begin(right, batch, group, columnTile, thread, from);
        for (final String[][] line : sums) {
            for (int n = 0; n < line.length; n++) {
                line[n] = w.reals(4);
                for (final String sum : line[n]) {
                    w.op("mov.f32 " + sum + ", " + PtxWriter.number(0));
                }
            }
        }
        final String warp = w.word("shr.u32", thread, 5);
        final String groupOfLane = w.word("and.b32", w.word("shr.u32", thread, 2), 7);
        final String placeInGroup = w.word("and.b32", thread, 3);
        final String row = w.word("mad.lo.u32", w.word("and.b32", warp, 1), warpRows, groupOfLane);
        final String columnStart = w.word("mul.lo.u32", w.word("shr.u32", warp, 1), warpColumns);
        final String pairs = w.word("mul.lo.u32", placeInGroup, Integer.BYTES);
        loop(rows, columns, from, stage, w.word("mad.lo.u32", row, LINE_BYTES, pairs),
            w.word("mad.lo.u32", w.word("add.u32", columnStart, groupOfLane), LINE_BYTES, pairs));
        store(out, bias, residual, new String[] {w.word("mad.lo.u32", rowTile, division.tileRows(), row),
            w.word("mad.lo.u32", columnTile, division.tileColumns(), w.word("mad.lo.u32", placeInGroup, 2, columnStart)), group, part});
        return w.text();
    }

    /** Multiplies tile after tile; the last two are where the lane's first pairs of both factors lie in a tile. */
    private void loop(
        final HalfLoader rows, final HalfLoader columns, final String from, final int stage, final String leftPlace,
        final String rightPlace) {
        final int leftBytes = HalfLoader.bytes(division.tileRows());
        final String current = w.word("mov.u32", "tiles");
        final String other = w.word("add.u32", current, stage);
        rows.read(from);
        columns.read(from);
        rows.store(current);
        columns.store(w.word("add.u32", current, leftBytes));
        w.op("bar.sync 0");
        final String tile = w.word("mov.u32", 1);
        final String more = w.predicate();
        final String loop = w.label();
        final String compute = w.label();
        final String end = w.label();
        w.place(loop);
        w.op("setp.lt.u32 " + more + ", " + tile + ", " + partDepth / HalfLoader.DEPTHS);
        w.op("@!" + more + " bra " + compute);
        w.op("add.u32 " + from + ", " + from + ", " + HalfLoader.DEPTHS);
        rows.advance();
        columns.advance();
        rows.read(from);
        columns.read(from);
        w.place(compute);
        multiply(w.word("add.u32", current, leftPlace), w.word("add.u32", current, rightPlace), leftBytes);
        w.op("@!" + more + " bra " + end);
        rows.store(other);
        columns.store(w.word("add.u32", other, leftBytes));
        w.op("bar.sync 0");
        final String kept = w.word("mov.u32", current);
        w.op("mov.u32 " + current + ", " + other);
        w.op("mov.u32 " + other + ", " + kept);
        w.op("add.u32 " + tile + ", " + tile + ", 1");
        w.op("bra " + loop);
        w.place(end);
    }

    private void multiply(final String left, final String right, final int rightOffset) {
        for (int depth = 0; depth < HalfLoader.DEPTHS; depth += DEPTHS) {
            final String[][] a = new String[sums.length][4];
            for (int m = 0; m < a.length; m++) {
                for (int k = 0; k < 4; k++) {
                    a[m][k] = pair(left, (m * ROWS + k % 2 * 8) * LINE_BYTES + depth * Short.BYTES + k / 2 * EIGHT_DEPTHS_BYTES);
                }
            }
            for (int n = 0; n < sums[0].length; n++) {
                final int at = rightOffset + n * COLUMNS * LINE_BYTES + depth * Short.BYTES;
                final String b = PtxWriter.vector(pair(right, at), pair(right, at + EIGHT_DEPTHS_BYTES));
                for (int m = 0; m < a.length; m++) {
                    final String sum = PtxWriter.vector(sums[m][n]);
                    w.op(MULTIPLY + sum + ", " + PtxWriter.vector(a[m]) + ", " + b + ", " + sum);
                }
            }
        }
    }

    private String pair(final String base, final int offset) {
        return w.pair("ld.shared.b32", "[" + base + '+' + offset + ']');
    }

    /** Stores the lane's results; place is its first row and column, the group and the part. */
    private void store(final String out, final String bias, final String residual, final String... place) {
        final boolean whole = shape.columns() % 2 == 0; // a pair of columns exists or does not
        final String start = w.word("mul.lo.u32", place[2], shape.outputs());
        final String base = division.parts() == 1 ? start : w.word("mad.lo.u32", place[3], shape.allOutputs(), start);
        final int count = sums[0].length;
        final String[] columns = new String[count];
        final String[][] exists = new String[count][2];
        final String[][] columnBias = new String[count][2];
        for (int n = 0; n < count; n++) {
            columns[n] = w.word("add.u32", place[1], n * COLUMNS);
            for (int j = 0; j < 2; j++) {
                final String column = j == 0 ? columns[n] : w.word("add.u32", columns[n], 1);
                exists[n][j] = shape.columns() % division.tileColumns() == 0 ? null
                    : j == 1 && whole ? exists[n][0] : w.predicate("setp.lt.u32", column, shape.columns());
                columnBias[n][j] = epilogue.bias() == Epilogue.Bias.COLUMN ? load(exists[n][j], w.element(bias, column)) : null;
            }
        }
        final String own = shape.groups() == 1 ? null : w.rest(place[2], w.divide(place[2], shape.groups()), shape.groups());
        for (int line = 0; line < 2 * sums.length; line++) {
            final String row = w.word("add.u32", place[0], line / 2 * ROWS + line % 2 * 8);
            if (shape.rows() % division.tileRows() != 0) {
                w.exitIf(w.predicate("setp.ge.u32", row, shape.rows())); // so do all rows behind it
            }
            final String rowBias = epilogue.bias() != Epilogue.Bias.ROW ? null
                : load(null, w.element(bias, own == null ? row : w.word("mad.lo.u32", own, shape.rows(), row)));
            final String index = w.word("mad.lo.u32", row, shape.columns(), w.word("add.u32", base, columns[0]));
            final String to = w.element(out, index);
            final String added = residual == null ? null : w.element(residual, index);
            for (int n = 0; n < count; n++) {
                final String[] made = new String[2];
                final int offset = n * COLUMNS * Float.BYTES;
                final String[] more = added == null ? null : two(exists[n], whole, added, offset);
                for (int j = 0; j < 2; j++) {
                    String value = sums[line / 2][n][line % 2 * 2 + j];
                    final String own2 = rowBias == null ? columnBias[n][j] : rowBias;
                    value = own2 == null ? value : w.real("add.f32", value, own2);
                    value = more == null ? value : w.real("add.f32", value, more[j]);
                    made[j] = epilogue.activate(w, value);
                }
                if (whole) {
                    w.op(at(exists[n][0]) + "st.global.v2.f32 [" + to + '+' + offset + "], " + PtxWriter.vector(made));
                } else {
                    w.op(at(exists[n][0]) + "st.global.f32 [" + to + '+' + offset + "], " + made[0]);
                    w.op(at(exists[n][1]) + "st.global.f32 [" + to + '+' + (offset + Float.BYTES) + "], " + made[1]);
                }
            }
        }
    }

    /** Two numbers side by side; what does not exist is 0. */
    private String[] two(final String[] exists, final boolean whole, final String base, final int offset) {
        if (!whole) {
            return new String[] {load(exists[0], base + '+' + offset), load(exists[1], base + '+' + (offset + Float.BYTES))};
        }
        final String[] values = w.reals(2);
        for (int j = 0; exists[0] != null && j < 2; j++) {
            w.op("mov.f32 " + values[j] + ", " + PtxWriter.number(0));
        }
        w.op(at(exists[0]) + "ld.global.nc.v2.f32 " + PtxWriter.vector(values) + ", [" + base + '+' + offset + ']');
        return values;
    }

    private String load(final String guard, final String address) {
        final String value = w.real();
        if (guard != null) {
            w.op("mov.f32 " + value + ", " + PtxWriter.number(0));
        }
        w.op(at(guard) + "ld.global.nc.f32 " + value + ", [" + address + ']');
        return value;
    }

    private static String at(final String guard) {
        return guard == null ? "" : "@" + guard + ' ';
    }
}
