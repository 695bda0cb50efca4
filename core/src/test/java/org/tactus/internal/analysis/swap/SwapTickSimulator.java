// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import java.util.SplittableRandom;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;

/**
 * The three protocols tick by tick, written from their description alone: random sporadic releases with jitter, random execution
 * times, victims drawn among those that the analysis allows. Shares nothing with the code under test.
 */
final class SwapTickSimulator {
    private static final int NONE = -1;

    private final SwapCase set;
    private final PolicyKind policy;
    private final SwapProtocol protocol;
    private final SplittableRandom random;
    private final boolean synchronous;
    final int[] worst;
    boolean stuck;

    private final int tasks;
    private final int[] out;
    private final int[] nominal;
    private final int[] visible;
    private final int[] remaining;
    private final int[] nextNominal;
    private int resident;
    private int executing = NONE;
    private int executingLeft;
    private int loading = NONE;
    private int chunkLeft;
    private boolean chunkIsIn;

    SwapTickSimulator(final SwapCase set, final PolicyKind policy, final SwapProtocol protocol, final SplittableRandom random) {
        this.set = set;
        this.policy = policy;
        this.protocol = protocol;
        this.random = random;
        synchronous = random.nextInt(3) == 0;
        tasks = set.exec().length;
        worst = new int[tasks];
        out = new int[tasks];
        nominal = new int[tasks];
        visible = new int[tasks];
        remaining = new int[tasks];
        nextNominal = new int[tasks];
        for (int i = 0; i < tasks; i++) {
            out[i] = set.chunks()[i];
            resident += set.footprint()[i] - out[i];
            nextNominal[i] = synchronous ? 0 : random.nextInt(2 * set.period()[i]);
        }
    }

    void run(final int ticks) {
        for (int now = 0; now < ticks && !stuck; now++) {
            release(now);
            finish(now);
            if (protocol == SwapProtocol.OVL) {
                overlap(now);
            } else {
                serial(now);
            }
        }
    }

    private void release(final int now) {
        for (int i = 0; i < tasks; i++) {
            if (remaining[i] == 0 && nextNominal[i] <= now) {
                nominal[i] = nextNominal[i];
                final int most = set.jitter()[i] + (int) set.overheads().releaseJitterNs();
                visible[i] = Math.max(now, nominal[i] + (random.nextBoolean() ? most : random.nextInt(most + 1)));
                final int cost = set.exec()[i] + (int) (set.overheads().dispatchNs() + set.overheads().completionNs());
                remaining[i] = random.nextInt(4) == 0 ? random.nextInt(1, cost + 1) : cost;
                nextNominal[i] += set.period()[i] + (synchronous || random.nextInt(3) > 0 ? 0 : random.nextInt(set.period()[i]));
            }
        }
    }

    private void finish(final int now) {
        if (executing != NONE && executingLeft == 0) {
            worst[executing] = Math.max(worst[executing], now - nominal[executing]);
            remaining[executing] = 0;
            executing = NONE;
            release(now);
        }
    }

    private int best(final int now, final int except) {
        int best = NONE;
        for (int i = 0; i < tasks; i++) {
            if (i != except && remaining[i] > 0 && visible[i] <= now && i != executing && (best == NONE || above(i, best))) {
                best = i;
            }
        }
        return best;
    }

    private boolean above(final int i, final int j) {
        final int a = set.deadline()[i] + (policy == PolicyKind.EDF ? nominal[i] : 0);
        final int b = set.deadline()[j] + (policy == PolicyKind.EDF ? nominal[j] : 0);
        if (a != b) {
            return a < b;
        }
        if (policy == PolicyKind.EDF && nominal[i] != nominal[j]) {
            return nominal[i] < nominal[j];
        }
        return i < j;
    }

    /** SEQ and SPE: one thing at a time. */
    private void serial(final int now) {
        if (executing != NONE) {
            executingLeft--;
            return;
        }
        if (chunkLeft == 0 && (loading == NONE || protocol == SwapProtocol.SPE)) {
            loading = best(now, NONE);
        }
        if (loading != NONE && step()) {
            begin();
            executingLeft--;
        }
    }

    /** OVL: a load slot beside the execution slot. */
    private void overlap(final int now) {
        boolean moved = false;
        while (true) {
            if (loading == NONE) {
                loading = best(now, NONE);
            }
            if (loading != NONE && !moved) {
                moved = !step();
            }
            if (loading == NONE || executing != NONE || moved || out[loading] > 0) {
                break;
            }
            begin();
        }
        if (executing != NONE) {
            executingLeft--;
        }
    }

    private void begin() {
        executing = loading;
        executingLeft = remaining[loading];
        loading = NONE;
    }

    /** Spends this tick on the loading job's transaction; true when there is nothing left to move and the tick is unspent. */
    private boolean step() {
        if (chunkLeft == 0) {
            if (out[loading] == 0) {
                return true;
            }
            final int overhead = (int) (set.overheads().dispatchNs() + set.overheads().completionNs());
            final int extra = protocol == SwapProtocol.SPE ? overhead : 0;
            chunkIsIn = resident + 1 <= set.capacity() && (protocol == SwapProtocol.SPE || resident + out[loading] <= set.capacity());
            if (!chunkIsIn) {
                evict();
                if (stuck) {
                    return false;
                }
            }
            chunkLeft = extra + (chunkIsIn ? set.chunkIn() : set.chunkOut());
        }
        chunkLeft--;
        if (chunkLeft == 0 && chunkIsIn) {
            out[loading]--;
            resident++;
            if (resident > set.capacity()) {
                throw new IllegalStateException("more resident than the memory holds");
            }
        }
        return false;
    }

    private void evict() {
        int victim = NONE;
        int seen = 0;
        for (int j = 0; j < tasks; j++) {
            if (j == loading || j == executing || out[j] == set.chunks()[j]) {
                continue;
            }
            if (protocol == SwapProtocol.SPE && victim != NONE && (remaining[j] > 0 || remaining[victim] > 0)) {
                final boolean isBetter = remaining[j] > 0 && remaining[victim] > 0 ? above(victim, j) : remaining[j] == 0;
                victim = isBetter ? j : victim; // SPE promises nothing for other victims
                seen = 1;
                continue;
            }
            final int weight = remaining[j] > 0 ? 4 : 1;
            seen += weight;
            if (random.nextInt(seen) < weight) {
                victim = j;
            }
        }
        if (victim == NONE) {
            stuck = true;
            return;
        }
        out[victim]++;
        resident--;
    }
}
