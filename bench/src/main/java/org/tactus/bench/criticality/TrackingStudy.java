// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.SegmentListener;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.TaskSet;

/**
 * Several streams of moving objects in virtual time: the scheduler of production chooses which frame is looked at next and with which pair,
 * the committed network and the tracker do the work, and what the tracker is not sure of decides what the next frame is worth. One thread.
 */
final class TrackingStudy {
    /** The test at run time chooses the pair of each frame. */
    static final int CHOSEN = -1;

    private final List<TrackingStream> streams = new ArrayList<>();
    private final Simulator simulator = new Simulator();
    private final int frames;

    /**
     * What one approach came to.
     *
     * @param mota   mean of the streams
     * @param idf1   mean of the streams
     * @param pairs  how often each pair was taken
     * @param missed jobs that ended late or were dropped behind one that was not done
     */
    record Outcome(double mota, double idf1, long[] pairs, long missed) {
    }

    /**
     * Lets the network look at all frames of all streams.
     *
     * @param folder that {@link StreetDetector#unpack} has filled
     * @param seed   of the streets
     * @param frames of each stream
     */
    TrackingStudy(final Path folder, final long seed, final int frames) {
        this.frames = frames;
        try (StreetDetector part = new StreetDetector(folder, TrackingPairs.columns(0), TrackingPairs.ROWS);
            StreetDetector whole = new StreetDetector(folder, TrackingPairs.columns(TrackingPairs.PAIRS - 1), TrackingPairs.ROWS)) {
            for (int i = 0; i < TrackingPairs.STREAMS; i++) {
                streams.add(new TrackingStream(new TrackingFrames(part, whole, TrackingPairs.STREAMS * seed + i, frames)));
            }
        }
    }

    /** Simulates one set, of one pair or of pairs that are chosen. */
    Outcome run(final TaskSet set, final int pair, final long seed) {
        streams.forEach(TrackingStream::begin);
        final Watch watch = new Watch(set.tasks().getFirst().periodNs(), pair);
        simulator.run(set, SimulationOptions.worstCase(seed, frames * watch.periodNs).withExecution(ExecutionTime.ACTUAL), watch,
            SegmentListener.NONE);
        return new Outcome(streams.stream().mapToDouble(stream -> stream.measures().mota()).average().orElseThrow(),
            streams.stream().mapToDouble(stream -> stream.measures().idf1()).average().orElseThrow(), watch.pairs, watch.missed);
    }

    /** Says what pairs are worth when a frame comes, and tracks when its job ends. */
    private final class Watch implements JobListener {
        private final long periodNs;
        private final int fixed;
        private final int[] chosen = new int[streams.size()];
        private final long[] pairs = new long[TrackingPairs.PAIRS];
        private long missed;

        Watch(final long periodNs, final int fixed) {
            this.periodNs = periodNs;
            this.fixed = fixed;
        }

        @Override
        public void onRelease(final int slot, final long job, final long nominalNs, final long nowNs) {
            streams.get(slot).next(nominalNs / periodNs);
            for (int k = 0; fixed == CHOSEN && k < TrackingPairs.PAIRS; k++) {
                simulator.state().gain(slot, 0, k, streams.get(slot).gain(k));
            }
        }

        @Override
        public void onLevel(
            final int slot, final long job, final int segment, final int level, final double gain, final int limit, final long nowNs) {
            chosen[slot] = level;
        }

        @Override
        public void onSkip(final int slot, final long nominalNs, final long nowNs) {
            missed++;
        }

        @Override
        public void onComplete(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            final int pair = fixed == CHOSEN ? chosen[slot] : fixed;
            streams.get(slot).end(pair, endNs <= deadlineNs);
            pairs[pair]++;
            missed += endNs > deadlineNs ? 1 : 0;
        }
    }
}
