// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tactus.internal.event.EventHandler;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.time.Clock;
import org.tactus.model.DeviceSpec;
import org.tactus.model.TaskSet;

class RunRecorderTest {
    private static final TaskSet SET = TaskSet.builder("test").device(DeviceSpec.cpu("cpu0"))
        .task("a", t -> t.periodNs(1_000_000).segment("cpu0", 1000)).build();

    @Test
    void shouldKeepNoChangeWhenNobodyWatches() {
        try (RunRecorder recorder =
            new RunRecorder(SET, RunSettings.DEFAULT, Optional.empty(), Clock.SYSTEM, KernelListener.NONE, EventHandler.NONE)) {
            for (int i = 0; i < 10_000; i++) {
                recorder.show(0, 1, SET.tasks().getFirst(), OptionalLong.empty(), 0);
                recorder.showBound(0, 1, OptionalLong.of(i), i);
            }
            recorder.onRound();
            assertEquals(0, recorder.pendingChanges());
        }
    }
}
