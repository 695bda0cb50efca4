// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.tactus.model.DeviceMemory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.PolicyKind;
import org.tactus.model.Residency;
import org.tactus.model.SwapProtocol;
import org.tactus.model.Task;
import org.tactus.model.TaskMemory;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

/** Random sets of tasks with several segments on one swapping device, in small whole nanoseconds, where an error of one is seen. */
final class UnitSets {
    static final long CHUNK = 10;
    private static final int[] PERIODS = {40, 50, 60, 80, 100, 120, 160, 200};
    private static final int[] SMALL_PERIODS = {16, 20, 24, 30};

    private UnitSets() {
    }

    /** What a task has: constants of each segment, and one of a ring, a volume or nothing. */
    private record Demand(List<Long> constants, long scratch, long state, OptionalLong swap, OptionalLong stream) {
        TaskMemory memory() {
            final long sum = constants.stream().mapToLong(Long::longValue).sum();
            return new TaskMemory(Math.max(1, sum + scratch + state), swap, Optional.empty(), scratch, state, constants, stream);
        }

        long least() {
            return constants.stream().mapToLong(bytes -> Math.ceilDiv(bytes, CHUNK)).max().orElse(0);
        }

        long chunks() {
            return constants.stream().mapToLong(bytes -> Math.ceilDiv(bytes, CHUNK)).sum();
        }
    }

    static TaskSet random(final SplittableRandom random, final PolicyKind policy) {
        return swapping(random, policy, random.nextInt(1, 6), PERIODS);
    }

    /** Two tasks whose every pair of offsets can be tried. */
    static TaskSet small(final SplittableRandom random, final PolicyKind policy) {
        return swapping(random, policy, 2, SMALL_PERIODS);
    }

    /** Where nothing is swapped, a job of several segments is no unit. */
    private static TaskSet swapping(final SplittableRandom random, final PolicyKind policy, final int tasks, final int[] periods) {
        TaskSet set = random(random, policy, tasks, periods);
        while (!set.swapsOn(0)) {
            set = random(random, policy, tasks, periods);
        }
        return set;
    }

    private static TaskSet random(final SplittableRandom random, final PolicyKind policy, final int tasks, final int[] periods) {
        final boolean copyAll = random.nextInt(6) == 0;
        final List<Demand> demands = new ArrayList<>();
        long least = 0;
        long largest = 0;
        for (int i = 0; i < tasks; i++) {
            final Demand demand = demand(random, copyAll);
            demands.add(demand);
            final long held = demand.swap().isPresent() || demand.stream().isPresent() ? 0 : demand.chunks() * CHUNK;
            least += held + demand.state();
            largest = Math.max(largest, demand.stream().orElse(demand.chunks() * CHUNK) + demand.scratch());
        }
        final int outNs = random.nextInt(0, 4);
        final long capacity = Math.max(CHUNK, least + largest + CHUNK * random.nextInt(-1, 5));
        final DeviceMemory memory = new DeviceMemory(Math.max(CHUNK + 1, capacity), CHUNK, SwapProtocol.SEQ, random.nextInt(1, 4), outNs,
            random.nextInt(3) == 0 ? random.nextInt(4) : 0, random.nextInt(3) == 0 ? random.nextInt(4) : 0,
            copyAll ? Residency.COPY_ALL : Residency.SEMANTIC, random.nextInt(0, outNs + 1), random.nextInt(4) > 0);
        final Overheads machine = random.nextInt(3) > 0 ? Overheads.NONE
            : new Overheads(random.nextInt(3), random.nextInt(5), random.nextInt(2), random.nextInt(2), 0, random.nextInt(2), 0);
        final TaskSetBuilder builder = TaskSet.builder("units").policy(policy).overheads(machine)
            .device(DeviceSpec.modelled("gpu0").withMemory(memory));
        final double share = random.nextDouble(0.1, 0.8);
        for (int i = 0; i < tasks; i++) {
            final Demand demand = demands.get(i);
            final int period = periods[random.nextInt(periods.length)];
            final int deadline = random.nextBoolean() ? period : random.nextInt((period + 1) / 2, period + 1);
            final int jitter = random.nextInt(4) == 0 ? random.nextInt(0, 1 + period / 8) : 0;
            final int segments = demand.constants().size();
            final double exec = period * share / tasks / segments;
            builder.task("t" + i, task -> {
                task.periodNs(period).deadlineNs(deadline).jitterNs(jitter).memory(demand.memory());
                for (int k = 0; k < segments; k++) {
                    task.segment("gpu0", Math.max(1, (int) (exec * random.nextDouble(0.1, 1.9))));
                }
            });
        }
        return builder.build();
    }

    private static Demand demand(final SplittableRandom random, final boolean copyAll) {
        final int segments = random.nextInt(4) == 0 ? 1 : random.nextInt(2, 6);
        final List<Long> constants = new ArrayList<>();
        for (int k = 0; k < segments; k++) {
            constants.add(random.nextInt(5) == 0 ? 0L : CHUNK * random.nextInt(1, 4) - (random.nextInt(3) == 0 ? random.nextInt(9) : 0));
        }
        if (constants.stream().allMatch(bytes -> bytes == 0)) {
            constants.set(segments - 1, CHUNK);
        }
        final Demand bare = new Demand(constants, random.nextInt(0, 12), random.nextInt(0, 12), OptionalLong.empty(), OptionalLong.empty());
        final long sum = constants.stream().mapToLong(Long::longValue).sum();
        return switch (random.nextInt(copyAll ? 3 : 7)) {
            case 0 -> bare;
            case 1, 2 -> new Demand(constants, bare.scratch(), bare.state(),
                OptionalLong.of(random.nextLong(0, sum + bare.state() + 1)), OptionalLong.empty());
            default -> new Demand(constants, bare.scratch(), bare.state(), OptionalLong.empty(),
                OptionalLong.of(CHUNK * random.nextLong(bare.least(), bare.chunks() + 1)));
        };
    }

    /** The same set with a task's memory changed. */
    static TaskSet with(final TaskSet set, final int index, final TaskMemory memory) {
        final List<Task> tasks = new ArrayList<>(set.tasks());
        tasks.set(index, tasks.get(index).withMemory(memory));
        return new TaskSet(set.name(), set.policy(), set.overheads(), set.platform(), tasks);
    }
}
