// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.util.List;

/** Counts the moves of chunks on one device. Written by its dispatcher; other threads read exact values after the dispatcher has ended. */
public final class SwapCounts {
    private long movesIn;
    private long movesOut;
    private long chunksIn;
    private long chunksOut;
    private long chunksDropped;
    private long chunksBackground;
    private long cancelled;
    private long busyNs;
    private long overruns;
    private double largestShare;
    private long mostUsedBytes;
    private final LongMoves longMoves = new LongMoves();

    /**
     * A move that took longer than it is charged.
     *
     * @param slot       the task's slot
     * @param generation the task's generation
     * @param in         whether it brought chunks in
     * @param beganNs    when it began, in the clock of the run
     * @param tookNs     how long it took, nanoseconds
     * @param allowedNs  what it is charged, nanoseconds
     */
    public record LongMove(int slot, int generation, boolean in, long beganNs, long tookNs, long allowedNs) {
    }

    void used(final long bytes) {
        mostUsedBytes = Math.max(mostUsedBytes, bytes);
    }

    /** Nothing moves any more, and something did for so long. */
    void busy(final long ns) {
        busyNs += ns;
    }

    void moved(final boolean in, final int chunks, final int dropped, final boolean background, final boolean cut, final long tookNs,
        final long allowedNs) {
        if (in) {
            movesIn++;
            chunksIn += chunks;
        } else {
            movesOut++;
            chunksOut += chunks;
            chunksDropped += dropped;
        }
        chunksBackground += background ? chunks : 0;
        cancelled += cut ? 1 : 0;
        overruns += tookNs > allowedNs ? 1 : 0;
        largestShare = allowedNs > 0 ? Math.max(largestShare, (double) tookNs / allowedNs) : largestShare;
    }

    void took(final int slot, final int generation, final boolean in, final long beganNs, final long tookNs, final long allowedNs) {
        if (tookNs > allowedNs) {
            longMoves.add(slot, generation, in, beganNs, tookNs, allowedNs);
        }
    }

    /**
     * The first of the operations that took longer than the set says, in their order.
     *
     * @return some dozens at most; {@link #overruns} counts all
     */
    public List<LongMove> longMoves() {
        return longMoves.all();
    }

    /**
     * Operations that brought chunks in.
     *
     * @return a count
     */
    public long movesIn() {
        return movesIn;
    }

    /**
     * Operations that took chunks out.
     *
     * @return a count
     */
    public long movesOut() {
        return movesOut;
    }

    /**
     * Chunks brought in.
     *
     * @return a count
     */
    public long chunksIn() {
        return chunksIn;
    }

    /**
     * Chunks taken out, dropped ones included.
     *
     * @return a count
     */
    public long chunksOut() {
        return chunksOut;
    }

    /**
     * Chunks taken out without a copy.
     *
     * @return a count
     */
    public long chunksDropped() {
        return chunksDropped;
    }

    /**
     * Chunks that moved while no job waited for the copy engines.
     *
     * @return a count
     */
    public long chunksBackground() {
        return chunksBackground;
    }

    /**
     * Operations that were ended early.
     *
     * @return a count
     */
    public long cancelled() {
        return cancelled;
    }

    /**
     * Time during which chunks moved, one way or both.
     *
     * @return nanoseconds
     */
    public long busyNs() {
        return busyNs;
    }

    /**
     * Operations that took longer than the set says that their chunks can.
     *
     * @return a count
     */
    public long overruns() {
        return overruns;
    }

    /**
     * The largest share of its worst-case time that an operation took.
     *
     * @return above 1 for an overrun
     */
    public double largestShare() {
        return largestShare;
    }

    /**
     * The most that was in use at once.
     *
     * @return bytes
     */
    public long mostUsedBytes() {
        return mostUsedBytes;
    }
}
