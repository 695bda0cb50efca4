package org.tactus.internal.plan.spet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tactus.internal.analysis.StallTime;
import org.tactus.model.MenuOption;
import org.tactus.model.PolicyKind;
import org.tactus.model.Task;

/**
 * The choice of options as an integer program; {@code spet.md}, section 3, has the rows and what they imply. Under fixed priorities the
 * whole sufficient test is in it; under EDF rows for single points in time are added when a solution breaks them. Used by one thread.
 */
final class SpetProgram {
    /** A utilisation of 1 in the objective. */
    private static final double UTILISATION_UNIT = 1e9;
    /** A utilisation of 1 in the row that limits it. */
    private static final double LOAD_UNIT = 1e15;
    /** A slack of a whole deadline; the grain in which it is made largest. */
    static final long SLACK_UNIT = 1000;
    /** Most points in time at which one task's demand is tried; fewer points only make the test stricter. */
    private static final int MOST_POINTS = 128;
    /** Most deadlines that are looked at for a row under EDF. */
    private static final int MOST_EVENTS = 100_000;

    final IntegerProgram program = new IntegerProgram();
    private final SpetProblem problem;
    private final long slack;
    private final StallTime stalled;
    private final int tasks;
    private final int[][] chosen;
    private final int[] cost;
    private final int[] longest;
    private final long[] period;
    private final long[] deadline;
    private final long[] jitter;
    private final long[] leastCost;

    /** With the least slack that every task shall keep under fixed priorities, in parts of {@link #SLACK_UNIT} of its deadline. */
    SpetProgram(final SpetProblem problem, final Objective objective, final long slack) {
        this.problem = problem;
        this.slack = slack;
        stalled = problem.stalled();
        tasks = problem.menus().size();
        chosen = new int[tasks][];
        cost = new int[tasks];
        longest = new int[tasks];
        period = new long[tasks];
        deadline = new long[tasks];
        jitter = new long[tasks];
        leastCost = new long[tasks];
        for (int i = 0; i < tasks; i++) {
            final Task task = problem.set().tasks().get(i);
            period[i] = task.periodNs();
            deadline[i] = task.deadlineNs();
            jitter[i] = task.jitterNs() + problem.set().charged().jitterNs(task.release());
            options(i);
        }
        memory();
        load();
        if (problem.set().policy() == PolicyKind.FIXED_PRIORITY) {
            fixedPriority();
        }
        minimise(objective);
    }

    /**
     * One 0/1 variable an option, and what the chosen one takes as variables, so that rows over time stay short. An option that takes
     * longer than the deadline is never schedulable: its variable is 0, and no factor of it stands anywhere, so that no sum overflows.
     */
    private void options(final int i) {
        final List<MenuOption> menu = problem.menus().get(i);
        chosen[i] = new int[menu.size()];
        final IntegerProgram.Sum one = program.sum();
        final long[] costs = menu.stream().mapToLong(o -> o.costNs(problem.overheadNs())).toArray();
        final long[] longests = menu.stream().mapToLong(o -> o.longestNs() + problem.overheadNs()).toArray();
        for (int o = 0; o < menu.size(); o++) {
            final boolean hopeless = costs[o] > deadline[i];
            chosen[i][o] = program.variable(0, hopeless ? 0 : 1);
            costs[o] = hopeless ? 0 : costs[o];
            longests[o] = hopeless ? 0 : longests[o];
            one.plus(1, chosen[i][o]);
        }
        one.exactly(1);
        leastCost[i] = leastOf(costs);
        cost[i] = equal(i, costs);
        longest[i] = equal(i, longests);
    }

    /** The least of those that are open; 0 when none is, and then no choice is there to bound. */
    private static long leastOf(final long[] values) {
        return Arrays.stream(values).filter(value -> value > 0).min().orElse(0);
    }

    private int equal(final int i, final long[] values) {
        final int variable = program.variable(leastOf(values), Arrays.stream(values).max().orElseThrow());
        final IntegerProgram.Sum sum = program.sum().plus(-1, variable);
        for (int o = 0; o < values.length; o++) {
            sum.plus(values[o], chosen[i][o]);
        }
        sum.exactly(0);
        return variable;
    }

    private void memory() {
        final IntegerProgram.Sum bytes = program.sum();
        final IntegerProgram.Sum partials = program.sum();
        for (int i = 0; i < tasks; i++) {
            for (int o = 0; o < chosen[i].length; o++) {
                final MenuOption option = problem.menus().get(i).get(o);
                bytes.plus(option.sramBytes(), chosen[i][o]);
                partials.plus(option.partials(), chosen[i][o]);
            }
        }
        bytes.atMost(problem.sramBytes());
        partials.atMost(1);
    }

    private void fixedPriority() {
        final int[] order = IntStream.range(0, tasks).boxed().sorted(problem.set()::compareFixedPriority)
            .mapToInt(Integer::intValue).toArray();
        int blocking = IntegerProgram.ALWAYS;
        for (int rank = tasks - 1; rank >= 0; rank--) {
            demand(order, rank, blocking);
            final long most = Math.max(program.most(longest[order[rank]]), blocking < 0 ? 0 : program.most(blocking));
            final int next = program.variable(0, most);
            program.sum().plus(1, longest[order[rank]]).plus(-1, next).atMost(0);
            if (blocking >= 0) {
                program.sum().plus(1, blocking).plus(-1, next).atMost(0);
            }
            blocking = next;
        }
    }

    /** The task's demand is met at one point in time at least. */
    private void demand(final int[] order, final int rank, final int blocking) {
        final int i = order[rank];
        final IntegerProgram.Sum some = program.sum();
        for (final long t : points(order, rank)) {
            final int here = program.variable(0, 1);
            some.plus(-1, here);
            final IntegerProgram.Sum sum = program.sum().plus(1, cost[i]);
            for (int k = 0; k < rank; k++) {
                sum.plus(jobs(order[k], t), cost[order[k]]);
            }
            if (blocking >= 0) {
                sum.plus(1, blocking);
            }
            // The response is what the demand at t adds up to, not t.
            final long kept = deadline[i] - jitter[i] - Math.ceilDiv(deadline[i] * slack, SLACK_UNIT);
            sum.atMost(stalled.room(Math.min(t, kept)), here);
        }
        some.atMost(-1);
    }

    private long jobs(final int k, final long t) {
        return Math.ceilDiv(t + jitter[k], period[k]);
    }

    /** Where the demand of higher priority is about to step, and the deadline; without points that no choice can meet. */
    private long[] points(final int[] order, final int rank) {
        final long last = deadline[order[rank]] - jitter[order[rank]];
        final TreeSet<Long> points = new TreeSet<>();
        points.add(last);
        for (int k = 0; k < rank; k++) {
            for (long t = period[order[k]] - jitter[order[k]]; t < last; t += period[order[k]]) {
                if (t > 0) {
                    points.add(t);
                }
            }
        }
        points.removeIf(t -> {
            long least = leastCost[order[rank]];
            for (int k = 0; k < rank; k++) {
                least += jobs(order[k], t) * leastCost[order[k]];
            }
            return least > stalled.room(t);
        });
        final long[] all = points.stream().mapToLong(Long::longValue).toArray();
        if (all.length <= MOST_POINTS) {
            return all;
        }
        final long[] some = new long[MOST_POINTS];
        for (int p = 0; p < MOST_POINTS; p++) {
            some[p] = all[(int) ((long) p * (all.length - 1) / (MOST_POINTS - 1))];
        }
        return some;
    }

    private void load() {
        final IntegerProgram.Sum sum = program.sum();
        for (int i = 0; i < tasks; i++) {
            sum.plus((long) Math.ceil(LOAD_UNIT / period[i]), cost[i]);
        }
        sum.atMost((long) LOAD_UNIT);
    }

    private void minimise(final Objective objective) {
        if (objective == Objective.SLACK && isComplete()) {
            return;
        }
        for (int i = 0; i < tasks; i++) {
            for (int o = 0; o < chosen[i].length; o++) {
                final MenuOption option = problem.menus().get(i).get(o);
                if (program.most(chosen[i][o]) > 0) {
                    program.minimise(objective == Objective.SEGMENTS ? option.segments().size()
                        : Math.round(problem.utilisation(i, option) * UTILISATION_UNIT), chosen[i][o]);
                }
            }
        }
    }

    /** Whether there is a row for every point in time that can matter. */
    boolean isComplete() {
        return problem.set().policy() == PolicyKind.FIXED_PRIORITY;
    }

    /** Reads the options out of a solution. */
    int[] choice(final long[] values) {
        final int[] choice = new int[tasks];
        for (int i = 0; i < tasks; i++) {
            for (int o = 0; o < chosen[i].length; o++) {
                choice[i] = values[chosen[i][o]] == 1 ? o : choice[i];
            }
        }
        return choice;
    }

    /**
     * Adds rows for the first point in time at which a choice's demand under EDF is too large.
     *
     * @return false when there is no such point among the first ones: then nothing was added
     */
    boolean cut(final int[] choice) {
        final List<MenuOption> options = problem.options(choice);
        final TreeSet<long[]> next = new TreeSet<>((a, b) -> a[0] != b[0] ? Long.compare(a[0], b[0]) : Long.compare(a[1], b[1]));
        for (int i = 0; i < tasks; i++) {
            next.add(new long[] {deadline[i] - jitter[i], i});
        }
        for (int event = 0; event < MOST_EVENTS; event++) {
            final long d = next.first()[0];
            final long room = stalled.room(d);
            long demand = 0;
            for (int k = 0; k < tasks; k++) {
                demand += due(k, d) * options.get(k).costNs(problem.overheadNs());
            }
            if (demand > room) {
                row(d, IntegerProgram.ALWAYS);
                return true;
            }
            final List<Integer> blockers = new ArrayList<>();
            for (int k = 0; k < tasks; k++) {
                if (deadline[k] - jitter[k] > d && demand + options.get(k).longestNs() + problem.overheadNs() > room) {
                    blockers.add(k);
                }
            }
            if (!blockers.isEmpty()) {
                blockers.forEach(k -> row(d, k));
                return true;
            }
            final long[] passed = next.pollFirst();
            next.add(new long[] {passed[0] + period[(int) passed[1]], passed[1]});
        }
        return false;
    }

    private long due(final int k, final long d) {
        return d < deadline[k] - jitter[k] ? 0 : (d - deadline[k] + jitter[k]) / period[k] + 1;
    }

    private void row(final long d, final int blocker) {
        final IntegerProgram.Sum sum = program.sum();
        for (int k = 0; k < tasks; k++) {
            sum.plus(due(k, d), cost[k]);
        }
        if (blocker >= 0) {
            sum.plus(1, longest[blocker]);
        }
        sum.atMost(stalled.room(d));
    }
}
