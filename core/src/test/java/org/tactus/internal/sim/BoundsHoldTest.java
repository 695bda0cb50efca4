// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/**
 * No simulated response exceeds a bound, for every test that applies to a set. The number of sets a policy is
 * {@code -Dtactus.property.sets} (2,000 without it), the first seed {@code -Dtactus.property.seed}; the long mode is
 * {@code mvn -pl core -am test -Dtest=BoundsHoldTest -Dsurefire.failIfNoSpecifiedTests=false -Dtactus.property.sets=300000}.
 */
class BoundsHoldTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 2000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final int RUNS_A_SET = 8;
    /** Bounds of preemptive scheduling, which no device here does. */
    private static final Set<String> PREEMPTIVE = Set.of("fp", "edf");

    private final Simulator simulator = new Simulator();
    private final Map<String, long[]> seen = new TreeMap<>();

    @Test
    void shouldStayWithinEveryBoundWhenPrioritiesAreFixed() {
        check(PolicyKind.FIXED_PRIORITY);
    }

    @Test
    void shouldStayWithinEveryBoundWhenDeadlinesDecide() {
        check(PolicyKind.EDF);
    }

    private void check(final PolicyKind policy) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            checkSet(seed, RandomSets.make(seed, policy));
        }
        seen.forEach((test, counts) -> System.out.printf("%s: %d sets, %d accepted, %d bounds held, tightest %d%%, mean %d%%%n",
            test, counts[0], counts[1], counts[2], counts[3], counts[4] / Math.max(1, counts[2])));
        assertTrue(seen.values().stream().allMatch(counts -> counts[2] > SETS / 100), "each test bounds many tasks");
    }

    private void checkSet(final long seed, final TaskSet set) {
        final int tasks = set.tasks().size();
        final long[] largest = new long[tasks];
        final long[] runOf = new long[tasks];
        for (int run = 0; run < RUNS_A_SET; run++) {
            final long[] responses = simulator.maxResponses(set, RandomSets.options(set, seed * RUNS_A_SET + run));
            for (int i = 0; i < tasks; i++) {
                if (responses[i] > largest[i]) {
                    largest[i] = responses[i];
                    runOf[i] = seed * RUNS_A_SET + run;
                }
            }
        }
        for (final String name : Analyses.names()) {
            final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
            if (!PREEMPTIVE.contains(name) && test.applies(set).isEmpty()) {
                checkVerdict(seed, set, test.analyze(set), largest, runOf);
            }
        }
    }

    private void checkVerdict(final long seed, final TaskSet set, final Verdict verdict, final long[] largest, final long[] runOf) {
        final long[] counts = seen.computeIfAbsent(verdict.test(), name -> new long[5]);
        counts[0]++;
        counts[1] += verdict.schedulable() ? 1 : 0;
        for (int i = 0; i < largest.length; i++) {
            final var task = verdict.tasks().get(i);
            if (task.bounded()) {
                if (largest[i] > task.responseBoundNs()) {
                    fail(verdict.test() + " bounds " + task.name() + " by " + task.responseBoundNs() + " but a response was " + largest[i]
                        + "; reproduce: -Dtactus.property.seed=" + seed + " -Dtactus.property.sets=1, options seed " + runOf[i] + ", "
                        + RandomSets.options(set, runOf[i]) + ", " + set);
                }
                counts[2]++;
                final long share = 100 * largest[i] / task.responseBoundNs();
                counts[3] = Math.max(counts[3], share);
                counts[4] += share;
            }
        }
    }
}
