// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tactus.bindings.cuda.ptx.PtxKernel;
import org.tactus.bindings.cuda.ptx.PtxLaunch;
import org.tactus.bindings.cuda.ptx.PtxMemory;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.TensorInfo;
import org.tactus.internal.graph.OnnxModel;
import org.tactus.internal.graph.TestModels;
import org.tactus.internal.network.SegmentedModel;

/** Runs compiled segments on the interpreter, where only their own memory may be accessed, and networks on ONNX Runtime, the oracle. */
final class Programs {
    private static final int GAP_BYTES = 256;

    private Programs() {
    }

    /** The outputs of a network for seeded inputs, as ONNX Runtime computes them on the processor. */
    static Map<String, float[]> oracle(final OnnxModel model, final long seed) {
        try (SegmentedModel network = SegmentedModel.create(model, 1, OnnxOptions.SINGLE_THREAD)) {
            network.fillInputs(seed);
            network.run(0);
            final Map<String, float[]> values = new HashMap<>();
            network.inputs().forEach(info -> values.put(info.name(), network.tensor(info.name()).toArray(ValueLayout.JAVA_FLOAT)));
            network.outputs().forEach(info -> values.put(info.name(), network.tensor(info.name()).toArray(ValueLayout.JAVA_FLOAT)));
            return values;
        }
    }

    /** The outputs of a program, for inputs by name. */
    static Map<String, float[]> run(final SegmentProgram program, final Map<String, float[]> inputs, final long seed) {
        try (Arena arena = Arena.ofConfined()) {
            final Map<String, MemorySegment> tensors = new HashMap<>();
            final List<MemorySegment> all = new ArrayList<>();
            for (final TensorInfo info : program.inputs()) {
                final MemorySegment memory = add(arena, all, info.bytes());
                MemorySegment.copy(inputs.get(info.name()), 0, memory, ValueLayout.JAVA_FLOAT, 0, (int) info.elements());
                tensors.put(info.name(), memory);
            }
            program.outputs().forEach(info -> tensors.put(info.name(), add(arena, all, info.bytes())));
            final MemorySegment weights = add(arena, all, program.weightBytes());
            final MemorySegment scratch = add(arena, all, program.scratchBytes());
            program.weights().accept(weights);
            final PtxMemory memory = new PtxMemory();
            all.stream().sorted(Comparator.comparingLong(MemorySegment::address)).filter(range -> range.byteSize() > 0)
                .forEach(range -> memory.add(range.address(), range.address() + range.byteSize()));
            final Map<String, PtxKernel> kernels = new HashMap<>();
            for (final Launch launch : program.launches()) {
                final long[] arguments = launch.arguments().stream().mapToLong(place -> place.offset() + switch (place.space()) {
                    case WEIGHTS -> weights.address();
                    case SCRATCH -> scratch.address();
                    case TENSOR -> tensors.get(place.tensor()).address();
                }).toArray();
                new PtxLaunch(kernels.computeIfAbsent(launch.entry(), entry -> PtxKernel.parse(program.ptx(), entry)),
                    new int[] {launch.blocksX(), launch.blocksY(), 1}, new int[] {launch.threads(), 1, 1}, seed, arguments).run(memory);
            }
            final Map<String, float[]> outputs = new HashMap<>();
            program.outputs().forEach(info -> outputs.put(info.name(), tensors.get(info.name()).toArray(ValueLayout.JAVA_FLOAT)));
            return outputs;
        }
    }

    /** Memory with a gap behind it; what is not written is no number. */
    private static MemorySegment add(final Arena arena, final List<MemorySegment> all, final long bytes) {
        final MemorySegment memory = arena.allocate(bytes + GAP_BYTES, 64).asSlice(0, bytes).fill((byte) 0xFF);
        all.add(memory);
        return memory;
    }

    /** Compares what a model's kernels compute with what ONNX Runtime computes. */
    static SegmentProgram check(final OnnxModel model, final long seed, final double tolerance, final String message) {
        return check(model, Numbers.SINGLE, seed, tolerance, message);
    }

    /** The same for kernels that multiply such numbers. */
    static SegmentProgram check(
        final OnnxModel model, final Numbers numbers, final long seed, final double tolerance, final String message) {
        final Map<String, float[]> expected = oracle(model, seed);
        final SegmentProgram program = SegmentCompiler.compile(model, numbers);
        run(program, expected, seed).forEach((name, values) -> assertClose(expected.get(name), values, tolerance, message + ": " + name));
        return program;
    }

    /** Holds values to a tolerance that is relative to the largest of them. */
    static void assertClose(final float[] expected, final float[] values, final double tolerance, final String message) {
        assertEquals(expected.length, values.length, message);
        double largest = 1;
        for (final float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], values[i], tolerance * largest, message + ", element " + i);
        }
    }

    static OnnxModel model(final GraphProto.Builder graph, final int opset) {
        final ModelProto proto = TestModels.model(graph);
        return new OnnxModel("drawn", proto.toBuilder().setOpsetImport(0, proto.getOpsetImport(0).toBuilder().setVersion(opset)).build());
    }

    /**
     * Takes each barrier out of the kernels of a convolution, one at a time: the answer has to differ, else no test of kernels can fail.
     *
     * @return how many barriers there are
     */
    static int checkBarriers(final Numbers numbers, final double tolerance) {
        final DrawnGraph g = new DrawnGraph(5);
        final OnnxModel model = g.model(g.node("Conv", List.of(g.input(1, 40, 7, 7), g.weights(0.3, 40, 40, 3, 3)),
            DrawnGraph.ints("pads", 1, 1, 1, 1)));
        final Map<String, float[]> expected = oracle(model, 1);
        final SegmentProgram program = SegmentCompiler.compile(model, numbers);
        final String output = program.outputs().getFirst().name();
        int places = 0;
        for (int at = program.ptx().indexOf("bar.sync 0"); at >= 0; at = program.ptx().indexOf("bar.sync 0", at + 1)) {
            final String without =
                program.ptx().substring(0, at) + "mov.u32 %r0, %r0" + program.ptx().substring(at + "bar.sync 0".length());
            final SegmentProgram broken = new SegmentProgram(without, program.launches(), program.inputs(), program.outputs(),
                program.weightBytes(), program.weights(), program.scratchBytes());
            final float[] answer = run(broken, expected, 1).get(output);
            assertThrows(AssertionError.class, () -> assertClose(expected.get(output), answer, tolerance, "broken"));
            places++;
        }
        return places;
    }
}
