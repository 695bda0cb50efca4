// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tactus.model.SwapRegion;
import org.tactus.model.TaskSet;

/** Knows only what a simulation tells, and holds it against the rules of a swapping device once the run has ended. */
final class SwapObserver extends MoveObserver {
    private final List<Execution> executions = new ArrayList<>();

    private record Execution(int task, long startNs, long endNs) {
    }

    SwapObserver(final TaskSet set) {
        super(set);
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
    public void onSegment(
        final int device, final int task, final long job, final int segment, final long startNs, final long endNs) {
        executions.add(new Execution(task, startNs, endNs));
    }
}
