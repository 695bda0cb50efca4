// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.TaskVerdict;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.swap.MemoryConditions;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * The production policy never exceeds what the tests promise of jobs of several segments whose loads overlap their executions, in a ring or
 * without one. {@code -Dtactus.property.sets=N} and {@code -Dtactus.property.seed=N} choose other sets and how many.
 */
class UnitBoundsHoldTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 3000);
    private static final long SEED = Long.getLong("tactus.property.seed", 20261129L);
    private static final long DURATION_NS = 2500;
    private static final ReleasePattern[] RELEASES =
        {ReleasePattern.SYNCHRONOUS, ReleasePattern.SPORADIC, ReleasePattern.RANDOM_OFFSETS};

    private final Simulator simulator = new Simulator();
    private long runs;
    private long bounds;
    private long reached;

    @Test
    void shouldNeverExceedABoundWhenLoadsOverlapExecutions() {
        long accepted = 0;
        long broken = 0;
        long rings = 0;
        long overlaps = 0;
        for (int index = 0; index < SETS; index++) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                final SplittableRandom random = new SplittableRandom(SEED + index);
                final TaskSet set = UnitSets.random(random, policy);
                final Verdict verdict = new SwapAnalysis(SwapProtocol.SEQ, policy).analyze(set);
                final boolean fits = MemoryConditions.of(set).mc1();
                assertTrue(fits || !verdict.schedulable(), "memory, seed " + (SEED + index));
                broken += fits ? 0 : 1;
                accepted += verdict.schedulable() ? 1 : 0;
                rings += rings(set);
                for (int run = 0; run < 2; run++) {
                    final UnitObserver observer = new UnitObserver(set);
                    final String found = check(set, set, verdict, fits, observer, random);
                    assertEquals("", found, () -> found + ", seed of the set " + policy + ' ' + set);
                    overlaps += run == 0 && index % 100 == 0 ? observer.overlaps() : 0;
                }
            }
        }
        System.out.println("units: seed " + SEED + ", " + 2 * SETS + " sets, " + accepted + " accepted, " + broken + " break MC1, " + rings
            + " tasks with a ring, " + runs + " runs, " + bounds + " bounds held, " + reached + " reached exactly");
        assertTrue(accepted > SETS / 4 && broken > SETS / 20 && rings > SETS && overlaps > SETS / 100 && reached > SETS / 20,
            accepted + " accepted, " + broken + " broken, " + rings + " rings, " + overlaps + " overlaps, " + reached + " reached");
    }

    private static long rings(final TaskSet set) {
        return set.tasks().stream().filter(task -> SwapRegion.of(task, set.platform().devices().getFirst().memory().orElseThrow())
            .ringChunks() > 0).count();
    }

    /** Runs a set and holds it against what is known of another one, which is the same but for a mutant; what was found, or "". */
    private String check(final TaskSet run, final TaskSet known, final Verdict verdict, final boolean fits, final UnitObserver observer,
        final SplittableRandom random) {
        final SimulationOptions options = SimulationOptions.worstCase(random.nextLong(), DURATION_NS)
            .withReleases(RELEASES[random.nextInt(RELEASES.length)])
            .withExecution(random.nextInt(3) == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET)
            .withOverheads(random.nextInt(3) == 0 ? OverheadTime.RANDOM : OverheadTime.MAXIMUM)
            .withRandomVictims(random.nextBoolean());
        try {
            simulator.run(run, options, observer, observer);
        } catch (final RuntimeException | AssertionError e) {
            throw new AssertionError(options + " " + run, e);
        }
        runs++;
        final String violation = observer.violation();
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

    /** Explores: every pair of offsets of two tasks, with every job at its WCET, and with drawn times. */
    @Test
    void shouldStayWithinEveryBoundWhenAllOffsetsAreTried() {
        long explored = 0;
        long closest = 0;
        long bounded = 0;
        for (int index = 0; index < Math.max(60, SETS / 50); index++) {
            final PolicyKind policy = index % 2 == 0 ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY;
            final SplittableRandom random = new SplittableRandom(SEED + index);
            final TaskSet set = UnitSets.small(random, policy);
            final Verdict verdict = new SwapAnalysis(SwapProtocol.SEQ, policy).analyze(set);
            if (!verdict.schedulable()) {
                continue;
            }
            final long[] worst = new long[2];
            for (long first = 0; first < set.tasks().get(0).periodNs(); first++) {
                for (long second = 0; second < set.tasks().get(1).periodNs(); second++) {
                    final TaskSet shifted = shifted(set, first, second);
                    for (final ExecutionTime time : List.of(ExecutionTime.WCET, ExecutionTime.RANDOM)) {
                        final UnitObserver observer = new UnitObserver(set);
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
        System.out.println("explored units: seed " + SEED + ", " + explored + " schedules, " + closest + " of " + bounded
            + " bounds reached exactly");
        assertTrue(explored > 5000 && closest > bounded / 10, explored + " explored, " + closest + " of " + bounded);
    }

    static TaskSet shifted(final TaskSet set, final long first, final long second) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), List.of(
            offset(set.tasks().get(0), first), offset(set.tasks().get(1), second)));
    }

    private static Task offset(final Task task, final long ns) {
        return new Task(task.name(), task.periodNs(), task.deadlineNs(), ns, task.jitterNs(), task.release(), task.priority(),
            task.onOverrun(), task.onBacklog(), task.memory(), task.model(), task.segments());
    }

    /** A change of one task's memory that a wrong program would amount to; null where the task gives no occasion. */
    private interface Mutant {
        TaskMemory of(TaskMemory memory, SwapRegion region);
    }

    private static TaskMemory ringOneLarger(final TaskMemory memory, final SwapRegion region) {
        return region.ringChunks() == 0 ? null
            : memory.withStreamBytes(OptionalLong.of(memory.streamBytes().getAsLong() + UnitSets.CHUNK));
    }

    private static TaskMemory loadForgotten(final TaskMemory memory, final SwapRegion region) {
        if (region.ringChunks() == 0) {
            return null;
        }
        final List<Long> constants = new ArrayList<>(memory.segmentConstantBytes());
        for (int k = constants.size() - 1; k >= 0; k--) {
            if (constants.get(k) > 0) {
                final long removed = Math.min(constants.get(k), UnitSets.CHUNK);
                constants.set(k, constants.get(k) - removed);
                return new TaskMemory(memory.footprintBytes() - removed, memory.swapBytes(), Optional.empty(), memory.scratchBytes(),
                    memory.stateBytes(), constants, memory.streamBytes());
            }
        }
        return null;
    }

    /** How many of the mutants of a set's tasks were found: by the observer or by a bound. */
    private int[] found(final Mutant mutant, final boolean inAnalysis) {
        final int[] tally = new int[2];
        for (int index = 0; index < 1500; index++) {
            final SplittableRandom random = new SplittableRandom(SEED + index);
            final TaskSet set = UnitSets.random(random, PolicyKind.FIXED_PRIORITY);
            final SwapRegion region = SwapRegion.of(set.tasks().getFirst(), set.platform().devices().getFirst().memory().orElseThrow());
            final TaskMemory changed = mutant.of(set.tasks().getFirst().memory().orElseThrow(), region);
            if (changed == null || changed.footprintBytes() <= 0 || !MemoryConditions.of(set).mc1()) {
                continue;
            }
            final TaskSet other = UnitSets.with(set, 0, changed);
            final TaskSet run = inAnalysis ? set : other;
            final Verdict verdict = new SwapAnalysis(SwapProtocol.SEQ, set.policy()).analyze(inAnalysis ? other : set);
            tally[1]++;
            boolean caught = false;
            for (int r = 0; r < 4 && !caught; r++) {
                caught = !check(run, set, verdict, true, new UnitObserver(set), random).isEmpty();
            }
            tally[0] += caught ? 1 : 0;
        }
        return tally;
    }

    @Test
    void shouldFindAMutantWhenARingIsOneChunkTooLarge() {
        final int[] tally = found(UnitBoundsHoldTest::ringOneLarger, false);
        assertTrue(tally[1] > 100 && tally[0] > tally[1] / 2, "seed " + SEED + ": found " + tally[0] + " of " + tally[1]);
    }

    @Test
    void shouldFindAMutantWhenALoadIsForgotten() {
        final int[] tally = found(UnitBoundsHoldTest::loadForgotten, false);
        assertTrue(tally[1] > 100 && tally[0] > tally[1] * 9 / 10, "seed " + SEED + ": found " + tally[0] + " of " + tally[1]);
    }

    @Test
    void shouldFindAMutantWhenTheAnalysisWaitsForTooFewSegments() {
        final int[] tally = found(UnitBoundsHoldTest::ringOneLarger, true);
        assertTrue(tally[1] > 100 && tally[0] > 10, "seed " + SEED + ": found " + tally[0] + " of " + tally[1]);
    }
}
