// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.edgetpu.compiled.DenseModelWriter;
import org.tactus.bindings.edgetpu.compiled.TfLiteTraits;
import org.tactus.bindings.tflite.TfLite;
import org.tactus.bindings.tflite.TfLiteInterpreter;
import org.tactus.internal.graph.InvalidModelException;

/** Chains of dense layers on the real library: y = 2 x + 1, and the like. */
class TfLiteChainTest {
    private static TfLiteInterpreter layer(final String input, final String output, final float... weights) {
        final float[][] rows = new float[weights.length][weights.length];
        for (int i = 0; i < weights.length; i++) {
            rows[i][i] = weights[i];
        }
        final float[] ones = new float[weights.length];
        Arrays.fill(ones, 1);
        return TfLite.find().orElseThrow(() -> new AssertionError(TfLite.absence().orElseThrow()))
            .interpreter(DenseModelWriter.write(input, output, rows, ones, false));
    }

    private static TfLiteChain chain(final TfLiteInterpreter... layers) {
        return new TfLiteChain(List.of("a.tflite", "b.tflite", "c.tflite").subList(0, layers.length), List.of(layers),
            Collections.nCopies(layers.length, new TfLiteTraits(0, false, List.of(), Optional.empty())));
    }

    private static void run(final SegmentChain chain) {
        for (int i = 0; i < chain.segments(); i++) {
            chain.run(i);
        }
    }

    @Test
    void shouldPassTensorsByNameWhenSegmentsRunInOrder() {
        try (TfLiteChain chain = chain(layer("x", "y", 2, 3), layer("y", "z", 5, 7), layer("y", "w", 11, 13))) {
            for (int job = 0; job < 20; job++) {
                final MemorySegment x = chain.tensor("x");
                x.setAtIndex(ValueLayout.JAVA_FLOAT, 0, job);
                x.setAtIndex(ValueLayout.JAVA_FLOAT, 1, -job);
                run(chain);
                final float y0 = 2 * job + 1;
                final float y1 = -3 * job + 1;
                assertEquals(5 * y0 + 1, chain.tensor("z").getAtIndex(ValueLayout.JAVA_FLOAT, 0));
                assertEquals(7 * y1 + 1, chain.tensor("z").getAtIndex(ValueLayout.JAVA_FLOAT, 1));
                assertEquals(11 * y0 + 1, chain.tensor("w").getAtIndex(ValueLayout.JAVA_FLOAT, 0), "a tensor that skips a segment");
                assertEquals(13 * y1 + 1, chain.tensor("w").getAtIndex(ValueLayout.JAVA_FLOAT, 1));
            }
            chain.requireInPlace();
        }
    }

    @Test
    void shouldSayWhichSegmentWantsWhatNoneBeforeItHas() {
        assertEquals("b.tflite: input 'q' FLOAT[1, 1] comes from no file before it; they have [x, y]; list the files in the order of their"
            + " segments", assertThrows(InvalidModelException.class, () -> chain(layer("x", "y", 1), layer("q", "z", 1))).getMessage());
        assertEquals("b.tflite: input 'y' FLOAT[1, 2] is 'y' FLOAT[1, 1] in a file before it; compile all segments of a network by one"
            + " command", assertThrows(InvalidModelException.class, () -> chain(layer("x", "y", 1), layer("y", "z", 1, 1))).getMessage());
    }

    @Test
    void shouldFillInputsFromTheSeedAlone() {
        try (TfLiteChain a = chain(layer("x", "y", 2, 3)); TfLiteChain b = chain(layer("x", "y", 2, 3))) {
            a.fillInputs(5);
            b.fillInputs(5);
            run(a);
            run(b);
            final float[] first = a.tensor("y").toArray(ValueLayout.JAVA_FLOAT);
            assertTrue(Arrays.equals(first, b.tensor("y").toArray(ValueLayout.JAVA_FLOAT)) && first[0] != 1);
        }
    }

    @Test
    void shouldAllocateNothingWhenSegmentsRun() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TfLiteChain chain = chain(layer("x", "y", 2, 3), layer("y", "z", 5, 7))) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20 && least > 0; round++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int job = 0; job < 5_000; job++) {
                    run(chain);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least);
        }
    }
}
