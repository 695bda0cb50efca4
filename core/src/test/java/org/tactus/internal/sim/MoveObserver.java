// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.List;
import org.tactus.internal.policy.JobListener;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.TaskSet;

/** Knows only what a simulation of one swapping device tells: its moves, and the largest response of each task. */
abstract class MoveObserver implements JobListener, SegmentListener {
    private static final int MOST_MOVES = 100_000;

    final DeviceMemory memory;
    final SwapRegion[] regions;
    final List<Move> moves = new ArrayList<>();
    private final long[] largestNs;

    record Move(int task, boolean in, int first, int chunks, long startNs, long endNs) {
    }

    MoveObserver(final TaskSet set) {
        memory = set.platform().devices().getFirst().memory().orElseThrow();
        regions = set.tasks().stream().map(task -> SwapRegion.of(task, memory)).toArray(SwapRegion[]::new);
        largestNs = new long[regions.length];
    }

    long[] largestNs() {
        return largestNs;
    }

    @Override
    public void onMove(
        final int device, final int task, final boolean brings, final int first, final int chunks, final long startNs, final long endNs) {
        if (moves.size() == MOST_MOVES) {
            throw new AssertionError("moves without an end: " + moves.subList(MOST_MOVES - 8, MOST_MOVES));
        }
        moves.add(new Move(task, brings, first, chunks, startNs, endNs));
    }

    @Override
    public void onTransit(
        final int from, final int to, final int task, final long job, final int segment, final long leaveNs, final long arriveNs) {
        throw new IllegalStateException("there is one device");
    }

    @Override
    public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
        // told again when it ends
    }

    @Override
    public void onSkip(final int task, final long nominalNs, final long nowNs) {
        // a release behind a full backlog
    }

    @Override
    public void onOverrun(final int task, final long job, final int segment, final long beyondNs, final long endNs) {
        throw new IllegalStateException("no execution is longer than its WCET");
    }

    @Override
    public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        largestNs[task] = Math.max(largestNs[task], endNs - nominalNs);
    }

    @Override
    public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        // no room: its set breaks a memory condition
    }

    @Override
    public void onStopped(final int task, final long nowNs) {
        // nothing follows
    }
}
