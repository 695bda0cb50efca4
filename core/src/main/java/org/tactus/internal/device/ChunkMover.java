// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.device;

/**
 * Moves chunks of a task's swappable region between the host and a device's memory, one operation at a time. Called by the device's
 * dispatcher only; no method waits or allocates.
 *
 * <p>A region is chunks 0 to n, and the chunks that are out are always a prefix of it. Therefore chunks leave in ascending order and come
 * back in descending order, and an operation that ends early leaves a prefix out as well.
 *
 * <p>Of a task with a ring ({@link org.tactus.model.SwapRegion#ringChunks()}) chunks leave in descending order, too, and what is in are at
 * most two runs: below, what an earlier job has left; above, what the job under way has brought in. It drops chunks of segments that have
 * ended and brings others in while another segment of the same task executes; so does a task of several segments without a ring, which
 * brings in while it executes and drops nothing.
 */
public interface ChunkMover {
    /**
     * The operation broke: {@link #failure} says how. It has ended, its copies included, its task will not run any more, and none of the
     * operation's chunks, moved before or not, occupies memory: what can be unmapped was.
     */
    int FAILED = -1;

    /**
     * Takes chunks out, the first one first: copies what must be copied, then unmaps. Nothing is under way, no
     * segment that needs them runs, and, but for a ring, chunks before the first one are out.
     *
     * @param slot       the task's slot
     * @param firstChunk the first chunk
     * @param count      how many, above 0
     * @param nowNs      now
     */
    void startOut(int slot, int firstChunk, int count, long nowNs);

    /**
     * Brings chunks in, the last one first. Maps at most one more than it copies, so that a cancel undoes no more than one chunk.
     * Nothing is under way, and all of the chunks are out, and, but for a ring, those before them.
     *
     * @param slot       the task's slot
     * @param firstChunk the first chunk
     * @param count      how many, above 0
     * @param nowNs      now
     */
    void startIn(int slot, int firstChunk, int count, long nowNs);

    /**
     * Limits how many chunks the operation under way brings in, until a later call allows more; without a call all are. Called right after
     * {@link #startIn}, which brings one in at least, where others' chunks go out by another mover meanwhile. An operation that has brought
     * in what it may waits; when it is cancelled then, it ends.
     *
     * @param chunks how many of it have room, from 1 to all, never fewer than before
     * @param nowNs  now
     */
    void allow(int chunks, long nowNs);

    /**
     * Says that the operation under way, just begun or not, will not be cancelled, except at the end of a run: then it may be some chunks
     * ahead of what {@link #poll} tells. Does nothing when none is under way.
     *
     * @param alone whether nothing executes before it ends, so that a call for several chunks holds up nobody
     */
    default void commit(final boolean alone) {
        // it is never ahead
    }

    /**
     * Asks how far the operation is. Those chunks are out, or usable by a segment that is started next.
     *
     * @param nowNs now
     * @return chunks of the current or last operation that are done since it began, or {@link #FAILED}
     */
    int poll(long nowNs);

    /**
     * Tells whether an operation is under way.
     *
     * @return false once {@link #poll} has told of its last chunk: all are done, or it was cancelled, or it broke
     */
    boolean isMoving();

    /**
     * When the chunk under way will be done, as {@link Device#endsNs}.
     *
     * @return {@code Long.MAX_VALUE} when nothing moves or the engines do not know
     */
    default long endsNs() {
        return Long.MAX_VALUE;
    }

    /**
     * Ends the operation after the chunk under way; the others stay as they were. One that was mapped ahead is unmapped: the time
     * of both is part of {@code swapInOverhead}. May be repeated, and does nothing when none is under way.
     */
    void cancel();

    /**
     * Lets go of the chunks that a stopped task has in, without moving any, for others to be brought into. None of them is moving. What
     * the control thread then forgets ({@link Device#forget}) has no chunk any more.
     *
     * @param slot the task's slot
     */
    default void surrender(final int slot) {
        // a mover without a pool has no chunk to give
    }

    /**
     * Hands chunks in which nothing lies over to the control thread, whose memory a task that joins needs for what never leaves of it. So
     * many are free, and nothing is under way.
     *
     * @param chunks how many, as {@link Device#joining} has told
     */
    default void retire(final int chunks) {
        // a mover without a pool has no chunk to give
    }

    /**
     * Why the last operation broke.
     *
     * @return the cause, or null
     */
    Throwable failure();
}
