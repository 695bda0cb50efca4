// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Sensitivity;
import org.tactus.model.DeviceMemory;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Segment;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Joins neighbouring segments of tasks on a device that swaps where a cut buys nothing: where no task's bound grows. A cut costs a
 * dispatch, a completion and under SEQ an operation; what it buys is a smaller ring and earlier overlap there, and under SPE that more
 * urgent jobs wait for less. Of a set that is not schedulable with all its cuts, those go first without which all WCETs could be larger.
 * Tasks with a network keep their cuts, which are the network's. Deterministic; used by one thread.
 */
final class UnitCuts {
    private UnitCuts() {
    }

    /** The set with fewer cuts, schedulable like the given one. */
    static TaskSet join(final TaskSet set, final SchedulabilityTest test) {
        TaskSet present = test.analyze(set).schedulable() ? set : widened(set, test);
        Verdict verdict = test.analyze(present);
        for (int i = 0; i < set.tasks().size() && verdict.schedulable(); i++) {
            int at = 0;
            while (set.tasks().get(i).model().isEmpty() && at + 1 < present.tasks().get(i).segments().size()) {
                final Optional<TaskSet> joined = joined(present, i, at);
                final Verdict after = joined.isEmpty() ? verdict : test.analyze(joined.get());
                if (joined.isPresent() && noneGrows(verdict, after)) {
                    present = joined.get();
                    verdict = after;
                } else {
                    at++;
                }
            }
        }
        return present;
    }

    /** The set without the cuts that cost more than they buy, as far as it takes to be schedulable. */
    private static TaskSet widened(final TaskSet set, final SchedulabilityTest test) {
        TaskSet present = set;
        double most = new Sensitivity(test, set).largestFactor().orElse(0);
        for (int i = 0; i < set.tasks().size() && most < 1; i++) {
            int at = 0;
            while (set.tasks().get(i).model().isEmpty() && at + 1 < present.tasks().get(i).segments().size() && most < 1) {
                final Optional<TaskSet> joined = joined(present, i, at);
                final double factor = joined.isEmpty() || !test.applies(joined.get()).isEmpty() ? 0
                    : new Sensitivity(test, joined.get()).largestFactor().orElse(0);
                if (factor > most) {
                    present = joined.get();
                    most = factor;
                } else {
                    at++;
                }
            }
        }
        return present;
    }

    private static boolean noneGrows(final Verdict before, final Verdict after) {
        boolean none = after.schedulable();
        for (int i = 0; i < before.tasks().size() && none; i++) {
            none = after.tasks().get(i).responseBoundNs() <= before.tasks().get(i).responseBoundNs();
        }
        return none;
    }

    private static Optional<TaskSet> joined(final TaskSet set, final int index, final int at) {
        final Task task = set.tasks().get(index);
        final Segment one = task.segments().get(at);
        final Segment two = task.segments().get(at + 1);
        if (one.precision() != two.precision() || !one.actual().equals(two.actual()) || one.offer().isPresent()
            || two.offer().isPresent()) {
            return Optional.empty();
        }
        final List<Segment> segments = new ArrayList<>(task.segments());
        segments.set(at, new Segment(one.device(), one.wcetNs() + two.wcetNs(), one.actual(), one.precision(), one.loss() + two.loss(),
            Optional.empty()));
        segments.remove(at + 1);
        final Task shorter = task.withSegments(segments);
        final List<Task> tasks = new ArrayList<>(set.tasks());
        tasks.set(index, task.memory().map(own -> shorter.withMemory(joined(own, at))).orElse(shorter));
        final DeviceMemory memory = set.platform().devices().get(one.device()).memory().orElseThrow();
        final SwapRegion region = SwapRegion.of(tasks.get(index), memory);
        for (int k = 0; k < segments.size(); k++) {
            if (region.ringChunks() > 0 && region.chunksOf(k) > region.ringChunks()) {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks));
        } catch (final InvalidTaskSetException e) {
            return Optional.empty();
        }
    }

    private static TaskMemory joined(final TaskMemory own, final int at) {
        final List<Long> constants = new ArrayList<>(own.segmentConstantBytes());
        if (at + 1 < constants.size()) {
            constants.set(at, constants.get(at) + constants.remove(at + 1));
        }
        return own.withSegmentConstantBytes(constants);
    }
}
