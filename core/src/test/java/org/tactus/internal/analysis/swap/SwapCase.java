// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.analysis.swap;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.tactus.analysis.Verdict;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** A small swapping set in whole units: a unit of time is 1 ns, a chunk 1 MiB. */
record SwapCase(int chunkIn, int chunkOut, int capacity, int[] exec, int[] period, int[] deadline, int[] chunks, int[] footprint,
    int[] jitter, Overheads overheads) {
    static final long CHUNK = 1L << 20;

    static SwapCase parse(final String[] row) {
        final String[] tasks = row[4].split(";");
        final SwapCase made = blank(tasks.length, Integer.parseInt(row[1]), Integer.parseInt(row[2]), Integer.parseInt(row[3]),
            Overheads.NONE);
        for (int i = 0; i < tasks.length; i++) {
            final String[] field = tasks[i].split("/");
            made.exec[i] = Integer.parseInt(field[0]);
            made.period[i] = Integer.parseInt(field[1]);
            made.deadline[i] = Integer.parseInt(field[2]);
            made.chunks[i] = Integer.parseInt(field[3]);
            made.footprint[i] = Integer.parseInt(field[4]);
        }
        return made;
    }

    static SwapCase random(final SplittableRandom random, final boolean jittered) {
        final int tasks = random.nextInt(1, 5);
        final int[] periods = {20, 24, 30, 40, 50, 60, 80, 100};
        final Overheads machine = random.nextInt(3) > 0 ? Overheads.NONE
            : new Overheads(random.nextInt(3), random.nextInt(2), 0, random.nextInt(2), 0);
        final int[] footprints = new int[tasks];
        int total = 0;
        for (int i = 0; i < tasks; i++) {
            footprints[i] = random.nextInt(1, 6);
            total += footprints[i];
        }
        final int capacity = Math.max(1, total - random.nextInt(0, 5));
        final SwapCase made = blank(tasks, random.nextInt(1, 3), random.nextInt(1, 3), capacity, machine);
        final double share = random.nextDouble(0.2, 0.9);
        for (int i = 0; i < tasks; i++) {
            made.footprint[i] = footprints[i];
            made.period[i] = periods[random.nextInt(periods.length)];
            made.exec[i] = Math.max(1, (int) (made.period[i] * share / tasks * random.nextDouble(0.3, 1.2)));
            made.deadline[i] = random.nextBoolean() ? made.period[i] : random.nextInt((made.period[i] + 1) / 2, made.period[i] + 1);
            made.chunks[i] = random.nextInt(0, footprints[i] + 1);
            made.jitter[i] = jittered ? random.nextInt(0, 1 + made.period[i] / 8) : 0;
        }
        return made;
    }

    SwapCase withExec(final int task, final int units) {
        final int[] changed = exec.clone();
        changed[task] = units;
        return new SwapCase(chunkIn, chunkOut, capacity, changed, period, deadline, chunks, footprint, jitter, overheads);
    }

    private static SwapCase blank(final int n, final int in, final int out, final int capacity, final Overheads overheads) {
        return new SwapCase(in, out, capacity, new int[n], new int[n], new int[n], new int[n], new int[n], new int[n], overheads);
    }

    TaskSet set(final PolicyKind policy, final SwapProtocol protocol) {
        final TaskSetBuilder builder = TaskSet.builder("swap").policy(policy).overheads(overheads).device(DeviceSpec.modelled("gpu0")
            .withMemory(new DeviceMemory(capacity * CHUNK, CHUNK, protocol, chunkIn, chunkOut, 0, 0)));
        for (int i = 0; i < exec.length; i++) {
            final int at = i;
            builder.task("t" + i, task -> task.periodNs(period[at]).deadlineNs(deadline[at]).jitterNs(jitter[at]).segment("gpu0", exec[at])
                .memory(new TaskMemory(footprint[at] * CHUNK, OptionalLong.of(chunks[at] * CHUNK), Optional.empty())));
        }
        return builder.build();
    }

    Verdict analyze(final PolicyKind policy, final SwapProtocol protocol) {
        return new SwapAnalysis(protocol, policy).analyze(set(policy, protocol));
    }

    static List<String[]> vectors() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
            SwapCase.class.getResourceAsStream("/vectors/swap_analysis.csv"), StandardCharsets.UTF_8))) {
            final List<String[]> rows = new ArrayList<>();
            reader.lines().skip(1).forEach(line -> rows.add(line.split(",", -1)));
            return rows;
        }
    }
}
