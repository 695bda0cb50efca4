// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.SvdfModelWriter;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.internal.device.ModelledDevice;
import org.tactus.internal.device.SegmentWork;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.NodeAttributes;
import org.tactus.internal.graph.TestModels;
import org.tactus.model.DeviceSpec;
import org.tactus.model.ModelSource;
import org.tactus.model.TaskSet;

/** Networks whose answer is not a function of their input alone. */
class StatefulNetworkTest {
    private static final long MS = 1_000_000;
    private static final long SEED = 5;

    @TempDir
    private Path folder;

    private static TaskSet set(final ModelSource model) {
        return TaskSet.builder("stateful").device(DeviceSpec.cpu("cpu0"))
            .task("net", task -> task.periodNs(100 * MS).model(model).segment("cpu0", 20 * MS)).build();
    }

    /** What a number of jobs, the first after the preparation among them, leave in the outputs. */
    private static Map<String, byte[]> answersOf(final NetworkWorks works, final TaskSet set, final int jobs) throws Exception {
        final List<SegmentWork> prepared = works.prepare(set, List.of(new ModelledDevice()), set.tasks().getFirst(), SEED);
        for (int job = 0; job < jobs; job++) {
            prepared.getFirst().run(job);
        }
        prepared.forEach(SegmentWork::close);
        return works.answers().get("net");
    }

    @Test
    void shouldBeginWithoutStateWhenItHasBeenWarmedUp() throws Exception {
        Files.write(folder.resolve("svdf.tflite"), SvdfModelWriter.write("x", "y"));
        final TaskSet set = set(new ModelSource.TfLiteFiles(List.of("svdf.tflite")));
        final NetworkWorks works = new NetworkWorks(folder);
        final byte[] first = answersOf(works, set, 1).get("y");
        assertArrayEquals(works.offline(set, set.tasks().getFirst(), SEED).get("y"), first, "the warm-up left its input in the state");
        assertFalse(Arrays.equals(first, answersOf(works, set, 2).get("y")), "the second job must see what the first one left");
        assertEquals(Optional.of("keeps state from run to run (1 variable tensor)"), works.unrepeatable("net"));
    }

    @Test
    void shouldRefuseAFileThatTheLibraryWouldNotSurvive() throws IOException {
        Files.write(folder.resolve("micro.tflite"), SvdfModelWriter.integers(ElementType.INT8));
        final TaskSet set = set(new ModelSource.TfLiteFiles(List.of("micro.tflite")));
        assertEquals("micro.tflite: operator 0 (SVDF) computes in integers on a state of INT8; TensorFlow Lite takes it for INT16 and "
            + "would write beyond it, because the file was converted for a micro-controller; convert the network with a state of 16 bits",
            assertThrows(InvalidModelException.class, () -> answersOf(new NetworkWorks(folder), set, 1)).getMessage());
    }

    @Test
    void shouldKnowANetworkThatDrawsRandomNumbers() throws Exception {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", 1, 4))
            .addOutput(TestModels.value("y", 1, 4))
            .addNode(TestModels.node("RandomNormal", List.of(), "n", NodeAttributes.ints("shape", 4)))
            .addNode(TestModels.node("Add", List.of("x", "n"), "y"));
        Files.write(folder.resolve("noise.onnx"), TestModels.model(graph).toByteArray());
        final NetworkWorks works = new NetworkWorks(folder);
        answersOf(works, set(new ModelSource.OnnxFile("noise.onnx", 1)), 1);
        assertEquals(Optional.of("draws random numbers (node 'node_n', RandomNormal)"), works.unrepeatable("net"));
    }

    @Test
    void shouldKnowARandomNodeInsideABranchAndADropoutThatTrains() throws Exception {
        final GraphProto draws = GraphProto.newBuilder().setName("draws").addOutput(TestModels.value("t", 1, 1))
            .addNode(TestModels.node("RandomUniformLike", List.of("x"), "t")).build();
        final GraphProto keeps = GraphProto.newBuilder().setName("keeps").addOutput(TestModels.value("e", 1, 1))
            .addNode(TestModels.node("Abs", List.of("x"), "e")).build();
        final GraphProto.Builder branch = GraphProto.newBuilder().addInput(TestModels.value("c", 9)).addInput(TestModels.value("x", 1, 1))
            .addOutput(TestModels.value("y", 1, 1)).addNode(TestModels.node("If", List.of("c"), "y",
                TestModels.graph("then_branch", draws), TestModels.graph("else_branch", keeps)));
        Files.write(folder.resolve("branch.onnx"), TestModels.model(branch).toByteArray());
        final GraphProto.Builder trains = GraphProto.newBuilder().addInput(TestModels.value("x", 1, 4)).addInput(TestModels.value("t", 9))
            .addOutput(TestModels.value("y", 1, 4)).addNode(TestModels.node("Dropout", List.of("x", "", "t"), "y"));
        Files.write(folder.resolve("trains.onnx"), TestModels.model(trains).toByteArray());
        final GraphProto.Builder rests = GraphProto.newBuilder().addInput(TestModels.value("x", 1, 4))
            .addOutput(TestModels.value("y", 1, 4))
            .addNode(TestModels.node("Dropout", List.of("x"), "y"));
        Files.write(folder.resolve("rests.onnx"), TestModels.model(rests).toByteArray());
        final NetworkWorks works = new NetworkWorks(folder);
        answersOf(works, set(new ModelSource.OnnxFile("rests.onnx", 1)), 1);
        assertEquals(Optional.empty(), works.unrepeatable("net"));
        answersOf(works, set(new ModelSource.OnnxFile("branch.onnx", 1)), 1);
        assertEquals(Optional.of("draws random numbers (node 'node_t', RandomUniformLike)"), works.unrepeatable("net"));
        answersOf(works, set(new ModelSource.OnnxFile("trains.onnx", 1)), 1);
        assertEquals(Optional.of("draws random numbers (node 'node_y', Dropout)"), works.unrepeatable("net"));
    }
}
