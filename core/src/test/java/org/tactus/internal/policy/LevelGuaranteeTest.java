// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.sim.SegmentListener;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * No job of a set that the offline test accepts is late, whatever levels are taken: with early completions, sporadic delays, jitter,
 * overheads, stalls, and gains that change at every release as if they meant harm. Every level that is taken passes the plain version of
 * the test too. Sets a policy by {@code -Dtactus.property.sets}, the first seed by {@code -Dtactus.property.seed}; the long mode is
 * {@code mvn -pl core -am test -Dtest=LevelGuaranteeTest -Dsurefire.failIfNoSpecifiedTests=false -Dtactus.property.sets=200000}.
 */
class LevelGuaranteeTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 4000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final int RUNS_A_SET = 4;

    @ParameterizedTest
    @EnumSource(PolicyKind.class)
    void shouldMissNoDeadlineWhenLevelsAreTaken(final PolicyKind policy) {
        final Totals totals = new Totals();
        final String violation = search(policy, FIRST_SEED, SETS, true, totals);
        System.out.printf("%s: seeds from %d, %d of %d sets accepted; larger levels: %d taken, %d refused; of %d refused ones the plain"
            + " test was asked, and took %d%n", policy.text(), FIRST_SEED, totals.accepted, SETS, totals.taken, totals.refused,
            totals.asked, totals.tooCareful);
        assertTrue(violation.isEmpty(), violation);
        assertTrue(SETS < 500 || totals.accepted > SETS / 20 && totals.taken > 10 * totals.accepted, "too little was tried");
        assertTrue(SETS < 500 || totals.tooCareful < totals.asked / 20, "too careful: " + totals.tooCareful + " of " + totals.asked);
    }

    /** The name of a policy, for a mutant's class loader; empty when every job was in time. */
    static String search(final String policy, final long firstSeed, final int sets, final boolean plainly) {
        return search(PolicyKind.valueOf(policy), firstSeed, sets, plainly, new Totals());
    }

    private static String search(
        final PolicyKind policy, final long firstSeed, final int sets, final boolean plainly, final Totals totals) {
        final Simulator simulator = new Simulator();
        for (long seed = firstSeed; seed < firstSeed + sets; seed++) {
            final TaskSet set = LevelSets.make(seed, policy);
            if (!Analyses.analyze(set).schedulable()) {
                continue;
            }
            totals.accepted++;
            for (int run = 0; run < RUNS_A_SET; run++) {
                final SimulationOptions options = LevelSets.options(set, seed * RUNS_A_SET + run);
                final boolean compared = plainly && run == 0 && set.overheads().supply().isNone();
                final Watch watch = new Watch(simulator, set, options.seed(), compared, totals);
                simulator.run(set, options, watch, SegmentListener.NONE);
                if (watch.violation != null) {
                    return watch.violation + "; reproduce: -Dtactus.property.seed=" + seed + " -Dtactus.property.sets=1, run " + run + ", "
                        + options + ", " + set;
                }
            }
        }
        return "";
    }

    private static final class Totals {
        private long accepted;
        private long taken;
        private long refused;
        private long asked;
        private long tooCareful;
    }

    /** Sees that each job is in time, changes gains, and asks the plain version. */
    private static final class Watch implements JobListener {
        private final Simulator simulator;
        private final TaskSet set;
        private final SplittableRandom random;
        private final boolean compared;
        private final Totals totals;
        private PlainLevels plain;
        private String violation;

        Watch(final Simulator simulator, final TaskSet set, final long seed, final boolean compared, final Totals totals) {
            this.simulator = simulator;
            this.set = set;
            this.random = new SplittableRandom(~seed);
            this.compared = compared;
            this.totals = totals;
        }

        @Override
        public void onRelease(final int slot, final long job, final long nominalNs, final long nowNs) {
            final Task task = set.tasks().get(slot);
            for (int j = 0; j < task.segments().size(); j++) {
                for (int k = 0; k < task.segments().get(j).levels().size(); k++) {
                    if (random.nextInt(4) == 0 && task.segments().get(j).levels().size() > 1) {
                        simulator.state().gain(slot, j, k, random.nextInt(20) == 0 ? Double.NaN : random.nextInt(8));
                    }
                }
            }
        }

        @Override
        public void onLevel(
            final int slot, final long job, final int segment, final int level, final double gain, final int limit, final long nowNs) {
            totals.taken += level > 0 ? 1 : 0;
            totals.refused += limit != LevelChoice.LIMIT_NONE ? 1 : 0;
            if (!compared) {
                return;
            }
            plain = plain == null ? new PlainLevels(set, simulator.state()) : plain;
            final var levels = set.tasks().get(slot).segments().get(segment).levels();
            if (level > 0 && !plain.accepts(slot, levels.get(level).wcetNs(), nowNs)) {
                violation = "at " + nowNs + " level " + level + " of segment " + segment + " of t" + slot
                    + " was taken, which the plain test refuses";
            }
            totals.asked += limit != LevelChoice.LIMIT_NONE ? 1 : 0;
            for (int k = 1; limit != LevelChoice.LIMIT_NONE && k < levels.size(); k++) {
                if (simulator.state().levelGain(slot, k) > gain && plain.accepts(slot, levels.get(k).wcetNs(), nowNs)) {
                    totals.tooCareful++;
                    return;
                }
            }
        }

        @Override
        public void onComplete(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            if (endNs > deadlineNs && violation == null && !set.tasks().get(slot).isBestEffort()) {
                violation = "t" + slot + " completed job " + job + ", due at " + deadlineNs + ", at " + endNs;
            }
        }
    }
}
