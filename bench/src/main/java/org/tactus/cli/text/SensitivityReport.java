package org.tactus.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.Sensitivity;
import org.tactus.model.TaskSet;

/**
 * How far a set is from the edge, by the test that judged it.
 *
 * @param largestFactor of all WCETs; empty when the set passes with no factor
 * @param curveFactor   of what the platform takes; empty when it takes nothing, or the set passes with no factor
 * @param tasks         in the file's order
 * @param devices       those with memory
 */
public record SensitivityReport(
    OptionalDouble largestFactor, OptionalDouble curveFactor, List<OfTask> tasks, List<OfDevice> devices) {

    /**
     * One task alone.
     *
     * @param name             its name
     * @param largestFactor    of its WCETs
     * @param smallestPeriodNs nanoseconds; its deadline shrinks with it where it must
     */
    public record OfTask(String name, OptionalDouble largestFactor, OptionalLong smallestPeriodNs) {
    }

    /**
     * One device's memory.
     *
     * @param name                  its name
     * @param smallestCapacityBytes bytes below which the set fails
     */
    public record OfDevice(String name, OptionalLong smallestCapacityBytes) {
    }

    /**
     * Finds how far each task's WCET may grow.
     *
     * @param verdict what the analysis said
     * @param set     the set
     * @return the report
     */
    public static SensitivityReport of(final Verdict verdict, final TaskSet set) {
        final Sensitivity search = new Sensitivity(Analyses.byName(verdict.test()).orElseThrow(), set);
        final List<OfTask> tasks = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            tasks.add(new OfTask(set.tasks().get(i).name(), search.largestFactor(i), search.smallestPeriodNs(i)));
        }
        final List<OfDevice> devices = new ArrayList<>();
        for (int i = 0; i < set.platform().devices().size(); i++) {
            if (set.platform().devices().get(i).memory().isPresent()) {
                devices.add(new OfDevice(set.platform().devices().get(i).name(), search.smallestCapacityBytes(i)));
            }
        }
        return new SensitivityReport(search.largestFactor(), search.largestCurveFactor(), tasks, devices);
    }
}
