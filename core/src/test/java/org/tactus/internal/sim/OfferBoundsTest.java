// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.internal.policy.JobListener;
import org.tactus.internal.policy.OfferGate;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * Whatever answers come from a second machine, no response exceeds a bound: random sets of which tasks are offered, and at random events
 * of the simulation random answers, in time, late, doubled and to offers that nobody made. The number of sets a policy is
 * {@code -Dtactus.property.sets} (1,000 without it), the first seed {@code -Dtactus.property.seed}.
 */
class OfferBoundsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 1000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final int RUNS_A_SET = 4;

    private final Simulator simulator = new Simulator();

    @ParameterizedTest
    @EnumSource(names = {"FIXED_PRIORITY", "EDF"})
    void shouldStayWithinEveryBoundWhateverIsAnswered(final PolicyKind policy) {
        long bounds = 0;
        long cancelled = 0;
        long fallbacks = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            final TaskSet set = offered(RandomSets.make(seed, policy), seed);
            final Verdict verdict = Analyses.analyze(set);
            for (int run = 0; run < RUNS_A_SET; run++) {
                final SimulationOptions options = RandomSets.options(set, seed * RUNS_A_SET + run);
                final Answers answers = new Answers(set, verdict, options.seed());
                simulator.run(set, options, answers, SegmentListener.NONE);
                if (answers.violation != null) {
                    fail(verdict.test() + ": " + answers.violation + "; reproduce: -Dtactus.property.seed=" + seed
                        + " -Dtactus.property.sets=1, run " + run + ", " + options + ", " + set);
                }
                cancelled += answers.cancelled;
                fallbacks += answers.fallbacks;
            }
            bounds += verdict.tasks().stream().filter(task -> task.bounded()).count();
        }
        System.out.printf("%s: seeds from %d, %d bounds held, %d fallbacks, %d cancelled by answers%n", policy.text(), FIRST_SEED, bounds,
            fallbacks, cancelled);
        assertTrue(SETS < 500 || bounds > SETS / 10 && cancelled > SETS && fallbacks > SETS, "too little was tried");
    }

    /** The fallback of an offered task runs on a device whose memory is swapped: a task of a swap test with the deadline that is left. */
    @ParameterizedTest
    @EnumSource(SwapProtocol.class)
    void shouldStayWithinEveryBoundWhateverIsAnsweredWhenFallbacksAreSwapped(final SwapProtocol protocol) {
        long bounds = 0;
        long cancelled = 0;
        long fallbacks = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            final PolicyKind policy = seed % 2 == 0 ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY;
            final SplittableRandom random = new SplittableRandom(seed);
            final TaskSet set = offered(protocol == SwapProtocol.SEQ && seed % 4 < 2 ? UnitSets.random(random, policy)
                : SwapSets.random(random, policy, protocol), seed);
            final Verdict verdict = new SwapAnalysis(protocol, policy).analyze(set);
            for (int run = 0; run < RUNS_A_SET && verdict.schedulable(); run++) {
                final SimulationOptions options = SimulationOptions.worstCase(seed * RUNS_A_SET + run, 1500)
                    .withReleases(run % 2 == 0 ? ReleasePattern.SYNCHRONOUS : ReleasePattern.RANDOM_OFFSETS)
                    .withExecution(run < 2 ? ExecutionTime.WCET : ExecutionTime.RANDOM).withRandomVictims(seed % 3 == 0);
                final Answers answers = new Answers(set, verdict, options.seed());
                simulator.run(set, options, answers, SegmentListener.NONE);
                if (answers.violation != null) {
                    fail(verdict.test() + ": " + answers.violation + "; reproduce: -Dtactus.property.seed=" + seed
                        + " -Dtactus.property.sets=1, run " + run + ", " + options + ", " + set);
                }
                cancelled += answers.cancelled;
                fallbacks += answers.fallbacks;
            }
            bounds += verdict.schedulable() ? verdict.tasks().size() : 0;
        }
        System.out.printf("swapped fallbacks, %s: seeds from %d, %d bounds held, %d fallbacks, %d cancelled by answers%n", protocol.text(),
            FIRST_SEED, bounds, fallbacks, cancelled);
        assertTrue(SETS < 500 || bounds > SETS / 20 && cancelled > SETS && fallbacks > SETS, "too little was tried");
    }

    private static TaskSet offered(final TaskSet set, final long seed) {
        final SplittableRandom random = new SplittableRandom(~seed);
        final List<Task> tasks = set.tasks().stream().map(t -> random.nextInt(3) == 0 ? t : new Task(t.name(), t.periodNs(), t.deadlineNs(),
            t.offsetNs(), t.jitterNs(), t.release(), t.priority(), t.onOverrun(), t.onBacklog(), t.memory(), t.model(), t.segments(),
            t.choices(), t.reclaim(), t.serviceClass(), Optional.of(new Task.Remote("localhost:1", 1, 1, 0)))).toList();
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    /** Answers at random events, and sees that each job is in time. */
    private final class Answers implements JobListener {
        private final TaskSet set;
        private final Verdict verdict;
        private final SplittableRandom random;
        private final int share;
        private final long[] decided;
        private long cancelled;
        private long fallbacks;
        private String violation;

        Answers(final TaskSet set, final Verdict verdict, final long seed) {
            this.set = set;
            this.verdict = verdict;
            this.random = new SplittableRandom(seed);
            this.share = random.nextInt(5);
            this.decided = new long[set.tasks().size()];
        }

        private void answerSome() {
            final OfferGate gate = new OfferGate(simulator.state());
            for (int slot = 0; slot < decided.length; slot++) {
                if (random.nextInt(4) < share) {
                    gate.answer(slot, simulator.state().generation(slot), decided[slot] + random.nextInt(4) - 1);
                }
            }
        }

        @Override
        public void onAnswered(final int slot, final long nominalNs, final long nowNs) {
            cancelled++;
            decided[slot]++;
        }

        @Override
        public void onRelease(final int slot, final long job, final long nominalNs, final long nowNs) {
            fallbacks += set.tasks().get(slot).remote().isPresent() ? 1 : 0;
            decided[slot]++;
            answerSome();
        }

        @Override
        public void onSkip(final int slot, final long nominalNs, final long nowNs) {
            decided[slot]++;
        }

        @Override
        public void onComplete(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            final var task = verdict.tasks().get(slot);
            if (violation == null && task.bounded() && endNs - nominalNs > task.responseBoundNs()) {
                violation = task.name() + " is bounded by " + task.responseBoundNs() + ", and job " + job + " took " + (endNs - nominalNs);
            }
            answerSome();
        }
    }
}
