// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.tactus.internal.text.TextTable;

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

    @Test
    void shouldFitATerminalWhenManyForksAreCompared() {
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        HandOffComparison.print(new HandOffComparison.Comparison(Map.of(HandOffWays.RAW, Collections.nCopies(100, figures(1e6)))), 1000,
            new PrintStream(printed, true, StandardCharsets.UTF_8));
        final List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(List.of(), lines.stream().filter(line -> line.length() > TextTable.NARROW).toList());
        assertTrue(lines.getFirst().contains("100 forks"), lines::toString);
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
