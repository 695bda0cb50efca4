package org.tactus.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tactus.analysis.Analyses;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.model.Task;

/**
 * Greedy allocation of blocks of layers to two devices under {@code chain-fp}; ours, after what is known of LaLaRAND's offline part.
 *
 * <p>From a start allocation it takes the first task, by priority, that fails, and moves one block of consecutive layers of it or of
 * a task of higher priority to the other device, or, of a task of lower priority, its longest layer on a device. It takes the move after
 * which the first failing
 * task ranks lowest, then the one with the smallest bound over deadline, then the one that loses least accuracy, then the first. When
 * nothing improves it starts again from the two one-cut allocations. Blocks, not single layers, because one layer moved out of a chain
 * costs two more blockings and two transfers. Afterwards blocks on the CPU go back, those that lose most first, while the set stays
 * schedulable. Deterministic; the number of analyses is limited. Used by one thread.
 */
public final class LayerAllocator {
    /** Enough for sets of ten networks of thirty layers to end by themselves almost always. */
    public static final int DEFAULT_ANALYSES = 20_000;
    private static final long RELAXED = 20;
    private static final SchedulabilityTest TEST = Analyses.byName("chain-fp").orElseThrow();

    private final LayerSet set;
    private final int mostAnalyses;
    private final int[] order;
    private int analyses;

    /** How far an allocation gets: the rank that fails first, its bound over its deadline, and the accuracy lost. */
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

    /**
     * Prepares one allocation.
     *
     * @param set          what is to be allocated
     * @param mostAnalyses limit on the allocations that are analysed
     */
    public LayerAllocator(final LayerSet set, final int mostAnalyses) {
        this.set = set;
        this.mostAnalyses = mostAnalyses;
        final var tasks = set.taskSet(set.allGpu());
        order = IntStream.range(0, set.tasks().size()).boxed().sorted(tasks::compareFixedPriority).mapToInt(Integer::intValue).toArray();
    }

    /**
     * Searches.
     *
     * @return the first schedulable allocation found, freed of CPU layers that it does not need; else the best one of all starts
     */
    public LayerAllocation allocate() {
        analyses = 0;
        boolean[][] best = null;
        Score bestScore = null;
        for (final boolean[][] start : List.of(set.allGpu(), set.cut(false), set.cut(true))) {
            final boolean[][] found = climb(start);
            final Score score = score(found);
            if (bestScore == null || score.betterThan(bestScore)) {
                best = found;
                bestScore = score;
            }
            if (score.failing() == order.length) {
                recover(best);
                break;
            }
        }
        final Verdict verdict = TEST.analyze(set.taskSet(best));
        return new LayerAllocation(best, verdict, loss(best), analyses);
    }

    private boolean[][] climb(final boolean[][] start) {
        boolean[][] present = start;
        Score score = score(present);
        while (score.failing() < order.length && analyses < mostAnalyses) {
            boolean[][] next = null;
            Score nextScore = score;
            for (int rank = 0; rank < order.length && analyses < mostAnalyses; rank++) {
                for (final boolean[] moved : moves(present[order[rank]], order[rank], rank <= score.failing())) {
                    final boolean[][] candidate = present.clone();
                    candidate[order[rank]] = moved;
                    final Score reached = score(candidate);
                    if (reached.improves(score) && (next == null || reached.betterThan(nextScore))) {
                        next = candidate;
                        nextScore = reached;
                    }
                }
            }
            if (next == null) {
                return present;
            }
            present = next;
            score = nextScore;
        }
        return present;
    }

    /** Blocks of one task moved; of a task that ranks below the failing one only the longest layer on each device. */
    private List<boolean[]> moves(final boolean[] onCpu, final int task, final boolean blocks) {
        final List<boolean[]> moves = new ArrayList<>();
        final int layers = onCpu.length;
        if (!blocks) {
            for (final boolean device : new boolean[] {false, true}) {
                int longest = -1;
                for (int j = 0; j < layers; j++) {
                    if (onCpu[j] == device && (longest < 0
                        || set.tasks().get(task).costNs(j, onCpu) > set.tasks().get(task).costNs(longest, onCpu))) {
                        longest = j;
                    }
                }
                if (longest >= 0) {
                    moves.add(moved(onCpu, longest, longest + 1));
                }
            }
            return moves;
        }
        final Set<Integer> lengths = new TreeSet<>(List.of(1, 2, 4, 8, Math.max(1, layers / 3), Math.max(1, layers / 2), layers));
        for (final int length : lengths) {
            for (int from = 0; from + length <= layers; from += Math.max(1, length / 2)) {
                moves.add(moved(onCpu, from, from + length));
            }
            if (length < layers && (layers - length) % Math.max(1, length / 2) != 0) {
                moves.add(moved(onCpu, layers - length, layers));
            }
        }
        return moves;
    }

    private static boolean[] moved(final boolean[] onCpu, final int from, final int to) {
        final boolean[] moved = onCpu.clone();
        for (int j = from; j < to; j++) {
            moved[j] = !onCpu[from];
        }
        return moved;
    }

    private Score score(final boolean[][] onCpu) {
        analyses++;
        final List<Task> tasks = new ArrayList<>(onCpu.length);
        for (int i = 0; i < onCpu.length; i++) {
            tasks.add(set.task(i, onCpu[i], RELAXED));
        }
        final Verdict verdict = TEST.analyze(set.taskSet(tasks));
        for (int rank = 0; rank < order.length; rank++) {
            final TaskVerdict task = verdict.tasks().get(order[rank]);
            final long deadline = set.tasks().get(order[rank]).deadlineNs();
            if (!task.bounded() || task.responseBoundNs() > deadline) {
                return new Score(rank, task.bounded() ? (double) task.responseBoundNs() / deadline : RELAXED, loss(onCpu));
            }
        }
        return new Score(order.length, 0, loss(onCpu));
    }

    /** Moves runs on the CPU, whole or in halves, back to the GPU while the set stays schedulable; in place. */
    private void recover(final boolean[][] onCpu) {
        final Set<List<Integer>> refused = new HashSet<>();
        while (true) {
            List<Integer> best = null;
            double gain = 0;
            for (int i = 0; i < onCpu.length; i++) {
                for (final List<Integer> block : blocksOnCpu(i, onCpu[i])) {
                    final double freed = loss(i, block.get(1), block.get(2));
                    if (freed > gain && !refused.contains(block)) {
                        gain = freed;
                        best = block;
                    }
                }
            }
            if (best == null) {
                return;
            }
            final boolean[] before = onCpu[best.get(0)];
            onCpu[best.get(0)] = moved(before, best.get(1), best.get(2));
            if (score(onCpu).failing() < order.length) {
                onCpu[best.get(0)] = before;
                refused.add(best);
            }
        }
    }

    private static List<List<Integer>> blocksOnCpu(final int task, final boolean[] onCpu) {
        final List<List<Integer>> blocks = new ArrayList<>();
        int from = 0;
        for (int j = 0; j <= onCpu.length; j++) {
            if (j == onCpu.length || !onCpu[j]) {
                if (j > from) {
                    blocks.add(List.of(task, from, j));
                    if (j - from > 1) {
                        blocks.add(List.of(task, from, (from + j) / 2));
                        blocks.add(List.of(task, (from + j) / 2, j));
                    }
                }
                from = j + 1;
            }
        }
        return blocks;
    }

    private double loss(final boolean[][] onCpu) {
        double sum = 0;
        for (int i = 0; i < onCpu.length; i++) {
            for (int j = 0; j < onCpu[i].length; j++) {
                sum += onCpu[i][j] ? set.tasks().get(i).loss()[j] : 0;
            }
        }
        return sum;
    }

    private double loss(final int task, final int from, final int to) {
        double sum = 0;
        for (int j = from; j < to; j++) {
            sum += set.tasks().get(task).loss()[j];
        }
        return sum;
    }
}
