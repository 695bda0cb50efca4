package org.tactus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.kernel.AdmissionRefusedException;
import org.tactus.kernel.KernelListener;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskBuilder;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;
import org.tactus.trace.RunResult;

@Timeout(60)
class TactusTest {
    private static final long MS = 1_000_000;

    private static TaskSetBuilder one(final String name, final Consumer<TaskBuilder> task) {
        return TaskSet.builder("test").device(DeviceSpec.modelled("acc0")).task(name, task);
    }

    private static Tactus open(final TaskSet set) {
        return Tactus.open(set, TactusOptions.DEFAULT.withRealTime(false), new TimedWorks(), KernelListener.NONE,
            (type, timeNs, device, task, segment, job, argument) -> { });
    }

    @Test
    void shouldKeepTheBoundsOfWhatRunsWhenAnotherTaskIsRefused() throws InterruptedException {
        final TaskSet set = one("runs", t -> t.periodNs(100 * MS).segment("acc0", 10 * MS)).build();
        final Task tooLong = one("refused", t -> t.periodNs(200 * MS).segment("acc0", 150 * MS)).build().tasks().getFirst();
        try (Tactus tactus = open(set)) {
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
    void shouldTakeTheNewBoundsWhenAnotherTaskIsAdmitted() throws InterruptedException {
        final TaskSet set = one("runs", t -> t.periodNs(100 * MS).segment("acc0", 10 * MS)).build();
        final Task other = one("joins", t -> t.periodNs(200 * MS).segment("acc0", 20 * MS)).build().tasks().getFirst();
        try (Tactus tactus = open(set)) {
            tactus.start();
            tactus.add(other);
            final RunResult result = tactus.stop();
            assertEquals(2, result.tasks().size());
            assertEquals(30 * MS, result.tasks().getFirst().boundNs().orElseThrow());
        }
    }
}
