// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tactus.work.NetworkPort;
import org.tactus.work.Workload;

/**
 * One stream of the tracking study in a real run: frames that were drawn before, and the ports of the pairs' networks. A port scales the
 * job's frame, or the part of it where the tracker wants to look, into its network's input; it reads the answer, tracks, and says what the
 * pairs are worth for the next frame. All of it lies in memory that was taken before. The dispatcher calls the ports; the rest is for
 * before and after the run.
 */
final class LiveStream {
    private static final int MOST_BOXES = 64;
    /** Times that a port is called before the run, so that it is compiled and linked. */
    private static final int REHEARSALS = 40;

    private final List<MemorySegment> frames = new ArrayList<>();
    private final List<BoxTable> truths = new ArrayList<>();
    private final List<BoxTable> answers = new ArrayList<>();
    /** For jobs behind the last frame, which see it once more and are not judged. */
    private final BoxTable behind = new BoxTable(StreetTracker.MOST_TRACKS);
    private final FrameScaler scaler = new FrameScaler(StreetScene.WIDTH, StreetScene.HEIGHT);
    private final BoxTable found = new BoxTable(MOST_BOXES);
    private final float[][] looks = new float[MOST_BOXES][Appearance.LENGTH];
    private final PairTracker tracker = new PairTracker();
    private Workload.Gains gains;

    /** Draws the frames of one stream, the same as {@link TrackingFrames} draws of the seed. */
    LiveStream(final long seed, final int count) {
        final StreetScene scene = new StreetScene(StreetScene.Kind.CROSSING, seed);
        for (int i = 0; i < count; i++) {
            final MemorySegment frame = Arena.ofAuto().allocate(3L * StreetScene.WIDTH * StreetScene.HEIGHT);
            final BoxTable there = new BoxTable(MOST_BOXES);
            scene.draw(frame, there);
            frames.add(frame);
            truths.add(there);
            answers.add(new BoxTable(StreetTracker.MOST_TRACKS));
        }
    }

    /** Takes where the gains of its task's pairs are written, and begins. */
    void gains(final Workload.Gains writer) {
        gains = writer;
        tracker.begin();
        answers.forEach(BoxTable::clear); // of rehearsals
        say();
    }

    private void say() {
        for (int pair = 0; gains != null && pair < TrackingPairs.PAIRS; pair++) {
            gains.set(0, pair, tracker.gain(pair));
        }
    }

    private int index(final long job) {
        return (int) Math.min(job, frames.size() - 1);
    }

    /**
     * The port of one pair, which has been called before.
     *
     * @param input of the pair's network
     * @param cells its answer
     * @param pair  which
     */
    NetworkPort port(final MemorySegment input, final MemorySegment cells, final int pair) {
        final NetworkPort port = new Port(input, cells, pair);
        for (int job = 0; job < REHEARSALS; job++) {
            port.begin(job % frames.size());
            port.end(job % frames.size());
        }
        tracker.begin();
        return port;
    }

    /** Reads a frame into the network's input, and its answer into the tracker. */
    private final class Port implements NetworkPort {
        private final MemorySegment input;
        private final MemorySegment cells;
        private final int pair;
        private final int wide;
        private final int columns;
        private final int rows = TrackingPairs.ROWS;

        Port(final MemorySegment input, final MemorySegment cells, final int pair) {
            this.input = input;
            this.cells = cells;
            this.pair = pair;
            wide = PairTracker.wide(pair);
            columns = TrackingPairs.columns(pair);
        }

        @Override
        public void begin(final long job) {
            scaler.scale(frames.get(index(job)), tracker.left(pair), 0, wide, StreetScene.HEIGHT, input, columns, rows);
        }

        @Override
        public void end(final long job) {
            found.clear();
            CellDecoder.decode(cells, columns / CellDecoder.STRIDE, rows / CellDecoder.STRIDE, tracker.left(pair), 0,
                (float) wide / columns, (float) StreetScene.HEIGHT / rows, found);
            for (int i = 0; TrackingPairs.isByLooks(pair) && i < found.count(); i++) {
                Appearance.describe(frames.get(index(job)), found, i, looks[i]);
            }
            tracker.step(pair, found, looks, job < answers.size() ? answers.get((int) job) : behind);
            tracker.aim();
            say();
        }
    }

    /**
     * Judges what was said of the first frames.
     *
     * @param jobs jobs that ended
     * @param late numbers of jobs whose answers came after their deadlines: of these nothing was said
     */
    TrackingMeasures judge(final long jobs, final BitSet late) {
        final TrackingMeasures measures = new TrackingMeasures();
        final BoxTable nothing = new BoxTable(1);
        for (int i = 0; i < Math.min(jobs, frames.size()); i++) {
            measures.add(truths.get(i), late.get(i) ? nothing : answers.get(i));
        }
        return measures;
    }
}
