// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorTestTest {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    @TempDir
    private Path root;

    private static ValueInfoProto open(final String name, final int type, final int rank) {
        final TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int i = 0; i < rank; i++) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(name + i));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
            TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape))).build();
    }

    private void test(final String name, final String operator, final int outputType, final TensorProto input, final TensorProto output)
        throws IOException {
        final Path data = Files.createDirectories(root.resolve(name).resolve("test_data_set_0"));
        final GraphProto graph = GraphProto.newBuilder().setName("g").addInput(open("x", input.getDataType(), input.getDimsCount()))
            .addOutput(open("y", outputType, output.getDimsCount()))
            .addNode(NodeProto.newBuilder().setOpType(operator).addInput("x").addOutput("y"))
            .build();
        Files.write(root.resolve(name).resolve("model.onnx"), ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13)).build().toByteArray());
        Files.write(data.resolve("input_0.pb"), input.toByteArray());
        Files.write(data.resolve("output_0.pb"), output.toByteArray());
    }

    private static TensorProto floats(final float... values) {
        final TensorProto.Builder tensor = TensorProto.newBuilder().setDataType(FLOAT).addDims(values.length);
        for (final float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    @Test
    void shouldFixOpenExtentsByTheTestAndTellRightFromWrong() throws IOException {
        test("abs", "Abs", FLOAT, floats(-1, 2), floats(1, 2));
        test("off", "Abs", FLOAT, floats(-1, 2), floats(1, 3));
        test("longer", "Abs", FLOAT, floats(-1, 2), floats(1, 2, 3));
        assertEquals(List.of("abs", "longer", "off"), OperatorTest.find(root));
        assertEquals(new CaseResult("abs", CaseResult.Outcome.OK, ""), new OperatorTest(root, "abs", 1).run());
        assertEquals(new CaseResult("off", CaseResult.Outcome.WRONG, "output 'y' FLOAT[2]: 1 of 2 elements differ, by up to 1.00 of values "
            + "up to 3.00"), new OperatorTest(root, "off", 1).run());
        assertEquals(new CaseResult("longer", CaseResult.Outcome.WRONG, "output 'y' FLOAT[2] should be FLOAT[3]"),
            new OperatorTest(root, "longer", 1).run());
    }

    @Test
    void shouldGiveAnOutputWhoseExtentsDependOnDataTheTestsOwn() throws IOException {
        test("nonzero", "NonZero", INT64, floats(0, 7, 0, 7),
            TensorProto.newBuilder().setDataType(INT64).addDims(1).addDims(2).addInt64Data(1)
            .addInt64Data(3).build());
        assertEquals(new CaseResult("nonzero", CaseResult.Outcome.OK, ""), new OperatorTest(root, "nonzero", 1).run());
    }

    @Test
    void shouldTellARefusalFromACrash() throws IOException {
        test("foreign", "Wobble", FLOAT, floats(1), floats(1));
        final CaseResult result = new OperatorTest(root, "foreign", 1).run();
        assertEquals(CaseResult.Outcome.REFUSED, result.outcome());
        assertTrue(result.text().startsWith("ONNX Runtime refuses the model: "), result.text());
    }
}
