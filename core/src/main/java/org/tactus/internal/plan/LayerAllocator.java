// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.RelaxedBounds;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Greedy allocation of blocks of segments to variants; ours, after what is known of LaLaRAND's offline part.
 *
 * <p>It starts with everything on the accelerator. While a task fails, it moves one block of consecutive segments of that task or of one
 * that can delay it to another kind of variant, or the longest segment on a device of a task that can only block. It takes the move
 * after which the failing task ranks lowest, then the one with the smallest bound over deadline, then the one that loses least
 * accuracy, then the first. When nothing improves it starts again from the allocations with one cut. Blocks, not single segments,
 * because one segment moved out of a chain costs two more blockings and two transfers. Afterwards what loses accuracy goes back in
 * blocks, those that lose most first, while the set stays schedulable. Deterministic; the number of analyses is limited. Used by one
 * thread.
 */
public final class LayerAllocator {
    /** Enough for sets of ten networks of thirty layers to end by themselves almost always. */
    public static final int DEFAULT_ANALYSES = 20_000;
    private static final int COARSE = 4;

    private final LayerChoices choices;
    private final int mostAnalyses;
    private final int[] order;
    private final int[] rank;
    private final boolean edf;
    private final String[][] why;
    private int analyses;

    /** How far an allocation gets: the rank that fails, its bound over its deadline, and the accuracy lost. */
    private record Score(int failing, double ratio, double loss) {
        boolean betterThan(final Score other) {
            if (failing != other.failing) {
                return failing > other.failing;
            }
            return ratio != other.ratio ? ratio < other.ratio : loss < other.loss;
        }

        boolean improves(final Score other) {
            return failing > other.failing || failing == other.failing && ratio < other.ratio;
        }
    }

    private static final Score NOTHING = new Score(0, Double.POSITIVE_INFINITY, 0);
    /** Far beyond its deadline no refinement saves a task. */
    private static final Score HOPELESS = new Score(0, 2, 0);

    /** An allocation under way: what is chosen, and the tasks that it makes. */
    private record State(int[][] chosen, Task[] tasks, Score score) {
    }

    /**
     * Prepares one allocation.
     *
     * @param choices      what is to be allocated
     * @param mostAnalyses limit on the allocations that are analysed
     */
    public LayerAllocator(final LayerChoices choices, final int mostAnalyses) {
        this.choices = choices;
        this.mostAnalyses = mostAnalyses;
        final TaskSet set = choices.set();
        edf = set.policy() == PolicyKind.EDF;
        final int count = set.tasks().size();
        final List<Integer> sorted = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sorted.add(i);
        }
        sorted.sort(set::compareFixedPriority);
        order = sorted.stream().mapToInt(Integer::intValue).toArray();
        rank = new int[count];
        why = new String[count][];
        for (int r = 0; r < count; r++) {
            rank[order[r]] = r;
            why[order[r]] = new String[choices.layers(order[r])];
        }
    }

    /**
     * Searches.
     *
     * @return the first schedulable allocation found, freed of losses that it does not need; else the best one of all starts
     */
    public LayerAllocation allocate() {
        analyses = 0;
        State best = null;
        for (final int[][] start : List.of(choices.accelerated(), choices.cut(false), choices.cut(true))) {
            final State found = climb(state(start));
            if (best == null || found.score.betterThan(best.score)) {
                best = found;
            }
            if (passes(found)) {
                best = recover(found);
                break;
            }
        }
        final TaskSet set = choices.with(List.of(best.tasks));
        return new LayerAllocation(best.chosen, set, Analyses.analyze(set), choices.loss(best.chosen), analyses);
    }

    /**
     * Why a segment is not where it started.
     *
     * @param task  index of the task
     * @param layer index of the segment
     * @return one clause; empty when the search did not move it
     */
    public String why(final int task, final int layer) {
        return why[task][layer] == null ? "" : why[task][layer];
    }

    private State state(final int[][] chosen) {
        final Task[] tasks = new Task[chosen.length];
        for (int i = 0; i < tasks.length; i++) {
            tasks[i] = choices.task(i, chosen[i]);
        }
        return new State(chosen, tasks, score(tasks, NOTHING, choices.loss(chosen)));
    }

    /** Moves a task's segments. Results at or below the floor are not evaluated exactly. */
    private State moved(final State from, final int task, final int[] moved, final Score floor) {
        final int[][] chosen = from.chosen.clone();
        final Task[] tasks = from.tasks.clone();
        chosen[task] = moved;
        tasks[task] = choices.task(task, moved);
        return new State(chosen, tasks,
            score(tasks, floor, from.score.loss - choices.loss(task, from.chosen[task]) + choices.loss(task, moved)));
    }

    private Score score(final Task[] tasks, final Score floor, final double loss) {
        analyses++;
        final RelaxedBounds bounds = new RelaxedBounds(choices.with(List.of(tasks)), floor.failing, floor.ratio);
        if (bounds.failing() < 0) {
            return new Score(order.length, 0, loss);
        }
        return new Score(edf ? 0 : rank[bounds.failing()], bounds.ratio(), loss);
    }

    /** Whether some test accepts it: the plain one, or the tightest. */
    private boolean passes(final State state) {
        if (state.score.failing == order.length) {
            return true;
        }
        final boolean near = state.score.ratio < HOPELESS.ratio;
        analyses += near ? 1 : 0;
        return near && Analyses.analyze(choices.with(List.of(state.tasks))).schedulable();
    }

    private State climb(final State start) {
        State present = start;
        while (!passes(present) && analyses < mostAnalyses) {
            // Under EDF every task can delay every other, and a bound costs more: long blocks first.
            State next = step(present, edf ? COARSE : 1);
            next = next == null && edf ? step(present, 1) : next;
            if (next == null) {
                return present;
            }
            explain(present, next);
            present = next;
        }
        return present;
    }

    /** The best move of blocks of a length or longer; null when none improves. */
    private State step(final State present, final int shortest) {
        State next = null;
        for (int r = order.length - 1; r >= 0 && analyses < mostAnalyses; r--) {
            final int task = order[r];
            for (final int[] move : moves(task, present.chosen[task], edf || r <= present.score.failing, shortest)) {
                final State candidate = moved(present, task, move, next == null ? present.score : next.score);
                if (candidate.score.improves(present.score) && (next == null || candidate.score.betterThan(next.score))) {
                    next = candidate;
                }
            }
        }
        return next;
    }

    private void explain(final State before, final State after) {
        final RelaxedBounds bounds = new RelaxedBounds(choices.with(List.of(before.tasks)));
        final Task failing = choices.set().tasks().get(bounds.failing());
        final String reason = String.format(Locale.ROOT, "%s was at %.2f of its deadline", failing.name(), bounds.ratio());
        for (int i = 0; i < before.chosen.length; i++) {
            for (int j = 0; j < before.chosen[i].length; j++) {
                if (before.chosen[i][j] != after.chosen[i][j]) {
                    why[i][j] = reason;
                }
            }
        }
    }

    /** Blocks of one task moved; of a task that can only block, the longest segment on each device. */
    private List<int[]> moves(final int task, final int[] chosen, final boolean blocks, final int shortest) {
        final List<int[]> moves = new ArrayList<>();
        final int layers = chosen.length;
        if (layers == 0) {
            return moves;
        }
        if (!blocks) {
            longest(task, chosen, moves);
            return moves;
        }
        final Set<Integer> lengths = new TreeSet<>(List.of(1, 2, 4, 8, Math.max(1, layers / 3), Math.max(1, layers / 2), layers));
        lengths.removeIf(length -> length < Math.min(shortest, layers));
        for (final int length : lengths) {
            final int stride = Math.max(1, length / 2);
            for (int from = 0; from + length <= layers; from += stride) {
                all(task, chosen, from, from + length, moves);
            }
            if (length < layers && (layers - length) % stride != 0) {
                all(task, chosen, layers - length, layers, moves);
            }
        }
        return moves;
    }

    private void longest(final int task, final int[] chosen, final List<int[]> moves) {
        for (int device = 0; device < choices.set().platform().devices().size(); device++) {
            int longest = -1;
            for (int j = 0; j < chosen.length; j++) {
                if (choices.variant(task, j, chosen[j]).device() == device && (longest < 0
                    || choices.variant(task, j, chosen[j]).wcetNs() > choices.variant(task, longest, chosen[longest]).wcetNs())) {
                    longest = j;
                }
            }
            if (longest >= 0) {
                all(task, chosen, longest, longest + 1, moves);
            }
        }
    }

    /** The block moved to every kind of variant that changes it. */
    private void all(final int task, final int[] chosen, final int from, final int to, final List<int[]> moves) {
        for (final LayerChoices.Kind kind : choices.kinds()) {
            final int[] moved = chosen.clone();
            for (int j = from; j < to; j++) {
                final int other = choices.indexOf(task, j, kind);
                moved[j] = other < 0 ? moved[j] : other;
            }
            if (!Arrays.equals(moved, chosen)) {
                moves.add(moved);
            }
        }
    }

    /** A block that might go back to where it loses least. */
    private record Block(int task, int from, int to) {
    }

    /** Moves what loses accuracy back in blocks while the set stays schedulable, those that lose most first. */
    private State recover(final State from) {
        final int[][] least = choices.accelerated();
        final Set<Block> refused = new HashSet<>();
        State present = from;
        while (analyses < mostAnalyses) {
            Block best = null;
            double gain = 0;
            for (int i = 0; i < present.chosen.length; i++) {
                for (final Block block : lossy(i, present.chosen[i], least[i])) {
                    final double freed = freed(block, present.chosen[i], least[i]);
                    if (freed > gain && !refused.contains(block)) {
                        gain = freed;
                        best = block;
                    }
                }
            }
            if (best == null) {
                return present;
            }
            final int[] back = present.chosen[best.task].clone();
            System.arraycopy(least[best.task], best.from, back, best.from, best.to - best.from);
            final State candidate = moved(present, best.task, back, HOPELESS);
            if (passes(candidate)) {
                present = candidate;
                Arrays.fill(why[best.task], best.from, best.to, null);
            } else {
                refused.add(best);
            }
        }
        return present;
    }

    private double freed(final Block block, final int[] chosen, final int[] least) {
        double sum = 0;
        for (int j = block.from; j < block.to; j++) {
            sum += choices.variant(block.task, j, chosen[j]).loss() - choices.variant(block.task, j, least[j]).loss();
        }
        return sum;
    }

    /** Rows of segments that are not where they lose least: whole, in halves, and their ends. */
    private static Set<Block> lossy(final int task, final int[] chosen, final int[] least) {
        final Set<Block> blocks = new LinkedHashSet<>();
        int from = 0;
        for (int j = 0; j <= chosen.length; j++) {
            if (j == chosen.length || chosen[j] == least[j]) {
                for (int length = j - from; length > 0; length /= 2) {
                    blocks.add(new Block(task, from, from + length));
                    blocks.add(new Block(task, j - length, j));
                }
                from = j + 1;
            }
        }
        return blocks;
    }

    /**
     * What the tightest test says of an allocation.
     *
     * @param choices what is allocated
     * @param chosen  an allocation
     * @return the allocation with its verdict
     */
    public static LayerAllocation judge(final LayerChoices choices, final int[][] chosen) {
        final TaskSet set = choices.with(chosen);
        final Verdict verdict = Analyses.analyze(set);
        return new LayerAllocation(chosen, set, verdict, choices.loss(chosen), 1);
    }
}
