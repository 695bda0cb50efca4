// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.model.TaskSet;

/** The largest simulated responses of sets held against verdicts on them, and what was held, by schedulability test. */
final class HeldBounds {
    private final Map<String, Count> byTest = new TreeMap<>();

    /** What one test said, and how near responses came to it in percent of the bound. */
    private static final class Count {
        private long sets;
        private long accepted;
        private long bounds;
        private long tightest;
        private long shares;
    }

    /**
     * Fails when a response is longer than its bound.
     *
     * @param set       what was simulated
     * @param verdict   what a test says of it
     * @param largestNs largest response of each task
     * @param again     how the run is repeated in which a task had its largest response
     */
    void hold(final TaskSet set, final Verdict verdict, final long[] largestNs, final IntFunction<String> again) {
        final Count count = byTest.computeIfAbsent(verdict.test(), name -> new Count());
        count.sets++;
        count.accepted += verdict.schedulable() ? 1 : 0;
        for (int i = 0; i < set.tasks().size(); i++) {
            final TaskVerdict task = verdict.tasks().get(i);
            if (task.bounded()) {
                if (largestNs[i] > task.responseBoundNs()) {
                    fail(verdict.test() + " bounds " + task.name() + " by " + task.responseBoundNs() + " but a response was " + largestNs[i]
                        + "; reproduce: " + again.apply(i) + "; " + set);
                }
                final long share = 100 * largestNs[i] / task.responseBoundNs();
                count.bounds++;
                count.tightest = Math.max(count.tightest, share);
                count.shares += share;
            }
        }
    }

    /** The same where a seed tells all of a set's runs. */
    void hold(final TaskSet set, final Verdict verdict, final long[] largestNs, final long seed) {
        hold(set, verdict, largestNs, task -> again(seed));
    }

    /** How a set of a seed is drawn alone. */
    static String again(final long seed) {
        return "-Dtactus.property.seed=" + seed + " -Dtactus.property.sets=1";
    }

    /** Prints a line a test. */
    void print(final String what) {
        byTest.forEach((test, count) -> System.out.printf("%s%s: %d sets, %d accepted, %d bounds held, tightest %d%%, mean %d%%%n",
            test, what, count.sets, count.accepted, count.bounds, count.tightest, count.shares / Math.max(1, count.bounds)));
    }

    /** Whether each test that said anything bounded more than a number of tasks. */
    boolean eachHolds(final long more) {
        return byTest.values().stream().allMatch(count -> count.bounds > more);
    }

    /** How many tasks a test bounded. */
    long bounds(final String test) {
        return byTest.get(test).bounds;
    }

    /** The largest share of any bound that a response took, percent. */
    long tightest() {
        return byTest.values().stream().mapToLong(count -> count.tightest).max().orElse(0);
    }
}
