// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import org.tactus.model.DeviceMemory;
import org.tactus.model.Overheads;
import org.tactus.model.SwapProtocol;

/**
 * Worst-case times of moving chunks, as the analysis charges them ({@code docs/proofs/swapping.md}). Immutable.
 *
 * @param chunkBytes bytes of a chunk
 * @param inNs       one chunk in
 * @param outNs      one chunk out
 * @param dropNs     one constant chunk out
 * @param beginInNs  an operation in, besides its chunks: what the device says and what its dispatcher adds
 * @param beginOutNs an operation out, besides its chunks
 * @param callsNs    what its dispatcher adds, which is part of the two before
 * @param perChunk   true where every chunk is charged as an operation of its own
 * @param duplex     true where what a job lacks comes in while others' chunks go out; then the following are charged for both
 * @param pairInNs   one chunk in beside one that goes out
 * @param pairOutNs  one chunk out beside one that comes in
 * @param pairDropNs one constant chunk out beside one that comes in
 */
record SwapCosts(
    long chunkBytes, long inNs, long outNs, long dropNs, long beginInNs, long beginOutNs, long callsNs, boolean perChunk, boolean duplex,
    long pairInNs, long pairOutNs, long pairDropNs) {

    static SwapCosts of(final DeviceMemory memory, final Overheads machine) {
        final long overheadNs = machine.dispatchNs() + machine.completionNs();
        final DeviceMemory.Duplex both = memory.duplex().orElse(new DeviceMemory.Duplex(0, 0, 0));
        return new SwapCosts(memory.chunkBytes(), memory.chunkInNs(), memory.chunkOutNs(), memory.chunkDropNs(),
            memory.swapInOverheadNs() + overheadNs, memory.swapOutOverheadNs() + overheadNs, overheadNs,
            memory.protocol() == SwapProtocol.SPE, memory.isDuplex(), both.inNs(), both.outNs(), both.dropNs());
    }

    /**
     * The longest that a job waits for its chunks when nothing else moves.
     *
     * @param chunks    to bring in
     * @param evictions to make room, of other tasks
     * @param victims   tasks that can give chunks
     * @param state     chunks of those tasks that are copied out
     * @param constant  chunks of those tasks that are dropped
     * @param copies    whether any chunk of any task is copied out
     */
    long jobNs(
        final long chunks, final long evictions, final long victims, final long state, final long constant, final boolean copies) {
        if (chunks == 0) {
            return 0;
        }
        if (perChunk) {
            return chunks * (inNs + beginInNs) + evictions * ((copies ? outNs : dropNs) + beginOutNs);
        }
        final long dropped = Math.min(Math.max(0, evictions - state), constant);
        if (duplex) {
            final long operations = Math.min(evictions, victims);
            return beginInNs + Math.max(chunks * pairInNs + operations * callsNs,
                operations == 0 ? 0 : pairedNs(evictions, operations, evictions - dropped));
        }
        return beginInNs + chunks * inNs + Math.min(evictions, victims) * beginOutNs + (evictions - dropped) * outNs + dropped * dropNs;
    }

    /** From the first eviction to the end of a load in which every chunk waits for one: the longest path through both directions. */
    private long pairedNs(final long evictions, final long operations, final long copied) {
        final long slowestNs = copied > 0 ? pairOutNs : pairDropNs;
        final long alsoCopied = Math.max(0, copied - 1);
        return beginOutNs + slowestNs + alsoCopied * Math.max(pairOutNs, pairInNs)
            + (evictions - 1 - alsoCopied) * Math.max(pairDropNs, pairInNs)
            + (operations - 1) * Math.max(callsNs, Math.max(slowestNs + beginOutNs, pairInNs) - Math.max(slowestNs, pairInNs)) + pairInNs;
    }

    /**
     * The longest that one operation takes, of whose chunks some are dropped; what it waits for chunks of the other direction is no part
     * of it, and the begin of each operation of that direction is.
     */
    long moveNs(final boolean in, final int chunks, final int dropped, final boolean paired, final int heldUp) {
        if (paired) {
            return heldUp * callsNs
                + (in ? beginInNs + chunks * pairInNs : beginOutNs + (chunks - dropped) * pairOutNs + dropped * pairDropNs);
        }
        return in ? beginInNs + chunks * inNs : beginOutNs + (chunks - dropped) * outNs + dropped * dropNs;
    }
}
