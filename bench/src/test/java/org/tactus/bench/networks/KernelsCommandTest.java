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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class KernelsCommandTest {
    @TempDir
    private Path folder;

    private static ValueInfoProto value(final String name) {
        final TensorShapeProto.Builder shape =
            TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(3));
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape))).build();
    }

    private String network(final String operator) throws IOException {
        final GraphProto graph = GraphProto.newBuilder().setName("g").addInput(value("x")).addOutput(value("y"))
            .addInitializer(TensorProto.newBuilder().setName("w").setDataType(1).addDims(3).addAllFloatData(List.of(1f, -2f, 3f)))
            .addNode(NodeProto.newBuilder().setName("first").setOpType("Mul").addInput("x").addInput("w").addOutput("z"))
            .addNode(NodeProto.newBuilder().setName("second").setOpType(operator).addInput("z").addOutput("y")).build();
        return Files.write(folder.resolve("net.onnx"), ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(14)).build().toByteArray()).toString();
    }

    private static int run(final StringBuilder said, final String... words) {
        final PrintStream before = System.out;
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final StringWriter errors = new StringWriter();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            return new CommandLine(new KernelsCommand()).setErr(new PrintWriter(errors)).execute(words);
        } finally {
            System.setOut(before);
            said.append(out.toString(StandardCharsets.UTF_8)).append(errors);
        }
    }

    @Test
    void shouldHoldKernelsAgainstOnnxRuntimeAndWriteThem() throws IOException {
        final StringBuilder said = new StringBuilder();
        final Path out = folder.resolve("out");
        assertEquals(0, run(said, network("Relu"), "--out", out.toString()), said.toString());
        assertTrue(said.toString().contains("1 launches of 1 kernels") && said.toString().contains("largest difference"), said.toString());
        final String program = Files.readString(out.resolve("program.json"));
        assertTrue(program.contains("\"operator\" : \"Relu\"") && program.contains("\"entry\" : \"tactus_k0\""), program);
        assertTrue(Files.readString(out.resolve("kernels.ptx")).contains(".entry tactus_k0("));
        assertEquals(3 * 3 * 4, Files.size(out.resolve("tensors.bin")), "weights, input, expected output");
        assertEquals(64, Files.size(out.resolve("weights.bin")));
    }

    @Test
    void shouldEndWithStatusTwoAndTheNodeWhenAnOperatorHasNoKernel() throws IOException {
        final StringBuilder said = new StringBuilder();
        assertEquals(2, run(said, network("Erf")), said.toString());
        assertTrue(said.toString().contains("there is no kernel for node 'second' (Erf)"), said.toString());
    }

    @Test
    void shouldEndWithStatusOneWhenTheToleranceIsLessThanTheDifference() throws IOException {
        final StringBuilder said = new StringBuilder();
        assertEquals(1, run(said, network("Sigmoid"), "--tolerance", "-1"), said.toString());
        assertTrue(said.toString().contains("DIFFERS"), said.toString());
    }
}
