// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan.spet;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tactus.analysis.Verdict;
import org.tactus.internal.time.Sizes;
import org.tactus.model.MenuOption;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;

/**
 * Chooses memory and segments for every task: an integer program with a sufficient test in it, then the deciding test, then a search
 * under the deciding test for what the program's stricter test cannot see. Ours, after what is known of SPET; {@code spet.md} has the
 * formulas and the proofs. Deterministic. Immutable.
 */
public final class SpetPlanner {
    /** Enough to prove the optimum of four tasks with menus of forty options, or to improve a larger plan for about a second. */
    public static final long DEFAULT_VISITS = 20_000;
    /** Most rows that are added under EDF before the search takes over. */
    private static final int MOST_CUTS = 200;

    private final IntegerSolver solver;
    private final Objective objective;
    private final long mostVisits;

    /** What the program alone gives: a choice or null, and whether the solver was certain. */
    private record Found(int[] choice, boolean certain) {
    }

    /**
     * Prepares planning.
     *
     * @param solver     solves the program
     * @param objective  what is best
     * @param mostVisits limit of the search under the deciding test; 0 for the program alone
     */
    public SpetPlanner(final IntegerSolver solver, final Objective objective, final long mostVisits) {
        this.solver = solver;
        this.objective = objective;
        this.mostVisits = mostVisits;
    }

    /**
     * Plans.
     *
     * @param given tasks, menus, memory
     * @return a plan that {@code seg-fp} or {@code seg-edf} accepts; where none was found the best try, with the test's rejection
     */
    public SpetPlan plan(final SpetProblem given) {
        final SpetProblem problem = new SpetProblem(given.set(), given.menus().stream()
            .map(menu -> MenuPruning.prune(menu, given.overheadNs(), objective, menu.size())).toList(), given.sramBytes());
        final Found found = objective == Objective.SLACK && problem.set().policy() == PolicyKind.FIXED_PRIORITY
            ? mostSlack(problem) : solve(problem);
        final TightSearch search = new TightSearch(problem, objective);
        final boolean accepted = found.choice() != null && search.offer(found.choice());
        final int[] cheap = leastTime(problem);
        final boolean fits = problem.fits(problem.options(cheap));
        if (fits) {
            search.offer(cheap);
        }
        final boolean complete = search.search(mostVisits);
        final SpetPlan.Proof limited = accepted && found.certain() ? SpetPlan.Proof.BEST_OF_PROGRAM : SpetPlan.Proof.UNKNOWN;
        final int[] best = search.best() != null ? search.best() : cheap;
        return plan(problem, problem.options(best), fits || search.best() != null, complete ? SpetPlan.Proof.BEST : limited);
    }

    private Found solve(final SpetProblem problem) {
        final SpetProgram program = new SpetProgram(problem, objective, 0);
        for (int cuts = 0;; cuts++) {
            final IntegerSolver.Solution solution = solver.solve(program.program);
            if (!solution.found()) {
                return new Found(null, solution.certain());
            }
            final int[] choice = program.choice(solution.values());
            if (program.isComplete() || problem.test().analyze(problem.with(problem.options(choice))).schedulable()) {
                return new Found(choice, solution.certain());
            }
            if (cuts == MOST_CUTS || !program.cut(choice)) {
                return new Found(null, false);
            }
        }
    }

    /** Halves the range of the least slack: a program that only has to be met is easier than one whose worst row is to be best. */
    private Found mostSlack(final SpetProblem problem) {
        Found best = new Found(null, true);
        boolean certain = true;
        long low = -1;
        long high = SpetProgram.SLACK_UNIT;
        for (long slack = 0; high - low > 1; slack = (low + high) / 2) {
            final SpetProgram program = new SpetProgram(problem, objective, slack);
            final IntegerSolver.Solution solution = solver.solve(program.program);
            certain &= solution.certain();
            if (solution.found()) {
                best = new Found(program.choice(solution.values()), certain);
                low = slack;
            } else if (low < 0) {
                return new Found(null, certain);
            } else {
                high = slack;
            }
        }
        return new Found(best.choice(), certain);
    }

    private static SpetPlan plan(final SpetProblem problem, final List<MenuOption> options, final boolean fits,
        final SpetPlan.Proof proof) {
        final TaskSet set = problem.with(options);
        final Verdict verdict = problem.test().analyze(set);
        return new SpetPlan(set, options, fits ? verdict : Verdict.rejected(verdict.test(), verdict.tasks(), () -> "no choice fits: even"
            + " those that take least need more than " + Sizes.exact(problem.sramBytes())
            + " of parameter memory, or two partly resident segments; "
            + "add options that take less"), proof);
    }

    /** A choice without regard to deadlines: from the least memory on, always the option that saves most time over period. */
    private static int[] leastTime(final SpetProblem problem) {
        final int[] choice = new int[problem.menus().size()];
        for (int i = 0; i < choice.length; i++) {
            final List<MenuOption> menu = problem.menus().get(i);
            choice[i] = IntStream.range(0, menu.size()).boxed().min(Comparator.comparingInt((Integer o) -> menu.get(o).partials())
                .thenComparingLong(o -> menu.get(o).sramBytes())
                .thenComparingLong(o -> menu.get(o).costNs(problem.overheadNs()))).orElseThrow();
        }
        while (improve(problem, choice)) {
            // each step takes the option with the largest gain in utilisation
        }
        return choice;
    }

    private static boolean improve(final SpetProblem problem, final int[] choice) {
        double most = 0;
        int task = -1;
        int option = -1;
        for (int i = 0; i < choice.length; i++) {
            final int before = choice[i];
            final double spent = problem.utilisation(i, problem.menus().get(i).get(before));
            for (int o = 0; o < problem.menus().get(i).size(); o++) {
                final double gain = spent - problem.utilisation(i, problem.menus().get(i).get(o));
                choice[i] = o;
                if (gain > most && problem.fits(problem.options(choice))) {
                    most = gain;
                    task = i;
                    option = o;
                }
            }
            choice[i] = before;
        }
        if (task >= 0) {
            choice[task] = option;
        }
        return task >= 0;
    }
}
