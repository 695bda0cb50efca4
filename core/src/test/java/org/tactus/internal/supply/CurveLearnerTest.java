// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.supply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tactus.supply.StallCurve;

/** Learning, checking, drawing and watching, held against a plain count of stalled units. */
class CurveLearnerTest {
    private static final int CASES = Integer.getInteger("tactus.property.sets", 1500);
    private static final long SEED = Long.getLong("tactus.property.seed", 4711);
    private static final int SPAN = 120;

    @Test
    void shouldFindTheLargestStalledTimeWhenEveryWindowIsCounted() {
        for (long seed = SEED; seed < SEED + CASES; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final boolean[] stalled = units(random);
            final StallTrace trace = trace(stalled);
            final long[] most = most(stalled);
            for (int d = 1; d <= SPAN; d++) {
                assertEquals(most[d], trace.mostAwayNs(d), "window " + d + ", seed " + seed);
            }
            final StallCurve curve = CurveLearner.learn(trace, LongStream.rangeClosed(1, SPAN).filter(d -> d % 3 == 1).toArray());
            for (int d = 1; d <= SPAN / 8; d++) {
                assertTrue(curve.awayNs(d) >= most[d], "rounded up, window " + d + ", seed " + seed);
            }
            for (int d = SPAN / 8; d <= SPAN; d++) {
                assertTrue(curve.awayNs(d) >= most[d], "beyond the horizon, window " + d + ", seed " + seed);
            }
            final CurveLearner.Check check = CurveLearner.check(curve, trace);
            assertEquals(1, check.share(), "seed " + seed);
            assertFalse(check.broken(), "seed " + seed);
        }
    }

    @Test
    void shouldHoldTheSameStallsWhenAPartIsTaken() {
        for (long seed = SEED; seed < SEED + CASES; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final boolean[] stalled = units(random);
            final StallTrace trace = trace(stalled);
            final int from = random.nextInt(SPAN);
            final int to = from + 1 + random.nextInt(SPAN - from);
            final StallTrace part = trace.part(from, to);
            assertEquals(to - from, part.spanNs(), "seed " + seed);
            long away = 0;
            for (int unit = from; unit < to; unit++) {
                assertEquals(stalled[unit] ? 1 : 0, part.awayNs(unit - from, unit - from + 1), "unit " + unit + ", seed " + seed);
                away += stalled[unit] ? 1 : 0;
            }
            assertEquals(away, part.totalNs(), "seed " + seed);
        }
    }

    @Test
    void shouldStayWithinTheCurveWhenATraceIsDrawn() {
        long away = 0;
        long allowed = 0;
        for (long seed = SEED; seed < SEED + CASES; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final StallCurve curve = curve(random);
            final StallTrace trace = new StallDraw(curve, SPAN).draw(random, 1 + random.nextInt(30));
            final long[] most = most(units(trace));
            for (int d = 1; d <= SPAN; d++) {
                final long limit = curve.awayNs(d);
                assertTrue(most[d] <= limit, curve + " allows " + limit + " of " + d + " but " + most[d] + " was drawn, seed " + seed);
            }
            away += most[SPAN / 2];
            allowed += Math.min(SPAN / 2, curve.awayNs(SPAN / 2));
        }
        assertTrue(away > allowed / 3, "stalls that are too rare test nothing: " + away + " of " + allowed);
    }

    @Test
    void shouldTellEveryBreakWhenStallsAreWatched() {
        int broke = 0;
        for (long seed = SEED; seed < SEED + CASES; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final StallCurve curve = curve(random);
            final StallTrace trace = random.nextBoolean() ? trace(units(random))
                : new StallDraw(curve, SPAN).draw(random, 1 + random.nextInt(30));
            final CurveMonitor monitor = new CurveMonitor(curve, SPAN, 128, 2);
            boolean told = false;
            for (int i = 0; i < trace.count(); i++) {
                told |= monitor.stall(trace.beginNs(i), trace.endNs(i));
            }
            final long[] most = most(units(trace));
            boolean broken = false;
            for (int d = 1; d <= SPAN; d++) {
                broken |= most[d] > curve.awayNs(d);
            }
            assertEquals(broken, told, curve + ", seed " + seed);
            assertEquals(broken, CurveLearner.check(curve, trace).broken(), curve + ", seed " + seed);
            assertEquals(trace.totalNs(), monitor.totalNs());
            if (told) {
                broke++;
                assertTrue(monitor.breaksKept() > 0 && monitor.breaksKept() <= 2);
                final long end = monitor.breakNs(0);
                final long window = monitor.breakWindowNs(0);
                assertEquals(trace.awayNs(Math.max(0, end - window), end), monitor.breakAwayNs(0), "seed " + seed);
                assertTrue(monitor.breakAwayNs(0) > monitor.breakAllowedNs(0));
                assertEquals(curve.awayNs(window), monitor.breakAllowedNs(0));
                assertTrue(CurveLearner.check(curve, trace).share() < 1 || window == SPAN || broken);
            }
            assertEquals(0, monitor.forgotten());
        }
        assertTrue(broke > CASES / 20 && broke < CASES * 19 / 20, broke + " of " + CASES + " broke their curve");
    }

    @Test
    void shouldAllocateNothingWhenStallsAreWatched() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final CurveMonitor monitor = new CurveMonitor(StallCurve.steps(new long[] {10, 100, 1000}, new long[] {5, 20, 90}), 10_000, 16, 4);
        long told = 0;
        long before = 0;
        for (int i = 0; i < 20_000; i++) {
            before = i == 10_000 ? threads.getCurrentThreadAllocatedBytes() : before;
            told += monitor.stall(20L * i, 20L * i + i % 7) ? 1 : 0;
        }
        assertEquals(0, threads.getCurrentThreadAllocatedBytes() - before);
        assertTrue(told > 4 && monitor.breaksKept() == 4 && monitor.breakCount() == told, "broken " + told + " times");
        assertTrue(monitor.forgotten() > 0, "more stalls lie in a window than are kept, and that is told");
    }

    @Test
    void shouldCountTheWindowsWhenACurveBreaks() {
        // 5 of 100 units at the very end: windows of 10 units hold it when they begin in the last 15 of 90 places.
        final StallTrace trace = StallTrace.of(new long[] {90_000}, new long[] {95_000}, 1, 100_000);
        final CurveLearner.Check check = CurveLearner.check(StallCurve.every(10_000, 4_000), trace);
        assertTrue(check.broken());
        assertEquals(10_000, check.windowNs());
        assertEquals(5_000, check.awayNs());
        assertEquals(4_000, check.allowedNs());
        // More than 4 of the 5 lie in windows that begin from 84 to 90 (of which 90 is the last).
        assertEquals(84.0 / 90, check.share(), 0.02);
    }

    @Test
    void shouldAdvanceOverStallsWhenWorkIsNeeded() {
        final StallTrace trace = StallTrace.of(new long[] {0, 4}, new long[] {3, 5}, 2, 100);
        assertEquals(5, trace.advance(0, 1), "the end coincides with a stall's begin, so it is seen after it");
        assertEquals(6, trace.advance(0, 2));
        assertEquals(3, trace.advance(1, 0));
        assertEquals(7, trace.advance(7, 0));
        assertEquals(5, trace.advance(4, 0));
        assertEquals(1, trace.part(2, 50).advance(0, 0));
    }

    private static StallCurve curve(final SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> StallCurve.periodicResource(1 + random.nextInt(5), 6 + random.nextInt(10));
            case 1 -> StallCurve.every(4 + random.nextInt(20), 1 + random.nextInt(4));
            case 2 -> StallCurve.constant(random.nextInt(10));
            case 3 -> StallCurve.sum(List.of(StallCurve.every(10, 2), StallCurve.every(7 + random.nextInt(7), 1)));
            default -> CurveLearner.learn(trace(units(random)), CurveLearner.grid(1, 15));
        };
    }

    private static boolean[] units(final SplittableRandom random) {
        final boolean[] stalled = new boolean[SPAN];
        final int share = 1 + random.nextInt(8);
        final int stay = 1 + random.nextInt(6);
        for (int t = 0; t < SPAN; t++) {
            stalled[t] = t > 0 && random.nextInt(1 + stay) > 0 ? stalled[t - 1] : random.nextInt(10) < share;
        }
        return stalled;
    }

    private static boolean[] units(final StallTrace trace) {
        final boolean[] stalled = new boolean[SPAN];
        for (int i = 0; i < trace.count(); i++) {
            for (long t = trace.beginNs(i); t < trace.endNs(i); t++) {
                stalled[(int) t] = true;
            }
        }
        return stalled;
    }

    private static StallTrace trace(final boolean[] stalled) {
        final List<Long> units = new ArrayList<>();
        for (int t = 0; t < stalled.length; t++) {
            if (stalled[t]) {
                units.add((long) t);
            }
        }
        final long[] begins = units.stream().mapToLong(Long::longValue).toArray();
        return StallTrace.of(begins, LongStream.of(begins).map(t -> t + 1).toArray(), begins.length, stalled.length);
    }

    /** By window length: the most stalled units of any window. */
    private static long[] most(final boolean[] stalled) {
        final long[] most = new long[SPAN + 1];
        for (int from = 0; from < SPAN; from++) {
            int sum = 0;
            for (int to = from; to < SPAN; to++) {
                sum += stalled[to] ? 1 : 0;
                most[to - from + 1] = Math.max(most[to - from + 1], sum);
            }
        }
        return most;
    }
}
