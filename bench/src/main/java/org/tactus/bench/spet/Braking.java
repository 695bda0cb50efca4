// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spet;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.SegmentListener;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.internal.time.Durations;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Drives the car at a pedestrian many times, each time with other phases of the tasks and another instant at which the car comes near
 * enough. The jobs are those of the production scheduler in virtual time. Used by one thread.
 */
public final class Braking {
    /** The pedestrian is not near before this time, so that the start is over. */
    private static final long EARLIEST_NS = 2_000_000_000L;
    private static final long RUN_NS = 8_000_000_000L;

    private final Simulator simulator = new Simulator();
    private final Car car;
    private final int detection;

    /**
     * One approach.
     *
     * @param lineMetres  way from where the pedestrian was near enough to where the car braked
     * @param frameMetres of it, the way since the frame that showed it was taken: the response of one job
     * @param jobs        detections that ended in this run
     * @param misses      jobs of any task that ended late or were dropped behind an unfinished one
     */
    public record Approach(double lineMetres, double frameMetres, int jobs, int misses) {
    }

    /** What all approaches of one system showed. */
    public static final class Result {
        private final List<Approach> approaches = new ArrayList<>();
        private final long[] largestNs;

        private Result(final int tasks) {
            largestNs = new long[tasks];
        }

        /**
         * The approaches.
         *
         * @return in the order in which they were driven
         */
        public List<Approach> approaches() {
            return List.copyOf(approaches);
        }

        /**
         * Largest response of a task in all approaches.
         *
         * @param task its index
         * @return nanoseconds
         */
        public long largestNs(final int task) {
            return largestNs[task];
        }

        /**
         * Late or dropped jobs in all approaches.
         *
         * @return a count
         */
        public int misses() {
            return approaches.stream().mapToInt(Approach::misses).sum();
        }
    }

    /**
     * Takes a car.
     *
     * @param car       how it drives
     * @param detection index of the task whose frames and answers it brakes by
     */
    public Braking(final Car car, final int detection) {
        this.car = car;
        this.detection = detection;
    }

    /**
     * Drives.
     *
     * @param set         what runs, as the scheduler is to see it
     * @param deadlinesNs what counts as a miss, by task
     * @param runs        how many approaches
     * @param seed        of phases, execution times and instants
     * @return what was seen
     */
    public Result drive(final TaskSet set, final List<Long> deadlinesNs, final int runs, final long seed) {
        final Result result = new Result(set.tasks().size());
        final SplittableRandom random = new SplittableRandom(seed);
        while (result.approaches.size() < runs) {
            final long runSeed = random.nextLong();
            final long nearNs = EARLIEST_NS + random.nextLong(set.tasks().stream().mapToLong(Task::periodNs).max().orElseThrow());
            final Frames frames = new Frames(nearNs, deadlinesNs, result);
            simulator.run(set, SimulationOptions.worstCase(runSeed, RUN_NS).withReleases(ReleasePattern.RANDOM_OFFSETS)
                .withExecution(ExecutionTime.ACTUAL), frames, SegmentListener.NONE);
            if (frames.brakeNs == 0) {
                throw new InvalidTaskSetException("tasks[" + detection + "]", "no detection of a near pedestrian ended in "
                    + Durations.format(RUN_NS) + "; give '" + set.tasks().get(detection).name()
                    + "' a shorter period, or the device less to do");
            }
            result.approaches.add(new Approach(car.metres(frames.brakeNs - nearNs), car.metres(frames.brakeNs - frames.frameNs),
                frames.jobs, frames.misses));
        }
        return result;
    }

    /** Waits for the first answer to a frame that was taken when the pedestrian was near. */
    private final class Frames implements JobListener {
        private final long nearNs;
        private final List<Long> deadlinesNs;
        private final Result result;
        private long frameNs;
        private long brakeNs;
        private int jobs;
        private int misses;

        Frames(final long nearNs, final List<Long> deadlinesNs, final Result result) {
            this.nearNs = nearNs;
            this.deadlinesNs = deadlinesNs;
            this.result = result;
        }

        @Override
        public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            result.largestNs[task] = Math.max(result.largestNs[task], endNs - nominalNs);
            misses += endNs - nominalNs > deadlinesNs.get(task) ? 1 : 0;
            if (task == detection) {
                jobs++;
                if (brakeNs == 0 && nominalNs >= nearNs) {
                    frameNs = nominalNs;
                    brakeNs = endNs;
                }
            }
        }

        @Override
        public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
            // the answer counts, not the start
        }

        @Override
        public void onOverrun(final int task, final long job, final int segment, final long beyondNs, final long endNs) {
            throw new IllegalStateException("a segment took longer than its WCET; shares of the WCET are at most 1 here");
        }

        @Override
        public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            throw new IllegalStateException("a job was given up; nothing fails here");
        }

        @Override
        public void onStopped(final int task, final long nowNs) {
            throw new IllegalStateException("a task was stopped; nothing fails here");
        }

        @Override
        public void onSkip(final int task, final long nominalNs, final long nowNs) {
            misses++;
        }
    }
}
