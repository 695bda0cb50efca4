// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.tactus.cli.support.Terminal;
import org.tactus.cli.text.Lines;
import org.tactus.internal.plan.LayerAllocation;
import org.tactus.internal.plan.LayerAllocator;
import org.tactus.internal.plan.LayerChoices;
import org.tactus.internal.plan.Plan;
import org.tactus.internal.plan.Planner;
import org.tactus.internal.plan.Planners;
import org.tactus.internal.text.TextTable;
import org.tactus.model.Boundary;
import org.tactus.model.DeviceSpec;
import org.tactus.model.NamedVariant;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * How long planning takes: sets of ten networks of thirty layers, each on the GPU or, in int8, on the CPU, over utilisation.
 * <pre>
 *   seed --> set --> LayerAllocator.allocate --> allocation                 "allocation"
 *            set --> lalarand planner: allocation, offers, joined segments  "plan"
 *        best of several runs of each set, on one thread; the first point is preceded by runs that only warm up
 * </pre>
 */
public final class PlanningSpeed {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TASKS = 10;
    private static final int LAYERS = 30;
    private static final double[] LOADS = {0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0};
    private static final int WARM = 3;
    /** Aimed at, in processor time. */
    private static final double AIM_S = 2;

    /**
     * What is measured.
     *
     * @param sets   at each point
     * @param rounds of which the best counts
     * @param seed   of all sets
     */
    public record Settings(int sets, int rounds, long seed) {
    }

    /** One set: seconds on the wall and of the processor for the plan, of the processor for its allocation. */
    private record Took(boolean planned, int analyses, double wallS, double processorS, double allocationS) {
    }

    private PlanningSpeed() {
    }

    /**
     * Measures and prints a row for each policy and utilisation.
     *
     * @param settings what is measured
     * @param out      where to
     * @return true when every plan took at most two seconds of processor time
     */
    public static boolean measure(final Settings settings, final PrintStream out) {
        out.println(Lines.wrap(String.format(Locale.ROOT, "%d tasks of %d layers, %d sets a point, best of %d runs of each; seconds",
            TASKS, LAYERS, settings.sets(), settings.rounds())));
        final List<String[]> rows = new ArrayList<>();
        boolean good = true;
        for (final PolicyKind policy : List.of(PolicyKind.FIXED_PRIORITY, PolicyKind.EDF)) {
            for (int i = 0; i < WARM; i++) {
                took(set(policy, 1.2, -1 - i), 1);
            }
            for (final double load : LOADS) {
                good &= row(policy, load, settings, rows);
            }
        }
        out.print(TextTable.text(Terminal.width(), new String[] {"policy", "U", "planned", "analyses med max",
            "allocation CPU med 95% max", "plan CPU med 95% max", "plan wall med 95% max"}, rows));
        return good;
    }

    private static boolean row(
        final PolicyKind policy, final double load, final Settings settings, final List<String[]> rows) {
        final Took[] all = new Took[settings.sets()];
        for (int i = 0; i < all.length; i++) {
            all[i] = took(set(policy, load, settings.seed() * 1_000_003 + i), settings.rounds());
        }
        final int[] analyses = Arrays.stream(all).mapToInt(Took::analyses).sorted().toArray();
        rows.add(new String[] {policy.text(), String.format(Locale.ROOT, "%.2f", load),
            String.valueOf(Arrays.stream(all).filter(Took::planned).count()),
            analyses[analyses.length / 2] + " " + analyses[analyses.length - 1],
            spread(Arrays.stream(all).mapToDouble(Took::allocationS).toArray()),
            spread(Arrays.stream(all).mapToDouble(Took::processorS).toArray()),
            spread(Arrays.stream(all).mapToDouble(Took::wallS).toArray())});
        return Arrays.stream(all).allMatch(took -> took.processorS() <= AIM_S);
    }

    private static Took took(final TaskSet set, final int rounds) {
        final Planner planner = Planners.byName("lalarand").orElseThrow();
        final LayerChoices choices = new LayerChoices(set);
        Took best = null;
        for (int round = 0; round < rounds; round++) {
            final long allocationNs = THREADS.getCurrentThreadCpuTime();
            final LayerAllocation allocation = new LayerAllocator(choices, LayerAllocator.DEFAULT_ANALYSES).allocate();
            final long wallNs = System.nanoTime();
            final long processorNs = THREADS.getCurrentThreadCpuTime();
            final Plan plan = planner.plan(set);
            final long doneNs = THREADS.getCurrentThreadCpuTime();
            final Took took = new Took(plan.verdict().schedulable(), allocation.evaluated(), (System.nanoTime() - wallNs) / 1e9,
                (doneNs - processorNs) / 1e9, (processorNs - allocationNs) / 1e9);
            best = best == null ? took : new Took(took.planned(), took.analyses(), Math.min(best.wallS(), took.wallS()),
                Math.min(best.processorS(), took.processorS()), Math.min(best.allocationS(), took.allocationS()));
        }
        return best;
    }

    private static String spread(final double[] values) {
        Arrays.sort(values);
        return String.format(Locale.ROOT, "%.3f %.3f %.3f", values[values.length / 2], values[(int) (0.95 * (values.length - 1))],
            values[values.length - 1]);
    }

    /** GPU times of 0.1 to 1 ms, CPU times 0.5 to 3 times that, both log-uniform; shares of the load by uniform spacings. */
    private static TaskSet set(final PolicyKind policy, final double load, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final TaskSetBuilder builder = TaskSet.builder("planning").policy(policy).overheads(new Overheads(0, 10_000, 0, 0, 0))
            .device(DeviceSpec.modelled("gpu0")).device(DeviceSpec.cpu("cpu0"));
        final double[] cuts = random.doubles(TASKS - 1).sorted().toArray();
        for (int i = 0; i < TASKS; i++) {
            final double share = load * ((i < TASKS - 1 ? cuts[i] : 1) - (i > 0 ? cuts[i - 1] : 0));
            builder.task("t" + i, task -> {
                double mean = 0;
                for (int j = 0; j < LAYERS; j++) {
                    final double gpu = 100_000 * Math.pow(10, random.nextDouble());
                    final double cpu = gpu * 0.5 * Math.pow(6, random.nextDouble());
                    mean += (gpu + cpu) / 2;
                    task.segment(List.of(NamedVariant.fp32("gpu0", (long) gpu),
                        NamedVariant.int8("cpu0", (long) cpu, random.nextDouble(0.01, 0.1))));
                    final long transfer = random.nextLong(10_000, 60_000);
                    task.boundary(new Boundary(j - 1, j, transfer, transfer, 5_000, 5_000));
                }
                task.boundary(new Boundary(LAYERS - 1, LAYERS, 20_000, 20_000, 5_000, 5_000));
                task.periodNs((long) (mean / Math.max(share, 1e-3)));
            });
        }
        return builder.build();
    }
}
