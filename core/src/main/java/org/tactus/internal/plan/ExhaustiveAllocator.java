// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.InvalidTaskSetException;

/**
 * The best allocation of a small set, by asking for every one in the order of the accuracy that it gives up: the first that is
 * schedulable is the best. Used by one thread.
 */
public final class ExhaustiveAllocator {
    /** Most allocations that are looked at. */
    public static final int MOST = 1 << 18;

    private final LayerChoices choices;
    private final int[][] shape;
    private final int count;

    /**
     * Counts the allocations.
     *
     * @param choices what is to be allocated
     * @throws InvalidTaskSetException when there are more than {@link #MOST}
     */
    public ExhaustiveAllocator(final LayerChoices choices) {
        this.choices = choices;
        shape = choices.accelerated();
        long product = 1;
        for (int i = 0; i < shape.length; i++) {
            for (int j = 0; j < shape[i].length; j++) {
                product *= choices.variants(i, j).size();
                if (product > MOST) {
                    throw new InvalidTaskSetException("tasks", "there are more than " + MOST
                        + " allocations to look at; plan a smaller set, or use lalarand");
                }
            }
        }
        count = (int) product;
    }

    /**
     * Searches.
     *
     * @return the schedulable allocation that gives up least accuracy; when there is none, the one that loses nothing
     */
    public LayerAllocation allocate() {
        final double[] losses = new double[count];
        for (int code = 0; code < count; code++) {
            losses[code] = choices.loss(decoded(code));
        }
        final int[] order = IntStream.range(0, count).boxed().sorted(Comparator.comparingDouble(code -> losses[code]))
            .mapToInt(Integer::intValue).toArray();
        for (int n = 0; n < count; n++) {
            final int[][] chosen = decoded(order[n]);
            // No shortcut: what only looks hopeless to a search may be schedulable, and then be the best.
            if (Analyses.analyze(choices.with(chosen)).schedulable()) {
                final LayerAllocation found = LayerAllocator.judge(choices, chosen);
                return new LayerAllocation(chosen, found.set(), found.verdict(), found.loss(), n + 1);
            }
        }
        final LayerAllocation none = LayerAllocator.judge(choices, choices.accelerated());
        return new LayerAllocation(none.chosen(), none.set(), none.verdict(), none.loss(), count);
    }

    private int[][] decoded(final int code) {
        final int[][] chosen = new int[shape.length][];
        int rest = code;
        for (int i = 0; i < shape.length; i++) {
            chosen[i] = new int[shape[i].length];
            for (int j = 0; j < chosen[i].length; j++) {
                final int ways = choices.variants(i, j).size();
                chosen[i][j] = rest % ways;
                rest /= ways;
            }
        }
        return chosen;
    }
}
