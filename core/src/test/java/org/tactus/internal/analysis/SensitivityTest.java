// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.TestNotApplicableException;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

class SensitivityTest {

    @Test
    void shouldFindLimitsOfASetThatCanBeWorkedOutByHand() {
        final TaskSet set = ChainSets.parse("G10|20|20;G10|40|40", PolicyKind.FIXED_PRIORITY, 1_000_000);
        final Sensitivity limits = new Sensitivity(Analyses.byName("np-fp").orElseThrow(), set);
        assertEquals(1.0, limits.largestFactor().orElseThrow(), 1e-4);
        assertEquals(1.0, limits.largestFactor(0).orElseThrow(), 1e-4);
        assertEquals(1.0, limits.largestFactor(1).orElseThrow(), 1e-4);
        assertEquals(20_000_000L, limits.smallestPeriodNs(0).orElseThrow(), 1);
        assertEquals(OptionalLong.empty(), limits.smallestCapacityBytes(0));
    }

    @Test
    void shouldFindTheSmallestMemoryAndRefuseByNameWhenTasksSwap() {
        final DeviceMemory memory = new DeviceMemory(1000, 10, SwapProtocol.SEQ, 1, 1, 0, 0);
        final TaskSet fits = withMemory(memory, OptionalLong.empty());
        final SchedulabilityTest test = Analyses.byName("np-fp").orElseThrow();
        assertEquals(800, new Sensitivity(test, fits).smallestCapacityBytes(0).orElseThrow());
        final Verdict tight = test.analyze(withMemory(new DeviceMemory(700, 10, SwapProtocol.SEQ, 1, 1, 0, 0), OptionalLong.empty()));
        assertTrue(!tight.schedulable() && tight.reason().contains("100B too little"), tight.reason());
        assertEquals(10, tight.tasks().getFirst().responseBoundNs());
        final TaskSet swaps = withMemory(memory, OptionalLong.of(100));
        assertTrue(assertThrows(TestNotApplicableException.class, () -> test.analyze(swaps)).getMessage().contains("swap-seq-fp"));
    }

    @Test
    void shouldRefuseWhatATestIsNotFor() {
        final TaskSet chain = ChainSets.parse("G1 C1|20|20", PolicyKind.FIXED_PRIORITY, 1);
        refuse("np-fp", chain, "chain-fp");
        refuse("chain-edf", chain, "fixed-priority");
        refuse("np-fp", ChainSets.parse("G1 G1|20|20", PolicyKind.FIXED_PRIORITY, 1), "seg-fp");
        assertEquals("seg-fp", Analyses.tightest(ChainSets.parse("G1 G1|20|20", PolicyKind.FIXED_PRIORITY, 1)).name());
        assertEquals("chain-fp-budget", Analyses.tightest(chain).name());
        assertEquals("chain-edf-x", Analyses.tightest(ChainSets.parse("G1 C1|20|20", PolicyKind.EDF, 1)).name());
        assertEquals("np-edf", Analyses.tightest(ChainSets.parse("G1|20|20", PolicyKind.EDF, 1)).name());
    }

    @Test
    void shouldSayNotBoundedWhenMoreThanAllTimeIsAskedFor() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            final TaskSet set = ChainSets.parse("G20|20|20;G1|40|40;G1|9000000000|9000000000", policy, 1_000_000);
            for (final String name : Analyses.names()) {
                final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                if (test.applies(set).isEmpty()) {
                    final Verdict verdict = test.analyze(set);
                    assertTrue(!verdict.schedulable() && !verdict.reason().isEmpty(), name);
                    verdict.tasks().forEach(task -> ExplanationChecks.check(task, name));
                }
            }
        }
    }

    private static void refuse(final String test, final TaskSet set, final String hint) {
        final var error = assertThrows(TestNotApplicableException.class, () -> Analyses.byName(test).orElseThrow().analyze(set));
        assertTrue(error.getMessage().contains(hint), error.getMessage());
    }

    private static TaskSet withMemory(final DeviceMemory memory, final OptionalLong swap) {
        return TaskSet.builder("m").device(DeviceSpec.modelled("g").withMemory(memory))
            .task("a", t -> t.periodNs(100).memory(new TaskMemory(400, swap, java.util.Optional.empty())).segment("g", 5))
            .task("b", t -> t.periodNs(100).memory(new TaskMemory(400, swap, java.util.Optional.empty())).segment("g", 5)).build();
    }
}
