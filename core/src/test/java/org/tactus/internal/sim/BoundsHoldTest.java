// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
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
    private final HeldBounds held = new HeldBounds();

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
        held.print("");
        assertTrue(held.eachHolds(SETS / 100), "each test bounds many tasks");
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
                held.hold(set, test.analyze(set), largest, task -> HeldBounds.again(seed) + ", options seed " + runOf[task] + ", "
                    + RandomSets.options(set, runOf[task]));
            }
        }
    }
}
