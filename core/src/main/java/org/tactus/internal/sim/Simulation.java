// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.event.TaskStatistics;
import org.tactus.internal.policy.PolicyState;
import org.tactus.internal.report.ResultAssembly;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.DeviceResult;
import org.tactus.result.PlatformResult;
import org.tactus.result.PrecisionResult;
import org.tactus.result.RunResult;
import org.tactus.result.TaskResult;
import org.tactus.result.WithoutStalls;

/**
 * What one simulation showed, in the words of a real run.
 *
 * @param result    every job's fate, for the table and {@code results.json}
 * @param responses response times by the task's name, in the set's order, for {@code latency.hlog}
 */
public record Simulation(RunResult result, Map<String, Histogram> responses) {

    /**
     * Simulates a set.
     *
     * @param set     what is scheduled; every WCET is known
     * @param options how the simulation goes
     * @param test    schedulability test that gave the bounds; empty when none did
     * @param bounds  bound a task in the set's order, nanoseconds
     * @param events  told the events that a real run would write, of a segment's start and end when it is decided on; times
     *                are virtual nanoseconds from 0
     * @return what it showed
     * @throws IllegalArgumentException when a segment has no WCET
     */
    public static Simulation run(
        final TaskSet set, final SimulationOptions options, final String test, final List<OptionalLong> bounds,
        final EventHandler events) {
        final Simulator simulator = new Simulator();
        final SimulationRecorder recorder = new SimulationRecorder(set.tasks(), events);
        simulator.run(set, options, recorder, recorder);
        final PolicyState state = simulator.state();
        final List<TaskResult> tasks = new ArrayList<>();
        final Map<String, Histogram> responses = new LinkedHashMap<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task task = set.tasks().get(i);
            final TaskStatistics statistics = recorder.statistics(i);
            recorder.finish(i, state.absoluteDeadlineNs(i), state.backlog(i), state.backlogMisses(i, simulator.endNs()),
                state.isLive(i), simulator.endNs());
            tasks.add(statistics.result(task, bounds.get(i)));
            responses.put(task.name(), statistics.histogram());
        }
        final RunResult.Conditions conditions = new RunResult.Conditions(
            Map.of("clock", "virtual"), Map.of(), Map.of(), "none", set.overheads(), List.of());
        final List<PrecisionResult> precisions = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            if (PrecisionResult.concerns(set.tasks().get(i))) {
                precisions.add(ResultAssembly.precision(set.tasks().get(i), recorder.statistics(i).jobs(), recorder.substitutions(), i));
            }
        }
        final List<RunResult.Levels> levels = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            final int most = ResultAssembly.levels(set.tasks().get(i));
            if (most > 1) {
                levels.add(recorder.levels().result(i, set.tasks().get(i).name(), most));
            }
        }
        return new Simulation(new RunResult("simulate", set.name(), set.policy().text(), test, options.seed(), simulator.endNs(),
            conditions, tasks, new WithoutStalls(tasks, 0, 0), List.of(), devices(set, simulator),
            ResultAssembly.overrunsVoid(set.tasks(), tasks), 0, precisions, PlatformResult.NONE, levels),
            responses);
    }

    private static List<DeviceResult> devices(final TaskSet set, final Simulator simulator) {
        final List<DeviceResult> results = new ArrayList<>();
        for (int i = 0; i < set.platform().devices().size(); i++) {
            final DeviceSpec spec = set.platform().devices().get(i);
            results.add(new DeviceResult(spec.name(), spec.kind().text(), "simulated", simulator.busyNs(i),
                (double) simulator.busyNs(i) / simulator.endNs(), simulator.swapCounts(i).map(ResultAssembly::swapped)));
        }
        return results;
    }
}
