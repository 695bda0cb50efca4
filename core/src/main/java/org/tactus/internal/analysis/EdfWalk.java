// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.Arrays;

/**
 * Bounds one task's job by a walk through its runs under EDF, given response bounds of all tasks: formulas and proofs in
 * {@code schedulability.md}, section 4. Used within one call by one thread. Index names: i the task under study, k an interfering task,
 * r a device, s a run.
 *
 * <p>What a task interferes with at most, Ndl, is found once for a job; where it is not above one job's work, it is a constant of
 * every window, for a window holds at least one job. Only the others are looked at again while a window grows.
 */
final class EdfWalk {
    static final long INFINITE = Long.MAX_VALUE;
    /** Anybody may block the first run. */
    static final int ANYBODY = -1;
    /** Only tasks that cannot interfere may block the first run. */
    static final int HARMLESS = -2;
    /** Most steps towards fixed points for a whole set; beyond, what is asked counts as not bounded. */
    private static final long MOST_STEPS = 1 << 24;

    private final ChainModel model;
    /** R(k,r), at k * devices + r; the solver's. */
    private final long[] known;
    /** Ndl(k,r). */
    private final long[] deadlineWork;
    private final boolean[] harmful;
    /** Index of a task's growing work on a device, or -1. */
    private final int[] growing;
    /** Sum of what does not grow, by device. */
    private final long[] constant;
    private final int[] growFrom;
    private final int[] growTo;
    private final long[] cost;
    private final long[] period;
    private final long[] slack;
    private final long[] most;
    private final long[] cap;
    /** What was found last, for windows and, half the length further on, for starts: it holds for x in [since, until). */
    private final long[] value;
    private final long[] since;
    private final long[] until;
    private final int startMemo;
    private final boolean[][] usedLayer;
    private final boolean[] reached;
    /** Least fixed points of the last walk with blocker ANYBODY, by run: the next ones, under larger R, are not below. */
    private final long[] warmWindow;
    private final long[] warmStart;
    private int i;
    private int from;
    private int to;
    private long blocked;
    private long left = MOST_STEPS;
    /** By run of the task under study: its window, its latest start, its end, of the last walk. */
    final long[] window;
    final long[] start;
    final long[] end;
    /** Segments that were charged as blocking in the last walk: index among the device's segments, by run; -1 for none. */
    final int[] charged;

    EdfWalk(final ChainModel model, final long[] known) {
        this.model = model;
        this.known = known;
        final int cells = model.tasks * model.devices;
        final int runs = model.runFrom[model.tasks];
        deadlineWork = new long[cells];
        harmful = new boolean[model.tasks];
        growing = new int[cells];
        constant = new long[model.devices];
        growFrom = new int[model.devices];
        growTo = new int[model.devices];
        cost = new long[cells];
        period = new long[cells];
        slack = new long[cells];
        most = new long[cells];
        cap = new long[cells];
        value = new long[2 * cells];
        since = new long[2 * cells];
        until = new long[2 * cells];
        startMemo = cells;
        usedLayer = new boolean[model.devices][];
        for (int r = 0; r < model.devices; r++) {
            usedLayer[r] = new boolean[model.layerCost[r].length];
        }
        reached = new boolean[model.devices];
        warmWindow = new long[runs];
        warmStart = new long[runs];
        window = new long[runs];
        start = new long[runs];
        end = new long[runs];
        charged = new int[runs];
    }

    /** Takes up a task; to be called again when R has changed. */
    void prepare(final int task) {
        i = task;
        from = model.runFrom[i];
        to = model.runFrom[i + 1];
        Arrays.fill(harmful, false);
        int at = 0;
        for (final int r : model.used[i]) {
            growFrom[r] = at;
            long sum = 0;
            for (final int k : model.users[r]) {
                final int cell = k * model.devices + r;
                final long ndl = k == i ? 0 : deadlineWork(k, cell);
                deadlineWork[cell] = ndl;
                growing[cell] = -1;
                if (ndl == 0) {
                    continue;
                }
                harmful[k] = true;
                if (ndl <= model.deviceCost[cell]) {
                    sum = Saturating.add(sum, ndl);
                } else {
                    growing[cell] = at;
                    cost[at] = model.deviceCost[cell];
                    period[at] = model.period[k];
                    slack[at] = known[cell] - model.deviceCost[cell];
                    most[at] = ndl;
                    forget(at);
                    at++;
                }
            }
            constant[r] = sum;
            growTo[r] = at;
        }
    }

    /** Ndl(k,r): most work of k on r by jobs whose absolute deadline is not after that of the job of i. */
    private long deadlineWork(final int k, final int cell) {
        final long y = model.deadline[i] - model.deadline[k] + known[cell];
        if (y <= 0) {
            return 0;
        }
        final long c = model.deviceCost[cell];
        final long t = model.period[k];
        return y < t ? Math.min(c, y) : Saturating.add(Saturating.multiply(y / t, c), Math.min(c, y % t));
    }

    /** Tells whether a task can interfere with the one under study anywhere. */
    boolean isHarmful(final int task) {
        return harmful[task];
    }

    /**
     * Walks once.
     *
     * @param blocker who may block the first run: {@link #ANYBODY}, {@link #HARMLESS}, or the one task that does, which then does
     *                not interfere
     * @param limit   largest response that is of interest
     * @return the response bound, or {@link #INFINITE} when it is past the limit
     */
    long along(final int blocker, final long limit) {
        if (blocker < 0) {
            return walk(blocker, limit);
        }
        leaveOut(blocker, true);
        final long response = walk(blocker, limit);
        leaveOut(blocker, false);
        return response;
    }

    private void leaveOut(final int task, final boolean out) {
        for (final int r : model.used[i]) {
            final int cell = task * model.devices + r;
            if (model.deviceCost[cell] == 0) {
                continue;
            }
            if (growing[cell] >= 0) {
                most[growing[cell]] = out ? 0 : deadlineWork[cell];
                forget(growing[cell]);
            } else {
                constant[r] += out ? -deadlineWork[cell] : deadlineWork[cell];
            }
        }
    }

    private void forget(final int v) {
        until[v] = Long.MIN_VALUE;
        until[startMemo + v] = Long.MIN_VALUE;
    }

    private long walk(final int blocker, final long limit) {
        blocked = 0;
        for (final int r : model.used[i]) {
            Arrays.fill(usedLayer[r], false);
            Arrays.fill(cap, growFrom[r], growTo[r], 0);
            reached[r] = false;
        }
        final boolean warm = blocker == ANYBODY;
        long arrival = model.jitter[i];
        long own = 0;
        for (int s = from; s < to; s++) {
            final int r = model.runDevice[s];
            final long tail = model.runTail[s];
            reached[r] = true;
            final long largest = block(s, r, seen(s, arrival), s == from ? blocker : ANYBODY);
            final long before = Saturating.add(model.runCost[s] - tail, largest);
            window[s] = window(r, Saturating.add(before, constant[r]), warm ? warmWindow[s] : 0, limit);
            for (int v = growFrom[r]; v < growTo[r]; v++) {
                cap[v] = window[s] == INFINITE ? INFINITE : Saturating.add(cap[v], work(v, v, window[s]));
            }
            own = Saturating.add(own, model.runCost[s]);
            start[s] = start(Saturating.add(own - tail, blocked), model.until[s], warm ? warmStart[s] : 0,
                limit - model.jitter[i] - tail);
            final long ended = start[s] == INFINITE ? INFINITE : model.until[s].end(start[s], tail, limit - model.jitter[i]);
            if (ended == INFINITE) {
                Arrays.fill(end, s, to, INFINITE);
                return INFINITE;
            }
            if (warm) {
                warmWindow[s] = window[s] == INFINITE ? 0 : window[s];
                warmStart[s] = start[s];
            }
            arrival = Saturating.add(model.jitter[i], ended);
            end[s] = arrival;
        }
        return arrival;
    }

    /** When a run's device has seen the job at the latest, from its nominal release on; arrival is the end of the run before. */
    private long seen(final int s, final long arrival) {
        final StallTime stalled = model.until[s];
        if (s == from) {
            return Saturating.add(arrival, stalled.unseen());
        }
        if (model.runFront[s] == 0) {
            return arrival;
        }
        final long before = Saturating.add(model.until[s - 1].work(start[s - 1]), model.runTail[s - 1]);
        return Saturating.add(model.jitter[i], stalled.finish(Saturating.add(before, model.runFront[s])));
    }

    /** Charges the largest unused eligible segment on r to the job, and returns the largest eligible one. */
    private long block(final int s, final int r, final long arrival, final int blocker) {
        long largest = 0;
        charged[s] = -1;
        final long[] costs = model.layerCost[r];
        final int[] owner = model.layerTask[r];
        final long sooner = model.deadline[i] - arrival;
        for (int at = 0; at < costs.length; at++) {
            final int j = owner[at];
            if (j == i || model.deadline[j] <= sooner || blocker == HARMLESS && harmful[j] || blocker >= 0 && blocker != j) {
                continue;
            }
            largest = Math.max(largest, costs[at]);
            if (!usedLayer[r][at]) {
                usedLayer[r][at] = !model.bestEffort[j]; // whose jobs have no deadline to end by, and so may block again
                blocked = Saturating.add(blocked, costs[at]);
                charged[s] = at;
                break;
            }
        }
        return largest;
    }

    private long window(final int r, final long base, final long warm, final long limit) {
        final int last = growTo[r];
        long x = Math.max(base, warm);
        while (x <= limit && left-- > 0) {
            long next = Saturating.add(base, model.here[r].of(x));
            for (int v = growFrom[r]; v < last; v++) {
                next = Saturating.add(next, work(v, v, x));
            }
            if (next <= x) {
                return x;
            }
            x = next;
        }
        return INFINITE;
    }

    /** Latest start of the last segment of the run that was reached, after the request. */
    private long start(final long own, final StallTime stalled, final long warm, final long limit) {
        long base = own;
        for (final int r : model.used[i]) {
            base = reached[r] ? Saturating.add(base, constant[r]) : base;
        }
        long x = Math.max(base, warm);
        while (x <= limit && left-- > 0) {
            long next = Saturating.add(base, stalled.of(x));
            for (final int r : model.used[i]) {
                final int last = reached[r] ? growTo[r] : 0;
                for (int v = growFrom[r]; v < last; v++) {
                    next = Saturating.add(next, Math.min(work(v, startMemo + v, x), cap[v]));
                }
            }
            if (next <= x) {
                return x;
            }
            x = next;
        }
        return INFINITE;
    }

    /** W(k,r,x) = min(Wrel, Ndl) of what grows. */
    private long work(final int v, final int memo, final long x) {
        return x < until[memo] && x >= since[memo] ? value[memo] : remember(v, memo, x);
    }

    private long remember(final int v, final int memo, final long x) {
        final long before = Saturating.add(x, slack[v]) / period[v];
        final long relative = Saturating.multiply(before + 1, cost[v]);
        value[memo] = Math.min(most[v], relative);
        since[memo] = before * period[v] - slack[v];
        until[memo] = relative >= most[v] ? INFINITE : Saturating.add(since[memo] + slack[v], period[v]) - slack[v];
        return value[memo];
    }

    /** W(k,r,x) of any task, or 0. */
    private long anyWork(final int task, final int r, final long x) {
        final int cell = task * model.devices + r;
        if (model.deviceCost[cell] == 0 || deadlineWork[cell] == 0) {
            return 0;
        }
        return growing[cell] >= 0 ? work(growing[cell], startMemo + growing[cell], x) : deadlineWork[cell];
    }

    /**
     * Finds what a task adds to the latest start of a run in the last walk.
     *
     * @param task  the task
     * @param place where the answers go, by run
     */
    void shares(final int task, final long[] place) {
        final long[] caps = new long[model.devices];
        for (int s = from; s < to; s++) {
            final int own = model.runDevice[s];
            caps[own] = window[s] == INFINITE ? INFINITE : Saturating.add(caps[own], anyWork(task, own, window[s]));
            long sum = 0;
            for (final int r : model.used[i]) {
                sum = Saturating.add(sum, Math.min(caps[r], anyWork(task, r, start[s])));
            }
            place[s] = sum;
        }
    }

    /** What the platform takes from the window of the last walk, which reached its end. */
    long stalledNs() {
        final long last = end[to - 1] - model.jitter[i] - model.runTail[to - 1];
        return last - model.until[to - 1].work(start[to - 1]);
    }

    /** What a task adds on one device to the latest start of the last run in the last walk. */
    long share(final int task, final int r) {
        long largest = 0;
        for (int s = from; s < to; s++) {
            if (model.runDevice[s] == r) {
                largest = window[s] == INFINITE ? INFINITE : Saturating.add(largest, anyWork(task, r, window[s]));
            }
        }
        return Math.min(largest, anyWork(task, r, start[to - 1]));
    }
}
