// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.Tactus;
import org.tactus.TactusException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.kernel.KernelOptions;
import org.tactus.internal.work.TimedWorks;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.Limits;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;

@Timeout(300)
class ManyTasksTest {
    private static TaskSet set(final int tasks) {
        final TaskSetBuilder set = TaskSet.builder("many").device(DeviceSpec.modelled("acc0"));
        for (int i = 0; i < tasks; i++) {
            final int number = i;
            set.task("t" + i, t -> t.periodNs(60_000_000_000L + number).segment("acc0", 10_000));
        }
        return set.build();
    }

    private static RunSettings settings(final int tasks) {
        return RunSettings.DEFAULT.withRealTime(false).withWatchable(false).withKernel(KernelOptions.DEFAULT.withCapacity(tasks, tasks));
    }

    @Test
    void shouldRunAJobOfEachWhenTheTablesAreFull() throws InterruptedException {
        final TaskSet set = set(Limits.MAX_RUNNING_TASKS);
        try (TaskSetRun run = TaskSetRun.open(set, settings(Limits.MAX_RUNNING_TASKS), new TimedWorks(), KernelListener.NONE)) {
            run.start();
            while (run.completed(run.handle("t" + (Limits.MAX_RUNNING_TASKS - 1))) == 0) {
                Thread.sleep(10);
            }
            final RunResult result = run.stop();
            assertEquals(Limits.MAX_RUNNING_TASKS, result.tasks().size());
            result.tasks().forEach(task -> {
                assertEquals(1, task.jobs(), task.name());
                final long quantileNs = run.histograms().get(task.name()).getValueAtPercentile(50);
                final long maxNs = task.maxNs().orElseThrow();
                assertTrue(Math.abs(quantileNs - maxNs) <= Math.max(maxNs / 100, 60_000_000_000L >> 25), quantileNs + " for " + maxNs);
            });
        }
    }

    @Test
    void shouldAnalyseButNotRunASetThatTheTablesDoNotHold() {
        final TaskSet set = set(Limits.MAX_RUNNING_TASKS + 1);
        assertTrue(Tactus.analyze(set).schedulable());
        final InvalidTaskSetException run = assertThrows(InvalidTaskSetException.class,
            () -> TaskSetRun.open(set, settings(4096), new TimedWorks(), KernelListener.NONE));
        assertTrue(run.getMessage().contains("4097 tasks") && run.getMessage().contains("4096"), run.getMessage());
        final Throwable simulated = assertThrows(TactusException.InvalidSet.class, () -> Tactus.simulate(set, 1_000_000, 1));
        assertTrue(simulated.getMessage().contains("4097 tasks"), simulated.getMessage());
    }
}
