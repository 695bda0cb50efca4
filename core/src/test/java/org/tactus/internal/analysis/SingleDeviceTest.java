// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceKind;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class SingleDeviceTest {
    private static final int SETS = Math.min(1 << 20, Integer.getInteger("tactus.property.sets", 400));

    @Test
    void shouldGivePublishedBoundsOfTheCanExample() {
        final TaskSet set = ChainSets.parse("G10|25|25;G10|35|35;G10|35|35", PolicyKind.FIXED_PRIORITY, 1);
        assertEquals("20 30 35", ChainSets.bounds(Analyses.byName("np-fp").orElseThrow().analyze(set), " ", 1));
        assertEquals("np-fp", Analyses.tightest(set).name());
    }

    @Test
    void shouldExamineEveryJobOfTheActivePeriodWhenSegmentsPreempt() {
        final TaskSet set = ChainSets.parse("G2|4|4;G1 G2 G2|10|9", PolicyKind.FIXED_PRIORITY, 1);
        final Verdict verdict = Analyses.byName("seg-fp").orElseThrow().analyze(set);
        assertEquals("4 -", ChainSets.bounds(verdict, " ", 1));
        assertEquals(10, verdict.tasks().get(1).explanation().responseNs().orElseThrow());
    }

    @Test
    void shouldChargeOverheadsAndJitterOnce() {
        final TaskSet set = TaskSet.builder("s").overheads(new Overheads(3, 2, 50, 1, 7)).device(DeviceSpec.modelled("g"))
            .task("a", t -> t.periodNs(100).jitterNs(4).segment("g", 10)).build();
        final long expected = 10 + 2 + 1 + 3 + 4 + 7;
        for (final String test : new String[] {"np-fp", "seg-fp", "fp", "chain-fp", "chain-fp-budget"}) {
            assertEquals(expected, Analyses.byName(test).orElseThrow().analyze(set).tasks().getFirst().responseBoundNs(), test);
        }
        final TaskSet edf = new TaskSet("s", PolicyKind.EDF, set.overheads(), set.platform(), set.tasks());
        for (final String test : new String[] {"np-edf", "seg-edf", "edf", "chain-edf", "chain-edf-x"}) {
            assertEquals(expected, Analyses.byName(test).orElseThrow().analyze(edf).tasks().getFirst().responseBoundNs(), test);
        }
    }

    @Test
    void shouldChargeASporadicTaskTheWaitForASleepingDispatcherWhenItIsNotThatOfARelease() {
        final TaskSet set = TaskSet.builder("s").overheads(new Overheads(3, 30, 2, 0, 50, 1, 7)).device(DeviceSpec.modelled("g"))
            .task("a", t -> t.periodNs(100).segment("g", 10)).build();
        final TaskSet sporadic = new TaskSet("s", set.policy(), set.overheads(), set.platform(),
            List.of(set.tasks().getFirst().withRelease(Release.SPORADIC)));
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            for (final String test : testsOf(policy)) {
                assertEquals(10 + 2 + 1 + 3 + 7, boundNs(set, policy, test, 0), test);
                assertEquals(10 + 2 + 1 + 30 + 7, boundNs(sporadic, policy, test, 0), test);
            }
        }
    }

    @Test
    void shouldChargeEachSegmentWhatNotingEveryOtherTaskTakesWhenManyComeAtOnce() {
        final TaskSetBuilder builder = TaskSet.builder("s").overheads(new Overheads(0, 0, 2, 3, 0, 1, 0)).device(DeviceSpec.modelled("g"))
            .task("first", t -> t.periodNs(10_000).priority(1).segment("g", 10));
        for (int i = 0; i < 99; i++) {
            final String name = "low" + i;
            builder.task(name, t -> t.periodNs(100_000).priority(2).segment("g", 5));
        }
        final TaskSet set = builder.build();
        final long dispatchNs = 2 + 100 * 3;
        assertEquals(dispatchNs, set.dispatchNs(0));
        for (final String test : testsOf(PolicyKind.FIXED_PRIORITY)) {
            final long blockingNs = test.equals("fp") ? 0 : 5 + dispatchNs + 1;
            assertEquals(blockingNs + 10 + dispatchNs + 1, boundNs(set, PolicyKind.FIXED_PRIORITY, test, 0), test);
        }
    }

    @Test
    void shouldChargeTheTurnsOfOthersWhenAcceleratorsShareACore() {
        final TaskSetBuilder builder = TaskSet.builder("s").overheads(new Overheads(3, 3, 2, 1, 50, 4, 0));
        for (final String name : new String[] {"g", "h"}) {
            builder.device(new DeviceSpec(name, DeviceKind.MODELLED, List.of(0), "", 0, Optional.empty(), 0));
        }
        final TaskSet set = builder.task("a", t -> t.periodNs(1000).segment("g", 10)).task("b", t -> t.periodNs(1000).segment("h", 10))
            .build();
        final long dispatchNs = 2 + 2; // both tasks may arrive at the thread
        final long turnNs = dispatchNs + 4;
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final String test = policy == PolicyKind.EDF ? "chain-edf" : "chain-fp";
            assertEquals(10 + dispatchNs + 4 + turnNs + 3 + turnNs, boundNs(set, policy, test, 0));
            assertEquals(10 + dispatchNs + 4 + turnNs + 3 + turnNs, boundNs(set, policy, test, 1));
        }
    }

    private static List<String> testsOf(final PolicyKind policy) {
        return policy == PolicyKind.EDF ? List.of("np-edf", "seg-edf", "edf", "chain-edf", "chain-edf-x")
            : List.of("np-fp", "seg-fp", "fp", "chain-fp", "chain-fp-budget");
    }

    private static long boundNs(final TaskSet set, final PolicyKind policy, final String test, final int task) {
        return Analyses.byName(test).orElseThrow().analyze(new TaskSet("s", policy, set.overheads(), set.platform(), set.tasks()))
            .tasks().get(task).responseBoundNs();
    }

    @Test
    void shouldHoldExactWorstCasesWhenPrioritiesAreFixed() {
        compare(PolicyKind.FIXED_PRIORITY, true);
    }

    @Test
    void shouldHoldExactWorstCasesUnderEdf() {
        compare(PolicyKind.EDF, false);
    }

    private static void compare(final PolicyKind policy, final boolean exact) {
        for (final DeviceAnalysis.Grain grain : DeviceAnalysis.Grain.values()) {
            final long seed = 20260101L + grain.ordinal();
            final SplittableRandom random = new SplittableRandom(seed);
            int checked = 0;
            int equal = 0;
            double tightness = 0;
            int acceptable = 0;
            int accepted = 0;
            for (int s = 0; s < SETS; s++) {
                final Small small = Small.draw(random, grain == DeviceAnalysis.Grain.WHOLE ? 1 : 3);
                final String where = policy + " " + grain + " seed " + seed + " set " + s + ": " + small;
                final int[] worst = new Explorer(small.period, small.deadline, small.jitter, small.segments, policy == PolicyKind.EDF,
                    grain == DeviceAnalysis.Grain.ANY ? Explorer.Grain.ANY : Explorer.Grain.SEGMENT, 120_000).explore();
                if (worst != null && worst.length == 0) {
                    continue;
                }
                final TaskSet set = small.set(policy);
                final Verdict dense = new DeviceAnalysis(grain, policy).analyze(set);
                final Verdict whole = new DeviceAnalysis(grain, policy, 1).analyze(set);
                dense.tasks().forEach(task -> ExplanationChecks.check(task, where));
                acceptable += worst != null ? 1 : 0;
                accepted += whole.schedulable() ? 1 : 0;
                assertTrue(!whole.schedulable() || worst != null, () -> where + ": accepted, but a deadline can be missed");
                assertTrue(!exact || whole.schedulable() == (worst != null), () -> where + ": rejected without need " + whole);
                if (grain != DeviceAnalysis.Grain.ANY) {
                    checkChains(policy, set, dense, worst, where);
                }
                for (int i = 0; whole.schedulable() && i < worst.length; i++) {
                    final long bound = whole.tasks().get(i).responseBoundNs();
                    final int reached = worst[i];
                    assertTrue(bound >= reached, () -> where + ": " + whole + " but " + Arrays.toString(worst));
                    assertTrue(!dense.schedulable() || dense.tasks().get((i)).responseBoundNs() >= bound, where);
                    checked++;
                    equal += bound == reached ? 1 : 0;
                    tightness += (double) reached / bound;
                }
            }
            System.out.printf("%s %s: %d bounds, %d exact, mean exact/bound %.4f, accepted %d of %d schedulable%n", policy.text(), grain,
                checked, equal, tightness / checked, accepted, acceptable);
            assertTrue(checked > 60, "too few sets to say anything: " + checked);
            assertTrue(!exact || equal == checked, "not exact: " + equal + " of " + checked);
            assertTrue(tightness / checked > 0.95, "loose: " + tightness / checked);
        }
    }

    private static void checkChains(final PolicyKind policy, final TaskSet set, final Verdict dense, final int[] worst,
        final String where) {
        final String[] names = policy == PolicyKind.EDF ? new String[] {"chain-edf-x", "chain-edf"}
            : new String[] {"chain-fp-budget", "chain-fp"};
        Verdict tighter = dense;
        for (final String name : names) {
            final Verdict looser = Analyses.byName(name).orElseThrow().analyze(set);
            final Verdict left = tighter;
            assertTrue(!looser.schedulable() || left.schedulable() && worst != null, () -> where + ": only " + looser + ", not " + left);
            for (int i = 0; looser.schedulable() && i < worst.length; i++) {
                final int at = i;
                assertTrue(looser.tasks().get(i).responseBoundNs() >= left.tasks().get(at).responseBoundNs(),
                    () -> where + ": " + looser + " below " + left);
            }
            tighter = looser;
        }
    }

    /** A small integer set. */
    record Small(int[] period, int[] deadline, int[] jitter, int[][] segments) {

        static Small draw(final SplittableRandom random, final int mostSegments) {
            final int n = random.nextInt(2, 4);
            final int[] period = new int[n];
            final int[] deadline = new int[n];
            final int[] jitter = new int[n];
            final int[][] segments = new int[n][];
            for (int i = 0; i < n; i++) {
                period[i] = random.nextInt(4, 15);
                jitter[i] = random.nextInt(3) == 0 ? random.nextInt(0, 3) : 0;
                segments[i] = new int[random.nextInt(1, mostSegments + 1)];
                int sum = 0;
                for (int j = 0; j < segments[i].length; j++) {
                    segments[i][j] = random.nextInt(1, segments[i].length == 1 ? 5 : 3);
                    sum += segments[i][j];
                }
                period[i] = Math.max(period[i], sum + jitter[i]);
                deadline[i] = random.nextInt(Math.min(period[i], sum + jitter[i] + 1), period[i] + 1);
            }
            return new Small(period, deadline, jitter, segments);
        }

        TaskSet set(final PolicyKind policy) {
            final TaskSetBuilder builder = TaskSet.builder("small").policy(policy).device(DeviceSpec.modelled("g"));
            for (int i = 0; i < period.length; i++) {
                final int at = i;
                builder.task("t" + i, t -> {
                    t.periodNs(period[at]).deadlineNs(deadline[at]).jitterNs(jitter[at]).priority(at + 1);
                    for (final int wcet : segments[at]) {
                        t.segment("g", wcet);
                    }
                });
            }
            return builder.build();
        }

        @Override
        public String toString() {
            return "T " + Arrays.toString(period) + " D " + Arrays.toString(deadline) + " J " + Arrays.toString(jitter) + " C "
                + Arrays.deepToString(segments);
        }
    }
}
