// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tactus.internal.sim.ExecutionTime;
import org.tactus.internal.sim.OverheadTime;
import org.tactus.internal.sim.ReleasePattern;
import org.tactus.internal.sim.SimulationOptions;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Release;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.supply.CoreSupply;
import org.tactus.supply.StallCurve;

/** Random sets on one device whose segments have levels. Times are small integers, so that events often fall on the same instant. */
final class LevelSets {
    private LevelSets() {
    }

    static TaskSet make(final long seed, final PolicyKind policy) {
        final SplittableRandom random = new SplittableRandom(seed);
        final TaskSetBuilder builder = TaskSet.builder("levels").policy(policy).device(DeviceSpec.modelled("acc0"))
            .overheads(machine(random));
        final int tasks = 1 + random.nextInt(5);
        final double load = 1 + 3 * random.nextDouble();
        final boolean harmonic = random.nextInt(3) == 0;
        for (int i = 0; i < tasks; i++) {
            final boolean bestEffort = i > 0 && random.nextInt(12) == 0;
            builder.task("t" + i, task -> {
                final int segments = 1 + random.nextInt(3);
                final int mandatory = 1 + random.nextInt(segments);
                long total = 0;
                for (int j = 0; j < segments; j++) {
                    final long first = 1 + random.nextInt(5);
                    total += first;
                    task.segment("acc0", first).levels(j >= mandatory, levels(random, first));
                }
                final long drawn = total + (long) (total * load * random.nextDouble() * tasks) + random.nextInt(4);
                final long period = harmonic ? (drawn + 7) / 8 * 8 : drawn;
                task.periodNs(period).offsetNs(random.nextLong(2 * period));
                if (bestEffort) {
                    task.serviceClass(Task.ServiceClass.BEST_EFFORT);
                } else {
                    task.deadlineNs(random.nextInt(3) == 0 ? total + random.nextLong(period - total + 1) : period);
                }
                task.jitterNs(random.nextInt(4) == 0 ? random.nextLong(period / 4 + 1) : 0);
                task.release(random.nextInt(3) == 0 ? Release.SPORADIC : Release.PERIODIC);
            });
        }
        return builder.build();
    }

    private static List<Segment.Level> levels(final SplittableRandom random, final long first) {
        final List<Segment.Level> levels = new ArrayList<>();
        final int count = random.nextInt(3) == 0 ? 1 : 2 + random.nextInt(3);
        long wcet = first;
        for (int k = 0; k < count; k++) {
            levels.add(new Segment.Level(wcet, random.nextInt(6)));
            wcet += 1 + random.nextInt(12);
        }
        return levels;
    }

    private static Overheads machine(final SplittableRandom random) {
        final Overheads machine = random.nextBoolean() ? Overheads.NONE : new Overheads(random.nextInt(3), random.nextInt(5),
            random.nextInt(2), 0, 0, random.nextInt(2), 0);
        return switch (random.nextInt(8)) {
            case 0 -> machine.withSupply(CoreSupply.each(StallCurve.periodicResource(12 + random.nextInt(10), 24)));
            case 1 -> machine.withSupply(CoreSupply.each(StallCurve.every(10 + random.nextInt(30), 1 + random.nextInt(4))));
            default -> machine;
        };
    }

    static SimulationOptions options(final TaskSet set, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        long longestNs = 0;
        for (final Task task : set.tasks()) {
            longestNs = Math.max(longestNs, task.periodNs());
        }
        final ReleasePattern[] patterns = {ReleasePattern.FILE, ReleasePattern.SPORADIC, ReleasePattern.SYNCHRONOUS,
            ReleasePattern.RANDOM_OFFSETS};
        return SimulationOptions.worstCase(seed, 12 * longestNs).withReleases(patterns[random.nextInt(patterns.length)])
            .withExecution(random.nextInt(3) == 0 ? ExecutionTime.RANDOM : ExecutionTime.WCET)
            .withOverheads(random.nextInt(4) == 0 ? OverheadTime.RANDOM : OverheadTime.MAXIMUM)
            .withStalls(!set.overheads().supply().isNone());
    }
}
