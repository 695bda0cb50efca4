// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.tactus.analysis.Verdict;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** Gives the hard tasks of a set their fixed priorities, in place of those that it has. Best-effort tasks stay as they are. */
public final class PriorityAssignment {
    private PriorityAssignment() {
    }

    /**
     * Rate-monotonic priorities (Liu and Layland 1973): the shorter the period, the higher. Equal periods have equal priorities.
     *
     * @param set the set
     * @return the set with them
     */
    public static TaskSet rateMonotonic(final TaskSet set) {
        return ranked(set, Task::periodNs);
    }

    /**
     * Deadline-monotonic priorities (Leung and Whitehead 1982): the shorter the relative deadline, the higher. Equal deadlines have equal
     * priorities.
     *
     * @param set the set
     * @return the set with them
     */
    public static TaskSet deadlineMonotonic(final TaskSet set) {
        return ranked(set, Task::deadlineNs);
    }

    private static TaskSet ranked(final TaskSet set, final ToLongFunction<Task> key) {
        final long[] keys = set.tasks().stream().filter(task -> !task.isBestEffort()).mapToLong(key).sorted().distinct().toArray();
        return with(set, IntStream.range(0, set.tasks().size()).map(i -> set.tasks().get(i).isBestEffort() ? Task.NO_PRIORITY
            : 1 + Arrays.binarySearch(keys, key.applyAsLong(set.tasks().get(i)))).toArray());
    }

    /**
     * Audsley's assignment (1991; Davis and Burns 2011): from the lowest priority up, the first task gets it that the test bounds there,
     * tried from the longest deadline on. It finds an assignment whenever there is one, if the test bounds a task by nothing but which
     * tasks are above it and which below. That holds for one device; where a bound also takes from the bounds of tasks above, as on chains
     * of devices, one may be missed. What is returned is accepted by the test as a whole in each case.
     *
     * @param set  the set
     * @param test judges a set
     * @return the set with priorities of which no two are equal; empty when none was found
     */
    public static Optional<TaskSet> optimal(final TaskSet set, final Function<TaskSet, Verdict> test) {
        final int[] priorities = new int[set.tasks().size()];
        Arrays.fill(priorities, Task.NO_PRIORITY);
        final List<Integer> open = new ArrayList<>(IntStream.range(0, priorities.length).filter(i -> !set.tasks().get(i).isBestEffort())
            .boxed().sorted(Comparator.comparingLong(i -> set.tasks().get(i).deadlineNs())).toList());
        for (int level = open.size(); level > 0; level--) {
            final Optional<Integer> lowest = lowest(set, test, priorities, open, level);
            if (lowest.isEmpty()) {
                return Optional.empty();
            }
            priorities[lowest.get()] = level;
            open.remove(lowest.get());
        }
        final TaskSet assigned = with(set, priorities);
        return test.apply(assigned).schedulable() ? Optional.of(assigned) : Optional.empty();
    }

    /** Finds the open task of the longest deadline that is bounded at a level, with all other open ones above it. */
    private static Optional<Integer> lowest(
        final TaskSet set, final Function<TaskSet, Verdict> test, final int[] assigned, final List<Integer> open, final int level) {
        for (int k = open.size() - 1; k >= 0; k--) {
            final int candidate = open.get(k);
            final int[] tried = assigned.clone();
            int above = 1;
            for (final int task : open) {
                tried[task] = task == candidate ? level : above++;
            }
            if (test.apply(with(set, tried)).tasks().get(candidate).bounded()) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static TaskSet with(final TaskSet set, final int[] priorities) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), IntStream.range(0, priorities.length)
            .mapToObj(i -> set.tasks().get(i).withPriority(priorities[i])).toList());
    }
}
