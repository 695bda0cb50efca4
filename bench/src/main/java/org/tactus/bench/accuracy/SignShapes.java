// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.util.Arrays;

/** Outlines, strokes and colours of the signs, in a square from -1 to 1 with y downwards. */
final class SignShapes {
    /** Digits, the first of the glyphs. */
    static final int DIGITS = 10;
    private static final int RIM = 0;
    private static final int FACE = 1;
    private static final int GLYPH = 2;
    private static final double INNER = 0.78;
    private static final double HALF_STROKE = 0.105;

    /** What a sign's outline is. */
    enum Outline { CIRCLE, TRIANGLE, OCTAGON, DIAMOND }

    /** Outline, strokes, and colours of rim, face and glyph, which the taker may change. */
    record Sign(Outline outline, double[][] glyph, double[][] paint) {
    }

    private static final double[] RED = {0.8, 0.12, 0.12};
    private static final double[] WHITE = {0.92, 0.92, 0.9};
    private static final double[] BLACK = {0.1, 0.1, 0.1};
    private static final double[] BLUE = {0.12, 0.25, 0.75};
    private static final double[] YELLOW = {0.88, 0.75, 0.15};
    private static final double[] GREY = {0.5, 0.5, 0.5};

    /** Strokes of a glyph as polylines: x, y, x, y, ... The ten digits stand first. */
    private static final double[][][] GLYPHS = {
        {{-.28, -.3, -.12, -.5, .12, -.5, .28, -.3, .28, .3, .12, .5, -.12, .5, -.28, .3, -.28, -.3}},
        {{-.15, -.3, .05, -.5, .05, .5}},
        {{-.28, -.28, -.1, -.5, .12, -.5, .28, -.28, .2, -.02, -.28, .5, .3, .5}},
        {{-.26, -.4, -.08, -.5, .15, -.5, .28, -.3, .14, -.04, -.06, -.02, .14, 0, .28, .25, .14, .5, -.1, .5, -.28, .38}},
        {{.12, .5, .12, -.5, -.3, .2, .3, .2}},
        {{.25, -.5, -.22, -.5, -.26, -.06, .05, -.12, .28, .1, .24, .38, .02, .5, -.28, .42}},
        {{.22, -.46, -.02, -.42, -.26, -.05, -.28, .25, -.1, .5, .12, .5, .28, .25, .14, 0, -.1, 0, -.27, .2}},
        {{-.28, -.5, .28, -.5, -.06, .5}},
        {{0, -.03, -.22, -.2, -.22, -.38, -.08, -.5, .08, -.5, .22, -.38, .22, -.2, 0, -.03, -.26, .18, -.26, .36, -.1, .5, .1, .5,
            .26, .36, .26, .18, 0, -.03}},
        {{-.22, .46, .02, .42, .26, .05, .28, -.25, .1, -.5, -.12, -.5, -.28, -.25, -.14, 0, .1, 0, .27, -.2}},
        {{0, -.3, 0, .15}, {0, .4, 0, .45}},
        {{.12, .5, .12, .1, -.2, -.2}, {-.2, .02, -.2, -.2, .02, -.2}},
        {{-.12, .5, -.12, .1, .2, -.2}, {.2, .02, .2, -.2, -.02, -.2}},
        {{-.28, -.1, .28, .4}, {.28, -.1, -.28, .4}},
        {{.5, 0, -.45, 0}, {-.1, -.35, -.45, 0, -.1, .35}},
        {{-.5, 0, .45, 0}, {.1, -.35, .45, 0, .1, .35}},
        {{0, .5, 0, -.45}, {-.35, -.1, 0, -.45, .35, -.1}},
        {{-.5, 0, .5, 0}, {-.5, .12, .5, .12}},
        {},
        {{-.5, .42, .42, -.5}, {-.42, .5, .5, -.42}}};

    /** Ways to paint a sign whose colours tell nothing. */
    private static final double[][][] PAINT = {{RED, WHITE, BLACK}, {BLUE, BLUE, WHITE}, {RED, RED, WHITE}, {WHITE, YELLOW, BLACK}};

    /** Number of signs by day. */
    static final int SIGNS = GLYPHS.length;
    /** Number of outlines. */
    static final int OUTLINES = Outline.values().length;
    /** Number of ways to paint. */
    static final int PAINTS = PAINT.length;

    private SignShapes() {
    }

    /** One of the signs by day. */
    static Sign sign(final int label) {
        final double[][] paint;
        if (label < 14) {
            paint = new double[][] {RED, WHITE, BLACK};
        } else if (label < 17) {
            paint = new double[][] {BLUE, BLUE, WHITE};
        } else if (label == 17) {
            paint = new double[][] {RED, RED, WHITE};
        } else {
            paint = label == 18 ? new double[][] {WHITE, YELLOW, BLACK} : new double[][] {WHITE, WHITE, GREY};
        }
        return new Sign(outline(label), GLYPHS[label], copy(paint));
    }

    /** A digit in an outline, painted in one of several ways. */
    static Sign sign(final int label, final int paint) {
        return new Sign(Outline.values()[label / DIGITS], GLYPHS[label % DIGITS], copy(PAINT[paint]));
    }

    private static double[][] copy(final double[][] paint) {
        return Arrays.stream(paint).map(double[]::clone).toArray(double[][]::new);
    }

    private static Outline outline(final int label) {
        if (label < DIGITS || label >= 14 && label <= 16 || label == 19) {
            return Outline.CIRCLE;
        }
        if (label < 14) {
            return Outline.TRIANGLE;
        }
        return label == 17 ? Outline.OCTAGON : Outline.DIAMOND;
    }

    /** Which part of the sign lies at a point: 0 rim, 1 face, 2 glyph; -1 beside the sign. */
    static int part(final Sign sign, final double x, final double y) {
        if (!inside(sign.outline(), x, y)) {
            return -1;
        }
        if (!inside(sign.outline(), x / INNER, y / INNER)) {
            return RIM;
        }
        for (final double[] line : sign.glyph()) {
            for (int i = 0; i + 3 < line.length; i += 2) {
                if (near(x, y, line, i)) {
                    return GLYPH;
                }
            }
        }
        return FACE;
    }

    private static boolean inside(final Outline outline, final double x, final double y) {
        return switch (outline) {
            case CIRCLE -> x * x + y * y < 1;
            case TRIANGLE -> y < 0.72 && Math.abs(x) < (y + 0.95) * 0.6;
            case OCTAGON -> Math.max(Math.abs(x), Math.abs(y)) < 0.92 && Math.abs(x) + Math.abs(y) < 1.3;
            case DIAMOND -> Math.abs(x) + Math.abs(y) < 1.1;
        };
    }

    /** Whether a point lies within half a stroke of a part of a line. */
    private static boolean near(final double x, final double y, final double[] line, final int i) {
        final double dx = line[i + 2] - line[i];
        final double dy = line[i + 3] - line[i + 1];
        final double along = Math.max(0, Math.min(1, ((x - line[i]) * dx + (y - line[i + 1]) * dy) / (dx * dx + dy * dy)));
        final double offX = x - line[i] - along * dx;
        final double offY = y - line[i + 1] - along * dy;
        return offX * offX + offY * offY < HALF_STROKE * HALF_STROKE;
    }
}
