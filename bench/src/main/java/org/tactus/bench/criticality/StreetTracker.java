// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.util.Arrays;

/**
 * Tracks the objects of one stream from detections: predicts each by its motion, pairs predictions with detections by overlap alone or by
 * overlap and looks, and says for each track how sure it is in the next frame. Tracks outside of what was looked at go on by their motion.
 *
 * <p>The confidence is that of Bae and Yoon's tracklets, mean affinity times {@code 1 - exp(-BETA sqrt(L - w))} with L frames since the
 * track began and w of them missed, and falls by {@code FADING} for each frame since the track was seen last; RT-MOT's own formula is not
 * at hand. Allocates nothing after it was made, so a dispatcher may call it. One thread.
 */
final class StreetTracker {
    private static final double BETA = 0.6;
    private static final double FADING = 0.8;
    private static final float FIRST_SCORE = 0.45f;
    private static final float LEAST_SCORE = 0.25f;
    private static final float LEAST_OVERLAP = 0.2f;
    private static final float LEAST_LIKENESS = 0.78f;
    private static final int CONFIRMED = 2;
    /** Frames for which a track that overlaps nothing is kept: by overlap alone it would take over whatever comes by. */
    private static final int KEPT = 3;
    private static final int KEPT_BY_LOOKS = 30;
    /** Frames for which a track that was not looked at is told. */
    private static final int TOLD_UNSEEN = 4;
    private static final double USUAL_STEP = 0.6;
    /** How likely an object that was not found where it should be is there in the next frame, for each such frame. */
    private static final double STILL_THERE = 0.6;
    /** Widths by which an object may be away from where it should be, at once and after each frame in which it was not found. */
    private static final float REACH = 0.8f;
    private static final float FARTHER = 0.35f;

    /** Tracks at once; objects beyond them are not tracked. */
    static final int MOST_TRACKS = 256;
    /** Detections in a frame that are looked at. */
    static final int MOST_FOUND = 64;

    /** The first {@link #count} are tracks, in the order in which they began; the others are kept for later ones. */
    private final Track[] tracks = new Track[MOST_TRACKS];
    private final BoxTable predicted = new BoxTable(MOST_TRACKS);
    private final PreparedAssignment assignment = new PreparedAssignment(MOST_TRACKS, MOST_FOUND);
    private final boolean[] taken = new boolean[MOST_FOUND];
    private int count;
    private int nextId;

    StreetTracker() {
        for (int t = 0; t < MOST_TRACKS; t++) {
            tracks[t] = new Track();
        }
        begin();
    }

    /** Begins anew, without a track. */
    void begin() {
        count = 0;
        nextId = 1;
    }

    /** One object. */
    private static final class Track {
        private int id;
        private int type;
        private final float[] looks = new float[Appearance.LENGTH];
        private float left;
        private float top;
        private float right;
        private float bottom;
        private float speedX;
        private float speedY;
        private int hits;
        private int frames;
        private int missed;
        private int sinceSeen;
        private int sinceFound;
        private boolean hasLooks;
        private double affinity;

        void begin(final int newId, final int newType) {
            id = newId;
            type = newType;
            speedX = 0;
            speedY = 0;
            hits = 1;
            frames = 1;
            missed = 0;
            sinceSeen = 0;
            sinceFound = 0;
            hasLooks = false;
            affinity = 0.5;
        }

        boolean isOver() {
            return sinceFound > (hasLooks && hits >= CONFIRMED ? KEPT_BY_LOOKS : KEPT) || hits < CONFIRMED && sinceFound > 0 || right < 0
                || left > StreetScene.WIDTH;
        }

        double confidence() {
            return affinity * (1 - Math.exp(-BETA * Math.sqrt(Math.max(0, frames - missed)))) * Math.pow(FADING, sinceSeen);
        }
    }

    /**
     * Takes one frame.
     *
     * @param found  detections in what was looked at
     * @param left   first column that was looked at
     * @param right  behind the last one
     * @param looks  of each detection, as {@link Appearance} describes it; null to pair by overlap alone
     * @param said   receives what is tracked, by ids
     */
    void step(final BoxTable found, final int left, final int right, final float[][] looks, final BoxTable said) {
        final boolean byLooks = looks != null;
        final int boxes = Math.min(MOST_FOUND, found.count());
        for (int t = 0; t < count; t++) {
            predict(tracks[t]);
        }
        listPredicted();
        for (int t = 0; t < count; t++) {
            for (int i = 0; i < boxes; i++) {
                assignment.worth(t, i, found.score(i) < LEAST_SCORE ? 0
                    : affinity(tracks[t], predicted, t, found, i, byLooks ? looks[i] : null));
            }
        }
        assignment.solve(count, boxes);
        Arrays.fill(taken, 0, boxes, false);
        for (int t = 0; t < count; t++) {
            final Track track = tracks[t];
            final int partner = assignment.partner(t);
            track.frames++;
            if (partner != Assignment.NONE) {
                taken[partner] = true;
                hit(track, found, partner, byLooks ? looks[partner] : null, assignment.worth(t, partner));
            } else if (predicted.centreX(t) >= left && predicted.centreX(t) < right) {
                track.missed++;
                track.sinceSeen++;
                track.sinceFound++;
            } else {
                track.sinceSeen++;
            }
        }
        for (int i = 0; i < boxes; i++) {
            if (!taken[i] && found.score(i) >= FIRST_SCORE && count < MOST_TRACKS) {
                begin(found, i, byLooks ? looks[i] : null);
            }
        }
        removeThoseThatAreOver();
        tell(said);
    }

    private void removeThoseThatAreOver() {
        int kept = 0;
        for (int t = 0; t < count; t++) {
            final Track track = tracks[t];
            if (!track.isOver()) {
                tracks[t] = tracks[kept]; // one that is over, or itself
                tracks[kept++] = track;
            }
        }
        count = kept;
    }

    private static void predict(final Track track) {
        track.left += track.speedX;
        track.right += track.speedX;
        track.top += track.speedY;
        track.bottom += track.speedY;
    }

    private void listPredicted() {
        predicted.clear();
        for (int t = 0; t < count; t++) {
            final Track track = tracks[t];
            predicted.add(track.left, track.top, track.right, track.bottom, 1, track.type, track.id);
        }
    }

    private static double affinity(
        final Track track, final BoxTable predicted, final int t, final BoxTable found, final int i, final float[] look) {
        if (track.type != found.type(i)) {
            return 0;
        }
        final float overlap = predicted.overlap(t, found, i);
        if (look == null || !track.hasLooks) {
            return overlap >= LEAST_OVERLAP ? overlap : 0;
        }
        final float likeness = Appearance.likeness(track.looks, look);
        final float wide = predicted.right(t) - predicted.left(t);
        final float reach = wide * (REACH + FARTHER * Math.min(6, track.sinceFound));
        final boolean near = Math.abs(predicted.centreX(t) - found.centreX(i)) < reach
            && Math.abs(predicted.bottom(t) - found.bottom(i)) < 0.25f * (predicted.bottom(t) - predicted.top(t)) + 4;
        return overlap >= LEAST_OVERLAP && likeness > 0.35f || near && likeness >= LEAST_LIKENESS ? 0.5 * overlap + 0.5 * likeness : 0;
    }

    private static void hit(final Track track, final BoxTable found, final int i, final float[] look, final double affinity) {
        final int passed = track.sinceSeen + 1;
        final float share = (float) (track.hits < CONFIRMED ? 1 : USUAL_STEP);
        final float movedX = (found.centreX(i) - (track.left + track.right) / 2) / passed;
        final float movedY = (found.centreY(i) - (track.top + track.bottom) / 2) / passed;
        track.speedX += share * movedX;
        track.speedY += share * movedY;
        track.left = found.left(i);
        track.top = found.top(i);
        track.right = found.right(i);
        track.bottom = found.bottom(i);
        track.hits++;
        track.sinceSeen = 0;
        track.sinceFound = 0;
        track.affinity += (affinity - track.affinity) / Math.min(10, track.hits);
        if (look != null) {
            for (int k = 0; k < look.length; k++) {
                track.looks[k] += (track.hasLooks ? 0.2f : 1) * (look[k] - track.looks[k]);
            }
            track.hasLooks = true;
        }
    }

    private void begin(final BoxTable found, final int i, final float[] look) {
        final Track track = tracks[count++];
        track.begin(nextId++, found.type(i));
        track.left = found.left(i);
        track.top = found.top(i);
        track.right = found.right(i);
        track.bottom = found.bottom(i);
        if (look != null) {
            System.arraycopy(look, 0, track.looks, 0, look.length);
            track.hasLooks = true;
        }
    }

    private void tell(final BoxTable said) {
        said.clear();
        for (int t = 0; t < count; t++) {
            final Track track = tracks[t];
            if (track.hits >= CONFIRMED && track.sinceFound == 0 && track.sinceSeen <= TOLD_UNSEEN) {
                said.add(track.left, track.top, track.right, track.bottom, (float) track.confidence(), track.type, track.id);
            }
        }
    }

    /**
     * What looking at a part of the next frame is worth: for each object there what its track lacks in confidence.
     *
     * @param left    first column of the part
     * @param right   behind the last one
     * @param byLooks whether looks are compared; without, an object that overlaps another one counts half
     * @return from 0
     */
    double gain(final int left, final int right, final boolean byLooks) {
        double gain = 0;
        listPredicted();
        for (int t = 0; t < count; t++) {
            final Track track = tracks[t];
            final float x = predicted.centreX(t) + track.speedX;
            if (x >= left && x < right) {
                final double there = Math.pow(STILL_THERE, track.sinceFound);
                gain += (1 - track.confidence()) * there * (byLooks || !isMixedUp(t) ? 1 : 0.5);
            }
        }
        return gain;
    }

    private boolean isMixedUp(final int t) {
        if (tracks[t].sinceFound > 0) {
            return true;
        }
        for (int other = 0; other < predicted.count(); other++) {
            if (other != t && predicted.overlap(t, predicted, other) > 0.05f) {
                return true;
            }
        }
        return false;
    }
}
