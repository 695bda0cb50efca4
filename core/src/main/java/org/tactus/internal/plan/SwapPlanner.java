// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.Sensitivity;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.internal.time.Durations;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Assigns swap volumes, and where tasks have several segments cuts and, under SEQ, rings ({@link StreamPlan}): of the candidates of
 * {@link SwapVolumes} the one with which all WCETs may grow most under the test of the device's protocol, the smallest largest volume
 * among equals. Volumes that the set names are planned anew. Immutable.
 */
public final class SwapPlanner implements Planner {

    /** A candidate, what the test says of it, and the factor by which all WCETs may grow. */
    private record Choice(long[] chunks, TaskSet set, Verdict verdict, double factor) {
    }

    @Override
    public String name() {
        return "rt-swap";
    }

    @Override
    public Plan plan(final TaskSet set) {
        WithoutLevels.require(set);
        final int device = device(set);
        final DeviceSpec spec = set.platform().devices().get(device);
        final DeviceMemory memory = spec.memory().orElseThrow();
        final SchedulabilityTest test = Analyses.byName("swap-" + memory.protocol().text()
            + (set.policy() == PolicyKind.EDF ? "-edf" : "-fp")).orElseThrow();
        if (set.tasks().stream().anyMatch(task -> task.segments().size() > 1)) {
            return new StreamPlan(set, device, test).plan();
        }
        final SwapVolumes volumes = new SwapVolumes(set, memory.protocol());
        final List<long[]> candidates = volumes.candidates();
        if (candidates.isEmpty()) {
            final TaskSet all = volumes.withEverything();
            return new Plan(all, test.analyze(all), List.of(), List.of(demand(spec, memory, volumes),
                "no volumes are enough; a network that is cut into several segments can stream through less memory than it needs"));
        }
        final Choice best = best(volumes, candidates, test);
        final List<String> notes = new ArrayList<>();
        notes.add(demand(spec, memory, volumes));
        if (volumes.overflowChunks() > 0) {
            notes.add(margin(best, memory, volumes, candidates.size()));
            uniform(best, memory, volumes, notes);
            final OptionalLong least = best.verdict().schedulable()
                ? new Sensitivity(test, best.set()).smallestCapacityBytes(device) : OptionalLong.empty();
            least.ifPresent(bytes -> notes.add("with these volumes it holds down to a capacity of " + Sizes.format(bytes)));
        }
        return new Plan(best.set(), best.verdict(), changes(best, memory, volumes), notes);
    }

    private static int device(final TaskSet set) {
        final int device = set.tasks().getFirst().segments().getFirst().device();
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task task = set.tasks().get(i);
            if (task.segments().stream().anyMatch(segment -> segment.device() != device)) {
                throw new InvalidTaskSetException("tasks[" + i + "].segments", "task '" + task.name() + "' runs on another device than '"
                    + set.tasks().getFirst().name() + "'; rt-swap plans tasks on one device");
            }
        }
        final DeviceSpec spec = set.platform().devices().get(device);
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task task = set.tasks().get(i);
            if (task.segments().size() > 1 && spec.memory().map(DeviceMemory::protocol).orElse(SwapProtocol.SEQ) == SwapProtocol.OVL) {
                throw new InvalidTaskSetException("tasks[" + i + "].segments", "task '" + task.name() + "' has several segments, for which"
                    + " no sound test is known under 'protocol: ovl'; write 'protocol: seq' or 'protocol: spe', or make it one segment");
            }
        }
        if (spec.memory().isEmpty() && spec.kind() == DeviceKind.CPU) {
            throw new InvalidTaskSetException("platform.devices[" + device + "].kind", "rt-swap plans which memory of a GPU is swapped; '"
                + spec.name() + "' is a cpu device, whose memory nobody swaps");
        }
        if (spec.memory().isEmpty()) {
            throw new InvalidTaskSetException("platform.devices[" + device + "].name", "device '" + spec.name()
                + "' has no scheduled memory; give it memory, chunk, chunkIn and chunkOut");
        }
        return device;
    }

    private static Choice best(final SwapVolumes volumes, final List<long[]> candidates, final SchedulabilityTest test) {
        Choice best = null;
        for (final long[] chunks : candidates) {
            final TaskSet set = volumes.with(chunks);
            final Verdict verdict = test.analyze(set);
            final OptionalDouble factor = new Sensitivity(test, set).largestFactor();
            if (best == null || factor.orElse(0) > best.factor()) {
                best = new Choice(chunks, set, verdict, factor.orElse(0));
            }
        }
        return best;
    }

    private static String demand(final DeviceSpec spec, final DeviceMemory memory, final SwapVolumes volumes) {
        final long overflow = volumes.demandBytes() - memory.capacityBytes();
        final String what = spec.name() + ": the tasks need " + Sizes.format(volumes.demandBytes()) + " (" + memory.residency().text()
            + "), the capacity is " + Sizes.format(memory.capacityBytes());
        return overflow <= 0 ? what + "; everything fits at once, nothing needs to be swapped"
            : what + ": " + Sizes.format(overflow) + " too much, " + volumes.overflowChunks() + " chunks of "
                + Sizes.format(memory.chunkBytes());
    }

    private static String margin(final Choice best, final DeviceMemory memory, final SwapVolumes volumes, final int candidates) {
        final MemoryConditions conditions = MemoryConditions.of(best.set());
        final boolean pairs = memory.protocol() == SwapProtocol.OVL;
        return (pairs ? "MC1 and MC2 hold" : "MC1 holds") + ": beside any " + (pairs ? "two" : "one") + " of them the others can give up "
            + Sizes.format(conditions.givenBytes(pairs)) + " of the " + Sizes.format(conditions.overflowBytes())
            + " that are too much; best of " + candidates + " assignments, largest volume " + largest(best.chunks()) + " chunks";
    }

    private static long largest(final long[] chunks) {
        long most = 0;
        for (final long n : chunks) {
            most = Math.max(most, n);
        }
        return most;
    }

    /** What equal volumes would be, for the same tasks. */
    private static void uniform(final Choice best, final DeviceMemory memory, final SwapVolumes volumes, final List<String> notes) {
        int swapped = 0;
        for (final long n : best.chunks()) {
            swapped += n > 0 ? 1 : 0;
        }
        final int spared = memory.protocol() == SwapProtocol.OVL ? 2 : 1;
        if (swapped > spared) {
            final long each = Math.ceilDiv(volumes.overflowChunks(), swapped - spared);
            notes.add("equal volumes for the same " + swapped + " tasks would be " + each + " chunks each ("
                + Sizes.format(each * memory.chunkBytes()) + ")");
        }
    }

    private static List<Plan.Change> changes(final Choice best, final DeviceMemory memory, final SwapVolumes volumes) {
        final List<Plan.Change> changes = new ArrayList<>();
        for (int i = 0; i < best.chunks().length; i++) {
            final Task task = best.set().tasks().get(i);
            final SwapRegion region = SwapRegion.of(task, memory);
            final long footprint = task.memory().map(TaskMemory::footprintBytes).orElse(0L);
            final String share = Durations.format(Math.round(volumes.costShare(i) * 1e9)) + " a second and chunk";
            changes.add(best.chunks()[i] == 0
                ? new Plan.Change(task.name(), "never swapped", volumes.overflowChunks() == 0 ? "all fits"
                    : "dearest to move, " + share + ", and enough is given without it")
                : new Plan.Change(task.name(), "swap " + Sizes.format(best.chunks()[i] * memory.chunkBytes()) + ", " + best.chunks()[i]
                    + " chunks of its " + Sizes.format(footprint), share + (region.constantChunks() > 0 ? ", " + region.constantChunks()
                        + " of them constant" : "") + ", period " + Durations.format(task.periodNs())));
        }
        return changes;
    }
}
