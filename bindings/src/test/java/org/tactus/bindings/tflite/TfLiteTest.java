// SPDX-License-Identifier: Apache-2.0
package org.tactus.bindings.tflite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.NativeCallException;
import org.tactus.bindings.edgetpu.compiled.CompiledModelWriter;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.bindings.edgetpu.compiled.EdgePackage;
import org.tactus.bindings.edgetpu.compiled.Executable;
import org.tactus.bindings.edgetpu.compiled.ExecutableType;
import org.tactus.bindings.onnxruntime.ElementType;
import org.tactus.bindings.onnxruntime.TensorInfo;

/** The real library of the artefact, on this machine's processor. */
class TfLiteTest {
    private static final float[][] WEIGHTS = {{1, -2, 3}, {-4, 5, -6}};
    private static final float[] BIAS = {0.5f, -0.25f};

    private static TfLite library() {
        return TfLite.find().orElseThrow(() -> new AssertionError(TfLite.absence().orElseThrow()));
    }

    @Test
    void shouldFindTheLibraryOfTheArtefact() {
        assertEquals("2.18.0", library().version());
        assertEquals("libjnitensorflowlite.so", library().library());
        assertTrue(TfLite.absence().isEmpty());
    }

    @Test
    void shouldComputeWhatTheModelSays() {
        try (TfLiteInterpreter dense = library().interpreter(DenseModelWriter.write("x", "y", WEIGHTS, BIAS, true))) {
            final TfLiteTensor x = dense.inputs().getFirst();
            final TfLiteTensor y = dense.outputs().getFirst();
            assertEquals(new TensorInfo("x", ElementType.FLOAT, List.of(1L, 3L)), x.info());
            assertEquals(new TensorInfo("y", ElementType.FLOAT, List.of(1L, 2L)), y.info());
            for (int run = 1; run < 50; run++) {
                for (int i = 0; i < 3; i++) {
                    x.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, run * (i + 1));
                }
                dense.invoke();
                for (int row = 0; row < 2; row++) {
                    final float sum = run * (WEIGHTS[row][0] + 2 * WEIGHTS[row][1] + 3 * WEIGHTS[row][2]) + BIAS[row];
                    assertEquals(Math.max(0, sum), y.memory().getAtIndex(ValueLayout.JAVA_FLOAT, row), 1e-4f);
                }
            }
            dense.requireInPlace();
        }
    }

    @Test
    void shouldAllocateNothingWhenItRuns() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TfLiteInterpreter dense = library().interpreter(DenseModelWriter.write("x", "y", WEIGHTS, BIAS, false))) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20 && least > 0; round++) { // the first rounds are compiled
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int run = 0; run < 5_000; run++) {
                    dense.invoke();
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least);
        }
    }

    @Test
    void shouldSayTheLibrarysTextWhenNobodyRunsTheCompiledPart() {
        final List<TensorInfo> in = List.of(new TensorInfo("x", ElementType.UINT8, List.of(1L, 4L)));
        final List<TensorInfo> out = List.of(new TensorInfo("y", ElementType.UINT8, List.of(1L, 4L)));
        final byte[] compiled = CompiledModelWriter.write(in, out, new EdgePackage(14, "", "", 0,
            List.of(new Executable(ExecutableType.STAND_ALONE, 0, 8, 8, 0, 8, 4, 4, 0))));
        final NativeCallException error = assertThrows(NativeCallException.class, () -> library().interpreter(compiled));
        assertEquals("TfLiteInterpreterAllocateTensors", error.function());
        assertEquals(7, error.code());
        assertTrue(error.getMessage().contains("edgetpu-custom-op"), error.getMessage());
    }

    @Test
    void shouldRefuseBytesThatAreNoModel() {
        final NativeCallException error = assertThrows(NativeCallException.class, () -> library().interpreter(new byte[100]));
        assertEquals("TfLiteModelCreate failed with code 1: the bytes are no sound TensorFlow Lite model", error.getMessage());
    }

    @Test
    void shouldCloseTheDelegateLastAndOnceAlsoWhenTheInterpreterCannotBeMade() {
        final int[] closed = {0};
        final TfLiteDelegate delegate = new TfLiteDelegate() {
            @Override
            public long address() {
                return 0; // the library passes over a delegate that is not there
            }

            @Override
            public void close() {
                closed[0]++;
            }
        };
        assertThrows(NativeCallException.class, () -> library().interpreter(new byte[100], delegate));
        assertEquals(1, closed[0]);
    }

    @Test
    void shouldNameTheFunctionThatALibraryLacks() {
        assertEquals("nothing has no function TfLiteVersion; it is not TensorFlow Lite's C library",
            assertThrows(IllegalArgumentException.class, () -> TfLite.of(name -> Optional.empty(), "nothing")).getMessage());
    }
}
