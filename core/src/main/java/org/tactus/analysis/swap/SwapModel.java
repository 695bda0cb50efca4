package org.tactus.analysis.swap;

import org.tactus.analysis.Saturating;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Overheads;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * A set of one-segment tasks on one swapping device as arrays, machine overheads charged. Immutable after construction. Times are
 * nanoseconds; an index is a rank in the order that was given. Symbols as in {@code swap.md}: C execution, W swapping, E demand,
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
    final long stall;
    final long overhead;

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
        final Overheads machine = set.overheads();
        stall = machine.stallNs();
        overhead = Saturating.add(machine.dispatchNs(), machine.completionNs());
        final DeviceMemory memory = memory(set);
        int swapping = 0;
        for (int i = 0; i < tasks; i++) {
            final Task task = task(i);
            exec[i] = Saturating.add(task.segments().getFirst().wcetNs(), overhead);
            period[i] = task.periodNs();
            deadline[i] = task.deadlineNs();
            jitter[i] = Saturating.add(task.jitterNs(), machine.releaseJitterNs());
            chunks[i] = MemoryConditions.chunks(task, memory);
            swapping += chunks[i] > 0 ? 1 : 0;
        }
        charge(protocol, memory, swapping);
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

    private void charge(final SwapProtocol protocol, final DeviceMemory memory, final int swapping) {
        final long beginIn = Saturating.add(memory.swapInOverheadNs(), overhead);
        final long beginOut = Saturating.add(memory.swapOutOverheadNs(), overhead);
        final long in = Saturating.add(memory.chunkInNs(), beginIn);
        final long out = Saturating.add(memory.chunkOutNs(), beginOut);
        for (int i = 0; i < tasks; i++) {
            final boolean swaps = chunks[i] > 0;
            if (protocol == SwapProtocol.SPE) {
                swap[i] = Saturating.multiply(chunks[i], Saturating.add(in, out));
                demand[i] = Saturating.add(exec[i], Saturating.multiply(2, swap[i]));
                last[i] = exec[i];
                region[i] = swaps ? Math.max(exec[i], Math.max(in, out)) : exec[i];
                continue;
            }
            final long victims = Math.min(chunks[i], swapping - 1L);
            final long each = Saturating.add(memory.chunkInNs(), memory.chunkOutNs());
            swap[i] = swaps ? Saturating.add(Saturating.multiply(chunks[i], each),
                Saturating.add(beginIn, Saturating.multiply(victims, beginOut))) : 0;
            demand[i] = Saturating.add(exec[i], swap[i]);
            last[i] = demand[i];
            region[i] = demand[i];
        }
    }
}
