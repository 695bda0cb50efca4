// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

/**
 * One stream of the tracking study in virtual time: takes a frame for each job, tracks what the detector finds in the part or the whole of
 * it, and judges what the tracker said by the deadline. One thread.
 */
final class TrackingStream {
    private final TrackingFrames frames;
    private final BoxTable said = new BoxTable(StreetTracker.MOST_TRACKS);
    private final PairTracker tracker = new PairTracker();
    private TrackingMeasures measures;
    private long taken;

    TrackingStream(final TrackingFrames frames) {
        this.frames = frames;
    }

    /** Begins anew with the first frame. */
    void begin() {
        tracker.begin();
        measures = new TrackingMeasures();
        taken = -1;
    }

    /** Takes the frame of a job; of those before it that no job has looked at nothing is said. */
    void next(final long number) {
        said.clear();
        for (long lost = taken + 1; lost < number; lost++) {
            measures.add(frames.at(lost).truths(), said);
        }
        taken = number;
        tracker.aim();
    }

    /** What a pair is worth for the frame that was taken. */
    double gain(final int pair) {
        return tracker.gain(pair);
    }

    /** The job has ended: tracks by its pair; a late answer is not heard. */
    void end(final int pair, final boolean inTime) {
        final int at = TrackingPairs.isWhole(pair) ? TrackingFrames.WHOLE : tracker.place();
        final TrackingFrames.Seen frame = frames.at(taken);
        tracker.step(pair, frame.found().get(at), frame.looks().get(at), said);
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
