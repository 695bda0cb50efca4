// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.Sensitivity;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Chooses volumes, rings and cuts together for a set in which a job of several segments is one unit (SEQ), and volumes and cuts where
 * others may come between its segments (SPE): of the candidates of {@link StreamVolumes} the one with which all WCETs may grow most, then
 * fewer cuts where they buy nothing. Used by one thread.
 */
final class StreamPlan {
    private final TaskSet set;
    private final int device;
    private final DeviceSpec spec;
    private final DeviceMemory memory;
    private final SchedulabilityTest test;
    private final StreamVolumes volumes;

    StreamPlan(final TaskSet set, final int device, final SchedulabilityTest test) {
        this.set = set;
        this.device = device;
        spec = set.platform().devices().get(device);
        memory = spec.memory().orElseThrow();
        volumes = new StreamVolumes(set);
        this.test = volumes.overflowBytes() > 0 ? test // else nothing is swapped, and segments go one by one
            : Analyses.byName(set.policy() == PolicyKind.EDF ? "seg-edf" : "seg-fp").orElseThrow();
    }

    Plan plan() {
        final List<TaskSet> candidates = volumes.candidates();
        final List<String> notes = new ArrayList<>();
        notes.add(demand());
        if (candidates.isEmpty()) {
            notes.add(isUnit() ? "no volumes and no rings are enough: what never leaves, and the largest segment, must fit"
                : "no volumes are enough: all of a task must fit at once; under 'protocol: seq' it may stream through less memory");
            return new Plan(set, Analyses.analyze(set), List.of(), notes);
        }
        final TaskSet chosen = best(candidates);
        final TaskSet best = UnitCuts.join(chosen, test);
        final Verdict verdict = test.analyze(best);
        if (volumes.overflowBytes() > 0) {
            notes.add("best of " + candidates.size() + " assignments; " + (isUnit() ? "one job at a time needs its volume or its ring"
                : "the most urgent job takes what it lacks from the others") + ", so they all share "
                + Sizes.format(pool(best) * memory.chunkBytes()) + ", the largest of them");
            final OptionalLong least = verdict.schedulable()
                ? new Sensitivity(test, best).smallestCapacityBytes(device) : OptionalLong.empty();
            least.ifPresent(bytes -> notes.add("with these it holds down to a capacity of " + Sizes.format(bytes)));
        }
        return new Plan(best, verdict, changes(best), notes);
    }

    private boolean isUnit() {
        return memory.protocol() == SwapProtocol.SEQ;
    }

    private TaskSet best(final List<TaskSet> candidates) {
        TaskSet best = null;
        double most = -1;
        for (final TaskSet candidate : candidates) {
            final double factor = new Sensitivity(test, candidate).largestFactor().orElse(0);
            if (factor > most) {
                best = candidate;
                most = factor;
            }
        }
        return best;
    }

    private String demand() {
        final long needed = memory.capacityBytes() + volumes.overflowBytes();
        final String what = spec.name() + ": the tasks need " + Sizes.format(needed) + " (" + memory.residency().text()
            + "), the capacity is " + Sizes.format(memory.capacityBytes());
        return volumes.overflowBytes() <= 0 ? what + "; everything fits at once, nothing needs to be swapped"
            : what + ": " + Sizes.format(volumes.overflowBytes()) + " too much";
    }

    private long pool(final TaskSet planned) {
        return planned.tasks().stream().mapToLong(task -> SwapRegion.of(task, memory).volumeChunks()).max().orElse(0);
    }

    private List<Plan.Change> changes(final TaskSet planned) {
        final List<Plan.Change> changes = new ArrayList<>();
        final long[] unitNs = isUnit() ? SwapAnalysis.unitNs(planned) : SwapAnalysis.preemptedNs(planned);
        final long[] besideNs = isUnit() ? SwapAnalysis.unitNs(inARow(planned)) : SwapAnalysis.longestPieceNs(planned);
        for (int i = 0; i < planned.tasks().size(); i++) {
            final Task task = planned.tasks().get(i);
            final SwapRegion region = SwapRegion.of(task, memory);
            final long executionNs = task.segments().stream().mapToLong(Segment::wcetNs).sum();
            final String time = "a job takes at most " + Durations.format(unitNs[i]) + ", " + Durations.format(executionNs)
                + " of it execution" + (!isUnit() ? "; a more urgent one waits for at most " + Durations.format(besideNs[i]) + " of it"
                    : region.chunks() == 0 ? "" : "; " + Durations.format(besideNs[i]) + " with everything loaded before it executes");
            changes.add(new Plan.Change(task.name(), what(task, region) + cuts(task, set.tasks().get(i)), time));
        }
        return changes;
    }

    /** The same tasks, whose chunks all come in before the first segment. */
    private static TaskSet inARow(final TaskSet planned) {
        return new TaskSet(planned.name(), planned.policy(), planned.overheads(), planned.platform(), planned.tasks().stream().map(task ->
            task.memory().map(own -> task.withMemory(own.withSegmentConstantBytes(List.of()).withStreamBytes(OptionalLong.empty())
                .withSwapBytes(own.streamBytes().isPresent() ? OptionalLong.of(own.constantBytes()) : own.swapBytes()))).orElse(task))
            .toList());
    }

    private String what(final Task task, final SwapRegion region) {
        if (region.ringChunks() > 0) {
            return "stream " + Sizes.format(region.ringChunks() * memory.chunkBytes()) + ", " + region.ringChunks() + " of the "
                + region.chunks() + " chunks of its constants at once";
        }
        if (region.chunks() == 0) {
            return "never swapped";
        }
        int first = 0;
        while (region.chunksOf(first) == 0) {
            first++;
        }
        return "swap " + Sizes.format(region.chunks() * memory.chunkBytes()) + ", " + region.chunks() + " chunks of its "
            + Sizes.format(task.memory().map(TaskMemory::footprintBytes).orElse(0L))
            + (task.segments().size() == 1 ? "" : ", of its last " + (task.segments().size() - first) + " segments");
    }

    private static String cuts(final Task task, final Task before) {
        final int now = task.segments().size();
        return now == before.segments().size() ? "" : "; " + now + " segments of its " + before.segments().size();
    }
}
