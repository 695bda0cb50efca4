package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tactus.analysis.Analyses;
import org.tactus.analysis.Verdict;
import org.tactus.model.Overheads;
import org.tactus.model.TaskSet;
import org.tactus.plan.LayerAllocator;
import org.tactus.plan.LayerSet;
import org.tactus.plan.LayerTask;
import org.tactus.sim.Simulator;

/** Networks cut at every layer, on a GPU and a CPU with int8: four allocations. */
final class LalarandExperiment implements Experiment {
    private static final int TASKS = 10;
    private static final int MOST_ANALYSES = 4000;
    private static final long ROUND_TRIP_NS = 90_000;
    private static final double SEGMENTS_A_RUN = 15_000;
    private static final int CUT = 2;
    private static final int GREEDY = 3;
    private static final int LIMIT = 4;

    private final double lowRatio;
    private final double highRatio;
    private final List<Net> nets;

    /** Layers of one network: GPU time and transfers after each layer, nanoseconds. */
    private record Net(String name, long[] gpuNs, long[] toCpuNs, long[] toGpuNs) {
    }

    /**
     * Takes the assumed ratio of a layer's int8 time on the CPU to its time on the GPU, drawn log-uniform for each layer.
     *
     * @param lowRatio  least ratio
     * @param highRatio largest ratio
     */
    LalarandExperiment(final double lowRatio, final double highRatio) {
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
            made.add(new Net(name, column(layers, 2, layers.size()), column(transfers, 3, layers.size()),
                column(transfers, 4, layers.size())));
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
        return "GPU and CPU (int8), 10 networks, rate-monotonic";
    }

    @Override
    public String axisTitle() {
        return "Utilisation: sum of mean CPU and GPU time over period";
    }

    @Override
    public double[] axis() {
        return IntStream.rangeClosed(1, 9).mapToDouble(i -> i / 5.0).toArray();
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
            "GPU times and transfers: public layer profiles; no int8 CPU time is public: CPU time = GPU time x a ratio drawn "
                + "log-uniform in [" + lowRatio + ", " + highRatio + "] for each layer",
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
        final LayerSet set = draw(random, axis);
        final long seed = random.nextLong();
        final List<boolean[][]> allocations = new ArrayList<>(List.of(set.allGpu(), set.preferred()));
        final boolean[][] gpuFirst = set.cut(false);
        final boolean[][] cpuFirst = set.cut(true);
        allocations.add(accepts(set, gpuFirst) || !accepts(set, cpuFirst) ? gpuFirst : cpuFirst);
        allocations.add(new LayerAllocator(set, MOST_ANALYSES).allocate().onCpu());
        boolean good = false;
        for (int a = GREEDY; a >= 0; a--) {
            final TaskSet tasks = set.taskSet(allocations.get(a));
            final Verdict verdict = Analyses.analyze(tasks);
            outcome.accepted[a] = verdict.schedulable();
            if (outcome.accepted[a] || !good) {
                good |= ProductionRuns.check(simulator, tasks, seed, duration(set), verdict, a, outcome,
                    String.format(Locale.ROOT, "%s %s at %.2f", name(), approaches().get(a), axis));
            }
        }
        outcome.accepted[CUT] |= outcome.accepted[0];
        outcome.accepted[LIMIT] = good;
    }

    private static boolean accepts(final LayerSet set, final boolean[][] onCpu) {
        return Analyses.analyze(set.taskSet(onCpu)).schedulable();
    }

    private static long duration(final LayerSet set) {
        double perNs = 0;
        long longest = 0;
        for (final LayerTask task : set.tasks()) {
            perNs += (double) task.layers() / task.periodNs();
            longest = Math.max(longest, task.periodNs());
        }
        return (long) Math.min(4.0 * longest, SEGMENTS_A_RUN / perNs);
    }

    private LayerSet draw(final SplittableRandom random, final double axis) {
        final double[] shares = Draw.utilisations(random, TASKS, axis);
        final List<LayerTask> tasks = new ArrayList<>(TASKS);
        for (int i = 0; i < TASKS; i++) {
            final Net net = nets.get(random.nextInt(nets.size()));
            final long[] cpu = new long[net.gpuNs().length];
            double mean = 0;
            for (int j = 0; j < cpu.length; j++) {
                cpu[j] = Math.max(1, (long) (net.gpuNs()[j] * Draw.logUniform(random, lowRatio, highRatio)));
                mean += (net.gpuNs()[j] + cpu[j]) / 2.0;
            }
            final long period = Math.max(1, (long) (mean / shares[i]));
            final double[] loss = new double[cpu.length];
            Arrays.fill(loss, 1.0 / cpu.length);
            tasks.add(new LayerTask(net.name() + '.' + i, period, period, net.gpuNs(), cpu, net.toCpuNs(), net.toGpuNs(), loss));
        }
        return new LayerSet(tasks, new Overheads(0, ROUND_TRIP_NS, 0, 0, 0));
    }
}
