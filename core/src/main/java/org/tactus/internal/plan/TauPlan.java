// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.time.Durations;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Plans how long each offered task of a set waits for its answers, one after the other in the set's order: the wait of a task is chosen by
 * {@link TauPlanner} while those of later tasks are as they were.
 */
public final class TauPlan implements Planner {
    /** The strategy's name. */
    public static final String NAME = "tau";

    private final Map<String, long[]> roundTrips;
    private final double tolerance;

    /**
     * Makes the strategy.
     *
     * @param roundTrips of each task by its name, nanoseconds, ascending; {@code Long.MAX_VALUE} for answers that did not come
     * @param tolerance  how much of the difference between an answer's gain and a fallback's may be given away for a shorter wait
     */
    public TauPlan(final Map<String, long[]> roundTrips, final double tolerance) {
        this.roundTrips = Map.copyOf(roundTrips);
        this.tolerance = tolerance;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Plan plan(final TaskSet set) {
        if (set.tasks().stream().noneMatch(task -> task.remote().isPresent())) {
            throw new InvalidTaskSetException("tasks", "no task is offered to a second machine; give one the key 'remote'");
        }
        TaskSet planned = set;
        final List<Plan.Change> changes = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task task = set.tasks().get(i);
            if (task.remote().isEmpty()) {
                continue;
            }
            final long[] measured = roundTrips.get(task.name());
            if (measured == null || measured.length == 0) {
                throw new InvalidTaskSetException("tasks[" + i + "].remote", "no round trips of '" + task.name()
                    + "' were measured; run the set with its peer before");
            }
            final Optional<TauPlanner.Choice> choice =
                TauPlanner.choose(planned, i, measured, tolerance, with -> Analyses.analyze(with).schedulable());
            changes.add(choice.map(chosen -> new Plan.Change(task.name(), "tau " + Durations.format(chosen.tauNs()),
                String.format(Locale.ROOT, "%.1f %% of %d measured offers were answered by then; mean gain %.3f", 100 * chosen.answered(),
                    measured.length, chosen.meanGain()))).orElseGet(() -> new Plan.Change(task.name(),
                        "tau stays " + Durations.format(task.remote().orElseThrow().tauNs()),
                        "no wait within which an answer came is schedulable and worth more than the fallback")));
            planned = choice.map(TauPlanner.Choice::set).orElse(planned);
        }
        return new Plan(planned, Analyses.analyze(planned), changes, List.of());
    }
}
