// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.model.DeviceSpec;
import org.tactus.model.InvalidTaskSetException;
import org.tactus.model.TaskSet;

class WorkFactoryTest {
    private final List<List<SegmentWork>> works = new ArrayList<>();

    /** Prepares three tasks, of which some are refused. */
    private void prepare(final Map<String, RuntimeException> refused) {
        final var set = TaskSet.builder("set").device(DeviceSpec.modelled("gpu0"));
        for (final String name : List.of("a", "b", "c")) {
            set.task(name, task -> task.periodNs(1_000_000).segment("gpu0", 1));
        }
        final WorkFactory factory = (all, devices, task, seed) -> {
            if (refused.containsKey(task.name())) {
                throw refused.get(task.name());
            }
            return List.of();
        };
        factory.prepareAll(set.build(), List.of(), 1, works);
    }

    @Test
    void shouldNameAllThatIsRefusedWhateverItIs() {
        final RuntimeException code = new InvalidTaskSetException("tasks[1]", "task 'b': its code was not opened");
        final InvalidTaskSetException all = assertThrows(InvalidTaskSetException.class, () -> prepare(Map.of("a",
            new InvalidModelException("a.onnx: no file"), "b", code)));
        assertEquals("a.onnx: no file\ntask 'b': its code was not opened", all.getMessage());
        assertEquals("tasks[1]", all.field());
        assertEquals(1, works.size(), "the task that is right was prepared, so that its own faults would be named, too");
        final InvalidModelException models = assertThrows(InvalidModelException.class, () -> prepare(Map.of("a",
            new InvalidModelException("a.onnx: no file"), "c", new InvalidModelException("c.onnx: no file"))));
        assertEquals("a.onnx: no file\nc.onnx: no file", models.getMessage());
        assertSame(code, assertThrows(InvalidTaskSetException.class, () -> prepare(Map.of("b", code))));
    }

    @Test
    void shouldEndAtOnceWhenSomethingElseBreaks() {
        final IllegalStateException broken = new IllegalStateException("broken");
        assertSame(broken, assertThrows(IllegalStateException.class, () -> prepare(Map.of("a", broken))));
        assertEquals(0, works.size());
    }
}
