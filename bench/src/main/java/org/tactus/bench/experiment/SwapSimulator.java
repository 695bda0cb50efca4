package org.tactus.bench.experiment;

import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * The three swap protocols under EDF, chunk by chunk in virtual time: periodic jobs at their WCET, no machine overheads, every
 * chunk at its worst time. The production simulator knows no memory; this one is only for experiments. Victims are the tasks that ran
 * last, as in RT-Swap. Used by one thread.
 */
final class SwapSimulator {
    private static final int NONE = -1;
    private static final long NEVER = Long.MAX_VALUE;

    final long[] largestNs;
    private final int tasks;
    private final SwapProtocol protocol;
    private final DeviceMemory memory;
    private final long[] exec;
    private final long[] period;
    private final long[] deadline;
    private final long[] most;
    private final long[] out;
    private final long[] release;
    private final long[] dispatchedNs;
    private long residentBytes;
    private int executing = NONE;
    private long executionEnd = NEVER;
    private int loading = NONE;
    private long chunkEnd = NEVER;
    private boolean chunkIsIn;

    SwapSimulator(final TaskSet set, final SwapProtocol protocol) {
        this.protocol = protocol;
        memory = set.platform().devices().getFirst().memory().orElseThrow();
        tasks = set.tasks().size();
        largestNs = new long[tasks];
        exec = new long[tasks];
        period = new long[tasks];
        deadline = new long[tasks];
        most = new long[tasks];
        out = new long[tasks];
        release = new long[tasks];
        dispatchedNs = new long[tasks];
        for (int i = 0; i < tasks; i++) {
            final Task task = set.tasks().get(i);
            exec[i] = task.segments().getFirst().wcetNs();
            period[i] = task.periodNs();
            deadline[i] = task.deadlineNs();
            final long volume = task.memory().map(m -> m.swapBytes().orElse(0)).orElse(0L);
            most[i] = Math.ceilDiv(volume, memory.chunkBytes());
            out[i] = most[i];
            residentBytes += task.memory().map(TaskMemory::footprintBytes).orElse(0L) - volume;
        }
    }

    /** Runs from the given offsets, everything out at first; whether a job missed its deadline. Ends with the first miss. */
    boolean misses(final long[] offsets, final long durationNs) {
        System.arraycopy(offsets, 0, release, 0, tasks);
        long now = 0;
        while (now < durationNs) {
            if (chunkEnd == now) {
                chunkEnd = NEVER;
                if (chunkIsIn) {
                    out[loading]--;
                }
            }
            if (executionEnd == now && complete(now)) {
                return true;
            }
            decide(now);
            long next = Math.min(chunkEnd, executionEnd);
            for (int i = 0; i < tasks; i++) {
                if (release[i] > now) {
                    next = Math.min(next, release[i]);
                }
            }
            now = next;
        }
        return false;
    }

    private boolean complete(final long now) {
        final int done = executing;
        final long response = now - release[done];
        largestNs[done] = Math.max(largestNs[done], response);
        release[done] += period[done];
        executing = NONE;
        executionEnd = NEVER;
        return response > deadline[done];
    }

    private void decide(final long now) {
        while (chunkEnd == NEVER) {
            if (protocol != SwapProtocol.OVL && executing != NONE) {
                return;
            }
            if (loading == NONE || protocol == SwapProtocol.SPE) {
                loading = best(now);
            }
            if (loading == NONE) {
                return;
            }
            if (out[loading] > 0) {
                move(now);
                return;
            }
            if (executing != NONE) {
                return;
            }
            executing = loading;
            executionEnd = now + exec[executing];
            dispatchedNs[executing] = now;
            loading = NONE;
        }
    }

    private int best(final long now) {
        int best = NONE;
        for (int i = 0; i < tasks; i++) {
            if (i != executing && release[i] <= now
                && (best == NONE || release[i] + deadline[i] < release[best] + deadline[best])) {
                best = i;
            }
        }
        return best;
    }

    private void move(final long now) {
        final long wanted = protocol == SwapProtocol.SPE ? 1 : out[loading];
        chunkIsIn = residentBytes + wanted * memory.chunkBytes() <= memory.capacityBytes();
        if (chunkIsIn) {
            residentBytes += memory.chunkBytes();
            chunkEnd = now + memory.chunkInNs();
            return;
        }
        int victim = NONE;
        for (int j = 0; j < tasks; j++) {
            if (j != loading && j != executing && out[j] < most[j] && (victim == NONE || dispatchedNs[j] > dispatchedNs[victim])) {
                victim = j;
            }
        }
        if (victim == NONE) {
            throw new IllegalStateException("no victim is left: the memory condition does not hold");
        }
        out[victim]++;
        residentBytes -= memory.chunkBytes();
        chunkEnd = now + memory.chunkOutNs();
    }
}
