// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tactus.model.DeviceSpec;
import org.tactus.model.Task;
import org.tactus.model.TaskSet;

/** The list of admitted tasks, which any thread looks into while another one admits. */
@Timeout(60)
class AdmittedTasksTest {
    private static final int TASKS = 20_000;

    @Test
    void shouldFindEachTaskWhenAnotherThreadAdmitsMeanwhile() throws InterruptedException {
        final Task task = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0")).task("a", t -> t.periodNs(1_000).segment("cpu0", 1))
            .build().tasks().getFirst();
        final AdmittedTasks admitted = new AdmittedTasks();
        final AtomicReference<Throwable> broken = new AtomicReference<>();
        final Thread reader = Thread.ofPlatform().start(() -> {
            try {
                while (admitted.last("t" + (TASKS - 1)).isEmpty()) {
                    String.join(", ", admitted.names());
                    admitted.all().forEach(entry -> entry.handle().generation());
                    admitted.last("none");
                }
            } catch (final Throwable e) {
                broken.set(e);
            }
        });
        for (int i = 0; i < TASKS; i++) {
            admitted.add(new RunHandle(null, i, i + 1, "t" + i), task.withName("t" + i), OptionalLong.empty());
        }
        reader.join();
        assertNull(broken.get());
        assertEquals(TASKS, admitted.all().size());
    }
}
