// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

/**
 * Where in a frame the danger is: a region of fixed size around the object in the car's way that it would reach first. Of objects in the
 * last frame and the one before it predicts where that object is now; without one, the region lies where the street begins. Ours, after
 * DNN-SAM's idea; the paper's rule is not at hand. Allocates nothing. One thread.
 */
final class CriticalRegion {
    /** Columns of the region. */
    static final int WIDTH = 256;
    /** Rows of the region. */
    static final int HEIGHT = 192;
    /** Half the width of the way, metres. */
    private static final double HALF_WAY = 2.2;
    /** Objects that are farther away are not urgent, metres. */
    private static final double FARTHEST = 45;
    /** Metres by which an object comes closer from frame to frame where its motion is not known. */
    private static final double USUAL_APPROACH = 1.2;
    private static final float LEAST_SCORE = 0.3f;
    private static final float LEAST_OVERLAP = 0.2f;

    private int left;
    private int top;

    /** Begins with the region of no object. */
    CriticalRegion() {
        centre(StreetScene.WIDTH / 2f, (float) StreetScene.HORIZON + 50);
    }

    /** First column. */
    int left() {
        return left;
    }

    /** First row. */
    int top() {
        return top;
    }

    /** Whether a box's middle lies in it. */
    boolean holds(final BoxTable boxes, final int i) {
        return boxes.centreX(i) >= left && boxes.centreX(i) < left + WIDTH && boxes.centreY(i) >= top && boxes.centreY(i) < top + HEIGHT;
    }

    /** Moves to where the danger is in a frame of which everything is known. */
    void around(final BoxTable truths) {
        int urgent = -1;
        for (int i = 0; i < truths.count(); i++) {
            if (isInTheWay(truths, i) && (urgent < 0 || distance(truths, i) < distance(truths, urgent))) {
                urgent = i;
            }
        }
        if (urgent < 0) {
            centre(StreetScene.WIDTH / 2f, (float) StreetScene.HORIZON + 50);
        } else {
            centre(truths.centreX(urgent), truths.centreY(urgent));
        }
    }

    /**
     * Moves to where the danger will be in the next frame.
     *
     * @param last   boxes of the last frame
     * @param before boxes of the frame before it, for the motion
     */
    void predict(final BoxTable last, final BoxTable before) {
        int urgent = -1;
        double soonest = Double.MAX_VALUE;
        int match = -1;
        for (int i = 0; i < last.count(); i++) {
            if (last.score(i) >= LEAST_SCORE && isInTheWay(last, i)) {
                final int same = same(last, i, before);
                final double approach = same < 0 ? USUAL_APPROACH : Math.max(0.1, distance(before, same) - distance(last, i));
                final double frames = distance(last, i) / approach;
                if (frames < soonest) {
                    soonest = frames;
                    urgent = i;
                    match = same;
                }
            }
        }
        if (urgent < 0) {
            centre(StreetScene.WIDTH / 2f, (float) StreetScene.HORIZON + 50);
        } else {
            final float x = last.centreX(urgent);
            final float y = last.centreY(urgent);
            centre(match < 0 ? x : 2 * x - before.centreX(match), match < 0 ? y : 2 * y - before.centreY(match));
        }
    }

    private static int same(final BoxTable boxes, final int i, final BoxTable before) {
        int best = -1;
        float most = LEAST_OVERLAP;
        for (int j = 0; j < before.count(); j++) {
            final float overlap = before.type(j) == boxes.type(i) ? boxes.overlap(i, before, j) : 0;
            if (overlap > most) {
                most = overlap;
                best = j;
            }
        }
        return best;
    }

    /** Metres to an object, from where it meets the street. */
    private static double distance(final BoxTable boxes, final int i) {
        return StreetScene.FOCAL * StreetScene.CAMERA / Math.max(4, boxes.bottom(i) - StreetScene.HORIZON);
    }

    private static boolean isInTheWay(final BoxTable boxes, final int i) {
        final double distance = distance(boxes, i);
        return distance <= FARTHEST && Math.abs(boxes.centreX(i) - StreetScene.WIDTH / 2.0) * distance / StreetScene.FOCAL <= HALF_WAY;
    }

    private void centre(final float x, final float y) {
        left = Math.clamp(Math.round(x - WIDTH / 2f), 0, StreetScene.WIDTH - WIDTH);
        top = Math.clamp(Math.round(y - HEIGHT / 2f), 0, StreetScene.HEIGHT - HEIGHT);
    }
}
