// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.network.SegmentedModel;
import org.tactus.model.ModelSource;

class ModelRefusalTest {
    private static final int FLOAT = 1;
    private static final int BOOL = 9;

    private static String refusal(final GraphProto.Builder graph, final int cuts) {
        return assertThrows(InvalidModelException.class, () -> {
            final OnnxModel model = OnnxModel.of("m.onnx", TestModels.model(graph).toByteArray());
            SegmentedModel.create(model, cuts, OnnxOptions.SINGLE_THREAD).close();
        }).getMessage();
    }

    private static GraphProto.Builder branch() {
        final GraphProto then = GraphProto.newBuilder().setName("then").addOutput(TestModels.value("t", FLOAT, 1))
            .addNode(TestModels.node("Neg", List.of("x"), "t")).build();
        final GraphProto other = GraphProto.newBuilder().setName("else").addOutput(TestModels.value("e", FLOAT, 1))
            .addNode(TestModels.node("Abs", List.of("x"), "e")).build();
        return GraphProto.newBuilder().addInput(TestModels.value("c", BOOL)).addInput(TestModels.value("x", FLOAT, 1))
            .addNode(TestModels.node("If", List.of("c"), "i", TestModels.graph("then_branch", then),
                TestModels.graph("else_branch", other)))
            .addNode(TestModels.node("Relu", List.of("i"), "y")).addOutput(TestModels.value("y", FLOAT, 1));
    }

    @Test
    void shouldCutAroundControlFlowAndKeepItWhole() {
        assertTrue(refusal(branch(), 3).contains("only 2 segments can be made of its 2 nodes"));
        for (int cuts = 1; cuts <= 2; cuts++) {
            try (SegmentedModel model = SegmentedModel.create(
                    new OnnxModel("m", TestModels.model(branch())), cuts, OnnxOptions.SINGLE_THREAD)) {
                model.tensor("x").setAtIndex(ValueLayout.JAVA_FLOAT, 0, -3);
                model.tensor("c").set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                for (int i = 0; i < cuts; i++) {
                    model.run(i);
                }
                assertEquals(3f, model.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, 0));
            }
        }
    }

    @Test
    void shouldTakeAlongWhatABodyReadsFromSegmentsBeforeIt() {
        final GraphProto then = GraphProto.newBuilder().setName("then").addOutput(TestModels.value("t", FLOAT, 1))
            .addNode(TestModels.node("Mul", List.of("a", "w"), "t")).build();
        final GraphProto other = GraphProto.newBuilder().setName("else").addOutput(TestModels.value("e", FLOAT, 1))
            .addNode(TestModels.node("Sub", List.of("x", "b"), "e")).build();
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("c", BOOL))
            .addInput(TestModels.value("x", FLOAT, 1)).addInitializer(TestModels.floats("w", 10))
            .addNode(TestModels.node("Neg", List.of("x"), "a"))
            .addNode(TestModels.node("Exp", List.of("a"), "b"))
            .addNode(TestModels.node("If", List.of("c"), "i", TestModels.graph("then_branch", then),
                TestModels.graph("else_branch", other)))
            .addNode(TestModels.node("Abs", List.of("i"), "y")).addOutput(TestModels.value("y", FLOAT, 1));
        for (int cuts = 1; cuts <= 4; cuts++) {
            for (final int condition : new int[] {0, 1}) {
                try (SegmentedModel model = SegmentedModel.create(
                        new OnnxModel("m", TestModels.model(graph)), cuts, OnnxOptions.SINGLE_THREAD)) {
                    model.tensor("x").setAtIndex(ValueLayout.JAVA_FLOAT, 0, 3);
                    model.tensor("c").set(ValueLayout.JAVA_BYTE, 0, (byte) condition);
                    for (int i = 0; i < cuts; i++) {
                        model.run(i);
                    }
                    assertEquals(condition == 1 ? 30 : 3 - Math.exp(-3), model.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, 0), 1e-5);
                }
            }
        }
    }

    @Test
    void shouldRefuseWhatIsNoTensorOfNumbersByItsKind() {
        final GraphProto.Builder text = GraphProto.newBuilder().addInput(TestModels.value("s", 8, -1))
            .addOutput(TestModels.value("y", 7, 1)).addNode(TestModels.node("Shape", List.of("s"), "y"));
        assertEquals("m.onnx: input 's' holds text; leave to the program what takes or gives text, and export the network from numbers to "
            + "numbers", refusal(text, 1));
        final TypeProto element = TestModels.value("e", FLOAT, 2).getType();
        final GraphProto.Builder sequence = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 2))
            .addNode(TestModels.node("SequenceConstruct", List.of("x"), "q")).addOutput(ValueInfoProto.newBuilder().setName("q")
                .setType(TypeProto.newBuilder().setSequenceType(TypeProto.Sequence.newBuilder().setElemType(element))));
        assertEquals("m.onnx: output 'q' is a sequence, whose length is not known before a run; export the network with one tensor for "
            + "each element", refusal(sequence, 1));
        final GraphProto.Builder optional = GraphProto.newBuilder().addOutput(TestModels.value("y", FLOAT, 2))
            .addInput(ValueInfoProto.newBuilder().setName("o").setType(TypeProto.newBuilder().setOptionalType(
                TypeProto.Optional.newBuilder().setElemType(element)))).addNode(TestModels.node("OptionalGetElement", List.of("o"), "y"));
        assertEquals("m.onnx: input 'o' is optional; export the network with the value, or without it", refusal(optional, 1));
        assertTrue(refusal(GraphProto.newBuilder().addInput(TestModels.value("x", 14, 2)).addOutput(TestModels.value("y", 14, 2))
            .addNode(TestModels.node("Identity", List.of("x"), "y")), 1).startsWith("m.onnx: input 'x' is of type COMPLEX64, "));
    }

    @Test
    void shouldSayInOneLineWhatTheRuntimeDoesNotTake() {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 2))
            .addOutput(TestModels.value("y", FLOAT, 2))
            .addNode(TestModels.node("Wobble", List.of("x"), "y").toBuilder().setDomain("org.acme"));
        final ModelProto foreign = TestModels.model(graph).toBuilder().addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("org.acme")
            .setVersion(1)).build();
        assertEquals("m.onnx: ONNX Runtime refuses the model: operator Wobble of domain 'org.acme' is none of the runtime's; export the "
            + "model without it, and leave to the program what it does", refusal(foreign));
        final ModelProto plain = TestModels.model(graph.clearNode().addNode(TestModels.node("Add", List.of("x", "x"), "a"))
            .addNode(TestModels.node("Hardmax", List.of("a"), "y")));
        assertEquals("m.onnx: ONNX Runtime refuses the model: node 'node_a': the runtime computes no Add of operator set 6 on these types; "
            + "convert the model to operator set 7 or later", refusal(plain.toBuilder().clearOpsetImport()
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(6)).build()));
        assertTrue(refusal(plain.toBuilder().setIrVersion(99).build()).startsWith("m.onnx: ONNX Runtime refuses the model: its format "
            + "version 99 (IR) is newer than the runtime's "));
        assertTrue(refusal(plain.toBuilder().clearOpsetImport().addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(999)).build())
            .startsWith("m.onnx: ONNX Runtime refuses the model: operator set 999 is newer than the runtime's "));
    }

    private static String refusal(final ModelProto model) {
        return assertThrows(InvalidModelException.class, () -> SegmentedModel.create(OnnxModel.of("m.onnx", model.toByteArray()), 1,
            OnnxOptions.SINGLE_THREAD).close()).getMessage();
    }

    @Test
    void shouldRefuseDynamicShapesByName() {
        final GraphProto.Builder input = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, -1, 3))
            .addOutput(TestModels.value("y", FLOAT, -1, 3)).addNode(TestModels.node("Relu", List.of("x"), "y"));
        assertEquals("m.onnx: input 'x' FLOAT['n', 3] leaves extents open; write 'dims: {n: 1}' beside 'file', with the extents that are "
            + "needed in place of 1", refusal(input, 1));
        final GraphProto.Builder output = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 3))
            .addOutput(TestModels.value("y", 7, 1, -1)).addNode(TestModels.node("NonZero", List.of("x"), "y"));
        assertEquals("m.onnx: output 'y' INT64[1, -1] has an extent that depends on the data; write its largest shape beside 'file', "
            + "such as 'shapes: {y: [1, 3]}', which a run with drawn inputs gave",
            refusal(output, 1));
    }

    @Test
    void shouldNotCutWhereATensorHasNoFixedShape() {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 3))
            .addNode(TestModels.node("NonZero", List.of("x"), "z")).addNode(TestModels.node("Shape", List.of("z"), "s"))
            .addNode(TestModels.node("Neg", List.of("s"), "y")).addOutput(TestModels.value("y", 7, 2));
        assertEquals("m.onnx: a cut that the graph does not allow: cuts: 3, but only 2 segments can be made of its 3 nodes "
            + "(no cut goes through 'z', whose extents depend on data)",
            refusal(graph, 3));
        try (SegmentedModel model = SegmentedModel.create(new OnnxModel("m", TestModels.model(graph)), 2, OnnxOptions.SINGLE_THREAD)) {
            model.tensor("x").setAtIndex(ValueLayout.JAVA_FLOAT, 1, 1);
            model.run(0);
            model.run(1);
            assertEquals(-1, model.tensor("y").getAtIndex(ValueLayout.JAVA_LONG, 1));
        }
    }

    @Test
    void shouldRefuseExternalDataByName() {
        final TensorProto weight = TensorProto.newBuilder().setName("w").setDataType(FLOAT).addDims(1)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL).build();
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1)).addInitializer(weight)
            .addNode(TestModels.node("Add", List.of("x", "w"), "y")).addOutput(TestModels.value("y", FLOAT, 1));
        assertEquals("m.onnx: tensor 'w' lies outside the file (external data); save the model with its weights inside",
            refusal(graph, 1));
    }

    @Test
    void shouldTakeConstantsAndUnsortedNodesAlong() {
        final AttributeProto two = AttributeProto.newBuilder().setName("value").setType(AttributeProto.AttributeType.TENSOR)
            .setT(TestModels.floats("", 2)).build();
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1))
            .addNode(TestModels.node("Constant", List.of(), "two", two)).addNode(TestModels.node("Mul", List.of("x", "two"), "a"))
            .addNode(TestModels.node("Exp", List.of("a"), "unused")).addNode(TestModels.node("Mul", List.of("a", "two"), "b"))
            .addNode(TestModels.node("Add", List.of("b", "x"), "y")).addOutput(TestModels.value("y", FLOAT, 1))
            .addOutput(TestModels.value("a", FLOAT, 1));
        for (int cuts = 1; cuts <= 3; cuts++) {
            try (SegmentedModel model = SegmentedModel.create(
                    new OnnxModel("m", TestModels.model(graph)), cuts, OnnxOptions.SINGLE_THREAD)) {
                model.tensor("x").setAtIndex(ValueLayout.JAVA_FLOAT, 0, 3);
                for (int i = 0; i < cuts; i++) {
                    model.run(i);
                }
                assertEquals(15f, model.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, 0));
                assertEquals(6f, model.tensor("a").getAtIndex(ValueLayout.JAVA_FLOAT, 0));
            }
        }
        assertTrue(refusal(graph, 4).contains("only 3 segments"));
    }

    @Test
    void shouldRefuseWhatTheZooDoesNotHold(@TempDir final Path folder) {
        assertTrue(assertThrows(InvalidModelException.class, () -> ModelZoo.generate("vgg", "small", 1)).getMessage()
            .endsWith("does not exist; there are [resnet, densenet, mobilenet]"));
        assertTrue(assertThrows(InvalidModelException.class, () -> ModelZoo.generate("resnet", "tiny", 1)).getMessage()
            .endsWith("no size 'tiny'; there are [small, medium, large]"));
        final ModelSource missing = new ModelSource.OnnxFile("net.onnx", 1);
        assertEquals(folder.resolve("net.onnx") + ": no such file; name an .onnx file",
            assertThrows(InvalidModelException.class, () -> OnnxModel.of(missing, folder, 1)).getMessage());
    }

    @Test
    void shouldRunAFileOfTheUsers(@TempDir final Path folder) throws IOException {
        Files.write(folder.resolve("net.onnx"), TestModels.tiny().bytes());
        final OnnxModel model = OnnxModel.of(new ModelSource.OnnxFile("net.onnx", 2), folder, 1);
        try (SegmentedModel segmented = SegmentedModel.create(model, 2, OnnxOptions.SINGLE_THREAD)) {
            segmented.run(0);
            segmented.run(1);
        }
    }

    @Test
    void shouldGiveOneLineWhenAFileIsCutShort() {
        final byte[] bytes = TestModels.tiny().bytes();
        for (int i = 0; i < 40; i++) {
            final byte[] part = Arrays.copyOf(bytes, bytes.length * i / 40);
            final String message = assertThrows(InvalidModelException.class,
                () -> SegmentedModel.create(OnnxModel.of("cut.onnx", part), 2, OnnxOptions.SINGLE_THREAD)).getMessage();
            assertTrue(message.startsWith("cut.onnx: "), message);
            assertFalse(message.contains("\n"), message);
        }
    }

    @Test
    void shouldGiveOneLineOrRunWhenBytesAreWrong() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        final byte[] good = TestModels.tiny().bytes();
        int refused = 0;
        final int files = Integer.getInteger("tactus.fuzz.files", 300); // more in a long run
        for (int i = 0; i < files; i++) {
            final byte[] bad = good.clone();
            for (int flip = 0; flip < 4; flip++) { // the nodes stand first, so that half of the flips hit the structure
                final int range = random.nextBoolean() ? Math.min(1500, bad.length) : bad.length;
                bad[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
            }
            try (SegmentedModel model = SegmentedModel.create(
                    OnnxModel.of("bad.onnx", bad), 1 + random.nextInt(3), OnnxOptions.SINGLE_THREAD)) {
                assertTrue(model.segments() > 0);
            } catch (final InvalidModelException e) {
                refused++;
                assertTrue(e.getMessage().startsWith("bad.onnx") && !e.getMessage().contains("\n"),
                    "seed " + seed + ", file " + i + ": " + e.getMessage());
            } catch (final RuntimeException e) {
                throw new AssertionError("seed " + seed + ", file " + i, e);
            }
        }
        assertTrue(refused > files / 3, "seed " + seed + ": only " + refused + " refused");
    }
}
