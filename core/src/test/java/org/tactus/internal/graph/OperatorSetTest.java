// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import com.google.protobuf.ByteString;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.network.SegmentedModel;

/** Models of older operator sets, run by ONNX Runtime as they are and as they are raised. */
class OperatorSetTest {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private static AttributeProto integer(final String name, final long value) {
        return NodeAttributes.integer(name, value);
    }

    private static AttributeProto number(final String name, final float value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOAT).setF(value).build();
    }

    private static AttributeProto numbers(final String name, final float... values) {
        final AttributeProto.Builder made = AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOATS);
        for (final float value : values) {
            made.addFloats(value);
        }
        return made.build();
    }

    private static AttributeProto word(final String name, final String value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(value))
            .build();
    }

    /** Set, node on x of 1x4x6x6 with weights 'w' where it reads them, and the shape of y. */
    static Stream<Arguments> nodes() {
        final AttributeProto pads = NodeAttributes.ints("pads", 0, 0, 1, 2, 0, 0, 2, 1);
        return Stream.of(
            Arguments.of(8, "Softmax", List.of(), new long[] {1, 4, 6, 6}),
            Arguments.of(11, "Softmax", List.of(integer("axis", 2)), new long[] {1, 4, 6, 6}),
            Arguments.of(12, "Softmax", List.of(integer("axis", 3)), new long[] {1, 4, 6, 6}),
            Arguments.of(11, "Softmax", List.of(integer("axis", -1)), new long[] {1, 4, 6, 6}),
            Arguments.of(12, "Softmax", List.of(integer("axis", -2)), new long[] {1, 4, 6, 6}),
            Arguments.of(9, "LogSoftmax", List.of(), new long[] {1, 4, 6, 6}),
            Arguments.of(7, "Clip", List.of(number("min", 0), number("max", 6)), new long[] {1, 4, 6, 6}),
            Arguments.of(10, "Clip", List.of(number("max", 0.25f)), new long[] {1, 4, 6, 6}),
            Arguments.of(10, "Clip", List.of(), new long[] {1, 4, 6, 6}),
            Arguments.of(8, "Pad", List.of(pads, number("value", 3)), new long[] {1, 4, 9, 9}),
            Arguments.of(10, "Pad", List.of(pads, word("mode", "reflect")), new long[] {1, 4, 9, 9}),
            Arguments.of(9, "Unsqueeze", List.of(NodeAttributes.ints("axes", 0, 3)), new long[] {1, 1, 4, 1, 6, 6}),
            Arguments.of(11, "Squeeze", List.of(NodeAttributes.ints("axes", 0)), new long[] {4, 6, 6}),
            Arguments.of(11, "Squeeze", List.of(), new long[] {4, 6, 6}),
            Arguments.of(11, "ReduceSum", List.of(NodeAttributes.ints("axes", 2, 3), integer("keepdims", 0)), new long[] {1, 4}),
            Arguments.of(11, "ReduceSum", List.of(), new long[] {1, 1, 1, 1}),
            Arguments.of(9, "Slice", List.of(NodeAttributes.ints("starts", 1, 0), NodeAttributes.ints("ends", 3, 1000),
                NodeAttributes.ints("axes", 1, 2)), new long[] {1, 2, 6, 6}),
            Arguments.of(9, "Slice", List.of(NodeAttributes.ints("starts", 0, 1), NodeAttributes.ints("ends", 1, 4)),
                new long[] {1, 3, 6, 6}),
            Arguments.of(8, "Dropout", List.of(number("ratio", 0.3f)), new long[] {1, 4, 6, 6}),
            Arguments.of(7, "Upsample", List.of(numbers("scales", 1, 1, 2, 1.5f)), new long[] {1, 4, 12, 9}),
            Arguments.of(7, "Upsample", List.of(numbers("scales", 1, 1, 2, 3), word("mode", "linear")), new long[] {1, 4, 12, 18}),
            Arguments.of(9, "Upsample", List.of(), new long[] {1, 4, 12, 9}),
            Arguments.of(10, "Resize", List.of(), new long[] {1, 4, 12, 9}),
            Arguments.of(10, "Resize", List.of(word("mode", "linear")), new long[] {1, 4, 12, 9}));
    }

    private static OnnxModel model(final int set, final GraphProto.Builder graph) {
        return new OnnxModel("old", TestModels.model(graph).toBuilder().setIrVersion(4).clearOpsetImport()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(set)).build());
    }

    private static float[] run(final OnnxModel model) {
        try (SegmentedModel loaded = SegmentedModel.create(model, 1, OnnxOptions.SINGLE_THREAD)) {
            loaded.fillInputs(11);
            loaded.run(0);
            return loaded.tensor("y").toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void shouldComputeTheSameWhenAnOperatorChangedItsForm(
        final int set, final String operator, final List<AttributeProto> attributes, final long[] shape) {
        final boolean scaled = operator.equals("Resize") || operator.equals("Upsample") && attributes.isEmpty();
        final NodeProto.Builder node = NodeProto.newBuilder().setOpType(operator).setName("n").addInput("x").addOutput("y")
            .addAllAttribute(attributes);
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 4, 6, 6))
            .addOutput(TestModels.value("y", FLOAT, shape));
        if (scaled) {
            node.addInput("w");
            graph.addInitializer(Tensors.floats("w", List.of(4L), 1, 1, 2, 1.5f));
        }
        final OnnxModel old = model(set, graph.addNode(node));
        final OnnxModel raised = OperatorSet.raised(old);
        assertEquals(13, OperatorSet.of(raised));
        assertArrayEquals(run(old), run(raised), 1e-6f, operator + " of set " + set);
    }

    @Test
    void shouldComputeTheSameWhenANodeGivesSeveralTensors() {
        final GraphProto.Builder split = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 4, 6, 6))
            .addNode(NodeProto.newBuilder().setOpType("Split").addInput("x").addOutput("a").addOutput("b")
                .addAttribute(integer("axis", 1)).addAttribute(NodeAttributes.ints("split", 1, 3)))
            .addNode(TestModels.node("Concat", List.of("b", "a"), "y", integer("axis", 1)))
            .addOutput(TestModels.value("y", FLOAT, 1, 4, 6, 6));
        assertArrayEquals(run(model(11, split)), run(OperatorSet.raised(model(11, split))));
        final GraphProto.Builder top = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 4, 6, 6))
            .addNode(NodeProto.newBuilder().setOpType("TopK").addInput("x").addOutput("y").addOutput("i").addAttribute(integer("k", 2)))
            .addOutput(TestModels.value("y", FLOAT, 1, 4, 6, 2)).addOutput(TestModels.value("i", INT64, 1, 4, 6, 2));
        assertArrayEquals(run(model(9, top)), run(OperatorSet.raised(model(9, top))));
        final GraphProto.Builder norm = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 4, 6, 6))
            .addOutput(TestModels.value("y", FLOAT, 1, 4, 6, 6)).addNode(NodeProto.newBuilder().setOpType("BatchNormalization")
                .addAllInput(List.of("x", "s", "b", "m", "v")).addOutput("y").addAttribute(integer("spatial", 1)));
        for (final String weight : List.of("s", "b", "m", "v")) {
            norm.addInitializer(Tensors.floats(weight, List.of(4L), 1, 2, 3, 4));
        }
        assertArrayEquals(run(model(7, norm)), run(OperatorSet.raised(model(7, norm))), 1e-6f);
    }

    @Test
    void shouldRefuseByNameWhatCannotBeRaised() {
        final GraphProto.Builder one = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 4))
            .addOutput(TestModels.value("y", FLOAT, 1, 4));
        final GraphProto.Builder odd = one.clone().addNode(TestModels.node("Hardmax", List.of("x"), "y"));
        final String said = assertThrows(InvalidModelException.class, () -> OperatorSet.raised(model(11, odd))).getMessage();
        assertEquals("old: operator set 11 has no quantisation by channel, and in set 13 operator Hardmax (node 'node_y') is not known to"
            + " mean the same in both; export the model with operator set 13 or later", said);
        final GraphProto.Builder place = one.clone().addNode(TestModels.node("BatchNormalization", List.of("x", "a", "b", "c", "d"), "y",
            integer("spatial", 0)));
        assertTrue(assertThrows(InvalidModelException.class, () -> OperatorSet.raised(model(8, place))).getMessage()
            .contains("spatial: 0"));
        final OnnxModel ancient = model(6, one.clone().addNode(TestModels.node("Relu", List.of("x"), "y")));
        assertTrue(assertThrows(InvalidModelException.class, () -> OperatorSet.raised(ancient)).getMessage().contains("operator set 7"));
        final OnnxModel young = model(13, one.clone().addNode(TestModels.node("Relu", List.of("x"), "y")));
        assertSame(young, OperatorSet.raised(young));
    }
}
