// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.network.SegmentedModel;

class OldOperatorsTest {
    private static final int FLOAT = 1;

    private static ModelProto model(final int set, final GraphProto.Builder graph) {
        return TestModels.model(graph).toBuilder().setIrVersion(3).clearOpsetImport()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(set)).build();
    }

    /** Runs a graph of one node of operator set 6 from x to y. */
    private static float[] run(final NodeProto node, final long[] shape, final float[] x, final float... weight) {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, shape))
            .addInitializer(TestModels.floats("w", weight)).addNode(node).addOutput(TestModels.value("y", FLOAT, shape));
        try (SegmentedModel model = SegmentedModel.create(OnnxModel.of("m", model(6, graph).toByteArray()), 1, OnnxOptions.SINGLE_THREAD)) {
            MemorySegment.copy(x, 0, model.tensor("x"), ValueLayout.JAVA_FLOAT, 0, x.length);
            model.run(0);
            return model.tensor("y").toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static NodeProto node(final String operator, final List<String> inputs, final AttributeProto... attributes) {
        return TestModels.node(operator, inputs, "y", attributes);
    }

    @Test
    void shouldBroadcastTheSecondOperandFromItsAxis() {
        final AttributeProto broadcast = NodeAttributes.integer("broadcast", 1);
        final float[] x = {1, 2, 3, 4, 5, 6};
        assertArrayEquals(new float[] {11, 12, 13, 24, 25, 26}, run(node("Add", List.of("x", "w"), broadcast,
            NodeAttributes.integer("axis", 0)), new long[] {2, 3}, x, 10, 20));
        assertArrayEquals(new float[] {10, 40, 90, 40, 100, 180}, run(node("Mul", List.of("x", "w"), broadcast,
            NodeAttributes.integer("axis", 1)), new long[] {2, 3}, x, 10, 20, 30));
        assertArrayEquals(new float[] {-9, -18, -27, -6, -15, -24}, run(node("Sub", List.of("x", "w"), broadcast), new long[] {2, 3}, x,
            10, 20, 30));
        assertArrayEquals(new float[] {0, 1, 1, 2, 1, 2}, run(node("Sub", List.of("x", "w"), broadcast,
            NodeAttributes.integer("axis", 1)), new long[] {1, 3, 2}, x, 1, 2, 4));
    }

    @Test
    void shouldGiveEachChannelItsSlope() {
        assertArrayEquals(new float[] {-2, -4, -30, -40}, run(node("PRelu", List.of("x", "w")), new long[] {1, 2, 2},
            new float[] {-1, -2, -3, -4}, 2, 10));
    }

    @Test
    void shouldNormaliseInferenceAndLeaveTrainingToTheRuntime() {
        final List<String> inputs = List.of("x", "w", "w", "w", "w");
        final NodeProto inference = node("BatchNormalization", inputs, NodeAttributes.integer("is_test", 1));
        // scale, bias, mean and variance are 4: 4 (x - 4) / 2 + 4
        assertArrayEquals(new float[] {-4, 4, 12, 20}, run(inference, new long[] {1, 1, 4}, new float[] {0, 4, 8, 12}, 4), 1e-4f);
        final ModelProto training = model(6, GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 1, 4))
            .addInitializer(TestModels.floats("w", 4)).addNode(node("BatchNormalization", inputs))
            .addOutput(TestModels.value("y", FLOAT, 1, 1, 4)));
        assertSame(training, OldOperators.renew(training));
    }

    @Test
    void shouldLeaveAloneWhatTheRuntimeTakesAndWhatIsNotKnown() {
        final GraphProto.Builder relu = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 2))
            .addNode(node("Relu", List.of("x")))
            .addOutput(TestModels.value("y", FLOAT, 2));
        final ModelProto taken = model(6, relu);
        assertSame(taken, OldOperators.renew(taken));
        final ModelProto late = model(7, relu.addNode(TestModels.node("Add", List.of("x", "x"), "z")));
        assertSame(late, OldOperators.renew(late));
        assertEquals(7, OldOperators.renew(model(6, relu)).getOpsetImport(0).getVersion());
        final ModelProto unknown = model(6, relu.addNode(TestModels.node("Hardmax", List.of("z"), "h")));
        assertSame(unknown, OldOperators.renew(unknown));
    }
}
