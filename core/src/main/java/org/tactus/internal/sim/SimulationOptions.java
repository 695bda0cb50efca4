// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.Optional;
import org.tactus.internal.time.Durations;

/**
 * How a simulation goes; together with the task set it determines every event.
 *
 * @param seed       of every draw: offsets, gaps, jitter, execution times, overheads, the order of simultaneous events
 * @param durationNs no job is requested at this instant or later, nanoseconds
 * @param releases   when jobs are released
 * @param execution  how long segments run
 * @param overheads  how much of the declared overheads is charged
 * @param permute    true to draw the order of simultaneous events, and whether a device decides after each of them or after
 *                   all of an instant; false to decide after all of them
 * @param drain      true to run until every job has ended; false to end at the duration
 * @param replay     recorded execution times, for {@link ExecutionTime#REPLAY}
 * @param victims    true to draw whose memory is swapped out, instead of the furthest next use: no bound may depend on it
 * @param stalls     true to draw stalls of the cores within the set's curves, until the duration; the fixed allowance is never drawn
 * @param levels     true to let segments run at larger levels where the policy's test shows that no deadline is missed
 */
public record SimulationOptions(
    long seed, long durationNs, ReleasePattern releases, ExecutionTime execution, OverheadTime overheads, boolean permute,
    boolean drain, Optional<ExecutionReplay> replay, boolean victims, boolean stalls, boolean levels) {

    /** Checks that times are recorded when they are to be replayed. */
    public SimulationOptions {
        if (durationNs <= 0) {
            throw new IllegalArgumentException("a duration of " + Durations.exact(durationNs) + "; it must be above 0");
        }
        if (execution == ExecutionTime.REPLAY && replay.isEmpty()) {
            throw new IllegalArgumentException("execution times are to be replayed but none were given; give a replay");
        }
    }

    /** Makes options that let larger levels be taken; the parameters are the record's other components. */
    public SimulationOptions(
        final long seed, final long durationNs, final ReleasePattern releases, final ExecutionTime execution, final OverheadTime overheads,
        final boolean permute, final boolean drain, final Optional<ExecutionReplay> replay, final boolean victims, final boolean stalls) {
        this(seed, durationNs, releases, execution, overheads, permute, drain, replay, victims, stalls, true);
    }

    /**
     * The heaviest legal run that needs no draw of times: synchronous, at WCET, overheads at their maximum, simultaneous
     * events permuted, until every job has ended.
     *
     * @param seed       of every draw
     * @param durationNs until when jobs are released, nanoseconds
     * @return the options
     */
    public static SimulationOptions worstCase(final long seed, final long durationNs) {
        return new SimulationOptions(seed, durationNs, ReleasePattern.SYNCHRONOUS, ExecutionTime.WCET, OverheadTime.MAXIMUM, true,
            true, Optional.empty(), false, false, true);
    }

    /**
     * Changes the releases.
     *
     * @param pattern when jobs are released
     * @return a copy
     */
    public SimulationOptions withReleases(final ReleasePattern pattern) {
        return new SimulationOptions(seed, durationNs, pattern, execution, overheads, permute, drain, replay, victims, stalls, levels);
    }

    /**
     * Changes the execution times.
     *
     * @param time how long segments run
     * @return a copy
     */
    public SimulationOptions withExecution(final ExecutionTime time) {
        return new SimulationOptions(seed, durationNs, releases, time, overheads, permute, drain, replay, victims, stalls, levels);
    }

    /**
     * Changes the overheads.
     *
     * @param time how much is charged
     * @return a copy
     */
    public SimulationOptions withOverheads(final OverheadTime time) {
        return new SimulationOptions(seed, durationNs, releases, execution, time, permute, drain, replay, victims, stalls, levels);
    }

    /**
     * Changes how simultaneous events are ordered.
     *
     * @param draw true to draw their order
     * @return a copy
     */
    public SimulationOptions withPermutation(final boolean draw) {
        return new SimulationOptions(seed, durationNs, releases, execution, overheads, draw, drain, replay, victims, stalls, levels);
    }

    /**
     * Changes how the run ends.
     *
     * @param toTheEnd true to run until every job has ended
     * @return a copy
     */
    public SimulationOptions withDrain(final boolean toTheEnd) {
        return new SimulationOptions(seed, durationNs, releases, execution, overheads, permute, toTheEnd, replay, victims, stalls, levels);
    }

    /**
     * Replays recorded execution times.
     *
     * @param recorded the times
     * @return a copy
     */
    public SimulationOptions withReplay(final ExecutionReplay recorded) {
        return new SimulationOptions(seed, durationNs, releases, ExecutionTime.REPLAY, overheads, permute, drain,
            Optional.of(recorded), victims, stalls, levels);
    }

    /**
     * Changes whose memory is swapped out.
     *
     * @param draw true to draw it
     * @return a copy
     */
    public SimulationOptions withRandomVictims(final boolean draw) {
        return new SimulationOptions(seed, durationNs, releases, execution, overheads, permute, drain, replay, draw, stalls, levels);
    }

    /**
     * Changes whether cores are stalled.
     *
     * @param draw true to draw stalls within the set's curves
     * @return a copy
     */
    public SimulationOptions withStalls(final boolean draw) {
        return new SimulationOptions(seed, durationNs, releases, execution, overheads, permute, drain, replay, victims, draw, levels);
    }

    /**
     * Changes whether larger levels are taken.
     *
     * @param take false to run every segment at its first level
     * @return a copy
     */
    public SimulationOptions withLevels(final boolean take) {
        return new SimulationOptions(seed, durationNs, releases, execution, overheads, permute, drain, replay, victims, stalls, take);
    }
}
