// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.kernel.AdmissionRefusedException;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.work.TimedWorks;
import org.tactus.internal.work.WorkFactory;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.result.RunResult;

@Timeout(60)
class TaskSetRunTest {
    private static final long MS = 1_000_000;

    private static TaskSetBuilder one(final String name, final Consumer<TaskBuilder> task) {
        return TaskSet.builder("test").device(DeviceSpec.modelled("acc0")).task(name, task);
    }

    private static TaskSetRun open(final TaskSet set) {
        return TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false), new TimedWorks(), KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { });
    }

    @Test
    void shouldKeepTheBoundsOfWhatRunsWhenAnotherTaskIsRefused() throws InterruptedException {
        final TaskSet set = one("runs", t -> t.periodNs(100 * MS).segment("acc0", 10 * MS)).build();
        final Task tooLong = one("refused", t -> t.periodNs(200 * MS).segment("acc0", 150 * MS)).build().tasks().getFirst();
        try (TaskSetRun tactus = open(set)) {
            tactus.start();
            final String before = tactus.verdict().orElseThrow().toString();
            final AdmissionRefusedException refused = assertThrows(AdmissionRefusedException.class, () -> tactus.add(tooLong));
            assertTrue(refused.getMessage().contains("runs"), refused.getMessage());
            assertEquals(before, tactus.verdict().orElseThrow().toString());
            final RunResult result = tactus.stop();
            assertEquals(1, result.tasks().size());
            assertEquals(10 * MS, result.tasks().getFirst().boundNs().orElseThrow());
        }
    }

    @Test
    void shouldCloseTheWorksOfTheOthersWhenATaskCannotBePrepared() {
        final TaskSet set = one("first", t -> t.periodNs(100 * MS).segment("acc0", MS))
            .task("second", t -> t.periodNs(100 * MS).segment("acc0", MS)).build();
        final List<String> closed = new ArrayList<>();
        final WorkFactory factory = (of, devices, task, seed) -> {
            if (task.name().equals("second")) {
                throw new IllegalStateException("no such model");
            }
            return List.of(new SegmentWork() {
                @Override
                public void run(final long job) {
                    // takes no time
                }

                @Override
                public long modelledNs(final long job) {
                    return MS;
                }

                @Override
                public void terminate() {
                    // ends by itself
                }

                @Override
                public void close() {
                    closed.add(task.name());
                }
            });
        };
        try (TaskSetRun tactus = TaskSetRun.open(set, RunSettings.DEFAULT.withRealTime(false), factory, KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { })) {
            assertEquals("no such model", assertThrows(IllegalStateException.class, tactus::start).getMessage());
        }
        assertEquals(List.of("first"), closed);
    }

    @Test
    void shouldTakeTheNewBoundsWhenAnotherTaskIsAdmitted() throws InterruptedException {
        final TaskSet set = one("runs", t -> t.periodNs(100 * MS).segment("acc0", 10 * MS)).build();
        final Task other = one("joins", t -> t.periodNs(200 * MS).segment("acc0", 20 * MS)).build().tasks().getFirst();
        try (TaskSetRun tactus = open(set)) {
            tactus.start();
            tactus.add(other);
            final RunResult result = tactus.stop();
            assertEquals(2, result.tasks().size());
            assertEquals(30 * MS, result.tasks().getFirst().boundNs().orElseThrow());
        }
    }
}
