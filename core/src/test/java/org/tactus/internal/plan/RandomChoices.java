// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.plan;

import java.util.List;
import java.util.SplittableRandom;
import org.tactus.model.Boundary;
import org.tactus.model.DeviceSpec;
import org.tactus.model.NamedVariant;
import org.tactus.model.PolicyKind;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Random sets whose segments run on an accelerator in fp32 or on a processor in int8. */
final class RandomChoices {
    private RandomChoices() {
    }

    static LayerChoices make(final PolicyKind policy, final int tasks, final int layers, final double utilisation, final long seed) {
        return new LayerChoices(set(policy, tasks, layers, utilisation, seed));
    }

    static TaskSet set(final PolicyKind policy, final int tasks, final int layers, final double utilisation, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final TaskSetBuilder builder = TaskSet.builder("random").policy(policy)
            .device(DeviceSpec.modelled("gpu0")).device(DeviceSpec.cpu("cpu0"));
        for (int i = 0; i < tasks; i++) {
            builder.task("t" + i, task -> {
                long sum = 0;
                for (int j = 0; j < layers; j++) {
                    final long gpu = random.nextLong(100_000, 1_000_000);
                    final long cpu = (long) (gpu * random.nextDouble(0.6, 2.0));
                    task.segment(List.of(NamedVariant.fp32("gpu0", gpu), NamedVariant.int8("cpu0", cpu, random.nextInt(1, 10) / 100.0)));
                    final long transfer = random.nextLong(10_000, 60_000);
                    task.boundary(new Boundary(j - 1, j, transfer, transfer, 5000, 5000));
                    sum += (gpu + cpu) / 2;
                }
                task.boundary(new Boundary(layers - 1, layers, 20_000, 20_000, 5000, 5000));
                task.periodNs((long) (sum / (utilisation / tasks)));
            });
        }
        return builder.build();
    }
}
