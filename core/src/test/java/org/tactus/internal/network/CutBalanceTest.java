// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tactus.bindings.onnxruntime.OnnxOptions;
import org.tactus.bindings.onnxruntime.OnnxRuntime;
import org.tactus.internal.graph.CutChain;
import org.tactus.internal.graph.InvalidModelException;
import org.tactus.internal.graph.ModelCutter;
import org.tactus.internal.graph.ModelZoo;
import org.tactus.internal.graph.OnnxModel;

/** Where a network is cut by measured times. What segments take comes from a hidden law, so nothing here depends on this machine. */
class CutBalanceTest {
    private static final OnnxModel MODEL = ModelZoo.generate("resnet", "small", 1);
    private final ModelCutter cutter = new ModelCutter(OnnxRuntime.require());

    /** What nodes really take, nanoseconds, and what a segment takes on top, because nothing is fused across its ends. */
    private record Law(long[] nodeNs, long perSegmentNs) {
        List<Long> times(final List<Integer> starts) {
            final List<Long> times = new ArrayList<>();
            for (int i = 0; i < starts.size(); i++) {
                final int end = i + 1 < starts.size() ? starts.get(i + 1) : nodeNs.length;
                long ns = perSegmentNs;
                for (int node = starts.get(i); node < end; node++) {
                    ns += nodeNs[node];
                }
                times.add(ns);
            }
            return times;
        }

        long longest(final List<Integer> starts) {
            return times(starts).stream().mapToLong(Long::longValue).max().orElseThrow();
        }
    }

    /** The least longest segment of all cuts into three, by trying each. */
    private static long least(final List<Integer> allowed, final Law law) {
        long least = Long.MAX_VALUE;
        for (int i = 1; i < allowed.size(); i++) {
            for (int j = i + 1; j < allowed.size(); j++) {
                least = Math.min(least, law.longest(List.of(0, allowed.get(i), allowed.get(j))));
            }
        }
        return least;
    }

    @Test
    void shouldFindAboutTheBestCutWhateverTheNodesReallyTake() {
        final ModelCutter.Places places = cutter.places(MODEL);
        final int nodes = places.costs().length;
        for (long seed = 1; seed <= 30; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final long[] nodeNs = new long[nodes];
            for (int i = 0; i < nodes; i++) {
                nodeNs[i] = random.nextInt(4) == 0 ? random.nextLong(1_000_000) : random.nextLong(1000); // an estimate's worst case
            }
            final Law law = new Law(nodeNs, random.nextLong(20_000));
            final CutBalance found = CutBalance.choose(places, 3, law.longest(List.of(0)), law::times);
            final long is = law.longest(found.starts());
            assertEquals(law.times(found.starts()), found.segmentNs(), "seed " + seed);
            assertTrue(is <= 1.2 * least(places.allowed(), law), "seed " + seed + ": " + is + " beside " + least(places.allowed(), law));
            assertTrue(is <= law.longest(places.choose(places.costs(), 3)), "seed " + seed + ": never worse than the estimate");
        }
    }

    @Test
    void shouldSayThatTheBestCutIsLopsidedWhenOneNodeTakesNearlyAll() {
        final ModelCutter.Places places = cutter.places(MODEL);
        final long[] nodeNs = new long[places.costs().length];
        Arrays.fill(nodeNs, 1000);
        nodeNs[1] = 10_000_000; // as an operator does that no estimate knows
        final Law law = new Law(nodeNs, 0);
        final CutBalance found = CutBalance.choose(places, 2, law.longest(List.of(0)), law::times);
        assertTrue(law.longest(found.starts()) <= 1.02 * least2(places.allowed(), law), found.toString());
        assertTrue(found.isLopsided(), found.text());
        assertTrue(found.text().contains("LOPSIDED"), found.text());
        final Law even = new Law(new long[nodeNs.length], 500);
        assertFalse(CutBalance.choose(places, 2, 800, even::times).isLopsided());
        assertEquals(0.25, CutBalance.choose(places, 2, 800, even::times).cost(), "two segments of 500 ns beside 800 ns uncut");
    }

    private static long least2(final List<Integer> allowed, final Law law) {
        return allowed.stream().skip(1).mapToLong(at -> law.longest(List.of(0, at))).min().orElseThrow();
    }

    @Test
    void shouldCutWhereItIsToldAndAnswerAsTheUncutNetwork() {
        final CutBalance found = CutBalance.choose(MODEL, 4, OnnxOptions.SINGLE_THREAD);
        assertEquals(4, found.starts().size());
        assertEquals(0, found.starts().getFirst());
        final CutChain chain = cutter.cut(MODEL, found.starts());
        final CutChain again = cutter.cut(MODEL, found.starts());
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(chain.parts().get(i).model().bytes(), again.parts().get(i).model().bytes());
        }
        assertArrayEquals(answer(cutter.cut(MODEL, 1)), answer(chain), 1e-4f);
    }

    private static float[] answer(final CutChain chain) {
        try (SegmentedModel model = SegmentedModel.create(chain, OnnxOptions.SINGLE_THREAD)) {
            model.fillInputs(7);
            for (int i = 0; i < model.segments(); i++) {
                model.run(i);
            }
            return model.tensor(model.outputs().getFirst().name()).toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @Test
    void shouldRefusePlacesWhereItCannotBeCut() {
        final int nodes = cutter.places(MODEL).costs().length;
        for (final List<Integer> wrong : List.of(List.of(1, 2), List.of(0, 0), List.of(0, 5, 4), List.of(0, nodes), List.of(0, -1))) {
            final String message = assertThrows(InvalidModelException.class, () -> cutter.cut(MODEL, wrong)).getMessage();
            assertTrue(message.startsWith("resnet-small: starts: " + wrong), message);
        }
    }
}
