// SPDX-License-Identifier: Apache-2.0
package org.tactus.bench.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class RatioIntervalTest {
    private static final ToDoubleFunction<List<Double>> MEAN = all -> all.stream().mapToDouble(x -> x).average().orElseThrow();

    private static List<Double> series(final SplittableRandom random, final int rounds, final double mean) {
        final List<Double> series = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            series.add(mean * (0.9 + 0.2 * random.nextDouble()));
        }
        return series;
    }

    @Test
    void shouldBeAPointWhenAllRoundsAreAlike() {
        final RatioInterval interval = RatioInterval.of(List.of(3.0, 3.0, 3.0), List.of(2.0, 2.0, 2.0), MEAN, 1);
        assertEquals(new RatioInterval(1.5, 1.5, 1.5), interval);
        assertEquals(1 / 1.5, interval.inverse().high());
    }

    @Test
    void shouldCancelWhatARoundSharesWhenBothSeriesHaveIt() {
        final List<Double> plain = List.of(10.0, 90.0, 20.0, 500.0, 30.0);
        final RatioInterval interval = RatioInterval.of(plain.stream().map(x -> 1.1 * x).toList(), plain, MEAN, 2);
        assertEquals(1.1, interval.low(), 1e-9);
        assertEquals(1.1, interval.high(), 1e-9);
    }

    /** The bootstrap's interval of 30 rounds covers a little less than it says; far from all or half would be a fault. */
    @Test
    void shouldHoldTheTrueRatioInMostSeriesWhenTheyAreDrawn() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        int held = 0;
        for (int i = 0; i < 200; i++) {
            final RatioInterval interval = RatioInterval.of(series(random, 30, 3), series(random, 30, 2), MEAN, random.nextLong());
            assertTrue(interval.low() <= interval.ratio() && interval.ratio() <= interval.high(), () -> "seed " + seed);
            held += interval.low() <= 1.5 && 1.5 <= interval.high() ? 1 : 0;
        }
        final int count = held;
        assertTrue(count >= 170 && count < 200, () -> count + " of 200, seed " + seed);
    }

    @Test
    void shouldSayLessOrMoreOnlyWhenTheWholeIntervalDoes() {
        assertEquals("less", new RatioInterval(1, 0.98, 1.019).verdict(0.02));
        assertEquals("open", new RatioInterval(1, 0.98, 1.021).verdict(0.02));
        assertEquals("open", new RatioInterval(1.5, 1.01, 2).verdict(0.02));
        assertEquals("more", new RatioInterval(1.5, 1.03, 2).verdict(0.02));
    }
}
