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
import org.junit.jupiter.api.Test;
import org.tactus.analysis.SchedulabilityTest;
import org.tactus.analysis.Verdict;
import org.tactus.internal.analysis.Analyses;
import org.tactus.internal.policy.JobListener;
import org.tactus.model.DeviceSpec;
import org.tactus.model.DeviceSpec.Preemption;
import org.tactus.model.Policies;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.Task.ServiceClass;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.ResultTable;
import org.tactus.result.ResultsJson;
import org.tactus.result.TaskResult;

/** Tasks without a deadline: what they take from others is bounded, whatever they ask for, and they go in the order of releases. */
class BestEffortTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 1000);
    private static final long FIRST_SEED = Long.getLong("tactus.property.seed", 1);
    private static final int RUNS_A_SET = 6;
    private static final List<String> REFERENCE = List.of("fp", "edf");

    private final Simulator simulator = new Simulator();

    /** The set with some of its tasks best-effort, whose periods are so short that they always have a job waiting. */
    private static TaskSet softened(final TaskSet set, final SplittableRandom random) {
        final List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < set.tasks().size(); i++) {
            final Task t = set.tasks().get(i);
            final boolean soft = i > 0 && random.nextBoolean();
            tasks.add(!soft ? t : new Task(t.name(), Math.max(t.jitterNs(), Math.max(1, t.periodNs() / (1 + random.nextInt(4)))),
                Task.NO_DEADLINE, t.offsetNs(), t.jitterNs(), t.release(), Task.NO_PRIORITY, t.onOverrun(), t.onBacklog(), t.memory(),
                t.model(), t.segments(), t.choices(), t.reclaim(), ServiceClass.BEST_EFFORT));
        }
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }

    @Test
    void shouldStayWithinEveryBoundOfHardTasksWhenOthersAreBestEffort() {
        final Map<String, int[]> held = new TreeMap<>();
        final Map<String, Integer> forgotten = new TreeMap<>();
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + SETS; seed++) {
                final TaskSet set = softened(RandomSets.make(seed, policy), new SplittableRandom(seed));
                final long[] largest = new long[set.tasks().size()];
                for (int run = 0; run < RUNS_A_SET; run++) {
                    final long[] responses = simulator.maxResponses(set,
                        RandomSets.options(set, seed * RUNS_A_SET + run).withDrain(false));
                    for (int i = 0; i < largest.length; i++) {
                        largest[i] = Math.max(largest[i], responses[i]);
                    }
                }
                for (final String name : Analyses.names()) {
                    final SchedulabilityTest test = Analyses.byName(name).orElseThrow();
                    if (!REFERENCE.contains(name) && test.applies(set).isEmpty()) {
                        compare(seed, set, test.analyze(set), largest, held);
                        countForgotten(test, set, largest, forgotten);
                    }
                }
            }
        }
        held.forEach((test, counts) -> System.out.printf("best effort, %s: %d bounds held, tightest %d%%%n", test, counts[0], counts[1]));
        System.out.println("sets in which a bound is exceeded when best-effort tasks are forgotten: " + forgotten);
        for (final String test : List.of("seg-fp", "seg-edf", "chain-fp", "chain-fp-budget", "chain-edf", "chain-edf-x")) {
            assertTrue(SETS < 500 || held.get(test)[0] > SETS / 20, test + " bounds many tasks");
            assertTrue(SETS < 500 || forgotten.containsKey(test), test + " without best-effort tasks is never exceeded");
        }
    }

    private static void compare(
        final long seed, final TaskSet set, final Verdict verdict, final long[] largest, final Map<String, int[]> held) {
        final int[] counts = held.computeIfAbsent(verdict.test(), name -> new int[2]);
        for (int i = 0; i < largest.length; i++) {
            final var task = verdict.tasks().get(i);
            assertEquals(set.tasks().get(i).isBestEffort(), task.isBestEffort());
            if (task.bounded()) {
                assertFalse(task.isBestEffort());
                final int at = i;
                assertTrue(largest[i] <= task.responseBoundNs(), () -> verdict.test() + " bounds " + task.name() + " by "
                    + task.responseBoundNs() + " but a response was " + largest[at] + "; reproduce: -Dtactus.property.seed=" + seed
                    + " -Dtactus.property.sets=1; " + set);
                counts[0]++;
                counts[1] = (int) Math.max(counts[1], 100 * largest[i] / task.responseBoundNs());
            }
        }
    }

    private static void countForgotten(
        final SchedulabilityTest test, final TaskSet set, final long[] largest, final Map<String, Integer> forgotten) {
        final List<Task> hard = set.tasks().stream().filter(task -> !task.isBestEffort()).toList();
        final TaskSet without = new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), hard);
        final Verdict verdict = test.applies(without).isEmpty() ? test.analyze(without) : null;
        for (int i = 0; verdict != null && i < hard.size(); i++) {
            final var task = verdict.tasks().get(i);
            if (task.bounded() && largest[set.tasks().indexOf(hard.get(i))] > task.responseBoundNs()) {
                forgotten.merge(test.name(), 1, Integer::sum);
                return;
            }
        }
    }

    private static TaskSetBuilder three(final PolicyKind policy) {
        return TaskSet.builder("three").policy(policy)
            .task("late", t -> t.periodNs(100).offsetNs(2).serviceClass(ServiceClass.BEST_EFFORT).segment("cpu0", 2).segment("cpu0", 2))
            .task("early", t -> t.periodNs(100).offsetNs(1).serviceClass(ServiceClass.BEST_EFFORT).segment("cpu0", 3).segment("cpu0", 3))
            .task("hard", t -> t.periodNs(100).offsetNs(2).deadlineNs(100).segment("cpu0", 5));
    }

    private List<String> order(final TaskSet set) {
        final List<String> ended = new ArrayList<>();
        simulator.run(set, new SimulationOptions(1, 50, ReleasePattern.FILE, ExecutionTime.WCET, OverheadTime.MAXIMUM, false, true,
            Optional.empty(), false, false), new JobListener() {
                @Override
                public void onComplete(final int slot, final long job, final long nominalNs, final long deadlineNs, final long endNs) {
                    ended.add(set.tasks().get(slot).name() + "@" + endNs);
                }
            }, SegmentListener.NONE);
        return ended;
    }

    @Test
    void shouldGoBehindHardJobsAndInTheOrderOfReleasesWhenBestEffort() {
        for (final PolicyKind policy : Policies.WITHOUT_PARTS) {
            assertEquals(List.of("hard@9", "early@12", "late@16"),
                order(three(policy).device(DeviceSpec.cpu("cpu0")).build()), policy::text);
        }
        final DeviceSpec preemptive = DeviceSpec.cpu("cpu0").withPreemption(Preemption.FULL);
        assertEquals(List.of("hard@7", "early@12", "late@16"), order(three(PolicyKind.FIXED_PRIORITY).device(preemptive).build()));
    }

    @Test
    void shouldCountNoMissAndShowNoBoundWhenATaskIsBestEffort() throws IOException {
        final TaskSet set = TaskSet.builder("soft").device(DeviceSpec.cpu("cpu0"))
            .task("loop", t -> t.periodNs(3).serviceClass(ServiceClass.BEST_EFFORT).segment("cpu0", 10))
            .task("hard", t -> t.periodNs(40).segment("cpu0", 5)).build();
        final SimulationOptions options = SimulationOptions.worstCase(1, 400).withDrain(false);
        assertFalse(simulator.missesDeadline(set, options));
        final Verdict verdict = Analyses.analyze(set);
        final Simulation simulation = Simulation.run(set, options, verdict.test(), List.of(OptionalLong.empty(), OptionalLong.of(15)),
            (type, timeNs, device, task, segment, job, argument) -> { });
        final TaskResult loop = simulation.result().tasks().getFirst();
        assertTrue(loop.jobs() > 20 && loop.unfinished() > 0, loop::toString);
        assertEquals(0, simulation.result().misses());
        assertFalse(loop.hasDeadline());
        final ByteArrayOutputStream json = new ByteArrayOutputStream();
        ResultsJson.write(simulation.result(), new PrintStream(json, true, StandardCharsets.UTF_8));
        assertTrue(json.toString(StandardCharsets.UTF_8).replaceAll("\\s", "").contains("\"deadlineNs\":null,\"boundNs\":null"),
            json.toString(StandardCharsets.UTF_8));
        final String row = Arrays.stream(ResultTable.render(simulation.result(), 200).split("\n")).filter(line -> line.startsWith("loop"))
            .findFirst().orElseThrow();
        assertEquals(List.of("loop", "3ns", "-"), List.of(row.split("\\s+")).subList(0, 3));
        assertEquals("-", row.split("\\s+")[5], row);
    }
}
