// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.network.SegmentedModel;

/** What is said of outputs whose extents are not known before a run, and what {@code init} writes of them. */
class OpenOutputsTest {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    private static OnnxModel model(final GraphProto.Builder graph) {
        return new OnnxModel("m.onnx", TestModels.model(graph));
    }

    private static String refusal(final OnnxModel model) {
        return assertThrows(InvalidModelException.class, () -> SegmentedModel.create(model, 1, OnnxOptions.SINGLE_THREAD).close())
            .getMessage();
    }

    /** Six numbers in rows of four: it runs with no value of 'rows'. */
    private static GraphProto.Builder rows() {
        return GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 6)).addInput(TestModels.value("rows", INT64, 1))
            .addInput(TestModels.value("gain", FLOAT, 1)).addInitializer(Tensors.longs("four", List.of(1L), 4))
            .addNode(TestModels.node("Concat", List.of("rows", "four"), "s", NodeAttributes.integer("axis", 0)))
            .addNode(TestModels.node("Mul", List.of("x", "gain"), "g")).addNode(TestModels.node("Reshape", List.of("g", "s"), "y"))
            .addNode(TestModels.node("NonZero", List.of("y"), "z")).addOutput(TestModels.value("y", FLOAT, -1, 4))
            .addOutput(TestModels.value("z", INT64, 2, -1));
    }

    @Test
    void shouldNameAllOutputsWithTheExtentsThatARunGave() {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 2, 3))
            .addNode(TestModels.node("NonZero", List.of("x"), "y")).addNode(TestModels.node("Neg", List.of("y"), "z"))
            .addOutput(TestModels.value("y", INT64, 2, -1)).addOutput(TestModels.value("z", INT64, 2, -1));
        assertEquals("m.onnx: outputs 'y' INT64[2, -1], 'z' INT64[2, -1] have extents that depend on the data; write their largest shapes "
            + "beside 'file', such as 'shapes: {y: [2, 6], z: [2, 6]}', which a run with drawn inputs gave", refusal(model(graph)));
    }

    @Test
    void shouldNameTheNetworksOwnInputAndKeepFixedExtentsWhenNoRunCameToItsEnd() {
        final String refusal = refusal(model(rows()));
        assertTrue(refusal.startsWith("m.onnx: outputs 'y' FLOAT[-1, 4], 'z' INT64[2, -1] have extents that are not known before a run; a "
            + "run with drawn inputs ended with: "), refusal);
        assertTrue(refusal.endsWith("; write beside 'file' what an input holds in every job, such as 'inputs: {rows: 1}' with the "
            + "network's value in place of 1, or their largest shapes, such as 'shapes: {y: [1, 4], z: [2, 1]}' with the extents that are "
            + "needed in place of 1"), refusal);
    }

    @Test
    void shouldNameNoInputWhenNoneIsLeftToGive() {
        final String refusal = refusal(GivenInputs.give(model(rows()), Map.of("rows", 2.0)));
        assertTrue(refusal.contains("; write beside 'file' their largest shapes, such as 'shapes: {y: [1, 4], z: [2, 1]}' with "), refusal);
    }

    @Test
    void shouldWriteEveryKeyWithARemarkWhenAFileLeavesExtentsOpen() {
        final OpenKeys keys = OpenKeys.of(model(rows()));
        assertEquals(List.of("# shapes: # take away the '# ' before these lines, and put in the extents",
            "#   y: [1, 4] # output 'y' FLOAT[-1, 4]: its largest shape", "#   z: [2, 1] # output 'z' INT64[2, -1]: its largest shape",
            "# inputs: # take away the '# ' before these lines, and put in the values",
            "#   rows: 1 # input 'rows' INT64[1]: write it where it is the same in every job"), keys.lines());
        assertEquals(List.of("y", "z", "rows"), keys.names());
        assertTrue(keys.failure().orElseThrow().startsWith("a run with drawn inputs ended with: "), keys.toString());
        final GraphProto.Builder open = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, -1, 3))
            .addNode(TestModels.node("NonZero", List.of("x"), "y")).addOutput(TestModels.value("y", INT64, 2, -1));
        final GraphProto.Builder unnamed = open.clone();
        unnamed.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().getDimBuilder(0).clearValue();
        unnamed.getOutputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().getDimBuilder(1).clearValue();
        assertEquals(List.of("shapes: # put in the extents that are needed where these are not",
            "  x: [1, 3] # input 'x' FLOAT[?, 3]: its shape in every job",
            "  # y: [2, 3] # output 'y' INT64[2, -1]: its largest shape, such as a run with drawn inputs gave"),
            OpenKeys.of(model(unnamed)).lines());
        unnamed.setInput(0, TestModels.value("x", FLOAT, 1, 3));
        assertEquals(List.of("shapes: # put in the extents that are needed where these are not",
            "  y: [2, 3] # output 'y' INT64[2, -1]: its largest shape, such as a run with drawn inputs gave"),
            OpenKeys.of(model(unnamed)).lines());
        final GraphProto.Builder batch = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, -1, 3))
            .addNode(TestModels.node("Relu", List.of("x"), "y")).addOutput(TestModels.value("y", FLOAT, -1, 3));
        assertEquals(List.of("dims: # put in the extents that are needed in place of 1",
            "  n: 1 # a dimension of input 'x' FLOAT['n', 3]"), OpenKeys.of(model(batch)).lines());
        assertTrue(OpenKeys.of(TestModels.tiny()).isEmpty());
    }
}
