// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.tactus.internal.analysis.Saturating;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * How much of each task may be out, and which tasks stream through a ring, chosen together under SEQ. One number m governs both: only one
 * job at a time needs its volume or its ring, so all tasks share a pool of m chunks. For every m tried, tasks give up to m chunks in the
 * order of what a chunk costs over time; where that is not enough, tasks whose constants are more than m chunks become rings of m, in the
 * order of what that costs for what it frees. Under SPE there are no rings, and every chunk of every task is charged a copy out as soon as
 * one task gives a chunk of state: so for every m volumes of constants alone are tried, too. Ours; a set here has its tasks on one device
 * with memory. Immutable.
 */
public final class StreamVolumes {
    /** Most pools that are tried; of more, so many evenly spread ones. */
    private static final int MOST_CANDIDATES = 96;

    private final TaskSet set;
    private final DeviceMemory memory;
    private final long chunkBytes;
    /** By task: all chunks that may be out, and of them those that hold constants only. */
    private final long[] all;
    private final long[] dropped;
    /** By task: chunks of constants, those of the largest segment; 0 where its segments' constants are not known. */
    private final long[] constants;
    private final long[] largest;
    private final double[] chunkRate;
    private final double[] ringRate;
    private final int[] cheapest;
    private final long overflowBytes;

    /**
     * Prepares the choice.
     *
     * @param set tasks with footprints on a device under SEQ or SPE; volumes and rings that they name are ignored
     */
    public StreamVolumes(final TaskSet set) {
        this.set = set;
        memory = set.platform().devices().get(set.tasks().getFirst().segments().getFirst().device()).memory().orElseThrow();
        chunkBytes = memory.chunkBytes();
        final int tasks = set.tasks().size();
        all = new long[tasks];
        dropped = new long[tasks];
        constants = new long[tasks];
        largest = new long[tasks];
        chunkRate = new double[tasks];
        ringRate = new double[tasks];
        long held = 0;
        long arena = 0;
        for (int i = 0; i < tasks; i++) {
            final Task task = set.tasks().get(i);
            final SwapRegion whole = region(task, task.memory().map(TaskMemory::footprintBytes).orElse(0L));
            final long bytes = whole.fixedBytes() + whole.chunks() * chunkBytes;
            held = Saturating.add(held, region(task, 0).fixedBytes());
            arena = Math.max(arena, whole.scratchBytes());
            all[i] = Math.min(whole.chunks(), region(task, 0).fixedBytes() / chunkBytes);
            dropped[i] = Math.min(all[i], whole.constantChunks());
            final boolean isDropped = whole.constantChunks() > 0 && memory.protocol() != SwapProtocol.SPE; // there all are charged alike
            chunkRate[i] = (double) (memory.chunkInNs() + (isDropped ? memory.chunkDropNs() : memory.chunkOutNs())) / task.periodNs();
            if (bytes > 0 && isStreamable(task, memory)) {
                constants[i] = whole.constantChunks();
                for (int k = 0; k < task.segments().size(); k++) {
                    final long chunks = chunks(task, k);
                    largest[i] = Math.max(largest[i], chunks);
                }
            }
            ringRate[i] = (double) (memory.chunkInNs() + memory.chunkDropNs()) / task.periodNs();
        }
        overflowBytes = Saturating.add(held, arena) - memory.capacityBytes();
        cheapest = IntStream.range(0, tasks).boxed().sorted(Comparator.comparingDouble(i -> chunkRate[i])).mapToInt(Integer::intValue)
            .toArray();
    }

    private long chunks(final Task task, final int segment) {
        final List<Long> bytes = task.memory().orElseThrow().segmentConstantBytes();
        return segment < bytes.size() ? Math.ceilDiv(bytes.get(segment), chunkBytes) : 0;
    }

    private SwapRegion region(final Task task, final long volumeBytes) {
        return SwapRegion.of(with(task, OptionalLong.of(volumeBytes), OptionalLong.empty()), memory);
    }

    private static Task with(final Task task, final OptionalLong swap, final OptionalLong stream) {
        return task.memory().map(own -> task.withMemory(own.withSwapBytes(swap).withStreamBytes(stream))).orElse(task);
    }

    /**
     * Tells whether a plan may let a task stream.
     *
     * @param task   of a set
     * @param memory of its device
     * @return true when what each of its several segments reads is known, and the device drops constants under SEQ
     */
    public static boolean isStreamable(final Task task, final DeviceMemory memory) {
        return task.segments().size() > 1 && task.memory().isPresent() && !task.memory().get().segmentConstantBytes().isEmpty()
            && memory.protocol() == SwapProtocol.SEQ && memory.residency() == Residency.SEMANTIC && task.choices().isEmpty();
    }

    /**
     * By how much all tasks together are larger than the memory.
     *
     * @return bytes, shared scratch counted once; 0 or less when everything fits at once
     */
    public long overflowBytes() {
        return overflowBytes;
    }

    /**
     * What a chunk of a task costs over time: in and out once a period.
     *
     * @param task index of the task
     * @return share of the copy engines
     */
    public double costShare(final int task) {
        return chunkRate[task];
    }

    /**
     * The candidates, smallest pool first. Each meets the memory condition MC1.
     *
     * @return sets with volumes and rings; one without any when everything fits, none when nothing is enough
     */
    public List<TaskSet> candidates() {
        final List<TaskSet> found = new ArrayList<>();
        if (overflowBytes <= 0) {
            found.add(set(new long[all.length], new long[all.length]));
            return found;
        }
        final long most = Math.min(memory.capacityBytes() / chunkBytes, Arrays.stream(all).max().orElse(0));
        final long steps = Math.min(most - 1, MOST_CANDIDATES - 1);
        for (long step = 0; step <= steps; step++) {
            final long pool = steps == most - 1 ? 1 + step : 1 + (long) ((double) (most - 1) * step / steps);
            add(pool, all, false, found);
            if (memory.protocol() == SwapProtocol.SEQ) {
                add(pool, all, true, found);
            } else if (!Arrays.equals(all, dropped)) {
                add(pool, dropped, false, found);
            }
        }
        return found;
    }

    /** The assignment for a pool: with rings only where volumes do not free enough, or with rings wherever they free more. */
    private void add(final long pool, final long[] givable, final boolean eager, final List<TaskSet> found) {
        final long needed = Math.ceilDiv(overflowBytes, chunkBytes) + pool;
        final long[] volume = new long[all.length];
        final long[] ring = new long[all.length];
        long freed = 0;
        if (!eager) {
            for (final int i : cheapest) {
                volume[i] = Math.min(Math.min(pool, givable[i]), needed - freed);
                freed += volume[i];
            }
        }
        if (freed < needed) {
            final List<Integer> large = IntStream.range(0, all.length).filter(i -> constants[i] > pool && largest[i] <= pool).boxed()
                .sorted(Comparator.comparingDouble(i -> ringRate[i] * constants[i] / (constants[i] - volume[i] + 1.0))).toList();
            for (final int i : large) {
                if (freed < needed) {
                    freed += constants[i] - volume[i];
                    volume[i] = 0;
                    ring[i] = pool;
                }
            }
        }
        for (final int i : cheapest) {
            if (ring[i] == 0) { // what rings have freed beyond the need stays in
                final long before = volume[i];
                volume[i] = Math.min(Math.min(pool, givable[i]), Math.max(0, needed - (freed - before)));
                freed += volume[i] - before;
            }
        }
        if (freed >= needed) {
            final TaskSet candidate = set(volume, ring);
            if (MemoryConditions.of(candidate).mc1()) {
                found.add(candidate);
            }
        }
    }

    private TaskSet set(final long[] volume, final long[] ring) {
        final List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < volume.length; i++) {
            final Task task = set.tasks().get(i);
            tasks.add(ring[i] > 0 ? with(task, OptionalLong.empty(), OptionalLong.of(ring[i] * chunkBytes))
                : with(task, OptionalLong.of(volume[i] * chunkBytes), OptionalLong.empty()));
        }
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }
}
