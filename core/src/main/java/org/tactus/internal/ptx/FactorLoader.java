// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

/**
 * Brings one factor of a product into shared memory, a tile of 16 depths by the lines of a block at a time: 256 threads first read numbers
 * into registers, side by side in memory where the factor allows it, and later store them.
 */
final class FactorLoader {
    static final int DEPTHS = 16;
    static final int THREADS = 256;
    /** Numbers between two lines of a tile, so that stores of neighbouring depths fall into other banks. */
    static final int PADDING = 4;

    private final PtxWriter w;
    private final ProductShape shape;
    private final ProductShape.Source source;
    private final int lines;
    private final int all;
    private final boolean guardsDepth;
    /** How many numbers a thread brings. */
    private final int each;
    private final String[] values;
    private final String[] pointers;
    private final String[] depths;
    private final String[] places;
    /** Whether the thread's lines exist; null where all do. */
    private final String[] exists;
    /** Of windows: the first row and column of the place's window. */
    private String row;
    private String column;

    /**
     * A loader.
     *
     * @param lines       rows or columns of a block
     * @param all         rows or columns of the matrix
     * @param guardsDepth whether a tile may reach beyond the depth
     */
    FactorLoader(
        final PtxWriter w, final ProductShape shape, final ProductShape.Source source, final int lines, final int all,
        final boolean guardsDepth) {
        this.w = w;
        this.shape = shape;
        this.source = source;
        this.lines = lines;
        this.all = source instanceof final ProductShape.Packed packed ? packed.width() : all;
        this.guardsDepth = guardsDepth;
        each = lines * DEPTHS / THREADS;
        values = w.reals(each);
        pointers = new String[each];
        depths = new String[each];
        places = new String[each];
        exists = new String[each];
    }

    static int bytes(final int lines) {
        return DEPTHS * (lines + PADDING) * Float.BYTES;
    }

    /**
     * Finds out what the thread brings.
     *
     * @param base   address of the factor
     * @param batch  number of the batch
     * @param group  number of the group, counted through all batches
     * @param tile   number of the block's lines
     * @param thread number of the thread in the block
     * @param from   the first depth
     */
    void begin(final String base, final String batch, final String group, final String tile, final String thread, final String from) {
        final String first = w.word("mul.lo.u32", tile, lines);
        for (int i = 0; i < each; i++) {
            final String line;
            if (source instanceof ProductShape.Packed || source instanceof final ProductShape.Matrix m && m.depthStride() == 1) {
                final boolean packed = source instanceof ProductShape.Packed;
                depths[i] = i > 0 && !packed ? depths[0] : w.word(packed ? "shr.u32" : "and.b32", thread, packed ? 4 : DEPTHS - 1);
                line = packed ? w.word("mad.lo.u32", w.word("and.b32", thread, 15), each, i)
                    : w.word("add.u32", w.word("shr.u32", thread, 4), 16 * i);
            } else {
                depths[i] = w.word("add.u32", w.divide(thread, lines), THREADS / lines * i);
                line = w.word("and.b32", thread, lines - 1);
            }
            places[i] = w.word("mul.lo.u32", w.word("mad.lo.u32", depths[i], lines + PADDING, line), Float.BYTES);
            final String at = w.word("add.u32", first, line);
            exists[i] = all % lines == 0 ? null : w.predicate("setp.lt.u32", at, all);
            pointers[i] = pointer(i, base, batch, group, at, w.word("add.u32", from, depths[i]));
        }
    }

    private String pointer(
        final int i, final String base, final String batch, final String group, final String line, final String depth) {
        switch (source) {
            case final ProductShape.Packed packed -> {
                final String own = w.rest(group, w.divide(group, shape.groups()), shape.groups());
                final String from = w.word("mad.lo.u32", own, shape.depth(), depth);
                return w.element(base, w.word("mad.lo.u32", from, packed.width(), line));
            }
            case final ProductShape.Matrix matrix -> {
                final String from = w.word("mad.lo.u32", batch, matrix.batchStride(), w.word("mul.lo.u32", line, matrix.lineStride()));
                return w.element(base, w.word("mad.lo.u32", depth, matrix.depthStride(), from));
            }
            case final ProductShape.ImageWindows windows -> {
                final Window window = windows.window();
                if (i == 0) {
                    final String down = w.divide(line, window.outWidth());
                    final String right = w.rest(line, down, window.outWidth());
                    row = w.word("sub.u32", w.word("mul.lo.u32", down, window.strides().rows()), window.padTop());
                    column = w.word("sub.u32", w.word("mul.lo.u32", right, window.strides().columns()), window.padLeft());
                }
                final int image = window.inputs();
                final String start = w.word("mul.lo.u32", group, windows.channels() * image);
                if (!isPointwise(window)) {
                    return i == 0 ? w.element(base, start) : pointers[0];
                }
                final String pixel = w.word("mad.lo.u32", row, window.width(), w.word("add.u32", column, start));
                return w.element(base, w.word("mad.lo.u32", depth, image, pixel));
            }
        }
    }

    private static boolean isPointwise(final Window window) {
        return window.taps().product() == 1 && window.isInside();
    }

    /** Reads a tile's numbers into registers; what does not exist is 0. */
    void read(final String from) {
        if (source instanceof ProductShape.Packed) {
            final String[] guards = new String[2];
            guards[0] = exists[0];
            guards[1] = guardsDepth ? w.predicate("setp.lt.u32", w.word("add.u32", from, depths[0]), shape.depth()) : null;
            final String guard = both(guards[0], guards[1]);
            zero(guard, values);
            w.op(at(guard) + "ld.global.nc.v" + each + ".f32 " + PtxWriter.vector(values) + ", [" + pointers[0] + ']');
            return;
        }
        for (int i = 0; i < each; i++) {
            String guard = exists[i];
            String address = pointers[i];
            final boolean windows = source instanceof final ProductShape.ImageWindows of && !isPointwise(of.window());
            final String depth = guardsDepth || windows ? w.word("add.u32", from, depths[i]) : null;
            if (guardsDepth) {
                guard = both(guard, w.predicate("setp.lt.u32", depth, shape.depth()));
            }
            if (windows) {
                final Window window = ((ProductShape.ImageWindows) source).window();
                final String channel = w.divide(depth, window.taps().product());
                final String tap = w.rest(depth, channel, window.taps().product());
                final String tapRow = w.divide(tap, window.taps().columns());
                final String tapColumn = w.rest(tap, tapRow, window.taps().columns());
                final String y = w.word("mad.lo.u32", tapRow, window.dilations().rows(), row);
                final String x = w.word("mad.lo.u32", tapColumn, window.dilations().columns(), column);
                if (!window.isInside()) {
                    guard = both(guard, both(w.predicate("setp.lt.u32", y, window.height()),
                        w.predicate("setp.lt.u32", x, window.width())));
                }
                final String line = w.word("mad.lo.u32", channel, window.height(), y);
                address = w.element(pointers[0], w.word("mad.lo.u32", line, window.width(), x));
            }
            zero(guard, values[i]);
            w.op(at(guard) + "ld.global.nc.f32 " + values[i] + ", [" + address + ']');
        }
    }

    private String both(final String a, final String b) {
        return a == null || b == null ? a == null ? b : a : w.predicate("and.pred", a, b);
    }

    private static String at(final String guard) {
        return guard == null ? "" : "@" + guard + ' ';
    }

    private void zero(final String guard, final String... registers) {
        for (int i = 0; guard != null && i < registers.length; i++) {
            w.op("mov.f32 " + registers[i] + ", " + PtxWriter.number(0));
        }
    }

    /** Lets the next tile be read. */
    void advance() {
        if (source instanceof final ProductShape.ImageWindows windows && !isPointwise(windows.window())) {
            return; // found anew from the depth
        }
        final long step = Float.BYTES * (long) DEPTHS * switch (source) {
            case final ProductShape.Packed packed -> packed.width();
            case final ProductShape.Matrix matrix -> matrix.depthStride();
            case final ProductShape.ImageWindows windows -> windows.window().inputs();
        };
        for (int i = 0; i < (source instanceof ProductShape.Packed ? 1 : each); i++) {
            w.op("add.u64 " + pointers[i] + ", " + pointers[i] + ", " + step);
        }
    }

    /** Stores what was read into a tile of shared memory. */
    void store(final String tile) {
        if (source instanceof ProductShape.Packed) {
            w.op("st.shared.v" + each + ".f32 [" + w.word("add.u32", tile, places[0]) + "], " + PtxWriter.vector(values));
            return;
        }
        for (int i = 0; i < each; i++) {
            w.op("st.shared.f32 [" + w.word("add.u32", tile, places[i]) + "], " + values[i]);
        }
    }
}
