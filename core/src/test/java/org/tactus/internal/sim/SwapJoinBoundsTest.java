// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.swap.JoiningCondition;
import org.tactus.internal.analysis.swap.SwapAnalysis;
import org.tactus.internal.policy.ModeChanges;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.Platform;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.SwapRegion;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;

/**
 * Tasks join and leave a device whose memory is swapped, at random instants, each admitted by the test of the tasks that count. No response
 * exceeds the bound that is in force when its job completes, never is more in than the memory holds, and no segment starts without chunks.
 * {@code -Dtactus.property.sets=N} and {@code -Dtactus.property.seed=N} choose other sets and how many.
 */
class SwapJoinBoundsTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 60);
    private static final long SEED = Long.getLong("tactus.property.seed", 20261130L);
    private static final long DURATION_NS = 4000;

    private final Simulator simulator = new Simulator();

    /** Adds and removes at random; holds what it is told against the rules and the bounds. */
    private static class RandomJoins extends MoveObserver implements ChangePlan {
        private final TaskSet set;
        private final SwapAnalysis test;
        private final SplittableRandom random;
        private final boolean keepsCondition;
        private final boolean[] there;
        private final boolean[][] in;
        private final BoundsInForce bounds;
        private final long gapNs;
        private long nextNs;
        private int joining = -1;
        private long began;
        private long joins;
        private long evictions;
        private long withdrawals;
        private long refusals;
        private long returns;
        private String violation = "";

        RandomJoins(final TaskSet set, final SwapProtocol protocol, final long seed, final boolean keepsCondition) {
            super(set);
            this.set = set;
            this.keepsCondition = keepsCondition;
            test = new SwapAnalysis(protocol, set.policy());
            random = new SplittableRandom(seed);
            there = new boolean[regions.length];
            in = new boolean[regions.length][];
            for (int i = 0; i < regions.length; i++) {
                in[i] = new boolean[(int) regions[i].chunks()];
            }
            bounds = new BoundsInForce(set.tasks());
            gapNs = 2 + random.nextInt(120);
        }

        @Override
        public boolean startsWith(final int task) {
            return false;
        }

        @Override
        public long nextNs() {
            return nextNs;
        }

        @Override
        public long longestBusyPeriodNs(final List<Task> group) {
            return ModeChanges.UNKNOWN;
        }

        /** What the test says of tasks; empty where it does not apply, since none of them is swapped. */
        Optional<Verdict> analysed(final List<Task> tasks) {
            final TaskSet candidate = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
            return test.applies(candidate).isEmpty() ? Optional.of(test.analyze(candidate)) : Optional.empty();
        }

        @Override
        public void change(final Running running, final long nowNs) {
            nextNs = nowNs + 1 + random.nextLong(gapNs);
            if (joining >= 0) {
                if (random.nextInt(8) == 0) { // the caller has lost patience: the larger bounds stay
                    withdrawals++;
                    running.remove(joining);
                    joining = -1;
                }
                return;
            }
            running.reclaim();
            final List<Task> counting = running.counted();
            for (int i = 0; i < there.length; i++) {
                if (there[i] && running.isFree(i)) {
                    there[i] = false;
                    Arrays.fill(in[i], false);
                    returns++;
                }
            }
            final int task = random.nextInt(there.length);
            if (running.isFree(task)) {
                join(running, counting, task);
            } else if (there[task] && random.nextInt(4) == 0) {
                running.remove(task);
            }
        }

        void join(final Running running, final List<Task> counting, final int task) {
            final List<Task> candidate = new ArrayList<>(counting);
            candidate.add(set.tasks().get(task));
            final Optional<Verdict> verdict = analysed(candidate).filter(Verdict::schedulable);
            final boolean may = !keepsCondition || JoiningCondition.objection(set, 0, set.tasks().get(task)).isEmpty();
            if (verdict.isEmpty() || !may) {
                refusals++;
                return;
            }
            bounds.announce(verdict.get()); // the larger ones hold at once, the smaller ones when the task has joined
            joining = task;
            began = evictions();
            running.add(task);
        }

        private long evictions() {
            return moves.stream().filter(move -> !move.in()).count();
        }

        @Override
        public void joined(final int task, final long nowNs) {
            there[task] = true;
            joining = -1;
            joins++;
            evictions += evictions() - began;
            bounds.settle();
            note(used(), "task " + task + " joined at " + nowNs);
        }

        private long used() {
            long used = 0;
            long arena = 0;
            for (int i = 0; i < there.length; i++) {
                if (there[i]) {
                    used += regions[i].fixedBytes();
                    arena = Math.max(arena, regions[i].scratchBytes());
                    for (final boolean chunk : in[i]) {
                        used += chunk ? memory.chunkBytes() : 0;
                    }
                }
            }
            return used + arena;
        }

        private void note(final long used, final String what) {
            if (used > memory.capacityBytes() && violation.isEmpty()) {
                violation = what + ": " + used + " bytes in";
            }
        }

        /** By chunk, since an operation that brings some in may end before one that makes room beside it. */
        @Override
        public void onChunk(
            final int device, final int task, final boolean brings, final int chunk, final long startNs, final long endNs) {
            if (in[task][chunk] == brings && violation.isEmpty()) {
                violation = told(task, brings, chunk, endNs) + ", and was so already";
            }
            in[task][chunk] = brings;
            note(used(), told(task, brings, chunk, endNs));
        }

        private static String told(final int task, final boolean brings, final int chunk, final long endNs) {
            return "chunk " + chunk + " of task " + task + (brings ? " came in" : " went") + " at " + endNs;
        }

        @Override
        public void onSegment(
            final int device, final int task, final long job, final int segment, final long startNs, final long endNs) {
            final SwapRegion region = regions[task];
            final int begin = region.firstChunks().get(segment).intValue();
            for (int c = begin; c < begin + region.chunksOf(segment); c++) {
                if (!in[task][c] && violation.isEmpty()) {
                    violation = "task " + task + " segment " + segment + " at " + startNs + " without chunk " + c;
                }
            }
            if (!there[task] && violation.isEmpty()) {
                violation = "task " + task + " at " + startNs + " before it joined";
            }
        }

        @Override
        public void onComplete(final int task, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
            super.onComplete(task, job, nominalNs, deadlineNs, endNs);
            bounds.judge(task, nominalNs, endNs);
        }

        /** What a run shows that must not be; empty when it shows nothing. */
        String violation() {
            return violation.isEmpty() ? bounds.violation() : violation;
        }
    }

    private static boolean isUnits(final SwapProtocol protocol, final long seed) {
        return protocol == SwapProtocol.SEQ && seed % 2 == 0;
    }

    /** The same tasks in less memory, so that some of them are crowded, and with dispatches that cost the same for any number of tasks. */
    private static TaskSet crowded(final TaskSet set, final double share) {
        final Overheads machine = set.overheads();
        final DeviceMemory had = set.platform().devices().getFirst().memory().orElseThrow();
        final DeviceMemory less = had.withCapacityBytes(Math.max(had.chunkBytes() + 1, (long) (share * had.capacityBytes())));
        return new TaskSet(set.name(), set.policy(), new Overheads(machine.releaseJitterNs(), machine.sporadicJitterNs(),
            machine.dispatchNs() + machine.dispatchPerTaskNs(), 0, 0, machine.completionNs(), 0),
            new Platform(List.of(set.platform().devices().getFirst().withMemory(less))), set.tasks());
    }

    /** The same where both ways move at once, each chunk as slow beside another one as alone, or slower by some nanoseconds. */
    private static TaskSet bothWays(final TaskSet set, final SplittableRandom random) {
        final DeviceMemory had = set.platform().devices().getFirst().memory().orElseThrow();
        final long outNs = Math.max(1, had.chunkOutNs());
        final long pairedOutNs = outNs + random.nextLong(4);
        final DeviceMemory both = new DeviceMemory(had.capacityBytes(), had.chunkBytes(), SwapProtocol.SEQ, Math.max(1, had.chunkInNs()),
            outNs, had.swapInOverheadNs(), had.swapOutOverheadNs(), had.residency(), Math.max(1, had.chunkDropNs()), had.background())
            .withDuplex(new DeviceMemory.Duplex(Math.max(1, had.chunkInNs()) + random.nextLong(4), pairedOutNs,
                Math.min(pairedOutNs, Math.max(1, had.chunkDropNs()) + random.nextLong(4))));
        return new TaskSet(set.name(), set.policy(), set.overheads(),
            new Platform(List.of(set.platform().devices().getFirst().withMemory(both))), set.tasks());
    }

    private RandomJoins run(final long seed, final PolicyKind policy, final SwapProtocol protocol, final boolean keepsCondition) {
        final SplittableRandom random = new SplittableRandom(seed);
        final TaskSet drawn = isUnits(protocol, seed) ? UnitSets.random(random, policy) : SwapSets.random(random, policy, protocol);
        final TaskSet crowded = crowded(drawn, random.nextDouble(0.4, 1));
        final TaskSet set = protocol == SwapProtocol.SEQ && seed % 3 == 0 ? bothWays(crowded, random) : crowded;
        final RandomJoins plan = new RandomJoins(set, protocol, seed, keepsCondition);
        if (!set.swapsOn(0)) {
            return plan;
        }
        simulator.run(set, new SimulationOptions(seed, DURATION_NS, ReleasePattern.FILE,
            seed % 4 == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET, seed % 3 == 0 ? OverheadTime.RANDOM : OverheadTime.MAXIMUM, true,
            true, Optional.empty(), seed % 2 == 0, false), plan, plan, plan);
        return plan;
    }

    @Test
    void shouldStayWithinTheBoundsInForceWhenTasksJoinAndLeaveAMemoryThatIsSwapped() {
        for (final SwapProtocol protocol : SwapProtocol.values()) {
            for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
                long joins = 0;
                long evictions = 0;
                long withdrawals = 0;
                long refusals = 0;
                long returns = 0;
                long jobs = 0;
                long tightest = 0;
                for (int index = 0; index < SETS; index++) {
                    final long seed = SEED + index;
                    final RandomJoins plan = run(seed, policy, protocol, true);
                    assertEquals("", plan.violation(), () -> protocol + " " + policy + ", reproduce: -Dtactus.property.seed=" + seed
                        + " -Dtactus.property.sets=1 " + plan.set);
                    joins += plan.joins;
                    evictions += plan.evictions;
                    withdrawals += plan.withdrawals;
                    refusals += plan.refusals;
                    returns += plan.returns;
                    jobs += plan.bounds.jobs();
                    tightest = Math.max(tightest, plan.bounds.tightest());
                }
                final String told = joins + " joined, " + evictions + " operations out meanwhile, " + withdrawals + " withdrawn, "
                    + refusals + " refused, " + returns + " gave back, " + jobs + " jobs within bounds, tightest " + tightest + "%";
                System.out.println("joins, " + protocol.text() + ", " + policy.text() + ", seed " + SEED + ": " + told);
                assertTrue(SETS < 60 || joins > SETS && returns > SETS && tightest > 80
                    && (evictions > SETS / 4 || protocol == SwapProtocol.OVL), told);
            }
        }
    }

    /**
     * A chunk that leaves for a task without a swap volume holds up the others for longer than the job as which it is charged: b is the one
     * that gives it, both are released a nanosecond later, and each then needs all of its wait.
     */
    @Test
    void shouldBreakABoundWhenAChunkTakesLongerThanTheJobAsWhichItIsCharged() {
        final TaskSet set = TaskSet.builder("slow").policy(PolicyKind.FIXED_PRIORITY)
            .device(DeviceSpec.modelled("gpu0").withMemory(new DeviceMemory(40, 10, SwapProtocol.SEQ, 1, 9, 0, 0)))
            .task("a", task -> task.periodNs(100).priority(2).segment("gpu0", 5).memory(memory(20, 10)))
            .task("b", task -> task.periodNs(100).priority(1).segment("gpu0", 5).memory(memory(20, 10)))
            .task("joins", task -> task.periodNs(100).priority(3).segment("gpu0", 1).memory(memory(10, 0))).build();
        final RandomJoins plan = new RandomJoins(set, SwapProtocol.SEQ, 1, false) {
            private long at = 99;

            @Override
            public boolean startsWith(final int task) {
                return task < 2;
            }

            @Override
            public long nextNs() {
                return at;
            }

            @Override
            public void change(final Running running, final long nowNs) {
                at = Long.MAX_VALUE;
                running.reclaim();
                join(running, running.counted(), 2);
            }
        };
        plan.there[0] = true;
        plan.there[1] = true;
        plan.bounds.announce(plan.analysed(set.tasks().subList(0, 2)).orElseThrow());
        simulator.run(set, SimulationOptions.worstCase(1, 300).withReleases(ReleasePattern.FILE), plan, plan, plan);
        assertEquals("a is bounded by 30 but its job of 100 took 38", plan.violation());
        assertEquals("one chunk that leaves to make room for it takes 9ns, longer than its job of 1ns, as which it is charged; give it a"
            + " swap volume", JoiningCondition.objection(set, 0, set.tasks().get(2)));
        assertEquals("", JoiningCondition.objection(set, 0, set.tasks().get(0)));
    }

    private static TaskMemory memory(final long footprint, final long swap) {
        return new TaskMemory(footprint, OptionalLong.of(swap), Optional.empty());
    }

    /** What an aborted job of a ring was loading is in no run of chunks before its move has ended; this seed found it taken for others. */
    @Test
    void shouldKnowWhichChunksAreInWhenAStreamingTaskIsRemovedDuringItsLoad() {
        final RandomJoins plan = run(20262746L, PolicyKind.FIXED_PRIORITY, SwapProtocol.SEQ, true);
        assertEquals("", plan.violation());
        assertTrue(plan.returns > 0 && plan.joins > 0);
    }
}
