// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tactus.model.SwapRegion;
import org.tactus.model.TaskSet;

/**
 * Knows only what a simulation tells, keeps for each chunk of each task whether it is in, and holds every move and every start against the
 * rules of units: a segment starts when what it needs is in, and nothing of it moves while it executes; no other job comes between the
 * segments of a job; never more is in than the memory and the task's ring hold; one move at a time.
 */
final class UnitObserver extends MoveObserver {
    private final boolean[][] in;
    private final boolean isUnit;
    private final List<Execution> executions = new ArrayList<>();
    private final List<List<Long>> aborted = new ArrayList<>();

    private record Execution(int task, long job, int segment, long startNs, long endNs) {
    }

    UnitObserver(final TaskSet set) {
        this(set, true);
    }

    /** Observes jobs that are units, or that others may come between. */
    UnitObserver(final TaskSet set, final boolean isUnit) {
        super(set);
        this.isUnit = isUnit;
        in = new boolean[regions.length][];
        for (int i = 0; i < regions.length; i++) {
            in[i] = new boolean[(int) regions[i].chunks()];
        }
    }

    /** Jobs that were aborted, because nobody could give what they needed. */
    int aborted() {
        return aborted.size();
    }

    /** Moves that overlapped an execution of the same task: what makes a unit shorter than loads and executions in a row. */
    long overlaps() {
        return moves.stream().filter(move -> executions.stream().anyMatch(execution -> execution.task() == move.task()
            && execution.startNs() < move.endNs() && execution.endNs() > move.startNs())).count();
    }

    /** The first rule that was broken, or an empty string. */
    String violation() {
        long used = 0;
        long arena = 0;
        for (final SwapRegion region : regions) {
            used += region.fixedBytes();
            arena = Math.max(arena, region.scratchBytes());
        }
        used += arena;
        if (used > memory.capacityBytes()) {
            return "";
        }
        moves.sort(Comparator.comparingLong(Move::endNs).thenComparingLong(Move::startNs));
        int next = 0;
        long idleNs = 0;
        for (final Move move : moves) {
            for (; next < executions.size() && executions.get(next).startNs() < move.endNs(); next++) {
                final String lacks = lacks(executions.get(next));
                if (!lacks.isEmpty()) {
                    return lacks;
                }
            }
            for (final Execution execution : executions) {
                if (execution.task() == move.task() && execution.startNs() < move.endNs() && execution.endNs() > move.startNs()
                    && move.first() < end(execution) && move.first() + move.chunks() > begin(execution)) {
                    return move + " during " + execution;
                }
            }
            if (move.startNs() < idleNs) {
                return move + " before the one before has ended, at " + idleNs;
            }
            idleNs = move.endNs();
            for (int c = move.first(); c < move.first() + move.chunks(); c++) {
                if (c < 0 || c >= in[move.task()].length || in[move.task()][c] == move.in()) {
                    return move + " of chunk " + c + ", which is so already";
                }
                in[move.task()][c] = move.in();
            }
            used += (move.in() ? 1 : -1) * move.chunks() * memory.chunkBytes();
            if (used > memory.capacityBytes()) {
                return move + " leaves " + used + " bytes in";
            }
            int resident = 0;
            for (final boolean chunk : in[move.task()]) {
                resident += chunk ? 1 : 0;
            }
            if (resident > regions[move.task()].volumeChunks()) {
                return move + " leaves " + resident + " chunks in, more than the ring";
            }
        }
        return units();
    }

    private int begin(final Execution execution) {
        return regions[execution.task()].firstChunks().get(execution.segment()).intValue();
    }

    private int end(final Execution execution) {
        return begin(execution) + (int) regions[execution.task()].chunksOf(execution.segment());
    }

    private String lacks(final Execution execution) {
        for (int c = begin(execution); c < end(execution); c++) {
            if (!in[execution.task()][c]) {
                return execution + " without chunk " + c;
            }
        }
        return "";
    }

    private String units() {
        for (int i = 1; i < executions.size() && isUnit; i++) {
            final Execution before = executions.get(i - 1);
            final Execution after = executions.get(i);
            final boolean goesOn = before.segment() + 1 < regions[before.task()].firstChunks().size()
                && !aborted.contains(List.of((long) before.task(), before.job()));
            if (goesOn && (after.task() != before.task() || after.job() != before.job() || after.segment() != before.segment() + 1)) {
                return after + " inside the unit of " + before;
            }
        }
        return "";
    }

    @Override
    public void onSegment(
        final int device, final int task, final long job, final int segment, final long startNs, final long endNs) {
        executions.add(new Execution(task, job, segment, startNs, endNs));
    }

    @Override
    public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
        aborted.add(List.of((long) task, job)); // no room: its set breaks a memory condition
    }
}
