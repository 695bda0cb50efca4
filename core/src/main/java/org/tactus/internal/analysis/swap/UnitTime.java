// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import org.tactus.internal.analysis.Saturating;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;

/**
 * The longest that a job of several segments takes as one unit under SEQ, when loads of later segments overlap executions of earlier ones.
 * Formulas ours, proofs in {@code docs/proofs/swapping.md}, "Units of several segments". Immutable; times are nanoseconds, sums saturate.
 */
final class UnitTime {
    private final DeviceMemory memory;
    private final long beginInNs;
    private final long beginOutNs;
    /** What the begin and the end of an operation take of the thread that moves both ways; part of the two before. */
    private final long callsNs;
    /** Other tasks that can give chunks. */
    private final long givers;
    /** Chunks of those tasks that are copied out, and that are dropped. */
    private final long state;
    private final long constant;
    /** Whether what is lacking comes in while others' chunks go out. */
    private final boolean duplex;

    UnitTime(
        final DeviceMemory memory, final long beginInNs, final long beginOutNs, final long callsNs, final long givers, final long state,
        final long constant, final boolean duplex) {
        this.memory = memory;
        this.beginInNs = beginInNs;
        this.beginOutNs = beginOutNs;
        this.callsNs = callsNs;
        this.givers = givers;
        this.state = state;
        this.constant = constant;
        this.duplex = duplex;
    }

    /**
     * Bounds a unit.
     *
     * @param region how the task lies in the memory
     * @param execNs execution time of each segment, overheads included
     * @return E: from the moment when it is taken up to its end
     */
    long boundNs(final SwapRegion region, final long[] execNs) {
        return region.ringChunks() > 0 ? streamed(region, execNs) : pipelined(region, execNs);
    }

    /** Loads 1 to j one after the other, then the executions from j on; the longest of these paths. */
    private long pipelined(final SwapRegion region, final long[] execNs) {
        long restNs = 0;
        for (final long ns : execNs) {
            restNs = Saturating.add(restNs, ns);
        }
        long longestNs = 0;
        long loads = 0;
        long chunks = 0;
        for (int k = 0; k < execNs.length; k++) {
            loads += region.chunksOf(k) > 0 ? 1 : 0;
            chunks += region.chunksOf(k);
            longestNs = Math.max(longestNs, Saturating.add(loadNs(loads, chunks), restNs));
            restNs -= restNs == Long.MAX_VALUE ? 0 : execNs[k];
        }
        return longestNs;
    }

    /** What so many operations that bring so many chunks in take, with all evictions for them. */
    private long loadNs(final long loads, final long chunks) {
        if (loads == 0) {
            return 0;
        }
        final long victims = givers == 0 ? 0 : Math.min(chunks, loads + givers - 1);
        final long dropped = Math.min(Math.max(0, chunks - state), constant);
        if (duplex) {
            return pairedNs(memory.duplex().orElseThrow(), loads, chunks, victims, chunks - dropped);
        }
        return Saturating.add(Saturating.add(Saturating.multiply(loads, beginInNs), Saturating.multiply(chunks, memory.chunkInNs())),
            Saturating.add(Saturating.multiply(victims, beginOutNs), Saturating.add(
                Saturating.multiply(chunks - dropped, memory.chunkOutNs()), Saturating.multiply(dropped, memory.chunkDropNs()))));
    }

    /**
     * The same where both directions move at once. A load waits for the first chunk that goes out; from then on each chunk that goes out
     * goes beside one that comes in, and the last one comes in alone.
     */
    private long pairedNs(
        final DeviceMemory.Duplex both, final long loads, final long chunks, final long operations, final long copied) {
        final long aloneNs = Saturating.add(Saturating.multiply(loads, beginInNs), Saturating.multiply(chunks, both.inNs()));
        if (operations == 0) {
            return aloneNs;
        }
        final long firstCopied = Math.min(loads, copied);
        final long alsoCopied = copied - firstCopied;
        final long firstsNs = Saturating.add(Saturating.multiply(loads, Saturating.add(beginOutNs, Saturating.add(beginInNs, both.inNs()))),
            Saturating.add(Saturating.multiply(firstCopied, both.outNs()), Saturating.multiply(loads - firstCopied, both.dropNs())));
        final long slowestNs = copied > 0 ? both.outNs() : both.dropNs();
        final long beginsNs = Math.max(callsNs,
            Math.max(Saturating.add(slowestNs, beginOutNs), both.inNs()) - Math.max(slowestNs, both.inNs()));
        return Saturating.add(Saturating.add(firstsNs, Saturating.multiply(Math.max(0, operations - loads), beginsNs)),
            Saturating.add(Saturating.multiply(alsoCopied, Math.max(both.outNs(), both.inNs())),
                Saturating.multiply(chunks - loads - alsoCopied, Math.max(both.dropNs(), both.inNs()))));
    }

    /** Load k waits for load k - 1 and for the segments before p(k), whose chunks make room in the ring. */
    private long streamed(final SwapRegion region, final long[] execNs) {
        final long[] endNs = new long[execNs.length + 1];
        long loadedNs = 0;
        int first = 0; // p(k)
        long held = 0; // chunks of first to k
        for (int k = 0; k < execNs.length; k++) {
            final long chunks = region.chunksOf(k);
            held += chunks;
            while (held > region.ringChunks()) {
                held -= region.chunksOf(first++);
            }
            if (chunks > 0) {
                final long cleared = Math.min(chunks, givers == 0 ? 1 : 2);
                final long moveNs = Saturating.multiply(chunks, Saturating.add(memory.chunkInNs(), memory.chunkDropNs()));
                final long wholeNs = Saturating.add(Saturating.add(moveNs, beginInNs), Saturating.multiply(cleared, beginOutNs));
                loadedNs = Saturating.add(Math.max(loadedNs, endNs[first]), wholeNs);
            }
            endNs[k + 1] = Saturating.add(Math.max(endNs[k], loadedNs), execNs[k]);
        }
        final long copied = Saturating.multiply(Math.min(state, region.ringChunks()), memory.chunkOutNs() - memory.chunkDropNs());
        final long more = Saturating.multiply(1 + Math.min(Math.max(0, givers - 1), region.ringChunks()), beginOutNs);
        return Saturating.add(endNs[execNs.length], Saturating.add(copied, more));
    }
}
