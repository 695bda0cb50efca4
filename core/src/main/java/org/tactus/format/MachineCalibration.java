// SPDX-License-Identifier: Apache-2.0
package org.tactus.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.tactus.model.Overheads;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/**
 * The time that one machine adds to every job, as {@code tactus calibrate} measured it over samples that no platform stall touched.
 *
 * @param machine        the machine, as {@link MachineName} tells it
 * @param measuredAt     when, for people (ISO 8601)
 * @param durationNs     how long it was measured, nanoseconds
 * @param stalls         platform stalls that were seen meanwhile and left out
 * @param longestStallNs the longest of them, nanoseconds
 * @param conditions     what was granted and what else ran
 * @param releaseJitter  from a nominal release until the dispatcher has seen it
 * @param dispatch       from a decision until the segment runs
 * @param handOff        from a segment's end until another device's dispatcher has seen the job
 * @param completion     from a segment's end until the dispatcher has recorded it
 * @param sporadicJitter from a sporadic task's arrival until the dispatcher has seen it; empty in a calibration of an older version
 * @param dispatchPerTask what each job that arrives at the same time adds to dispatch; empty in a calibration of an older version
 * @param gpus           what its GPUs add, each as one driver showed it
 * @param curves         what the platform takes from its cores; empty when only the overheads were measured
 * @param stallFree      the overheads of operations that no stall hit; empty without curves
 * @param preemption     one context switch with its reload of caches; empty in a calibration of an older version
 * @param childCall      the way to a child process and back; empty in a calibration of an older version, and where none can be started
 */
public record MachineCalibration(
    String machine, String measuredAt, long durationNs, long stalls, long longestStallNs, Map<String, String> conditions,
    Quantiles releaseJitter, Quantiles dispatch, Quantiles handOff, Quantiles completion, Optional<Quantiles> sporadicJitter,
    Optional<Quantiles> dispatchPerTask, List<GpuCalibration> gpus, List<CurveCalibration> curves, Optional<Overheads> stallFree,
    Optional<Quantiles> preemption, Optional<Quantiles> childCall) {
    /** How long a dispatcher sleeps at most between two looks at a device that does not say when a segment ends. */
    static final long LOOK_NS = 20_000;

    /** Keeps unmodifiable copies of the collections. */
    public MachineCalibration {
        conditions = Map.copyOf(conditions);
        gpus = List.copyOf(gpus);
        curves = List.copyOf(curves);
    }

    /**
     * Makes a calibration without curves.
     *
     * @param machine        the machine
     * @param measuredAt     when
     * @param durationNs     how long
     * @param stalls         platform stalls that were left out
     * @param longestStallNs the longest of them
     * @param conditions     what was granted
     * @param releaseJitter  from a nominal release until the dispatcher has seen it
     * @param dispatch       from a decision until the segment runs
     * @param handOff        from a segment's end until another dispatcher has seen the job
     * @param completion     from a segment's end until the dispatcher has recorded it
     * @param sporadicJitter from a sporadic task's arrival until the dispatcher has seen it
     * @param dispatchPerTask what each job that arrives at the same time adds to dispatch
     * @param gpus           what its GPUs add
     */
    public MachineCalibration(
        final String machine, final String measuredAt, final long durationNs, final long stalls, final long longestStallNs,
        final Map<String, String> conditions, final Quantiles releaseJitter, final Quantiles dispatch, final Quantiles handOff,
        final Quantiles completion, final Optional<Quantiles> sporadicJitter, final Optional<Quantiles> dispatchPerTask,
        final List<GpuCalibration> gpus) {
        this(machine, measuredAt, durationNs, stalls, longestStallNs, conditions, releaseJitter, dispatch, handOff, completion,
            sporadicJitter, dispatchPerTask, gpus, List.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Adds stall curves in place of those that were known.
     *
     * @param measured of single cores and of several together
     * @param free     the overheads of operations that no stall hit, without curves
     * @return a copy
     */
    public MachineCalibration withCurves(final List<CurveCalibration> measured, final Optional<Overheads> free) {
        return new MachineCalibration(machine, measuredAt, durationNs, stalls, longestStallNs, conditions, releaseJitter, dispatch,
            handOff, completion, sporadicJitter, dispatchPerTask, gpus, measured, free, preemption, childCall);
    }

    /**
     * Adds what a context switch costs in place of what was known.
     *
     * @param measured quantiles of one switch with its reload of caches
     * @return a copy
     */
    public MachineCalibration withPreemption(final Quantiles measured) {
        return new MachineCalibration(machine, measuredAt, durationNs, stalls, longestStallNs, conditions, releaseJitter, dispatch,
            handOff, completion, sporadicJitter, dispatchPerTask, gpus, curves, stallFree, Optional.of(measured), childCall);
    }

    /**
     * Adds what a call of a child process costs in place of what was known.
     *
     * @param measured quantiles of one call, both ways
     * @return a copy
     */
    public MachineCalibration withChildCall(final Quantiles measured) {
        return new MachineCalibration(machine, measuredAt, durationNs, stalls, longestStallNs, conditions, releaseJitter, dispatch,
            handOff, completion, sporadicJitter, dispatchPerTask, gpus, curves, stallFree, preemption, Optional.of(measured));
    }

    /**
     * What the platform takes.
     *
     * @return the curves by core, and of cores together
     */
    public CoreSupply supply() {
        final Map<Integer, StallCurve> single = new HashMap<>();
        final Map<Set<Integer>, StallCurve> together = new HashMap<>();
        for (final CurveCalibration known : curves) {
            if (known.cores().size() == 1) {
                single.put(known.cores().getFirst(), known.curve());
            } else {
                together.put(Set.copyOf(known.cores()), known.curve());
            }
        }
        return CoreSupply.measured(single, together);
    }

    /**
     * Adds what a GPU showed, in place of what it showed before under the same driver.
     *
     * @param measured the GPU's calibration
     * @return a copy
     */
    public MachineCalibration with(final GpuCalibration measured) {
        final List<GpuCalibration> others = new ArrayList<>(gpus);
        others.removeIf(known -> known.gpu().equals(measured.gpu()) && known.driver().equals(measured.driver()));
        others.add(measured);
        return new MachineCalibration(machine, measuredAt, durationNs, stalls, longestStallNs, conditions, releaseJitter, dispatch,
            handOff, completion, sporadicJitter, dispatchPerTask, others, curves, stallFree, preemption, childCall);
    }

    /**
     * The overheads that analyses charge: the maxima; where stall curves are known those of operations that no stall hit, as what the
     * platform takes is in the curves.
     *
     * @return without a stall allowance
     */
    public Overheads overheads() {
        if (!curves.isEmpty()) {
            final Overheads free = stallFree.orElseGet(() -> overheads(Quantiles::p999Ns)).withSupply(supply());
            // Where the overheads were measured again, but not the curves, the older figures know of no such call.
            return free.childCallNs() > 0 ? free : free.withChildCallNs(childCall.map(Quantiles::p999Ns).orElse(0L));
        }
        return overheads(Quantiles::maxNs);
    }

    /**
     * The overheads of a set with a device whose dispatcher does not know when a segment will be done, such as a GPU: it looks between
     * short sleeps, from which it wakes as late as for a sporadic arrival.
     *
     * @return {@link #overheads} with the wait for the next look in each completion
     */
    public Overheads polledOverheads() {
        final Overheads known = overheads();
        return new Overheads(known.releaseJitterNs(), known.sporadicJitterNs(), known.dispatchNs(), known.dispatchPerTaskNs(),
            known.handOffNs(), known.completionNs() + LOOK_NS + known.sporadicJitterNs(), known.preemptionNs(),
            known.childCallNs(), known.stallNs(), known.supply());
    }

    /** One figure of each quantity; what was not measured adds nothing. */
    private Overheads overheads(final ToLongFunction<Quantiles> figure) {
        return new Overheads(figure.applyAsLong(releaseJitter), figure.applyAsLong(sporadicJitter.orElse(releaseJitter)),
            figure.applyAsLong(dispatch), dispatchPerTask.map(figure::applyAsLong).orElse(0L), figure.applyAsLong(handOff),
            figure.applyAsLong(completion), preemption.map(figure::applyAsLong).orElse(0L),
            childCall.map(figure::applyAsLong).orElse(0L), 0, CoreSupply.NONE);
    }

    /**
     * Tells what an older version of the program did not measure, so that bounds lack it.
     *
     * @return a sentence for people, with the command that mends it; empty when everything was measured
     */
    public Optional<String> lacking() {
        return sporadicJitter.isPresent() && dispatchPerTask.isPresent() ? Optional.empty() : Optional.of("the calibration of " + measuredAt
            + " is of an older version, which did not measure sporadic arrivals and dispatch among many tasks, so bounds do not hold"
            + " them; measure again: tactus calibrate");
    }
}
