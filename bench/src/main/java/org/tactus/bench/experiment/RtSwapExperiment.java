// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.tactus.internal.sim.Simulator;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Networks that need more memory than there is, under EDF: no swapping, whole models, the three protocols, semantic residency. */
final class RtSwapExperiment implements Experiment {
    static final int TASKS = 6;
    private static final long CHUNK_BYTES = 32L << 20;

    private final double utilisation;
    private final double teraFlops;
    private final ChunkCopy copy;
    private final List<String[]> models = Tables.read("rt-swap-models.csv");

    /** One drawn set: bytes and nanoseconds. */
    record Drawn(long[] footprint, long[] constant, long[] exec, long[] period, long capacity, ChunkCopy copy) {

        /** The tasks with a way of swapping; those marked are out wholly or not at all. */
        TaskSet set(final SwapProtocol protocol, final Residency residency, final boolean[] whole) {
            final TaskSetBuilder builder = TaskSet.builder("rt-swap").policy(PolicyKind.EDF).device(DeviceSpec.modelled("gpu0").withMemory(
                copy.memory(capacity, protocol, residency)));
            for (int i = 0; i < TASKS; i++) {
                final int at = i;
                builder.task("t" + i, task -> task.periodNs(period[at]).segment("gpu0", exec[at]).memory(new TaskMemory(footprint[at],
                    whole[at] ? OptionalLong.of(footprint[at]) : OptionalLong.empty(), Optional.empty(), footprint[at] - constant[at], 0)));
            }
            return builder.build();
        }
    }

    /**
     * Takes what the tables do not say.
     *
     * @param utilisation sum of execution time over period, without swapping
     * @param teraFlops   rate at which a network executes, 10^12 floating-point operations a second
     * @param bandwidth   of a copy, 10^9 bytes a second
     */
    RtSwapExperiment(final double utilisation, final double teraFlops, final double bandwidth) {
        this.utilisation = utilisation;
        this.teraFlops = teraFlops;
        copy = new ChunkCopy(CHUNK_BYTES, bandwidth);
    }

    @Override
    public String name() {
        return "rt-swap";
    }

    @Override
    public String title() {
        return "Memory swapping, 6 networks, EDF";
    }

    @Override
    public String axisTitle() {
        return "Memory demand over capacity";
    }

    @Override
    public double[] axis() {
        return new double[] {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 1.962};
    }

    @Override
    public List<String> approaches() {
        return List.of("no swap", "whole-model swap", "SEQ", "SPE", "OVL", "semantic residency",
            "no miss found in simulation (without semantic)");
    }

    @Override
    public boolean isLimit(final int approach) {
        return approach == RtSwapJudge.LIMIT;
    }

    @Override
    public int defaultSets() {
        return 400;
    }

    @Override
    public List<String> notes() {
        return List.of(
            String.format(Locale.ROOT, "12 pairs of network and input; execution = convolution operations at %.1f TFLOP/s, utilisations by "
                + "UUniFast-discard with sum %.2f without swapping, deadlines equal to periods", teraFlops, utilisation),
            copy + " each way; capacity = demand / axis",
            "volumes by the sweep over the largest volume, the first that the test accepts; whole-model swap: SEQ, "
                + "models out wholly or never, those of the longest periods first",
            "OVL needs room beside any two tasks and its test counts two blockings by later deadlines, so it pays only for short copies",
            "semantic residency: weights come in and are dropped, activations share one area of the largest; SEQ",
            "simulated chunk by chunk by the production policy, released together and at random offsets; no miss found: by any protocol "
                + "with accepted volumes, or the smallest, middle and largest of the sweep, or whole models");
    }

    @Override
    public Worker worker() {
        final Simulator simulator = new Simulator();
        return (random, axis, outcome) -> new RtSwapJudge(simulator, random.nextLong(), outcome, draw(random, axis)).judge();
    }

    private Drawn draw(final SplittableRandom random, final double axis) {
        while (true) {
            final double[] shares = Draw.utilisations(random, TASKS, utilisation);
            final Drawn drawn = new Drawn(new long[TASKS], new long[TASKS], new long[TASKS], new long[TASKS], 0, copy);
            long demand = 0;
            long largest = 0;
            for (int i = 0; i < TASKS; i++) {
                final String[] model = models.get(random.nextInt(models.size()));
                drawn.footprint()[i] = Long.parseLong(model[1]);
                drawn.constant()[i] = Long.parseLong(model[2]);
                drawn.exec()[i] = (long) (Long.parseLong(model[3]) / teraFlops / 1000);
                drawn.period()[i] = Math.max(1, (long) (drawn.exec()[i] / shares[i]));
                demand += drawn.footprint()[i];
                largest = Math.max(largest, drawn.footprint()[i]);
            }
            final long capacity = (long) Math.ceil(demand / axis);
            if (largest + CHUNK_BYTES <= capacity) {
                return new Drawn(drawn.footprint(), drawn.constant(), drawn.exec(), drawn.period(), capacity, copy);
            }
        }
    }
}
