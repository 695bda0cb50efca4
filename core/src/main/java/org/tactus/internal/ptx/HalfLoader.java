// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import java.util.Arrays;

/**
 * Brings one factor of a product in half precision into shared memory, a tile of 32 depths by the lines of a block at a time: 128 threads
 * first read units of 8 depths of a line into registers, side by side in memory where the factor allows it, and later store them. What is
 * in single precision is rounded on the way there; what is larger than half precision holds becomes its largest number.
 *
 * <p>In shared memory a line's depths lie side by side, as the matrix instruction takes them in pairs. A line has {@value #LINE_WORDS}
 * words, 4 more than its depths need: so eight lines that are read at once, or units of eight lines that are stored at once, lie in
 * different banks.
 */
final class HalfLoader {
    static final int DEPTHS = 32;
    static final int THREADS = 128;
    /** Depths of a unit, which is read and stored as 16 bytes of half precision. */
    static final int UNIT = 8;
    /** Words from line to line in shared memory. */
    static final int LINE_WORDS = DEPTHS / 2 + 4;
    private static final int UNIT_WORDS = UNIT / 2;
    private static final int UNIT_BYTES = UNIT * Short.BYTES;
    private static final int UNITS = DEPTHS / UNIT;
    private static final int WIDE = 4;

    private final PtxWriter w;
    private final ProductShape shape;
    private final ProductShape.Source source;
    private final int lines;
    private final int all;
    /** Whether a tile may hold units behind the last one. */
    private final boolean guardsUnits;
    /** How many units a thread brings. */
    private final int each;
    /** By unit: four pairs of what is packed, else eight numbers. */
    private final String[][] values;
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
     * @param lines     rows or columns of a block
     * @param all       rows or columns of the matrix
     * @param allDepths depths of all parts together, at least the product's
     */
    HalfLoader(
        final PtxWriter w, final ProductShape shape, final ProductShape.Source source, final int lines, final int all,
        final long allDepths) {
        this.w = w;
        this.shape = shape;
        this.source = source;
        this.lines = lines;
        this.all = all;
        guardsUnits = allDepths > (long) units(shape.depth()) * UNIT;
        each = lines * UNITS / THREADS;
        values = new String[each][];
        pointers = new String[each];
        depths = new String[each];
        places = new String[each];
        exists = new String[each];
        for (int i = 0; i < each; i++) {
            values[i] = source instanceof ProductShape.Packed ? w.pairs(UNIT_WORDS) : w.reals(UNIT);
        }
    }

    /** Units that a line of so many depths has. */
    static int units(final int depth) {
        return Math.ceilDiv(depth, UNIT);
    }

    static int bytes(final int lines) {
        return lines * LINE_WORDS * Integer.BYTES;
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
        final boolean alongDepth = source instanceof final ProductShape.Matrix matrix && matrix.depthStride() == 1;
        for (int i = 0; i < each; i++) {
            final String unit = alongDepth ? w.word("and.b32", thread, UNITS - 1)
                : w.word("add.u32", w.divide(thread, lines), THREADS / lines * i);
            final String line = alongDepth ? w.word("add.u32", w.word("shr.u32", thread, 2), THREADS / UNITS * i)
                : w.word("and.b32", thread, lines - 1);
            depths[i] = w.word("mul.lo.u32", unit, UNIT);
            places[i] = w.word("mul.lo.u32", w.word("mad.lo.u32", line, LINE_WORDS,
                w.word("mul.lo.u32", unit, UNIT_WORDS)), Integer.BYTES);
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
                final String unit = w.word("mad.lo.u32", own, units(shape.depth()), w.divide(depth, UNIT));
                return w.address("mad.wide.u32", w.word("mad.lo.u32", unit, packed.width(), line), UNIT_BYTES, base);
            }
            case final ProductShape.Matrix matrix -> {
                final String from = w.word("mad.lo.u32", batch, matrix.batchStride(), w.word("mul.lo.u32", line, matrix.lineStride()));
                return w.element(base, w.word("mad.lo.u32", depth, matrix.depthStride(), from));
            }
            case final ProductShape.ImageWindows windows -> {
                if (i > 0) {
                    return pointers[0]; // all units of a thread are of one line
                }
                final Window window = windows.window();
                final String down = w.divide(line, window.outWidth());
                final String right = w.rest(line, down, window.outWidth());
                row = w.word("sub.u32", w.word("mul.lo.u32", down, window.strides().rows()), window.padTop());
                column = w.word("sub.u32", w.word("mul.lo.u32", right, window.strides().columns()), window.padLeft());
                return w.element(base, w.word("mul.lo.u32", group, windows.channels() * window.inputs()));
            }
        }
    }

    /** Reads a tile's numbers into registers; what does not exist is 0. */
    void read(final String from) {
        for (int i = 0; i < each; i++) {
            final String depth = w.word("add.u32", from, depths[i]);
            final String guard = both(exists[i], guardsUnits ? w.predicate("setp.lt.u32", depth, shape.depth()) : null);
            switch (source) {
                case final ProductShape.Packed packed -> {
                    for (int k = 0; guard != null && k < UNIT_WORDS; k++) {
                        w.op("mov.b32 " + values[i][k] + ", 0");
                    }
                    w.op(at(guard) + "ld.global.nc.v4.b32 " + PtxWriter.vector(values[i]) + ", [" + pointers[i] + ']');
                }
                case final ProductShape.Matrix matrix -> readMatrix(i, matrix, depth, guard);
                case final ProductShape.ImageWindows windows -> {
                    if (windows.isByTap()) {
                        readChannels(i, windows, depth, guard);
                    } else {
                        readWindow(i, windows, depth, guard);
                    }
                }
            }
        }
    }

    /** Whether a number of a unit exists: its depth may be behind the last one. */
    private String within(final String depth, final int place, final int limit, final String guard) {
        return limit % UNIT == 0 ? guard
            : both(guard, w.predicate("setp.lt.u32", place == 0 ? depth : w.word("add.u32", depth, place), limit));
    }

    private void readMatrix(final int i, final ProductShape.Matrix matrix, final String depth, final String guard) {
        final boolean wide = matrix.depthStride() == 1 && matrix.lineStride() % WIDE == 0 && matrix.batchStride() % WIDE == 0
            && shape.depth() % WIDE == 0;
        final int step = wide ? WIDE : 1;
        for (int k = 0; k < UNIT; k += step) {
            final String own = within(depth, k, shape.depth(), guard);
            final String address = "[" + pointers[i] + '+' + (long) k * matrix.depthStride() * Float.BYTES + ']';
            if (wide) {
                final String[] four = Arrays.copyOfRange(values[i], k, k + WIDE);
                zero(own, four);
                w.op(at(own) + "ld.global.nc.v4.f32 " + PtxWriter.vector(four) + ", " + address);
            } else {
                load(own, values[i][k], address);
            }
        }
    }

    /** A unit of a tap: eight channels of one pixel. */
    private void readChannels(final int i, final ProductShape.ImageWindows windows, final String depth, final String guard) {
        final Window window = windows.window();
        final int taps = window.taps().product();
        final String unit = w.divide(depth, UNIT);
        final String tap = taps == 1 ? null : w.divide(unit, windows.tapDepth() / UNIT);
        final String channelUnit = taps == 1 ? unit : w.rest(unit, tap, windows.tapDepth() / UNIT);
        final String channel = w.word("mul.lo.u32", channelUnit, UNIT);
        final String[] pixel = pixel(window, tap);
        final String inside = both(guard, inside(window, pixel));
        final String address = w.element(pointers[0], index(window, channel, pixel));
        for (int k = 0; k < UNIT; k++) {
            load(within(channel, k, windows.channels(), inside), values[i][k],
                "[" + address + '+' + (long) k * window.inputs() * Float.BYTES + ']');
        }
    }

    /** A unit of depths that are counted by channel, then by tap: each number is found by itself. */
    private void readWindow(final int i, final ProductShape.ImageWindows windows, final String depth, final String guard) {
        final Window window = windows.window();
        final int taps = window.taps().product();
        for (int k = 0; k < UNIT; k++) {
            final String own = k == 0 ? depth : w.word("add.u32", depth, k);
            final String channel = w.divide(own, taps);
            final String[] pixel = pixel(window, w.rest(own, channel, taps));
            load(both(within(depth, k, shape.depth(), guard), inside(window, pixel)), values[i][k],
                "[" + w.element(pointers[0], index(window, channel, pixel)) + ']');
        }
    }

    /** Row and column of a tap's pixel, the only tap's where it is null; what is left of the image or above it is a large number. */
    private String[] pixel(final Window window, final String tap) {
        if (tap == null) {
            return new String[] {row, column};
        }
        final String tapRow = w.divide(tap, window.taps().columns());
        final String tapColumn = w.rest(tap, tapRow, window.taps().columns());
        return new String[] {w.word("mad.lo.u32", tapRow, window.dilations().rows(), row),
            w.word("mad.lo.u32", tapColumn, window.dilations().columns(), column)};
    }

    private String inside(final Window window, final String... pixel) {
        return window.isInside() ? null
            : both(w.predicate("setp.lt.u32", pixel[0], window.height()), w.predicate("setp.lt.u32", pixel[1], window.width()));
    }

    private String index(final Window window, final String channel, final String... pixel) {
        return w.word("mad.lo.u32", w.word("mad.lo.u32", channel, window.height(), pixel[0]), window.width(), pixel[1]);
    }

    private void load(final String guard, final String to, final String address) {
        zero(guard, to);
        w.op(at(guard) + "ld.global.nc.f32 " + to + ", " + address);
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
        if (source instanceof ProductShape.ImageWindows) {
            return; // found anew from the depth
        }
        final long step = source instanceof final ProductShape.Packed packed ? (long) UNITS * packed.width() * UNIT_BYTES
            : (long) DEPTHS * ((ProductShape.Matrix) source).depthStride() * Float.BYTES;
        for (int i = 0; i < each; i++) {
            w.op("add.u64 " + pointers[i] + ", " + pointers[i] + ", " + step);
        }
    }

    /** Stores what was read into a tile of shared memory, in half precision. */
    void store(final String tile) {
        for (int i = 0; i < each; i++) {
            w.op("st.shared.v4.b32 [" + w.word("add.u32", tile, places[i]) + "], "
                + PtxWriter.vector(source instanceof ProductShape.Packed ? values[i] : rounded(values[i])));
        }
    }

    /** Pairs of numbers in half precision, the first one of each in the lower half. */
    private String[] rounded(final String... numbers) {
        final String[] pairs = new String[numbers.length / 2];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = w.pair("cvt.rn.f16x2.f32", limited(numbers[2 * i + 1]), limited(numbers[2 * i]));
        }
        return pairs;
    }

    /** Nearest that half precision holds without becoming infinite; NaN stays NaN. */
    private String limited(final String number) {
        return w.real("min.NaN.f32", w.real("max.NaN.f32", number, PtxWriter.number(-Numbers.LARGEST_HALF)),
            PtxWriter.number(Numbers.LARGEST_HALF));
    }
}
