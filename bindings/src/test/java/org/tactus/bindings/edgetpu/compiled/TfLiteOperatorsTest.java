// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

class TfLiteOperatorsTest {
    private static final int TANH = 28;
    private static final int BEYOND_THE_TABLE = 250;

    private static TfLiteOperators read(final byte[] file) {
        return TfLiteOperators.read(ByteBuffer.wrap(file));
    }

    private static TfLiteOperators of(final int code) {
        final GraphWriter graph = new GraphWriter();
        final int in = graph.tensor(new TensorInfo("x", ElementType.FLOAT, List.of(2L, 5L)), null);
        final int out = graph.tensor(new TensorInfo("y", ElementType.FLOAT, List.of(2L, 5L)), null);
        graph.builtin(code, new int[] {in}, out);
        return read(graph.finish("one operator", new int[] {in}, new int[] {out}));
    }

    @Test
    void shouldNameOperatorsAsTheSchemaDoes() {
        assertEquals(Map.of("TANH", 1), of(TANH).names());
        assertEquals(Map.of("RANDOM_STANDARD_NORMAL", 1), of(146).names());
        assertEquals(Map.of("RIGHT_SHIFT", 1), of(161).names());
        assertEquals(Map.of("operator " + BEYOND_THE_TABLE, 1), of(BEYOND_THE_TABLE).names());
    }

    @Test
    void shouldCountFourOperationsForEachElementThatIsWrittenAndOneForEachProduct() {
        assertEquals(4 * 10, of(TANH).hostOperations());
        final TfLiteOperators dense = read(
            DenseModelWriter.write("x", "y", new float[][] {{1, 2, 3}, {4, 5, 6}}, new float[] {0, 0}, false));
        assertEquals(2 * (3 + 4), dense.hostOperations());
    }

    @Test
    void shouldSayWhatTheCompilerLeftToTheProcessor() {
        assertEquals("1 of 1 operators run on the CPU (TANH 1)", of(TANH).leftToTheCpu());
        final TfLiteOperators compiled = read(CompiledModelWriter.write(
            List.of(new TensorInfo("x", ElementType.UINT8, List.of(1L, 8L))),
            List.of(new TensorInfo("y", ElementType.UINT8, List.of(1L, 8L))),
            new EdgePackage(12, "14.1", "", 0, List.of(new Executable(ExecutableType.STAND_ALONE, 1, 64, 64, 0, 64, 8, 8, 0)))));
        assertEquals("", compiled.leftToTheCpu());
        assertEquals(1, compiled.onDevice());
        assertEquals(0, compiled.hostOperations());
    }

    @Test
    void shouldRefuseWhatIsNoModel() {
        assertThrows(MalformedFileException.class, () -> read(new byte[] {1, 2, 3}));
    }
}
