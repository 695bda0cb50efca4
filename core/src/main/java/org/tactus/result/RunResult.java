// SPDX-License-Identifier: Apache-2.0
package org.tactus.result;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tactus.model.Overheads;

/**
 * The result of a run or a simulation, which is the content of {@code results.json}.
 *
 * @param source        {@code run} or {@code simulate}
 * @param taskSet       name of the task set
 * @param policy        how ready jobs were ordered
 * @param test          schedulability test that gave the bounds; empty when none did
 * @param seed          of everything random
 * @param durationNs    nanoseconds
 * @param conditions    the machine and how the set ran on it
 * @param tasks         the result of each task over all its jobs, in the set's order
 * @param withoutStalls the same without the jobs that a stall touched
 * @param stalls        earliest first
 * @param devices       in the platform's order
 * @param boundsVoid    why the bounds do not hold, such as an overrun that was let go on; empty when they do
 * @param droppedEvents events that were lost because a ring was full
 * @param precisions    of the tasks that have int8 segments, in the set's order
 * @param platform      what the platform took beside what the bounds charge for it
 * @param levels        of the tasks that have segments with several levels, in the set's order
 * @param offers        of the tasks that were offered to a second machine, in the set's order
 */
public record RunResult(
    String source, String taskSet, String policy, String test, long seed, long durationNs, Conditions conditions,
    List<TaskResult> tasks, WithoutStalls withoutStalls, List<Stall> stalls, List<DeviceResult> devices, String boundsVoid,
    long droppedEvents, List<PrecisionResult> precisions, PlatformResult platform, List<Levels> levels,
    List<Offers> offers) {

    /**
     * What came of the jobs of a task that were offered to a second machine. Each nominal release is in one count of either side:
     * {@code offered + unsent = used + fallbacks + skipped + open}, where {@code skipped} is the task's own.
     *
     * @param task         the task's name
     * @param offered      jobs that were offered
     * @param unsent       jobs that could not be sent: there was no room, nobody listened, the sender came too late or had ended
     * @param used         answers that were the jobs' results
     * @param fallbacks    jobs that ran here
     * @param late         answers that came behind their fallbacks, and were dropped
     * @param dropped      answers that were dropped because they were doubled, or answered no offer of the task
     * @param refused      offers that the peer refused
     * @param open         offers and jobs that could not be sent of the last period: the run ended before an answer or their fallbacks
     * @param meanGain     mean gain of the jobs with a result; NaN without one
     * @param roundTripP50Ns median of the round trips, late and lost ones included; {@code Long.MAX_VALUE} where it was lost
     * @param roundTripP99Ns 99 of 100 took at most this; likewise
     */
    public record Offers(
        String task, long offered, long unsent, long used, long fallbacks, long late, long dropped, long refused, long open,
        double meanGain, long roundTripP50Ns, long roundTripP99Ns) {
    }

    /**
     * At which levels the segments of a task ran that have several.
     *
     * @param task             the task's name
     * @param taken            by level, how often it was taken
     * @param meanGain         mean of the gains that were taken; NaN when no such segment ran
     * @param refusedToWaiting how often a level that gains more was refused because a waiting job would have been late
     * @param refusedToComing  the same because of jobs to come, or of other tasks
     * @param refusedToLoad    the same because the tasks ask for more than all of the device's time
     */
    public record Levels(
        String task, List<Long> taken, double meanGain, long refusedToWaiting, long refusedToComing, long refusedToLoad) {
        public Levels {
            taken = List.copyOf(taken);
        }
    }

    /** Keeps unmodifiable copies of the lists. */
    public RunResult {
        levels = List.copyOf(levels);
        offers = List.copyOf(offers);
        precisions = List.copyOf(precisions);
        tasks = List.copyOf(tasks);
        stalls = List.copyOf(stalls);
        devices = List.copyOf(devices);
    }

    /** Makes a result without offers; the parameters are the record's other components. */
    public RunResult(
        final String source, final String taskSet, final String policy, final String test, final long seed, final long durationNs,
        final Conditions conditions, final List<TaskResult> tasks, final WithoutStalls withoutStalls, final List<Stall> stalls,
        final List<DeviceResult> devices, final String boundsVoid, final long droppedEvents, final List<PrecisionResult> precisions,
        final PlatformResult platform, final List<Levels> levels) {
        this(source, taskSet, policy, test, seed, durationNs, conditions, tasks, withoutStalls, stalls, devices, boundsVoid,
            droppedEvents, precisions, platform, levels, List.of());
    }

    /** Makes a result without levels; the parameters are the record's other components. */
    public RunResult(
        final String source, final String taskSet, final String policy, final String test, final long seed, final long durationNs,
        final Conditions conditions, final List<TaskResult> tasks, final WithoutStalls withoutStalls, final List<Stall> stalls,
        final List<DeviceResult> devices, final String boundsVoid, final long droppedEvents, final List<PrecisionResult> precisions,
        final PlatformResult platform) {
        this(source, taskSet, policy, test, seed, durationNs, conditions, tasks, withoutStalls, stalls, devices, boundsVoid,
            droppedEvents, precisions, platform, List.of());
    }

    /** Makes a result without int8 segments: {@code precisions} is empty, and the parameters are the record's other components. */
    public RunResult(
        final String source, final String taskSet, final String policy, final String test, final long seed, final long durationNs,
        final Conditions conditions, final List<TaskResult> tasks, final WithoutStalls withoutStalls, final List<Stall> stalls,
        final List<DeviceResult> devices, final String boundsVoid, final long droppedEvents) {
        this(source, taskSet, policy, test, seed, durationNs, conditions, tasks, withoutStalls, stalls, devices, boundsVoid,
            droppedEvents, List.of(), PlatformResult.NONE, List.of());
    }

    /**
     * Adds what was seen of the platform.
     *
     * @param seen beside what the bounds charge
     * @return a copy
     */
    public RunResult withPlatform(final PlatformResult seen) {
        return new RunResult(source, taskSet, policy, test, seed, durationNs, conditions, tasks, withoutStalls, stalls, devices,
            boundsVoid, droppedEvents, precisions, seen, levels, offers);
    }

    /**
     * Adds what precision layers ran in.
     *
     * @param results of the tasks that have int8 segments
     * @return a copy
     */
    public RunResult withPrecisions(final List<PrecisionResult> results) {
        return new RunResult(source, taskSet, policy, test, seed, durationNs, conditions, tasks, withoutStalls, stalls, devices,
            boundsVoid, droppedEvents, results, platform, levels, offers);
    }

    /**
     * Adds at which levels segments ran.
     *
     * @param results of the tasks that have segments with several levels
     * @return a copy
     */
    public RunResult withLevels(final List<Levels> results) {
        return new RunResult(source, taskSet, policy, test, seed, durationNs, conditions, tasks, withoutStalls, stalls, devices,
            boundsVoid, droppedEvents, precisions, platform, results, offers);
    }

    /**
     * Adds what came of offers to a second machine.
     *
     * @param results of the tasks that were offered
     * @return a copy
     */
    public RunResult withOffers(final List<Offers> results) {
        return new RunResult(source, taskSet, policy, test, seed, durationNs, conditions, tasks, withoutStalls, stalls, devices,
            boundsVoid, droppedEvents, precisions, platform, levels, results);
    }

    /**
     * The conditions of a run: the machine, and what it granted.
     *
     * @param machine   facts such as {@code cpu}, {@code cores}, {@code kernel}, {@code java}
     * @param granted   per thread, what the system granted and what it did not
     * @param noise     noise floor in nanoseconds by the name of what was measured, such as {@code largestIdleGapNs}
     * @param collector which garbage collector ran
     * @param overheads what the machine adds, as charged in the bounds
     * @param warnings  what was wrong with the run or with the machine, one sentence each
     */
    public record Conditions(
        Map<String, String> machine, Map<String, String> granted, Map<String, Long> noise, String collector, Overheads overheads,
        List<String> warnings) {

        /** Keeps copies of the maps, in alphabetical order of their keys. */
        public Conditions {
            machine = Collections.unmodifiableMap(new TreeMap<>(machine));
            granted = Collections.unmodifiableMap(new TreeMap<>(granted));
            noise = Collections.unmodifiableMap(new TreeMap<>(noise));
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Adds a sentence to what was wrong with the run.
     *
     * @param warning the sentence, the last one then
     * @return a copy with it
     */
    public RunResult withWarning(final String warning) {
        final Conditions more = new Conditions(conditions.machine, conditions.granted, conditions.noise, conditions.collector,
            conditions.overheads, Stream.concat(conditions.warnings.stream(), Stream.of(warning)).toList());
        return new RunResult(source, taskSet, policy, test, seed, durationNs, more, tasks, withoutStalls, stalls, devices, boundsVoid,
            droppedEvents, precisions, platform, levels, offers);
    }

    /**
     * Counts deadline misses.
     *
     * @return over all tasks, every job
     */
    public long misses() {
        return tasks.stream().mapToLong(TaskResult::misses).sum();
    }

    /**
     * Counts segments that ran past their WCETs.
     *
     * @return over all tasks, every job
     */
    public long overruns() {
        return tasks.stream().mapToLong(TaskResult::overruns).sum();
    }

    /**
     * Counts segments that ran past their WCETs and that no stall excuses.
     *
     * @return over all tasks, without the jobs that a stall touched
     */
    public long overrunsWithoutStalls() {
        return withoutStalls.tasks().stream().mapToLong(TaskResult::overruns).sum();
    }

    /**
     * Counts deadline misses that no stall excuses.
     *
     * @return over all tasks, without the jobs that a stall touched
     */
    public long missesWithoutStalls() {
        return withoutStalls.tasks().stream().mapToLong(TaskResult::misses).sum();
    }

    /**
     * Tells whether something broke: a task was stopped by an error, an overrun or a lost device, or a device was lost.
     *
     * @return true when any was
     */
    public boolean hasFailures() {
        return tasks.stream().anyMatch(TaskResult::stopped) || devices.stream().anyMatch(DeviceResult::lost);
    }

    /**
     * The table for people: what was measured beside what was promised.
     *
     * @return {@link ResultTable#render} of this
     */
    @Override
    public String toString() {
        return ResultTable.render(this);
    }
}
