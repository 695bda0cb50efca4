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
 * @param perChunk   true where every chunk is charged as an operation of its own
 */
record SwapCosts(long chunkBytes, long inNs, long outNs, long dropNs, long beginInNs, long beginOutNs, boolean perChunk) {

    static SwapCosts of(final DeviceMemory memory, final Overheads machine) {
        final long overheadNs = machine.dispatchNs() + machine.completionNs();
        return new SwapCosts(memory.chunkBytes(), memory.chunkInNs(), memory.chunkOutNs(), memory.chunkDropNs(),
            memory.swapInOverheadNs() + overheadNs, memory.swapOutOverheadNs() + overheadNs, memory.protocol() == SwapProtocol.SPE);
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
        return beginInNs + chunks * inNs + Math.min(evictions, victims) * beginOutNs + (evictions - dropped) * outNs + dropped * dropNs;
    }

    /** The longest that one operation takes, of whose chunks some are dropped. */
    long moveNs(final boolean in, final int chunks, final int dropped) {
        return in ? beginInNs + chunks * inNs : beginOutNs + (chunks - dropped) * outNs + dropped * dropNs;
    }
}
