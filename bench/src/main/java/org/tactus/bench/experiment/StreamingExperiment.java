// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.experiment;

import java.util.ArrayList;
import java.util.Arrays;
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

/** Networks whose weights are up to four times the memory, under EDF: all resident, whole models, volumes, overlapped loads, rings. */
final class StreamingExperiment implements Experiment {
    private static final int TASKS = 6;
    private static final long CHUNK_BYTES = 16L << 20;
    /** Weights of a segment on average: several chunks, since no chunk holds weights of two segments. */
    private static final double SEGMENT_BYTES = 96.0 * (1 << 20);
    private static final int LEAST_SEGMENTS = 3;
    private static final double LEAST_BYTES = 192.0 * (1 << 20);
    private static final double MOST_BYTES = 2048.0 * (1 << 20);
    private static final double LEAST_BALANCE = 0.3;
    private static final double MOST_BALANCE = 3;

    private final double utilisation;
    private final ChunkCopy copy;

    /** One drawn set: by task the constants and execution times of its segments, scratch, and the period. */
    record Drawn(List<List<Long>> constants, long[][] exec, long[] scratch, long[] period, long capacity, ChunkCopy copy) {

        int tasks() {
            return period.length;
        }

        long constantBytes(final int task) {
            return constants.get(task).stream().mapToLong(Long::longValue).sum();
        }

        /** The tasks as they are, or each of them as one segment; those marked may be out wholly, the others name no volume. */
        TaskSet set(final boolean segments, final boolean[] whole) {
            final TaskSetBuilder builder = TaskSet.builder("streaming").policy(PolicyKind.EDF).device(DeviceSpec.modelled("gpu0")
                .withMemory(copy.memory(capacity, SwapProtocol.SEQ, Residency.SEMANTIC)));
            for (int i = 0; i < tasks(); i++) {
                final int at = i;
                final TaskMemory memory = new TaskMemory(constantBytes(i) + scratch[i],
                    whole[i] ? OptionalLong.of(constantBytes(i)) : OptionalLong.empty(), Optional.empty(), scratch[i], 0,
                    segments ? constants.get(i) : List.of(), OptionalLong.empty());
                builder.task("t" + i, task -> {
                    task.periodNs(period[at]).memory(memory);
                    if (segments) {
                        Arrays.stream(exec[at]).forEach(ns -> task.segment("gpu0", ns));
                    } else {
                        task.segment("gpu0", Arrays.stream(exec[at]).sum());
                    }
                });
            }
            return builder.build();
        }
    }

    /**
     * Takes what is not drawn.
     *
     * @param utilisation sum of execution time over period, without swapping
     * @param bandwidth   of a copy, 10^9 bytes a second
     */
    StreamingExperiment(final double utilisation, final double bandwidth) {
        this.utilisation = utilisation;
        copy = new ChunkCopy(CHUNK_BYTES, bandwidth);
    }

    @Override
    public String name() {
        return "streaming";
    }

    @Override
    public String title() {
        return "Streaming inside a job, 6 networks, EDF";
    }

    @Override
    public String axisTitle() {
        return "Memory demand over capacity";
    }

    @Override
    public double[] axis() {
        return new double[] {1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0};
    }

    @Override
    public List<String> approaches() {
        return List.of("no swap", "whole-model swap", "SEQ", "pipelined", "streaming");
    }

    @Override
    public boolean isLimit(final int approach) {
        return false;
    }

    @Override
    public int defaultSets() {
        return 400;
    }

    @Override
    public List<String> notes() {
        return List.of(
            String.format(Locale.ROOT, "weights log-uniform from 192 MiB to 2 GiB, in segments of 96 MiB on average, whose loads are "
                + "%.1f to %.0f times as long as the execution (log-uniform); weights and execution vary from segment to segment, "
                + "independently, by up to 4; utilisations by UUniFast-discard with sum %.2f without swapping, deadlines equal to periods",
                LEAST_BALANCE, MOST_BALANCE, utilisation),
            "demand: all weights and the largest scratch, which is 2 % of a network's weights; " + copy + "; capacity = demand / axis; "
                + "chunks of a task of several segments are rounded up segment by segment",
            "all but the first: weights come in and are dropped, scratch is shared. SEQ: volumes by the sweep over the largest one, all "
                + "loads before the execution; pipelined: the same with loads beside executions; streaming: volumes and rings as plan "
                + "chooses; the first assignment that the test accepts",
            "accepted sets are simulated chunk by chunk by the production policy, released together and at random offsets, and every "
                + "response is held against its bound");
    }

    @Override
    public Worker worker() {
        final Simulator simulator = new Simulator();
        return (random, axis, outcome) -> new StreamingJudge(simulator, random.nextLong(), outcome, draw(random, axis)).judge();
    }

    private Drawn draw(final SplittableRandom random, final double axis) {
        final double[] shares = Draw.utilisations(random, TASKS, utilisation);
        final List<List<Long>> constants = new ArrayList<>();
        final long[][] exec = new long[TASKS][];
        final long[] scratch = new long[TASKS];
        final long[] period = new long[TASKS];
        long demand = 0;
        long arena = 0;
        for (int i = 0; i < TASKS; i++) {
            final double bytes = Draw.logUniform(random, LEAST_BYTES, MOST_BYTES);
            final int segments = (int) Math.max(LEAST_SEGMENTS, Math.round(bytes / SEGMENT_BYTES));
            final double execNs = bytes / copy.bandwidth() / Draw.logUniform(random, LEAST_BALANCE, MOST_BALANCE);
            final double[] weights = spread(random, segments);
            final double[] times = spread(random, segments);
            final List<Long> own = new ArrayList<>();
            exec[i] = new long[segments];
            for (int k = 0; k < segments; k++) {
                own.add(Math.max(1, (long) (bytes * weights[k])));
                exec[i][k] = Math.max(1, (long) (execNs * times[k]));
                demand += own.get(k);
            }
            constants.add(own);
            scratch[i] = (long) (bytes / 50);
            arena = Math.max(arena, scratch[i]);
            period[i] = Math.max(1, (long) (Arrays.stream(exec[i]).sum() / shares[i]));
        }
        return new Drawn(constants, exec, scratch, period, (long) Math.ceil((demand + arena) / axis), copy);
    }

    private static double[] spread(final SplittableRandom random, final int parts) {
        final double[] share = new double[parts];
        double sum = 0;
        for (int k = 0; k < parts; k++) {
            share[k] = Draw.logUniform(random, 0.5, 2);
            sum += share[k];
        }
        for (int k = 0; k < parts; k++) {
            share[k] /= sum;
        }
        return share;
    }
}
