// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.internal.analysis.Saturating;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * How much of each task may be swapped out: the sweep over the largest volume. For every m that can work, tasks get up to m chunks in
 * the order of what a chunk costs over time (c_in + c_out) / T, ties by slack, until what the memory condition needs is reached; for a
 * fixed m no choice asks for less utilisation. Ours: the paper's algorithm is not public. A set here has one-segment tasks on one
 * device with memory, and no volumes yet. Immutable.
 */
public final class SwapVolumes {
    /** Most largest volumes that are tried; of more, so many evenly spread ones. */
    private static final int MOST_CANDIDATES = 4096;

    private final TaskSet set;
    private final DeviceMemory memory;
    private final int spared;
    private final long needed;
    private final long demandBytes;
    private final double[] rate;
    private final long[] most;
    private final int[] order;

    /**
     * Prepares the sweep.
     *
     * @param set      tasks with footprints; volumes that they name are ignored
     * @param protocol OVL needs room beside any two tasks, the others beside any one
     */
    public SwapVolumes(final TaskSet set, final SwapProtocol protocol) {
        this.set = set;
        memory = set.platform().devices().get(set.tasks().getFirst().segments().getFirst().device()).memory().orElseThrow();
        spared = protocol == SwapProtocol.OVL ? 2 : 1;
        most = new long[set.tasks().size()];
        rate = new double[most.length];
        long total = 0;
        long arena = 0;
        for (int i = 0; i < most.length; i++) {
            final Task task = set.tasks().get(i);
            final SwapRegion all = SwapRegion.of(withSwap(task, task.memory().map(TaskMemory::footprintBytes).orElse(0L)), memory);
            final long held = task.memory().map(own -> own.footprintBytes() - all.scratchBytes()).orElse(0L);
            most[i] = held / memory.chunkBytes();
            total = Saturating.add(total, held);
            arena = Math.max(arena, all.scratchBytes());
            rate[i] = (double) (memory.chunkInNs() + (all.constantChunks() > 0 ? memory.chunkDropNs() : memory.chunkOutNs()))
                / task.periodNs();
        }
        demandBytes = Saturating.add(total, arena);
        needed = Math.max(0, Math.ceilDiv(demandBytes - memory.capacityBytes(), memory.chunkBytes()));
        order = IntStream.range(0, most.length).boxed().sorted((a, b) -> {
            final int byRate = Double.compare(rate[a], rate[b]);
            return byRate != 0 ? byRate : Long.compare(slack(set.tasks().get(b)), slack(set.tasks().get(a)));
        }).mapToInt(Integer::intValue).toArray();
    }

    private static Task withSwap(final Task task, final long bytes) {
        return task.memory().map(own -> task.withMemory(own.withSwapBytes(OptionalLong.of(bytes)))).orElse(task);
    }

    private static long slack(final Task task) {
        return task.deadlineNs() - task.segments().getFirst().wcetNs();
    }

    /**
     * The overflow in chunks.
     *
     * @return 0 when everything fits at once
     */
    public long overflowChunks() {
        return needed;
    }

    /**
     * What all tasks need at once.
     *
     * @return bytes, shared scratch counted once
     */
    public long demandBytes() {
        return demandBytes;
    }

    /**
     * What a chunk of a task costs over time: in and out once a period.
     *
     * @param task index of the task
     * @return share of the copy engines
     */
    public double costShare(final int task) {
        return rate[task];
    }

    /**
     * Gives every task the largest volume that it can have.
     *
     * @return the set with them
     */
    public TaskSet withEverything() {
        return with(most);
    }

    /**
     * The candidates, smallest largest volume first; at most {@value #MOST_CANDIDATES}.
     *
     * @return volumes in chunks by task; one candidate of zeros when everything fits; none when no volumes are enough
     */
    public List<long[]> candidates() {
        final List<long[]> found = new ArrayList<>();
        if (needed == 0) {
            found.add(new long[most.length]);
            return found;
        }
        if (most.length <= spared) {
            return found;
        }
        final long least = Math.ceilDiv(needed, most.length - spared);
        final long steps = Math.min(needed - least, MOST_CANDIDATES - 1);
        for (long step = 0; step <= steps; step++) {
            final long m = steps == needed - least ? least + step : least + (long) ((double) (needed - least) * step / steps);
            final long[] chunks = new long[most.length];
            long total = 0;
            for (final int i : order) {
                chunks[i] = Math.min(Math.min(m, most[i]), needed + spared * m - total);
                total += chunks[i];
            }
            if (enough(chunks)) {
                found.add(chunks);
            }
        }
        return found;
    }

    private boolean enough(final long[] chunks) {
        long total = 0;
        long first = 0;
        long second = 0;
        for (final long chunk : chunks) {
            total += chunk;
            if (chunk > first) {
                second = first;
                first = chunk;
            } else if (chunk > second) {
                second = chunk;
            }
        }
        return total - first - (spared == 2 ? second : 0) >= needed;
    }

    /**
     * Gives tasks their volumes.
     *
     * @param chunks volumes in chunks by task
     * @return the set with them
     */
    public TaskSet with(final long[] chunks) {
        final List<Task> tasks = new ArrayList<>(chunks.length);
        for (int i = 0; i < chunks.length; i++) {
            tasks.add(withSwap(set.tasks().get(i), chunks[i] * memory.chunkBytes()));
        }
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    /**
     * Takes the first candidate that a test accepts.
     *
     * @param test a swap test of the protocol
     * @return the set with its volumes; empty when the test accepts none
     */
    public Optional<TaskSet> firstAccepted(final SchedulabilityTest test) {
        for (final long[] chunks : candidates()) {
            final TaskSet candidate = with(chunks);
            if (test.analyze(candidate).schedulable()) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
