package org.tactus.internal.analysis;

import java.util.Arrays;

/**
 * The chain tests under EDF as they stand in {@code schedulability.md}, section 4: every window from scratch, every case walked. An oracle
 * for what {@code ChainEdf} and {@code EdfWalk} leave out.
 */
final class PlainChainEdf {
    static final long INFINITE = Long.MAX_VALUE;
    private static final int MOST_STEPS = 1 << 18;
    private static final int MOST_ROUNDS = 1 << 14;
    private static final int FREE = -1;
    private static final int NO_BLOCKER = -2;

    private final ChainModel model;
    private final boolean cases;
    /** R(k,r), at k * devices + r. */
    private final long[] known;
    private final long[] whole;
    private final long[] deadlineWork;
    private final long[] cap;
    private final long[] found;
    private final boolean[][] usedLayer;
    /** Task that may not interfere in the case under study, or a negative number. */
    private int excluded = FREE;
    private long blockedNs;

    PlainChainEdf(final ChainModel model, final boolean cases) {
        this.model = model;
        this.cases = cases;
        final int cells = model.tasks * model.devices;
        known = new long[cells];
        whole = new long[model.tasks];
        deadlineWork = new long[cells];
        cap = new long[cells];
        found = new long[cells];
        usedLayer = new boolean[model.devices][];
        for (int r = 0; r < model.devices; r++) {
            usedLayer[r] = new boolean[model.layerCost[r].length];
        }
        for (int k = 0; k < model.tasks; k++) {
            whole[k] = Saturating.add(model.jitter[k], model.cost[k]);
            for (final int r : model.used[k]) {
                known[k * model.devices + r] = Saturating.add(model.jitter[k], model.prefixCost[k * model.devices + r]);
            }
        }
    }

    long[] bounds() {
        return whole;
    }

    /**
     * Iterates from below until nothing changes.
     *
     * @return -1 when all tasks are bounded; else the first task that fails
     */
    int solve() {
        for (int round = 0; round < MOST_ROUNDS; round++) {
            boolean changed = false;
            for (int i = 0; i < model.tasks; i++) {
                final long response = bound(i, model.deadline[i]);
                if (response > model.deadline[i]) {
                    return i;
                }
                changed |= response != whole[i];
                whole[i] = Math.max(whole[i], response);
                for (final int r : model.used[i]) {
                    final int cell = i * model.devices + r;
                    changed |= found[cell] > known[cell];
                    known[cell] = Math.max(known[cell], found[cell]);
                }
            }
            if (!changed) {
                return -1;
            }
        }
        return 0;
    }

    /** Bound of task i under the present R; leaves R'(i,r) in found. INFINITE when past the limit. */
    private long bound(final int i, final long limit) {
        for (final int r : model.used[i]) {
            found[i * model.devices + r] = 0;
            for (final int k : model.users[r]) {
                deadlineWork[k * model.devices + r] = k == i ? 0 : deadlineWork(i, k, r);
            }
        }
        if (!cases) {
            return walk(i, FREE, limit);
        }
        long worst = walk(i, NO_BLOCKER, limit);
        final int first = model.runDevice[model.runFrom[i]];
        for (final int j : model.users[first]) {
            if (worst == INFINITE) {
                break;
            }
            final long seen = Saturating.add(model.jitter[i], unseen());
            if (j != i && Saturating.add(model.deadline[j], seen) > model.deadline[i] && interferes(i, j)) {
                worst = Math.max(worst, walk(i, j, limit));
            }
        }
        return worst;
    }

    /** One walk through the runs; blocker says who may block the first: anybody, only the harmless, or one task. */
    private long walk(final int i, final int blocker, final long limit) {
        final int from = model.runFrom[i];
        final int to = model.runFrom[i + 1];
        excluded = blocker;
        blockedNs = 0;
        for (final int r : model.used[i]) {
            Arrays.fill(usedLayer[r], false);
            for (final int k : model.users[r]) {
                cap[k * model.devices + r] = 0;
            }
        }
        long arrival = model.jitter[i];
        long own = 0;
        long end = INFINITE;
        for (int s = from; s < to; s++) {
            final int r = model.runDevice[s];
            final long tail = model.runTail[s];
            final long largest = block(i, r, Saturating.add(arrival, s == from ? unseen() : model.runFront[s]), s == from ? blocker : FREE);
            final long before = Saturating.add(model.runCost[s] - tail, Saturating.add(largest, model.set.overheads().stallNs()));
            final long window = window(i, r, before, limit);
            for (final int k : model.users[r]) {
                final int cell = k * model.devices + r;
                cap[cell] = window == INFINITE ? INFINITE : Saturating.add(cap[cell], work(k, r, window));
            }
            own = Saturating.add(own, model.runCost[s]);
            final long base = Saturating.add(Saturating.add(own - tail, blockedNs), model.set.overheads().stallNs());
            final long start = start(i, from, s, base, limit - model.jitter[i] - tail);
            if (start == INFINITE) {
                return INFINITE;
            }
            end = Saturating.add(model.jitter[i], Saturating.add(start, tail));
            arrival = end;
            final int cell = i * model.devices + r;
            found[cell] = Math.max(found[cell], end);
            if (model.runOffer[s] >= 0) {
                final int instead = i * model.devices + model.runOffer[s];
                found[instead] = Math.max(found[instead], end);
            }
        }
        return end;
    }

    /** A stall may prolong the release jitter of the machine. */
    private long unseen() {
        return model.set.overheads().releaseJitterNs() > 0 ? model.set.overheads().stallNs() : 0;
    }

    /** Charges the largest unused eligible segment on r to the job, and returns the largest eligible one. */
    private long block(final int i, final int r, final long arrival, final int blocker) {
        long largest = 0;
        final long[] costs = model.layerCost[r];
        final int[] owner = model.layerTask[r];
        for (int at = 0; at < costs.length; at++) {
            final int j = owner[at];
            if (j == i || Saturating.add(model.deadline[j], arrival) <= model.deadline[i]
                || blocker == NO_BLOCKER && interferes(i, j) || blocker >= 0 && blocker != j) {
                continue;
            }
            largest = Math.max(largest, costs[at]);
            if (!usedLayer[r][at]) {
                usedLayer[r][at] = true;
                blockedNs = Saturating.add(blockedNs, costs[at]);
                break;
            }
        }
        return largest;
    }

    private boolean interferes(final int i, final int j) {
        for (final int r : model.used[i]) {
            if (model.deviceCost[j * model.devices + r] > 0 && deadlineWork[j * model.devices + r] > 0) {
                return true;
            }
        }
        return false;
    }

    private long window(final int i, final int r, final long base, final long limit) {
        long x = base;
        for (int step = 0; step < MOST_STEPS && x <= limit; step++) {
            long next = base;
            for (final int k : model.users[r]) {
                next = Saturating.add(next, work(k, r, x));
            }
            if (next == x) {
                return x;
            }
            x = next;
        }
        return INFINITE;
    }

    /** Latest start of the last segment of run s after the request. */
    private long start(final int i, final int from, final int s, final long base, final long limit) {
        long x = base;
        for (int step = 0; step < MOST_STEPS && x <= limit; step++) {
            long next = base;
            for (final int r : model.used[i]) {
                if (!usedUpTo(r, from, s)) {
                    continue;
                }
                for (final int k : model.users[r]) {
                    next = Saturating.add(next, Math.min(work(k, r, x), cap[k * model.devices + r]));
                }
            }
            if (next == x) {
                return x;
            }
            x = next;
        }
        return INFINITE;
    }

    private boolean usedUpTo(final int r, final int from, final int s) {
        for (int run = from; run <= s; run++) {
            if (model.runDevice[run] == r) {
                return true;
            }
        }
        return false;
    }

    /** W(k,r,x) = min(Wrel, Ndl); 0 for the task itself, whose Ndl is kept at 0. */
    private long work(final int k, final int r, final long x) {
        final int cell = k * model.devices + r;
        final long most = deadlineWork[cell];
        if (most == 0 || k == excluded) {
            return 0;
        }
        final long c = model.deviceCost[cell];
        return Math.min(most, Saturating.multiply((x + known[cell] - c) / model.period[k] + 1, c));
    }

    /** Ndl(k,r): most work of k on r by jobs whose absolute deadline is not after that of the job of i. */
    private long deadlineWork(final int i, final int k, final int r) {
        final int cell = k * model.devices + r;
        final long y = model.deadline[i] - model.deadline[k] + known[cell];
        if (y <= 0) {
            return 0;
        }
        final long c = model.deviceCost[cell];
        return Saturating.add(Saturating.multiply(y / model.period[k], c), Math.min(c, y % model.period[k]));
    }
}
