// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceSpec;
import org.tactus.model.DeviceSpec.Preemption;
import org.tactus.model.Overheads;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Bounds on one device that is preempted within segments, and which tests apply to such devices. */
class PreemptiveDeviceTest {
    private static final int SETS = Math.min(1 << 20, Integer.getInteger("tactus.property.sets", 400));
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu0", 1).withPreemption(Preemption.FULL);

    private static TaskSetBuilder urgentAndHeavy() {
        return TaskSet.builder("two").device(CPU).task("urgent", t -> t.periodNs(20).priority(1).segment("cpu0", 2));
    }

    private static long bound(final TaskSet set, final String test, final int task) {
        return Analyses.byName(test).orElseThrow().analyze(set).tasks().get(task).responseBoundNs();
    }

    @Test
    void shouldBlockOnlyByMarkedSegmentsWhenTheDeviceIsPreemptive() {
        final TaskSet free = urgentAndHeavy().task("heavy", t -> t.periodNs(40).priority(2).segment("cpu0", 5).segment("cpu0", 8)).build();
        final TaskSet marked = urgentAndHeavy()
            .task("heavy", t -> t.periodNs(40).priority(2).segment("cpu0", 5).preemptable(false).segment("cpu0", 8)).build();
        for (final String test : List.of("fp", "chain-fp", "chain-fp-budget")) {
            assertEquals(2, bound(free, test, 0), test);
            assertEquals(7, bound(marked, test, 0), test);
            assertEquals(15, bound(free, test, 1), test);
        }
        assertEquals("fp", Analyses.tightest(marked).name());
    }

    @Test
    void shouldTakeTurnsBetweenSegmentsWhenTasksHaveOneLevel() {
        final TaskSet peers = urgentAndHeavy().task("peer", t -> t.periodNs(20).priority(1).segment("cpu0", 3).segment("cpu0", 4)).build();
        assertEquals(4 + 2, bound(peers, "fp", 0));
        assertEquals(4 + 2, bound(peers, "chain-fp", 0));
    }

    /** One switch to each job; others also pay the switch back, and a blocking segment may have been switched to just before. */
    @Test
    void shouldChargeTwoSwitchesToEachArrivalOfOthersAndOneToTheJobItself() {
        final TaskSet set = urgentAndHeavy().overheads(Overheads.NONE.withPreemptionNs(1))
            .task("heavy", t -> t.periodNs(40).priority(2).segment("cpu0", 5).preemptable(false)).build();
        for (final String test : List.of("fp", "chain-fp")) {
            assertEquals(5 + 1 + 2 + 1, bound(set, test, 0), test);
            assertEquals(5 + 1 + 2 + 2, bound(set, test, 1), test);
        }
    }

    @Test
    void shouldBeInterruptedUntilTheEndWhenTheLastSegmentIsLong() {
        final TaskSet set = TaskSet.builder("chain").device(CPU).device(DeviceSpec.modelled("acc0"))
            .task("high", t -> t.periodNs(10).priority(1).segment("cpu0", 2))
            .task("low", t -> t.periodNs(60).priority(2).segment("acc0", 5).segment("cpu0", 12)).build();
        // 12 on the processor with 2 of high in each 10: two of its jobs come before the end, one of them after the start.
        assertEquals(5 + 12 + 2 * 2, bound(set, "chain-fp", 1));
        assertEquals("chain-fp-budget", Analyses.tightest(set).name());
    }

    @Test
    void shouldBeChargedAsBlockingOnlyWhenATaskIsBestEffort() {
        final TaskSet preemptive = urgentAndHeavy()
            .task("index", t -> t.periodNs(40).serviceClass(Task.ServiceClass.BEST_EFFORT).segment("cpu0", 100)).build();
        for (final String test : List.of("fp", "chain-fp", "chain-fp-budget")) {
            final Verdict verdict = Analyses.byName(test).orElseThrow().analyze(preemptive);
            assertTrue(verdict.schedulable(), test + ": a best-effort task makes no set unschedulable");
            assertEquals(2, verdict.tasks().getFirst().responseBoundNs(), test);
            assertTrue(verdict.tasks().get(1).isBestEffort());
            assertFalse(verdict.tasks().get(1).bounded());
        }
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSet segments = TaskSet.builder("s").policy(policy).device(DeviceSpec.cpu("cpu0"))
                .task("index", t -> t.periodNs(40).serviceClass(Task.ServiceClass.BEST_EFFORT).segment("cpu0", 11).segment("cpu0", 100))
                .task("urgent", t -> t.periodNs(200).segment("cpu0", 2).segment("cpu0", 3)).build();
            final List<String> tests = policy == PolicyKind.EDF ? List.of("seg-edf", "chain-edf", "chain-edf-x")
                : List.of("seg-fp", "chain-fp", "chain-fp-budget");
            for (final String test : tests) {
                assertEquals(105, bound(segments, test, 1), test);
            }
            assertTrue(Analyses.analyze(segments).schedulable());
        }
    }

    @Test
    void shouldRefuseByNameWhenATestIsNotForPreemptiveDevices() {
        final TaskSet fixed = urgentAndHeavy().build();
        final TaskSet edf = urgentAndHeavy().policy(PolicyKind.EDF).build();
        for (final String test : List.of("np-fp", "seg-fp")) {
            assertEquals(test + " does not apply: it is for devices that run each segment to its end, and cpu0 has 'preemption: full'; use"
                + " fp, or leave the choice of the test out", Analyses.byName(test).orElseThrow().applies(fixed));
        }
        for (final String test : List.of("np-edf", "seg-edf", "chain-edf", "chain-edf-x")) {
            assertTrue(Analyses.byName(test).orElseThrow().applies(edf).endsWith("; use edf, or leave the choice of the test out"),
                test);
        }
        assertEquals("edf", Analyses.tightest(edf).name());
        final TaskSet both = TaskSet.builder("s").policy(PolicyKind.EDF).device(CPU).device(DeviceSpec.modelled("acc0"))
            .task("t", t -> t.periodNs(20).segment("cpu0", 1).segment("acc0", 1)).build();
        assertThrows(TestNotApplicableException.class, () -> Analyses.analyze(both));
    }

    /** Every reachable state of small sets with levels and marks: the bounds are the exact worst cases. */
    @Test
    void shouldHoldExactWorstCasesWhenLevelsPreempt() {
        final long seed = 20260301L;
        final SplittableRandom random = new SplittableRandom(seed);
        int checked = 0;
        int equal = 0;
        int chains = 0;
        for (int s = 0; s < SETS; s++) {
            final SingleDeviceTest.Small small = SingleDeviceTest.Small.draw(random, 3);
            final int tasks = small.period().length;
            final int[] priority = new int[tasks];
            final boolean[][] marked = new boolean[tasks][];
            for (int i = 0; i < tasks; i++) {
                final boolean peer = i > 0 && random.nextInt(3) == 0;
                priority[i] = peer ? priority[i - 1] : i + 1;
                if (peer) {
                    small.period()[i] = Math.max(small.period()[i], small.deadline()[i - 1]);
                    small.deadline()[i] = small.deadline()[i - 1];
                }
                marked[i] = new boolean[small.segments()[i].length];
                for (int j = 0; j < marked[i].length; j++) {
                    marked[i][j] = random.nextInt(3) == 0;
                }
            }
            final TaskSet set = set(small, priority, marked);
            final String where = "seed " + seed + " set " + s + ": " + small + " priorities " + Arrays.toString(priority) + " marked "
                + Arrays.deepToString(marked);
            final int[] worst = new Explorer(small.period(), small.deadline(), small.jitter(), small.segments(), false,
                Explorer.Grain.LEVELS, 120_000).levels(set.ranks(), marked).explore();
            if (worst != null && worst.length == 0) {
                continue;
            }
            final Verdict whole = new DeviceAnalysis(DeviceAnalysis.Grain.ANY, PolicyKind.FIXED_PRIORITY, 1).analyze(set);
            final Verdict dense = Analyses.byName("fp").orElseThrow().analyze(set);
            dense.tasks().forEach(task -> ExplanationChecks.check(task, where));
            assertTrue(!whole.schedulable() || worst != null, () -> where + ": accepted, but a deadline can be missed");
            for (final String test : List.of("chain-fp", "chain-fp-budget")) {
                final Verdict chain = Analyses.byName(test).orElseThrow().analyze(set);
                chain.tasks().forEach(task -> ExplanationChecks.check(task, where));
                assertTrue(!chain.schedulable() || worst != null, () -> where + ": accepted by " + chain);
                for (int i = 0; worst != null && chain.schedulable() && i < tasks; i++) {
                    final int at = i;
                    assertTrue(chain.tasks().get(i).responseBoundNs() >= dense.tasks().get(i).responseBoundNs(), () -> where + at);
                    assertTrue(chain.tasks().get(i).responseBoundNs() >= worst[i], () -> where + ": " + chain);
                    chains++;
                }
            }
            for (int i = 0; whole.schedulable() && i < tasks; i++) {
                assertTrue(whole.tasks().get(i).responseBoundNs() >= worst[i], () -> where + ": " + whole + Arrays.toString(worst));
                checked++;
                equal += whole.tasks().get(i).responseBoundNs() == worst[i] ? 1 : 0;
            }
        }
        System.out.printf("levels: %d bounds, %d exact; %d of chain tests%n", checked, equal, chains);
        assertTrue(checked > 60 && chains > 60, "too few sets to say anything: " + checked + ", " + chains);
        assertTrue(equal > 0.9 * checked, "loose: " + equal + " of " + checked);
    }

    private static TaskSet set(final SingleDeviceTest.Small small, final int[] priority, final boolean[][] marked) {
        final TaskSetBuilder builder = TaskSet.builder("small").device(CPU);
        for (int i = 0; i < priority.length; i++) {
            final int at = i;
            builder.task("t" + i, t -> {
                t.periodNs(small.period()[at]).deadlineNs(small.deadline()[at]).jitterNs(small.jitter()[at]).priority(priority[at]);
                for (int j = 0; j < marked[at].length; j++) {
                    t.segment("cpu0", small.segments()[at][j]).preemptable(!marked[at][j]);
                }
            });
        }
        return builder.build();
    }
}
