// SPDX-License-Identifier: Apache-2.0
package org.tactus.internal.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TaskStatisticsTest {
    private static final long DEADLINE_NS = 250_000_000L;

    @Test
    void shouldKeepExtremesExactWhenTheHistogramRounds() {
        final TaskStatistics task = new TaskStatistics("t", DEADLINE_NS, 1);
        task.record(123_456_789L, false);
        task.record(249_999_999L, false);
        assertEquals(123_456_789L, task.minNs());
        assertEquals(249_999_999L, task.maxNs());
        assertEquals(249_999_999L, task.quantileNs(1, 1));
        assertEquals(2, task.jobs());
        assertEquals(0, task.misses());
    }

    @Test
    void shouldClampAndCountWhenBeyondTheRange() {
        final TaskStatistics task = new TaskStatistics("t", 1000, 1);
        task.record(Long.MAX_VALUE, true);
        task.record(-5, false);
        assertEquals(1, task.clamped());
        assertEquals(1, task.misses());
        assertEquals(Long.MAX_VALUE, task.maxNs());
        assertEquals(0, task.minNs());
        assertFalse(task.histogram().isAutoResize());
    }

    @Test
    void shouldHaveNoQuantileWhenTooFewJobs() {
        final TaskStatistics task = new TaskStatistics("t", DEADLINE_NS, 1);
        assertEquals(-1, task.quantileNs(0.5, 1));
        assertEquals(-1, task.maxNs());
        for (int i = 0; i < 99; i++) {
            task.record(1_000_000 + i, false);
        }
        assertEquals(-1, task.quantileNs(0.99, 100));
        task.record(5, false);
        assertTrue(task.quantileNs(0.99, 100) > 0);
    }

    @Test
    void shouldStayWithinThreeDigitsWhenQuantilesAreRead() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        for (final long deadlineNs : new long[] {1, 1000, 1_000_000, DEADLINE_NS, 3_600_000_000_000L, Long.MAX_VALUE / 8}) {
            final TaskStatistics task = new TaskStatistics("t", deadlineNs, 1);
            final long[] values = new long[2000];
            for (int i = 0; i < values.length; i++) {
                values[i] = (long) (deadlineNs * (0.01 + random.nextDouble()));
                task.record(values[i], values[i] > deadlineNs);
            }
            Arrays.sort(values);
            for (final double share : new double[] {0.5, 0.99, 0.999}) {
                final long exact = values[(int) Math.ceil(share * values.length) - 1];
                final double slack = exact * 1e-3 + deadlineNs / 1e6 + 1;
                assertEquals(exact, task.quantileNs(share, 1), slack, "seed " + seed + " deadline " + deadlineNs);
            }
        }
    }

    @Test
    void shouldCountMissesWhenJobsDoNotFinish() {
        final TaskStatistics task = new TaskStatistics("t", DEADLINE_NS, 1);
        task.released();
        task.released();
        task.released();
        task.released();
        task.record(1, false);
        task.unfinished(true);
        task.aborted(true);
        task.skipped();
        task.overrun();
        assertEquals(4, task.releasedCount());
        assertEquals(1, task.jobs());
        assertEquals(1, task.unfinishedCount());
        assertEquals(1, task.abortedCount());
        assertEquals(1, task.skippedCount());
        assertEquals(1, task.overruns());
        assertEquals(2, task.misses());
    }

    @Test
    void shouldAllocateNothingWhenRecording() {
        final TaskStatistics task = new TaskStatistics("t", DEADLINE_NS, 1);
        assertEquals(0, Allocation.bytes(() -> {
            for (int i = 0; i < 10_000; i++) {
                task.released();
                task.record(i * 77_777L, i > 9_000);
            }
        }));
    }

    @Test
    void shouldStayModestWhenTasksAreMany() {
        assertTrue(new TaskStatistics("t", DEADLINE_NS, 1).histogram().getEstimatedFootprintInBytes() < 200_000);
        assertTrue(new TaskStatistics("t", DEADLINE_NS, 4096).histogram().getEstimatedFootprintInBytes() < 40_000);
    }
}
