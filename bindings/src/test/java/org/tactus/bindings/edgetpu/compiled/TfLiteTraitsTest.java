// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.edgetpu.compiled;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

class TfLiteTraitsTest {
    private static final TensorInfo X = new TensorInfo("x", ElementType.FLOAT, List.of(1L));
    private static final TensorInfo Y = new TensorInfo("y", ElementType.FLOAT, List.of(1L));

    private static TfLiteTraits of(final int code) {
        final GraphWriter graph = new GraphWriter();
        final int in = graph.tensor(X, null);
        final int out = graph.tensor(Y, null);
        graph.builtin(code, new int[] {in}, out);
        return TfLiteTraits.read(graph.finish("one operator", new int[] {in}, new int[] {out}));
    }

    @Test
    void shouldFindNothingInAPlainLayer() {
        assertEquals(new TfLiteTraits(0, false, List.of(), Optional.empty()),
            TfLiteTraits.read(DenseModelWriter.write("x", "y", new float[][] {{1}}, new float[] {0}, false)));
    }

    @Test
    void shouldCountVariableTensors() {
        assertEquals(new TfLiteTraits(1, false, List.of(), Optional.empty()), TfLiteTraits.read(SvdfModelWriter.write("x", "y")));
    }

    @Test
    void shouldNameWhatDrawsAndWhatKeeps() {
        assertEquals(List.of("RANDOM_STANDARD_NORMAL"), of(146).random());
        assertEquals(List.of("RANDOM_UNIFORM"), of(148).random());
        assertEquals(List.of("MULTINOMIAL"), of(149).random());
        assertTrue(of(144).keepsResource());
    }

    @ParameterizedTest
    @EnumSource(value = ElementType.class, names = {"INT8", "UINT8", "INT32", "FLOAT", "INT16"})
    void shouldKnowTheOnlyStateThatAnIntegerSvdfSurvives(final ElementType state) {
        assertEquals(state != ElementType.INT16, TfLiteTraits.read(SvdfModelWriter.integers(state)).hazard().isPresent());
    }
}
