// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Term;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

class SwapAnalysisTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 4000);
    private static final long SEED = Long.getLong("tactus.property.seed", 20240501L);

    @Test
    void shouldReproduceEveryColumnOfTheVectors() throws IOException {
        for (final String[] row : SwapCase.vectors()) {
            final SwapCase set = SwapCase.parse(row);
            final MemoryConditions memory = MemoryConditions.of(set.set(PolicyKind.EDF, SwapProtocol.SEQ));
            assertEquals(row[5], memory.mc1() ? "1" : "0", "MC1 of " + row[0]);
            assertEquals(row[6], memory.mc2() ? "1" : "0", "MC2 of " + row[0]);
            assertEquals(row[7], accepted(set, SwapProtocol.SEQ), "SEQ EDF of " + row[0]);
            assertEquals(row[8], accepted(set, SwapProtocol.SPE), "SPE EDF of " + row[0]);
            assertEquals(row[9], bounds(set, SwapProtocol.SEQ), "SEQ FP of " + row[0]);
            assertEquals(row[10], bounds(set, SwapProtocol.SPE), "SPE FP of " + row[0]);
            assertEquals(row[11], accepted(set, SwapProtocol.OVL), "OVL EDF of " + row[0]);
            assertEquals(row[12], bounds(set, SwapProtocol.OVL), "OVL FP of " + row[0]);
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                assertEquals(row[5].equals("1"), !set.analyze(policy, SwapProtocol.SEQ).reason().contains("MC1"), row[0]);
                if (row[6].equals("0")) {
                    assertFalse(set.analyze(policy, SwapProtocol.OVL).schedulable(), "OVL without MC2, " + row[0]);
                }
            }
        }
    }

    @Test
    void shouldNeverBeExceededInSimulation() {
        int checked = 0;
        int runs = 0;
        for (int index = 0; index < SETS; index++) {
            final SplittableRandom random = new SplittableRandom(SEED + index);
            final SwapCase set = SwapCase.random(random, index % 2 == 1);
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                for (final SwapProtocol protocol : SwapProtocol.values()) {
                    final Verdict verdict = set.analyze(policy, protocol);
                    final MemoryConditions memory = MemoryConditions.of(set.set(policy, protocol));
                    if (!memory.mc1() || protocol == SwapProtocol.OVL && !memory.mc2()) {
                        assertFalse(verdict.schedulable(), "memory, seed " + (SEED + index));
                        continue;
                    }
                    if (policy == PolicyKind.EDF && !verdict.schedulable()) {
                        continue;
                    }
                    for (int run = 0; run < 2; run++) {
                        final SwapTickSimulator simulation = new SwapTickSimulator(set, policy, protocol, random.split());
                        simulation.run(1500);
                        assertFalse(simulation.stuck, "no victim, seed " + (SEED + index) + ' ' + policy + ' ' + protocol + ' ' + set);
                        runs++;
                        for (int i = 0; i < set.exec().length; i++) {
                            final TaskVerdict task = verdict.tasks().get(i);
                            if (task.bounded() && (verdict.schedulable() || protocol != SwapProtocol.OVL)) {
                                checked++;
                                assertTrue(simulation.worst[i] <= task.responseBoundNs(), "seed " + (SEED + index) + ' ' + policy + ' '
                                    + protocol + " task " + i + " took " + simulation.worst[i] + ", bound " + task.responseBoundNs()
                                    + ' ' + set.set(policy, protocol));
                            }
                        }
                    }
                }
            }
        }
        assertTrue(runs > SETS && checked > runs, "too few checks: " + runs + " runs, " + checked + " bounds");
    }

    @Test
    void shouldNeverGiveALowerBoundWhenAWcetGrows() {
        for (int index = 0; index < SETS; index++) {
            final SplittableRandom random = new SplittableRandom(SEED + index);
            final SwapCase set = SwapCase.random(random, index % 2 == 1);
            final int grown = random.nextInt(set.exec().length);
            final SwapCase more = set.withExec(grown, set.exec()[grown] + 1);
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                for (final SwapProtocol protocol : SwapProtocol.values()) {
                    final Verdict before = set.analyze(policy, protocol);
                    final Verdict after = more.analyze(policy, protocol);
                    final String where = "seed " + (SEED + index) + ' ' + policy + ' ' + protocol;
                    assertTrue(before.schedulable() || !after.schedulable(), where);
                    for (int i = 0; i < set.exec().length; i++) {
                        final TaskVerdict a = before.tasks().get(i);
                        final TaskVerdict b = after.tasks().get(i);
                        assertTrue(!b.bounded() || a.bounded() && a.responseBoundNs() <= b.responseBoundNs(), where + " task " + i);
                    }
                }
            }
        }
    }

    @Test
    void shouldBoundAsTheFormulasDoWhenDueDatesAreLeftOut() {
        int passed = 0;
        for (int index = 0; index < SETS; index++) {
            final SwapCase set = SwapCase.random(new SplittableRandom(SEED + index), index % 2 == 1);
            for (final SwapProtocol protocol : new SwapProtocol[] {SwapProtocol.SEQ, SwapProtocol.SPE}) {
                final SwapModel model = new SwapModel(
                    set.set(PolicyKind.EDF, protocol), protocol, IntStream.range(0, set.exec().length).toArray());
                final PlainLimitedPreemptionEdf plain = new PlainLimitedPreemptionEdf(model);
                final LimitedPreemptionEdf quick = new LimitedPreemptionEdf(model);
                final String where = "seed " + (SEED + index) + ' ' + protocol;
                assertEquals(plain.feasible(), quick.feasible(), where);
                assertEquals(plain.failing(), quick.failing(), where);
                if (plain.failing() < 0) {
                    quick.solve();
                    passed++;
                    for (int i = 0; i < model.tasks; i++) {
                        assertEquals(plain.bound(i), quick.bound(i), where + " task " + i);
                    }
                }
            }
        }
        assertTrue(passed > SETS / 10, "too few sets that pass: " + passed);
    }

    @Test
    void shouldAddUpItsTermsToTheBound() {
        for (int index = 0; index < SETS / 4; index++) {
            final SwapCase set = SwapCase.random(new SplittableRandom(SEED + index), index % 2 == 1);
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                for (final SwapProtocol protocol : SwapProtocol.values()) {
                    for (final TaskVerdict task : set.analyze(policy, protocol).tasks()) {
                        final var explanation = task.explanation();
                        assertFalse(explanation.sentence().isEmpty());
                        if (explanation.terms().isEmpty() || explanation.responseNs().isEmpty()) {
                            continue;
                        }
                        assertEquals(explanation.responseNs().getAsLong(), explanation.terms().stream().mapToLong(Term::ns).sum(),
                            "seed " + (SEED + index) + ' ' + policy + ' ' + protocol + ' ' + explanation);
                        assertTrue(!task.bounded() || task.responseBoundNs() == explanation.responseNs().getAsLong());
                    }
                }
            }
        }
    }

    @Test
    void shouldKeepTheSecondSwapOfSpeInTheBound() {
        final SwapCase set = new SwapCase(3, 3, 7, new int[] {9, 5}, new int[] {80, 150}, new int[] {80, 150}, new int[] {1, 1},
            new int[] {6, 2}, new int[2], org.tactus.model.Overheads.NONE);
        final Verdict verdict = set.analyze(PolicyKind.FIXED_PRIORITY, SwapProtocol.SPE);
        assertTrue(verdict.tasks().get(1).responseBoundNs() >= 32, "the reference's counter-example takes 32");
    }

    @Test
    void shouldChargeTheOperationsOfEveryVictim() {
        final DeviceMemory memory = new DeviceMemory(10 * SwapCase.CHUNK, SwapCase.CHUNK, SwapProtocol.SEQ, 1, 2, 10, 100);
        final var builder = TaskSet.builder("victims").device(DeviceSpec.modelled("gpu0").withMemory(memory));
        for (int i = 0; i < 4; i++) {
            builder.task("t" + i, task -> task.periodNs(1_000_000).segment("gpu0", 7)
                .memory(new TaskMemory(2 * SwapCase.CHUNK, OptionalLong.of(2 * SwapCase.CHUNK), Optional.empty())));
        }
        final Verdict verdict = Analyses.byName("swap-seq-fp").orElseThrow().analyze(builder.build());
        final long unit = 7 + 2 * (1 + 2) + 10 + 2 * 100;
        assertEquals(2 * unit - 1, verdict.tasks().getFirst().responseBoundNs());
        assertEquals(4 * unit, verdict.tasks().get(3).responseBoundNs());
    }

    @Test
    void shouldRefuseByNameWhatNoSoundTestCovers() {
        final DeviceMemory memory = new DeviceMemory(10, 1, SwapProtocol.SPE, 1, 1, 0, 0);
        final TaskMemory swapped = new TaskMemory(4, OptionalLong.of(2), Optional.empty());
        final TaskSet segments = TaskSet.builder("segments").device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .task("a", task -> task.periodNs(100).segment("gpu0", 1).segment("gpu0", 1).memory(swapped)).build();
        final TaskSet devices = TaskSet.builder("devices").device(DeviceSpec.modelled("gpu0").withMemory(memory))
            .device(DeviceSpec.cpu("cpu0")).task("a", task -> task.periodNs(100).segment("gpu0", 1).memory(swapped))
            .task("b", task -> task.periodNs(100).segment("cpu0", 1)).build();
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            final var test = Analyses.byName("swap-" + protocol.text() + "-fp").orElseThrow();
            if (protocol != SwapProtocol.OVL) {
                assertEquals("", test.applies(segments), "a job is one unit, or is preempted between segments");
            } else {
                assertThrows(TestNotApplicableException.class, () -> test.analyze(segments));
                assertTrue(test.applies(segments).contains("several segments"), test.applies(segments));
            }
            assertTrue(test.applies(devices).contains("other devices"), test.applies(devices));
            assertTrue(Analyses.byName("swap-" + protocol.text() + "-edf").orElseThrow().applies(segments).contains("policy"));
        }
        final TaskSet overlapped = TaskSet.builder("segments")
            .device(DeviceSpec.modelled("gpu0").withMemory(memory.withProtocol(SwapProtocol.OVL)))
            .task("a", task -> task.periodNs(100).segment("gpu0", 1).segment("gpu0", 1).memory(swapped)).build();
        assertThrows(TestNotApplicableException.class, () -> Analyses.analyze(overlapped));
    }

    @Test
    void shouldChooseTheTestOfTheProtocolThatWillRun() {
        final SwapCase set = new SwapCase(1, 1, 17, new int[] {3, 3}, new int[] {40, 80}, new int[] {22, 80}, new int[] {1, 4},
            new int[] {7, 10}, new int[2], org.tactus.model.Overheads.NONE);
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            assertEquals("swap-" + protocol.text() + "-edf", Analyses.analyze(set.set(PolicyKind.EDF, protocol)).test());
            assertEquals("swap-" + protocol.text() + "-fp", Analyses.analyze(set.set(PolicyKind.FIXED_PRIORITY, protocol)).test());
        }
    }

    @Test
    void shouldStayFiniteWhenNumbersAreHuge() {
        final long huge = Long.MAX_VALUE / 2;
        final DeviceMemory memory = new DeviceMemory(Long.MAX_VALUE, 1, SwapProtocol.SEQ, huge, huge, huge, huge);
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSet set = TaskSet.builder("huge").policy(policy).device(DeviceSpec.modelled("gpu0").withMemory(memory))
                .task("a", task -> task.periodNs(huge).segment("gpu0", huge).memory(
                    new TaskMemory(Long.MAX_VALUE, OptionalLong.of(Long.MAX_VALUE), Optional.empty())))
                .task("b", task -> task.periodNs(1).segment("gpu0", 1)).build();
            for (final SwapProtocol protocol : SwapProtocol.values()) {
                final Verdict verdict = new SwapAnalysis(protocol, policy).analyze(set);
                assertFalse(verdict.schedulable());
                assertFalse(verdict.reason().isEmpty());
            }
        }
    }

    private static String accepted(final SwapCase set, final SwapProtocol protocol) {
        return set.analyze(PolicyKind.EDF, protocol).tasks().stream().allMatch(TaskVerdict::bounded) ? "1" : "0";
    }

    private static String bounds(final SwapCase set, final SwapProtocol protocol) {
        final Verdict verdict = set.analyze(PolicyKind.FIXED_PRIORITY, protocol);
        if (!verdict.tasks().stream().allMatch(TaskVerdict::bounded)) {
            return "";
        }
        return verdict.tasks().stream().map(task -> Long.toString(task.responseBoundNs())).collect(Collectors.joining("|"));
    }
}
