// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Joins neighbouring segments of one kind where the finer cut buys nothing: where no task's bound grows. A cut costs its dispatch and
 * completion; what it can buy is that others wait less. Tasks with a network keep their cuts, which are the network's. Deterministic;
 * used by one thread.
 */
final class SegmentGrouping {
    private SegmentGrouping() {
    }

    /** The set with fewer cuts; the same when it is not schedulable. */
    static TaskSet group(final TaskSet set) {
        Verdict verdict = Analyses.analyze(set);
        if (!verdict.schedulable()) {
            return set;
        }
        TaskSet present = set;
        for (int i = 0; i < set.tasks().size(); i++) {
            int j = 0;
            while (set.tasks().get(i).model().isEmpty() && j + 1 < present.tasks().get(i).segments().size()) {
                final Optional<TaskSet> joined = join(present, i, j);
                final Verdict after = joined.isEmpty() ? verdict : Analyses.analyze(joined.get());
                if (joined.isPresent() && noneGrows(verdict, after)) {
                    present = joined.get();
                    verdict = after;
                } else {
                    j++;
                }
            }
        }
        return present;
    }

    private static boolean noneGrows(final Verdict before, final Verdict after) {
        if (!after.schedulable()) {
            return false;
        }
        for (int i = 0; i < before.tasks().size(); i++) {
            if (after.tasks().get(i).responseBoundNs() > before.tasks().get(i).responseBoundNs()) {
                return false;
            }
        }
        return true;
    }

    private static Optional<TaskSet> join(final TaskSet set, final int task, final int at) {
        final Task given = set.tasks().get(task);
        final Segment first = given.segments().get(at);
        final Segment second = given.segments().get(at + 1);
        if (first.device() != second.device() || first.precision() != second.precision() || !first.actual().equals(second.actual())
            || first.preemptable() != second.preemptable() || first.offer().isPresent() || second.offer().isPresent()) {
            return Optional.empty();
        }
        final List<Segment> segments = new ArrayList<>(given.segments());
        segments.set(at, new Segment(first.device(), first.wcetNs() + second.wcetNs(), first.actual(), first.precision(),
            first.loss() + second.loss(), Optional.empty(), first.preemptable()));
        segments.remove(at + 1);
        final List<Task> tasks = new ArrayList<>(set.tasks());
        tasks.set(task, given.withSegments(segments));
        return Optional.of(new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks));
    }
}
