// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tactus.internal.policy.JobListener;
import org.tactus.model.DeviceMemory;
import org.tactus.model.SwapRegion;
import org.tactus.model.TaskSet;

/** Knows only what a simulation tells, and holds it against the rules of a swapping device once the run has ended. */
final class SwapObserver implements JobListener, SegmentListener {
    private static final int MOST_MOVES = 100_000;

    private final DeviceMemory memory;
    private final SwapRegion[] regions;
    private final long[] largestNs;
    private final List<Move> moves = new ArrayList<>();
    private final List<Execution> executions = new ArrayList<>();

    private record Move(int task, boolean in, int first, int chunks, long startNs, long endNs) {
    }

    private record Execution(int task, long startNs, long endNs) {
    }

    SwapObserver(final TaskSet set) {
        memory = set.platform().devices().getFirst().memory().orElseThrow();
        regions = set.tasks().stream().map(task -> SwapRegion.of(task, memory)).toArray(SwapRegion[]::new);
        largestNs = new long[regions.length];
    }

    long[] largestNs() {
        return largestNs;
    }

    /** The first rule that was broken, or an empty string. */
    String violation(final boolean fits) {
        long used = 0;
        long arena = 0;
        for (final SwapRegion region : regions) {
            used += region.fixedBytes();
            arena = Math.max(arena, region.scratchBytes());
        }
        used += arena;
        final boolean everythingFits = used <= memory.capacityBytes();
        final long[] out = new long[regions.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = regions[i].chunks();
        }
        moves.sort(Comparator.comparingLong(Move::endNs).thenComparingLong(Move::startNs));
        int next = 0;
        long idleNs = 0;
        for (final Move move : moves) {
            for (; next < executions.size() && executions.get(next).startNs() < move.endNs(); next++) {
                final Execution execution = executions.get(next);
                // What ends later than an execution starts is not in yet; a move of that very task is caught below.
                if (out[execution.task()] != 0) {
                    return execution + " with " + out[execution.task()] + " chunks out";
                }
            }
            for (int k = next - 1; k >= 0 && executions.get(k).endNs() > move.startNs(); k--) {
                if (executions.get(k).task() == move.task()) {
                    return move + " during " + executions.get(k);
                }
            }
            if (move.startNs() < idleNs) {
                return move + " before the one before has ended, at " + idleNs;
            }
            idleNs = move.endNs();
            final long chunks = move.in() ? -move.chunks() : move.chunks();
            final long expected = move.in() ? out[move.task()] - move.chunks() : out[move.task()];
            out[move.task()] += chunks;
            used -= chunks * memory.chunkBytes();
            if (move.first() != expected || out[move.task()] < 0 || out[move.task()] > regions[move.task()].chunks()) {
                return move + " leaves " + out[move.task()] + " out";
            }
            if (used > memory.capacityBytes() && everythingFits) {
                return move + " leaves " + used + " bytes in";
            }
        }
        return fits && !everythingFits ? "what never leaves does not fit" : "";
    }

    @Override
    public void onMove(
        final int device, final int task, final boolean in, final int first, final int chunks, final long startNs, final long endNs) {
        if (moves.size() == MOST_MOVES) {
            throw new AssertionError("moves without an end: " + moves.subList(MOST_MOVES - 8, MOST_MOVES));
        }
        moves.add(new Move(task, in, first, chunks, startNs, endNs));
    }

    @Override
    public void onSegment(
        final int device, final int task, final long job, final int segment, final long startNs, final long endNs) {
        executions.add(new Execution(task, startNs, endNs));
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
