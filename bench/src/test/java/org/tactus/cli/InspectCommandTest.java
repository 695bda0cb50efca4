// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
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
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.edgetpu.compiled.CompiledModelWriter;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.Executable;
import org.tactus.bindings.edgetpu.compiled.ExecutableType;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

class InspectCommandTest extends CommandTest {
    private static final long TOKEN = 0x34f7352e5092da7dL;

    @TempDir
    private Path folder;

    /** The sizes of mobilenet_v1_0.75_192 as the fourth of four, from public files. */
    private String compiled() throws IOException {
        final Path file = folder.resolve("net_edgetpu.tflite");
        Files.write(file, CompiledModelWriter.write(List.of(new TensorInfo("input", ElementType.UINT8, List.of(1L, 192L, 192L, 3L))),
            List.of(new TensorInfo("output", ElementType.UINT8, List.of(1L, 1001L))), new EdgePackage(12, "14.1", "", 0, List.of(
                new Executable(ExecutableType.PARAMETER_CACHING, TOKEN, 1_102_464, 5456, 0, 1_102_464, 0, 0, 0),
                new Executable(ExecutableType.EXECUTION_ONLY, TOKEN, 1_626_880, 59_200, 43_824, 1_626_880, 110_592, 1008, 0)))));
        return file.toString();
    }

    @Test
    void shouldPrintTheColumnsOfThePublishedTable() throws IOException {
        final String file = compiled();
        assertEquals(0, tactus("inspect", "--format", "csv", file));
        assertEquals(List.of("file,exec_type,token_hex,param_bytes,instr_bytes,narrow_mem_bytes_per_tile,dma_param_bytes,input_bytes,"
            + "output_bytes,min_runtime,signature_len",
            "\"" + file + "\",PARAMETER_CACHING,34f7352e5092da7d,1102464,5456,0,1102464,0,0,12,0",
            "\"" + file + "\",EXECUTION_ONLY,34f7352e5092da7d,1626880,59200,43824,1626880,110592,1008,12,0"),
            out.toString().lines().toList());
    }

    @Test
    void shouldPrintATableForPeople() throws IOException {
        assertEquals(0, tactus("inspect", compiled()));
        final List<String> lines = out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
        assertTrue(lines.contains("in 'input' UINT8[1, 192, 192, 3]"), out::toString);
        assertTrue(lines.contains("EXECUTION_ONLY 34f7352e5092da7d 1626880 59200 110592 1008 43824"), out::toString);
    }

    @Test
    void shouldPrintOneObjectALineAndGoOnWhenAFileIsDamaged() throws IOException {
        final Path damaged = folder.resolve("damaged.tflite");
        Files.writeString(damaged, "TFL3 is not here");
        final Path plain = folder.resolve("plain.tflite");
        Files.write(plain, DenseModelWriter.write("x", "y", new float[][] {{1}}, new float[] {2}, false));
        final Path missing = folder.resolve("missing.tflite");
        assertEquals(2, tactus("inspect", "--format", "json", damaged.toString(), compiled(), missing.toString(), plain.toString()));
        final List<String> lines = out.toString().lines().toList();
        assertEquals(4, lines.size());
        assertEquals("{\"file\":\"" + damaged + "\",\"error\":\"the file does not begin with TFL3; it is no such thing, or damaged\"}",
            lines.get(0));
        assertTrue(lines.get(1).contains("\"token\":\"34f7352e5092da7d\",\"cachedBytes\":1102464,\"streamedBytes\":1626880,"),
            lines.get(1));
        assertTrue(lines.get(2).contains("\"error\":\"there is no such file; check its path\""), lines.get(2));
        assertTrue(lines.get(3).contains("\"subgraphs\":1,\"operators\":1,\"operatorNames\":{\"FULLY_CONNECTED\":1},"
            + "\"operatorsOnCpu\":1,"), lines.get(3));
        assertEquals(2, err.toString().lines().count());
        assertTrue(err.toString().startsWith(damaged + ": the file does not begin with TFL3"), err::toString);
    }

    @Test
    void shouldCountParametersThatAreWrittenAsNodes() throws IOException {
        final var weight = NodeProto.newBuilder().setOpType("Constant").addOutput("w").addAttribute(AttributeProto.newBuilder()
            .setName("value").setType(AttributeProto.AttributeType.TENSOR).setT(TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.FLOAT_VALUE).addDims(3).addDims(4).addAllFloatData(Collections.nCopies(12, 1f))));
        final var axes = NodeProto.newBuilder().setOpType("Constant").addOutput("s").addAttribute(AttributeProto.newBuilder()
            .setName("value").setType(AttributeProto.AttributeType.TENSOR).setT(TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.INT64_VALUE).addDims(1).addInt64Data(4)));
        final Path file = folder.resolve("net.onnx");
        Files.write(file, ModelProto.newBuilder().setIrVersion(8).addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
            .setGraph(GraphProto.newBuilder().setName("g").addInput(floats("x", 2, 3)).addOutput(floats("y", 4))
                .addNode(weight).addNode(axes)
                .addNode(NodeProto.newBuilder().setOpType("MatMul").addInput("x").addInput("w").addOutput("p"))
                .addNode(NodeProto.newBuilder().setOpType("ReduceSum").addInput("p").addInput("a").addOutput("r")
                    .addAttribute(AttributeProto.newBuilder().setName("keepdims").setType(AttributeProto.AttributeType.INT).setI(0)))
                .addNode(NodeProto.newBuilder().setOpType("Reshape").addInput("r").addInput("s").addOutput("y"))
                .addInitializer(TensorProto.newBuilder().setName("a").setDataType(TensorProto.DataType.INT64_VALUE).addDims(1)
                    .addInt64Data(0)))
            .build().toByteArray());
        assertEquals(0, tactus("inspect", file.toString()), err::toString);
        assertTrue(out.toString().contains("  parameters 13, 56B"), out::toString);
    }

    private static ValueInfoProto floats(final String name, final long... extents) {
        final TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (final long extent : extents) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT_VALUE).setShape(shape))).build();
    }
}
