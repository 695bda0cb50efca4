// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import java.util.List;
import org.tactus.internal.analysis.Saturating;
import org.tactus.internal.analysis.StallTime;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Overheads;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * A set of tasks on one swapping device as arrays, machine overheads charged. Immutable after construction. Times are
 * nanoseconds; an index is a rank in the order that was given. Symbols as in {@code swapping.md}: C execution, W swapping, E demand,
 * F what is not preempted at the end, rho the longest piece that blocks others, J release jitter.
 */
final class SwapModel {
    final TaskSet set;
    final int[] order;
    final int tasks;
    final long[] exec;
    final long[] swap;
    final long[] demand;
    final long[] region;
    final long[] last;
    final long[] period;
    final long[] deadline;
    final long[] jitter;
    final long[] chunks;
    final StallTime stalled;
    /** Part of exec: what the machine adds to the segments. */
    final long[] overhead;
    private final long[][] segments;

    SwapModel(final TaskSet set, final SwapProtocol protocol, final int[] order) {
        this.set = set;
        this.order = order.clone();
        tasks = order.length;
        exec = new long[tasks];
        swap = new long[tasks];
        demand = new long[tasks];
        region = new long[tasks];
        last = new long[tasks];
        period = new long[tasks];
        deadline = new long[tasks];
        jitter = new long[tasks];
        chunks = new long[tasks];
        overhead = new long[tasks];
        segments = new long[tasks][];
        final int device = set.tasks().getFirst().segments().getFirst().device();
        final Overheads machine = set.charged();
        // What blocks under SEQ and SPE has started a nanosecond before the window: that nanosecond may be stalled, too.
        stalled = StallTime.of(set, List.of(device), Saturating.add(StallTime.lead(set), protocol == SwapProtocol.OVL ? 0 : 1));
        final long added = Saturating.add(set.dispatchNs(device), machine.completionNs());
        final DeviceMemory memory = memory(set);
        final SwapRegion[] regions = new SwapRegion[tasks];
        for (int i = 0; i < tasks; i++) {
            final Task task = task(i);
            segments[i] = task.segments().stream().mapToLong(segment -> Saturating.add(segment.wcetNs(), added)).toArray();
            for (final long ns : segments[i]) {
                exec[i] = Saturating.add(exec[i], ns);
            }
            overhead[i] = Saturating.multiply(segments[i].length, added);
            period[i] = task.periodNs();
            deadline[i] = task.deadlineNs();
            jitter[i] = Saturating.add(task.jitterNs(), machine.jitterNs(task.release()));
            regions[i] = SwapRegion.of(task, memory);
            chunks[i] = regions[i].chunks();
        }
        charge(protocol, memory, regions, added);
    }

    Task task(final int rank) {
        return set.tasks().get(order[rank]);
    }

    String device() {
        return set.platform().devices().get(task(0).segments().getFirst().device()).name();
    }

    double load(final int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) demand[i] / period[i];
        }
        return sum;
    }

    static DeviceMemory memory(final TaskSet set) {
        final int device = set.tasks().getFirst().segments().getFirst().device();
        return set.platform().devices().get(device).memory().orElseThrow();
    }

    private void charge(final SwapProtocol protocol, final DeviceMemory memory, final SwapRegion[] regions, final long added) {
        final long beginIn = Saturating.add(memory.swapInOverheadNs(), added);
        final long beginOut = Saturating.add(memory.swapOutOverheadNs(), added);
        long swapping = 0;
        long state = 0;
        long constant = 0;
        for (final SwapRegion laidOut : regions) {
            swapping += laidOut.chunks() > 0 ? 1 : 0;
            state = Saturating.add(state, laidOut.stateChunks());
            constant = Saturating.add(constant, laidOut.volumeChunks() - laidOut.stateChunks());
        }
        final long in = Saturating.add(memory.chunkInNs(), beginIn);
        final long out = Saturating.add(state == 0 && constant > 0 ? memory.chunkDropNs() : memory.chunkOutNs(), beginOut);
        for (int i = 0; i < tasks; i++) {
            final boolean swaps = chunks[i] > 0;
            if (protocol == SwapProtocol.SPE) {
                swap[i] = Saturating.multiply(chunks[i], Saturating.add(in, out));
                demand[i] = Saturating.add(exec[i], Saturating.multiply(2, swap[i]));
                last[i] = segments[i][segments[i].length - 1];
                for (final long ns : segments[i]) { // a more urgent job may go first between two of them
                    region[i] = Math.max(region[i], ns);
                }
                region[i] = swaps ? Math.max(region[i], Math.max(in, out)) : region[i];
                continue;
            }
            final long own = regions[i].volumeChunks() - regions[i].stateChunks();
            final UnitTime unit = new UnitTime(
                memory, beginIn, beginOut, added, swapping - (swaps ? 1 : 0), state - regions[i].stateChunks(), constant - own,
                protocol == SwapProtocol.SEQ && memory.duplex().isPresent());
            demand[i] = Math.max(exec[i], unit.boundNs(regions[i], segments[i]));
            swap[i] = demand[i] - exec[i];
            last[i] = demand[i];
            region[i] = demand[i];
        }
    }
}
