// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HandOffWaysTest {
    private static final int COUNT = 300;

    @Test
    void shouldBringEachNumberInOrderWhenAnotherThreadTakes() throws Exception {
        for (final Map.Entry<String, Supplier<HandOffWays.Way>> entry : HandOffWays.all().entrySet()) {
            final HandOffWays.Way there = entry.getValue().get();
            final HandOffWays.Way back = entry.getValue().get();
            final FutureTask<int[]> taker = new FutureTask<>(() -> {
                final int[] taken = new int[COUNT];
                for (int i = 0; i < COUNT; i++) {
                    taken[i] = await(there);
                    back.give(1);
                }
                return taken;
            });
            Thread.ofPlatform().daemon().start(taker);
            for (int i = 0; i < COUNT; i++) {
                there.give(i % 64);
                await(back);
            }
            final int[] taken = taker.get();
            for (int i = 0; i < COUNT && !entry.getKey().equals(HandOffWays.RAW); i++) { // which only says that something came
                assertEquals(i % 64, taken[i], entry.getKey());
            }
            if (!there.blocks()) {
                assertEquals(HandOffWays.NOTHING, there.take(), entry.getKey() + " is empty");
            }
        }
    }

    @Test
    void shouldCountRatiosProcessByProcessWhenTwoWaysAreCompared() {
        final List<HandOffComparison.Figures> ours = List.of(figures(100), figures(50));
        final List<HandOffComparison.Figures> others = List.of(figures(150), figures(200));
        final double[] ratios = HandOffComparison.ratios(others, ours);
        assertEquals(1.5, ratios[0], 1e-12);
        assertEquals(4, ratios[1], 1e-12);
        assertTrue(HandOffWays.all().containsKey(HandOffComparison.ours()));
    }

    private static HandOffComparison.Figures figures(final double ns) {
        return new HandOffComparison.Figures(ns, 0);
    }

    private static int await(final HandOffWays.Way way) {
        int value = way.take();
        while (value == HandOffWays.NOTHING) {
            Thread.yield();
            value = way.take();
        }
        return value;
    }
}
