// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
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
    private final Map<String, long[]> seen = new TreeMap<>();

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
        for (final Verdict verdict : verdicts) {
            final long[] counts = seen.computeIfAbsent(verdict.test(), name -> new long[5]);
            counts[0]++;
            counts[1] += verdict.schedulable() ? 1 : 0;
            for (int i = 0; i < largest.length; i++) {
                final var task = verdict.tasks().get(i);
                if (task.bounded()) {
                    if (largest[i] > task.responseBoundNs()) {
                        fail(verdict.test() + " bounds " + task.name() + " by " + task.responseBoundNs() + " but a response was "
                            + largest[i] + "; reproduce: -Dtactus.property.seed=" + seed + " -Dtactus.property.sets=1; " + set);
                    }
                    counts[2]++;
                    final long share = 100 * largest[i] / task.responseBoundNs();
                    counts[3] = Math.max(counts[3], share);
                    counts[4] += share;
                }
            }
        }
    }

    private void report(final String what) {
        seen.forEach((test, counts) -> System.out.printf("%s, %s: %d sets, %d accepted, %d bounds held, tightest %d%%, mean %d%%%n", what,
            test, counts[0], counts[1], counts[2], counts[3], counts[4] / Math.max(1, counts[2])));
        for (final String test : List.of("fp", "chain-fp", "chain-fp-budget")) {
            assertTrue(SETS < 500 || seen.get(test)[2] > SETS / 10, test + " bounds many tasks");
        }
        assertTrue(SETS < 500 || seen.values().stream().anyMatch(counts -> counts[3] >= 95), "no bound is ever nearly reached");
    }
}
