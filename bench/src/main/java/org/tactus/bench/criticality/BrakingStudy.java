// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.criticality;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.SegmentListener;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;

/**
 * Emergency braking in virtual time: the scheduler of production decides when each part of a frame is looked at and in which scale, the
 * committed network looks at the drawn frame, and what it finds decides where the next critical region is and what its scales are worth.
 * One thread.
 */
final class BrakingStudy implements AutoCloseable {
    private final StreetDetector region;
    private final List<StreetDetector> frames = new ArrayList<>();
    private final List<BrakingCamera> cameras = new ArrayList<>();
    private final Simulator simulator = new Simulator();
    private final int jobs;

    /**
     * What one approach came to.
     *
     * @param approach      which
     * @param inside        average precision in the critical region, from 0 to 1, the mean of both cameras
     * @param outside       average precision outside of it
     * @param meanNs        mean response of what was known first: the mandatory part, or the whole frame
     * @param worstNs       its largest response
     * @param meanLevel     mean level of the frames, from 0
     * @param missed        jobs that ended late or were dropped behind one that was not done
     * @param jobs          jobs in all
     */
    record Outcome(
        BrakingApproach approach, double inside, double outside, double meanNs, long worstNs, double meanLevel, long missed, long jobs) {
    }

    /**
     * Loads the network in all sizes.
     *
     * @param folder that {@link StreetDetector#unpack} has filled
     * @param seed   of the streets
     * @param jobs   frames of each camera
     */
    BrakingStudy(final Path folder, final long seed, final int jobs) {
        this.jobs = jobs;
        region = new StreetDetector(folder, CriticalRegion.WIDTH, CriticalRegion.HEIGHT);
        for (int level = 0; level < BrakingSizes.LEVELS; level++) {
            frames.add(new StreetDetector(folder, BrakingSizes.width(level), BrakingSizes.height(level)));
        }
        for (int i = 0; i < BrakingApproach.CAMERAS.size(); i++) {
            cameras.add(new BrakingCamera(region, frames, 2 * seed + i));
        }
    }

    /** Simulates one approach. */
    Outcome run(final BrakingApproach approach, final long seed) {
        cameras.forEach(BrakingCamera::begin);
        final Watch watch = new Watch(approach);
        simulator.run(approach.set(), SimulationOptions.worstCase(seed, jobs * BrakingApproach.PERIOD_NS)
            .withReleases(ReleasePattern.FILE).withExecution(ExecutionTime.ACTUAL), watch, watch);
        return new Outcome(approach, cameras.stream().mapToDouble(BrakingCamera::inside).average().orElseThrow(),
            cameras.stream().mapToDouble(BrakingCamera::outside).average().orElseThrow(), (double) watch.sumNs / Math.max(1, watch.ended),
            watch.worstNs, (double) watch.levels / Math.max(1, watch.ended), watch.missed, (long) jobs * cameras.size());
    }

    @Override
    public void close() {
        region.close();
        frames.forEach(StreetDetector::close);
    }

    /** Looks at a frame when a segment is decided on, and judges when its job ends. */
    private final class Watch implements JobListener, SegmentListener {
        private final BrakingApproach approach;
        private final int[] level = new int[cameras.size()];
        private final long[] firstEndNs = new long[cameras.size()];
        private long sumNs;
        private long worstNs;
        private long levels;
        private long missed;
        private long ended;

        Watch(final BrakingApproach approach) {
            this.approach = approach;
            Arrays.fill(level, Math.max(0, approach.level()));
        }

        @Override
        public void onRelease(final int slot, final long job, final long nominal, final long nowNs) {
            cameras.get(slot).next(nominal / BrakingApproach.PERIOD_NS);
            for (int k = 0; approach.level() == BrakingApproach.CHOSEN && k < BrakingSizes.LEVELS; k++) {
                simulator.state().gain(slot, 1, k, cameras.get(slot).gain(k));
            }
        }

        @Override
        public void onLevel(
            final int slot, final long job, final int segment, final int chosen, final double gain, final int limit, final long nowNs) {
            level[slot] = chosen;
        }

        @Override
        public void onSegment(
            final int device, final int task, final long job, final int segment, final long startNs, final long endNs) {
            if (segment == 0) {
                firstEndNs[task] = endNs;
            }
            if (segment == 0 && approach.split()) {
                cameras.get(task).lookAtRegion();
            } else {
                cameras.get(task).lookAtFrame(level[task]);
            }
        }

        @Override
        public void onTransit(
            final int from, final int to, final int task, final long job, final int segment, final long leaveNs, final long arriveNs) {
            throw new IllegalStateException("there is one device");
        }

        @Override
        public void onSkip(final int slot, final long nominal, final long nowNs) {
            missed++;
        }

        @Override
        public void onComplete(final int slot, final long job, final long nominal, final long deadlineNs, final long endNs) {
            cameras.get(slot).end(firstEndNs[slot] <= deadlineNs, endNs <= deadlineNs);
            missed += endNs > deadlineNs ? 1 : 0;
            sumNs += firstEndNs[slot] - nominal;
            worstNs = Math.max(worstNs, firstEndNs[slot] - nominal);
            levels += level[slot];
            ended++;
        }
    }
}
