// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.MenuOption;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/**
 * Depth-first search over choices under the deciding test itself, for what the program's stricter test leaves out. Tasks are chosen in
 * the order of priority. A branch is left when it cannot fit, cannot beat the best so far, or fails although every open task takes its
 * least time and blocks least; {@code docs/proofs/spet.md}, section 4. Used by one thread.
 */
final class TightSearch {
    private final SpetProblem problem;
    private final Objective objective;
    private final SchedulabilityTest test;
    private final SchedulabilityTest relaxed;
    private final int tasks;
    private final int[] order;
    private final List<List<Integer>> ranked = new ArrayList<>();
    private final MenuOption[] cheapest;
    private final long[] leastBytes;
    private final double[] leastValue;
    private final int[] choice;
    private int[] best;
    private double bestValue = Double.POSITIVE_INFINITY;
    private long visits;

    TightSearch(final SpetProblem problem, final Objective objective) {
        this.problem = problem;
        this.objective = objective;
        final boolean fixed = problem.set().policy() == PolicyKind.FIXED_PRIORITY;
        test = problem.test();
        relaxed = fixed ? test : Analyses.byName("edf").orElseThrow();
        tasks = problem.menus().size();
        order = IntStream.range(0, tasks).boxed().sorted(problem.set()::compareFixedPriority).mapToInt(Integer::intValue).toArray();
        cheapest = new MenuOption[tasks];
        leastBytes = new long[tasks + 1];
        leastValue = new double[tasks + 1];
        choice = new int[tasks];
        for (int i = 0; i < tasks; i++) {
            final List<MenuOption> menu = problem.menus().get(i);
            final int task = i;
            cheapest[i] = cheapest(menu);
            ranked.add(IntStream.range(0, menu.size()).boxed()
                .sorted(Comparator.comparingDouble((Integer o) -> value(task, menu.get(o))).thenComparingInt(o -> o)).toList());
        }
        for (int rank = tasks - 1; rank >= 0; rank--) {
            final List<MenuOption> menu = problem.menus().get(order[rank]);
            final int task = order[rank];
            leastBytes[rank] = leastBytes[rank + 1] + menu.stream().mapToLong(MenuOption::sramBytes).min().orElseThrow();
            leastValue[rank] = leastValue[rank + 1] + menu.stream().mapToDouble(o -> value(task, o)).min().orElseThrow();
        }
    }

    /** Takes least time and blocks least, as no single option may: pieces of the shortest longest segment that add up to the least cost. */
    private MenuOption cheapest(final List<MenuOption> menu) {
        final long overheadNs = problem.overheadNs();
        final long cost = menu.stream().mapToLong(o -> o.costNs(overheadNs)).min().orElseThrow();
        final long piece = menu.stream().mapToLong(o -> o.longestNs() + overheadNs).min().orElseThrow();
        final List<MenuOption.Piece> pieces = new ArrayList<>();
        for (long left = cost; left > overheadNs; left -= piece) {
            pieces.add(new MenuOption.Piece(0, 0, Math.min(left, piece) - overheadNs));
        }
        return new MenuOption(pieces);
    }

    /** Takes a choice that fits as the one to beat; false when the deciding test rejects it. */
    boolean offer(final int[] known) {
        return offer(known.clone(), test.analyze(problem.with(problem.options(known))));
    }

    /**
     * Searches.
     *
     * @param mostVisits limit on the choices, whole or in part, that are analysed
     * @return true when everything was seen: the best is the best of all
     */
    boolean search(final long mostVisits) {
        visits = mostVisits;
        return descend(0, 0, 0, 0);
    }

    /** The best choice; null when none was found. */
    int[] best() {
        return best;
    }

    private double value(final int task, final MenuOption option) {
        return objective == Objective.SEGMENTS ? option.segments().size() : problem.utilisation(task, option);
    }

    private boolean descend(final int rank, final long bytes, final int partials, final double value) {
        if (rank == tasks) {
            return true;
        }
        final int task = order[rank];
        for (final int o : ranked.get(task)) {
            final MenuOption option = problem.menus().get(task).get(o);
            final long taken = bytes + option.sramBytes();
            final int cut = partials + option.partials();
            final double spent = value + value(task, option);
            if (taken + leastBytes[rank + 1] > problem.sramBytes() || cut > 1) {
                continue;
            }
            if (objective != Objective.SLACK && spent + leastValue[rank + 1] >= bestValue) {
                break;
            }
            if (visits-- <= 0) {
                return false;
            }
            choice[task] = o;
            if (promising(rank) && !descend(rank + 1, taken, cut, spent)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a choice up to a rank may still become a better plan; a whole one is taken when it is. */
    private boolean promising(final int rank) {
        final List<MenuOption> options = new ArrayList<>(problem.options(choice));
        for (int open = rank + 1; open < tasks; open++) {
            options.set(order[open], cheapest[order[open]]);
        }
        final TaskSet set = problem.with(options);
        final boolean whole = rank == tasks - 1;
        final Verdict verdict = (whole ? test : relaxed).analyze(set);
        if (whole) {
            offer(choice.clone(), verdict);
            return true;
        }
        if (problem.set().policy() != PolicyKind.FIXED_PRIORITY) {
            return verdict.schedulable();
        }
        double least = 1;
        for (int seen = 0; seen <= rank; seen++) {
            final TaskVerdict task = verdict.tasks().get(order[seen]);
            if (!task.bounded()) {
                return false;
            }
            least = Math.min(least, (double) task.slackNs() / task.deadlineNs());
        }
        return objective != Objective.SLACK || -least < bestValue;
    }

    private boolean offer(final int[] candidate, final Verdict verdict) {
        if (!verdict.schedulable()) {
            return false;
        }
        double value = 0;
        if (objective == Objective.SLACK) {
            value = -verdict.tasks().stream().mapToDouble(t -> (double) t.slackNs() / t.deadlineNs()).min().orElse(0);
        } else {
            for (int i = 0; i < tasks; i++) {
                value += value(i, problem.menus().get(i).get(candidate[i]));
            }
        }
        if (value < bestValue) {
            bestValue = value;
            best = candidate;
        }
        return true;
    }
}
