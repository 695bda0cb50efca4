// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

/**
 * The tracker of one stream and what it says of the next frame: where a part would look, and what each pair is worth. The same in virtual
 * and in real time. Allocates nothing after it was made. One thread.
 */
final class PairTracker {
    /** What an object is worth that came where nobody looked, for each frame since the whole was seen. */
    private static final double UNSEEN = 0.15;

    private final StreetTracker tracker = new StreetTracker();
    private int lastPlace;
    private int place;
    private int sinceWhole;

    PairTracker() {
        begin();
    }

    /** Begins anew. */
    void begin() {
        tracker.begin();
        lastPlace = -1;
        sinceWhole = 0;
        aim();
    }

    /** Chooses where a part of the next frame would be. */
    void aim() {
        place = TrackingPairs.best(tracker, lastPlace);
    }

    /** Index of the place where a part of the next frame would be. */
    int place() {
        return place;
    }

    /** First column that a pair looks at. */
    int left(final int pair) {
        return TrackingPairs.isWhole(pair) ? 0 : TrackingPairs.PLACES[place];
    }

    /** Columns that a pair looks at. */
    static int wide(final int pair) {
        return TrackingPairs.isWhole(pair) ? StreetScene.WIDTH : TrackingPairs.PART;
    }

    /** What a pair is worth for the next frame. */
    double gain(final int pair) {
        final double seen = tracker.gain(left(pair), left(pair) + wide(pair), TrackingPairs.isByLooks(pair));
        return seen + (TrackingPairs.isWhole(pair) ? UNSEEN * (1 + sinceWhole) : 0);
    }

    /**
     * Takes what a pair found.
     *
     * @param pair  which
     * @param found detections
     * @param looks of each detection; read by pairs that compare looks
     * @param said  receives what is tracked
     */
    void step(final int pair, final BoxTable found, final float[][] looks, final BoxTable said) {
        tracker.step(found, left(pair), left(pair) + wide(pair), TrackingPairs.isByLooks(pair) ? looks : null, said);
        sinceWhole = TrackingPairs.isWhole(pair) ? 0 : sinceWhole + 1;
        lastPlace = TrackingPairs.isWhole(pair) ? -1 : place;
    }
}
