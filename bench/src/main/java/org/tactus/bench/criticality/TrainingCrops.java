// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Parts of drawn frames in several scales, with the boxes in them, for the detector's trainer. */
final class TrainingCrops {
    /** Columns of a crop: those of a whole frame at a quarter. */
    static final int WIDTH = StreetScene.WIDTH / 4;
    /** Rows of a crop. */
    static final int HEIGHT = StreetScene.HEIGHT / 4;
    /** Elements of a crop, in 3 planes. */
    static final int ELEMENTS = 3 * WIDTH * HEIGHT;
    /** Boxes of a crop that are told at most. */
    static final int BOXES = 20;
    /** Numbers of a box: left, top, right, bottom, class, 1 for a box that is there. */
    static final int FIELDS = 6;
    private static final int FRAMES_A_SCENE = 4;
    private static final int FRAMES_BETWEEN = 4;
    private static final int CROPS_A_FRAME = 8;
    /** Quarters of the frame's scale, by crop of a frame. */
    private static final int[] QUARTERS = {1, 2, 2, 3, 3, 4, 4, 4};
    private static final float LEAST_PIXELS = 4;

    private final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
    private final MemorySegment crop = Arena.ofAuto().allocate((long) ELEMENTS * Float.BYTES);
    private final BoxTable truths = new BoxTable(64);
    private final FrameScaler scaler = new FrameScaler(StreetScene.WIDTH, StreetScene.HEIGHT);
    private final SplittableRandom random;
    private final long seed;
    private StreetScene scene;
    private int drawn;

    TrainingCrops(final long seed) {
        this.seed = seed;
        random = new SplittableRandom(~seed);
    }

    /** Makes the next crop: bytes of its planes, and its boxes. */
    void next(final byte[] pixels, final float[] boxes) {
        final int inFrame = drawn % CROPS_A_FRAME;
        if (inFrame == 0) {
            nextFrame(drawn / CROPS_A_FRAME);
        }
        drawn++;
        final int wide = WIDTH * 4 / QUARTERS[inFrame];
        final int high = HEIGHT * 4 / QUARTERS[inFrame];
        final int left = random.nextInt(StreetScene.WIDTH - wide + 1);
        // Objects stand along the horizon; of the sky alone there is not much to learn.
        final int most = Math.min(StreetScene.HEIGHT - high, (int) StreetScene.HORIZON + 10);
        final int top = most <= 0 ? 0 : random.nextInt(Math.max(0, most - high), most + 1);
        scaler.scale(frame, left, top, wide, high, crop, WIDTH, HEIGHT);
        for (int i = 0; i < ELEMENTS; i++) {
            pixels[i] = (byte) Math.round(255 * crop.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        Arrays.fill(boxes, 0);
        int told = 0;
        for (int i = truths.count() - 1; i >= 0 && told < BOXES; i--) { // the nearest first
            final float x0 = Math.max(0, (truths.left(i) - left) * WIDTH / wide);
            final float y0 = Math.max(0, (truths.top(i) - top) * HEIGHT / high);
            final float x1 = Math.min(WIDTH, (truths.right(i) - left) * WIDTH / wide);
            final float y1 = Math.min(HEIGHT, (truths.bottom(i) - top) * HEIGHT / high);
            final float x = (truths.centreX(i) - left) * WIDTH / wide;
            final float y = (truths.centreY(i) - top) * HEIGHT / high;
            if (x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT && y1 - y0 >= LEAST_PIXELS && x1 - x0 >= 2) {
                final float[] box = {x0, y0, x1, y1, truths.type(i), 1};
                System.arraycopy(box, 0, boxes, told++ * FIELDS, FIELDS);
            }
        }
    }

    private void nextFrame(final int index) {
        final int inScene = index % FRAMES_A_SCENE;
        if (inScene == 0) {
            final int number = index / FRAMES_A_SCENE;
            scene = new StreetScene(number % 3 == 2 ? StreetScene.Kind.CROSSING : StreetScene.Kind.DRIVING, seed + number);
        }
        for (int i = 0; i < (inScene == 0 ? 1 : FRAMES_BETWEEN); i++) {
            scene.draw(frame, truths);
        }
    }
}
