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
import org.tactus.model.DeviceSpec;
import org.tactus.model.Platform;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Jobs of several segments under SPE: a more urgent job may go first between two segments, and takes chunks. No bound is exceeded by the
 * production policy. {@code -Dtactus.property.sets=N} and {@code -Dtactus.property.seed=N} choose other sets and how many.
 */
class PreemptedSegmentsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 1000);
    private static final long SEED = Long.getLong("tactus.property.seed", 20261129L);
    private static final ReleasePattern[] RELEASES =
        {ReleasePattern.SYNCHRONOUS, ReleasePattern.SPORADIC, ReleasePattern.RANDOM_OFFSETS};

    /** The same tasks under SPE; what streamed has a volume of its own choice. */
    static TaskSet preempted(final TaskSet set, final SplittableRandom random) {
        final List<Task> tasks = new ArrayList<>();
        for (final Task task : set.tasks()) {
            final TaskMemory had = task.memory().orElseThrow();
            final long most = had.footprintBytes() - had.scratchBytes();
            final OptionalLong swap = had.streamBytes().isEmpty() ? had.swapBytes() : OptionalLong.of(random.nextLong(most + 1));
            tasks.add(task.withMemory(new TaskMemory(had.footprintBytes(), swap, Optional.empty(), had.scratchBytes(), had.stateBytes(),
                had.segmentConstantBytes(), OptionalLong.empty())));
        }
        final DeviceSpec gpu = set.platform().devices().getFirst();
        final var memory = gpu.memory().orElseThrow().withProtocol(SwapProtocol.SPE);
        final long all = tasks.stream().mapToLong(task -> task.memory().orElseThrow().footprintBytes() + 5 * UnitSets.CHUNK).sum();
        final long bytes = Math.max(UnitSets.CHUNK + 1, (long) (all * random.nextDouble(0.3, 1)));
        return new TaskSet(set.name(), set.policy(), set.overheads(),
            new Platform(List.of(gpu.withMemory(memory.withCapacityBytes(bytes)))), tasks);
    }

    @Test
    void shouldNeverExceedABoundWhenJobsArePreemptedBetweenSegments() {
        final Simulator simulator = new Simulator();
        long accepted = 0;
        long bounds = 0;
        long reached = 0;
        long tightest = 0;
        long moved = 0;
        for (int index = 0; index < SETS; index++) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                final SplittableRandom random = new SplittableRandom(SEED + index);
                final TaskSet set = preempted(UnitSets.random(random, policy), random);
                if (!set.swapsOn(0) || !MemoryConditions.of(set).mc1()) {
                    continue;
                }
                final Verdict verdict = new SwapAnalysis(SwapProtocol.SPE, policy).analyze(set);
                accepted += verdict.schedulable() ? 1 : 0;
                for (int run = 0; run < 3; run++) {
                    final SimulationOptions options = SimulationOptions.worstCase(random.nextLong(), 2500)
                        .withReleases(RELEASES[random.nextInt(RELEASES.length)])
                        .withExecution(random.nextInt(3) == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET)
                        .withOverheads(random.nextInt(3) == 0 ? OverheadTime.RANDOM : OverheadTime.MAXIMUM)
                        .withRandomVictims(random.nextBoolean());
                    final UnitObserver observer = new UnitObserver(set, false);
                    simulator.run(set, options, observer, observer);
                    final String what = "seed " + (SEED + index) + ' ' + policy + ' ' + options + ' ' + set;
                    assertEquals("", observer.violation(), what);
                    assertEquals(0, observer.aborted(), what);
                    moved += observer.moves.size();
                    for (int i = 0; i < set.tasks().size(); i++) {
                        final TaskVerdict task = verdict.tasks().get(i);
                        if (task.bounded() && (policy == PolicyKind.FIXED_PRIORITY || verdict.schedulable())) {
                            bounds++;
                            reached += observer.largestNs()[i] == task.responseBoundNs() ? 1 : 0;
                            tightest = Math.max(tightest, 100 * observer.largestNs()[i] / task.responseBoundNs());
                            assertTrue(observer.largestNs()[i] <= task.responseBoundNs(), () -> task.name() + " took more than "
                                + task.responseBoundNs() + ' ' + what);
                        }
                    }
                }
            }
        }
        final String told = accepted + " accepted, " + bounds + " bounds held, " + reached + " reached exactly, " + moved
            + " moves, tightest " + tightest + "%";
        System.out.println("preempted between segments: seed " + SEED + ", " + told);
        assertTrue(SETS < 1000 || accepted > SETS / 20 && bounds > SETS && moved > SETS && tightest > 90, told);
    }

    /** How victims are chosen among the tasks that have chunks in, none of them the one that loads; each gives one chunk. */
    private interface Victims {
        int compare(boolean[] waits, int a, int b);
    }

    /** What rests on the order of victims: three tasks under SPE on 5 chunks, c_in = c_out = C = 1, tick by tick; 0 is the most urgent. */
    private static long response(final long period, final int[] first, final long until, final Victims victims) {
        final int[] chunks = {2, 2, 5, 5}; // the last one never runs, and has filled the memory
        final int[] in = {0, 0, 0, 5};
        final long[] next = {first[0], first[1], 0, Long.MAX_VALUE};
        final boolean[] waits = new boolean[4];
        for (long now = 0; now < until; now++) {
            for (int i = 0; i < 4; i++) {
                if (next[i] == now) {
                    waits[i] = true;
                    next[i] += i == 2 ? until : period;
                }
            }
            int job = 0;
            while (job < 3 && !waits[job]) {
                job++;
            }
            if (job == 3) {
                continue;
            }
            int victim = -1;
            for (int i = 0; i < 4; i++) {
                if (i != job && in[i] > 0 && (victim < 0 || victims.compare(waits, i, victim) < 0)) {
                    victim = i;
                }
            }
            if (in[job] == chunks[job]) {
                waits[job] = false;
                if (job == 2) {
                    return now + 1;
                }
            } else if (in[0] + in[1] + in[2] + in[3] == 5) {
                in[victim]--;
            } else {
                in[job]++;
            }
        }
        return Long.MAX_VALUE;
    }

    /**
     * What 2 W pays for once is lost twice where a job that loads once more takes from another one that had loaded: then the least urgent
     * of three never gets its chunks together. With victims that wait last, and of these the least urgent first, it stays within its bound.
     */
    @Test
    void shouldStarveAJobWhenVictimsAreTakenFromJobsThatWait() {
        final var memory = new org.tactus.model.DeviceMemory(5, 1, SwapProtocol.SPE, 1, 1, 0, 0);
        long starved = 0;
        for (long period = 19; period <= 24; period++) {
            final var builder = TaskSet.builder("order").policy(PolicyKind.FIXED_PRIORITY)
                .device(DeviceSpec.modelled("gpu0").withMemory(memory));
            final int[] chunks = {2, 2, 5, 5};
            final long[] periods = {period, period, 1000, 1_000_000};
            for (int i = 0; i < 4; i++) {
                final int at = i;
                builder.task("t" + i, task -> task.periodNs(periods[at]).priority(at + 1).segment("gpu0", 1)
                    .memory(new TaskMemory(chunks[at], OptionalLong.of(chunks[at]), Optional.empty())));
            }
            final TaskVerdict third = new SwapAnalysis(SwapProtocol.SPE, PolicyKind.FIXED_PRIORITY).analyze(builder.build()).tasks().get(2);
            assertTrue(third.bounded());
            for (int high = 0; high < period; high++) {
                for (int middle = 0; middle < period; middle++) {
                    final int[] first = {high, middle};
                    starved += response(period, first, 4000, (waits, a, b) -> waits[a] != waits[b] ? waits[a] ? -1 : 1 : a - b)
                        > third.responseBoundNs() ? 1 : 0;
                    assertTrue(response(period, first, 4000, (waits, a, b) -> waits[a] != waits[b] ? waits[a] ? 1 : -1 : b - a)
                        <= third.responseBoundNs(), "period " + period + " first releases " + high + ' ' + middle);
                }
            }
        }
        assertTrue(starved > 0, "no counter-example");
    }
}
