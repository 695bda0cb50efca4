// SPDX-License-Identifier: Apache-2.0
package org.tactus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code init} of networks that leave something open, and the way from there to a profile. */
class InitCommandTest extends CommandTest {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int BOOL = 9;

    private static final String HEAD = "tactus: 1\nname: s\npolicy: fixed-priority\noverheads: none\n"
        + "platform: {devices: [{name: cpu0, kind: cpu}]}\ntasks:\n";

    @TempDir
    private Path folder;
    private Path set;

    @BeforeEach
    void prepare() {
        set = folder.resolve("set.yaml");
    }

    private String network(final String name, final GraphProto.Builder graph) throws IOException {
        return Files.write(folder.resolve(name), ModelProto.newBuilder().setIrVersion(8).setGraph(graph.setName("test"))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13)).build().toByteArray()).toString();
    }

    private static NodeProto node(final String operator, final List<String> inputs, final String output) {
        return NodeProto.newBuilder().setName("node_" + output).setOpType(operator).addAllInput(inputs).addOutput(output).build();
    }

    /** An extent of -1 has a name that is the tensor's own. */
    private static ValueInfoProto value(final String name, final int type, final long... shape) {
        final TensorShapeProto.Builder extents = TensorShapeProto.newBuilder();
        for (final long extent : shape) {
            final TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
            extents.addDim(extent < 0 ? dimension.setDimParam("n" + name) : dimension.setDimValue(extent));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
            TypeProto.Tensor.newBuilder().setElemType(type).setShape(extents))).build();
    }

    /** Where the numbers above 0 are: how many depends on them. */
    private String open() throws IOException {
        return network("open.onnx", GraphProto.newBuilder().addInput(value("x", FLOAT, -1, 3))
            .addNode(node("Relu", List.of("x"), "p")).addNode(node("NonZero", List.of("p"), "y"))
            .addOutput(value("y", INT64, 2, -1)));
    }

    private String fixed(final String name) throws IOException {
        return network(name, GraphProto.newBuilder().addInput(value("x", FLOAT, 2, 3))
            .addNode(node("Relu", List.of("x"), "y")).addOutput(value("y", FLOAT, 2, 3)));
    }

    @Test
    void shouldWriteEveryKeySoThatWhatIsOpenCanBeFilledIn() throws IOException {
        assertEquals(0, tactus("init", open() + ":500ms", fixed("fixed.onnx") + ":1s", "--cores", "0", "--out", set.toString()),
            err::toString);
        final String text = Files.readString(set);
        assertTrue(text.contains("    model:\n      file: \"open.onnx\"\n      dims: # put in the extents that are needed in place of 1\n"
            + "        nx: 1 # a dimension of input 'x' FLOAT['nx', 3]\n"
            + "      # shapes: # take away the '# ' before these lines, and put in the extents\n      #   y: [2, "), text);
        assertTrue(text.contains("    model: {file: \"fixed.onnx\"}\n"), text);
        assertTrue(err.toString().startsWith("warning: ") && err.toString().contains("open.onnx leaves open "), err.toString());
        assertTrue(out.toString().replaceAll("\\s+", " ").contains("put in what the networks leave open, then: tactus profile "),
            out.toString());
        assertEquals(2, tactus("profile", set.toString(), "--runs", "3"));
        assertTrue(err.toString().contains("'shapes: {y: [2, "), err.toString());
        Files.writeString(set, text.replaceAll("# (shapes: # |  y: )", "$1"));
        err.getBuffer().setLength(0);
        assertEquals(0, tactus("profile", set.toString(), "--runs", "3"), err::toString);
    }

    @Test
    void shouldRefuseANetworkThatNoExtentsHelp() throws IOException {
        final String unknown = network("unknown.onnx", GraphProto.newBuilder().addInput(value("x", FLOAT, -1, 3))
            .addNode(node("Relu", List.of("x"), "p")).addNode(node("NoSuchOperator", List.of("p"), "y"))
            .addOutput(value("y", FLOAT, -1, 3)));
        assertEquals(2, tactus("init", unknown + ":500ms", "--cores", "0", "--out", set.toString()), () -> out + " " + err);
        assertTrue(err.toString().contains(unknown + ": ONNX Runtime refuses the model: the runtime has no operator NoSuchOp"),
            err.toString());
        assertFalse(Files.exists(set), "a set that can never run");
    }

    @Test
    void shouldReportAllNetworksAtOnceWhenAProfileCannotBegin() throws IOException {
        final String data = network("data.onnx", GraphProto.newBuilder().addInput(value("x", FLOAT, 2, 3))
            .addNode(node("NonZero", List.of("x"), "y")).addOutput(value("y", INT64, 2, -1)));
        Files.writeString(set, HEAD + "- {name: a, period: 100ms, model: {file: open.onnx}, segments: [{device: cpu0}]}\n"
            + "- {name: b, period: 100ms, model: {file: fixed.onnx}, segments: [{device: cpu0}]}\n"
            + "- {name: c, period: 100ms, model: {file: data.onnx}, segments: [{device: cpu0}]}\n");
        final String open = open();
        fixed("fixed.onnx");
        assertEquals(2, tactus("profile", set.toString(), "--runs", "3"));
        final List<String> lines = err.toString().lines().toList();
        assertEquals(2, lines.size(), err.toString());
        assertTrue(lines.get(0).startsWith(open + ": input 'x' FLOAT['nx', 3] leaves extents open; "), lines.toString());
        assertTrue(lines.get(1).startsWith(data + ": output 'y' INT64[2, -1] has an extent that depends on the data; "), lines.toString());
        assertFalse(Files.exists(folder.resolve("set.wcet.yaml")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        ":-5ms | ': '-5ms' is not a duration; write a number and ns, us, ms, s, m or h, such as 2.5ms or 5m",
        ":abc | ': 'abc' is not a duration; write a number and ns, us, ms, s, m or h, such as 2.5ms or 5m",
        ":33 | ': '33' is not a duration; write a number and ns, us, ms, s, m or h, such as 2.5ms or 5m",
        ":0ms | ': '0ms' is no time at all; give more than 0, such as 2.5ms",
        ":33ms:-5ms | ': '-5ms' is not a duration; write a number and ns, us, ms, s, m or h, such as 2.5ms or 5m",
        "\"\" | ' is no network with a period; write it such as detector.onnx:33ms"})
    void shouldSayWhatIsWrongWithAPeriodWhenOneStandsThere(final String behind, final String said) throws IOException {
        final String word = fixed("net.onnx") + behind;
        assertEquals(2, tactus("init", word, "--out", set.toString()));
        assertTrue(err.toString().startsWith("tactus: '" + word + said), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertFalse(Files.exists(set));
    }

    @Test
    void shouldTakeMinutesAndWarnOfCoresThatAreNotHere() throws IOException {
        final String net = fixed("net.onnx");
        assertEquals(0, tactus("init", net + ":1m:0.5m", "--cores", "9999", "--out", set.toString()), err::toString);
        final List<String> lines = Files.readAllLines(set);
        assertTrue(lines.contains("    period: 60s") && lines.contains("    deadline: 30s"), lines.toString());
        assertTrue(err.toString().startsWith("warning: --cores: this process may not run on 9999; here are "), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals(2, tactus("init", net + ":1m", "--cores", "-1", "--out", folder.resolve("other.yaml").toString()));
    }

    @Test
    void shouldSayThatNothingIsToBeMeasuredWhenNoTaskHasANetwork() throws IOException {
        Files.writeString(set, HEAD + "- {name: a, period: 100ms, segments: [{device: cpu0, wcet: 1ms}]}\n");
        assertEquals(0, tactus("profile", set.toString()), err::toString);
        assertFalse(Files.exists(folder.resolve("set.wcet.yaml")));
    }

    @Test
    void shouldSayThatCutsAndSegmentsDifferBeforeItAsksForAProfile() throws IOException {
        fixed("net.onnx");
        Files.writeString(set, HEAD + "- {name: a, period: 100ms, model: {file: net.onnx, cuts: 3}, segments: [{device: cpu0}]}\n"
            + "- {name: b, period: 100ms, segments: [{device: cpu0, wcet: 1ms}]}\n");
        assertEquals(2, tactus("analyze", set.toString()));
        assertEquals(set + ":7: the model of 'a' is cut into 3 but 1 segments name a device; the numbers must be equal",
            err.toString().strip());
    }

    @Test
    void shouldCountTheParametersOfBodiesOfControlFlow() throws IOException {
        final GraphProto.Builder branch = GraphProto.newBuilder().setName("b").addOutput(value("t", FLOAT, 2))
            .addInitializer(TensorProto.newBuilder().setName("w").setDataType(FLOAT).addDims(2).addFloatData(1).addFloatData(2))
            .addNode(node("Mul", List.of("x", "w"), "t"));
        final NodeProto.Builder choice = node("If", List.of("c"), "y").toBuilder();
        for (final String name : List.of("then_branch", "else_branch")) {
            choice.addAttribute(AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.GRAPH).setG(branch));
        }
        final String net = network("if.onnx", GraphProto.newBuilder().addInput(value("x", FLOAT, 2)).addInput(value("c", BOOL))
            .addNode(choice).addOutput(value("y", FLOAT, 2)));
        assertEquals(0, tactus("inspect", net), err::toString);
        assertTrue(out.toString().contains("  parameters 4, 16B\n"), out.toString());
    }
}
