// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.linux.Denormals;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.TestModels;

class SegmentedModelTest {
    private static final OnnxOptions AS_WRITTEN = new OnnxOptions(1, List.of(), false);

    private static float[] outputs(final OnnxModel model, final int cuts, final OnnxOptions options) {
        try (SegmentedModel segmented = SegmentedModel.create(model, cuts, options)) {
            assertEquals(cuts, segmented.segments());
            segmented.fillInputs(11);
            runAll(segmented);
            return segmented.tensor(segmented.outputs().getFirst().name()).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    private static void runAll(final SegmentedModel model) {
        for (int i = 0; i < model.segments(); i++) {
            model.run(i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet", "densenet", "mobilenet"})
    void shouldEqualTheWholeModelBitForBitWhenNotOptimised(final String name) {
        final OnnxModel model = ModelZoo.generate(name, "small", 1);
        final float[] whole = outputs(model, 1, AS_WRITTEN);
        assertEquals(1000, whole.length);
        assertTrue(spread(whole) > 1e-3, "outputs tell nothing: " + spread(whole));
        for (final int cuts : new int[] {2, 3, 5, 9, 20}) {
            assertTrue(Arrays.equals(whole, outputs(model, cuts, AS_WRITTEN)), name + " in " + cuts + " segments differs");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet", "densenet", "mobilenet"})
    void shouldEqualTheWholeModelWithinRoundingWhenOptimised(final String name) {
        final OnnxModel model = ModelZoo.generate(name, "small", 1);
        final float[] whole = outputs(model, 1, AS_WRITTEN);
        for (final int cuts : new int[] {1, 2, 4, 7}) {
            final float[] chained = outputs(model, cuts, OnnxOptions.SINGLE_THREAD);
            for (int i = 0; i < whole.length; i++) {
                assertEquals(whole[i], chained[i], 1e-4 * spread(whole), name + " in " + cuts + " segments, output " + i);
            }
        }
    }

    private static float spread(final float[] values) {
        float low = Float.MAX_VALUE;
        float high = -Float.MAX_VALUE;
        for (final float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        return high - low;
    }

    @Test
    void shouldCutEveryPositionOfAGraphThatAllowsIt() {
        final OnnxModel model = TestModels.tiny();
        final float[] whole = outputs(model, 1, AS_WRITTEN);
        final int nodes = model.proto().getGraph().getNodeCount();
        for (int cuts = 2; cuts <= nodes; cuts++) {
            assertTrue(Arrays.equals(whole, outputs(model, cuts, AS_WRITTEN)), cuts + " segments differ");
        }
        final InvalidModelException refused = assertThrows(InvalidModelException.class, () -> outputs(model, nodes + 1, AS_WRITTEN));
        assertEquals("tiny: a cut that the graph does not allow: cuts: " + (nodes + 1) + ", but only " + nodes
            + " segments can be made of its " + nodes + " nodes", refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"resnet", "densenet", "mobilenet"})
    void shouldShareTheCostAboutEqually(final String name) {
        final CutChain chain = new ModelCutter(OnnxRuntime.find().orElseThrow()).cut(ModelZoo.generate(name, "medium", 1), 4);
        final double total = chain.parts().stream().mapToDouble(CutChain.Part::operations).sum();
        for (final CutChain.Part part : chain.parts()) {
            assertEquals(0.25, part.operations() / total, 0.1, name + ": segment at " + part.firstNode());
        }
    }

    @Test
    void shouldAllocateNothingWhenItRuns() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (SegmentedModel model = SegmentedModel.create(TestModels.tiny(), 3, OnnxOptions.SINGLE_THREAD)) {
            model.fillInputs(1);
            final long id = Thread.currentThread().threadId();
            for (int i = 0; i < 30_000; i++) { // until the compiler has seen it
                model.run(i % 3);
            }
            long least = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 5; attempt++) { // a late compilation may cost the first attempts a few bytes
                final long before = threads.getThreadAllocatedBytes(id);
                for (int i = 0; i < 1_000; i++) {
                    model.run(0);
                    model.run(1);
                    model.run(2);
                }
                least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
            }
            assertEquals(0, least, "bytes over 1,000 jobs of 3 segments");
        }
    }

    @Test
    void shouldEndEarlyWhenTerminatedAndRunAgainWhenResumed() throws InterruptedException {
        try (SegmentedModel model = SegmentedModel.create(ModelZoo.generate("densenet", "small", 1), 2, OnnxOptions.SINGLE_THREAD)) {
            model.fillInputs(1);
            runAll(model);
            final AtomicBoolean ended = new AtomicBoolean();
            final Thread runner = Thread.ofPlatform().start(() -> {
                try {
                    while (!Thread.currentThread().isInterrupted()) {
                        model.run(0);
                    }
                } catch (final NativeCallException e) {
                    ended.set(e.getMessage().contains("terminate"));
                }
            });
            Thread.sleep(30);
            model.terminate(0);
            runner.join(10_000);
            assertTrue(ended.get(), "the run went on, or ended otherwise");
            model.run(1);
            model.resume(0);
            runAll(model);
        }
    }

    @Test
    void shouldGiveTheSameResultWithTwoPinnedThreads() {
        final OnnxModel model = TestModels.tiny();
        final float[] one = outputs(model, 2, OnnxOptions.SINGLE_THREAD);
        final float[] two = outputs(model, 2, new OnnxOptions(2, List.of(0, 0), true));
        for (int i = 0; i < one.length; i++) {
            assertEquals(one[i], two[i], 1e-4 * spread(one));
        }
    }

    @Test
    void shouldTreatDenormalsAsZeroInTheModelAndKeepThemInJava() {
        assumeTrue(Denormals.canFlush());
        final GraphProto.Builder graph = GraphProto.newBuilder().addInput(TestModels.value("x", 1, 2))
            .addOutput(TestModels.value("y", 1, 2)).addInitializer(TestModels.floats("half", 0.5f, 0.5f))
            .addNode(TestModels.node("Mul", List.of("x", "half"), "y"));
        try (SegmentedModel model = SegmentedModel.create(new OnnxModel("mul", TestModels.model(graph)), 1, AS_WRITTEN)) {
            final MemorySegment x = model.tensor("x");
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 1e-40f);
            x.setAtIndex(ValueLayout.JAVA_FLOAT, 1, 8f);
            model.run(0);
            assertEquals(0f, model.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, 0));
            assertEquals(4f, model.tensor("y").getAtIndex(ValueLayout.JAVA_FLOAT, 1));
            assertTrue(x.getAtIndex(ValueLayout.JAVA_FLOAT, 0) * 0.5f > 0, "Java lost its denormals");
        }
    }

    @Test
    void shouldNameWhatIsThereWhenATensorIsNot() {
        final SegmentedModel model = SegmentedModel.create(TestModels.tiny(), 1, AS_WRITTEN);
        final String message = assertThrows(IllegalArgumentException.class, () -> model.tensor("x")).getMessage();
        assertEquals("no tensor 'x' in tiny; there are [input, output]", message);
        model.close();
        model.close();
        model.terminate(0);
    }
}
