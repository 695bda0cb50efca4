// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskSet;

/** The production policy with copy engines and chunks never exceeds what the six tests of swapping promise. */
class SwapBoundsHoldTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 800);
    private static final long SEED = Long.getLong("tactus.property.seed", 20240601L);
    private static final long DURATION_NS = 1500;
    private static final ReleasePattern[] RELEASES =
        {ReleasePattern.SYNCHRONOUS, ReleasePattern.SPORADIC, ReleasePattern.RANDOM_OFFSETS};

    @Test
    void shouldNeverExceedABoundWhenMemoryIsSwapped() {
        final Simulator simulator = new Simulator();
        final Map<SwapProtocol, Integer> accepted = new EnumMap<>(SwapProtocol.class);
        int broken = 0;
        for (int index = 0; index < SETS; index++) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                for (final SwapProtocol protocol : SwapProtocol.values()) {
                    final SplittableRandom random = new SplittableRandom(SEED + index);
                    final TaskSet set = SwapSets.random(random, policy, protocol);
                    final Verdict verdict = new SwapAnalysis(protocol, policy).analyze(set);
                    final MemoryConditions memory = MemoryConditions.of(set);
                    final boolean fits = memory.mc1() && (protocol != SwapProtocol.OVL || memory.mc2());
                    assertTrue(fits || !verdict.schedulable(), "memory, seed " + (SEED + index));
                    broken += fits ? 0 : 1;
                    if (verdict.schedulable()) {
                        accepted.merge(protocol, 1, Integer::sum);
                    }
                    for (int run = 0; run < 2; run++) {
                        check(simulator, set, protocol, fits, verdict, random, "seed " + (SEED + index) + ' ' + policy + ' ' + protocol);
                    }
                }
            }
        }
        assertTrue(broken > SETS / 10, "sets that break a memory condition: " + broken);
        accepted.forEach((protocol, count) -> assertTrue(count > SETS / 25, protocol + " accepted " + count));
        assertEquals(SwapProtocol.values().length, accepted.size());
    }

    private static void check(
        final Simulator simulator, final TaskSet set, final SwapProtocol protocol, final boolean fits, final Verdict verdict,
        final SplittableRandom random, final String what) {
        final SimulationOptions options = SimulationOptions.worstCase(random.nextLong(), DURATION_NS)
            .withReleases(RELEASES[random.nextInt(RELEASES.length)])
            .withExecution(random.nextInt(3) == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET)
            .withOverheads(random.nextInt(3) == 0 ? OverheadTime.RANDOM : OverheadTime.MAXIMUM)
            .withRandomVictims(random.nextBoolean());
        final SwapObserver observer = new SwapObserver(set);
        try {
            simulator.run(set, options, observer, observer);
        } catch (final RuntimeException | AssertionError e) {
            throw new AssertionError(what + ' ' + options + ' ' + set, e);
        }
        assertEquals("", observer.violation(fits), () -> what + ' ' + options + ' ' + set);
        final long[] largest = observer.largestNs();
        if (!fits || set.policy() == PolicyKind.EDF && !verdict.schedulable()) {
            return; // it has come to its end, which is all that is asked of it
        }
        for (int i = 0; i < set.tasks().size(); i++) {
            final TaskVerdict task = verdict.tasks().get(i);
            if (task.bounded() && (verdict.schedulable() || protocol != SwapProtocol.OVL)) {
                assertTrue(largest[i] <= task.responseBoundNs(), what + " task " + i + " took " + largest[i] + ", bound "
                    + task.responseBoundNs() + ' ' + options + ' ' + set);
            }
        }
    }
}
