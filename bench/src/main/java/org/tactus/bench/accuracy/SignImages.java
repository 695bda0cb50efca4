// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Draws images that look like traffic signs, rotated, shifted, scaled, partly covered, badly lit, blurred and noisy. An image follows
 * from its kind, seed and number alone, by arithmetic that every Java does alike, so a held-out set is drawn anywhere and not stored.
 * Immutable; any thread.
 */
public final class SignImages {
    /** Colour planes. */
    public static final int CHANNELS = 3;
    /** Rows and columns. */
    public static final int SIZE = 32;
    /** Elements of an image, planes one after another. */
    public static final int ELEMENTS = CHANNELS * SIZE * SIZE;
    /** Seed of the images that the committed networks were trained with. */
    public static final long TRAINING_SEED = 1;
    /** Seed of the images that calibrate ranges and per-layer losses; the trainer never saw them. */
    public static final long CALIBRATION_SEED = 2;
    /** Seed of the held-out images. */
    public static final long TEST_SEED = 3;

    private static final int SUBSAMPLES = 2;
    /** Logarithm of the least share of the light by night. */
    private static final double DARKEST = -4.6;
    /** Steps of a camera with 8 bits, and of one with 16, as cars have for the night. */
    private static final int DAY_STEPS = 255;
    private static final int NIGHT_STEPS = 65_535;

    private final Kind kind;
    private final long seed;

    /** What is drawn, and in which light. */
    public enum Kind {
        /** Twenty signs by day: ten differ only in the digit. */
        DAY(SignShapes.SIGNS),
        /**
         * Every outline with every digit, colours that tell nothing, and light that differs by a factor of 100 from image to image,
         * with grain that grows with its root, as photons do, seen in 16 bits.
         */
        NIGHT(SignShapes.OUTLINES * SignShapes.DIGITS);

        private final int classes;

        Kind(final int classes) {
            this.classes = classes;
        }

        /**
         * Finds a kind.
         *
         * @param text its word
         * @return the kind; empty when there is none of that word
         */
        public static Optional<Kind> of(final String text) {
            return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
        }

        /**
         * The word for people and options.
         *
         * @return such as {@code night}
         */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * Number of classes.
         *
         * @return labels are 0 to this - 1
         */
        public int classes() {
            return classes;
        }
    }

    /**
     * Names a set of images.
     *
     * @param kind of all of them
     * @param seed of all of them
     */
    public SignImages(final Kind kind, final long seed) {
        this.kind = kind;
        this.seed = seed;
    }

    /** What one image is drawn with. */
    private record Scene(
        int label, SignShapes.Sign sign, double cos, double sin, double shear, double scale, double x, double y,
        double[] backdrop, double[] cover) {
    }

    /**
     * Draws an image.
     *
     * @param index its number
     * @param into  receives {@link #ELEMENTS} values from 0 to 1, steps of 1/255 or, by night, 1/65535
     * @param at    first place in it
     * @return its class, 0 to {@link Kind#classes()} - 1
     */
    public int draw(final int index, final float[] into, final int at) {
        final SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() ^ index * 0x9E3779B97F4A7C15L);
        final Scene scene = scene(random);
        final double[] image = new double[ELEMENTS];
        final double[] colour = new double[CHANNELS];
        for (int row = 0; row < SIZE; row++) {
            for (int column = 0; column < SIZE; column++) {
                for (int sub = 0; sub < SUBSAMPLES * SUBSAMPLES; sub++) {
                    colour(scene, column + (sub % SUBSAMPLES + 0.5) / SUBSAMPLES, row + (sub / SUBSAMPLES + 0.5) / SUBSAMPLES, colour);
                    for (int c = 0; c < CHANNELS; c++) {
                        image[(c * SIZE + row) * SIZE + column] += colour[c] / (SUBSAMPLES * SUBSAMPLES);
                    }
                }
            }
        }
        finish(random, image, into, at);
        return scene.label();
    }

    /** Blur, light and noise. */
    private void finish(final SplittableRandom random, final double[] image, final float[] into, final int at) {
        final boolean night = kind == Kind.NIGHT;
        final double blur = random.nextDouble(0, night ? 0.15 : 0.19);
        final double gain = night ? StrictMath.exp(random.nextDouble(DARKEST, 0)) : random.nextDouble(0.3, 1.05);
        final double lift = random.nextDouble(0, night ? 0.02 : 0.15);
        final double noise = night ? random.nextDouble(0.004, 0.03) * StrictMath.sqrt(gain) : random.nextDouble(0.03, 0.22);
        final int steps = night ? NIGHT_STEPS : DAY_STEPS;
        for (int i = 0; i < ELEMENTS; i++) {
            final int column = i % SIZE;
            final int row = i / SIZE % SIZE;
            final double left = image[column > 0 ? i - 1 : i];
            final double right = image[column < SIZE - 1 ? i + 1 : i];
            final double up = image[row > 0 ? i - SIZE : i];
            final double down = image[row < SIZE - 1 ? i + SIZE : i];
            final double soft = image[i] * (1 - 4 * blur) + blur * (left + right + up + down);
            final double grain = random.nextDouble() + random.nextDouble() + random.nextDouble() + random.nextDouble() - 2;
            final double value = soft * gain + lift + grain * noise * 1.7;
            into[at + i] = Math.round(steps * Math.max(0, Math.min(1, value))) / (float) steps;
        }
    }

    private Scene scene(final SplittableRandom random) {
        final int label = random.nextInt(kind.classes());
        final double angle = random.nextDouble(-0.38, 0.38);
        final SignShapes.Sign sign = kind == Kind.DAY ? SignShapes.sign(label)
            : SignShapes.sign(label, random.nextInt(SignShapes.PAINTS));
        for (final double[] colour : sign.paint()) {
            for (int c = 0; c < CHANNELS; c++) {
                colour[c] += random.nextDouble(-0.12, 0.12);
            }
        }
        final double[] backdrop = random.doubles(6, 0.1, 0.9).toArray();
        final double[] cover = new double[8];
        if (random.nextDouble() < 0.65) {
            for (int c = 0; c < CHANNELS; c++) {
                cover[c] = random.nextDouble(0.05, 0.8);
            }
            final double turn = random.nextDouble(0, Math.PI);
            cover[3] = StrictMath.cos(turn);
            cover[4] = StrictMath.sin(turn);
            cover[5] = random.nextDouble(5, SIZE - 5) * cover[3] + random.nextDouble(5, SIZE - 5) * cover[4];
            cover[6] = random.nextDouble(0.8, 3.3); // half the width of a bar across the image
        }
        return new Scene(label, sign, StrictMath.cos(angle), StrictMath.sin(angle), random.nextDouble(-0.2, 0.2), random.nextDouble(8, 14),
            SIZE / 2.0 + random.nextDouble(-3, 3), SIZE / 2.0 + random.nextDouble(-3, 3), backdrop, cover);
    }

    private static void colour(final Scene scene, final double column, final double row, final double[] colour) {
        final double[] cover = scene.cover();
        if (cover[6] > 0 && Math.abs(column * cover[3] + row * cover[4] - cover[5]) < cover[6]) {
            System.arraycopy(cover, 0, colour, 0, CHANNELS);
            return;
        }
        final double dx = (column - scene.x()) / scene.scale();
        final double dy = (row - scene.y()) / scene.scale();
        final double x = scene.cos() * dx + scene.sin() * dy;
        final double y = scene.cos() * dy - scene.sin() * dx + scene.shear() * x;
        final int part = SignShapes.part(scene.sign(), x, y);
        for (int c = 0; c < CHANNELS; c++) {
            final double far = scene.backdrop()[c];
            colour[c] = part >= 0 ? scene.sign().paint()[part][c]
                : far + (scene.backdrop()[CHANNELS + c] - far) * (row + column) / (2.0 * SIZE);
        }
    }
}
