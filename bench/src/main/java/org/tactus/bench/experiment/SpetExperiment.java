// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tactus.analysis.Verdict;
import org.tactus.bench.spet.EdgeTpuNetworks;
import org.tactus.bench.spet.StockSystem;
import org.tactus.bindings.edgetpu.cost.EdgeTpuCost;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.cli.spet.CpSatSolver;
import org.tactus.cli.spet.LinkCost;
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
import org.tactus.model.Overheads;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Networks on one Edge TPU: the stock system compiled apart and together, memory only, segments only, and both. */
final class SpetExperiment implements Experiment {
    private static final int TASKS = 5;
    private static final int PERIOD_SPREAD = 10;
    private static final int MENU = 40;
    private static final int MOST_SEGMENTS = 8;
    private static final long VISITS = 1000;
    private static final long LONGEST_RUN_NS = 10_000_000_000L;
    private static final int APART = 0;
    private static final int TOGETHER = 1;
    private static final int MEMORY = 2;
    private static final int SEGMENTS = 3;
    private static final int BOTH = 4;
    private static final int LIMIT = 5;

    private final LinkCost cost;
    private final String link;
    private final long sramBytes = EdgeTpuCost.SRAM_BYTES - EdgeTpuCost.RESERVED_BYTES;
    private final List<Net> nets;

    /** A network: what can be computed once for it. */
    private record Net(String name, MenuBuilder builder, MenuOption alone, List<MenuOption> whole, List<MenuOption> menu) {
    }

    /**
     * Takes a link.
     *
     * @param link how the device hangs on its host
     */
    SpetExperiment(final HostLink link) {
        cost = new LinkCost(link);
        this.link = link.name();
        final List<Net> made = new ArrayList<>();
        for (final Map.Entry<String, List<ModelBlock>> network : EdgeTpuNetworks.all().entrySet()) {
            final MenuBuilder builder = new MenuBuilder(network.getValue(), cost);
            made.add(new Net(network.getKey(), builder, builder.leading(1, sramBytes).getFirst(),
                MenuPruning.prune(builder.options(1), 0, Objective.UTILISATION, MENU),
                MenuPruning.prune(builder.options(MOST_SEGMENTS), 0, Objective.UTILISATION, MENU)));
        }
        nets = List.copyOf(made);
    }

    @Override
    public String name() {
        return "spet";
    }

    @Override
    public String title() {
        return "Edge TPU (" + link + "), " + TASKS + " networks, rate-monotonic";
    }

    @Override
    public String axisTitle() {
        return "Utilisation: time of each network alone on the device over its period";
    }

    @Override
    public double[] axis() {
        return IntStream.rangeClosed(1, 10).mapToDouble(i -> i / 10.0).toArray();
    }

    @Override
    public List<String> approaches() {
        return List.of("stock: FIFO, compiled apart", "stock: FIFO, co-compiled", "memory only (np-fp)", "segments only (seg-fp)",
            "SPET: memory and segments", "no miss found in simulation");
    }

    @Override
    public boolean isLimit(final int approach) {
        return approach == LIMIT;
    }

    @Override
    public int baseline() {
        return TOGETHER;
    }

    @Override
    public int defaultSets() {
        return 120;
    }

    @Override
    public List<String> notes() {
        return List.of(
            "networks drawn from " + nets.size() + " of public tables, without repetition; periods log-uniform within a "
                + "factor of " + PERIOD_SPREAD + ", scaled to the utilisation, deadlines equal to periods",
            "FIFO, whole networks: accepted when all WCETs together, with a reload for each network compiled apart, fit into the "
                + "shortest period",
            "co-compiled and segments only: the compiler serves networks in the set's order until memory is full",
            "SPET: least utilisation by the integer program, then a search of " + VISITS + " choices under seg-fp",
            "stock sets run under the production scheduler too: FIFO by release is EDF with equal relative deadlines",
            "no miss found: by at least one of the approaches, synchronous and with random offsets");
    }

    @Override
    public Worker worker() {
        final Simulator simulator = new Simulator();
        final IntegerSolver solver = new CpSatSolver(1);
        return (random, axis, outcome) -> judge(simulator, solver, random, axis, outcome);
    }

    private void judge(final Simulator simulator, final IntegerSolver solver, final SplittableRandom random, final double axis,
        final Outcome outcome) {
        final Map<Integer, Net> drawn = new LinkedHashMap<>();
        while (drawn.size() < TASKS) {
            final int at = random.nextInt(nets.size());
            drawn.putIfAbsent(at, nets.get(at));
        }
        final List<Net> chosen = List.copyOf(drawn.values());
        final double[] pace = new double[TASKS];
        double load = 0;
        for (int i = 0; i < TASKS; i++) {
            pace[i] = Draw.logUniform(random, 1, PERIOD_SPREAD);
            load += chosen.get(i).alone().costNs(0) / pace[i];
        }
        final double stretch = load / axis;
        final TaskSetBuilder builder = TaskSet.builder("spet").device(DeviceSpec.modelled("tpu0")).overheads(Overheads.NONE);
        for (int i = 0; i < TASKS; i++) {
            final int at = i;
            builder.task("t" + i, task -> task.periodNs((long) (pace[at] * stretch)).segment("tpu0", 1));
        }
        final TaskSet set = builder.build();
        final long seed = random.nextLong();
        final StockSystem stock = new StockSystem(set, chosen.stream().map(Net::builder).toList(), cost, sramBytes);
        boolean good = stock(simulator, stock.apart(), seed, APART, outcome);
        good |= stock(simulator, stock.together(), seed, TOGETHER, outcome);
        final List<List<MenuOption>> given = stock.cutsOfTogether(MOST_SEGMENTS).stream()
            .map(menu -> menu.stream().map(SpetExperiment::withoutMemory).toList()).toList();
        for (int approach = MEMORY; approach <= BOTH; approach++) {
            final List<List<MenuOption>> menus = approach == MEMORY ? chosen.stream().map(Net::whole).toList()
                : approach == SEGMENTS ? given : chosen.stream().map(Net::menu).toList();
            final SpetPlan plan = new SpetPlanner(solver, Objective.UTILISATION, VISITS).plan(new SpetProblem(set, menus, sramBytes));
            final Verdict verdict = plan.verdict();
            outcome.accepted[approach] = verdict.schedulable();
            good |= ProductionRuns.check(simulator, plan.set(), seed, duration(set), verdict, approach, outcome,
                String.format(Locale.ROOT, "%s %s at %.2f", name(), approaches().get(approach), axis));
        }
        outcome.accepted[LIMIT] = good;
    }

    /** The same times, the memory no longer a choice. */
    private static MenuOption withoutMemory(final MenuOption option) {
        return new MenuOption(option.segments().stream().map(p -> new MenuOption.Piece(0, p.streamedBytes(), p.wcetNs())).toList());
    }

    /** Runs whole networks first in, first out, by the production scheduler; accepted when all costs fit into the shortest period. */
    private boolean stock(final Simulator simulator, final TaskSet set, final long seed, final int approach, final Outcome outcome) {
        final long[] bounds = new long[TASKS];
        Arrays.fill(bounds, StockSystem.boundNs(set));
        final long shortest = set.tasks().stream().mapToLong(Task::periodNs).min().orElseThrow();
        outcome.accepted[approach] = bounds[0] <= shortest;
        final TaskSet fifo = StockSystem.firstInFirstOut(set);
        final SimulationOptions worst = SimulationOptions.worstCase(seed, duration(set));
        final long[] largest = new long[TASKS];
        boolean missed = false;
        for (final SimulationOptions run : List.of(worst, worst.withReleases(ReleasePattern.RANDOM_OFFSETS))) {
            final long[] found = simulator.maxResponses(fifo, run);
            for (int i = 0; i < TASKS; i++) {
                largest[i] = Math.max(largest[i], found[i]);
                missed |= found[i] > set.tasks().get(i).periodNs();
            }
        }
        if (outcome.accepted[approach]) {
            outcome.observe(approach, bounds, largest, missed, name() + ' ' + approaches().get(approach));
        }
        return !missed;
    }

    private static long duration(final TaskSet set) {
        return Math.min(LONGEST_RUN_NS, 4 * set.tasks().stream().mapToLong(Task::periodNs).max().orElseThrow());
    }
}
