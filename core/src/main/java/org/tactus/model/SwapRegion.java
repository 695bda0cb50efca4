// SPDX-License-Identifier: Apache-2.0
package org.tactus.model;

import java.util.ArrayList;
import java.util.List;

/**
 * The layout of a task in a device's memory: a part that stays, and a region of chunks 0 to {@link #chunks()} that may leave. The chunks
 * of constants come first, since dropping them costs least, and of these the last segment's first: chunks come in from the last to the
 * first, so a job's first segment has what it needs first.
 * <pre>
 *   0       firstChunk(K-1)+..   firstChunk(1)      firstChunk(0)     constantChunks           chunks
 *   +-------------------------+--------------------+----------------+-------------------------+
 *   | constants of segment K-1 | ... of segment 1   | of segment 0   | state                   |   &lt;-- loads go this way
 *   +-------------------------+--------------------+----------------+-------------------------+
 * </pre>
 *
 * <p>Without a ring, the chunks that are out are always a prefix of the region, because chunks leave in ascending and come back in
 * descending order. With a ring, which holds only constants, at most {@link #ringChunks()} are in at once, and they leave in descending
 * order, too: a job drops what its finished segments needed to make room for what its next ones need.
 *
 * @param fixedBytes     bytes of its own that never leave
 * @param scratchBytes   bytes that it needs of the arena that all tasks of the device share
 * @param constantChunks chunks 0 to this one are constant: they leave without a copy
 * @param stateChunks    the rest, copied both ways; a chunk of both classes counts here
 * @param firstChunks    by segment, the first of the chunks that it needs, descending: segment k needs those from its own first chunk on to
 *                       the first chunk of the segment before, segment 0 those to the end. One whose chunks do not leave needs none
 * @param ringChunks     the most chunks that may be in at once; 0 without a ring, when that is all of them
 */
public record SwapRegion(
    long fixedBytes, long scratchBytes, long constantChunks, long stateChunks, List<Long> firstChunks, long ringChunks) {
    /** Of a task that occupies nothing. */
    public static final SwapRegion NONE = new SwapRegion(0, 0, 0, 0, List.of(0L), 0);

    public SwapRegion {
        firstChunks = List.copyOf(firstChunks);
    }

    /**
     * Lays a task out.
     *
     * @param task   the task
     * @param memory the device's memory
     * @return how it lies there; the swap volume in whole chunks, and never more than there is besides scratch; of a task that streams
     *     the whole region, with a ring unless its budget holds all constants
     */
    public static SwapRegion of(final Task task, final DeviceMemory memory) {
        if (task.memory().isEmpty()) {
            return NONE;
        }
        final TaskMemory own = task.memory().get();
        final boolean copyAll = memory.residency() == Residency.COPY_ALL;
        final long scratch = copyAll ? 0 : own.scratchBytes();
        final int segments = task.segments().size();
        final List<Long> bySegment = chunksBySegment(own, segments, memory.chunkBytes());
        final long known = bySegment.stream().mapToLong(Long::longValue).sum();
        final long rounding = bySegment.isEmpty() ? 0 : known * memory.chunkBytes() - own.segmentConstantBytes().stream()
            .mapToLong(Long::longValue).sum();
        final long held = own.footprintBytes() - scratch + rounding;
        final long constants = bySegment.isEmpty() ? own.constantBytes() : known * memory.chunkBytes();
        final long volume = Math.min(held, own.streamBytes().isPresent() ? constants : own.swapBytes().orElse(0));
        final long chunks = Math.ceilDiv(volume, memory.chunkBytes());
        final long constant = copyAll ? 0 : Math.min(chunks, constants / memory.chunkBytes());
        final long ring = own.streamBytes().isPresent() ? own.streamBytes().getAsLong() / memory.chunkBytes() : chunks;
        return new SwapRegion(held - volume, scratch, constant, chunks - constant, firstChunks(bySegment, segments, chunks),
            ring < chunks ? ring : 0);
    }

    /** Whole chunks of the constants of each segment; empty when they are not known. */
    private static List<Long> chunksBySegment(final TaskMemory own, final int segments, final long chunkBytes) {
        final List<Long> all = new ArrayList<>();
        for (int k = 0; k < segments && !own.segmentConstantBytes().isEmpty(); k++) {
            final long bytes = k < own.segmentConstantBytes().size() ? own.segmentConstantBytes().get(k) : 0;
            all.add(Math.ceilDiv(bytes, chunkBytes));
        }
        return all;
    }

    /** Where nothing is known of the segments, all chunks are the first one's. */
    private static List<Long> firstChunks(final List<Long> bySegment, final int segments, final long chunks) {
        final Long[] first = new Long[segments];
        long at = 0;
        for (int k = segments - 1; k >= 0; k--) {
            first[k] = Math.min(chunks, at);
            at += bySegment.isEmpty() ? 0 : bySegment.get(k);
        }
        return List.of(first);
    }

    /**
     * Chunks of the whole region.
     *
     * @return 0 for a task that is never swapped
     */
    public long chunks() {
        return constantChunks + stateChunks;
    }

    /**
     * The most chunks that are in at once, all of which may be out at once: the task's volume in the memory conditions.
     *
     * @return the ring's chunks, or those of the whole region without one
     */
    public long volumeChunks() {
        return ringChunks > 0 ? ringChunks : chunks();
    }

    /**
     * Chunks that a segment needs beyond those of the segments before it.
     *
     * @param segment its place, from 0
     * @return 0 when nothing of it leaves
     */
    public long chunksOf(final int segment) {
        return (segment == 0 ? chunks() : firstChunks.get(segment - 1)) - firstChunks.get(segment);
    }

    /**
     * Tells how a chunk leaves.
     *
     * @param chunk its index
     * @return true when it is dropped, false when it is copied out
     */
    public boolean isConstant(final long chunk) {
        return chunk < constantChunks;
    }
}
