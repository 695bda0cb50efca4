// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Paints a street: walls, road, then things from far to near, then light and grain. Knows what of each thing is seen. One thread. */
final class StreetPainter {
    /** The first of the things that are no objects. */
    static final int POLE = 2;
    private static final int BIN = 3;
    private static final int BUSH = 4;
    /** Metres, by type. */
    static final double[] WIDTHS = {1.8, 0.62, 0.3, 0.7, 1.5};
    static final double[] HEIGHTS = {1.5, 1.75, 3.2, 1.15, 1.3};

    private static final int WIDTH = StreetScene.WIDTH;
    private static final int HEIGHT = StreetScene.HEIGHT;
    private static final int PIXELS = WIDTH * HEIGHT;
    private static final int PLANES = 3;
    private static final int WALLS = 14;
    private static final double[] SKIN = {0.75, 0.55, 0.42};
    private static final double[] TYRE = {0.06, 0.06, 0.07};
    private static final double[] LAMP = {0.9, 0.45, 0.2};
    private static final double[] LEAVES = {0.15, 0.4, 0.12};
    private static final double[] GLASS = {0.16, 0.2, 0.26};

    private final SplittableRandom random;
    private final float[] backdrop = new float[PLANES * PIXELS];
    private final float[] image = new float[PLANES * PIXELS];
    private final int[] owner = new int[PIXELS];
    private final double light;
    private final double grain;
    private int[] painted = new int[0];
    private int[] seen = new int[0];

    StreetPainter(final SplittableRandom random) {
        this.random = random;
        light = random.nextDouble(0.45, 1.05);
        grain = random.nextDouble(0.03, 0.09);
        backdrop();
    }

    private void backdrop() {
        final double[] sky = random.doubles(PLANES, 0.55, 0.9).toArray();
        final double[] road = random.doubles(1, 0.25, 0.5).toArray();
        final double[] verge = random.doubles(PLANES, 0.2, 0.6).toArray();
        for (int row = 0; row < HEIGHT; row++) {
            for (int column = 0; column < WIDTH; column++) {
                final double depth = row > StreetScene.HORIZON ? StreetScene.FOCAL * StreetScene.CAMERA / (row - StreetScene.HORIZON) : 0;
                final double x = (column - WIDTH / 2.0) * depth / StreetScene.FOCAL;
                final boolean onRoad = Math.abs(x) < 5;
                final boolean mark = onRoad && Math.abs(Math.abs(x) - 1.9) < 0.08 && (int) (depth / 3) % 2 == 0;
                for (int c = 0; c < PLANES; c++) {
                    final double colour = row <= StreetScene.HORIZON ? sky[c] * (1 - 0.2 * row / HEIGHT)
                        : mark ? 0.9 : onRoad ? road[0] : verge[c];
                    backdrop[c * PIXELS + row * WIDTH + column] = (float) (colour + random.nextDouble(-0.03, 0.03));
                }
            }
        }
        for (int i = 0; i < WALLS; i++) {
            final int left = random.nextInt(-60, WIDTH);
            final int wide = random.nextInt(30, 150);
            final int top = random.nextInt(20, 170);
            final double[] wall = random.doubles(PLANES, 0.15, 0.85).toArray();
            final double[] window = random.doubles(PLANES, 0.1, 0.7).toArray();
            final int step = random.nextInt(9, 24);
            for (int row = top; row < StreetScene.HORIZON + 6; row++) {
                for (int column = Math.max(0, left); column < Math.min(WIDTH, left + wide); column++) {
                    final boolean glass = (row - top) % step > step / 3 && (column - left) % step > step / 2;
                    put(backdrop, row, column, glass ? window : wall);
                }
            }
        }
    }

    private static void put(final float[] into, final int row, final int column, final double[] colour) {
        for (int c = 0; c < PLANES; c++) {
            into[c * PIXELS + row * WIDTH + column] = (float) colour[c];
        }
    }

    /** Paints things in the order in which they stand, the farthest first. */
    void paint(final List<StreetScene.Actor> actors, final MemorySegment frame) {
        System.arraycopy(backdrop, 0, image, 0, image.length);
        Arrays.fill(owner, -1);
        painted = new int[actors.size()];
        seen = new int[actors.size()];
        for (int i = 0; i < actors.size(); i++) {
            paint(i, actors.get(i));
        }
        for (final int index : owner) {
            if (index >= 0) {
                seen[index]++;
            }
        }
        finish(frame);
    }

    /** Share of a thing that nothing hides, of what lies in the frame. */
    double seen(final int i) {
        return painted[i] == 0 ? 0 : (double) seen[i] / painted[i];
    }

    private void paint(final int index, final StreetScene.Actor actor) {
        final double left = actor.left();
        final double top = actor.top();
        final double wide = actor.right() - left;
        final double high = actor.bottom() - top;
        final int lastRow = (int) Math.min(HEIGHT - 1, actor.bottom());
        final int lastColumn = (int) Math.min(WIDTH - 1, actor.right());
        for (int row = (int) Math.max(0, top); row <= lastRow; row++) {
            for (int column = (int) Math.max(0, left); column <= lastColumn; column++) {
                final double x = (column + 0.5 - left) / wide;
                final double y = (row + 0.5 - top) / high;
                if (x >= 0 && x < 1 && y >= 0 && y < 1) {
                    final double[] colour = colour(actor, x, y);
                    if (colour != null) {
                        put(image, row, column, colour);
                        owner[row * WIDTH + column] = index;
                        painted[index]++;
                    }
                }
            }
        }
    }

    /** Colour of a thing at a place in its box, from 0 to 1 each; null beside it. */
    private static double[] colour(final StreetScene.Actor actor, final double x, final double y) {
        return switch (actor.type) {
            case StreetScene.CAR -> car(actor.paint, x, y);
            case StreetScene.PEDESTRIAN -> pedestrian(actor.paint, x, y);
            case POLE -> Math.abs(x - 0.5) < 0.3 ? actor.paint[0] : null;
            case BIN -> (int) (y * 6) % 2 == 0 ? actor.paint[0] : actor.paint[1];
            case BUSH -> (2 * x - 1) * (2 * x - 1) + (2 * y - 1) * (2 * y - 1) < 0.75 + 0.25 * StrictMath.sin(17 * x + 23 * y)
                ? LEAVES : null;
            default -> throw new IllegalArgumentException("there is no thing of type " + actor.type);
        };
    }

    private static double[] car(final double[][] paint, final double x, final double y) {
        final double across = Math.abs(x - 0.5);
        if (y < 0.42) { // cabin
            if (across > 0.34 + 0.12 * y) {
                return null;
            }
            return y > 0.1 && across < 0.3 ? GLASS : paint[0];
        }
        if (y > 0.82) {
            return across > 0.27 && across < 0.47 ? TYRE : y < 0.9 ? TYRE : null;
        }
        if (y > 0.5 && y < 0.62 && across > 0.36) {
            return LAMP;
        }
        return paint[0];
    }

    private static double[] pedestrian(final double[][] paint, final double x, final double y) {
        final double across = Math.abs(x - 0.5);
        if (y < 0.17) {
            final double down = (y - 0.085) / 0.085;
            return across * across / (0.24 * 0.24) + down * down < 1 ? SKIN : null;
        }
        if (y < 0.55) {
            return across < 0.46 ? paint[0] : null;
        }
        return across > 0.05 && across < 0.36 ? paint[1] : null;
    }

    /** Softens, then light and grain, in bytes. */
    private void finish(final MemorySegment frame) {
        for (int c = 0; c < PLANES; c++) {
            for (int row = 0; row < HEIGHT; row++) {
                for (int column = 0; column < WIDTH; column++) {
                    final int at = c * PIXELS + row * WIDTH + column;
                    final float side = image[column > 0 ? at - 1 : at] + image[column < WIDTH - 1 ? at + 1 : at];
                    final float over = image[row > 0 ? at - WIDTH : at] + image[row < HEIGHT - 1 ? at + WIDTH : at];
                    final double noise = (random.nextDouble() + random.nextDouble() - 1) * 2.4 * grain;
                    final double value = (0.5 * image[at] + 0.125 * (side + over)) * light + noise;
                    frame.set(ValueLayout.JAVA_BYTE, at, (byte) Math.clamp(Math.round(255 * value), 0, 255));
                }
            }
        }
    }
}
