// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.policy.JobListener;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.DeviceSpec.Preemption;
import org.tactus.model.OverrunAction;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Reclaim;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.Task.ServiceClass;
import org.tactus.model.TaskSet;
import org.tactus.result.ResultTable;
import org.tactus.result.ResultsJson;
import org.tactus.result.TaskResult;

/** Tasks without a period: their next job is there as soon as the last one has ended, and costs hard tasks no more than any lower one. */
class AlwaysReadyTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 1000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final int RUNS_A_SET = 6;
    private static final List<String> REFERENCE = List.of("fp", "edf");

    private final Simulator simulator = new Simulator();

    /** The same task without a deadline and without a period. */
    static Task alwaysReady(final Task t) {
        return new Task(t.name(), Task.NO_PERIOD, Task.NO_DEADLINE, t.offsetNs(), 0, Release.AT_COMPLETION, Task.NO_PRIORITY,
            t.onOverrun() == OverrunAction.SKIP_NEXT ? OverrunAction.CONTINUE : t.onOverrun(), BacklogAction.QUEUE, t.memory(), t.model(),
            t.segments(), t.choices(), t.reclaim(), ServiceClass.BEST_EFFORT);
    }

    private static TaskSet with(final TaskSet set, final List<Task> tasks) {
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    /** The set with its last task, and some others, always ready. */
    static TaskSet softened(final TaskSet set, final SplittableRandom random) {
        final List<Task> tasks = new ArrayList<>(set.tasks());
        tasks.set(tasks.size() - 1, alwaysReady(tasks.getLast()));
        for (int i = 1; i < tasks.size() - 1; i++) {
            tasks.set(i, random.nextInt(4) == 0 ? alwaysReady(tasks.get(i)) : tasks.get(i));
        }
        return with(set, tasks);
    }

    @Test
    void shouldStayWithinEveryBoundOfHardTasksWhenOthersAlwaysHaveAJob() {
        final Map<String, int[]> held = new TreeMap<>();
        final TreeSet<String> forgotten = new TreeSet<>();
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
                final TaskSet made = RandomSets.make(seed, policy);
                if (made.tasks().size() > 1) {
                    hold(seed, softened(made, new SplittableRandom(seed)), REFERENCE, held, forgotten);
                }
            }
        }
        report("always ready", held, forgotten);
        for (final String test : List.of("seg-fp", "seg-edf", "chain-fp", "chain-fp-budget", "chain-edf", "chain-edf-x")) {
            assertTrue(SETS < 500 || held.get(test)[0] > SETS / 20, test + " bounds many tasks");
            assertTrue(SETS < 500 || forgotten.contains(test), test + " without always-ready tasks is never exceeded");
        }
    }

    @Test
    void shouldStayWithinEveryBoundOfHardTasksWhenDevicesArePreemptive() {
        final Map<String, int[]> held = new TreeMap<>();
        final TreeSet<String> forgotten = new TreeSet<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
            hold(seed, softened(PreemptiveSets.make(seed), new SplittableRandom(seed)), List.of(), held, forgotten);
        }
        report("always ready on preemptive devices", held, forgotten);
        assertTrue(SETS < 500 || held.get("chain-fp")[0] > SETS / 5 && held.containsKey("fp"), held.keySet().toString());
    }

    /** What such a task blocks is what it would block with a period so long that one job of it is all there is. */
    @Test
    void shouldBoundHardTasksAsBesideALowerTaskOfOneJobWhenATaskIsAlwaysReady() {
        int compared = 0;
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
                final TaskSet made = RandomSets.make(seed, policy);
                if (made.tasks().size() < 2 || made.overheads().dispatchPerTaskNs() > 0) {
                    continue;
                }
                final TaskSet set = softened(made, new SplittableRandom(seed));
                final TaskSet rare = with(set, set.tasks().stream().map(t -> !t.isAlwaysReady() ? t : new Task(t.name(), 1L << 40,
                    Task.NO_DEADLINE, 0, 0, Release.PERIODIC, Task.NO_PRIORITY, t.onOverrun(), t.onBacklog(), t.memory(), t.model(),
                    t.segments(), t.choices(), t.reclaim(), ServiceClass.BEST_EFFORT)).toList());
                for (final String name : Analyses.names()) {
                    final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                    assertEquals(test.applies(rare), test.applies(set));
                    if (test.applies(set).isEmpty()) {
                        assertEquals(bounds(test.analyze(rare)), bounds(test.analyze(set)), name + ", seed " + seed + ", " + set);
                        compared++;
                    }
                }
            }
        }
        assertTrue(compared > SETS, "too few: " + compared);
    }

    private static List<Long> bounds(final Verdict verdict) {
        return verdict.tasks().stream().map(task -> task.responseBoundNs()).toList();
    }

    private void hold(
        final long seed, final TaskSet set, final List<String> leftOut, final Map<String, int[]> held, final TreeSet<String> forgotten) {
        final long[] largest = new long[set.tasks().size()];
        for (int run = 0; run < RUNS_A_SET; run++) {
            final long[] responses = simulator.maxResponses(set, RandomSets.options(set, seed * RUNS_A_SET + run).withDrain(run % 2 == 0));
            for (int i = 0; i < largest.length; i++) {
                largest[i] = Math.max(largest[i], responses[i]);
            }
        }
        final TaskSet hard = with(set, set.tasks().stream().filter(task -> !task.isBestEffort()).toList());
        for (final String name : Analyses.names()) {
            final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
            final boolean model = name.equals("fp") && !set.platform().devices().stream().allMatch(DeviceSpec::isPreemptive);
            if (model || leftOut.contains(name) || !test.applies(set).isEmpty()) {
                continue;
            }
            final Verdict verdict = test.analyze(set);
            final int[] counts = held.computeIfAbsent(name, key -> new int[2]);
            for (int i = 0; i < largest.length; i++) {
                final var task = verdict.tasks().get(i);
                assertTrue(!set.tasks().get(i).isAlwaysReady() || task.isBestEffort() && !task.bounded(), task::toString);
                if (task.bounded()) {
                    final int at = i;
                    assertTrue(largest[i] <= task.responseBoundNs(), () -> name + " bounds " + task.name() + " by "
                        + task.responseBoundNs() + " but a response was " + largest[at] + "; reproduce: -Dtactus.property.seed=" + seed
                        + " -Dtactus.property.sets=1; " + set);
                    counts[0]++;
                    counts[1] = (int) Math.max(counts[1], 100 * largest[i] / task.responseBoundNs());
                }
            }
            if (!hard.tasks().isEmpty() && test.applies(hard).isEmpty()) {
                final Verdict without = test.analyze(hard);
                for (int i = 0; i < hard.tasks().size(); i++) {
                    final var task = without.tasks().get(i);
                    if (task.bounded() && largest[set.tasks().indexOf(hard.tasks().get(i))] > task.responseBoundNs()) {
                        forgotten.add(name);
                    }
                }
            }
        }
    }

    private static void report(final String what, final Map<String, int[]> held, final TreeSet<String> forgotten) {
        held.forEach((test, counts) -> System.out.printf("%s, %s: %d bounds held, tightest %d%%%n", what, test, counts[0], counts[1]));
        System.out.println(what + ": a bound is exceeded when such tasks are forgotten by " + forgotten);
    }

    private List<String> order(final TaskSet set, final long durationNs, final boolean drain) {
        final List<String> ended = new ArrayList<>();
        simulator.run(set, new SimulationOptions(1, durationNs, ReleasePattern.FILE, ExecutionTime.WCET, OverheadTime.MAXIMUM, false,
            drain, Optional.empty(), false, false), new JobListener() {
                @Override
                public void onComplete(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
                    ended.add(set.tasks().get(slot).name() + job + "@" + nominalNs + "-" + endNs);
                }
            }, SegmentListener.NONE);
        return ended;
    }

    @Test
    void shouldReleaseTheNextJobAtTheEndOfTheLastOneOnEachKindOfDevice() {
        final DeviceSpec cpu = DeviceSpec.cpu("d0");
        for (final DeviceSpec device : List.of(cpu, DeviceSpec.modelled("d0"))) {
            final TaskSet set = TaskSet.builder("set").device(device)
                .task("loop", t -> t.offsetNs(1).serviceClass(ServiceClass.BEST_EFFORT).segment("d0", 3).segment("d0", 1))
                .task("hard", t -> t.periodNs(10).segment("d0", 2)).build();
            // 0-2 hard; 2-6 and 6-10 loop; 10-12 hard; 12-16 and 16-20 loop: the second segment of the last one waits behind no hard job.
            assertEquals(List.of("hard0@0-2", "loop0@1-6", "loop1@6-10", "hard1@10-12", "loop2@10-16", "loop3@16-20", "hard2@20-22",
                "loop4@20-26"), order(set, 21, true));
        }
        final TaskSet preemptive = TaskSet.builder("set").device(cpu.withPreemption(Preemption.FULL))
            .task("loop", t -> t.serviceClass(ServiceClass.BEST_EFFORT).segment("d0", 5))
            .task("hard", t -> t.periodNs(7).offsetNs(3).segment("d0", 2)).build();
        assertEquals(List.of("hard0@3-5", "loop0@0-7", "hard1@10-12", "loop1@7-14", "hard2@17-19"), order(preemptive, 20, false));
    }

    @Test
    void shouldTakeTurnsWithOthersOfItsClassAndComeHomeBetweenJobsWhenItsLastSegmentIsElsewhere() {
        final TaskSet set = TaskSet.builder("set").device(DeviceSpec.cpu("d0")).device(DeviceSpec.modelled("d1"))
            .task("a", t -> t.serviceClass(ServiceClass.BEST_EFFORT).segment("d0", 2).segment("d1", 3))
            .task("b", t -> t.serviceClass(ServiceClass.BEST_EFFORT).segment("d0", 4)).build();
        assertEquals(List.of("a0@0-5", "b0@0-6", "a1@5-11", "b1@6-12", "a2@11-17", "b2@12-18"), order(set, 19, false));
    }

    @Test
    void shouldEndByTheDrainWhenATaskIsAlwaysReady() {
        final TaskSet set = TaskSet.builder("set").device(DeviceSpec.cpu("d0"))
            .task("loop", t -> t.serviceClass(ServiceClass.BEST_EFFORT).segment("d0", 4)).build();
        assertEquals(List.of("loop0@0-4", "loop1@4-8"), order(set, 8, true));
        assertEquals(List.of("loop0@0-4", "loop1@4-8", "loop2@8-12"), order(set, 9, true));
    }

    @Test
    void shouldTakeAnOfferedSegmentOfAHardTaskWhenOnlyBestEffortJobsWait() {
        final TaskSet set = TaskSet.builder("set").policy(PolicyKind.FIXED_PRIORITY).device(DeviceSpec.cpu("d0"))
            .device(DeviceSpec.modelled("d1"))
            .task("loop", t -> t.serviceClass(ServiceClass.BEST_EFFORT).segment("d1", 2))
            .task("hard", t -> t.periodNs(100).segment("d0", 4).segment("d0", 9).offer("d1", 3).reclaim(new Reclaim(3, 1, 3)))
            .build();
        long taken = 0;
        for (long seed = 0; seed < 50; seed++) { // the end of a best-effort segment and the offer come at one instant, in either order
            simulator.maxResponses(set, SimulationOptions.worstCase(seed, 40).withReleases(ReleasePattern.FILE));
            taken += simulator.substitutionCount();
        }
        assertTrue(taken > 0 && taken < 50, taken + " of 50");
    }

    @Test
    void shouldCountJobsAndThroughputAndShowNeitherPeriodNorBoundWhenATaskIsAlwaysReady() throws IOException {
        final TaskSet set = TaskSet.builder("soft").device(DeviceSpec.cpu("cpu0"))
            .task("loop", t -> t.serviceClass(ServiceClass.BEST_EFFORT).segment("cpu0", 10_000_000))
            .task("hard", t -> t.periodNs(40_000_000).segment("cpu0", 5_000_000)).build();
        final SimulationOptions options = SimulationOptions.worstCase(1, 400_000_000).withDrain(false);
        assertFalse(simulator.missesDeadline(set, options));
        final Verdict verdict = Analyses.analyze(set);
        assertTrue(verdict.schedulable());
        final Simulation simulation = Simulation.run(set, options, verdict.test(),
            List.of(OptionalLong.empty(), OptionalLong.of(15_000_000)), (type, timeNs, device, task, segment, job, argument) -> { });
        final TaskResult loop = simulation.result().tasks().getFirst();
        assertEquals(loop.released(), loop.jobs() + loop.unfinished());
        assertTrue(loop.jobs() >= 33 && loop.jobs() <= 35, loop::toString); // 350 of 400 ms are left
        assertEquals(loop.jobs() / 0.4, loop.jobsPerSecond(400_000_000), 1e-9);
        final ByteArrayOutputStream json = new ByteArrayOutputStream();
        ResultsJson.write(simulation.result(), new PrintStream(json, true, StandardCharsets.UTF_8));
        final String text = json.toString(StandardCharsets.UTF_8).replaceAll("\\s", "");
        assertTrue(text.contains("\"name\":\"loop\",\"periodNs\":null,\"deadlineNs\":null,\"boundNs\":null"), text);
        assertTrue(text.contains("\"jobsPerSecond\":" + loop.jobsPerSecond(400_000_000)), text);
        final String table = ResultTable.render(simulation.result(), 200);
        final String row = Arrays.stream(table.split("\n")).filter(line -> line.startsWith("loop")).findFirst().orElseThrow();
        assertEquals(List.of("loop", "-", "-"), List.of(row.split("\\s+")).subList(0, 3));
        assertTrue(table.contains("Best effort: loop " + loop.jobs() + " jobs, " + String.format("%.1f", loop.jobs() / 0.4)
            + " a second."), table);
        assertEquals(Optional.empty(), verdict.tasks().getFirst().bounded() ? Optional.of(1) : Optional.empty());
    }
}
