// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Term;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** The tests for levels and optional parts: which sets they take, what they promise, and (M) and (O) against a plain version. */
class LevelAnalysisTest {
    private static final int SETS = 4_000;
    /** A hyperperiod of all periods that are drawn, and the longest of them. */
    private static final long MOST_D = 120 + 60;
    /** A job whose jitter is above its deadline is due before it is seen. */
    private static final long LEAST_D = -20;

    private static SchedulabilityTest test(final String name) {
        return Analyses.byName(name).orElseThrow();
    }

    private static TaskSet leveled(final PolicyKind policy, final long wcet, final long larger) {
        return TaskSet.builder("cameras").policy(policy).device(DeviceSpec.modelled("acc0"))
            .task("front", task -> task.periodNs(100).segment("acc0", wcet).segment("acc0", wcet)
                .levels(true, List.of(new Segment.Level(wcet, 0.1), new Segment.Level(larger, 0.5))))
            .task("back", task -> task.periodNs(100).segment("acc0", wcet)).build();
    }

    @ParameterizedTest
    @CsvSource({"FIXED_PRIORITY,mot-np-fp,seg-fp,chain-fp", "EDF,sam-slack,seg-edf,chain-edf"})
    void shouldPromiseTheDeadlineAloneWhenLevelsMayBeTaken(
        final PolicyKind policy, final String name, final String plain, final String chain) {
        final TaskSet set = leveled(policy, 20, 90);
        final Verdict verdict = Analyses.analyze(set);
        assertEquals(name, verdict.test());
        assertTrue(verdict.schedulable());
        for (final TaskVerdict task : verdict.tasks()) {
            assertEquals(100, task.responseBoundNs());
            assertEquals(100, task.explanation().terms().stream().mapToLong(Term::ns).sum());
        }
        for (final String other : List.of(plain, chain)) {
            assertTrue(test(other).applies(set).contains("'front' has levels"), test(other).applies(set));
            assertTrue(test(other).applies(set).contains("use " + name), test(other).applies(set));
        }
        final Verdict failing = Analyses.analyze(leveled(policy, 40, 90));
        assertTrue(!failing.schedulable() && failing.tasks().stream().noneMatch(TaskVerdict::bounded), failing.toString());
    }

    @Test
    void shouldJudgeAsBeforeWhenEachSegmentHasOneLevel() {
        final TaskSet set = TaskSet.builder("parts").policy(PolicyKind.EDF).device(DeviceSpec.modelled("acc0"))
            .task("a", task -> task.periodNs(100).segment("acc0", 10).segment("acc0", 10).levels(true, List.of())).build();
        assertEquals("seg-edf", Analyses.analyze(set).test());
    }

    @Test
    void shouldAcceptExactlyWhatFirstLevelsPassWhenSetsAreRandom() {
        final Random random = new Random(5);
        int accepted = 0;
        for (int i = 0; i < SETS; i++) {
            final PolicyKind policy = Policies.WITHOUT_PARTS.get(i % 2);
            final TaskSet set = random(random, policy);
            final Verdict verdict = test(policy == PolicyKind.EDF ? "sam-slack" : "mot-np-fp").analyze(set);
            final Verdict plain = test(policy == PolicyKind.EDF ? "seg-edf" : "seg-fp").analyze(withoutLevels(set));
            assertEquals(plain.schedulable(), verdict.schedulable(), "seed 5, set " + i + ": " + set);
            accepted += verdict.schedulable() ? 1 : 0;
        }
        assertTrue(accepted > SETS / 10 && accepted < SETS * 9 / 10, "accepted " + accepted);
    }

    @Test
    void shouldAgreeWithAPlainVersionWhenMandatoryPartsGoFirst() {
        final Random random = new Random(11);
        int accepted = 0;
        int decided = 0;
        for (int i = 0; i < SETS; i++) {
            final TaskSet set = random(random, PolicyKind.EDF_MANDATORY_FIRST);
            final Verdict verdict = Analyses.analyze(set);
            if (verdict.undecided()) {
                continue;
            }
            decided++;
            assertEquals(plainMandatoryFirst(set), verdict.schedulable(), "seed 11, set " + i + ": " + set);
            accepted += verdict.schedulable() ? 1 : 0;
        }
        assertTrue(accepted > decided / 20 && accepted < decided * 19 / 20, accepted + " of " + decided);
    }

    /** (M) and (O) at every whole d up to the longest deadline and a hyperperiod: beyond, what is left only grows. */
    private static boolean plainMandatoryFirst(final TaskSet set) {
        double load = 0;
        for (final Task task : set.tasks()) {
            load += (double) (part(task, false) + part(task, true)) / task.periodNs();
        }
        if (load > 1) {
            return false;
        }
        final long stalledNs = set.overheads().stallNs();
        for (long d = LEAST_D; d <= MOST_D; d++) {
            long m = stalledNs;
            long o = stalledNs;
            long blocksM = 0;
            long blocksO = 0;
            boolean due = false;
            for (final Task task : set.tasks()) {
                final long jitter = task.jitterNs();
                final long n = Math.max(0, Math.floorDiv(d - task.deadlineNs() + jitter, task.periodNs()) + 1);
                final long a = Math.max(0, Math.floorDiv(d + jitter, task.periodNs()) + 1);
                m += n * part(task, false);
                o += a * part(task, false) + n * part(task, true);
                due |= n > 0 && part(task, true) > 0;
                for (final Segment segment : task.segments()) {
                    blocksM = segment.optional() || n == 0 ? Math.max(blocksM, segment.wcetNs()) : blocksM;
                    blocksO = segment.optional() && n == 0 ? Math.max(blocksO, segment.wcetNs()) : blocksO;
                }
            }
            if (m > stalledNs && m + blocksM > d || due && o + blocksO > d) {
                return false;
            }
        }
        return true;
    }

    private static long part(final Task task, final boolean optional) {
        return task.segments().stream().filter(segment -> segment.optional() == optional).mapToLong(Segment::wcetNs).sum();
    }

    private static TaskSet withoutLevels(final TaskSet set) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), set.tasks().stream().map(task -> task.withSegments(
            task.segments().stream().map(segment -> segment.withLevels(segment.optional(), List.of())).toList())).toList());
    }

    private static TaskSet random(final Random random, final PolicyKind policy) {
        final long[] periods = {8, 12, 24, 20, 30, 40, 60};
        final TaskSetBuilder builder = TaskSet.builder("random").policy(policy).device(DeviceSpec.modelled("acc0"))
            .overheads(new Overheads(0, 0, 0, 0, random.nextInt(3) == 0 ? 1 : 0));
        final int tasks = 1 + random.nextInt(4);
        for (int i = 0; i < tasks; i++) {
            final long period = periods[random.nextInt(periods.length)];
            final long deadline = random.nextInt(10) == 0 ? 2 : period - random.nextInt((int) period / 3 + 1);
            final int segments = 1 + random.nextInt(3);
            final int mandatory = 1 + random.nextInt(segments);
            final List<List<Segment.Level>> levels = new ArrayList<>();
            for (int j = 0; j < segments; j++) {
                final long first = 1 + random.nextInt(1 + (int) period / (4 * tasks));
                levels.add(random.nextBoolean() ? List.of(new Segment.Level(first, 0))
                    : List.of(new Segment.Level(first, 0), new Segment.Level(first + 1 + random.nextInt(5), 1)));
            }
            builder.task("t" + i, task -> {
                task.periodNs(period).deadlineNs(deadline).jitterNs(random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 0);
                for (int j = 0; j < segments; j++) {
                    task.segment("acc0", levels.get(j).getFirst().wcetNs()).levels(j >= mandatory, levels.get(j));
                }
            });
        }
        return builder.build();
    }
}
