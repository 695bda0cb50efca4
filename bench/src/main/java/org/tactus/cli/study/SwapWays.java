// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.tactus.internal.plan.SwapPlanner;
import org.tactus.internal.plan.SwapVolumes;
import org.tactus.internal.time.Sizes;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.Residency;
import org.tactus.model.Segment;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/** The task sets of the swapping case study, made from one file. Immutable. */
final class SwapWays {
    /** Handling of one page fault besides its copies: chosen, since figures for it differ tenfold. */
    static final long FAULT_NS = 25_000;

    private final TaskSet set;
    private final DeviceSpec device;
    private final DeviceMemory memory;

    /**
     * One way to run the tasks.
     *
     * @param name    for the table
     * @param set     what is run
     * @param paged   true when demand paging adds to the executions
     * @param bounded true when its bounds are to hold
     */
    record Way(String name, TaskSet set, boolean paged, boolean bounded) {
    }

    /**
     * Takes the file's set.
     *
     * @param set   tasks on one device with memory; where any streams, the file's own way is one of the ways, and the others leave all
     *              volumes to the planner
     * @param scale what every size is divided by; chunks stay as many
     */
    SwapWays(final TaskSet set, final long scale) {
        device = set.platform().devices().getFirst();
        final DeviceMemory full = device.memory().orElseThrow();
        if (full.chunkBytes() % scale != 0) {
            throw new IllegalArgumentException("a scale of " + scale + " does not divide the chunk of " + Sizes.exact(full.chunkBytes()));
        }
        final DeviceMemory alone = new DeviceMemory(full.capacityBytes() / scale, full.chunkBytes() / scale, full.protocol(),
            full.chunkInNs(), full.chunkOutNs(), full.swapInOverheadNs(), full.swapOutOverheadNs(), full.residency(), full.chunkDropNs(),
            full.background());
        memory = full.duplex().map(alone::withDuplex).orElse(alone);
        final List<Task> tasks = new ArrayList<>();
        for (final Task task : set.tasks()) {
            final TaskMemory own = task.memory().orElseThrow();
            final OptionalLong swap = own.swapBytes().stream().map(bytes -> bytes / scale).findFirst();
            final long scratch = own.scratchBytes() / scale;
            final long state = own.stateBytes() / scale;
            final long footprint = scratch + state + own.constantBytes() / scale;
            tasks.add(task.withMemory(new TaskMemory(footprint, swap, Optional.empty(), scratch, state,
                own.segmentConstantBytes().stream().map(bytes -> bytes / scale).toList(),
                own.streamBytes().stream().map(bytes -> bytes / scale).findFirst())));
        }
        this.set = with(set, memory, tasks);
    }

    private TaskSet with(final TaskSet base, final DeviceMemory scheduled, final List<Task> tasks) {
        return new TaskSet(base.name(), base.policy(), base.overheads(), new Platform(List.of(device.withMemory(scheduled))), tasks);
    }

    /** In the order of their running: whole models last, since they pin the host's memory for all of each network. */
    List<Way> all() {
        return streams() ? List.of(streamed(), semantic(), demandPaging(), wholeModels())
            : List.of(copyEverything(), semantic(), scarce(), demandPaging(), wholeModels());
    }

    /** Whether tasks of the file stream: then they have several segments, and the file names no volumes. */
    boolean streams() {
        return set.tasks().stream().anyMatch(task -> task.memory().orElseThrow().streamBytes().isPresent());
    }

    /** As the file says. */
    private Way streamed() {
        return new Way("streamed", set, false, true);
    }

    /** Whether a task may leave the memory in the file's way. */
    private static boolean leaves(final Task task) {
        return task.memory().orElseThrow().isSwapped();
    }

    private static List<Task> withoutStreams(final List<Task> tasks) {
        return tasks.stream().map(task -> task.withMemory(task.memory().orElseThrow().withStreamBytes(OptionalLong.empty()))).toList();
    }

    DeviceMemory memory() {
        return memory;
    }

    /** Chunks of the tasks that the file swaps. */
    LongStream swapped() {
        final DeviceMemory all = memory.withResidency(Residency.COPY_ALL);
        return set.tasks().stream().mapToLong(task -> SwapRegion.of(task, all).chunks()).filter(chunks -> chunks > 0);
    }

    /** What each of those tasks must be able to give, if all give the same, so that any one of them can be in wholly. */
    long equalChunks() {
        return Math.ceilDiv(
            new SwapVolumes(copyEverything().set(), memory.protocol()).overflowChunks(), Math.max(1, swapped().count() - 1));
    }

    private Way copyEverything() {
        return new Way("copy everything", with(set, memory.withResidency(Residency.COPY_ALL), set.tasks()), false, true);
    }

    private Way semantic() {
        return new Way(streams() ? "as planned" : "semantic",
            new SwapPlanner().plan(with(set, memory.withResidency(Residency.SEMANTIC), withoutStreams(set.tasks()))).set(), false, true);
    }

    /** Semantic residency with a capacity as scarce, against what it needs, as the file's is against everything. */
    private Way scarce() {
        final TaskSet own = with(set, memory.withResidency(Residency.SEMANTIC), set.tasks());
        final double share = (double) memory.capacityBytes() / new SwapVolumes(copyEverything().set(), memory.protocol()).demandBytes();
        final long bytes = (long) (share * new SwapVolumes(own, memory.protocol()).demandBytes());
        final DeviceMemory small = memory.withResidency(Residency.SEMANTIC).withCapacityBytes(bytes);
        return new Way("semantic, scarce", new SwapPlanner().plan(with(set, small, set.tasks())).set(), false, true);
    }

    /** The tasks that the file swaps are in or out as a whole: a chunk is the largest of them, in whole chunks of the file's. */
    private Way wholeModels() {
        long largest = 1;
        for (final Task task : set.tasks()) {
            final TaskMemory own = task.memory().orElseThrow();
            largest = leaves(task) ? Math.max(largest, own.footprintBytes()) : largest;
        }
        final long chunks = Math.ceilDiv(largest, memory.chunkBytes());
        final DeviceMemory whole = new DeviceMemory(memory.capacityBytes(), chunks * memory.chunkBytes(), memory.protocol(),
            chunks * memory.chunkInNs(), chunks * memory.chunkOutNs(), memory.swapInOverheadNs(), memory.swapOutOverheadNs(),
            Residency.COPY_ALL, chunks * memory.chunkOutNs(), memory.background());
        final List<Task> tasks = set.tasks().stream().map(task -> {
            final TaskMemory own = task.memory().orElseThrow();
            return leaves(task) ? task.withMemory(own.withStreamBytes(OptionalLong.empty()).withSegmentConstantBytes(List.of())
                .withSwapBytes(OptionalLong.of(own.footprintBytes()))) : task;
        }).toList();
        return new Way("whole models", with(set, whole, tasks), false, false);
    }

    /** Nothing is scheduled; an execution may take as long as if every page were absent. */
    private Way demandPaging() {
        final PagedMemory pages = new PagedMemory(set, memory, FAULT_NS);
        final List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task task = set.tasks().get(i);
            final TaskMemory own = task.memory().orElseThrow().withSwapBytes(OptionalLong.empty()).withStreamBytes(OptionalLong.empty())
                .withSegmentConstantBytes(List.of());
            final long wcetNs = task.segments().stream().mapToLong(Segment::wcetNs).sum(); // pages know no segments
            tasks.add(task.withMemory(own).withSegments(List.of(task.segments().getFirst().withWcetNs(wcetNs + pages.worstNs(i)))));
        }
        // What is paged is modelled; the device only has to take all of it.
        final long heldBytes = tasks.stream().mapToLong(task -> task.memory().orElseThrow().footprintBytes()).sum();
        final DeviceMemory roomy = memory.withCapacityBytes(Math.max(memory.capacityBytes(), heldBytes));
        return new Way("demand paging", with(set, roomy, tasks), true, false);
    }
}
