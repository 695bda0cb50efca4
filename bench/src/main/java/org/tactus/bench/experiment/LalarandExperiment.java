// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tactus.internal.plan.LayerAllocation;
import org.tactus.internal.plan.LayerAllocator;
import org.tactus.internal.plan.LayerChoices;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.Boundary;
import org.tactus.model.DeviceSpec;
import org.tactus.model.NamedVariant;
import org.tactus.model.Overheads;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Networks cut at every layer, on a GPU and a CPU with int8: four allocations. */
final class LalarandExperiment implements Experiment {
    private static final int PLACES = 9;
    private static final int TASKS = 10;
    private static final int MOST_ANALYSES = 4000;
    private static final long ROUND_TRIP_NS = 90_000;
    private static final double SEGMENTS_A_RUN = 15_000;
    private static final int CUT = 2;
    private static final int GREEDY = 3;
    private static final int LIMIT = 4;

    private final CpuTimes cpuTimes;
    private final double lowRatio;
    private final double highRatio;
    private final List<Net> nets;

    /** Layers of one network: types, times, and transfers after each layer, nanoseconds. */
    private record Net(String name, String[] types, long[] gpuNs, long[] cpuNs, long[] toCpuNs, long[] toGpuNs) {
    }

    /**
     * Takes what is assumed of the CPU.
     *
     * @param cpuTimes  a layer's time there in int8; where it is drawn, log-uniform for each layer, as a ratio to its time on the GPU
     * @param lowRatio  least ratio
     * @param highRatio largest ratio
     */
    LalarandExperiment(final CpuTimes cpuTimes, final double lowRatio, final double highRatio) {
        this.cpuTimes = cpuTimes;
        this.lowRatio = lowRatio;
        this.highRatio = highRatio;
        nets = nets();
    }

    private static List<Net> nets() {
        final Map<String, List<String[]>> rows = new LinkedHashMap<>();
        for (final String[] row : Tables.read("lalarand-layers.csv")) {
            rows.computeIfAbsent(row[0], name -> new ArrayList<>()).add(row);
        }
        final List<String[]> stand = rows.get("yolov3-tiny");
        final List<Net> made = new ArrayList<>();
        rows.forEach((name, layers) -> {
            final List<String[]> transfers = name.equals("alexnet") ? stand : layers;
            made.add(new Net(name, layers.stream().map(row -> row[2]).toArray(String[]::new), column(layers, 3, layers.size()),
                column(layers, 4, layers.size()), column(transfers, 5, layers.size()), column(transfers, 6, layers.size())));
        });
        return List.copyOf(made);
    }

    private static long[] column(final List<String[]> rows, final int column, final int count) {
        final long[] values = new long[count];
        for (int j = 0; j < count; j++) {
            final String text = rows.get(j)[column];
            values[j] = text.isEmpty() ? 0 : (long) (Double.parseDouble(text) * 1000);
        }
        return values;
    }

    @Override
    public String name() {
        return "lalarand";
    }

    @Override
    public String title() {
        return "GPU and CPU (int8, times " + cpuTimes.text() + "), 10 networks, rate-monotonic";
    }

    @Override
    public String axisTitle() {
        return "Utilisation: sum of mean CPU and GPU time over period";
    }

    @Override
    public double[] axis() {
        return IntStream.rangeClosed(1, PLACES)
            .mapToDouble(i -> Math.round(100 * cpuTimes.mostUtilisation() * i / PLACES) / 100.0).toArray();
    }

    @Override
    public List<String> approaches() {
        return List.of("all-GPU", "preferred resource per layer", "DART cut", "lalarand (greedy blocks)", "no miss found in simulation");
    }

    @Override
    public boolean isLimit(final int approach) {
        return approach == LIMIT;
    }

    @Override
    public int defaultSets() {
        return 60;
    }

    @Override
    public List<String> notes() {
        return List.of(
            "GPU times and transfers: public layer profiles, the output's way home counted; " + cpuTimes.note(lowRatio, highRatio),
            "each layer costs " + ROUND_TRIP_NS / 1000 + " us more (measured round trip of the artifact's scheduler); "
                + "bounds by chain-fp-budget, else chain-fp",
            "DART cut: accepted when all-GPU or one of the two one-cut allocations is",
            "no miss found: by at least one of the allocations, synchronous and with random offsets");
    }

    @Override
    public Worker worker() {
        final Simulator simulator = new Simulator();
        return (random, axis, outcome) -> judge(simulator, random, axis, outcome);
    }

    private void judge(final Simulator simulator, final SplittableRandom random, final double axis, final Outcome outcome) {
        final LayerChoices choices = new LayerChoices(draw(random, axis));
        final long seed = random.nextLong();
        final LayerAllocation gpuFirst = LayerAllocator.judge(choices, choices.cut(false));
        final LayerAllocation cpuFirst = LayerAllocator.judge(choices, choices.cut(true));
        final List<LayerAllocation> allocations = List.of(LayerAllocator.judge(choices, choices.onAccelerator()),
            LayerAllocator.judge(choices, choices.preferred()),
            gpuFirst.verdict().schedulable() || !cpuFirst.verdict().schedulable() ? gpuFirst : cpuFirst,
            new LayerAllocator(choices, MOST_ANALYSES).allocate());
        boolean good = false;
        for (int a = GREEDY; a >= 0; a--) {
            final LayerAllocation allocation = allocations.get(a);
            outcome.accepted[a] = allocation.verdict().schedulable();
            if (outcome.accepted[a] || !good) {
                good |= ProductionRuns.check(simulator, allocation.set(), seed, duration(allocation.set()), allocation.verdict(), a,
                    outcome, String.format(Locale.ROOT, "%s %s at %.2f", name(), approaches().get(a), axis));
            }
        }
        outcome.accepted[CUT] |= outcome.accepted[0];
        outcome.accepted[LIMIT] = good;
    }

    private static long duration(final TaskSet set) {
        double perNs = 0;
        long longest = 0;
        for (final Task task : set.tasks()) {
            perNs += (double) task.segments().size() / task.periodNs();
            longest = Math.max(longest, task.periodNs());
        }
        return (long) Math.min(4.0 * longest, SEGMENTS_A_RUN / perNs);
    }

    private TaskSet draw(final SplittableRandom random, final double axis) {
        final double[] shares = Draw.utilisations(random, TASKS, axis);
        final TaskSetBuilder builder = TaskSet.builder("layers").overheads(new Overheads(0, ROUND_TRIP_NS, 0, 0, 0))
            .device(DeviceSpec.modelled("gpu0")).device(DeviceSpec.cpu("cpu0"));
        for (int i = 0; i < TASKS; i++) {
            final Net net = nets.get(random.nextInt(nets.size()));
            final int layers = net.gpuNs().length;
            final long[] cpu = new long[layers];
            double mean = 0;
            for (int j = 0; j < layers; j++) {
                cpu[j] = cpuTimes.ns(random, net.types()[j], net.gpuNs()[j], net.cpuNs()[j], lowRatio, highRatio);
                mean += (net.gpuNs()[j] + cpu[j]) / 2.0;
            }
            final long period = Math.max(1, (long) (mean / shares[i]));
            builder.task(net.name() + '.' + i, task -> {
                task.periodNs(period);
                for (int j = 0; j < layers; j++) {
                    task.segment(List.of(NamedVariant.fp32("gpu0", net.gpuNs()[j]), NamedVariant.int8("cpu0", cpu[j], 1.0 / layers)));
                    if (j > 0) {
                        task.boundary(new Boundary(j - 1, j, net.toCpuNs()[j - 1], net.toGpuNs()[j - 1], 0, 0));
                    }
                }
                task.boundary(new Boundary(layers - 1, layers, net.toCpuNs()[layers - 1], 0, 0, 0));
            });
        }
        return builder.build();
    }
}
