// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.kernel.KernelListener;
import org.tactus.internal.measure.Profiler;
import org.tactus.internal.runtime.RealTimeSetup;
import org.tactus.internal.runtime.RunSettings;
import org.tactus.internal.runtime.TaskSetRun;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskSet;
import org.tactus.model.TaskSetBuilder;

class NetworkCheckTest {
    private static final long MS = 1_000_000;
    private static final int FLOAT = 1;

    @TempDir
    private Path folder;

    private void write(final String name, final GraphProto.Builder graph) throws IOException {
        Files.write(folder.resolve(name), TestModels.model(graph).toByteArray());
    }

    private static TaskSet set(final String... files) {
        final TaskSetBuilder set = TaskSet.builder("s").device(DeviceSpec.cpu("cpu0"));
        for (int i = 0; i < files.length; i++) {
            final ModelSource model = new ModelSource.OnnxFile(files[i], 1, Map.of(), Map.of(), Map.of());
            set.task("t" + i, task -> task.periodNs(100 * MS).model(model).segment("cpu0", MS));
        }
        return set.build();
    }

    @Test
    void shouldNameAllWrongNetworksWhenARunIsStarted() throws Exception {
        write("good.onnx", GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 3)).addOutput(TestModels.value("y", FLOAT, 3))
            .addNode(TestModels.node("Relu", List.of("x"), "y")));
        write("open.onnx", GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, -1)).addOutput(TestModels.value("y", FLOAT, -1))
            .addNode(TestModels.node("Relu", List.of("x"), "y")));
        try (TaskSetRun run = TaskSetRun.open(set("open.onnx", "good.onnx", "gone.onnx", "gone.onnx"),
            RunSettings.DEFAULT.withRealTime(false).withWatchable(false), new NetworkWorks(folder), KernelListener.NONE)) {
            final List<String> lines = assertThrows(InvalidModelException.class, run::start).getMessage().lines().toList();
            assertEquals(2, lines.size(), lines.toString());
            assertTrue(lines.get(0).contains("open.onnx: input 'x'"), lines.toString());
            assertTrue(lines.get(1).contains("gone.onnx: no such file"), lines.toString());
        }
    }

    @Test
    void shouldSayAllThatIsWrongBeforeAnythingIsMeasured() throws IOException {
        write("good.onnx", GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 3)).addOutput(TestModels.value("y", FLOAT, 3))
            .addNode(TestModels.node("Relu", List.of("x"), "y")));
        write("open.onnx", GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, -1)).addOutput(TestModels.value("y", FLOAT, -1))
            .addNode(TestModels.node("Relu", List.of("x"), "y")));
        write("data.onnx", GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 3)).addOutput(TestModels.value("y", 7, 1, -1))
            .addNode(TestModels.node("NonZero", List.of("x"), "y")));
        final List<String> measured = new ArrayList<>();
        final Profiler profiler = new Profiler(new RealTimeSetup(false), 1, 0.3, false);
        final List<String> lines = assertThrows(InvalidModelException.class, () -> profiler.profile(
            set("good.onnx", "open.onnx", "gone.onnx", "data.onnx", "open.onnx"), folder, (task, share) -> measured.add(task)))
            .getMessage().lines().toList();
        assertEquals(List.of(), measured);
        assertEquals(3, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith(folder.resolve("open.onnx") + ": input 'x' FLOAT['n'] leaves extents open; "), lines.toString());
        assertEquals(folder.resolve("gone.onnx") + ": no such file; name an .onnx file", lines.get(1));
        assertTrue(lines.get(2).startsWith(folder.resolve("data.onnx") + ": output 'y' INT64[1, -1] has "), lines.toString());
        NetworkCheck.require(set("good.onnx", "good.onnx"), folder);
    }
}
