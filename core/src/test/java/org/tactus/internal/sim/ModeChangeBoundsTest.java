// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.policy.JobListener;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/**
 * While tasks come and go at random, each admitted by the analysis of the tasks that count, no response exceeds the bound that is in
 * force when its job completes. The number of changes a policy is {@code -Dtactus.property.changes} (20,000 without it), the first
 * seed {@code -Dtactus.property.seed}; the long mode is {@code mvn -pl core -am test -Dtest=ModeChangeBoundsTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dtactus.property.changes=500000}.
 */
class ModeChangeBoundsTest {
    private static final long CHANGES = Long.getLong("tactus.property.changes", 20_000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final long DURATION_NS = 6_000;

    private final Simulator simulator = new Simulator();

    /** Until when a removed task counts: by the rule, until its last job ended, or until the jobs that were live then ended. */
    private enum Rule { PRODUCTION, UNTIL_ITS_LAST_JOB, UNTIL_THE_JOBS_LIVE_THEN }

    /** Adds and removes tasks at random; each added task was admitted; every completed job is held against its bound. */
    private static class RandomChanges implements ChangePlan, JobListener {
        private final TaskSet set;
        private final Rule rule;
        private final SplittableRandom random;
        private final BoundsInForce bounds;
        private final List<Integer> admitted = new ArrayList<>();
        private final Set<Integer> removed = new HashSet<>();
        private final Set<Integer> live = new HashSet<>();
        /** By removed task: whose jobs, live when its last job ended, have not ended yet. */
        private final Map<Integer, Set<Integer>> waiting = new HashMap<>();
        private final long gapNs;
        private long nextNs;
        private long changes;
        private long refused;
        private long unbounded;
        private long counted;
        private boolean overran;

        RandomChanges(final TaskSet set, final Rule rule, final long seed) {
            this.set = set;
            this.rule = rule;
            random = new SplittableRandom(seed);
            bounds = new BoundsInForce(set.tasks());
            gapNs = 2 + random.nextInt(30);
        }

        @Override
        public boolean startsWith(final int task) {
            return false;
        }

        @Override
        public long nextNs() {
            return nextNs;
        }

        @Override
        public long longestBusyPeriodNs(final List<Task> group) {
            return Analyses.longestBusyPeriodNs(with(group));
        }

        TaskSet with(final List<Task> tasks) {
            return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
        }

        @Override
        public void change(final Running running, final long nowNs) {
            nextNs = nowNs + 1 + random.nextLong(gapNs);
            running.reclaim();
            admitted.removeIf(task -> running.isFree(task));
            final List<Task> counting = rule == Rule.PRODUCTION ? running.counted() : broken();
            counted = Math.max(counted, counting.size());
            final int task = random.nextInt(set.tasks().size());
            if (running.isFree(task)) {
                final List<Task> candidate = new ArrayList<>(counting);
                candidate.add(set.tasks().get(task));
                if (adopt(Analyses.analyze(with(candidate)))) {
                    running.add(task);
                    admitted.add(task);
                    changes++;
                    return;
                }
                refused++;
            } else if (random.nextInt(3) == 0 && removed.add(task)) {
                running.remove(task);
                changes++;
            }
            if (!counting.isEmpty()) {
                adopt(Analyses.analyze(with(counting))); // bounds shrink as soon as the rule lets a task go
            }
        }

        /** What counts by a rule that is wrong. */
        private List<Task> broken() {
            final List<Task> tasks = new ArrayList<>(admitted.stream().map(set.tasks()::get).toList());
            if (rule == Rule.UNTIL_THE_JOBS_LIVE_THEN) {
                waiting.values().removeIf(Set::isEmpty);
                waiting.keySet().forEach(task -> tasks.add(set.tasks().get(task).withName("removed" + task)));
            }
            return tasks;
        }

        boolean adopt(final Verdict verdict) {
            if (!verdict.schedulable()) {
                return false;
            }
            bounds.take(verdict);
            return true;
        }

        @Override
        public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            ended(task);
            if (set.tasks().get(task).isBestEffort()) {
                unbounded++;
                return;
            }
            bounds.judge(task, nominalNs, endNs);
        }

        @Override
        public void onStopped(final int task, final long nowNs) {
            removed.remove(task);
            waiting.put(task, new HashSet<>(live));
        }

        @Override
        public void onRelease(final int task, final long job, final long nominalNs, final long nowNs) {
            live.add(task); // it is judged when it completes
        }

        @Override
        public void onSkip(final int task, final long nominalNs, final long nowNs) {
            // what a removed task leaves undone
        }

        @Override
        public void onOverrun(final int task, final long job, final int segment, final long beyondNs, final long endNs) {
            overran = true;
        }

        @Override
        public void onAbort(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            ended(task); // what a removed task leaves undone
        }

        /** What a run shows that must not be; empty when it shows nothing. */
        String violation() {
            return overran ? "a segment ran past its WCET" : bounds.violation();
        }

        private void ended(final int task) {
            live.remove(task);
            waiting.values().forEach(jobsLeft -> jobsLeft.remove(task));
        }
    }

    private RandomChanges run(final long seed, final PolicyKind policy, final Rule rule) {
        return run(ChangingSets.make(seed, policy), seed, rule);
    }

    private RandomChanges run(final TaskSet set, final long seed, final Rule rule) {
        final RandomChanges plan = new RandomChanges(set, rule, seed);
        final ExecutionTime execution = seed % 4 == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET;
        simulator.run(set, new SimulationOptions(seed, DURATION_NS, ReleasePattern.FILE, execution, seed % 3 == 0
            ? OverheadTime.RANDOM : OverheadTime.MAXIMUM, true, true, Optional.empty(), false, false), plan, SegmentListener.NONE, plan);
        return plan;
    }

    private void check(final PolicyKind policy) {
        long changes = 0;
        long jobs = 0;
        long refused = 0;
        long tightest = 0;
        long seed = FIRST_SEED;
        while (changes < CHANGES) {
            final RandomChanges plan = run(seed, policy, Rule.PRODUCTION);
            assertEquals("", plan.violation(), "reproduce: -Dtactus.property.seed=" + seed + " -Dtactus.property.changes=1");
            changes += plan.changes;
            jobs += plan.bounds.jobs();
            refused += plan.refused;
            tightest = Math.max(tightest, plan.bounds.tightest());
            seed++;
        }
        System.out.printf("mode changes, %s, seeds %d to %d: %d changes, %d refused, %d jobs within bounds, tightest %d%%%n", policy.text(),
            FIRST_SEED, seed - 1, changes, refused, jobs, tightest);
        assertTrue(jobs > changes && refused > 0 && tightest > 90 || CHANGES < 10_000, jobs + " jobs, tightest " + tightest + "%");
    }

    @Test
    void shouldStayWithinTheBoundsInForceWhenTasksComeAndGoUnderFixedPriorities() {
        check(PolicyKind.FIXED_PRIORITY);
    }

    @Test
    void shouldStayWithinTheBoundsInForceWhenTasksComeAndGoUnderDeadlines() {
        check(PolicyKind.EDF);
    }

    /** Two of the tasks always have a job, so there is hardly an instant at which none of any task is live. */
    @Test
    void shouldStayWithinTheBoundsInForceAndLetRemovedTasksGoWhenOthersAreAlwaysReady() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            long changes = 0;
            long jobs = 0;
            long unbounded = 0;
            long tightest = 0;
            for (long seed = FIRST_SEED; changes < CHANGES; seed++) {
                final TaskSet hard = ChangingSets.make(seed, policy);
                final List<Task> tasks = new ArrayList<>(hard.tasks());
                for (int i = 0; i < 2; i++) {
                    tasks.set(i, AlwaysReadyTest.alwaysReady(tasks.get(i)));
                }
                final TaskSet set = new TaskSet(hard.name(), policy, hard.overheads(), hard.platform(), tasks);
                final RandomChanges plan = run(set, seed, Rule.PRODUCTION);
                assertEquals("", plan.violation(), "reproduce: -Dtactus.property.seed=" + seed + " -Dtactus.property.changes=1");
                assertTrue(plan.counted <= 2 * tasks.size(), "removed tasks pile up: " + plan.counted + ", seed " + seed);
                changes += plan.changes;
                jobs += plan.bounds.jobs();
                unbounded += plan.unbounded;
                tightest = Math.max(tightest, plan.bounds.tightest());
            }
            System.out.printf("mode changes beside always-ready tasks, %s: %d changes, %d jobs within bounds, %d without, tightest %d%%%n",
                policy.text(), changes, jobs, unbounded, tightest);
            assertTrue(jobs > changes && unbounded > changes && tightest > 90 || CHANGES < 10_000, jobs + " jobs, " + unbounded);
        }
    }

    @Test
    void shouldBeFoundOutWhenARemovedTaskCountsOnlyUntilItsLastJobEnded() {
        search(Rule.UNTIL_ITS_LAST_JOB);
    }

    @Test
    void shouldBeFoundOutWhenARemovedTaskCountsOnlyUntilTheJobsLiveAtItsEndEnded() {
        search(Rule.UNTIL_THE_JOBS_LIVE_THEN);
    }

    private void search(final Rule rule) {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final long broken = LongStream.range(FIRST_SEED, FIRST_SEED + 3_000)
                .filter(seed -> !run(seed, policy, rule).violation().isEmpty()).findFirst().orElse(-1);
            assertTrue(broken >= 0, policy.text() + ": no counter-example to " + rule);
            System.out.println("mode changes, " + policy.text() + ": " + rule + " breaks a bound with seed " + broken + ": "
                + run(broken, policy, rule).violation());
        }
    }

    /** The counter-example by which the rule was found wrong: L had lost 100 to A, and would lose 90 more to B in the same window. */
    @Test
    void shouldRefuseTheNewcomerWhenTheRemovedTaskStillLiesInAnOpenWindow() {
        final TaskSet set = TaskSet.builder("issue").device(DeviceSpec.modelled("acc0"))
            .task("A", t -> t.periodNs(200).priority(1).segment("acc0", 100))
            .task("L", t -> {
                t.periodNs(200).priority(3);
                for (int i = 0; i < 10; i++) {
                    t.segment("acc0", 10);
                }
            })
            .task("B", t -> t.periodNs(200).priority(2).segment("acc0", 90)).build();
        final Set<Long> accepted = new TreeSet<>();
        final RandomChanges plan = new RandomChanges(set, Rule.PRODUCTION, 1) {
            private long at = 1;

            @Override
            public boolean startsWith(final int task) {
                return task < 2;
            }

            @Override
            public long nextNs() {
                return at;
            }

            @Override
            public void change(final Running running, final long nowNs) {
                if (nowNs == 1) {
                    running.remove(0);
                    at = 101;
                    return;
                }
                running.reclaim();
                final List<Task> candidate = new ArrayList<>(running.counted());
                candidate.add(set.tasks().get(2));
                if (accepted.isEmpty() && adopt(Analyses.analyze(with(candidate)))) {
                    running.add(2);
                    accepted.add(nowNs);
                }
                at = nowNs + 10;
            }
        };
        assertTrue(plan.adopt(Analyses.analyze(plan.with(set.tasks().subList(0, 2)))));
        assertEquals(200, plan.bounds.boundNs(1));
        simulator.run(set, SimulationOptions.worstCase(1, 2_000).withReleases(ReleasePattern.FILE), plan, SegmentListener.NONE, plan);
        assertEquals("", plan.violation());
        // L's first job ends at 200, where the next one is released: 300 is the first instant without a live job.
        assertEquals(Set.of(301L), accepted);
        assertEquals(190, plan.bounds.boundNs(1));
        assertEquals(100, plan.bounds.tightest());
    }
}
