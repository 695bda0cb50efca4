// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.TaskSet;

/**
 * Under EDF an offered segment may be taken long after its job's release, for the job waited on its processor: R(k, o) holds its end
 * ({@code schedulability.md}, 5). Here {@code study} visits the accelerator twice and meets two jobs of {@code late} there: one that is due
 * earlier and comes late, one that is due later and comes at once. Who forgets the first charges the second only.
 * <pre>
 *   c0    | hold            |l|                        |l|
 *   g0                        |late      |s|             |late      |s|
 *   c1                                     | study      |
 *           study's release --^                          its second request comes just after
 * </pre>
 * The number of sets is {@code -Dtactus.property.sets} (3,000 without it), the first seed {@code -Dtactus.property.seed}.
 */
class LateOfferTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 3000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final int RUNS_A_SET = 8;
    private static final long DURATION_NS = 100;

    private final Simulator simulator = new Simulator();

    /** Costs: hold's; late's segment on g0; study's on g0, c1, g0. Study's deadline has so much room; late is due so much later. */
    private static TaskSet set(
        final long hold, final long taken, final long[] study, final long room, final long later, final long offset) {
        final long own = study[0] + study[1] + study[2];
        final long deadline = own + 2 * taken + room;
        final long period = hold + taken + study[0] + study[1];
        return TaskSet.builder("late").policy(PolicyKind.EDF)
            .device(DeviceSpec.cpu("c0")).device(DeviceSpec.cpu("c1")).device(DeviceSpec.modelled("g0"))
            .task("study", t -> t.periodNs(10_000).deadlineNs(deadline).offsetNs(offset)
                .segment("g0", study[0]).segment("c1", study[1]).segment("g0", study[2]))
            .task("late", t -> t.periodNs(period).deadlineNs(Math.min(period, deadline + later)).reclaim(new Reclaim(taken, 1, taken))
                .segment("c0", 1).segment("c0", taken).offer("g0", taken))
            .task("hold", t -> t.periodNs(10_000).deadlineNs(hold + 2 * taken + 2).segment("c0", hold)).build();
    }

    @Test
    void shouldMeetTheBoundExactlyWhenOneOfferComesLateAndTheNextAtOnce() {
        final TaskSet set = set(12, 5, new long[] {1, 16, 1}, 0, 6, 13);
        long largest = 0;
        for (int seed = 0; seed < 64; seed++) {
            largest = Math.max(largest, simulator.maxResponses(set,
                SimulationOptions.worstCase(seed, DURATION_NS).withReleases(ReleasePattern.FILE))[0]);
        }
        assertEquals(5 + 1 + 16 + 5 + 1, largest);
        for (final String test : new String[] {"chain-edf", "chain-edf-x"}) {
            assertEquals(largest, Analyses.byName(test).orElseThrow().analyze(set).tasks().getFirst().responseBoundNs(), test);
        }
    }

    @Test
    void shouldStayWithinEveryBoundWhenOffersComeLate() {
        int bounded = 0;
        int tight = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final long taken = random.nextLong(2, 9);
            final long hold = random.nextLong(taken, 3 * taken + 4);
            final long[] study = {random.nextLong(1, 4), random.nextLong(1, 14), random.nextLong(1, 4)};
            final TaskSet set = set(hold, taken, study, random.nextLong(6), random.nextLong(1, 2 * taken + 4), random.nextLong(hold + 4));
            final long[] largest = new long[set.tasks().size()];
            for (int run = 0; run < RUNS_A_SET; run++) {
                final long[] responses = simulator.maxResponses(set,
                    SimulationOptions.worstCase(seed * RUNS_A_SET + run, DURATION_NS).withReleases(ReleasePattern.FILE));
                for (int i = 0; i < largest.length; i++) {
                    largest[i] = Math.max(largest[i], responses[i]);
                }
            }
            for (final String test : new String[] {"chain-edf", "chain-edf-x"}) {
                final Verdict verdict = Analyses.byName(test).orElseThrow().analyze(set);
                for (int i = 0; i < largest.length && verdict.schedulable(); i++) {
                    final long bound = verdict.tasks().get(i).responseBoundNs();
                    assertTrue(largest[i] <= bound, test + " bounds " + set.tasks().get(i).name() + " by " + bound + " but a response was "
                        + largest[i] + "; reproduce: -Dtactus.property.seed=" + seed + " -Dtactus.property.sets=1, " + set);
                    bounded++;
                    tight += largest[i] == bound ? 1 : 0;
                }
            }
        }
        System.out.printf("late offers: %d bounds held, %d met exactly%n", bounded, tight);
        assertTrue(bounded > SETS / 4 && tight > 0 || SETS < 100, bounded + " bounds, " + tight + " met");
    }
}
