// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames of one stream, and what the detector finds in each part of them and in the whole: the same under each approach, so the
 * network looks once. Any thread once it was made.
 */
final class TrackingFrames {
    /** Index of the whole frame, behind those of the parts. */
    static final int WHOLE = TrackingPairs.PLACES.length;
    private static final int MOST_BOXES = 64;

    private final List<Seen> frames = new ArrayList<>();

    /**
     * One frame.
     *
     * @param truths objects that are there
     * @param found  by part, what the detector finds
     * @param looks  by part and detection
     */
    record Seen(BoxTable truths, List<BoxTable> found, List<float[][]> looks) {
    }

    /** Draws frames and looks at them. */
    TrackingFrames(final StreetDetector part, final StreetDetector whole, final long seed, final int count) {
        final StreetScene scene = new StreetScene(StreetScene.Kind.CROSSING, seed);
        final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
        for (int i = 0; i < count; i++) {
            final Seen seen = new Seen(new BoxTable(MOST_BOXES), new ArrayList<>(), new ArrayList<>());
            scene.draw(frame, seen.truths());
            for (int place = 0; place <= WHOLE; place++) {
                final BoxTable found = new BoxTable(MOST_BOXES);
                if (place == WHOLE) {
                    whole.detect(frame, 0, 0, StreetScene.WIDTH, StreetScene.HEIGHT, found);
                } else {
                    part.detect(frame, TrackingPairs.PLACES[place], 0, TrackingPairs.PART, StreetScene.HEIGHT, found);
                }
                final float[][] looks = new float[found.count()][Appearance.LENGTH];
                for (int k = 0; k < looks.length; k++) {
                    Appearance.describe(frame, found, k, looks[k]);
                }
                seen.found().add(found);
                seen.looks().add(looks);
            }
            frames.add(seen);
        }
    }

    /** A frame by its number. */
    Seen at(final long number) {
        return frames.get((int) number);
    }
}
