// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.bindings.onnxruntime.OnnxSession;

class ComputedGraphTest {
    private static final OnnxRuntime RUNTIME = OnnxRuntime.require();

    /** What a session answers for seeded inputs. */
    private static byte[] answer(final OnnxSession session, final Arena arena) {
        final MemorySegment input = arena.allocate(session.inputs().getFirst().bytes(), 64);
        final MemorySegment output = arena.allocate(session.outputs().getFirst().bytes(), 64);
        SeededValues.fill(session.inputs().getFirst(), input, new SplittableRandom(3));
        session.bindInput(session.inputs().getFirst(), input);
        session.bindOutput(session.outputs().getFirst(), output);
        session.run();
        return output.toArray(ValueLayout.JAVA_BYTE);
    }

    private static long initialiserBytes(final OnnxModel model) {
        return model.proto().getGraph().getInitializerList().stream().mapToLong(tensor -> tensor.getRawData().size()).sum();
    }

    @Test
    void shouldAnswerBitForBitAsTheRuntimeAloneWhenWeightsLieElsewhere() {
        for (final String name : ModelZoo.NAMES) {
            final OnnxModel model = ModelZoo.generate(name, "small", 1);
            final ComputedGraph graph = ComputedGraph.of(RUNTIME, model, OnnxOptions.SINGLE_THREAD);
            assertTrue(graph.weightBytes() > 0.9 * initialiserBytes(model), name + " " + graph.weightBytes());
            try (Arena arena = Arena.ofConfined();
                 OnnxSession plain = model.open(RUNTIME, OnnxOptions.SINGLE_THREAD.withoutPacking())) {
                final MemorySegment weights = arena.allocate(graph.weightBytes(), 64);
                graph.write(weights);
                try (OnnxSession placed = graph.open(RUNTIME, weights, OnnxOptions.SINGLE_THREAD)) {
                    assertArrayEquals(answer(plain, arena), answer(placed, arena), name);
                }
            }
        }
    }

    @Test
    void shouldComputeWithWhatStandsInTheMemoryWhenItChanges() {
        final ComputedGraph graph = ComputedGraph.of(RUNTIME, ModelZoo.generate("resnet", "small", 1), OnnxOptions.SINGLE_THREAD);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment weights = arena.allocate(graph.weightBytes(), 64);
            graph.write(weights);
            try (OnnxSession session = graph.open(RUNTIME, weights, OnnxOptions.SINGLE_THREAD)) {
                final byte[] first = answer(session, arena);
                final long page = 1 << 16;
                for (long at = 0; at < weights.byteSize(); at += page) { // each part of the memory is read
                    final MemorySegment part = weights.asSlice(at, Math.min(page, weights.byteSize() - at));
                    final byte[] kept = part.toArray(ValueLayout.JAVA_BYTE);
                    part.fill((byte) 0);
                    assertFalse(Arrays.equals(first, answer(session, arena)), "the weights at " + at + " are not what is computed with");
                    MemorySegment.copy(kept, 0, part, ValueLayout.JAVA_BYTE, 0, kept.length);
                }
                assertArrayEquals(first, answer(session, arena));
            }
        }
    }

    @Test
    void shouldTakeTheSameWeightsWhenTheModelHasThemInItsFile(@TempDir final Path folder) throws IOException {
        final OnnxModel model = ModelZoo.generate("resnet", "small", 1);
        final OnnxModel mapped = OnnxModel.load(Files.write(folder.resolve("net.onnx"), model.bytes()));
        assertFalse(mapped.outside().isEmpty(), "large weights stay outside the heap");
        final ComputedGraph expected = ComputedGraph.of(RUNTIME, model, OnnxOptions.SINGLE_THREAD);
        final ComputedGraph graph = ComputedGraph.of(RUNTIME, mapped, OnnxOptions.SINGLE_THREAD);
        assertEquals(expected.weightBytes(), graph.weightBytes());
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment one = arena.allocate(expected.weightBytes(), 64);
            final MemorySegment other = arena.allocate(expected.weightBytes(), 64);
            expected.write(one);
            graph.write(other);
            assertEquals(-1, one.mismatch(other));
        }
    }

    @Test
    void shouldHoldNoMemoryWhenAModelHasNoWeights() {
        final ComputedGraph graph = ComputedGraph.of(RUNTIME, ModelZoo.smallest(), OnnxOptions.SINGLE_THREAD);
        assertEquals(0, graph.weightBytes());
        try (Arena arena = Arena.ofConfined(); OnnxSession session = graph.open(RUNTIME, MemorySegment.NULL, OnnxOptions.SINGLE_THREAD)) {
            assertEquals(4, answer(session, arena).length);
        }
    }
}
