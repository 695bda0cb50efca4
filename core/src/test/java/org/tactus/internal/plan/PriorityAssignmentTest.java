// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.ActualTime;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.OverrunAction;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class PriorityAssignmentTest {
    private static final SchedulabilityTest NP_FP = Analyses.byName("np-fp").orElseThrow();

    private static List<Integer> priorities(final TaskSet set) {
        return set.tasks().stream().map(Task::priority).toList();
    }

    @Test
    void shouldRankByPeriodOrByDeadlineAndLeaveBestEffortTasksAlone() {
        final TaskSet set = TaskSet.builder("set").device(DeviceSpec.modelled("acc0"))
            .task("a", t -> t.periodNs(300).deadlineNs(100).priority(9).segment("acc0", 1))
            .task("b", t -> t.periodNs(100).segment("acc0", 1))
            .task("c", t -> t.periodNs(200).deadlineNs(150).segment("acc0", 1))
            .task("d", t -> t.periodNs(200).deadlineNs(200).segment("acc0", 1))
            .task("e", t -> t.periodNs(50).serviceClass(Task.ServiceClass.BEST_EFFORT).segment("acc0", 1)).build();
        assertEquals(List.of(3, 1, 2, 2, Task.NO_PRIORITY), priorities(PriorityAssignment.rateMonotonic(set)));
        assertEquals(List.of(1, 1, 2, 3, Task.NO_PRIORITY), priorities(PriorityAssignment.deadlineMonotonic(set)));
        assertTrue(PriorityAssignment.optimal(set, NP_FP::analyze).isPresent());
        assertEquals(Task.NO_PRIORITY, PriorityAssignment.optimal(set, NP_FP::analyze).orElseThrow().tasks().get(4).priority());
    }

    @Test
    void shouldChangeNothingOfATaskButItsPriority() throws ReflectiveOperationException {
        final Task task = new Task("a", 9, 8, 1, 2, Release.SPORADIC, 3, OverrunAction.STOP, BacklogAction.DROP, Optional.of(new TaskMemory(
            7, OptionalLong.of(1), Optional.empty())), Optional.empty(), List.of(new Segment(0, 1, ActualTime.WCET)), Optional.empty(),
            Optional.empty(), Task.ServiceClass.HARD, Optional.of(new Task.Remote("peer", 5, 1, 0)));
        for (final RecordComponent component : Task.class.getRecordComponents()) {
            assertEquals(component.getName().equals("priority") ? 7 : component.getAccessor().invoke(task),
                component.getAccessor().invoke(task.withPriority(7)), component.getName());
        }
    }

    private static TaskSet random(final SplittableRandom random, final int tasks) {
        final TaskSetBuilder builder = TaskSet.builder("random").device(DeviceSpec.modelled("acc0"));
        for (int i = 0; i < tasks; i++) {
            final int period = random.nextInt(10, 60);
            final int wcet = random.nextInt(1, 3 + period / tasks);
            final int deadline = random.nextInt(Math.min(period, 2 * wcet), period + 1);
            builder.task("t" + i, t -> t.periodNs(period).deadlineNs(deadline).segment("acc0", wcet));
        }
        return builder.build();
    }

    /** The oracle tries every order. */
    private static boolean isPossible(final TaskSet set, final List<Integer> order, final List<Integer> left) {
        if (left.isEmpty()) {
            final List<Task> tasks = new ArrayList<>(set.tasks());
            for (int rank = 0; rank < order.size(); rank++) {
                tasks.set(order.get(rank), set.tasks().get(order.get(rank)).withPriority(rank + 1));
            }
            return NP_FP.analyze(new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks)).schedulable();
        }
        for (final Integer next : left) {
            final List<Integer> longer = new ArrayList<>(order);
            longer.add(next);
            final List<Integer> rest = new ArrayList<>(left);
            rest.remove(next);
            if (isPossible(set, longer, rest)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void shouldFindAnAssignmentExactlyWhenSomeOrderIsSchedulableOnOneDevice() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        int found = 0;
        int beyondDeadlineMonotonic = 0;
        for (int i = 0; i < 300; i++) {
            final TaskSet set = random(random, random.nextInt(2, 6));
            final Optional<TaskSet> assigned = PriorityAssignment.optimal(set, NP_FP::analyze);
            final List<Integer> all = new ArrayList<>();
            for (int task = 0; task < set.tasks().size(); task++) {
                all.add(task);
            }
            assertEquals(isPossible(set, List.of(), all), assigned.isPresent(), "seed " + seed + ", set " + i + ": " + set);
            if (assigned.isPresent()) {
                assertTrue(NP_FP.analyze(assigned.get()).schedulable(), "seed " + seed + ", set " + i);
                found++;
                beyondDeadlineMonotonic += NP_FP.analyze(PriorityAssignment.deadlineMonotonic(set)).schedulable() ? 0 : 1;
            }
        }
        assertTrue(found > 50 && found < 290, found + " of 300, seed " + seed);
        System.out.println("priority assignment: " + found + " of 300 sets, " + beyondDeadlineMonotonic
            + " of them not deadline-monotonic, seed " + seed);
    }
}
