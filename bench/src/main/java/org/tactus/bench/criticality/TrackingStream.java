// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

/**
 * One stream of the tracking study in virtual time: takes a frame for each job, tracks what the detector finds in the part or the whole of
 * it, and judges what the tracker said by the deadline. One thread.
 */
final class TrackingStream {
    /** What an object is worth that came where nobody looked, for each frame since the whole was seen. */
    private static final double UNSEEN = 0.15;

    private final TrackingFrames frames;
    private final BoxTable said = new BoxTable(256);
    private StreetTracker tracker;
    private TrackingMeasures measures;
    private int lastPlace;
    private int place;
    private int sinceWhole;
    private long taken;

    TrackingStream(final TrackingFrames frames) {
        this.frames = frames;
    }

    /** Begins anew with the first frame. */
    void begin() {
        tracker = new StreetTracker();
        measures = new TrackingMeasures();
        lastPlace = -1;
        sinceWhole = 0;
        taken = -1;
    }

    /** Takes the frame of a job; of those before it that no job has looked at nothing is said. */
    void next(final long number) {
        said.clear();
        for (long lost = taken + 1; lost < number; lost++) {
            measures.add(frames.at(lost).truths(), said);
        }
        taken = number;
        place = TrackingPairs.best(tracker, lastPlace);
    }

    /** What a pair is worth for the frame that was taken. */
    double gain(final int pair) {
        final boolean all = TrackingPairs.isWhole(pair);
        final int left = all ? 0 : TrackingPairs.PLACES[place];
        final double seen = tracker.gain(left, all ? StreetScene.WIDTH : left + TrackingPairs.PART, TrackingPairs.isByLooks(pair));
        return seen + (all ? UNSEEN * (1 + sinceWhole) : 0);
    }

    /** The job has ended: tracks by its pair; a late answer is not heard. */
    void end(final int pair, final boolean inTime) {
        final boolean all = TrackingPairs.isWhole(pair);
        final int at = all ? TrackingFrames.WHOLE : place;
        final int left = all ? 0 : TrackingPairs.PLACES[place];
        final TrackingFrames.Seen frame = frames.at(taken);
        tracker.step(frame.found().get(at), left, all ? StreetScene.WIDTH : left + TrackingPairs.PART,
            TrackingPairs.isByLooks(pair) ? frame.looks().get(at) : null, said);
        sinceWhole = all ? 0 : sinceWhole + 1;
        lastPlace = all ? -1 : place;
        if (!inTime) {
            said.clear();
        }
        measures.add(frame.truths(), said);
    }

    /** What was judged so far. */
    TrackingMeasures measures() {
        return measures;
    }
}
