// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.accuracy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tactus.bench.experiment.Draw;
import org.tactus.bench.experiment.Tables;
import org.tactus.internal.plan.LayerAllocation;
import org.tactus.internal.plan.LayerAllocator;
import org.tactus.internal.plan.LayerChoices;
import org.tactus.internal.quantise.LayeredModel;
import org.tactus.model.ActualTime;
import org.tactus.model.Boundary;
import org.tactus.model.DeviceSpec;
import org.tactus.model.NamedVariant;
import org.tactus.model.Overheads;
import org.tactus.model.Precision;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * Draws task sets of one network and plans them: which layers of each task run in int8. CPU times are those measured and committed,
 * GPU times follow by an assumed ratio. Immutable; any thread.
 */
final class AccuracySets {
    static final int TASKS = 5;
    /** Images that a job answers: one alone takes so little that the hand-over between devices would cost more than the layers. */
    static final int BATCH = 32;
    /** Forms of a layer on the CPU. */
    enum CpuForm {
        /** Always int8, as in the talk. */
        INT8("int8"),
        /** Int8 where that is faster, as tactus quantize makes it. */
        FASTER("faster");

        private final String text;

        CpuForm(final String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    private static final int MOST_ANALYSES = 2_000;
    private static final long DISPATCH_NS = 2_000;
    private static final long COPY_NS = 2_000;
    private static final double COPY_BYTES_PER_NS = 10;

    private final LayeredModel model;
    private final boolean[] int8;
    private final double[] loss;
    private final long[] int8Ns;
    private final long[] fp32Ns;
    private final long[] quantiseNs;
    private final long[] dequantiseNs;

    /**
     * Takes a network.
     *
     * @param kind  which network it is
     * @param model its layers
     * @param form  that layers have on the CPU
     * @param loss  of each layer in int8 alone, as the planner counts it
     */
    AccuracySets(final SignImages.Kind kind, final LayeredModel model, final CpuForm form, final double[] loss) {
        this.model = model;
        this.loss = loss;
        final String times = kind == SignImages.Kind.DAY ? "sign-layers.csv" : "night-sign-layers.csv";
        final List<String[]> rows = Tables.read(times);
        if (rows.size() != model.layers().size()) {
            throw new IllegalStateException(times + " has " + rows.size() + " layers, the network "
                + model.layers().size() + "; measure it anew, see the README there");
        }
        fp32Ns = column(rows, 5);
        int8Ns = column(rows, 6);
        quantiseNs = column(rows, 7);
        dequantiseNs = column(rows, 8);
        int8 = new boolean[int8Ns.length];
        for (int j = 0; j < int8.length; j++) {
            int8[j] = model.layers().get(j).hasInt8() && (form == CpuForm.INT8 || int8Ns[j] < fp32Ns[j]);
        }
    }

    private static long[] column(final List<String[]> rows, final int column) {
        return rows.stream().map(row -> row[column])
            .mapToLong(text -> text.isEmpty() ? Long.MAX_VALUE : (long) (1000 * BATCH * Double.parseDouble(text))).toArray();
    }

    /** Whether a layer runs in int8 when it runs on the CPU. */
    boolean isInt8(final int layer) {
        return int8[layer];
    }

    private long cpuNs(final int layer) {
        return int8[layer] ? int8Ns[layer] : fp32Ns[layer];
    }

    /**
     * Draws a set and plans it.
     *
     * @param assumption  about the GPU, and about utilisation
     * @param utilisation of the set
     * @param random      of this set alone
     * @return for each task, by layer, whether it runs in int8; empty when the set could not be planned
     */
    List<boolean[]> plan(final AccuracyAssumption assumption, final double utilisation, final SplittableRandom random) {
        final TaskSet set = draw(assumption, utilisation, random);
        final LayerAllocation found = new LayerAllocator(new LayerChoices(set), MOST_ANALYSES).allocate();
        final List<boolean[]> mixtures = new ArrayList<>();
        if (found.verdict().schedulable()) {
            for (final var task : found.set().tasks()) {
                final boolean[] mixture = new boolean[task.segments().size()];
                for (int j = 0; j < mixture.length; j++) {
                    mixture[j] = task.segments().get(j).precision() == Precision.INT8;
                }
                mixtures.add(mixture);
            }
        }
        return mixtures;
    }

    private TaskSet draw(final AccuracyAssumption assumption, final double utilisation, final SplittableRandom random) {
        final double[] shares = Draw.utilisations(random, TASKS, utilisation);
        final TaskSetBuilder builder = TaskSet.builder("accuracy").overheads(new Overheads(0, DISPATCH_NS, 0, 0, 0))
            .device(DeviceSpec.modelled("gpu0")).device(DeviceSpec.cpu("cpu0"));
        for (int i = 0; i < TASKS; i++) {
            final long[] gpuNs = new long[int8Ns.length];
            double mean = 0;
            for (int j = 0; j < gpuNs.length; j++) {
                gpuNs[j] = Math.max(1, (long) (cpuNs(j) / assumption.ratio(random)));
                mean += (gpuNs[j] + (assumption.cpuTime() == AccuracyAssumption.CpuTime.INT8 ? cpuNs(j) : fp32Ns[j])) / 2.0;
            }
            final long periodNs = Math.max(1, (long) (mean / shares[i]));
            builder.task("t" + i, task -> {
                task.periodNs(periodNs);
                layers(task, gpuNs);
            });
        }
        return builder.build();
    }

    private void layers(final TaskBuilder task, final long[] gpuNs) {
        for (int j = 0; j < gpuNs.length; j++) {
            task.segment(List.of(NamedVariant.fp32("gpu0", gpuNs[j]), int8[j] ? NamedVariant.int8("cpu0", int8Ns[j], loss[j])
                : new NamedVariant("cpu0", Precision.FP32, fp32Ns[j], 0, ActualTime.WCET)));
        }
        final int[] starts = IntStream.range(0, gpuNs.length).toArray();
        for (final LayeredModel.Crossing crossing : model.crossings(starts)) {
            final int from = crossing.from();
            task.boundary(boundary(crossing.tensor(), from, crossing.to(), Math.max(0, from)));
        }
        final int last = gpuNs.length - 1;
        task.boundary(boundary(model.outputs().getFirst().name(), last, gpuNs.length, last));
    }

    private Boundary boundary(final String tensor, final int from, final int to, final int measuredAs) {
        final long copyNs = COPY_NS + (long) (BATCH * model.tensor(tensor).bytes() / COPY_BYTES_PER_NS);
        return new Boundary(from, to, copyNs, copyNs, quantiseNs[measuredAs], dequantiseNs[measuredAs]);
    }

    /** What a reader must know. */
    static List<String> notes() {
        return List.of(
            "a job answers " + BATCH + " images; CPU times: the network's layers measured alone on one image, one core, times "
                + BATCH + "; no GPU time of them is public: GPU time = CPU time / a ratio drawn for each layer",
            AccuracyAssumption.note(),
            "copies between host and GPU: " + COPY_NS / 1000 + " us and 10 bytes a ns, both ways; " + DISPATCH_NS / 1000
                + " us more for each segment; conversions as measured; utilisation spread by UUniFast-discard; rate-monotonic");
    }
}
