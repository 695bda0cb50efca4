// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.model.DeviceMemory;
import org.tactus.model.Platform;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskSet;

/**
 * The production policy never exceeds what the tests promise where chunks go out and others come in at the same time, for jobs of one
 * segment and of several, with rings and without. {@code -Dtactus.property.sets=N} and {@code -Dtactus.property.seed=N} choose other sets
 * and how many.
 */
class DuplexBoundsHoldTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 3000);
    private static final long SEED = Long.getLong("tactus.property.seed", 20261129L);
    private static final long DURATION_NS = 2000;
    private static final ReleasePattern[] RELEASES =
        {ReleasePattern.SYNCHRONOUS, ReleasePattern.SPORADIC, ReleasePattern.RANDOM_OFFSETS};

    private final Simulator simulator = new Simulator();
    private long runs;
    private long bounds;
    private long reached;
    private long overlaps;

    private static TaskSet on(final TaskSet set, final DeviceMemory memory) {
        return new TaskSet(set.name(), set.policy(), set.overheads(),
            new Platform(List.of(set.platform().devices().getFirst().withMemory(memory))), set.tasks());
    }

    private static DeviceMemory memory(final TaskSet set) {
        return set.platform().devices().getFirst().memory().orElseThrow();
    }

    /** A drawn set whose device moves both ways at once; beside another one a chunk takes as long or longer, some nanoseconds. */
    private static TaskSet random(final SplittableRandom random, final PolicyKind policy) {
        TaskSet set = random.nextBoolean() ? UnitSets.random(random, policy) : SwapSets.random(random, policy, SwapProtocol.SEQ);
        while (!set.swapsOn(0)) {
            set = SwapSets.random(random, policy, SwapProtocol.SEQ);
        }
        final DeviceMemory had = memory(set);
        final long inNs = Math.max(1, had.chunkInNs());
        final long outNs = Math.max(1, had.chunkOutNs());
        final long dropNs = Math.max(1, had.chunkDropNs());
        final DeviceMemory memory = new DeviceMemory(had.capacityBytes(), had.chunkBytes(), SwapProtocol.SEQ, inNs, outNs,
            had.swapInOverheadNs(), had.swapOutOverheadNs(), had.residency(), dropNs, had.background());
        final long pairedOutNs = outNs + random.nextLong(3);
        return on(set, memory.withDuplex(new DeviceMemory.Duplex(
            inNs + random.nextLong(3), pairedOutNs, Math.min(pairedOutNs, dropNs + random.nextLong(3)))));
    }

    private static Verdict analyze(final TaskSet set) {
        return new SwapAnalysis(SwapProtocol.SEQ, set.policy()).analyze(set);
    }

    @Test
    void shouldNeverExceedABoundWhenBothWaysMoveAtOnce() {
        long accepted = 0;
        long broken = 0;
        long gained = 0;
        for (int index = 0; index < SETS; index++) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                final SplittableRandom random = new SplittableRandom(SEED + index);
                final TaskSet set = random(random, policy);
                final Verdict verdict = analyze(set);
                final boolean fits = MemoryConditions.of(set).mc1();
                broken += fits ? 0 : 1;
                accepted += verdict.schedulable() ? 1 : 0;
                gained += verdict.schedulable() && !analyze(alone(set)).schedulable() ? 1 : 0;
                for (int run = 0; run < 2; run++) {
                    final String found = check(set, set, verdict, fits, random);
                    assertEquals("", found, () -> found + ", seed of the set " + policy + ' ' + set);
                }
            }
        }
        System.out.println("both ways at once: seed " + SEED + ", " + 2 * SETS + " sets, " + accepted + " accepted, " + gained
            + " of them not one way at a time, " + broken + " break MC1, " + runs + " runs, " + overlaps
            + " chunks beside one of the other way, " + bounds + " bounds held, " + reached + " reached exactly");
        assertTrue(accepted > SETS / 5 && broken > SETS / 20 && overlaps > 10L * SETS && reached > SETS / 20 && gained > 0,
            accepted + " accepted, " + broken + " broken, " + overlaps + " overlaps, " + reached + " reached, " + gained + " gained");
    }

    /** The same chunks, as slow as beside another one, one way at a time: what a mover is that does not overlap. */
    private static TaskSet alone(final TaskSet set) {
        final DeviceMemory had = memory(set);
        final DeviceMemory.Duplex both = had.duplex().orElseThrow();
        return on(set, new DeviceMemory(had.capacityBytes(), had.chunkBytes(), SwapProtocol.SEQ, both.inNs(), both.outNs(),
            had.swapInOverheadNs(), had.swapOutOverheadNs(), had.residency(), both.dropNs(), had.background()));
    }

    /** Runs a set and holds it against what is known of another one, which is the same but for a mutant; what was found, or "". */
    private String check(
        final TaskSet run, final TaskSet known, final Verdict verdict, final boolean fits, final SplittableRandom random) {
        final SimulationOptions options = SimulationOptions.worstCase(random.nextLong(), DURATION_NS)
            .withReleases(RELEASES[random.nextInt(RELEASES.length)])
            .withExecution(random.nextInt(3) == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET)
            .withOverheads(random.nextInt(3) == 0 ? OverheadTime.RANDOM : OverheadTime.MAXIMUM)
            .withRandomVictims(random.nextBoolean());
        final ChunkObserver observer = new ChunkObserver(known);
        try {
            simulator.run(run, options, observer, observer);
        } catch (final RuntimeException | AssertionError e) {
            throw new AssertionError(options + " " + run, e);
        }
        runs++;
        final String violation = observer.violation();
        overlaps += observer.overlaps();
        if (!violation.isEmpty()) {
            return violation + ' ' + options;
        }
        if (fits && observer.aborted() > 0) {
            return observer.aborted() + " jobs were aborted though MC1 holds " + options;
        }
        if (!fits || known.policy() == PolicyKind.EDF && !verdict.schedulable()) {
            return ""; // it has come to its end, which is all that is asked of it
        }
        for (int i = 0; i < known.tasks().size(); i++) {
            final TaskVerdict task = verdict.tasks().get(i);
            if (task.bounded()) {
                bounds++;
                reached += observer.largestNs()[i] == task.responseBoundNs() ? 1 : 0;
                if (observer.largestNs()[i] > task.responseBoundNs()) {
                    return "task " + i + " took " + observer.largestNs()[i] + ", bound " + task.responseBoundNs() + ' ' + options;
                }
            }
        }
        return "";
    }

    /** Every pair of offsets of two tasks that take the memory from each other, with every time at its worst, and with drawn times. */
    @Test
    void shouldStayWithinEveryBoundWhenAllOffsetsAreTried() {
        long explored = 0;
        long closest = 0;
        long bounded = 0;
        for (int index = 0; index < Math.max(60, SETS / 50); index++) {
            final SplittableRandom random = new SplittableRandom(SEED + index);
            final PolicyKind policy = index % 2 == 0 ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY;
            final TaskSet drawn = UnitSets.small(random, policy);
            final DeviceMemory had = memory(drawn);
            final long outNs = Math.max(1, had.chunkOutNs());
            final TaskSet set = on(drawn, had.withDuplex(new DeviceMemory.Duplex(
                Math.max(1, had.chunkInNs()) + random.nextLong(2), outNs, Math.clamp(had.chunkDropNs() + random.nextLong(2), 1, outNs))));
            final Verdict verdict = analyze(set);
            if (!verdict.schedulable() || had.chunkOutNs() == 0 || had.chunkDropNs() == 0) {
                continue;
            }
            final long[] worst = new long[2];
            for (long first = 0; first < set.tasks().get(0).periodNs(); first++) {
                for (long second = 0; second < set.tasks().get(1).periodNs(); second++) {
                    final TaskSet shifted = UnitBoundsHoldTest.shifted(set, first, second);
                    for (final ExecutionTime time : List.of(ExecutionTime.WCET, ExecutionTime.RANDOM)) {
                        final ChunkObserver observer = new ChunkObserver(set);
                        simulator.run(shifted, SimulationOptions.worstCase(random.nextLong(), 250).withReleases(ReleasePattern.FILE)
                            .withExecution(time).withRandomVictims(true), observer, observer);
                        final String what = "seed " + (SEED + index) + ' ' + first + ' ' + second + ' ' + shifted;
                        assertEquals("", observer.violation(), what);
                        for (int i = 0; i < 2; i++) {
                            worst[i] = Math.max(worst[i], observer.largestNs()[i]);
                            assertTrue(observer.largestNs()[i] <= verdict.tasks().get(i).responseBoundNs(), what);
                        }
                        explored++;
                    }
                }
            }
            for (int i = 0; i < 2; i++) {
                bounded++;
                closest += worst[i] == verdict.tasks().get(i).responseBoundNs() ? 1 : 0;
            }
        }
        System.out.println("explored both ways at once: seed " + SEED + ", " + explored + " schedules, " + closest + " of " + bounded
            + " bounds reached exactly");
        assertTrue(explored > 2000 && closest > 0, explored + " explored, " + closest + " of " + bounded);
    }

    /** What a wrong program amounts to: what runs, and what the analysis is asked about; null where the set gives no occasion. */
    private interface Mutant {
        TaskSet run(TaskSet set);

        TaskSet known(TaskSet set);
    }

    private int[] found(final Mutant mutant) {
        final int[] tally = new int[2];
        for (int index = 0; index < 1500; index++) {
            final SplittableRandom random = new SplittableRandom(SEED + index);
            final TaskSet set = random(random, PolicyKind.FIXED_PRIORITY);
            if (!MemoryConditions.of(set).mc1() || MemoryConditions.of(set).overflowBytes() <= 0 || mutant.known(set) == null) {
                continue;
            }
            tally[1]++;
            boolean caught = false;
            for (int r = 0; r < 4 && !caught; r++) {
                caught = !check(mutant.run(set), set, analyze(mutant.known(set)), true, random).isEmpty();
            }
            tally[0] += caught ? 1 : 0;
        }
        return tally;
    }

    /** A chunk comes in before the one that makes room for it has gone. */
    @Test
    void shouldFindAMutantWhenOneChunkTooManyComesIn() {
        final int[] tally = found(new Mutant() {
            @Override
            public TaskSet run(final TaskSet set) {
                return on(set, memory(set).withCapacityBytes(memory(set).capacityBytes() + memory(set).chunkBytes()));
            }

            @Override
            public TaskSet known(final TaskSet set) {
                return set;
            }
        });
        assertTrue(tally[1] > 100 && tally[0] > tally[1] / 2, "seed " + SEED + ": found " + tally[0] + " of " + tally[1]);
    }

    /** A mover that takes out first and brings in afterwards. */
    @Test
    void shouldFindAMutantWhenTheMoverDoesNotOverlap() {
        final int[] tally = found(new Mutant() {
            @Override
            public TaskSet run(final TaskSet set) {
                return alone(set);
            }

            @Override
            public TaskSet known(final TaskSet set) {
                return set;
            }
        });
        assertTrue(tally[1] > 100 && tally[0] > tally[1] / 20, "seed " + SEED + ": found " + tally[0] + " of " + tally[1]);
    }

    /** An analysis of the longer direction alone, without the last chunk, which comes in when all are out. */
    @Test
    void shouldFindAMutantWhenTheAnalysisForgetsTheLastChunk() {
        final int[] tally = found(new Mutant() {
            @Override
            public TaskSet run(final TaskSet set) {
                return set;
            }

            @Override
            public TaskSet known(final TaskSet set) {
                final DeviceMemory had = memory(set);
                final long lastNs = had.duplex().orElseThrow().inNs();
                return had.swapInOverheadNs() < lastNs ? null : on(set, new DeviceMemory(had.capacityBytes(), had.chunkBytes(),
                    had.protocol(), had.chunkInNs(), had.chunkOutNs(), had.swapInOverheadNs() - lastNs, had.swapOutOverheadNs(),
                    had.residency(), had.chunkDropNs(), had.background()).withDuplex(had.duplex().get()));
            }
        });
        assertTrue(tally[1] > 20 && tally[0] > tally[1] / 10, "seed " + SEED + ": found " + tally[0] + " of " + tally[1]);
    }
}
