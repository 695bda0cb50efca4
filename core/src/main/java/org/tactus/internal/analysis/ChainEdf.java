// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Term;

/**
 * Response bounds of chains under EDF: the least fixed point of segment-by-segment bounds, from below, with release jitter, and
 * its refinement by cases of the first blocking. Formulas are ours; proofs in {@code schedulability.md}, section 4. Used within one
 * call by one thread. Index names: i the task under study, j one that blocks, r a device, s a run.
 */
final class ChainEdf {
    static final long INFINITE = EdfWalk.INFINITE;
    private static final int MOST_ROUNDS = 1 << 14;
    /** How far past the deadline the walk that rules cases out is followed, in deadlines. */
    private static final int REACH = 4;
    private static final int MOST_RELAXED_ROUNDS = 24;

    private final ChainModel model;
    private final boolean cases;
    /** R(k,r), at k * devices + r. */
    private final long[] known;
    private final long[] whole;
    private final EdfWalk walk;
    private boolean gaveUp;
    /** Latest end of each run of the task under study over all cases so far. */
    private final long[] found;
    private final long[] freeEnd;
    private final long[] share;
    /** Longest segment of a task on a device. */
    private final long[] longest;
    private final long[] promise;
    private final int[] candidate;

    ChainEdf(final ChainModel model, final boolean cases) {
        this.model = model;
        this.cases = cases;
        final int cells = model.tasks * model.devices;
        final int runs = model.runFrom[model.tasks];
        known = new long[cells];
        whole = new long[model.tasks];
        walk = new EdfWalk(model, known);
        found = new long[runs];
        freeEnd = new long[cases ? runs : 0];
        share = new long[cases ? runs : 0];
        longest = new long[cases ? cells : 0];
        promise = new long[cases ? model.tasks : 0];
        candidate = new int[cases ? model.tasks : 0];
        for (int k = 0; k < model.tasks; k++) {
            whole[k] = Saturating.add(model.jitter[k], model.cost[k]);
            for (final int r : model.used[k]) {
                known[k * model.devices + r] = Saturating.add(model.jitter[k], model.prefixCost[k * model.devices + r]);
            }
        }
        for (int r = 0; cases && r < model.devices; r++) {
            for (int at = model.layerCost[r].length - 1; at >= 0; at--) {
                longest[model.layerTask[r][at] * model.devices + r] = model.layerCost[r][at];
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
                if (model.bestEffort[i]) {
                    continue;
                }
                final long response = bound(i, model.deadline[i]);
                if (response > model.deadline[i]) {
                    return i;
                }
                changed |= response > whole[i];
                whole[i] = Math.max(whole[i], response);
                for (int s = model.runFrom[i]; s < model.runFrom[i + 1]; s++) {
                    changed |= learn(i, model.runDevice[s], found[s]);
                    if (model.runOffer[s] >= 0) {
                        // Taken, it starts at once and so ends no later than after its wait for its own device.
                        changed |= learn(i, model.runOffer[s], found[s]);
                    }
                }
            }
            if (!changed) {
                return -1;
            }
        }
        gaveUp = true;
        return 0;
    }

    /** Whether {@link #solve} named a task only because the rounds did not suffice. */
    boolean gaveUp() {
        return gaveUp;
    }

    static long mostRounds() {
        return MOST_ROUNDS;
    }

    /** Raises R(i,r) to the end of a run; tells whether that was new. */
    private boolean learn(final int i, final int r, final long end) {
        final int cell = i * model.devices + r;
        final boolean more = end > known[cell];
        known[cell] = more ? end : known[cell];
        return more;
    }

    /**
     * Iterates with limits that are a multiple of the deadlines, and no longer than a search can wait.
     *
     * @param factor limit of a bound, in deadlines
     * @param ratio  bounds only grow: once one is past this many of its deadlines, it ends
     * @return true when nothing changed any more; else the bounds are only those of the last round
     */
    boolean relaxed(final long factor, final double ratio) {
        for (int round = 0; round < MOST_RELAXED_ROUNDS; round++) {
            boolean changed = false;
            for (int i = 0; i < model.tasks; i++) {
                if (model.bestEffort[i]) {
                    continue;
                }
                final long limit = Saturating.multiply(model.deadline[i], factor);
                final long response = Math.min(limit, bound(i, limit));
                changed |= response > whole[i];
                whole[i] = Math.max(whole[i], response);
                if (RelaxedBounds.ratio(whole[i], model.deadline[i]) > ratio) {
                    return false;
                }
                for (int s = model.runFrom[i]; s < model.runFrom[i + 1]; s++) {
                    changed |= learn(i, model.runDevice[s], Math.min(limit, found[s]));
                    changed |= model.runOffer[s] >= 0 && learn(i, model.runOffer[s], Math.min(limit, found[s]));
                }
            }
            if (!changed) {
                return true;
            }
        }
        return false;
    }

    /** Bound of task i under the present R; leaves the ends of its runs in found. INFINITE when past the limit. */
    private long bound(final int i, final long limit) {
        walk.prepare(i);
        Arrays.fill(found, model.runFrom[i], model.runFrom[i + 1], 0);
        if (!cases) {
            return take(i, EdfWalk.ANYBODY, limit);
        }
        final long harmless = take(i, EdfWalk.HARMLESS, limit);
        return harmless == INFINITE ? INFINITE : Math.max(harmless, blockedCases(i, limit));
    }

    /** Walks one case and keeps the latest ends. */
    private long take(final int i, final int blocker, final long limit) {
        final long response = walk.along(blocker, limit);
        for (int s = model.runFrom[i]; s < model.runFrom[i + 1]; s++) {
            found[s] = Math.max(found[s], walk.end[s]);
        }
        return response;
    }

    /**
     * Largest bound of the cases in which a task that could interfere blocks the first run. Only cases that can matter are walked
     * (proof in {@code schedulability.md}, section 4): not those whose blocker has no longer segment than the harmless ones, and not
     * those that what anybody's blocking gives, less what the blocker then does not interfere with, shows not to be later.
     */
    private long blockedCases(final int i, final long limit) {
        final int count = candidates(i);
        if (count == 0) {
            return 0;
        }
        final int from = model.runFrom[i];
        final int to = model.runFrom[i + 1];
        walk.along(EdfWalk.ANYBODY, Saturating.multiply(limit, REACH));
        System.arraycopy(walk.end, from, freeEnd, from, to - from);
        long worst = 0;
        if (freeEnd[to - 1] == INFINITE) {
            for (int at = 0; at < count && worst != INFINITE; at++) {
                worst = Math.max(worst, take(i, candidate[at], limit));
            }
            return worst;
        }
        int kept = 0;
        for (int at = 0; at < count; at++) {
            walk.shares(candidate[at], share);
            boolean matters = false;
            for (int s = from; s < to; s++) {
                matters |= freeEnd[s] - share[s] > found[s];
            }
            if (matters) {
                candidate[kept] = candidate[at];
                promise[kept] = freeEnd[to - 1] - share[to - 1];
                kept++;
            }
        }
        for (int left = kept; left > 0 && worst != INFINITE; left--) {
            worst = Math.max(worst, take(i, mostPromising(left), limit));
        }
        return worst;
    }

    private int mostPromising(final int count) {
        int best = 0;
        for (int at = 1; at < count; at++) {
            best = promise[at] > promise[best] ? at : best;
        }
        final int task = candidate[best];
        candidate[best] = candidate[count - 1];
        promise[best] = promise[count - 1];
        return task;
    }

    /** Finds the harmful tasks that can block the first run for longer than any harmless one. */
    private int candidates(final int i) {
        final int first = model.runDevice[model.runFrom[i]];
        final int harmless = walk.charged[model.runFrom[i]];
        final long least = harmless < 0 ? 0 : model.layerCost[first][harmless];
        int count = 0;
        for (final int j : model.users[first]) {
            if (canBlock(i, j) && walk.isHarmful(j) && longest[j * model.devices + first] > least) {
                candidate[count] = j;
                count++;
            }
        }
        return count;
    }

    private boolean canBlock(final int i, final int j) {
        final long seen = Saturating.add(model.jitter[i], model.until[model.runFrom[i]].unseen());
        return j != i && model.deadline[j] > model.deadline[i] - seen;
    }

    /** Explains task i under the R that was reached; failed is the first task that fails, or -1. */
    Explanation explain(final int i, final int failed) {
        final String name = model.name(i);
        if (failed >= 0 && failed != i) {
            return Sentences.follows(name, model.name(failed), model.deadline[i]);
        }
        final long limit = failed == i ? Saturating.multiply(model.deadline[i], 64) : model.deadline[i];
        final long response = bound(i, limit);
        if (response == INFINITE || failed == i && response <= model.deadline[i]) {
            return Sentences.unbounded(name, model.deadline[i], busiest(i));
        }
        final int worst = worstCase(i, limit, response);
        walk.along(worst, limit);
        final List<Term> terms = new ArrayList<>();
        for (int s = model.runFrom[i]; s < model.runFrom[i + 1]; s++) {
            final int r = model.runDevice[s];
            if (walk.charged[s] >= 0) {
                terms.add(new Term(Term.Kind.BLOCKING, model.name(model.layerTask[r][walk.charged[s]]), model.deviceName(r), 1,
                    model.layerCost[r][walk.charged[s]]));
            }
        }
        terms.add(Term.own(Term.Kind.OWN, model.cost[i] - model.overhead[i]));
        terms.add(Term.own(Term.Kind.OVERHEAD, model.overhead[i]));
        terms.add(Term.own(Term.Kind.JITTER, model.jitter[i]));
        terms.add(Term.own(Term.Kind.STALL, walk.stalledNs()));
        for (final int r : model.used[i]) {
            for (final int k : model.users[r]) {
                final long ns = k == i || k == worst ? 0 : walk.share(k, r);
                if (ns > 0) {
                    terms.add(new Term(Term.Kind.INTERFERENCE, model.name(k), model.deviceName(r),
                        Math.max(1, ns / model.deviceCost[k * model.devices + r]), ns));
                }
            }
        }
        return Sentences.explain(name, response, model.deadline[i], model.deadline[i], terms);
    }

    /** Finds a case that gives the bound. */
    private int worstCase(final int i, final long limit, final long response) {
        if (!cases) {
            return EdfWalk.ANYBODY;
        }
        if (walk.along(EdfWalk.HARMLESS, limit) != response) {
            for (final int j : model.users[model.runDevice[model.runFrom[i]]]) {
                if (canBlock(i, j) && walk.isHarmful(j) && walk.along(j, limit) == response) {
                    return j;
                }
            }
        }
        return EdfWalk.HARMLESS;
    }

    /** What is asked of the busiest device of a task. */
    String busiest(final int i) {
        return model.busiest(i, model.tasks - 1);
    }
}
