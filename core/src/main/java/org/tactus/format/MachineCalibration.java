package org.tactus.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tactus.model.Overheads;

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
 */
public record MachineCalibration(
    String machine, String measuredAt, long durationNs, long stalls, long longestStallNs, Map<String, String> conditions,
    Quantiles releaseJitter, Quantiles dispatch, Quantiles handOff, Quantiles completion, Optional<Quantiles> sporadicJitter,
    Optional<Quantiles> dispatchPerTask, List<GpuCalibration> gpus) {

    public MachineCalibration {
        conditions = Map.copyOf(conditions);
        gpus = List.copyOf(gpus);
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
            handOff, completion, sporadicJitter, dispatchPerTask, others);
    }

    /**
     * The overheads that analyses charge: the maxima.
     *
     * @return without a stall allowance
     */
    public Overheads overheads() {
        return new Overheads(releaseJitter.maxNs(), sporadicJitter.orElse(releaseJitter).maxNs(), dispatch.maxNs(),
            dispatchPerTask.map(Quantiles::maxNs).orElse(0L), handOff.maxNs(), completion.maxNs(), 0);
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
