// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.time.Durations;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.PolicyKind;
import org.tactus.model.Precision;
import org.tactus.model.Reclaim;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.Variant;

/** Plans which variant of each segment runs: by search, or by one of the rules that it is measured against. */
final class LalarandPlanner implements Planner {
    private final Rule rule;

    /** How variants are chosen. */
    enum Rule {
        /** Blocks moved greedily, then accuracy taken back; offers to idle time and joined segments as the analysis allows. */
        LALARAND("lalarand"),
        /** Everything on the accelerator that has a variant there. */
        ALL_GPU("all-gpu"),
        /** Everything on a CPU. */
        ALL_CPU("all-cpu"),
        /** Each segment where it is fastest. */
        PREFERRED("preferred"),
        /** One cut a task. */
        DART("dart"),
        /** The schedulable allocation that gives up least accuracy; small sets only. */
        OPTIMAL("optimal");

        private final String text;

        Rule(final String text) {
            this.text = text;
        }
    }

    LalarandPlanner(final Rule rule) {
        this.rule = rule;
    }

    @Override
    public String name() {
        return rule.text;
    }

    @Override
    public Plan plan(final TaskSet set) {
        WithoutLevels.require(set);
        if (set.tasks().stream().allMatch(task -> task.choices().isEmpty())) {
            throw new InvalidTaskSetException("tasks",
                "no segment has variants; write such as 'variants: [{device: gpu0, wcet: 2ms}, {device: cpu0, precision: int8, "
                    + "wcet: 5ms, loss: 0.1}]'");
        }
        final SchedulabilityTest test = Analyses.byName(set.policy() == PolicyKind.EDF ? "chain-edf" : "chain-fp").orElseThrow();
        final LayerChoices choices = new LayerChoices(set);
        final String objection = test.applies(choices.with(choices.accelerated()));
        if (!objection.isEmpty()) {
            throw new InvalidTaskSetException("tasks", objection);
        }
        final LayerAllocator search = new LayerAllocator(choices, LayerAllocator.DEFAULT_ANALYSES);
        final LayerAllocation found = switch (rule) {
            case LALARAND -> search.allocate();
            case ALL_GPU -> LayerAllocator.judge(choices, choices.onAccelerator());
            case ALL_CPU -> LayerAllocator.judge(choices, choices.onHost());
            case PREFERRED -> LayerAllocator.judge(choices, choices.preferred());
            case DART -> dart(choices);
            case OPTIMAL -> new ExhaustiveAllocator(choices).allocate();
        };
        final List<Plan.Change> changes = new ArrayList<>();
        moves(choices, found, search, changes);
        final boolean finishes = rule == Rule.LALARAND && found.verdict().schedulable();
        final TaskSet offered = finishes ? new ReclaimBudgets(choices, found.chosen()).fill() : settled(found.set());
        final TaskSet planned = finishes ? SegmentGrouping.group(offered) : offered;
        offers(offered, changes);
        joins(offered, planned, changes);
        final List<String> notes = new ArrayList<>();
        notes.add(String.format(Locale.ROOT, "accuracy given up: %.3f points over all tasks, %s", found.loss(), shares(choices, found)));
        notes.add(found.evaluated() + " allocations were analysed");
        return new Plan(planned, Analyses.analyze(planned), changes, notes);
    }

    private static LayerAllocation dart(final LayerChoices choices) {
        final LayerAllocation first = LayerAllocator.judge(choices, choices.cut(false));
        final LayerAllocation second = LayerAllocator.judge(choices, choices.cut(true));
        return first.verdict().schedulable() || !second.verdict().schedulable() ? first : second;
    }

    private static TaskSet settled(final TaskSet set) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(),
            set.tasks().stream().map(task -> task.settled(task.segments(), Optional.empty())).toList());
    }

    /** What is not where it loses least, in rows of one kind and one reason. */
    private static void moves(
        final LayerChoices choices, final LayerAllocation found, final LayerAllocator search, final List<Plan.Change> changes) {
        final int[][] start = choices.accelerated();
        for (int i = 0; i < start.length; i++) {
            int from = 0;
            for (int j = 1; j <= start[i].length; j++) {
                if (j < start[i].length && same(choices, found, search, start, i, from, j)) {
                    continue;
                }
                if (found.chosen()[i][from] != start[i][from]) {
                    final Variant variant = choices.variant(i, from, found.chosen()[i][from]);
                    double loss = 0;
                    for (int k = from; k < j; k++) {
                        loss += choices.variant(i, k, found.chosen()[i][k]).loss();
                    }
                    changes.add(new Plan.Change(choices.set().tasks().get(i).name(), String.format(Locale.ROOT,
                        "%s to %s (%s), loses %.3f points", j - from == 1 ? "segment " + from : "segments " + from + " to " + (j - 1),
                        choices.set().platform().devices().get(variant.device()).name(), variant.precision().text(), loss),
                        search.why(i, from)));
                }
                from = j;
            }
        }
    }

    private static boolean same(final LayerChoices choices, final LayerAllocation found, final LayerAllocator search, final int[][] start,
        final int task, final int one, final int other) {
        final Variant a = choices.variant(task, one, found.chosen()[task][one]);
        final Variant b = choices.variant(task, other, found.chosen()[task][other]);
        return a.device() == b.device() && a.precision() == b.precision() && search.why(task, one).equals(search.why(task, other))
            && (found.chosen()[task][one] == start[task][one]) == (found.chosen()[task][other] == start[task][other]);
    }

    private static void offers(final TaskSet set, final List<Plan.Change> changes) {
        for (final Task task : set.tasks()) {
            if (task.reclaim().isPresent()) {
                final Reclaim budget = task.reclaim().get();
                final long count = task.segments().stream().filter(segment -> segment.offer().isPresent()).count();
                changes.add(new Plan.Change(task.name(), count + " of its segments are offered to the accelerator's idle time, up to "
                    + budget.substitutions() + " and " + Durations.format(budget.timeNs()) + " a job", "no deadline is lost by it"));
            }
        }
    }

    private static void joins(final TaskSet before, final TaskSet after, final List<Plan.Change> changes) {
        for (int i = 0; i < before.tasks().size(); i++) {
            final int cuts = before.tasks().get(i).segments().size();
            final int left = after.tasks().get(i).segments().size();
            if (left < cuts) {
                changes.add(new Plan.Change(before.tasks().get(i).name(), cuts + " segments joined into " + left,
                    "no task's bound needs the finer cuts"));
            }
        }
    }

    private static String shares(final LayerChoices choices, final LayerAllocation found) {
        long int8 = 0;
        long all = 0;
        for (int i = 0; i < found.chosen().length; i++) {
            for (int j = 0; j < found.chosen()[i].length; j++) {
                int8 += choices.variant(i, j, found.chosen()[i][j]).precision() == Precision.INT8 ? 1 : 0;
                all++;
            }
        }
        return int8 + " of " + all + " segments with variants in int8";
    }

    static List<Planner> all() {
        final List<Planner> planners = new ArrayList<>();
        for (final Rule rule : Rule.values()) {
            planners.add(new LalarandPlanner(rule));
        }
        return planners;
    }
}
