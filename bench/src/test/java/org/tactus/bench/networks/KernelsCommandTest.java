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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class KernelsCommandTest {
    @TempDir
    private Path folder;

    private static ValueInfoProto value(final String name, final long... extents) {
        final TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (final long extent : extents) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape))).build();
    }

    private String network(final String operator) throws IOException {
        final GraphProto graph = GraphProto.newBuilder().setName("g").addInput(value("x", 3)).addOutput(value("y", 3))
            .addInitializer(TensorProto.newBuilder().setName("w").setDataType(1).addDims(3).addAllFloatData(List.of(1f, -2f, 3f)))
            .addNode(NodeProto.newBuilder().setName("first").setOpType("Mul").addInput("x").addInput("w").addOutput("z"))
            .addNode(NodeProto.newBuilder().setName("second").setOpType(operator).addInput("z").addOutput("y")).build();
        return Files.write(folder.resolve("net.onnx"), ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(14)).build().toByteArray()).toString();
    }

    /** The product of a row or more with weights whose largest is given. */
    private String product(final int rows, final float largest) throws IOException {
        final TensorProto.Builder weights = TensorProto.newBuilder().setName("w").setDataType(1).addDims(8).addDims(5);
        for (int i = 0; i < 40; i++) {
            weights.addFloatData(largest / (1 + 7 * i % 40));
        }
        final GraphProto graph = GraphProto.newBuilder().setName("g").addInput(value("x", rows, 8)).addOutput(value("y", rows, 5))
            .addInitializer(weights)
            .addNode(NodeProto.newBuilder().setName("only").setOpType("MatMul").addInput("x").addInput("w").addOutput("y")).build();
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
            said.append((out.toString(StandardCharsets.UTF_8) + errors).replaceAll("\\s+", " ")); // lines are wrapped
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
        final StringBuilder good = new StringBuilder();
        assertEquals(0, run(good, network("Sigmoid")), good.toString());
        final Matcher said = Pattern.compile("processor ([0-9.e-]+) of").matcher(good);
        assertTrue(said.find(), good.toString());
        final double difference = Double.parseDouble(said.group(1));
        assertTrue(difference > 0, "the two compute exponentials by other series: " + good);
        assertEquals(0, run(new StringBuilder(), network("Sigmoid"), "--tolerance", String.valueOf(1.01 * difference)),
            "three digits are shown");
        final StringBuilder less = new StringBuilder();
        assertEquals(1, run(less, network("Sigmoid"), "--tolerance", String.valueOf(0.99 * difference)), less.toString());
        assertTrue(less.toString().contains("DIFFERS"), less.toString());
    }

    @Test
    void shouldEndWithStatusTwoWhenASizeIsGivenForAFile() throws IOException {
        for (final String size : List.of("huge", "small")) {
            final StringBuilder said = new StringBuilder();
            final String file = network("Relu");
            assertEquals(2, run(said, file, "--size", size), said.toString());
            assertTrue(said.toString().contains("--size " + size + " is for a network of the zoo, and " + file + " is none; remove it"),
                said.toString());
        }
    }

    @Test
    void shouldEndWithStatusTwoWhenTheToleranceIsNoShare() throws IOException {
        for (final String share : List.of("-1", "NaN")) {
            final StringBuilder said = new StringBuilder();
            assertEquals(2, run(said, network("Sigmoid"), "--tolerance", share), said.toString());
            assertTrue(said.toString().contains("is no difference; give 0 or more"), said.toString());
        }
    }

    @Test
    void shouldMultiplyInHalfPrecisionWhenItIsAsked() throws IOException {
        for (final int rows : new int[] {1, 6}) {
            final StringBuilder said = new StringBuilder();
            final Path out = folder.resolve("out" + rows);
            assertEquals(0, run(said, product(rows, 3), "--fp16", "--out", out.toString()), said.toString());
            assertTrue(said.toString().replaceAll("\\s+", " ").contains("of the output's largest magnitude; right are 0.000977"),
                said.toString());
            assertEquals(rows == 1, said.toString().replaceAll("\\s+", " ")
                .contains("the largest number of each output of one row is where"), said.toString());
            assertTrue(Files.readString(out.resolve("program.json")).contains("\"numbers\" : \"half\""));
            assertTrue(Files.readString(out.resolve("kernels.ptx")).contains(rows == 1 ? "cvt.f32.f16" : "mma.sync"));
            assertEquals(128, Files.size(out.resolve("weights.bin")), "40 numbers of 2 bytes and zeros");
            final StringBuilder narrow = new StringBuilder();
            assertEquals(1, run(narrow, product(rows, 3), "--fp16", "--tolerance", "1e-6"), "what is rounded differs: " + narrow);
            assertEquals(0, run(new StringBuilder(), product(rows, 3), "--tolerance", "1e-6"), "single precision does not");
        }
    }

    @Test
    void shouldRefuseHalfPrecisionWhenItHoldsNotAllOrChangesNothing() throws IOException {
        final StringBuilder large = new StringBuilder();
        assertEquals(2, run(large, product(6, 7e4f), "--fp16"), large.toString());
        assertTrue(large.toString().contains(
            "node 'only' (MatMul): its weights 'w' hold 70000.0, beyond 65504, the largest number in half precision"), large.toString());
        final StringBuilder nothing = new StringBuilder();
        assertEquals(2, run(nothing, network("Relu"), "--fp16"), nothing.toString());
        assertTrue(nothing.toString().contains("no matrix product, so --fp16 changes nothing; leave it out"), nothing.toString());
    }

    @Test
    void shouldMeasureADifferenceByTheLargestNumber() {
        assertEquals(0.25, KernelTrial.difference(new float[] {0.5f, -8}, new float[] {2.5f, -8}, 1));
        assertEquals(0.25, KernelTrial.difference(new float[] {0.5f, 0}, new float[] {0.25f, 0}, 1));
        assertEquals(0.5, KernelTrial.difference(new float[] {0.5f, 0}, new float[] {0.25f, 0}, Float.MIN_NORMAL));
        assertEquals(Double.POSITIVE_INFINITY, KernelTrial.difference(new float[] {1, 2}, new float[] {1, Float.NaN}, 1));
    }
}
