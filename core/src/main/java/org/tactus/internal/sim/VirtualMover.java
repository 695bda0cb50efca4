// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import org.tactus.internal.policy.SwapScheduler;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;

/**
 * One device's copy engines in virtual time: one operation at a time, chunk after chunk. A chunk that would begin at the instant of
 * a cancel does not begin.
 */
final class VirtualMover {
    private final DeviceMemory memory;
    private final SwapRegion[] regions;
    private final boolean random;
    private int task;
    private boolean in;
    private int first;
    private int count;
    private int done;
    private boolean cancelled;
    private boolean ending;
    private long beganNs;
    private long chunkNs;
    private long dueNs = SwapSimulation.NOTHING_DUE;

    VirtualMover(final DeviceMemory memory, final SwapRegion[] regions, final boolean random) {
        this.memory = memory;
        this.regions = regions;
        this.random = random;
    }

    /** Begins an operation; when it is due for the first time. */
    long begin(final SwapScheduler swaps, final boolean brings, final long nowNs, final long overheadNs, final SeededRandom draws) {
        task = swaps.chosenSlot();
        in = brings;
        first = swaps.firstChunk();
        count = swaps.count();
        done = 0;
        cancelled = false;
        ending = false;
        beganNs = nowNs;
        chunkNs = nowNs + overheadNs + (in ? memory.swapInOverheadNs() : memory.swapOutOverheadNs());
        dueNs = chunkNs + lengthNs(draws);
        return dueNs;
    }

    private long lengthNs(final SeededRandom draws) {
        final int chunk = in ? first + count - 1 - done : first + done;
        final long worstNs = in ? memory.chunkInNs() : regions[task].isConstant(chunk) ? memory.chunkDropNs() : memory.chunkOutNs();
        return random && worstNs > 0 ? 1 + draws.upTo(worstNs - 1) : worstNs;
    }

    boolean isDue(final long nowNs) {
        return dueNs != SwapSimulation.NOTHING_DUE && dueNs <= nowNs; // later when the dispatcher was stalled
    }

    /** Something is due; when the next thing is, or nothing when the operation has ended. */
    long advance(final long nowNs, final long completionNs, final SeededRandom draws) {
        if (!ending) {
            done++;
            if (done < count && !cancelled) {
                chunkNs = nowNs;
                dueNs = nowNs + lengthNs(draws);
                return dueNs;
            }
            ending = true;
            if (completionNs > 0) {
                dueNs = nowNs + completionNs; // until the dispatcher has seen it
                return dueNs;
            }
        }
        dueNs = SwapSimulation.NOTHING_DUE;
        return dueNs;
    }

    /** Ends the operation after its chunk; true when none has begun, so that it is due now. */
    boolean cancel(final long nowNs) {
        cancelled = true;
        if (!ending && done > 0 && chunkNs == nowNs) {
            ending = true;
            dueNs = nowNs;
            return true;
        }
        return false;
    }

    int done() {
        return done;
    }

    int task() {
        return task;
    }

    boolean in() {
        return in;
    }

    /** The lowest chunk that was moved. */
    int first() {
        return in || regions[task].ringChunks() > 0 ? first + count - done : first;
    }

    long beganNs() {
        return beganNs;
    }
}
