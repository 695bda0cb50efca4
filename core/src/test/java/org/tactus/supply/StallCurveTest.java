package org.tactus.supply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StallCurveTest {
    @Test
    void shouldGoOnBySubAdditivityWhenAWindowIsLongerThanTheHorizon() {
        final StallCurve curve = StallCurve.steps(new long[] {4, 5, 20}, new long[] {3, 4, 6});
        final long[] expected = {0, 3, 3, 3, 3, 4, 6};
        for (int d = 0; d < expected.length; d++) {
            assertEquals(expected[d], curve.awayNs(d), "window " + d);
        }
        assertEquals(6, curve.awayNs(20));
        assertEquals(9, curve.awayNs(21));
        assertEquals(10, curve.awayNs(25));
        assertEquals(12, curve.awayNs(40));
        assertEquals(15, curve.awayNs(41));
        assertEquals(0.3, curve.rate(), 1e-12);
    }

    /** Shin and Lee's supply bound, window by window; where supply does not grow, the step's end stands. */
    @Test
    void shouldEqualThePeriodicResourceModelWhereSupplyGrows() {
        for (final long[] qp : new long[][] {{3, 10}, {9, 10}, {5, 5}, {1, 7}}) {
            final long q = qp[0];
            final long p = qp[1];
            final StallCurve curve = StallCurve.periodicResource(q, p);
            for (long d = 1; d < 100; d++) {
                final long away = d - supplied(q, p, d);
                final long step = curve.awayNs(d);
                long end = d;
                while (end - supplied(q, p, end) > end - 1 - supplied(q, p, end - 1) && end < 500
                    || end + 1 - supplied(q, p, end + 1) > end - supplied(q, p, end)) {
                    end++;
                }
                assertTrue(step >= away, q + " of " + p + ", window " + d);
                final boolean grows = supplied(q, p, d) > supplied(q, p, d - 1);
                assertEquals(grows ? away : step, step, q + " of " + p + ", window " + d);
            }
        }
        assertSame(StallCurve.NONE, StallCurve.periodicResource(5, 5));
    }

    private static long supplied(final long q, final long p, final long d) {
        if (d < p - q) {
            return 0;
        }
        final long n = Math.floorDiv(d - (p - q), p);
        return n * q + Math.max(0, d - 2 * (p - q) - n * p);
    }

    @Test
    void shouldSaturateWhenWindowsAreExtreme() {
        final StallCurve curve = StallCurve.steps(new long[] {10}, new long[] {10});
        assertEquals(Long.MAX_VALUE / 10 * 10 + 10 < 0 ? Long.MAX_VALUE : curve.awayNs(Long.MAX_VALUE), curve.awayNs(Long.MAX_VALUE));
        assertTrue(curve.awayNs(Long.MAX_VALUE) >= Long.MAX_VALUE - 10);
        assertEquals(7, StallCurve.constant(7).awayNs(Long.MAX_VALUE));
        assertEquals(Long.MAX_VALUE, StallCurve.sum(List.of(curve, curve)).awayNs(Long.MAX_VALUE));
        assertTrue(StallCurve.periodicResource(1, Long.MAX_VALUE / 8).awayNs(Long.MAX_VALUE) > 0);
    }

    @Test
    void shouldSayWhatIsWrongWhenACurveIsImpossible() {
        assertTrue(message(new long[] {4, 4}, new long[] {1, 2}).contains("step 1 of the curve, 2ns away in any 4ns, does not rise"));
        assertTrue(message(new long[] {4, 8}, new long[] {2, 1}).contains("does not rise"));
        assertTrue(message(new long[] {4}, new long[] {5}).contains("impossible"));
        assertTrue(message(new long[0], new long[0]).contains("at least one"));
        assertThrows(IllegalArgumentException.class, () -> StallCurve.periodicResource(0, 5));
        assertThrows(IllegalArgumentException.class, () -> StallCurve.periodicResource(6, 5));
    }

    private static String message(final long[] windows, final long[] aways) {
        return assertThrows(IllegalArgumentException.class, () -> StallCurve.steps(windows, aways)).getMessage();
    }

    @Test
    void shouldBeTheSameCurveWhenStepsSayTheSame() {
        assertEquals(StallCurve.steps(new long[] {10, 20}, new long[] {3, 3}), StallCurve.every(20, 3));
        assertSame(StallCurve.NONE, StallCurve.steps(new long[] {10, 20}, new long[] {0, 0}));
        assertSame(StallCurve.NONE, StallCurve.constant(0));
        assertEquals(StallCurve.every(10, 6), StallCurve.every(10, 3).scaled(2, 1));
        assertEquals(StallCurve.every(10, 10), StallCurve.every(10, 3).scaled(9, 1));
        assertEquals(StallCurve.every(10, 2), StallCurve.every(10, 3).scaled(1, 2));
    }

    @Test
    void shouldCountACoreOnceWhenDispatchersShareIt() {
        final StallCurve zero = StallCurve.every(10, 2);
        final StallCurve one = StallCurve.every(10, 3);
        final CoreSupply supply = CoreSupply.measured(Map.of(0, zero, 1, one), Map.of());
        assertEquals(3, supply.of(Set.of(1)).awayNs(5));
        assertEquals(5, supply.of(Set.of(0, 1)).awayNs(5));
        assertEquals(3, supply.of(Set.of(7)).awayNs(5), "a core that was not measured counts as the worst");
        assertEquals(Set.of(0, 1), supply.coresOf(List.of(), 4), "a dispatcher that may run anywhere");
        final CoreSupply both = CoreSupply.measured(Map.of(0, zero, 1, one), Map.of(Set.of(0, 1), StallCurve.every(10, 4)));
        assertEquals(4, both.of(Set.of(0, 1)).awayNs(5), "the union is tighter than the sum");
        assertEquals(2, both.of(Set.of(0)).awayNs(5));
        assertTrue(CoreSupply.NONE.of(Set.of(0, 1)).isNone());
        final CoreSupply declared = CoreSupply.each(one);
        assertEquals(6, declared.of(Set.of(-1, -2)).awayNs(5), "two dispatchers on unknown cores");
    }
}
