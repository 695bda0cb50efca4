// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Random swapping sets in small whole nanoseconds, where an error of one is seen. */
final class SwapSets {
    private static final int[] PERIODS = {20, 24, 30, 40, 50, 60, 80, 100};
    private static final long CHUNK = 10;

    private SwapSets() {
    }

    static TaskSet random(final SplittableRandom random, final PolicyKind policy, final SwapProtocol protocol) {
        final int tasks = random.nextInt(1, 6);
        final int[] chunks = new int[tasks];
        final int[] footprint = new int[tasks];
        long total = 0;
        for (int i = 0; i < tasks; i++) {
            footprint[i] = (int) CHUNK * random.nextInt(1, 6) + (random.nextInt(3) == 0 ? random.nextInt((int) CHUNK) : 0);
            chunks[i] = random.nextInt(0, footprint[i] / (int) CHUNK + 1);
            total += footprint[i];
        }
        final int outNs = random.nextInt(0, 4);
        final DeviceMemory memory = new DeviceMemory(Math.max(CHUNK + 1, total - random.nextInt(0, 60)), CHUNK, protocol,
            random.nextInt(0, 4), outNs, random.nextInt(3) == 0 ? random.nextInt(3) : 0, random.nextInt(3) == 0 ? random.nextInt(3) : 0,
            random.nextBoolean() ? Residency.SEMANTIC : Residency.COPY_ALL, random.nextInt(0, outNs + 1), random.nextInt(4) > 0);
        final Overheads machine = random.nextInt(3) > 0 ? Overheads.NONE
            : new Overheads(random.nextInt(3), random.nextInt(5), random.nextInt(2), random.nextInt(2), 0, random.nextInt(2), 0);
        final TaskSetBuilder builder = TaskSet.builder("swap").policy(policy).overheads(machine)
            .device(DeviceSpec.modelled("gpu0").withMemory(memory));
        final double share = random.nextDouble(0.1, 0.9);
        final boolean classes = random.nextBoolean();
        for (int i = 0; i < tasks; i++) {
            final int at = i;
            final int period = PERIODS[random.nextInt(PERIODS.length)];
            final int exec = Math.max(1, (int) (period * share / tasks * random.nextDouble(0.3, 1.2)));
            final int deadline = random.nextBoolean() ? period : random.nextInt((period + 1) / 2, period + 1);
            final int jitter = random.nextInt(4) == 0 ? random.nextInt(0, 1 + period / 8) : 0;
            final int scratch = classes ? random.nextInt(0, footprint[i] / 2 + 1) : 0;
            final int state = classes ? random.nextInt(0, footprint[i] - scratch + 1) : footprint[i];
            builder.task("t" + i, task -> task.periodNs(period).deadlineNs(deadline).jitterNs(jitter).segment("gpu0", exec)
                .memory(new TaskMemory(footprint[at], OptionalLong.of(chunks[at] * CHUNK), Optional.empty(), scratch, state)));
        }
        return builder.build();
    }
}
