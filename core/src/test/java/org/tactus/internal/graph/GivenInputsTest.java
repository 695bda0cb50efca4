// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.network.SegmentedModel;

class GivenInputsTest {
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT64 = 7;
    private static final int FLOAT16 = 10;

    /** Negates where the rate is 16000, else takes the first of no elements, which fails. */
    private static OnnxModel switched() {
        final GraphProto then = GraphProto.newBuilder().setName("then").addOutput(TestModels.value("t", FLOAT, 2))
            .addNode(TestModels.node("Neg", List.of("h"), "t")).build();
        final GraphProto other = GraphProto.newBuilder().setName("else").addOutput(TestModels.value("e", FLOAT, 2))
            .addInitializer(TensorProto.newBuilder().setName("far").setDataType(INT64).addDims(2).addInt64Data(9).addInt64Data(9))
            .addNode(TestModels.node("Gather", List.of("h", "far"), "e")).build();
        return new OnnxModel("m", TestModels.model(GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 2))
            .addInput(TestModels.value("rate", INT64)).addInitializer(TensorProto.newBuilder().setName("wide").setDataType(INT64)
                .addInt64Data(16_000))
            .addNode(TestModels.node("Abs", List.of("x"), "h")).addNode(TestModels.node("Equal", List.of("rate", "wide"), "is"))
            .addNode(TestModels.node("If", List.of("is"), "i", TestModels.graph("then_branch", then),
                TestModels.graph("else_branch", other)))
            .addNode(TestModels.node("Exp", List.of("i"), "y")).addOutput(TestModels.value("y", FLOAT, 2))));
    }

    @Test
    void shouldRunUncutAndCutWithAGivenInputThatASessionDoesNotAskFor() {
        final OnnxModel given = GivenInputs.give(switched(), Map.of("rate", 16_000.0));
        for (int cuts = 1; cuts <= 3; cuts++) {
            try (SegmentedModel model = SegmentedModel.create(given, cuts, OnnxOptions.SINGLE_THREAD)) {
                assertEquals(List.of("x"), model.inputs().stream().map(TensorInfo::name).toList());
                model.tensor("x").setAtIndex(ValueLayout.JAVA_FLOAT, 1, -2);
                for (int i = 0; i < cuts; i++) {
                    model.run(i);
                }
                assertEquals(Math.exp(-2), model.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, 1), 1e-6);
            }
        }
    }

    @Test
    void shouldRefuseWhatAnInputDoesNotHold() {
        assertEquals("m: inputs: no input 'sr'; there are x, rate", refusal(switched(), "sr", 1));
        assertEquals("m: inputs: 'rate' is INT64[], which does not hold 0.5", refusal(switched(), "rate", 0.5));
        final OnnxModel bytes = new OnnxModel("m", TestModels.model(GraphProto.newBuilder().addInput(TestModels.value("b", UINT8, 2))
            .addInput(TestModels.value("f", FLOAT, -1)).addNode(TestModels.node("Identity", List.of("b"), "y"))
            .addOutput(TestModels.value("y", UINT8, 2))));
        assertEquals("m: inputs: 'b' is UINT8[2], which does not hold 256.0", refusal(bytes, "b", 256));
        assertEquals("m: inputs: 'f' is FLOAT['n']; only a tensor of numbers whose extents are fixed can be given, so fix them by "
            + "'dims' or 'shapes'", refusal(bytes, "f", 1));
        final OnnxModel halves = new OnnxModel("m", TestModels.model(GraphProto.newBuilder().addInput(TestModels.value("h", FLOAT16, 2))
            .addInput(TestModels.value("f", FLOAT, 2)).addInput(TestModels.value("l", INT64, 2))
            .addNode(TestModels.node("Identity", List.of("h"), "y")).addOutput(TestModels.value("y", FLOAT16, 2))));
        assertEquals("m: inputs: 'h' is FLOAT16[2], which does not hold 70000.0", refusal(halves, "h", 70_000));
        assertEquals("m: inputs: 'f' is FLOAT[2], which does not hold -1.0E39", refusal(halves, "f", -1e39));
        assertEquals("m: inputs: 'l' is INT64[2], which does not hold 9.223372036854776E18", refusal(halves, "l", 0x1p63));
        final TensorProto weight = GivenInputs.give(bytes, Map.of("b", 255.0)).given().get("b");
        assertEquals(List.of((byte) 255, (byte) 255), List.of(weight.getRawData().byteAt(0), weight.getRawData().byteAt(1)));
    }

    private static String refusal(final OnnxModel model, final String input, final double value) {
        return assertThrows(InvalidModelException.class, () -> GivenInputs.give(model, Map.of(input, value))).getMessage();
    }
}
