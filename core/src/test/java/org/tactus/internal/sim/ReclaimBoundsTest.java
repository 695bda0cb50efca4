// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * With segments offered to an idle accelerator, no simulated response exceeds a bound. Sets are small and their times small
 * integers, so that a decision often falls on the very instant of another event. The number of sets a policy is
 * {@code -Dtactus.property.sets} (3,000 without it), the first seed {@code -Dtactus.property.seed}; the long mode is
 * {@code mvn -pl core -am test -Dtest=ReclaimBoundsTest -Dsurefire.failIfNoSpecifiedTests=false -Dtactus.property.sets=100000}.
 */
class ReclaimBoundsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 3000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final int RUNS_A_SET = 8;
    private static final List<String> TESTS = List.of("chain-fp", "chain-fp-budget", "chain-edf", "chain-edf-x");

    private final Simulator simulator = new Simulator();
    private long substitutions;
    private long bounds;
    private long tightest;

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
            checkSet(seed, make(seed, policy));
        }
        System.out.printf("reclaiming, %s: %d substitutions within bounds, %d bounds held, tightest %d%%%n", policy.text(), substitutions,
            bounds, tightest);
        assertTrue(substitutions > 10L * SETS && bounds > SETS / 4 || SETS < 100, substitutions + " substitutions, " + bounds + " bounds");
    }

    private void checkSet(final long seed, final TaskSet set) {
        final int tasks = set.tasks().size();
        final long[] largest = new long[tasks];
        final long[] runOf = new long[tasks];
        long taken = 0;
        for (int run = 0; run < RUNS_A_SET; run++) {
            final long[] responses = simulator.maxResponses(set, RandomSets.options(set, seed * RUNS_A_SET + run));
            taken += simulator.substitutionCount();
            for (int i = 0; i < tasks; i++) {
                if (responses[i] > largest[i]) {
                    largest[i] = responses[i];
                    runOf[i] = seed * RUNS_A_SET + run;
                }
            }
        }
        boolean bounded = false;
        for (final String name : TESTS) {
            final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
            if (test.applies(set).isEmpty()) {
                bounded |= checkVerdict(seed, set, test.analyze(set), largest, runOf);
            }
        }
        substitutions += bounded ? taken : 0;
    }

    private boolean checkVerdict(final long seed, final TaskSet set, final Verdict verdict, final long[] largest, final long[] runOf) {
        for (int i = 0; i < largest.length; i++) {
            final var task = verdict.tasks().get(i);
            if (!task.bounded()) {
                continue;
            }
            if (largest[i] > task.responseBoundNs()) {
                fail(verdict.test() + " bounds " + task.name() + " by " + task.responseBoundNs() + " but a response was " + largest[i]
                    + "; reproduce: -Dtactus.property.seed=" + seed + " -Dtactus.property.sets=1, options seed " + runOf[i] + ", "
                    + RandomSets.options(set, runOf[i]) + ", " + set);
            }
            bounds++;
            tightest = Math.max(tightest, 100 * largest[i] / task.responseBoundNs());
        }
        return verdict.schedulable();
    }

    /** A set on one or two processors and an accelerator or two; most segments on a processor are offered, mostly shorter there. */
    static TaskSet make(final long seed, final PolicyKind policy) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int processors = random.nextInt(4) == 0 ? 2 : 1;
        final int accelerators = random.nextInt(4) == 0 ? 2 : 1;
        final TaskSetBuilder builder = TaskSet.builder("reclaiming").policy(policy).overheads(random.nextInt(3) != 0 ? Overheads.NONE
            : new Overheads(random.nextInt(3), random.nextInt(5), random.nextInt(3), random.nextInt(2), random.nextInt(4),
                random.nextInt(2), 0));
        for (int d = 0; d < processors; d++) {
            builder.device(DeviceSpec.cpu("c" + d));
        }
        for (int d = 0; d < accelerators; d++) {
            builder.device(DeviceSpec.modelled("g" + d));
        }
        final int tasks = 2 + random.nextInt(3);
        final double load = 1 + 3 * random.nextDouble();
        for (int i = 0; i < tasks; i++) {
            builder.task("t" + i, task -> {
                final int segments = 1 + random.nextInt(6);
                final int target = random.nextInt(accelerators);
                boolean offered = false;
                long total = 0;
                for (int j = 0; j < segments; j++) {
                    final boolean onProcessor = random.nextInt(3) != 0;
                    final long cost = 1 + random.nextInt(9);
                    task.segment(onProcessor ? "c" + random.nextInt(processors) : "g" + random.nextInt(accelerators), cost);
                    if (onProcessor && j > 0 && random.nextInt(3) != 0) {
                        task.offer("g" + target, 1 + random.nextInt(random.nextInt(3) == 0 ? 10 : (int) cost));
                        offered = true;
                    }
                    total += cost;
                }
                if (offered) {
                    task.reclaim(new Reclaim(1 + random.nextInt(14), 1 + random.nextInt(4), 1 + random.nextInt(10)));
                }
                final long period = total + (long) (total * load * random.nextDouble() * tasks) + random.nextInt(4);
                final long deadline = random.nextInt(3) == 0 ? total + random.nextLong(period - total + 1) : period;
                task.periodNs(period).deadlineNs(deadline).offsetNs(random.nextLong(2 * period));
                task.jitterNs(random.nextInt(4) == 0 ? random.nextLong(period / 3 + 1) : 0);
                task.release(random.nextInt(4) == 0 ? Release.SPORADIC : Release.PERIODIC);
            });
        }
        return builder.build();
    }
}
