// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import org.tactus.internal.policy.SwapScheduler;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;

/**
 * One direction of a device's copy engines in virtual time: one operation at a time, chunk after chunk, as far as chunks have room. A chunk
 * that would begin at the instant of a cancel does not begin.
 */
final class VirtualMover {
    private final DeviceMemory memory;
    private final SwapRegion[] regions;
    private final boolean random;
    private final boolean in;
    private int task;
    private int first;
    private int count;
    private int granted;
    private int done;
    private boolean moving;
    private boolean cancelled;
    private boolean ending;
    private long beganNs;
    private long chunkNs;
    private long dueNs = SwapSimulation.NOTHING_DUE;

    VirtualMover(final DeviceMemory memory, final SwapRegion[] regions, final boolean in, final boolean random) {
        this.memory = memory;
        this.regions = regions;
        this.in = in;
        this.random = random;
    }

    /** Begins an operation; when it is due for the first time. */
    long begin(final SwapScheduler swaps, final long nowNs, final long overheadNs, final SeededRandom draws) {
        task = swaps.chosenSlot();
        first = swaps.firstChunk();
        count = swaps.count();
        granted = in ? swaps.granted() : count;
        done = 0;
        moving = true;
        cancelled = false;
        ending = false;
        beganNs = nowNs;
        chunkNs = nowNs + overheadNs + (in ? memory.swapInOverheadNs() : memory.swapOutOverheadNs());
        dueNs = chunkNs + lengthNs(swaps, draws);
        return dueNs;
    }

    /** The chunk that is moved next. */
    private int chunk() {
        return in || regions[task].ringChunks() > 0 ? first + count - 1 - done : first + done;
    }

    private long lengthNs(final SwapScheduler swaps, final SeededRandom draws) {
        final boolean isDropped = !in && regions[task].isConstant(chunk());
        final long aloneNs = in ? memory.chunkInNs() : isDropped ? memory.chunkDropNs() : memory.chunkOutNs();
        final long worstNs = !swaps.isPaired(in) ? aloneNs
            : memory.duplex().map(both -> in ? both.inNs() : isDropped ? both.dropNs() : both.outNs()).orElse(aloneNs);
        return random && worstNs > 0 ? 1 + draws.upTo(worstNs - 1) : worstNs;
    }

    boolean isDue(final long nowNs) {
        return dueNs != SwapSimulation.NOTHING_DUE && dueNs <= nowNs; // later when the dispatcher was stalled
    }

    /** Something is due; when the next thing is, or nothing when the operation has ended, or waits for room. */
    long advance(
        final SwapScheduler swaps, final int device, final long nowNs, final long completionNs, final SeededRandom draws,
        final SegmentListener listener) {
        if (!ending) {
            listener.onChunk(device, task, in, chunk(), chunkNs, nowNs);
            done++;
            if (done < count && !cancelled) {
                return done < granted ? next(swaps, nowNs, draws) : none();
            }
            ending = true;
            if (completionNs > 0) {
                dueNs = nowNs + completionNs; // until the dispatcher has seen it
                return dueNs;
            }
        }
        moving = false;
        return none();
    }

    private long next(final SwapScheduler swaps, final long nowNs, final SeededRandom draws) {
        chunkNs = nowNs;
        dueNs = nowNs + lengthNs(swaps, draws);
        return dueNs;
    }

    private long none() {
        dueNs = SwapSimulation.NOTHING_DUE;
        return dueNs;
    }

    private boolean isWaiting() {
        return moving && !ending && dueNs == SwapSimulation.NOTHING_DUE;
    }

    /** More chunks have room; when the next one is due, if the operation had waited for it. */
    long grant(final SwapScheduler swaps, final long nowNs, final SeededRandom draws) {
        granted = swaps.granted();
        return isWaiting() ? next(swaps, nowNs, draws) : SwapSimulation.NOTHING_DUE;
    }

    /** Ends the operation after its chunk; true when none has begun, so that it is due now. */
    boolean cancel(final long nowNs) {
        if (!moving) {
            return false;
        }
        cancelled = true;
        if (isWaiting() || !ending && done > 0 && chunkNs == nowNs) {
            ending = true;
            dueNs = nowNs;
            return true;
        }
        return false;
    }

    boolean isMoving() {
        return moving;
    }

    int done() {
        return done;
    }

    int task() {
        return task;
    }

    /** The lowest chunk that was moved. */
    int first() {
        return in || regions[task].ringChunks() > 0 ? first + count - done : first;
    }

    long beganNs() {
        return beganNs;
    }
}
