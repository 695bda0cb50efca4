// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Overheads;
import org.tactus.model.TaskSet;
import org.tactus.result.DeviceResult;
import org.tactus.result.RunResult;
import org.tactus.result.Stall;
import org.tactus.result.TaskResult;
import org.tactus.result.WithoutStalls;

/** A small task set on two devices, and a result of it. */
public final class Fixtures {
    public static final long MS = 1_000_000L;
    public static final TaskSet SET = TaskSet.builder("braking").device(DeviceSpec.cpu("cpu0", 1)).device(DeviceSpec.modelled("acc0"))
        .task("detect", task -> task.periodNs(250 * MS).segment("cpu0", 3 * MS).segment("acc0", 12 * MS).segment("cpu0", 2 * MS))
        .task("track", task -> task.periodNs(330 * MS).segment("acc0", 20 * MS).segment("acc0", 5 * MS))
        .task("a-task-with-a-name-that-is-as-long-as-a-name-may-be-0123456789ab", task -> task.periodNs(1000 * MS).segment("cpu0", 1))
        .build();

    private Fixtures() {
    }

    public static RunResult result(final int jobs, final WithoutStalls without, final List<Stall> stalls, final String boundsVoid) {
        final List<TaskResult> tasks = SET.tasks().stream().map(task -> {
            final TaskStatistics statistics = new TaskStatistics(task, SET.tasks().size());
            for (int i = 0; i < jobs; i++) {
                statistics.released();
                statistics.record(17_123_456L + i * 1234L, false);
            }
            return statistics.result(task, OptionalLong.of(24_700_001L));
        }).toList();
        return new RunResult("run", "braking", "fixed-priority", "chain-fp", 42, 10_000 * MS,
            new RunResult.Conditions(Map.of("cores", "2", "java", "25"), Map.of("tactus-cpu0", "core 1, SCHED_FIFO 80, timer slack 1 ns"),
                Map.of("largestIdleGapNs", 912_345L, "stealTicks", 0L), "G1", new Overheads(10_000, 2000, 5000, 2000, 0), List.of()),
            tasks, without == null ? new WithoutStalls(tasks, 0, 0) : without, stalls,
            List.of(new DeviceResult("cpu0", "cpu", "", 300 * MS, 0.03), new DeviceResult("acc0", "modelled", "", 900 * MS, 0.09)),
            boundsVoid, 0);
    }
}
