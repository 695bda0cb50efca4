// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.PlainPreemptiveChains;
import org.tactus.internal.analysis.PlainPreemptiveChains.Omission;
import org.tactus.model.DeviceSpec;
import org.tactus.model.SharingGroups;
import org.tactus.model.TaskSet;
import org.tactus.supply.CoreSupply;

/**
 * No simulated response exceeds a bound on devices that are preempted within segments, alone and beside others, with marked segments,
 * equal levels, best-effort tasks, the cost of switches, jitters, early ends and stalls. The number of sets is
 * {@code -Dtactus.property.sets} (1,500 without it), the first seed {@code -Dtactus.property.seed}; the long mode is
 * {@code mvn -pl bindings,core test -Dtest=PreemptionBoundsTest -Dtactus.property.sets=100000}.
 */
class PreemptionBoundsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 1500);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final int RUNS_A_SET = 8;
    private static final int MUTANT_SETS = Math.min(SETS, 6000);

    private final Simulator simulator = new Simulator();
    private final HeldBounds held = new HeldBounds();

    @Test
    void shouldStayWithinEveryBoundWhenDevicesArePreemptive() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            hold(seed, PreemptiveSets.make(seed), false);
        }
        report("preemptive");
    }

    @Test
    void shouldStayWithinEveryBoundWhenCoresOfPreemptiveDevicesAreStalled() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            final TaskSet set = PreemptiveSets.make(seed);
            final SplittableRandom random = new SplittableRandom(~seed);
            hold(seed, new TaskSet(set.name(), set.policy(), set.overheads().withSupply(CoreSupply.each(StallBoundsTest.curve(random))),
                set.platform(), set.tasks()), true);
        }
        report("preemptive under stalls");
    }

    @Test
    void shouldBoundChainsAsThePlainFormulasDo() {
        int bounded = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            final TaskSet set = PreemptiveSets.make(seed);
            final long at = seed;
            for (final boolean budgeted : new boolean[] {false, true}) {
                final long[] plain = new PlainPreemptiveChains(set, budgeted, EnumSet.noneOf(Omission.class)).bounds();
                final Verdict verdict = Analyses.byName(budgeted ? "chain-fp-budget" : "chain-fp").orElseThrow().analyze(set);
                if (SharingGroups.of(set).size() > 1) {
                    continue; // the plain version knows no groups
                }
                for (int i = 0; i < plain.length; i++) {
                    final long told = verdict.tasks().get(i).responseBoundNs();
                    assertEquals(plain[i] == PlainPreemptiveChains.NONE ? -1 : plain[i], told, () -> "seed " + at + ", " + verdict + ", "
                        + Arrays.toString(plain) + " " + set);
                    bounded += told >= 0 ? 1 : 0;
                }
            }
        }
        assertTrue(bounded > SETS, "too few bounds: " + bounded);
    }

    /** Each thing that a bound must hold is forgotten in turn; a simulation then exceeds it. */
    @Test
    void shouldExceedABoundWhenTheAnalysisForgetsSomething() {
        final Map<Omission, Integer> caught = new EnumMap<>(Omission.class);
        for (long seed = FIRST_SEED; seed < FIRST_SEED + Math.max(MUTANT_SETS, 1500); seed++) {
            final TaskSet set = PreemptiveSets.make(seed);
            final long[] largest = largest(seed, set, false);
            for (final Omission omission : Omission.values()) {
                for (final boolean budgeted : new boolean[] {false, true}) {
                    final long[] wrong = new PlainPreemptiveChains(set, budgeted, EnumSet.of(omission)).bounds();
                    for (int i = 0; i < wrong.length; i++) {
                        if (largest[i] > wrong[i]) {
                            caught.merge(omission, 1, Integer::sum);
                        }
                    }
                }
            }
        }
        System.out.println("bounds that are exceeded when the analysis forgets: " + caught);
        assertEquals(EnumSet.allOf(Omission.class), caught.isEmpty() ? EnumSet.noneOf(Omission.class) : EnumSet.copyOf(caught.keySet()));
    }

    private long[] largest(final long seed, final TaskSet set, final boolean stalls) {
        final long[] largest = new long[set.tasks().size()];
        for (int run = 0; run < RUNS_A_SET; run++) {
            final long[] responses = simulator.maxResponses(set, RandomSets.options(set, seed * RUNS_A_SET + run).withStalls(stalls));
            for (int i = 0; i < largest.length; i++) {
                largest[i] = Math.max(largest[i], responses[i]);
            }
        }
        return largest;
    }

    private void hold(final long seed, final TaskSet set, final boolean stalls) {
        final long[] largest = largest(seed, set, stalls);
        final List<Verdict> verdicts = new ArrayList<>();
        for (final String name : Analyses.names()) {
            final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
            final boolean reference = name.equals("fp")
                && !set.platform().devices().stream().allMatch(DeviceSpec::isPreemptive);
            if (!reference && test.applies(set).isEmpty()) {
                verdicts.add(test.analyze(set));
            }
        }
        verdicts.add(Analyses.analyze(set));
        verdicts.forEach(verdict -> held.hold(set, verdict, largest, seed));
    }

    private void report(final String what) {
        held.print(", " + what);
        for (final String test : List.of("fp", "chain-fp", "chain-fp-budget")) {
            assertTrue(SETS < 500 || held.bounds(test) > SETS / 10, test + " bounds many tasks");
        }
        assertTrue(SETS < 500 || held.tightest() >= 95, "no bound is ever nearly reached");
    }
}
