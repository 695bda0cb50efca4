// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.tactus.internal.policy.PolicyState.NONE;

/**
 * Chooses speculative moves: for the first waiting job while another job executes, otherwise for the task that is expected to run next.
 * A move starts only where it makes no bound larger ({@code docs/proofs/swapping.md}, "Background"): either it ends within the WCET of
 * the executing job, or every job that may be taken up meanwhile still gets its memory within its analysed swap time, although it first
 * waits for the chunk that is moving. Called by the dispatcher only. Allocation-free.
 */
final class BackgroundSwaps {
    private final PolicyState state;
    private final DeviceScheduler scheduler;
    private final ResidencyTable table;
    private final SwapCosts costs;
    private final boolean on;
    private int slot;
    private int count;
    private int target;
    private boolean whole;
    private boolean idleAnswer;
    private int askedFirst;
    private int askedRunning;
    private long askedStartNs;

    BackgroundSwaps(
        final PolicyState state, final DeviceScheduler scheduler, final ResidencyTable table, final SwapCosts costs, final boolean on) {
        this.state = state;
        this.scheduler = scheduler;
        this.table = table;
        this.costs = costs;
        this.on = on;
    }

    /** Forgets the last answer WAIT, because a change may have made a move worthwhile. */
    void reconsider() {
        idleAnswer = false;
    }

    int slot() {
        return slot;
    }

    int count() {
        return count;
    }

    /** The slot of the task that the move makes room for, or brings in. */
    int target() {
        return target;
    }

    /** Whether the move is all of an operation that the job itself would ask for, so that it may go on as the job's own. */
    boolean isWhole() {
        return whole;
    }

    /** Answers WAIT, MOVE_IN or MOVE_OUT. Costs one comparison while nothing has changed since the last WAIT. */
    int decide(final int first, final long nowNs) {
        final int running = scheduler.running();
        final long startNs = running == NONE ? 0 : state.buffer.getLong(state.jobOffset(running) + JobDescriptor.START_OFFSET);
        if (!on || idleAnswer && askedFirst == first && askedRunning == running && askedStartNs == startNs) {
            return SwapScheduler.WAIT;
        }
        final int move = pick(first, running, startNs, nowNs);
        idleAnswer = move == SwapScheduler.WAIT;
        askedFirst = first;
        askedRunning = running;
        askedStartNs = startNs;
        return move;
    }

    private int pick(final int first, final int running, final long startNs, final long nowNs) {
        target = first == NONE ? usedNext(running) : first;
        if (target == NONE || table.out(target) == 0 || table.ring(target) > 0 || state.isStopRequested(target)) {
            return SwapScheduler.WAIT;
        }
        final long budgetNs = running == NONE ? Long.MIN_VALUE : startNs + state.wcetNs(running) - nowNs;
        final int wanted = table.wantedNext(target);
        final long room = wanted - table.freeChunks();
        if (room <= 0) {
            return bringIn(wanted, wanted, running, budgetNs);
        }
        final int victim = table.victim(target, running, true, first == NONE ? table.nextUseNs(target) : Long.MIN_VALUE);
        if (victim != NONE) {
            slot = victim;
            final int most = (int) Math.min(room, table.gives(victim));
            count = Math.max(within(budgetNs, costs.beginOutNs(), costs.outNs(), most), harmless(false, most, running));
            whole = count == most;
            return count > 0 ? SwapScheduler.MOVE_OUT : SwapScheduler.WAIT;
        }
        return bringIn((int) Math.max(0, table.freeChunks()), wanted, running, budgetNs);
    }

    private int bringIn(final int most, final int wanted, final int running, final long budgetNs) {
        slot = target;
        count = Math.max(within(budgetNs, costs.beginInNs(), costs.inNs(), most), harmless(true, most, running));
        whole = count == wanted;
        return count > 0 ? SwapScheduler.MOVE_IN : SwapScheduler.WAIT;
    }

    private int usedNext(final int running) {
        int best = NONE;
        for (int i = 0, n = table.size(); i < n; i++) {
            final int other = table.member(i);
            if (other != running && table.out(other) > 0 && table.ring(other) == 0 && table.nextUseNs(other) != Long.MAX_VALUE
                && (best == NONE || table.nextUseNs(other) < table.nextUseNs(best)
                    || table.nextUseNs(other) == table.nextUseNs(best) && table.order(other) < table.order(best))) {
                best = other;
            }
        }
        return best;
    }

    private static int within(final long budgetNs, final long beginNs, final long chunkNs, final int most) {
        if (budgetNs < beginNs + chunkNs) {
            return 0;
        }
        return chunkNs == 0 ? most : (int) Math.min(most, (budgetNs - beginNs) / chunkNs);
    }

    /** The most chunks that may move without making any job's wait longer than analysed, whenever that job is taken up. */
    private int harmless(final boolean in, final int most, final int running) {
        int chunks = most;
        while (chunks > 0 && !(isHarmless(in, 1, running) && isHarmless(in, chunks, running))) {
            chunks = chunks > 4 ? chunks * 3 / 4 : chunks - 1;
        }
        return chunks;
    }

    private boolean isHarmless(final boolean in, final int chunks, final int running) {
        final long restNs = in ? costs.beginInNs() + costs.inNs() : costs.beginOutNs() + costs.outNs();
        final long free = table.freeChunks() + (in ? -chunks : chunks);
        for (int i = 0, n = table.size(); i < n; i++) {
            final int other = table.member(i);
            final int out = table.out(other) + (other != slot ? 0 : in ? -chunks : chunks);
            if (other != running && out > 0
                && (table.segments(other) > 1 || restNs + table.waitNs(other, out, free) > table.mostNs(other))) {
                return false;
            }
        }
        return true;
    }
}
