// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.device.WrappedWork;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.work.TimedWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.PolicyKind;
import org.tactus.model.Segment;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;
import org.tactus.result.RunResult;

/** Levels in a real run on a modelled device. */
@Timeout(60)
class LevelRunTest {
    private static final long MS = 1_000_000;

    private static TaskSet set() {
        return TaskSet.builder("levels").policy(PolicyKind.EDF_MANDATORY_FIRST).device(DeviceSpec.modelled("acc0"))
            .task("front", task -> task.periodNs(20 * MS).segment("acc0", MS / 10).segment("acc0", MS / 10).levels(true,
                List.of(new Segment.Level(MS / 10, 0.25), new Segment.Level(MS / 5, 0.5), new Segment.Level(18 * MS, 1))))
            .task("back", task -> task.periodNs(20 * MS).segment("acc0", 4 * MS)).build();
    }

    private static TaskSetRun open(final WorkFactory works) {
        return TaskSetRun.open(set(), RunSettings.DEFAULT.withRealTime(false), works, KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { });
    }

    private static RunResult.Levels run(final WorkFactory works) throws InterruptedException {
        try (TaskSetRun tactus = open(works)) {
            tactus.start();
            Thread.sleep(300);
            return tactus.stop().levels().getFirst();
        }
    }

    @Test
    void shouldTakeTheLevelThatFitsAndRefuseTheOneThatDoesNotWhenASetRuns() throws InterruptedException {
        final RunResult.Levels levels = run(new TimedWorks());
        assertTrue(levels.taken().get(1) > 0 && levels.taken().get(2) == 0, levels::toString);
        assertEquals(levels.taken().stream().mapToLong(count -> count).sum(),
            levels.refusedToWaiting() + levels.refusedToComing() + levels.refusedToLoad());
    }

    @Test
    void shouldRunFirstLevelsWhenNoOtherIsPrepared() throws InterruptedException {
        final TimedWorks timed = new TimedWorks();
        final RunResult.Levels levels = run((set, devices, task, seed) -> timed.prepare(set, devices, task, seed).stream()
            .map(LevelRunTest::inOneSize).toList());
        assertEquals(List.of(0L, 0L, 0L), levels.taken(), "nothing was chosen");
    }

    private static SegmentWork inOneSize(final SegmentWork work) {
        return (WrappedWork) () -> work;
    }

    @Test
    void shouldRefuseATaskThatJoinsWhereLevelsAreTaken() throws InterruptedException {
        final Task other = TaskSet.builder("other").policy(PolicyKind.EDF_MANDATORY_FIRST).device(DeviceSpec.modelled("acc0"))
            .task("late", task -> task.periodNs(20 * MS).segment("acc0", MS / 10)).build().tasks().getFirst();
        try (TaskSetRun tactus = open(new TimedWorks())) {
            tactus.start();
            final String refused = assertThrows(AdmissionRefusedException.class, () -> tactus.add(other)).getMessage();
            assertTrue(refused.contains("'late' would join device 'acc0'"), refused);
            assertEquals(2, tactus.stop().tasks().size());
        }
    }
}
