// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tactus.analysis.Verdict;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.cli.spet.CpSatSolver;
import org.tactus.cli.spet.LinkCost;
import org.tactus.internal.plan.spet.IntegerProgram;
import org.tactus.internal.plan.spet.IntegerSolver;
import org.tactus.internal.plan.spet.MenuBuilder;
import org.tactus.internal.plan.spet.MenuPruning;
import org.tactus.internal.plan.spet.Objective;
import org.tactus.internal.plan.spet.SpetPlan;
import org.tactus.internal.plan.spet.SpetPlanner;
import org.tactus.internal.plan.spet.SpetProblem;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.DeviceSpec;
import org.tactus.model.MenuOption;
import org.tactus.model.ModelBlock;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class SpetPlannerTest {
    private static final int SETS = Integer.getInteger("tactus.property.sets", 120);
    private static final long ALL = Long.MAX_VALUE;
    private static final IntegerSolver SOLVER = new CpSatSolver();

    /** Every choice that fits, one after the other: the oracle. */
    private static List<int[]> choices(final SpetProblem problem) {
        List<int[]> found = new ArrayList<>(List.of(new int[0]));
        for (final List<MenuOption> menu : problem.menus()) {
            final List<int[]> longer = new ArrayList<>();
            for (final int[] prefix : found) {
                for (int o = 0; o < menu.size(); o++) {
                    final int[] choice = Arrays.copyOf(prefix, prefix.length + 1);
                    choice[prefix.length] = o;
                    longer.add(choice);
                }
            }
            found = longer;
        }
        found.removeIf(choice -> {
            final List<MenuOption> options = problem.options(choice);
            return options.stream().mapToLong(MenuOption::sramBytes).sum() > problem.sramBytes()
                || options.stream().mapToInt(MenuOption::partials).sum() > 1;
        });
        return found;
    }

    private static double value(final SpetProblem problem, final List<MenuOption> options, final Objective objective) {
        double sum = 0;
        for (int i = 0; i < options.size(); i++) {
            sum += objective == Objective.SEGMENTS ? options.get(i).segments().size() : problem.utilisation(i, options.get(i));
        }
        return sum;
    }

    private static double slack(final Verdict verdict) {
        return verdict.tasks().stream().mapToDouble(t -> (double) t.slackNs() / t.deadlineNs()).min().orElseThrow();
    }

    @Test
    void shouldFindTheBestOfAllChoicesWhenTheSearchEndsByItself() {
        int plans = 0;
        for (long seed = 0; seed < SETS; seed++) {
            final PolicyKind policy = seed % 3 == 2 ? PolicyKind.EDF : PolicyKind.FIXED_PRIORITY;
            final SpetProblem problem = RandomProblem.draw(seed, 3, 5, policy);
            final Objective objective = Objective.values()[(int) (seed % 4 % 3)];
            double best = Double.POSITIVE_INFINITY;
            for (final int[] choice : choices(problem)) {
                final List<MenuOption> options = problem.options(choice);
                final Verdict verdict = problem.test().analyze(problem.with(options));
                if (verdict.schedulable()) {
                    best = Math.min(best, objective == Objective.SLACK ? -slack(verdict) : value(problem, options, objective));
                }
            }
            final SpetPlan plan = new SpetPlanner(SOLVER, objective, ALL).plan(problem);
            final String where = "seed " + seed + " " + objective + " " + policy;
            assertEquals(SpetPlan.Proof.BEST, plan.proof(), where);
            assertEquals(best < Double.POSITIVE_INFINITY, plan.verdict().schedulable(), where);
            if (plan.verdict().schedulable()) {
                plans++;
                assertEquals(best, objective == Objective.SLACK ? -slack(plan.verdict()) : value(problem, plan.options(), objective), 1e-9,
                    where);
                assertTrue(plan.sramBytes() <= problem.sramBytes(), where);
            }
        }
        assertTrue(plans > SETS / 5 && plans < SETS, plans + " of " + SETS + " have a plan; the sets are too easy or too hard");
    }

    @Test
    void shouldSolveTheProgramToTheOptimumOfItsOwnTest() {
        int plans = 0;
        for (long seed = 0; seed < SETS; seed++) {
            final SpetProblem problem = RandomProblem.draw(seed, 3, 5, PolicyKind.FIXED_PRIORITY);
            final Objective objective = Objective.values()[(int) (seed % 3)];
            double best = Double.POSITIVE_INFINITY;
            for (final int[] choice : choices(problem)) {
                final List<MenuOption> options = problem.options(choice);
                final double slack = slackByPreemptiveWindows(problem, options);
                if (slack >= 0) {
                    best = Math.min(best, objective == Objective.SLACK ? -slack : value(problem, options, objective));
                }
            }
            final double[] answer = {Double.POSITIVE_INFINITY};
            final SpetPlan plan = new SpetPlanner(program -> {
                final IntegerSolver.Solution solution = SOLVER.solve(program);
                answer[0] = solution.found() ? objectiveOf(program, solution) : Double.POSITIVE_INFINITY;
                return solution;
            }, objective, 0).plan(problem);
            final String where = "seed " + seed + " " + objective;
            if (best == Double.POSITIVE_INFINITY) {
                assertNotEquals(SpetPlan.Proof.BEST_OF_PROGRAM, plan.proof(), where);
                continue;
            }
            plans++;
            assertTrue(plan.verdict().schedulable(), where);
            assertNotEquals(SpetPlan.Proof.UNKNOWN, plan.proof(), where);
            if (objective == Objective.SLACK) {
                assertTrue(slack(plan.verdict()) >= -best - 0.0015, where);
            } else {
                assertEquals(best, answer[0] / (objective == Objective.UTILISATION ? 1e9 : 1), 1e-6, where);
            }
        }
        assertTrue(plans > SETS / 5, plans + " of " + SETS);
    }

    private static double objectiveOf(final IntegerProgram program, final IntegerSolver.Solution solution) {
        final IntegerProgram.Row row = program.objective();
        double sum = 0;
        for (int i = 0; i < row.variables().length; i++) {
            sum += (double) row.factors()[i] * solution.values()[row.variables()[i]];
        }
        return sum;
    }

    /** The program's test by plain iteration over time instead of points and rows: least slack as a share, negative when one fails. */
    private static double slackByPreemptiveWindows(final SpetProblem problem, final List<MenuOption> options) {
        final TaskSet set = problem.set();
        double least = 1;
        for (int i = 0; i < options.size(); i++) {
            final Task task = set.tasks().get(i);
            long blocking = 0;
            for (int j = 0; j < options.size(); j++) {
                blocking = i != j && set.compareFixedPriority(i, j) < 0
                    ? Math.max(blocking, options.get(j).longestNs() + problem.overheadNs()) : blocking;
            }
            final long jitter = task.jitterNs() + set.overheads().releaseJitterNs();
            long window = blocking + options.get(i).costNs(problem.overheadNs());
            for (long before = -1; before != window && window <= task.deadlineNs();) {
                before = window;
                window = blocking + options.get(i).costNs(problem.overheadNs());
                for (int j = 0; j < options.size(); j++) {
                    if (i != j && set.compareFixedPriority(j, i) < 0) {
                        final Task higher = set.tasks().get(j);
                        window += Math.ceilDiv(before + higher.jitterNs() + set.overheads().releaseJitterNs(), higher.periodNs())
                            * options.get(j).costNs(problem.overheadNs());
                    }
                }
            }
            least = Math.min(least, (double) (task.deadlineNs() - jitter - window) / task.deadlineNs());
        }
        return least;
    }

    @Test
    void shouldNeverMissInSimulationWhenAPlanWasAccepted() {
        final Simulator simulator = new Simulator();
        int plans = 0;
        for (long seed = 0; seed < SETS / 2; seed++) {
            final SpetProblem problem = RandomProblem.draw(1000 + seed, 5, 8, seed % 2 == 0 ? PolicyKind.FIXED_PRIORITY : PolicyKind.EDF);
            final SpetPlan plan = new SpetPlanner(SOLVER, Objective.UTILISATION, 300).plan(problem);
            if (!plan.verdict().schedulable()) {
                continue;
            }
            plans++;
            final SimulationOptions worst = SimulationOptions.worstCase(seed, 3_000_000_000L);
            for (final SimulationOptions run : List.of(worst, worst.withReleases(ReleasePattern.RANDOM_OFFSETS))) {
                final long[] largest = simulator.maxResponses(plan.set(), run);
                for (int i = 0; i < plan.set().tasks().size(); i++) {
                    assertTrue(largest[i] <= plan.verdict().tasks().get(i).responseBoundNs(), "seed " + seed + " task " + i);
                }
            }
        }
        assertTrue(plans > SETS / 20, plans + " have a plan");
    }

    @Test
    void shouldLoseNothingWhenAMenuIsPrunedExactly() {
        for (long seed = 0; seed < SETS; seed++) {
            final PolicyKind policy = seed % 2 == 0 ? PolicyKind.FIXED_PRIORITY : PolicyKind.EDF;
            final SpetProblem problem = RandomProblem.draw(2000 + seed, 3, 8, policy);
            final SpetProblem pruned = new SpetProblem(problem.set(), problem.menus().stream()
                .map(menu -> MenuPruning.prune(menu, problem.overheadNs(), Objective.SLACK, 8)).toList(), problem.sramBytes());
            assertEquals(leastBound(problem), leastBound(pruned), 1e-12, "seed " + seed);
        }
    }

    private static double leastBound(final SpetProblem problem) {
        double best = -1;
        for (final int[] choice : choices(problem)) {
            final Verdict verdict = problem.test().analyze(problem.with(problem.options(choice)));
            best = verdict.schedulable() ? Math.max(best, slack(verdict)) : best;
        }
        return best;
    }

    @Test
    void shouldGiveTheKnownBoundsOfTheCanExample() {
        final SpetPlan plan = only(new long[][] {{25, 25, 10}, {35, 35, 10}, {35, 35, 10}});
        assertEquals(List.of(20L, 30L, 35L), plan.verdict().tasks().stream().map(t -> t.responseBoundNs()).toList());
        assertTrue(plan.verdict().schedulable());
    }

    @Test
    void shouldRejectWhenOnlyTheFirstJobIsInTime() {
        final SpetPlan plan = only(new long[][] {{4, 4, 2}, {10, 9, 1, 2, 2}});
        assertFalse(plan.verdict().schedulable(), "the second job of the second task takes 10");
        assertEquals(SpetPlan.Proof.BEST, plan.proof());
    }

    @Test
    void shouldPlanWhenAnOptionTakesThousandsOfPeriods() {
        final long period = 1_000;
        final MenuOption brief = new MenuOption(List.of(new MenuOption.Piece(10, 0, 400)));
        final MenuOption endless = new MenuOption(List.of(new MenuOption.Piece(0, 10, period * 50_000_000_000L)));
        for (final PolicyKind policy : List.of(PolicyKind.FIXED_PRIORITY, PolicyKind.EDF)) {
            for (final Objective objective : Objective.values()) {
                for (final long bytes : new long[] {20, 10}) {
                    final SpetPlan plan = new SpetPlanner(SOLVER, objective, 0).plan(new SpetProblem(
                        TaskSet.builder("endless").policy(policy).device(DeviceSpec.modelled("tpu0"))
                            .task("a", t -> t.periodNs(period).segment("tpu0", 1))
                            .task("b", t -> t.periodNs(period + 1).segment("tpu0", 1)).build(),
                        List.of(List.of(endless, brief), List.of(endless, brief)), bytes));
                    final String where = policy + " " + objective + " " + bytes;
                    assertEquals(bytes == 20, plan.verdict().schedulable(), where);
                    assertEquals(bytes == 20, plan.options().equals(List.of(brief, brief)), where);
                }
            }
        }
    }

    /** Tasks of one option each: period, deadline, then the segments. */
    private static SpetPlan only(final long[][] tasks) {
        final TaskSetBuilder builder = TaskSet.builder("golden").device(DeviceSpec.modelled("tpu0"));
        final List<List<MenuOption>> menus = new ArrayList<>();
        for (int i = 0; i < tasks.length; i++) {
            final long[] task = tasks[i];
            builder.task("t" + i, t -> t.periodNs(task[0]).deadlineNs(task[1]).segment("tpu0", 1));
            menus.add(List.of(new MenuOption(IntStream.range(2, task.length).mapToObj(j -> new MenuOption.Piece(0, 0, task[j])).toList())));
        }
        return new SpetPlanner(SOLVER, Objective.UTILISATION, ALL).plan(new SpetProblem(builder.build(), menus, 0));
    }

    @Test
    void shouldSolveTenTasksWithFortyOptionsWithCertainty() {
        final List<ModelBlock> blocks = EdgeTpuNetworks.all().get("inceptionv3");
        final TaskSetBuilder builder = TaskSet.builder("ten").device(DeviceSpec.modelled("tpu0"));
        final List<List<MenuOption>> menus = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            // Ten sizes of one network, so that no two menus are alike.
            final double scale = 0.2 + 0.1 * i;
            final List<ModelBlock> scaled = blocks.stream().map(b -> new ModelBlock(b.cutBefore(), (long) (b.residentBytes() * scale),
                (long) (b.streamedBytes() * scale), 0, (long) (b.executeNs() * scale), b.inputBytes() / 4, b.outputBytes() / 4)).toList();
            menus.add(MenuPruning.prune(new MenuBuilder(scaled, new LinkCost(HostLink.USB3)).options(8), 0, Objective.SLACK, 40));
            final long period = 12 * menus.getLast().getLast().costNs(0) + 37_000_000L * i;
            builder.task("t" + i, task -> task.periodNs(period).segment("tpu0", 1));
        }
        assertTrue(menus.stream().mapToInt(List::size).sum() > 250, () -> menus.stream().map(List::size).toList().toString());
        final SpetProblem problem = new SpetProblem(builder.build(), menus, 7_869_440);
        for (final Objective objective : Objective.values()) {
            final List<IntegerSolver.Solution> answers = new ArrayList<>();
            final IntegerSolver noted = (final IntegerProgram program) -> {
                answers.add(SOLVER.solve(program));
                return answers.getLast();
            };
            final SpetPlan first = new SpetPlanner(noted, objective, 100).plan(problem);
            assertTrue(first.verdict().schedulable(), objective.text());
            assertTrue(answers.stream().allMatch(IntegerSolver.Solution::certain), objective.text());
            if (objective == Objective.SEGMENTS) {
                assertEquals(first.options(), new SpetPlanner(SOLVER, objective, 100).plan(problem).options(), "the same again");
            }
        }
    }
}
