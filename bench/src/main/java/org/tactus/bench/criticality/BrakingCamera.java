// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One camera of the braking study in virtual time: draws a frame for each job, lets the network look when a segment is decided on, and
 * judges what was known by the deadline. What the network finds in a whole frame is the same under each approach, and kept. One thread.
 */
final class BrakingCamera {
    private final StreetDetector region;
    private final List<StreetDetector> frames;
    private final long seed;
    private final Map<Long, BoxTable> kept = new HashMap<>();
    private final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
    private final BoxTable truths = new BoxTable(64);
    private final BoxTable mandatory = new BoxTable(64);
    private final BoxTable optional = new BoxTable(64);
    private final BoxTable union = new BoxTable(128);
    private final BoxTable last = new BoxTable(128);
    private final BoxTable before = new BoxTable(128);
    private final CriticalRegion predicted = new CriticalRegion();
    private final CriticalRegion dangerous = new CriticalRegion();
    private StreetScene scene;
    private AveragePrecision inside;
    private AveragePrecision outside;
    private long drawn;

    BrakingCamera(final StreetDetector region, final List<StreetDetector> frames, final long seed) {
        this.region = region;
        this.frames = frames;
        this.seed = seed;
    }

    /** Begins anew with the first frame. */
    void begin() {
        scene = new StreetScene(StreetScene.Kind.DRIVING, seed);
        inside = new AveragePrecision();
        outside = new AveragePrecision();
        last.clear();
        before.clear();
        drawn = -1;
    }

    /** Draws the frame of a job; of those before it that no job has looked at nothing is known. */
    void next(final long number) {
        while (drawn < number) {
            scene.draw(frame, truths);
            drawn++;
            dangerous.around(truths);
            if (drawn < number) {
                union.clear();
                judge();
            }
        }
        mandatory.clear();
        optional.clear();
        predicted.predict(last, before);
    }

    /** The mandatory part: the predicted region as it is. */
    void lookAtRegion() {
        region.detect(frame, predicted.left(), predicted.top(), CriticalRegion.WIDTH, CriticalRegion.HEIGHT, mandatory);
    }

    /** The optional part, or the whole frame without a region. */
    void lookAtFrame(final int level) {
        final BoxTable known = kept.computeIfAbsent(drawn * BrakingSizes.LEVELS + level, key -> {
            final BoxTable found = new BoxTable(64);
            frames.get(level).detect(frame, 0, 0, StreetScene.WIDTH, StreetScene.HEIGHT, found);
            return found;
        });
        optional.copy(known);
    }

    /** The job has ended: judges what was known in time. */
    void end(final boolean mandatoryInTime, final boolean optionalInTime) {
        if (!mandatoryInTime) {
            mandatory.clear();
        }
        if (!optionalInTime) {
            optional.clear();
        }
        Merge.merge(mandatory, optional, predicted, union);
        judge();
        before.copy(last);
        last.copy(union);
    }

    private void judge() {
        inside.add(union, truths, i -> dangerous.holds(union, i), t -> dangerous.holds(truths, t));
        outside.add(union, truths, i -> !dangerous.holds(union, i), t -> !dangerous.holds(truths, t));
    }

    /** What a level of the next frame is worth. */
    double gain(final int level) {
        return BrakingGains.gain(last, predicted, level);
    }

    /** Average precision in the critical region. */
    double inside() {
        return inside.value();
    }

    /** Average precision outside of it. */
    double outside() {
        return outside.value();
    }
}
