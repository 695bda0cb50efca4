// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.tactus.analysis.Explanation;
import org.tactus.analysis.Term;
import org.tactus.internal.analysis.Saturating;
import org.tactus.internal.analysis.Sentences;

/**
 * OVL, one job loads while another executes: the time until a job starts is a chain of intervals, each as long as the longer of an
 * execution and a load; their sum is at most the sum of the H + 2 largest pieces that can take part. Formula ours, proof in
 * {@code docs/proofs/swapping.md}. Used within one call by one thread. Ranks are priorities, or the file's order under EDF.
 */
final class DoubleBuffer {
    static final long INFINITE = Long.MAX_VALUE;
    private static final int MOST_STEPS = 1 << 18;

    private final SwapModel model;
    private final boolean edf;
    private final long[] response;
    private List<Piece> worst = List.of();
    private long worstStall;

    /** Up to count pieces of a length: executions or loads of one task, ranking below the job or not. */
    private record Piece(int task, long lengthNs, long count, boolean load, boolean below) {
    }

    DoubleBuffer(final SwapModel model, final boolean edf) {
        this.model = model;
        this.edf = edf;
        response = new long[model.tasks];
        Arrays.fill(response, INFINITE);
    }

    long[] bounds() {
        return response;
    }

    /** Bounds every task; answers the first rank that fails, or -1. Under fixed priority no lower rank is bounded then. */
    int solve() {
        for (int i = 0; i < model.tasks; i++) {
            response[i] = bound(i, model.deadline[i]);
            if (response[i] > model.deadline[i]) {
                response[i] = INFINITE;
                return i;
            }
        }
        return -1;
    }

    private long bound(final int i, final long limit) {
        final List<Piece> fixed = new ArrayList<>();
        lower(i, fixed);
        fixed.add(new Piece(i, model.swap[i], 1, true, false));
        long wait = 0;
        for (int steps = 0; steps < MOST_STEPS; steps++) {
            final long next = Saturating.add(model.stalled.of(wait), longest(i, fixed, wait));
            final long least = Saturating.add(Saturating.add(model.jitter[i], model.exec[i]), next);
            if (next == wait) {
                final long end = model.stalled.end(wait, model.exec[i], INFINITE - 1);
                worstStall = end - model.exec[i] - model.stalled.work(wait);
                return Saturating.add(model.jitter[i], end);
            }
            if (least > limit) {
                return INFINITE;
            }
            wait = next;
        }
        return INFINITE;
    }

    private void lower(final int i, final List<Piece> pieces) {
        int longestExec = -1;
        int longestLoad = -1;
        final long seen = Saturating.add(model.jitter[i], model.stalled.unseen());
        for (int j = 0; j < model.tasks; j++) {
            final boolean below = edf ? j != i && Saturating.add(model.deadline[j], seen) > model.deadline[i] : j > i;
            if (below) {
                longestExec = longestExec < 0 || model.exec[j] > model.exec[longestExec] ? j : longestExec;
                longestLoad = longestLoad < 0 || model.swap[j] > model.swap[longestLoad] ? j : longestLoad;
            }
        }
        if (longestExec >= 0) {
            pieces.add(new Piece(longestExec, model.exec[longestExec], 2, false, true));
            pieces.add(new Piece(longestLoad, model.swap[longestLoad], 1, true, true));
        }
    }

    private long longest(final int i, final List<Piece> fixed, final long wait) {
        final List<Piece> pieces = new ArrayList<>(fixed);
        long intervals = 2;
        for (int h = 0; h < model.tasks; h++) {
            if (h == i || !edf && h > i) {
                continue;
            }
            final long jobs = edf ? Saturating.ceilDivide(model.deadline[i], model.period[h])
                : Saturating.add(wait, response[h]) / model.period[h] + 1;
            intervals = Saturating.add(intervals, jobs);
            pieces.add(new Piece(h, model.exec[h], jobs, false, false));
            pieces.add(new Piece(h, model.swap[h], jobs, true, false));
        }
        pieces.sort(Comparator.comparingLong(Piece::lengthNs).reversed());
        long sum = 0;
        final List<Piece> taken = new ArrayList<>();
        for (final Piece piece : pieces) {
            final long count = Math.min(piece.count(), intervals);
            if (count == 0) {
                break;
            }
            intervals -= count;
            sum = Saturating.add(sum, Saturating.multiply(count, piece.lengthNs()));
            taken.add(new Piece(piece.task(), piece.lengthNs(), count, piece.load(), piece.below()));
        }
        worst = taken;
        return sum;
    }

    Explanation explain(final int i) {
        final int failed = solve();
        final String name = model.task(i).name();
        if (failed >= 0 && failed != i && (edf || i > failed)) {
            return Sentences.follows(name, model.task(failed).name(), model.deadline[i]);
        }
        final long total = bound(i, Saturating.multiply(model.deadline[i], 64));
        if (total == INFINITE) {
            return Sentences.unbounded(name, model.deadline[i], edf
                ? Sentences.load(model.device(), model.load(model.tasks)) : Sentences.load(model.device(), model.load(i + 1), name));
        }
        final List<Term> terms = new ArrayList<>();
        terms.add(Term.own(Term.Kind.OWN, model.exec[i] - model.overhead[i]));
        terms.add(Term.own(Term.Kind.OVERHEAD, model.overhead[i]));
        terms.add(Term.own(Term.Kind.JITTER, model.jitter[i]));
        terms.add(Term.own(Term.Kind.STALL, worstStall));
        for (final Piece piece : worst) {
            final long ns = piece.count() * piece.lengthNs();
            if (piece.task() == i) {
                terms.add(Term.own(Term.Kind.SWAP, ns));
            } else {
                terms.add(new Term(piece.below() ? Term.Kind.BLOCKING : Term.Kind.INTERFERENCE,
                    model.task(piece.task()).name() + (piece.load() ? "'s loads" : "'s executions"), model.device(), piece.count(), ns));
            }
        }
        return Sentences.explain(name, total, model.deadline[i], model.deadline[i], terms);
    }
}
