// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.internal.network.SegmentedModel;

/** Networks whose file leaves extents open, and networks whose tensors have shapes that no inference finds. */
class OpenShapesTest {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final OnnxOptions AS_WRITTEN = new OnnxOptions(1, List.of(), false);

    private static OnnxModel model(final GraphProto.Builder graph) {
        return new OnnxModel("m.onnx", TestModels.model(graph));
    }

    private static String refusal(final OnnxModel model, final int cuts) {
        return assertThrows(InvalidModelException.class, () -> SegmentedModel.create(model, cuts, AS_WRITTEN).close()).getMessage();
    }

    private static float[] run(final OnnxModel model, final int cuts, final String output) {
        try (SegmentedModel segmented = SegmentedModel.create(model, cuts, AS_WRITTEN)) {
            segmented.fillInputs(3);
            for (int i = 0; i < segmented.segments(); i++) {
                segmented.run(i);
            }
            return segmented.tensor(output).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static GraphProto.Builder batch() {
        return GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, -1, 3)).addOutput(TestModels.value("y", FLOAT, -1, 3))
            .addNode(TestModels.node("Relu", List.of("x"), "a")).addNode(TestModels.node("Neg", List.of("a"), "y"));
    }

    @Test
    void shouldNameTheDimensionAndTheKeyWhenAnExtentIsOpen() {
        assertEquals("m.onnx: input 'x' FLOAT['n', 3] leaves extents open; write 'dims: {n: 1}' beside 'file', with the extents that are "
            + "needed in place of 1", refusal(model(batch()), 1));
        assertEquals(refusal(model(batch()), 1), refusal(model(batch()), 2));
        final GraphProto.Builder unnamed = batch();
        unnamed.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().getDimBuilder(0).clearValue();
        unnamed.addInput(TestModels.value("z", FLOAT, -1)).addNode(TestModels.node("Abs", List.of("z"), "w"));
        assertEquals("m.onnx: inputs 'x' FLOAT[?, 3], 'z' FLOAT['n'] leave extents open; write 'dims: {n: 1}' and 'shapes: {x: [1, 3]}' "
            + "beside 'file', with the extents that are needed in place of 1", refusal(model(unnamed), 1));
        final GraphProto.Builder minusOne = batch();
        minusOne.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().getDimBuilder(0).setDimValue(-1);
        assertTrue(refusal(model(minusOne), 1).contains("'shapes: {x: [1, 3]}'"), () -> refusal(model(minusOne), 1));
        final GraphProto.Builder none = batch();
        none.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().clearShape();
        assertEquals("m.onnx: input 'x' FLOAT of no known shape leaves extents open; write 'shapes: {x: [1]}' beside 'file', with the "
            + "extents that are needed in place of 1, as many as the shape has",
            refusal(model(none), 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldRunWithTheExtentsThatWereGiven(final int cuts) {
        final float[] byName = run(OpenShapes.fix(model(batch()), Map.of("n", 5L), Map.of()), cuts, "y");
        assertEquals(15, byName.length);
        assertArrayEquals(byName, run(OpenShapes.fix(model(batch()), Map.of(), Map.of("x", List.of(5L, 3L))), cuts, "y"));
        final GraphProto.Builder none = batch();
        none.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().clearShape();
        none.getOutputBuilder(0).getTypeBuilder().getTensorTypeBuilder().clearShape();
        assertArrayEquals(byName, run(OpenShapes.fix(model(none), Map.of(), Map.of("x", List.of(5L, 3L))), cuts, "y"));
    }

    @Test
    void shouldRefuseKeysThatTheModelDoesNotHave() {
        assertEquals("m.onnx: dims: no input has a dimension 'batch'; they have n", assertThrows(InvalidModelException.class,
            () -> OpenShapes.fix(model(batch()), Map.of("batch", 1L), Map.of())).getMessage());
        assertEquals("m.onnx: shapes: input 'x' is FLOAT['n', 3], which [5, 4] does not fit", assertThrows(InvalidModelException.class,
            () -> OpenShapes.fix(model(batch()), Map.of(), Map.of("x", List.of(5L, 4L)))).getMessage());
        assertEquals("m.onnx: shapes: input 'x' is FLOAT['n', 3], which [3] does not fit", assertThrows(InvalidModelException.class,
            () -> OpenShapes.fix(model(batch()), Map.of(), Map.of("x", List.of(3L)))).getMessage());
        assertEquals("m.onnx: shapes: 'n' is 5 in 'x' and 4 elsewhere; a dimension has one extent", assertThrows(
            InvalidModelException.class, () -> OpenShapes.fix(model(batch()), Map.of("n", 4L), Map.of("x", List.of(5L, 3L)))).getMessage());
        assertEquals("m.onnx: shapes: no input or output 'q'; there are x and y", assertThrows(InvalidModelException.class,
            () -> OpenShapes.fix(model(batch()), Map.of(), Map.of("q", List.of(5L)))).getMessage());
    }

    /** As exporters write a flattening: the shape is put together from the tensor's own shape, which hides the rank from inference. */
    private static GraphProto.Builder computedReshape() {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 1, 2, 4, 4))
            .addOutput(TestModels.value("y", FLOAT, 1, 64)).addInitializer(Tensors.floats("w", List.of(2L, 2L, 1L, 1L), 1, 2, 3, 4))
            .addInitializer(Tensors.longs("zero", List.of(), 0)).addInitializer(Tensors.longs("axis", List.of(1L), 0))
            .addInitializer(Tensors.longs("rest", List.of(1L), -1));
        graph.addNode(TestModels.node("Conv", List.of("x", "w"), "c")).addNode(TestModels.node("Shape", List.of("c"), "s"))
            .addNode(TestModels.node("Gather", List.of("s", "zero"), "n")).addNode(TestModels.node("Unsqueeze", List.of("n", "axis"), "u"))
            .addNode(TestModels.node("Concat", List.of("u", "rest"), "t", NodeAttributes.integer("axis", 0)))
            .addNode(TestModels.node("Reshape", List.of("c", "t"), "r")).addNode(TestModels.node("Softmax", List.of("r"), "p"))
            .addNode(TestModels.node("Concat", List.of("p", "r"), "y", NodeAttributes.integer("axis", 1)));
        return graph;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6})
    void shouldCutWhereAShapeIsComputedFromAShape(final int cuts) {
        assertArrayEquals(run(model(computedReshape()), 1, "y"), run(model(computedReshape()), cuts, "y"));
        final GraphProto.Builder unknown = computedReshape(); // nothing says the rank of the output either
        unknown.getOutputBuilder(0).getTypeBuilder().getTensorTypeBuilder().clearShape();
        assertArrayEquals(run(model(computedReshape()), 1, "y"), run(model(unknown), cuts, "y"));
    }

    @Test
    void shouldNotTakeTheShapeOfOneRunForOneThatDataDecides() {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 6))
            .addInput(TestModels.value("shape", INT64, 2)).addOutput(TestModels.value("y", FLOAT, 6))
            .addNode(TestModels.node("Reshape", List.of("x", "shape"), "r")).addNode(TestModels.node("Neg", List.of("r"), "g"))
            .addInitializer(Tensors.longs("flat", List.of(1L), 6)).addNode(TestModels.node("Reshape", List.of("g", "flat"), "y"));
        final TensorShapes shapes = new TensorShapes(org.tactus.bindings.onnxruntime.OnnxRuntime.require(), model(graph),
            graph.getNodeList());
        assertTrue(!shapes.tensors().get("r").isFixed() && !shapes.tensors().get("g").isFixed() && shapes.tensors().get("y").isFixed(),
            () -> shapes.tensors().toString());
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void shouldGiveAnOutputOfUnknownExtentItsLargestShape(final int cuts) {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 4))
            .addOutput(TestModels.value("y", INT64, 1, -1)).addNode(TestModels.node("Relu", List.of("x"), "p"))
            .addNode(TestModels.node("NonZero", List.of("p"), "y"));
        assertEquals("m.onnx: output 'y' INT64[1, -1] has an extent that depends on the data; write its largest shape beside 'file', "
            + "such as 'shapes: {y: [1, 3]}', which a run with drawn inputs gave", refusal(model(graph), cuts));
        final OnnxModel bounded = OpenShapes.fix(model(graph), Map.of(), Map.of("y", List.of(1L, 3L)));
        try (SegmentedModel segmented = SegmentedModel.create(bounded, cuts, AS_WRITTEN)) {
            final SplittableRandom random = new SplittableRandom(11);
            for (int job = 0; job < 50; job++) {
                final MemorySegment x = segmented.tensor("x");
                final long[] expected = new long[3];
                int found = 0;
                for (int i = 0; i < 4; i++) {
                    final boolean positive = random.nextBoolean();
                    x.setAtIndex(ValueLayout.JAVA_FLOAT, i, positive ? 1 : -1);
                    if (positive) {
                        if (found < 3) {
                            expected[found] = i;
                        }
                        found++;
                    }
                }
                for (int i = 0; i < segmented.segments(); i++) {
                    segmented.run(i);
                }
                assertArrayEquals(expected, segmented.tensor("y").toArray(ValueLayout.JAVA_LONG), "job " + job);
                assertArrayEquals(new long[] {1, found}, segmented.tensor("y/extents").toArray(ValueLayout.JAVA_LONG), "job " + job);
            }
        }
    }

    @Test
    void shouldCutAroundASequenceAndSayWhyNotThroughIt() {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 4))
            .addOutput(TestModels.value("y", FLOAT, 2)).addInitializer(Tensors.longs("two", List.of(), 2))
            .addInitializer(Tensors.longs("one", List.of(), 1))
            .addNode(TestModels.node("SplitToSequence", List.of("x", "two"), "q", NodeAttributes.integer("axis", 0)))
            .addNode(TestModels.node("SequenceAt", List.of("q", "one"), "a")).addNode(TestModels.node("Relu", List.of("a"), "b"))
            .addNode(TestModels.node("Neg", List.of("b"), "y"));
        assertArrayEquals(run(model(graph), 1, "y"), run(model(graph), 2, "y"));
        assertEquals("m.onnx: a cut that the graph does not allow: cuts: 4, but only 3 segments can be made of its 4 nodes (no cut goes "
            + "through 'q', which is a sequence or another thing without elements of a fixed size)", refusal(model(graph), 4));
    }

    @Test
    void shouldDropWeightsFromTheInputs() {
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", FLOAT, 2))
            .addInput(TestModels.value("w", FLOAT, 2)).addInitializer(TestModels.floats("w", 3, 5))
            .addNode(TestModels.node("Mul", List.of("x", "w"), "y")).addOutput(TestModels.value("y", FLOAT, 2));
        for (final long version : new long[] {3, 8}) {
            final ModelProto proto = TestModels.model(graph).toBuilder().setIrVersion(version).build();
            final OnnxModel loaded = OnnxModel.of("old.onnx", proto.toByteArray());
            assertEquals(List.of("x"), loaded.proto().getGraph().getInputList().stream().map(ValueInfoProto::getName).toList());
            final float[] y = run(loaded, 1, "y");
            final float[] half = run(OnnxModel.of("new.onnx",
                TestModels.model(graph.clone().removeInput(1)).toByteArray()), 1, "y");
            assertArrayEquals(half, y);
        }
    }

    @Test
    void shouldSeeWhatABodyReadsFromAround() {
        final GraphProto body = GraphProto.newBuilder().setName("body").addOutput(TestModels.value("t", FLOAT, 1))
            .addNode(TestModels.node("Add", List.of("outer", "inner"), "t")).addInitializer(TestModels.floats("inner", 1)).build();
        final NodeProto node = TestModels.node("If", List.of("c"), "y", TestModels.graph("then_branch", body),
            TestModels.graph("else_branch", body));
        assertEquals(List.of("c", "outer"), NodeReads.of(node));
    }
}
