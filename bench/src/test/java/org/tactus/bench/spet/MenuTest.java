// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.spet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.edgetpu.cost.HostLink;
import org.tactus.cli.spet.CpSatSolver;
import org.tactus.cli.spet.LinkCost;
import org.tactus.internal.plan.spet.IntegerSolver;
import org.tactus.internal.plan.spet.InvocationCost;
import org.tactus.internal.plan.spet.MenuBuilder;
import org.tactus.internal.plan.spet.MenuPruning;
import org.tactus.internal.plan.spet.Objective;
import org.tactus.internal.plan.spet.Realisation;
import org.tactus.internal.plan.spet.SegmentFiles;
import org.tactus.internal.plan.spet.SpetPlan;
import org.tactus.internal.plan.spet.SpetPlanner;
import org.tactus.internal.plan.spet.SpetProblem;
import org.tactus.model.DeviceSpec;
import org.tactus.model.MenuOption;
import org.tactus.model.ModelBlock;
import org.tactus.model.TaskSet;

class MenuTest {
    /** A nanosecond a byte, and a hundred an invocation. */
    private static final InvocationCost COST = (execute, in, out, streamed) -> 100 + execute + in + out + streamed;
    private static final List<ModelBlock> BLOCKS = List.of(
        new ModelBlock(false, 10, 12, 1, 5, 3, 4), new ModelBlock(true, 20, 20, 1, 5, 4, 6),
        new ModelBlock(false, 30, 30, 1, 5, 6, 2));

    @Test
    void shouldCutOnlyWhereANetworkMayBeCut() {
        final List<MenuOption> options = new MenuBuilder(BLOCKS, COST).options(8);
        assertTrue(options.stream().allMatch(o -> o.segments().size() <= 2), "one place to cut gives two segments");
        assertEquals(new MenuOption.Piece(0, 62, 100 + 15 + 3 + 3 + 2 + 62), options.getFirst().segments().getFirst());
        assertTrue(options.contains(new MenuOption(List.of(new MenuOption.Piece(10, 0, 100 + 5 + 4 + 4),
            new MenuOption.Piece(20, 30, 100 + 10 + 6 + 2 + 30)))), "the first segment resident, the second in part");
    }

    @Test
    void shouldBeAStepFunctionOfMemoryWhenANetworkIsNotCut() {
        for (final Map.Entry<String, List<ModelBlock>> network : EdgeTpuNetworks.all().entrySet()) {
            final TreeMap<Long, Long> cost = new TreeMap<>();
            for (final MenuOption option : new MenuBuilder(network.getValue(), new LinkCost(HostLink.USB3)).options(1)) {
                cost.put(option.sramBytes(), option.costNs(0));
            }
            assertEquals(network.getValue().size() + 1, cost.size(), network.getKey());
            long before = Long.MAX_VALUE;
            for (final long ns : cost.values()) {
                assertTrue(ns < before, network.getKey() + ": more memory is never slower");
                before = ns;
            }
        }
    }

    @Test
    void shouldKeepOneOptionWithinReachOfEveryOtherWhenAMenuIsThinned() {
        final List<MenuOption> all = new MenuBuilder(EdgeTpuNetworks.all().get("inceptionv3"), new LinkCost(HostLink.USB3)).options(8);
        final List<MenuOption> some = MenuPruning.prune(all, 0, Objective.UTILISATION, 40);
        assertTrue(some.size() <= 40 && some.size() > 10, "kept " + some.size());
        for (final MenuOption option : all) {
            assertTrue(some.stream().anyMatch(o -> o.sramBytes() <= option.sramBytes() * 1.5 && o.costNs(0) <= option.costNs(0) * 1.5
                && o.longestNs() <= option.longestNs() * 1.5), option.toString());
        }
    }

    @Test
    void shouldListResidentSegmentsFirstAndTakeTheLogBack() {
        final MenuOption two = new MenuOption(List.of(new MenuOption.Piece(0, 300, 1000), new MenuOption.Piece(200, 0, 700)));
        final MenuOption one = new MenuOption(List.of(new MenuOption.Piece(100, 50, 400)));
        final TaskSet set = TaskSet.builder("two").device(DeviceSpec.modelled("tpu0"))
            .task("a", t -> t.periodNs(10_000).segment("tpu0", 1)).task("b", t -> t.periodNs(20_000).segment("tpu0", 1)).build();
        final SpetProblem problem = new SpetProblem(set, List.of(List.of(two), List.of(one)), 1000);
        final SpetPlan plan = new SpetPlanner(p -> new IntegerSolver.Solution(new long[0], false), Objective.SLACK, 10).plan(problem);
        final SegmentFiles files = new SegmentFiles(List.of("big", "small"), plan.options());
        assertEquals(List.of("big_segment_1_of_2.tflite", "small.tflite", "big_segment_0_of_2.tflite"), files.order());
        assertEquals(2, files.commands().size());
        final Map<String, Realisation.Bytes> log = new TreeMap<>(Map.of("big_segment_1_of_2.tflite", new Realisation.Bytes(200, 0),
            "small.tflite", new Realisation.Bytes(0, 9000), "big_segment_0_of_2.tflite", new Realisation.Bytes(300, 0)));
        final Realisation good = Realisation.of(problem, plan, files, log, COST);
        assertEquals(List.of(1000L, 700L), good.set().tasks().get(0).segments().stream().map(s -> s.wcetNs()).toList(), "streams less");
        assertEquals(400 + 8950, good.set().tasks().get(1).segments().getFirst().wcetNs(), "streams 8950 bytes more");
        assertTrue(plan.verdict().schedulable() && !good.verdict().schedulable(), "blocks the first task for too long");
        log.remove("small.tflite");
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Realisation.of(problem, plan, files, log, COST)).getMessage()
            .contains("small.tflite"));
    }

    @Test
    void shouldSayWhyWhenNothingFits() {
        final TaskSet set = TaskSet.builder("one").device(DeviceSpec.modelled("tpu0"))
            .task("a", t -> t.periodNs(10_000).segment("tpu0", 1)).build();
        final SpetProblem problem = new SpetProblem(set, List.of(List.of(new MenuOption(List.of(new MenuOption.Piece(2000, 0, 5))))), 1000);
        final SpetPlan plan = new SpetPlanner(new CpSatSolver(), Objective.SLACK, 10).plan(problem);
        assertTrue(!plan.verdict().schedulable() && plan.verdict().reason().contains("1000B"), plan.verdict().reason());
    }
}
