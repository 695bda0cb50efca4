// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.SplittableRandom;
import org.tactus.model.BacklogAction;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/**
 * Random sets of small integer times: short periods, deadlines up to the period, devices that chains come back to. Small
 * times make coincidences (equal deadlines, releases at the very end of a window) frequent, which is where bounds break.
 */
final class RandomSets {
    private RandomSets() {
    }

    /** A set that its seed and the policy determine. */
    static TaskSet make(final long seed, final PolicyKind policy) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int devices = 1 + random.nextInt(3);
        final int tasks = 1 + random.nextInt(5);
        final int mostSegments = random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(7);
        final int mostCost = 2 + random.nextInt(9);
        final double load = 0.5 + 3.5 * random.nextDouble();
        final boolean jitter = random.nextInt(3) == 0;
        final boolean deadlineOrder = random.nextBoolean();
        final TaskSetBuilder builder = TaskSet.builder("random").policy(policy).overheads(overheads(random));
        for (int d = 0; d < devices; d++) {
            builder.device(DeviceSpec.modelled("d" + d));
        }
        for (int i = 0; i < tasks; i++) {
            final int priority = deadlineOrder ? Integer.MAX_VALUE : 1 + random.nextInt(tasks);
            builder.task("t" + i, task -> {
                final int segments = 1 + random.nextInt(mostSegments);
                long total = 0;
                for (int j = 0; j < segments; j++) {
                    final long cost = 1 + random.nextInt(random.nextInt(5) == 0 ? 2 * mostCost : mostCost);
                    task.segment("d" + random.nextInt(devices), cost);
                    total += cost;
                }
                final long period = total + (long) (total * load * random.nextDouble() * tasks) + random.nextInt(4);
                final long deadline = random.nextInt(3) == 0 ? total + random.nextLong(period - total + 1) : period;
                task.periodNs(period).deadlineNs(deadline).priority(priority).onBacklog(BacklogAction.QUEUE);
                task.jitterNs(jitter ? random.nextLong(period / 3 + 1) : 0).offsetNs(random.nextLong(2 * period));
                task.release(random.nextInt(4) == 0 ? Release.SPORADIC : Release.PERIODIC);
            });
        }
        return builder.build();
    }

    private static Overheads overheads(final SplittableRandom random) {
        return random.nextInt(3) != 0 ? Overheads.NONE
            : new Overheads(random.nextInt(3), random.nextInt(5), random.nextInt(3), random.nextInt(2), random.nextInt(4),
                random.nextInt(2), 0);
    }

    /** Options that their seed determines: every pattern, time and order comes up, worst cases most often. */
    static SimulationOptions options(final TaskSet set, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        long longestNs = 0;
        for (final var task : set.tasks()) {
            longestNs = Math.max(longestNs, task.isAlwaysReady() ? task.horizonNs() : task.periodNs());
        }
        final ReleasePattern pattern = ReleasePattern.values()[random.nextInt(ReleasePattern.values().length)];
        final ExecutionTime time = random.nextInt(3) == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET;
        final OverheadTime overhead = switch (random.nextInt(4)) {
            case 0 -> OverheadTime.RANDOM;
            case 1 -> OverheadTime.ZERO;
            default -> OverheadTime.MAXIMUM;
        };
        return SimulationOptions.worstCase(seed, 12 * longestNs).withReleases(pattern).withExecution(time).withOverheads(overhead);
    }
}
