// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.SplittableRandom;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.DeviceSpec.Preemption;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * Random sets of small integer times on processors that are preempted within segments, beside processors and accelerators that are not:
 * equal priorities, marked segments, best-effort tasks and the cost of a switch among them.
 */
final class PreemptiveSets {
    private PreemptiveSets() {
    }

    /** A set under fixed priority that its seed determines; at least one device is preemptive. */
    static TaskSet make(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int devices = 1 + random.nextInt(3);
        final int tasks = 2 + random.nextInt(4);
        final int mostSegments = random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(5);
        final int mostCost = 2 + random.nextInt(9);
        final double load = 0.4 + 3 * random.nextDouble();
        final boolean jitter = random.nextInt(4) == 0;
        final int priorities = random.nextInt(3) == 0 ? 2 : tasks;
        final boolean marks = random.nextBoolean();
        final boolean bestEffort = random.nextInt(3) == 0;
        final TaskSetBuilder builder = TaskSet.builder("preemptive").policy(PolicyKind.FIXED_PRIORITY).overheads(overheads(random));
        final boolean[] preemptive = new boolean[devices];
        for (int d = 0; d < devices; d++) {
            preemptive[d] = d == 0 || random.nextInt(3) > 0;
            final DeviceSpec cpu = DeviceSpec.cpu("d" + d, d);
            builder.device(preemptive[d] ? cpu.withPreemption(Preemption.FULL) : random.nextBoolean() ? cpu : DeviceSpec.modelled("d" + d));
        }
        for (int i = 0; i < tasks; i++) {
            final int priority = random.nextInt(3) == 0 ? Task.NO_PRIORITY : 1 + random.nextInt(priorities);
            final boolean soft = bestEffort && i > 0 && random.nextInt(3) == 0;
            final long like = 20 * (1 + random.nextInt(3));
            builder.task("t" + i, task -> {
                final int segments = 1 + random.nextInt(mostSegments);
                long total = 0;
                for (int j = 0; j < segments; j++) {
                    final long cost = 1 + random.nextInt(random.nextInt(5) == 0 ? 2 * mostCost : mostCost);
                    final int device = random.nextInt(devices);
                    task.segment("d" + device, cost);
                    if (preemptive[device] && marks && random.nextInt(3) == 0) {
                        task.preemptable(false);
                    }
                    total += cost;
                }
                final long free = total + (long) (total * load * random.nextDouble() * tasks) + random.nextInt(4);
                final long period = random.nextInt(3) == 0 ? Math.max(total, like) : free; // equal periods make equal levels
                task.periodNs(period).onBacklog(BacklogAction.QUEUE);
                if (soft) {
                    task.serviceClass(Task.ServiceClass.BEST_EFFORT);
                    task.onBacklog(random.nextBoolean() ? BacklogAction.QUEUE : BacklogAction.DROP);
                } else {
                    task.deadlineNs(random.nextInt(3) == 0 ? total + random.nextLong(period - total + 1) : period).priority(priority);
                }
                task.jitterNs(jitter ? random.nextLong(period / 3 + 1) : 0).offsetNs(random.nextLong(2 * period));
                task.release(random.nextInt(4) == 0 ? Release.SPORADIC : Release.PERIODIC);
            });
        }
        return builder.build();
    }

    private static Overheads overheads(final SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> new Overheads(random.nextInt(3), random.nextInt(5), random.nextInt(3), random.nextInt(2), random.nextInt(4),
                random.nextInt(2), 0).withPreemptionNs(random.nextInt(3));
            case 1 -> Overheads.NONE.withPreemptionNs(1 + random.nextInt(3));
            default -> Overheads.NONE;
        };
    }
}
